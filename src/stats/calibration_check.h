// Whether scores are the chances that they say: a smooth test of calibration.
//
// Under calibration every residual y - p has mean 0 whatever p is. The test sums residuals with three weights, Legendre polynomials of degree 0, 1, 2
// over u(p): level, tilt and bend. u is the share of the information, sum of p (1 - p), that lies below p (half of it at p), which makes the three sums
// uncorrelated for independent rows and lets neither scale nor a crowd of equal scores decide (smooth tests: Neyman 1937,
// doi:10.1080/03461238.1937.10404821; score tests of calibration: Cox 1958, doi:10.2307/2333203; Spiegelhalter 1986,
// doi:10.1002/sim.4780050506). Rows independent: variance as calibration itself says, chi-square. By units: from their sums, Hotelling's T^2.
#pragma once

#include <cstdint>
#include <span>

#include "base/result.h"
#include "stats/unit_variance.h"

namespace assay::stats {

struct CalibrationCheck {
  double p_value = 1;
  double statistic = 0;      // chi-square of `directions` degrees; by units F
  int directions = 3;        // fewer where the scores have fewer values
  double degrees = 0;        // second degrees of F; 0 for chi-square
  bool impossible = false;   // a score of 0 had a positive, or one of 1 a negative: refuted without a test, p value 0
};

// Fewer expected positives (or negatives) are too few: calibrated scores would be refuted more often than the level says (measured: docs/value.md).
inline constexpr double kFewestToTest = 10, kFewestToTestByUnits = 150;

// `chances` in [0, 1], `positive` 0 or 1, `order`: the rows by falling chance. With a crossing the larger p value of units and periods. kNumeric:
// nothing to test (every score 0 or 1, and right), fewer than eight units, or too few expected positives or negatives.
Result<CalibrationCheck> CheckCalibration(std::span<const double> chances, std::span<const std::uint8_t> positive, std::span<const std::uint32_t> order, const Clusters& clusters);

}  // namespace assay::stats
