// A share with an interval that stays honest near 0 and 1 and in small groups, when rows of one unit depend on each other.
//
// Clopper and Pearson's exact interval at the effective number of rows p(1-p)/variance, the variance by units.
// Source: Korn, Graubard 1998, "Confidence intervals for proportions with small expected number of positive counts".
#pragma once

#include <cstdint>
#include <span>

#include "base/result.h"
#include "stats/cluster_mean.h"

namespace assay::stats {

// Share of ones among `values` (each 0 or 1). Where all are equal the units count instead of the rows, which is the worst
// dependence can do. kNumeric without rows, or with one unit only.
Result<Interval> ClusterRate(std::span<const double> values, const Clusters& clusters, double level = 0.95);
// The same from the rows' mean as ClusterMean (or ClusterShare) gives it.
Interval RateOf(Interval mean, std::int64_t num_rows, double level);

}  // namespace assay::stats
