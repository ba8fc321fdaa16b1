#include "stats/cluster_rate.h"

#include <algorithm>
#include <cmath>

#include "stats/distributions.h"

namespace assay::stats {

Result<Interval> ClusterRate(std::span<const double> values, const Clusters& clusters, double level) {
  return RateOf(ASSAY_TRY(ClusterMean(values, clusters, level)), static_cast<std::int64_t>(values.size()), level);
}

Interval RateOf(Interval interval, std::int64_t num_rows, double level) {
  const auto rows = static_cast<double>(num_rows);
  const double p = interval.value;
  auto effective = static_cast<double>(interval.units);
  if (p > 0 && p < 1 && interval.standard_error > 0) {
    effective = p * (1 - p) / (interval.standard_error * interval.standard_error);
    // The variance by units is itself estimated: fewer degrees of freedom make the interval wider.
    const double tail = 0.5 + level / 2;
    const double ratio = NormalQuantile(tail) / StudentQuantile(tail, interval.degrees);
    effective *= ratio * ratio;
  }
  effective = std::clamp(effective, 1.0, rows);
  const double ones = p * effective, zeros = effective - ones;
  const double outside = (1 - level) / 2;
  interval.low = ones > 0 ? BetaQuantile(outside, ones, zeros + 1) : 0;
  interval.high = zeros > 0 ? BetaQuantile(1 - outside, ones + 1, zeros) : 1;
  return interval;
}

}  // namespace assay::stats
