// What a judge of held-out rows says, as reports need it: always the value, and where there is no interval or no test, why.
#pragma once

#include <span>
#include <string>

#include "evidence/reports/common.h"
#include "learn/comparison.h"

namespace assay::lifecycle {

// The value also where units are too few for an interval, and where every unit gave the same one.
evidence::Estimate MetricEstimate(const learn::Judge& judge, learn::Metric metric, std::span<const double> predictions);

// How much a is better than b. `reason`: why there is no test and, where low and high are NaN, no interval.
struct JudgedImprovement {
  stats::Interval interval;
  std::string reason;
  double level = 0.95;  // of the interval
};
// kNumeric where the metric does not exist at all.
Result<JudgedImprovement> ImprovementOf(const learn::Judge& judge, learn::Metric metric, std::span<const double> a, std::span<const double> b, double level = 0.95);

// Both kInvalidInput, naming `part` and what to do; to be asked before anything is fitted.
// Numbers of one value, or queries whose rows are all alike.
Result<void> RefuseNothingToLearn(const std::string& part, const learn::Examples& examples, const learn::Rows& rows);
// Rows on which the metric does not exist, whatever is predicted. `training`: of the constant, where it is known.
Result<void> RefuseUnjudgeable(const std::string& part, const learn::Examples& examples, const learn::Rows& rows, learn::Metric metric, const learn::Rows* training = nullptr);

}  // namespace assay::lifecycle
