// What a log can tell of another policy: when an off-policy estimate may be shown, and when its interval.
//
// An estimate needs weights that are worth enough rows, none of them with too large a share. Where rows of a unit depend on each
// other a unit is what a row is otherwise, so no unit may have that share either, and rewards have to come from enough units:
// an interval needs both. Measured coverage: docs/ope.md. Pure.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "base/result.h"
#include "objectives/off_policy.h"
#include "stats/interval.h"
#include "stats/unit_variance.h"

namespace assay::objectives {

inline constexpr double kLeastEffectiveSize = 100;  // of the weights, for any estimate
inline constexpr double kMostShare = 0.1;           // of one row or unit in the sum of the weights, for any estimate
inline constexpr double kLeastRewarded = 30;        // effective rows and units, for an interval: below, a normal interval covers as little as 76 %
inline constexpr double kSureLevel = 0.99;          // at which a mean weight that cannot be 1 takes the intervals away
inline constexpr double kRounding = 1e-3;           // of a mean weight about 1, that propensities written with few digits bring

// The mean weight, which is 1 on average where propensities are right.
struct MeanWeight {
  double value = 0;
  Result<stats::Interval> interval = stats::Interval{};  // at 95 %; kNumeric when it has none
  bool alike = false;                                    // every weight is the same, so the mean has no error
  bool off = false;                                      // it cannot be 1 at 95 %, rounding of propensities allowed for
  bool surely_off = false;                               // nor at kSureLevel
};
// Requires at least one row.
MeanWeight CheckMeanWeight(std::span<const double> weights, const stats::Clusters& clusters);
// With as many digits as tell it from 1, at least 3.
std::string MeanWeightInWords(double mean);

// Rows (with clusters: units) with a reward, in effect: those with a reward other than 0 and those with a reward other than the
// most common one, whichever are fewer (a reward of 1 in nearly every row hangs on the rows without).
double EffectiveRewarded(std::span<const double> rewards, std::span<const double> weights, const stats::Clusters& clusters = {});

// What holds for every estimator that uses the weights.
struct Reach {
  WeightSummary weights;        // by row
  double rewarded_rows = 0;     // effective ones
  std::string why_not;          // why no estimate may be shown; "" when it may
  std::string why_no_interval;  // "" when there may be one
};
// Requires at least one row. Of weights that only say whether rows match, whose mean says nothing.
Reach ReachOfMatches(std::span<const double> weights, std::span<const double> rewards, const stats::Clusters& clusters);
// The same, and no interval where the mean weight is surely not 1.
Reach ReachOf(std::span<const double> weights, std::span<const double> rewards, const stats::Clusters& clusters, const MeanWeight& mean);

// What a parameter, "tau" or "lambda", did (off_policy_tuning.h).
struct ParameterBias {
  double bound = 0, share_moved = 0;
  std::string parameter;
};

struct ShownInterval {
  std::optional<stats::Interval> interval;
  std::string reason;                    // why there is none; "" when there is
  std::optional<double> standard_error;  // of the estimate, also where no interval may be shown
};
// `weights`: those that the estimate used. Requires a reach without why_not.
ShownInterval IntervalToShow(const Reach& reach, const PolicyValue& estimate, std::span<const double> weights, const stats::Clusters& clusters,
                             const ParameterBias& bias = {});

}  // namespace assay::objectives
