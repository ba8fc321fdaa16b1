// Means, and functions of means, with intervals when rows of one unit depend on each other.
//
// All figures come from the sums per unit, so a day with 16,000 flights counts as one observation of what happened
// that day. Variance and degrees of freedom: stats/unit_variance.h; without units Student's and Welch's intervals.
#pragma once

#include <cstdint>
#include <span>

#include "base/result.h"
#include "stats/interval.h"
#include "stats/unit_variance.h"

namespace assay::stats {

// Mean of `values` (finite). kNumeric with fewer than two units that have rows. Values that are all alike leave an interval
// without width. Sums are taken in row order: same bytes on any number of threads.
Result<Interval> ClusterMean(std::span<const double> values, const Clusters& clusters, double level = 0.95);

// The same for values that cannot lie outside 0 .. 1 (yes or no; a share per row): the interval is made on the logit scale, and
// where all values are 0, or all 1, it ends at the exact bound for as many trials as there are units.
Result<Interval> ClusterShare(std::span<const double> values, const Clusters& clusters, double level = 0.95);

// mean(a) / mean(b), by the delta method on per-unit sums.
Result<Interval> ClusterRatio(std::span<const double> a, std::span<const double> b, const Clusters& clusters, double level = 0.95);

// mean of `values` where `inside` minus mean where not; units may lie on both sides. kNumeric where one side has rows of
// fewer than two units. The two means are shares where no value of either side is other than 0 or 1; where one of them does not
// vary, the interval of the difference is joined from the limits of both (ClusterRate). Other values that vary on one side
// only: kNumeric.
struct Difference {
  Interval difference, inside, outside;
  std::int64_t rows_inside = 0, rows_outside = 0;
};
Result<Difference> ClusterDifference(std::span<const double> values, std::span<const std::uint8_t> inside, const Clusters& clusters, double level = 0.95);

// The same where one side may be small and the values skewed, as the losses of a slice are. Shares: always joined from the limits of both sides (on
// the logit scale), with the correlation that units on both sides bring (MOVER: Zou, Donner 2008, doi:10.1002/sim.3095). Other values of
// independent rows: Hall's transformation with the skewness of the difference (stats/interval.h; two samples: Zhou, Dinh 2005,
// doi:10.1093/biostatistics/kxi003). By units it is left plain: sums of few units say too little of their skewness (measured: docs/statistics.md).
// p_value belongs to the interval: below 0.05 just where the 95 % interval leaves 0 out.
Result<Difference> SkewedDifference(std::span<const double> values, std::span<const std::uint8_t> inside, const Clusters& clusters, double level = 0.95);

// A smooth function of means: `influence` per row, estimate = `value`, on the plain scale. `part`: see VarianceByUnits.
// The others above are cases of it.
Result<Interval> FromInfluence(double value, std::span<const double> influence, const Clusters& clusters, double level = 0.95,
                               std::span<const std::uint8_t> part = {});

}  // namespace assay::stats
