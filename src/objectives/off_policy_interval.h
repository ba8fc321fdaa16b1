// The interval of an off-policy estimate. Whether it may be shown: off_policy_guard.h.
//
// Rewards that are rare and weights that are large make estimates that are low have standard errors
// that are too low as well, and what the log has not shown yet has the largest weights of all. So
// the interval is Hall's against the skewness of the influences (stats/interval.h), both ends moved
// out by 0.45 times what one more row (unit) as heavy as the heaviest would add with a residual of
// the usual size, beyond one of the mean weight, which the variance knows:
// (max W - mean W) x sqrt(sum(S^2 / W) / sum(W)) / n, where W sums the weights and S weight x
// residual of a row (unit). Where a bound of the estimate's bias is known
// (off_policy_tuning.h) its square is added to the variance: the interval covers for every bias up
// to that bound. Measured coverage: docs/ope.md. Pure.
#pragma once

#include <span>

#include "base/result.h"
#include "objectives/off_policy.h"
#include "stats/cluster_mean.h"

namespace assay::objectives {

inline constexpr double kUnseenShare = 0.45;  // of one more row: a whole one covers up to 98 %, none as little as 90 %

// `weights`: those that the estimate used. standard_error is that of the estimate alone. kNumeric
// when there are fewer than two units, or nothing varies.
Result<stats::Interval> PolicyInterval(const PolicyValue& estimate, std::span<const double> weights, const stats::Clusters& clusters, double bias_bound = 0,
                                       double level = 0.95);

// The mean weight, which is 1 on average where propensities are right; PolicyInterval of mean(w).
Result<stats::Interval> MeanWeightInterval(std::span<const double> weights, const stats::Clusters& clusters, double level = 0.95);

}  // namespace assay::objectives
