// Which rows share their noise: those of a unit, of a day, of neighbouring days.
#pragma once

#include <string>

#include "slices/change.h"
#include "stats/series_runs.h"

namespace assay::slices {

struct ChangeDependence {
  BlockKind kind = BlockKind::kRows;
  const std::vector<std::uint32_t>* block = nullptr;  // of the rows given; null for kRows
  std::uint32_t num_blocks = 0;
  stats::SeriesRuns runs;     // of kTimes
  double widening = 1;        // of variances that blocks show: for the noise that blocks of both halves share
  bool halves_resemble = false;  // they share noise: what one half chose has a head start in the other
  bool crossed = false;       // units with days, and both count
  double day_variance = 1, unit_variance = 1;  // of units with days: over that of independent rows
};

// Times: the lag-1 autocorrelation of what a block does beyond its side, of all rows, and of the values of each feature beyond all rows (the mean over its
// values and both sides, the largest of all rows' and of any feature's), corrected for the mean that is taken off; see stats/series_runs.h, at least 8 runs a side.
// Units whose days are known: blocks are what shows more variance, beyond chance; the variance is that of units and days crossed (stats/unit_variance.h). `form`:
// that of the shares, see ChangeFound::as_mean.
ChangeDependence FindDependence(const ChangeRows& rows, ChangeForm form, std::int64_t least_blocks);

}  // namespace assay::slices
