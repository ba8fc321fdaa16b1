// Which rows share their noise: those of a unit, of a day, of neighbouring days.
#pragma once

#include <limits>
#include <vector>

#include "slices/change.h"
#include "stats/series_runs.h"

namespace assay::slices {

// The blocks by which noise of one kind is measured.
struct BlockNoise {
  BlockKind kind = BlockKind::kRows;
  const std::vector<std::uint32_t>* block = nullptr;  // of the rows given; null for kRows
  std::uint32_t num_blocks = 0;
  stats::SeriesRuns runs;     // of kTimes
  double widening = 1;        // of variances that blocks show, for the noise that they share
  bool crossed = false;       // units with days, and both count
  // Of freedom: as many as there are independent days.
  double most_degrees() const { return runs.autocorrelation > 0 ? 2 * runs.independent - 2 : std::numeric_limits<double>::infinity(); }
};

struct ChangeDependence {
  BlockNoise shifts;             // of rows beyond all rows, which parts are tested for
  BlockNoise levels;             // of the metric itself, whose days all rows share: at least that of shifts
  double contribution_widening = 1;  // of contributions, which move with the metric, by the blocks of shifts
  // Per feature whether it goes by days, as a weekday: its values are no part of how far shifts last, since rows beyond all rows are whole days there. Cells of
  // such features have the noise of levels.
  std::vector<bool> is_calendar;
  bool halves_resemble = false;  // they share noise of shifts: what one half chose has a head start in the other
};

// Times: the lag-1 autocorrelation of what a block does beyond its side, of the values of each feature beyond all rows (the mean over its values and both
// sides, the largest of any feature), and, for levels, of all rows; corrected for the mean that is taken off. See stats/series_runs.h, at least 8 runs a side.
// Units whose days are known: blocks are what shows more variance, days only beyond chance; the variance is that of units and days crossed
// (stats/unit_variance.h). `form`: that of the shares, see ChangeFound::as_mean.
ChangeDependence FindDependence(const ChangeRows& rows, ChangeForm form, std::int64_t least_blocks);

}  // namespace assay::slices
