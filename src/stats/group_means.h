// Means of groups of rows, how much they differ and whether they do, when rows of one unit depend on each other.
//
// Everything comes from one pass that sums values and rows per (unit, group); of very many units, whole ones are put
// together into sets, which are as independent of each other as the units. Sources: interval of a mean: Liang, Zeger 1986,
// doi:10.1093/biomet/73.1.13, with Student's t whose degrees of freedom are those of the effective number of units
// (sum c)^2 / sum c^2 - 1 (Kish 1965), because a unit with most of the rows leaves few; shares on the logit scale
// (stats/interval.h). Test of equal means: Rao, Scott 1987, doi:10.1214/aos/1176350273 (second-order correction), here for any values:
//     T = sum over groups n_g (mean_g - mean)^2,  M = its covariance by units under equal means,
//     T / trace(M) ~ F(trace(M)^2 / sum M_gh^2, units - 1).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "stats/cluster_mean.h"

namespace assay::stats {

// A row that belongs to no group and is left out.
inline constexpr std::uint8_t kNoGroup = 255;

struct GroupMeans {
  std::vector<Result<Interval>> means;  // kNumeric for a group with rows of fewer than two units
  std::vector<std::int64_t> rows;
  std::vector<std::int64_t> units;      // units (or sets of them) with rows in the group
  double explained = 0;                 // share of the variance that lies between the groups, chance taken off; 0 .. 1
  double explained_low = 0, explained_high = 0;  // 95 %, jackknife over up to 100 sets of units; NaN with fewer than five
  double p_value = 1;                   // no group differs; NaN with fewer than five units or two groups, or when nothing varies
};

// `values` is finite where the group is not kNoGroup; `group` < num_groups <= 64 or kNoGroup. kNumeric when no row is in a
// group. Cost: one pass; memory at most 16 MB. Same bytes on any number of threads.
Result<GroupMeans> CompareGroups(std::span<const double> values, std::span<const std::uint8_t> group, std::size_t num_groups, const Clusters& clusters);

}  // namespace assay::stats
