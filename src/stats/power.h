// How many units an A/B test needs, and what it can see with those it has. Two equal variants, two-sided test.
//
// Shares: the unpooled normal approximation of Fleiss, Levin, Paik, Statistical Methods for Rates and Proportions (2003),
// without continuity correction, which is also R's power.prop.test. Means: Student's t with the noncentral t distribution
// (R's power.t.test); above 10,000 degrees of freedom the normal distribution.
#pragma once

#include "base/result.h"

namespace assay::stats {

struct PowerOptions {
  double level = 0.05;  // of the two-sided test
  double power = 0.8;   // wanted chance to see the effect when it is there
};

// The chance that a test with `units` per variant shows the effect. kInvalidInput when a share leaves (0, 1), the effect is
// 0, the deviation is not positive, or fewer than 2 units.
Result<double> PowerOfShares(double baseline, double effect, double units, const PowerOptions& options = {});
Result<double> PowerOfMeans(double standard_deviation, double effect, double units, const PowerOptions& options = {});

// Units per variant at which the power is reached; not rounded.
Result<double> UnitsForShares(double baseline, double effect, const PowerOptions& options = {});
Result<double> UnitsForMeans(double standard_deviation, double effect, const PowerOptions& options = {});

// The smallest effect of the same sign that `units` per variant show with the wanted power. kNumeric when not even the
// largest possible one would be.
Result<double> EffectOfShares(double baseline, double sign, double units, const PowerOptions& options = {});
Result<double> EffectOfMeans(double standard_deviation, double units, const PowerOptions& options = {});

}  // namespace assay::stats
