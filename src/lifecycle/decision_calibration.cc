// Whether the score that decisions go by is a chance.
#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "lifecycle/estimates.h"
#include "lifecycle/internal/decision_value_parts.h"
#include "lifecycle/internal/train_parts.h"
#include "stats/calibration_check.h"
#include "stats/cluster_mean.h"

namespace assay::lifecycle {

using evidence::Verdict;
using objectives::ProfitCurve;

bool AreChances(std::span<const double> scores) {
  return std::all_of(scores.begin(), scores.end(), [](double s) { return s >= 0 && s <= 1; });
}

evidence::CalibrationVerdict CalibrationOf(const DecisionValueRows& rows, const ProfitCurve& curve, const DecisionDependence& dependence) {
  evidence::CalibrationVerdict calibration;
  if (!AreChances(rows.scores)) {
    calibration.reason = calibration.statistic_reason = calibration.level.reason = calibration.curve_reason = "scores do not lie between 0 and 1, so they are no chances";
    return calibration;
  }
  std::vector<double> residual(rows.scores.size());
  for (std::size_t i = 0; i < residual.size(); ++i) residual[i] = rows.positive[i] - rows.scores[i];
  if (dependence.why_untested.empty()) calibration.level = ToEstimate(stats::ClusterMean(residual, dependence.Clusters()));
  else calibration.level.reason = dependence.why_untested;
  learn::Examples examples;
  examples.task = learn::Task::kBinary;
  examples.outcome.assign(rows.positive.begin(), rows.positive.end());
  const learn::Rows rising(curve.rows().rbegin(), curve.rows().rend());
  calibration.curve = CalibrationCurve(examples, rising, {curve.scores().rbegin(), curve.scores().rend()}, dependence.dependence);
  if (!dependence.why_untested.empty()) {
    calibration.reason = calibration.statistic_reason = dependence.why_untested;
    return calibration;
  }
  const Result<stats::CalibrationCheck> check = stats::CheckCalibration(rows.scores, rows.positive, curve.rows(), dependence.Clusters());
  if (!check) {
    calibration.reason = calibration.statistic_reason = check.error().message;
    return calibration;
  }
  calibration.p_value = check->p_value;
  calibration.verdict = check->p_value < 0.05 ? Verdict::kRefuted : Verdict::kSupported;
  if (check->impossible) {
    calibration.test = "a score of 0 had a positive outcome, or one of 1 had none, which chances of 0 and 1 rule out";
    calibration.statistic_reason = "no test is needed: " + calibration.test;
    return calibration;
  }
  calibration.statistic = check->statistic;
  calibration.test = "smooth test of calibration: residuals weighted by level, tilt and bend over the scores, " +
                     (check->degrees > 0 ? "F with " + std::to_string(check->directions) + " and " + base::ReadableNumber(check->degrees, 3) + " degrees of freedom, by unit" : "chi-square with " + base::Counted(check->directions, "degree") + " of freedom");
  return calibration;
}

}  // namespace assay::lifecycle
