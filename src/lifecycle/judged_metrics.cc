#include "lifecycle/internal/judged_metrics.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "learn/metrics.h"
#include "lifecycle/estimates.h"

namespace assay::lifecycle {

namespace {

bool AllEqual(std::span<const double> values) {
  return std::all_of(values.begin(), values.end(), [&](double v) { return v == values.front(); });
}

}  // namespace

evidence::Estimate MetricEstimate(const learn::Judge& judge, learn::Metric metric, std::span<const double> predictions) {
  if (metric == learn::Metric::kSkill && judge.EqualsConstant(predictions) && judge.Parts(metric, predictions)) return {0, 0, 0, 0.95, "exact: skill is measured against the constant"};
  const Result<stats::Interval> interval = judge.Estimate(metric, predictions);
  if (!interval) {
    const Result<learn::MetricParts> parts = judge.Parts(metric, predictions);
    return WithoutInterval(parts ? parts->value : std::nan(""), interval.error().message);
  }
  if (interval->low < interval->high) return ToEstimate(interval);
  if (metric != learn::Metric::kAuc || !AllEqual(predictions)) return WithoutInterval(interval->value, kEveryUnitAlike);
  evidence::Estimate estimate = ToEstimate(interval);
  estimate.reason = "exact: the same prediction for every row orders nothing, whatever the rows";
  return estimate;
}

Result<JudgedImprovement> ImprovementOf(const learn::Judge& judge, learn::Metric metric, std::span<const double> a, std::span<const double> b, double level) {
  const Result<stats::Interval> interval = judge.Improvement(metric, a, b, level);
  if (interval) {
    if (interval->standard_error > 0) return JudgedImprovement{*interval, "", level};
    if (interval->low == interval->high) return JudgedImprovement{*interval, "the predictions are identical, so there is nothing to test", level};
    if (std::isnan(interval->low)) return JudgedImprovement{*interval, std::string("no interval and no test: ") + kEveryUnitAlike, level};
    return JudgedImprovement{*interval, "no test: the difference is the same in all " + base::ReadableCount(interval->units) + " units that it hangs on; the interval is what so few cannot exclude", level};
  }
  const double sign = learn::HigherIsBetter(metric) ? 1 : -1;
  JudgedImprovement judged;
  judged.interval.value = sign * (ASSAY_TRY(judge.Parts(metric, a)).value - ASSAY_TRY(judge.Parts(metric, b)).value);
  judged.interval.low = judged.interval.high = std::nan("");
  judged.interval.units = judge.num_units();
  judged.level = level;
  judged.reason = "no interval and no test: " + interval.error().message;
  return judged;
}

}  // namespace assay::lifecycle
