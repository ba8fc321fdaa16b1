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
  double most_degrees = std::numeric_limits<double>::infinity();  // of freedom: as many as there are days that tell of it
};

struct ChangeDependence {
  BlockNoise shifts;             // of rows beyond all rows, which parts are tested for
  BlockNoise levels;             // of the metric itself
  double contribution_widening = 1;  // of contributions, which move with the metric, by the blocks of shifts
  // Per feature whether it goes by days, as a weekday: its values are no part of how far shifts last, since rows beyond all rows are whole days there. Cells of
  // such features have the noise of levels.
  std::vector<bool> is_calendar;
  bool halves_resemble = false;  // they share noise of shifts: what one half chose has a head start in the other
};

// Times: r (stats/series_runs.h) of what days do, in the influence that intervals are made of: of the metric for levels; for shifts of the values of each
// feature beyond all rows, the mean over its values and both sides, the largest of any feature. At least 8 runs a side; fewer than 16 days are not joined, but widened.
// Units whose days are known: blocks are what shows more variance, days only beyond chance; the variance is that of units and days crossed
// (stats/unit_variance.h). `form`: that in which shifts are measured, see ChangeFound::as_mean.
ChangeDependence FindDependence(const ChangeRows& rows, ChangeForm form);

}  // namespace assay::slices
