// What the holdout says of each rung: curves, differences, statuses.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/text.h"
#include "learn/metrics.h"
#include "lifecycle/internal/train_parts.h"
#include "stats/mcnemar.h"

namespace assay::lifecycle {

namespace {

using evidence::Comparison;
using evidence::Estimate;
using evidence::RungReport;
using evidence::RungStatus;
using learn::Examples;
using learn::Judge;
using learn::Metric;
using learn::RungKind;
using learn::Rows;

// Where all numbers of a bin are alike nothing says how others scatter; of classes the number of units does.
Estimate ObservedMean(learn::Task task, const std::vector<double>& outcome, const stats::Clusters& clusters) {
  const Result<stats::Interval> mean = MeanOutcome(task, outcome, clusters);
  if (!mean || mean->low < mean->high) return ToEstimate(mean);
  return WithoutInterval(mean->value, "all rows of the bin have the same outcome, which does not say how far others may lie");
}

// Holdout rows at which the interval would no longer reach the least gain, if the distance is what it looks like: half-width
// shrinks with the root of the rows. The interval of the distance gives that of the rows.
Estimate RowsToDecide(const stats::Interval& behind, double least_gain, double rows) {
  Estimate estimate;
  const double half = (behind.high - behind.low) / 2;
  const double distance = std::abs(behind.value - least_gain);
  const auto needed = [&](double d) { return std::ceil(rows * (half / d) * (half / d)); };
  // Even the largest distance the interval allows needs as many; this many rows did not decide.
  estimate.low = std::max(rows, needed(distance + half));
  estimate.reason = "no upper end: the interval includes the least gain itself, and a difference equal to it is never decided";
  if (distance > 0) {
    estimate.value = needed(distance);
  } else {
    estimate.reason = "the difference is the least gain itself; " + estimate.reason;
  }
  return estimate;
}

}  // namespace

Comparison ToComparison(const std::string& other, const JudgedImprovement& judged, const std::string& method) {
  Comparison comparison;
  comparison.other = other;
  comparison.difference = judged.interval.value;
  comparison.low = judged.interval.low;
  comparison.high = judged.interval.high;
  comparison.level = judged.level;
  comparison.p_value = judged.interval.p_value;
  comparison.method = method;
  comparison.reason = judged.reason;
  return comparison;
}

Result<Comparison> AgainstPrevious(const Judge& judge, Metric metric, const std::string& other, const std::vector<double>& a, const std::vector<double>& b, const Dependence& dependence, std::uint64_t seed) {
  Comparison comparison = ToComparison(other, ASSAY_TRY(ImprovementOf(judge, metric, a, b)), "paired on the holdout by " + dependence.by() + ", delta method, t");
  stats::BootstrapOptions options;
  options.seed = seed;
  const Result<stats::Interval> drawn = judge.BootstrapImprovement(metric, a, b, options);
  comparison.bootstrap = drawn ? ToEstimate(drawn) : WithoutInterval(comparison.difference, drawn.error().message);
  if (drawn) {
    comparison.bootstrap_method = base::ReadableCount(options.draws) + " draws of " + base::ReadableCount(judge.num_units()) + " " + dependence.many + (drawn->units < judge.num_units() ? " in " + base::ReadableCount(drawn->units) + " bundles" : "") + ", percentile";
  }
  return comparison;
}

bool Disagree(const Comparison& c) {
  if (!c.bootstrap || !std::isfinite(c.bootstrap->low) || !std::isfinite(c.low)) return false;
  const auto holds_0 = [](double low, double high) { return low <= 0 && high >= 0; };
  return holds_0(c.low, c.high) != holds_0(c.bootstrap->low, c.bootstrap->high);
}

std::vector<evidence::CalibrationPoint> CalibrationCurve(const Examples& examples, const Rows& rows, const std::vector<double>& predictions, const Dependence& dependence) {
  std::vector<evidence::CalibrationPoint> curve;
  if (examples.task != learn::Task::kBinary && examples.task != learn::Task::kRegression) return curve;
  std::vector<std::uint32_t> order(rows.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return predictions[a] < predictions[b]; });
  const std::size_t bins = std::clamp<std::size_t>(rows.size() / 50, 1, 12);
  std::size_t begin = 0;
  for (std::size_t b = 0; b < bins && begin < order.size(); ++b) {
    std::size_t end = order.size() * (b + 1) / bins;
    // Of a bin that equal predictions before it have used up, what little is left goes into the next.
    if (b + 1 < bins && end < begin + order.size() / bins / 2) continue;
    // Equal predictions stay in one bin.
    while (end < order.size() && predictions[order[end]] == predictions[order[end - 1]]) ++end;
    std::vector<double> values;
    std::vector<std::uint32_t> unit;
    double predicted = 0;
    for (std::size_t k = begin; k < end; ++k) {
      const std::uint32_t row = rows[order[k]];
      values.push_back(static_cast<double>(examples.outcome[row]));
      predicted += predictions[order[k]];
      if (!dependence.unit.empty()) unit.push_back(dependence.unit[row]);
    }
    evidence::CalibrationPoint point;
    point.predicted = predicted / static_cast<double>(values.size());
    point.observed = ObservedMean(examples.task, values, dependence.Clusters(unit));
    point.rows = static_cast<std::int64_t>(values.size());
    curve.push_back(point);
    begin = end;
  }
  return curve;
}

