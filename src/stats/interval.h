// An estimate with its interval, and the scales on which intervals are made.
//
// A quantity with a natural end (a loss above 0, a share between 0 and 1) scatters unevenly near that end; made on the
// scale of the logarithm or logit, its interval stays inside and misses equally often on both sides
// (docs/statistics.md: measured). Source of the delta method behind it: van der Vaart 1998, chapter 3. Pure, thread-safe.
#pragma once

#include <cstdint>
#include <limits>

namespace assay::stats {

struct Interval {
  double value = 0;
  double low = 0, high = 0;   // at the level asked for; equal to value when the standard error is 0
  double standard_error = 0;
  double degrees = 0;         // degrees of freedom of the t quantile, may be fractional
  double p_value = std::numeric_limits<double>::quiet_NaN();  // two-sided test of value = 0; NaN when the standard error is 0: there is no test
  std::int64_t units = 0;     // independent units behind it, on the side that has fewer
};

// value -+ t quantile x standard error.
Interval StudentInterval(double value, double standard_error, double degrees, double level);

// The same estimate with its interval made on another scale; p_value stays. Returned unchanged where the scale does not
// exist (value at or beyond its end) or the standard error is 0.
Interval OnLogScale(Interval interval, double level);          // of a quantity above 0
Interval OnLogitScale(Interval interval, double level);        // of a quantity between 0 and 1
Interval OnLogScaleOfRest(Interval interval, double level);    // of 1 - loss ratio: the rest 1 - value is above 0

// Bound for a mean of values in [0, 1] that came out 0 or 1 in every row: as for a share of which `units` independent
// trials all agree (Clopper, Pearson 1934, doi:10.1093/biomet/26.4.404), which is the worst case. Requires value 0 or 1.
Interval AllAlike(double value, std::int64_t units, double level);

}  // namespace assay::stats
