// An estimate with its interval, and the scales on which intervals are made.
//
// A quantity with a natural end (a share between 0 and 1) or with skewed parts (a mean loss) scatters unevenly; its
// interval is made so that it misses equally often on both sides (docs/statistics.md: measured). Source of the delta method
// behind the logit scale: van der Vaart 1998, chapter 3. Pure, thread-safe.
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
  double skewness = 0;        // of the units' shares in the error; 0 where it is not known
};

// value -+ t quantile x standard error.
Interval StudentInterval(double value, double standard_error, double degrees, double level);

// The same estimate with its interval made on the logit scale; p_value stays. Returned unchanged where that does not exist
// (value not inside (0, 1)) or the standard error is 0.
Interval OnLogitScale(Interval interval, double level);

// The same estimate with its interval moved against the skewness of its units: few large losses and many small ones make
// a mean that is low have a standard error that is too low as well. By Hall's cubic transformation of the studentised
// estimate (Hall 1992, doi:10.1111/j.2517-6161.1992.tb01876.x); symmetric again where skewness is 0. p_value stays.
Interval AgainstSkewness(Interval interval, double level);

// Two-sided p value of value = 0 by the same transformation: below 1 - level just where AgainstSkewness leaves 0 out. NaN where the standard
// error is 0.
double SkewedP(const Interval& interval);

// Bound for a mean of values in [0, 1] that came out 0 or 1 in every row: as for a share of which `units` independent
// trials all agree (Clopper, Pearson 1934, doi:10.1093/biomet/26.4.404), which is the worst case. Requires value 0 or 1.
Interval AllAlike(double value, std::int64_t units, double level);

// The same for a mean of differences in [-1, 1] that came out equal in every one of `units` trials: the others, of which such
// a sample would hold one too rarely, may lie at either end. Nothing is tested: standard error 0, p_value NaN.
Interval AllAlikeDifference(double value, std::int64_t units, double level);

}  // namespace assay::stats