void FillStatus(const Standing& standing, std::size_t r, const Judge& judge, const Dependence& dependence, const TrainOptions& options, const std::string& best_name, RungReport* report) {
  const stats::Interval& behind = standing.behind[r].interval;
  const std::string& untested = standing.behind[r].reason;
  report->against_best = ToComparison(best_name, standing.behind[r], "paired on the holdout by " + dependence.by() + ", level shared among the rungs (Bonferroni)");
  report->rows_to_decide.reason = "only for unclear rungs";
  if (r == standing.best) {
    report->status = RungStatus::kBest;
    report->status_text = std::string("the best on the holdout") + (standing.behind[0].interval.value < 0 ? ", though a random guess happens to beat it" : "");
    return;
  }
  if (!std::isfinite(behind.low)) {
    report->status = RungStatus::kUnclear;
    report->status_text = "unclear: the best is better by " + base::ReadableNumber(behind.value, 2) + ", but there is " + untested;
    report->rows_to_decide.reason = "there is no interval that more rows would make narrower";
    return;
  }
  const std::string limits = "the best is better by " + base::ReadableRange(behind.low, behind.high);
  const bool imported = report->kind == learn::RungKindName(RungKind::kImported);
  if (report->kind == learn::RungKindName(RungKind::kRandom) && behind.high < options.least_gain) {
    report->status = RungStatus::kNotCompared;
    report->status_text = "no rung is surely better than this random guess by the least gain; a guess is there for comparison and never recommended";
  } else if (imported && behind.high < 0) {
    report->status = RungStatus::kGoodEnough;
    report->status_text = "better than '" + best_name + "', the best of ours, by " + base::ReadableRange(-behind.high, -behind.low) + "; predictions in a column are compared with and never recommended";
  } else if (behind.high < options.least_gain) {
    report->status = RungStatus::kGoodEnough;
    report->status_text = "good enough: " + limits + ", less than the least gain " + base::ReadableNumber(options.least_gain);
  } else if (behind.low > options.least_gain) {
    report->status = RungStatus::kWorse;
    report->status_text = "worse: " + limits;
  } else {
    report->status = RungStatus::kUnclear;
    report->status_text = "unclear: " + limits + ", which includes the least gain " + base::ReadableNumber(options.least_gain);
    if (behind.standard_error > 0) report->rows_to_decide = RowsToDecide(behind, options.least_gain, static_cast<double>(judge.rows().size()));
    else report->rows_to_decide.reason = "the difference is the same in every unit, so its interval does not say how it would narrow";
  }
}

std::optional<evidence::McNemarResult> McNemarAgainst(const std::string& other, const Examples& examples, const Rows& rows, const std::vector<double>& a, const std::vector<double>& b, const Dependence& dependence) {
  if (examples.task != learn::Task::kBinary && examples.task != learn::Task::kMulticlass) return std::nullopt;
  std::vector<double> wrong_a(rows.size()), wrong_b(rows.size());
  learn::RowLosses(Metric::kAccuracy, examples, rows, a, wrong_a);
  learn::RowLosses(Metric::kAccuracy, examples, rows, b, wrong_b);
  std::vector<std::uint8_t> right_a(rows.size()), right_b(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    right_a[i] = wrong_a[i] == 0 ? 1 : 0;
    right_b[i] = wrong_b[i] == 0 ? 1 : 0;
  }
  const stats::Disagreements counts = stats::CountDisagreements(right_a, right_b);
  const stats::McNemarTest test = stats::McNemar(counts);
  evidence::McNemarResult result{other, counts.only_a, counts.only_b, test.p_value, test.exact ? "McNemar, exact" : "McNemar, chi-squared with correction", ""};
  if (counts.only_a + counts.only_b == 0) result.reason = "both are right on the same rows, so there is nothing to test";
  if (!dependence.unit.empty()) {
    result.p_value = std::nan("");
    result.reason = "McNemar's test needs independent rows; these depend on each other " + dependence.words + ", so read the paired difference instead";
  }
  return result;
}

}  // namespace assay::lifecycle
