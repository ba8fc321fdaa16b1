// The profit curve of decisions, and the thresholds that are not shown to be worse than the best.
#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "base/thread_pool.h"
#include "lifecycle/internal/decision_value_parts.h"
#include "objectives/threshold_set.h"

namespace assay::lifecycle {

using evidence::DecisionValueReport;
using objectives::ProfitCurve;
using objectives::ProfitCurvePoint;

namespace {

constexpr std::size_t kMostPoints = 1000;
constexpr int kGrid = 20;  // steps of the profit curve with intervals

}  // namespace

void SetThreshold(double score, double* threshold, std::string* reason) {
  if (std::isfinite(score)) *threshold = score;
  else *reason = kNeverActs;
}

Result<void> FillCurve(const ProfitCurve& curve, const MoneyEstimates& estimates, const RunContext& context, DecisionValueReport* report) {
  const auto n = static_cast<double>(curve.num_rows());
  const objectives::ThinnedProfit thinned = curve.Thinned(kMostPoints);
  report->curve_thresholds = thinned.num_thresholds;
  report->curve_error = thinned.largest_error;
  for (const ProfitCurvePoint& point : thinned.points) {
    evidence::ProfitPoint p;
    p.share_acted = static_cast<double>(point.acted) / n;
    SetThreshold(point.score, &p.threshold, &p.reason);
    p.money_per_decision = point.money_per_decision;
    report->curve.push_back(std::move(p));
  }
  std::vector<std::int64_t> least_rows;
  for (int k = 0; k <= kGrid; ++k) least_rows.push_back(static_cast<std::int64_t>(std::ceil(n * k / kGrid)));
  const std::vector<ProfitCurvePoint> found = curve.ActingOn(least_rows);
  std::vector<ProfitCurvePoint> points;
  for (std::size_t k = 0; k < found.size(); ++k) {
    if (!points.empty() && points.back().acted == found[k].acted) continue;
    evidence::ProfitAt at;
    at.share_asked = static_cast<double>(k) / kGrid;
    at.share_acted = static_cast<double>(found[k].acted) / n;
    SetThreshold(found[k].score, &at.threshold, &at.reason);
    report->curve_grid.push_back(std::move(at));
    points.push_back(found[k]);
  }
  return base::ParallelFor(context, static_cast<std::int64_t>(points.size()), [&](std::int64_t k) {
    const auto at = static_cast<std::size_t>(k);
    report->curve_grid[at].money_per_decision = estimates.At(points[at].score);
  }, "measuring the profit curve");
}

Result<evidence::ThresholdSetReport> ThresholdSetOf(const ProfitCurve& curve, const DecisionDependence& dependence, const RunContext& context) {
  evidence::ThresholdSetReport report;
  if (!dependence.why_untested.empty()) {
    report.reason = dependence.why_untested;
    return report;
  }
  const objectives::ThresholdSetOptions options;
  const Result<objectives::ThresholdSet> set = objectives::ThresholdsNotShownWorse(curve, dependence.Clusters(), options, context);
  if (!set) {
    if (set.error().code == ErrorCode::kCancelled) return set.error();
    report.reason = set.error().message;
    return report;
  }
  const auto n = static_cast<double>(curve.num_rows());
  report.level = options.level;
  report.candidates = static_cast<std::int64_t>(set->candidates.size());
  report.kept = std::count(set->kept.begin(), set->kept.end(), std::uint8_t{1});
  for (const objectives::ThresholdRange& range : set->ranges) {
    evidence::ThresholdInterval interval;
    interval.never = range.never;
    interval.always = range.always;
    if (range.always) interval.low_reason = "always acting is in it";
    else interval.low = range.below;
    if (std::isinf(range.above)) interval.high_reason = range.never ? "never acting is in it" : "it reaches up to never acting, which is not in it";
    else interval.high = range.above;
    interval.share_acted_low = static_cast<double>(range.acted_least) / n;
    interval.share_acted_high = static_cast<double>(range.acted_most) / n;
    report.intervals.push_back(std::move(interval));
  }
  report.method = "each of " + base::ReadableCount(report.candidates) + " candidates against all others at once, by " + base::ReadableCount(options.draws) + " draws of " + base::ReadableCount(set->units) + (set->bundled ? " bundles of whole units" : " units") + " with replacement";
  return report;
}

}  // namespace assay::lifecycle
