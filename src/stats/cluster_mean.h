// Means, and functions of means, with intervals when rows of one unit depend on each other.
//
// All figures come from the sums per unit, so a day with 16,000 flights counts as one observation of what happened
// that day. Source of the variance: Liang, Zeger 1986, doi:10.1093/biomet/73.1.13, with the factor G/(G-1) and
// Student's t with G - 1 degrees of freedom (Cameron, Miller 2015, doi:10.3368/jhr.50.2.317).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace assay::stats {

struct Interval {
  double value = 0;
  double low = 0, high = 0;          // at the level asked for; equal to value when the standard error is 0
  double standard_error = 0;
  double degrees = 0;                // degrees of freedom of the t quantile
  double p_value = 1;                // two-sided test of value = 0
};

// Rows of each unit: dense ids 0 .. num_units - 1, or empty when every row is a unit of its own.
struct Clusters {
  std::span<const std::uint32_t> unit;
  std::uint32_t num_units = 0;
};

// Mean of `values` (finite). kNumeric with fewer than two units that have rows.
// Cost: one pass and num_units of memory. Sums are taken in row order: same bytes on any number of threads.
Result<Interval> ClusterMean(std::span<const double> values, const Clusters& clusters, double level = 0.95);

// mean(a) / mean(b), by the delta method on per-unit sums.
Result<Interval> ClusterRatio(std::span<const double> a, std::span<const double> b, const Clusters& clusters, double level = 0.95);

// mean of `values` where `inside` minus mean where not; units may lie on both sides.
struct Difference {
  Interval difference, inside, outside;
  std::int64_t rows_inside = 0, rows_outside = 0;
};
Result<Difference> ClusterDifference(std::span<const double> values, std::span<const std::uint8_t> inside, const Clusters& clusters, double level = 0.95);

// A smooth function of means: `influence` per row with mean 0 up to rounding, estimate = `value`.
// The variance is that of the mean influence by units. The others above are cases of it.
Result<Interval> FromInfluence(double value, std::span<const double> influence, const Clusters& clusters, double level = 0.95);

// Units that have at least one row.
std::int64_t CountUnits(const Clusters& clusters, std::size_t num_rows);

}  // namespace assay::stats
