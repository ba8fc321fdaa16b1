// Lists by one weighting: what they have, and what they give up.
#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "lifecycle/estimates.h"
#include "lifecycle/internal/curve_figures.h"
#include "lifecycle/internal/tradeoff_parts.h"
#include "stats/cluster_mean.h"

namespace assay::lifecycle {

using evidence::Estimate;
using objectives::Frontier;

namespace {

// One weighted sum of metrics by two weightings, the first less the second, paired by query.
Estimate Paired(const Frontier& first, const Frontier& second, const std::vector<double>& amounts, const std::vector<std::uint32_t>& unit_of_query, const RunContext& context, double level = 0.95) {
  std::vector<double> values(first.num_queries()), sum(first.num_queries(), 0.0);
  for (std::size_t m = 0; m < amounts.size(); ++m) {
    if (amounts[m] == 0) continue;
    for (const Frontier* lists : {&first, &second}) {
      lists->PerQuery(0, m, values);
      for (std::size_t q = 0; q < sum.size(); ++q) sum[q] += (lists == &first ? amounts[m] : -amounts[m]) * values[q];
    }
  }
  const auto fixed = [&](double, std::span<double> out) {
    std::copy(sum.begin(), sum.end(), out.begin());
    double total = 0;
    for (const double value : sum) total += value;
    return total / static_cast<double>(sum.size());
  };
  const std::vector<double> at = {0};
  const Result<objectives::Band> band = BandByUnits(fixed, first.num_queries(), unit_of_query, at, {static_cast<int>(kTradeoffDraws), level}, context);
  return EstimateAt(band, 0, fixed(0, values), level);
}

}  // namespace

std::vector<double> Blended(const FrontierItems& part, const std::vector<double>& weights) {
  std::vector<double> blend(part.source_rows.size(), 0.0);
  for (std::size_t o = 0; o < weights.size(); ++o) {
    for (std::size_t i = 0; i < blend.size(); ++i) blend[i] += weights[o] * part.scores[o][i];
  }
  return blend;
}

Result<Frontier> WeighedLists::Lists(const FrontierItems& part, const std::vector<double>& weights) const {
  // A line between equal scores stays as it is.
  const std::vector<double> blend = Blended(part, weights);
  return Frontier::Sweep(part.items, blend, blend, options_, context_.Quiet());
}

Result<evidence::FrontierAt> WeighedLists::OnHoldout() const {
  const Frontier holdout = ASSAY_TRY(Lists(items_.holdout, weights_));
  std::vector<evidence::FrontierAt> at = ASSAY_TRY(CurveFigures(holdout, items_.problem, items_.holdout, kTradeoffDraws, context_).At({0}, {weights_, weights_}));
  return std::move(at.front());
}

Result<Estimate> WeighedLists::MoneyOnHoldout(const std::vector<double>& amounts, const std::vector<double>& current) const {
  const Frontier there = ASSAY_TRY(Lists(items_.holdout, weights_));
  const Frontier here = ASSAY_TRY(Lists(items_.holdout, current));
  return Paired(there, here, amounts, items_.holdout.unit_of_query, context_);
}

Result<evidence::ClickbaitAlarm> WeighedLists::Alarm(const std::string& whose) const {
  const auto name = [&](std::size_t objective) { return items_.problem.objectives[objective].name; };
  std::vector<double> alone(weights_.size(), 0.0), one(weights_.size(), 0.0);
  alone[0] = one[0] = 1;
  // Of several others each allows for all of them (Bonferroni), since the surest is taken.
  const double level = 1 - 0.05 / static_cast<double>(weights_.size() - 1);
  const Frontier first_alone = ASSAY_TRY(Lists(items_.choice, alone));
  const Frontier there = ASSAY_TRY(Lists(items_.choice, weights_));
  evidence::ClickbaitAlarm alarm;
  alarm.first = Paired(there, first_alone, one, items_.choice.unit_of_query, context_, level);
  std::size_t gaining = 1;
  for (std::size_t o = 1; o < weights_.size(); ++o) {
    std::fill(one.begin(), one.end(), 0.0);
    one[o] = 1;
    const Estimate gain = Paired(there, first_alone, one, items_.choice.unit_of_query, context_, level);
    // Relative to its width, so that units do not matter.
    const auto sureness = [](const Estimate& e) { return std::isfinite(e.low) && e.high > e.low ? e.value / (e.high - e.low) : 0; };
    if (o > 1 && !(sureness(gain) > sureness(alarm.second))) continue;
    alarm.second = gain;
    gaining = o;
  }
  alarm.alarm = alarm.second.low > 0 && alarm.first.high < 0;
  const std::string figures = name(gaining) + " " + MetricInWords(alarm.second) + ", " + name(0) + " " + MetricInWords(alarm.first) + " against ranking by " + name(0) + " alone";
  alarm.text = (alarm.alarm ? "It is at the cost of " + name(0) + " that " + name(gaining) + " is gained at " : "It is not shown that " + name(gaining) + " is gained at the cost of " + name(0) + " at ") + whose + ": " + figures + ".";
  return alarm;
}

Result<evidence::ThresholdPoint> WeighedLists::Threshold(double asked, evidence::FrontierAt* at) const {
  std::vector<double> sorted = Blended(items_.choice, weights_);
  std::sort(sorted.begin(), sorted.end(), std::greater<>());
  const auto acted = std::clamp<std::size_t>(static_cast<std::size_t>(std::llround(asked * static_cast<double>(sorted.size()))), 1, sorted.size() - 1);
  evidence::ThresholdPoint point;
  // Between the last that is acted on and the next, in digits that a policy file keeps.
  point.value = sorted[acted - 1];
  for (int digits = 4; digits <= 17; ++digits) {
    double rounded = 0;
    base::ParseNumber(base::PlainNumber(sorted[acted] + (sorted[acted - 1] - sorted[acted]) / 2, digits), &rounded);
    if (!(rounded > sorted[acted] && rounded <= sorted[acted - 1])) continue;
    point.value = rounded;
    break;
  }
  const FrontierItems& holdout = items_.holdout;
  const std::vector<double> blend = Blended(holdout, weights_);
  std::vector<double> reached(blend.size());
  for (std::size_t i = 0; i < blend.size(); ++i) reached[i] = blend[i] >= point.value ? 1 : 0;
  stats::Clusters clusters;
  if (!items_.holdout_unit.empty()) clusters = {items_.holdout_unit, *std::max_element(items_.holdout_unit.begin(), items_.holdout_unit.end()) + 1};
  point.share = ToEstimate(stats::ClusterShare(reached, clusters));
  at->metrics.clear();
  at->guardrails.clear();
  at->feasible = true;
  for (std::size_t m = 0; m < holdout.items.measures().size(); ++m) {
    std::vector<double> gained;
    std::vector<std::uint32_t> unit;
    for (std::size_t i = 0; i < blend.size(); ++i) {
      if (reached[i] == 0) continue;
      gained.push_back(holdout.items.measures()[m].values[i]);
      if (!clusters.unit.empty()) unit.push_back(clusters.unit[i]);
    }
    const stats::Clusters acted_on = unit.empty() ? stats::Clusters{} : stats::Clusters{unit, clusters.num_units};
    // Of yes or no the scale of odds: a few rows acted on tell a small share badly on the plain one.
    const std::vector<double>& all = holdout.items.measures()[m].values;
    const bool share = std::all_of(all.begin(), all.end(), [](double value) { return value == 0 || value == 1; });
    Estimate ratio = gained.empty() ? WithoutInterval(std::nan(""), "none of the rows held back reaches the threshold") : ToEstimate(share ? stats::ClusterShare(gained, acted_on) : stats::ClusterMean(gained, acted_on));
    if (std::isfinite(ratio.low) && ratio.low == ratio.high) ratio = WithoutInterval(ratio.value, kEveryUnitAlike);
    if (m < items_.num_objectives()) {
      at->metrics[items_.problem.objectives[m].name] = ratio;
    } else {
      const evidence::FrontierGuardrail& guardrail = items_.problem.guardrails[m - items_.num_objectives()];
      const bool holds = !std::isfinite(ratio.value) || KeepsTo(guardrail, ratio.value);
      at->guardrails[guardrail.name] = {ratio.value, ratio.low, ratio.high, ratio.reason, holds};
      at->feasible = at->feasible && holds;
    }
  }
  return point;
}

}  // namespace assay::lifecycle
