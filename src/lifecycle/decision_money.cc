// Money of ways to decide, with intervals by unit.
#include <algorithm>
#include <cmath>
#include <limits>

#include "base/text.h"
#include "lifecycle/estimates.h"
#include "lifecycle/internal/decision_value_parts.h"
#include "lifecycle/internal/slice_parts.h"
#include "stats/exact_sum.h"

namespace assay::lifecycle {

using evidence::Estimate;

namespace {

MoneyRange RangeOf(std::span<const double> amounts) {
  MoneyRange range{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
  for (const double amount : amounts) {  // missing ones compare false
    if (amount < range.low) range.low = amount;
    if (amount > range.high) range.high = amount;
  }
  return range;
}

MoneyRange Either(const MoneyRange& a, const MoneyRange& b) { return {std::min(a.low, b.low), std::max(a.high, b.high)}; }
MoneyRange Less(const MoneyRange& a, const MoneyRange& b) { return {a.low - b.high, a.high - b.low}; }

}  // namespace

DecisionDependence DependenceOfDecisions(const DecisionValueRows& rows, std::span<const double> money) {
  learn::Examples examples;
  examples.table = rows.table;
  examples.task = learn::Task::kBinary;
  examples.unit = rows.unit;
  examples.num_units = rows.num_units;
  examples.time = rows.time;
  examples.unit_text = rows.unit_text;
  examples.time_text = rows.time_text;
  const Dependence plain = DependenceOf(examples);
  SliceRows measured;
  measured.table = rows.table;
  measured.unit = rows.unit;
  measured.num_units = rows.num_units;
  measured.time = rows.time;
  learn::Rows all;
  if (!rows.time.empty()) {
    for (std::uint32_t i = 0; i < rows.scores.size(); ++i) all.push_back(i);
  }
  JoinedDays joined = JoinDays(measured, all, money, 0, [](std::size_t) { return std::vector<std::uint8_t>(); }, plain);
  joined.dependence.unit = std::move(joined.unit);
  return {std::move(joined.dependence), joined.widening, std::move(joined.why_untested)};
}

MoneyEstimates::MoneyEstimates(const DecisionValueRows& rows, const objectives::RowMoney& money, const DecisionDependence& dependence, const DecisionValueProblem& problem)
    : rows_(rows), money_(money), dependence_(dependence), problem_(problem) {
  const MoneyRange cells[] = {RangeOf(rows.amounts[0]), RangeOf(rows.amounts[1]), RangeOf(rows.amounts[2]), RangeOf(rows.amounts[3])};
  acting_ = Either(cells[0], cells[1]);
  silent_ = Either(cells[2], cells[3]);
  gain_ = Either(Less(cells[0], cells[3]), Less(cells[1], cells[2]));
}

Estimate MoneyEstimates::Mean(std::span<const double> values, std::span<const std::uint8_t> half, const MoneyRange& range, const std::string& certain, bool near_the_choice) const {
  stats::ExactSum sum;
  for (const double value : values) sum.Add(value);
  const double mean = sum.Value() / static_cast<double>(values.size());
  const bool alike = std::all_of(values.begin(), values.end(), [&](double value) { return value == values[0]; });
  if (alike && range.low == range.high) return {values[0], values[0], values[0], 0.95, certain.empty() ? "exact: every decision brings the same" : certain};
  if (!dependence_.why_untested.empty()) return WithoutInterval(mean, dependence_.why_untested);
  if (!alike) return ToEstimate(near_the_choice ? objectives::MeanDifferenceOf(values, half, dependence_.Clusters()) : objectives::MeanMoneyOf(values, half, dependence_.Clusters()));
  const std::int64_t units = stats::CountUnits(dependence_.Clusters(), values.size());
  const double others = stats::AllAlike(0, units, 0.95).high;  // share of rows
  return {values[0], values[0] - others * (values[0] - range.low), values[0] + others * (range.high - values[0]), 0.95, "every row brought the same; as many others as are still likely could lie at either end of the amounts"};
}

Estimate MoneyEstimates::PerDay(const Estimate& per_decision, bool costs) const {
  if (std::isfinite(problem_.decisions_per_day)) return Scaled(per_decision, problem_.decisions_per_day, costs ? -problem_.cost_per_day : 0);
  return WithoutInterval(std::nan(""), "decisions per day are not stated (--decisions-per-day, or value.decisions_per_day in a charter)");
}

evidence::PolicyValue MoneyEstimates::Policy(const std::string& name, std::span<const std::uint8_t> acts, std::span<const std::uint8_t> half, const std::string& certain, bool costs) const {
  evidence::PolicyValue policy;
  policy.name = name;
  std::vector<double> money(acts.size()), never(acts.size()), always(acts.size());
  std::size_t acted = 0;
  for (std::size_t i = 0; i < acts.size(); ++i) {
    const double gain = money_.gain[i];
    money[i] = acts[i] != 0 ? money_.silent[i] + gain : money_.silent[i];
    never[i] = acts[i] != 0 ? gain : 0;
    always[i] = acts[i] != 0 ? 0 : -gain;
    acted += acts[i];
  }
  policy.share_acted = static_cast<double>(acted) / static_cast<double>(acts.size());
  const MoneyRange zero, loss{-gain_.high, -gain_.low};
  const bool all = !certain.empty() && acted == acts.size(), none = !certain.empty() && acted == 0;
  policy.money_per_decision = Mean(money, half, all ? acting_ : none ? silent_ : Either(acting_, silent_), certain.empty() ? "" : certain + ", which brings the same whatever the outcome");
  policy.against_never = Mean(never, half, none ? zero : all ? gain_ : Either(zero, gain_), certain);
  policy.against_always = Mean(always, half, all ? zero : none ? loss : Either(zero, loss), certain);
  policy.money_per_day = PerDay(policy.money_per_decision, costs);
  policy.against_never_per_day = PerDay(policy.against_never, costs);
  policy.against_always_per_day = PerDay(policy.against_always, costs);
  return policy;
}

Estimate MoneyEstimates::Difference(std::span<const std::uint8_t> acts, std::span<const std::uint8_t> other, std::span<const std::uint8_t> half) const {
  std::vector<double> difference(acts.size());
  for (std::size_t i = 0; i < acts.size(); ++i) difference[i] = acts[i] == other[i] ? 0 : acts[i] != 0 ? money_.gain[i] : -money_.gain[i];
  const MoneyRange zero, loss{-gain_.high, -gain_.low};
  return Mean(difference, half, Either(zero, Either(gain_, loss)), "", true);
}

Estimate MoneyEstimates::At(double threshold) const {
  std::vector<double> money(rows_.scores.size());
  for (std::size_t i = 0; i < money.size(); ++i) money[i] = rows_.scores[i] >= threshold ? money_.silent[i] + money_.gain[i] : money_.silent[i];
  const bool never = std::isinf(threshold);
  std::vector<std::uint8_t> acts(money.size());
  for (std::size_t i = 0; i < money.size(); ++i) acts[i] = rows_.scores[i] >= threshold ? 1 : 0;
  const std::int64_t units = objectives::UnitsActedOn(acts, dependence_.Clusters());
  if (!never && !dependence_.Clusters().unit.empty() && units < objectives::kFewestUnitsActedOn && dependence_.why_untested.empty()) {
    stats::ExactSum sum;
    for (const double value : money) sum.Add(value);
    return WithoutInterval(sum.Value() / static_cast<double>(money.size()), "only " + base::Counted(units, "unit is acted on", "units are acted on") + ", and an interval needs " + std::to_string(objectives::kFewestUnitsActedOn));
  }
  return Mean(money, {}, never ? silent_ : Either(acting_, silent_), never ? "exact: never acting brings the same whatever the outcome" : "");
}

}  // namespace assay::lifecycle
