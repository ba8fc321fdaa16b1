// Why a metric moved: a disjoint partition of the rows whose contributions add up to the change.
//
// A part is a cell, a conjunction of up to `depth` predicates, that moved otherwise than the rest: of a rate, whose share of the
// metric's level shifted against the others' (all rows moving by the same amount, on an unchanged mixture, is no cause); of a sum, whose
// share of the total did (all growing by the same factor is none), or, where no share moved beyond the noise of how many rows there are, whose mean did; q
// values are doubled for it. Sums near 0 or of both signs have no shares: their cells are chosen as those of the mean are.
//
// 1. Blocks (units, days or runs of days that resemble each other, or rows) are dealt into two halves at random, within those of either side and those of both.
// 2. On one half cells are chosen greedily: the most standard errors away from "moved with the rest", less 2 ln(number of cells of that
//    depth), so that every further predicate must earn its place; its rows are taken out and the search goes on among the rest. A row
//    belongs to the first part that fits it.
// 3. On the other half every chosen cell is tested against what was the rest when it was chosen, by blocks; Benjamini and Hochberg's false
//    discovery rate over all of them, or over all cells looked at where the halves share noise (units with days, runs that resemble each other). Those that fail go back into the rest, and the others are tested again.
// 4. All rows give the contributions; what no part holds is `rest`.
// With fewer than `least_blocks` blocks on a side, or days that last so that they tell as little as fewer than five independent ones, nothing is tested: cells are
// chosen on all rows as if these were independent, or by the days of one half, `tested` is false and `why_untested` says so. Where none stands out then, parts are the values of the feature by which contributions differ most.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/run_context.h"
#include "slices/change_effect.h"
#include "slices/features.h"
#include "stats/interval.h"
#include "stats/series_runs.h"

namespace assay::slices {

// What rows that depend on each other share. Of days their number is fixed, of units and rows it is a part of a sum's noise.
enum class BlockKind { kRows, kUnits, kTimes };

// The rows of both sides; vectors have one entry for each.
struct ChangeRows {
  ChangeForm form = ChangeForm::kRate;
  std::vector<double> x;              // finite
  std::vector<double> y;              // of a rate, finite; empty: 1 per row, of sums as well
  std::vector<std::uint8_t> side;     // 0 before, 1 after; both occur
  BlockKind kind = BlockKind::kRows;
  std::vector<std::uint32_t> block;   // dense, of kTimes in their order; empty for kRows
  std::uint32_t num_blocks = 0;
  std::vector<std::uint32_t> day;     // of kUnits, dense in order: what rows of a day share counts as well; empty: days are not known
  std::uint32_t num_days = 0;
  std::vector<Feature> features;      // cut on these rows

  double y_at(std::size_t row) const { return y.empty() ? 1.0 : y[row]; }
};

struct ChangeOptions {
  std::int64_t depth = 3;         // predicates of a cell, 1 .. 3
  std::int64_t most_parts = 10;
  std::int64_t least_rows = 20;   // of a cell on one side at least, and a thousandth of that side
  double least_share = 0.01;      // of the change, by which a cell must have moved otherwise than the rest
  std::int64_t least_blocks = 8;  // on either side, for anything to be tested
  double level = 0.95;
  double largest_q = 0.05;

  Result<void> Validate() const;  // kInvalidInput
};

struct ChangePart {
  std::vector<Predicate> predicates;   // by feature
  bool outside_earlier = false;        // its predicates also fit rows of a part before it, which are not its own
  Effect effect;                       // exact, of all its rows
  // Of the half of the blocks that chose nothing; NaN where nothing was tested. Of a sum as if that half were all blocks.
  double estimate = std::numeric_limits<double>::quiet_NaN(), low = estimate, high = estimate;
  double p_value = estimate, q_value = estimate;  // that it moved with the rest
};

// The classical decomposition by the values of one feature.
struct FeatureEffect {
  std::int64_t segments = 0;  // values with rows; those too rare for one are one together
  double mix = 0, rate = 0;   // add up to the change
  // Simpson: every segment with a hundredth of the rows of either side (two at least, holding nine tenths of them) moved up (1) or down (-1), the
  // total the other way; 0: not so.
  int reversal = 0;
};

struct NoiseOfChange {
  BlockKind kind = BlockKind::kRows;     // of units whose days are known that of more noise
  stats::SeriesRuns runs;                // of kTimes: how many neighbours were joined to a block, because they resemble each other
  bool crossed = false;                  // the noise of what is not a block was added: of units that of days, of days that of units
};

struct ChangeFound {
  double before = 0, after = 0, change = 0;
  Result<stats::Interval> before_interval = Error{}, after_interval = Error{}, change_interval = Error{};  // by blocks; or why not
  std::vector<ChangePart> parts;         // in the order in which they were found
  Effect rest;                           // of the rows in no part
  Result<stats::Interval> rest_interval = Error{};  // of its contribution, as those of parts are; without parts that of the change
  std::vector<FeatureEffect> features;   // as the rows' features
  std::int64_t blocks[2] = {0, 0};       // that have rows of a side
  std::int64_t blocks_of_metric[2] = {0, 0};  // of its own noise
  NoiseOfChange noise;                   // by which parts are tested: what rows do beyond all rows
  NoiseOfChange noise_of_metric;         // of the metric's own intervals: what all rows share as well
  bool every_cell_counts = false;        // the halves share noise, so the false discovery rate is over all cells looked at, not those chosen
  bool tested = false;
  std::string why_untested;
  bool as_mean = false;                  // parts of a sum are those whose mean moved: it has no shares, or none of them moved beyond noise
  bool means_too = false;                // the shares of a sum were searched, then its means
  std::int64_t cells = 0;                // looked at
  std::int64_t chosen = 0;               // of them tested
  std::vector<std::string> combined;     // features whose combinations were looked at; empty: all
};

// Same seed, same bytes on any number of threads. kInvalidInput: a side without rows, or a rate whose denominators sum to 0 on a side.
// Cost: a pass over the rows for each part, and a visit of each combination of values that occurs for each set of up to `depth` features; where those
// are too many (64 million) the features that moved most are combined, the others are looked at alone. Memory: about 20 bytes a row, 4 per visit.
Result<ChangeFound> ExplainChange(const ChangeRows& rows, const ChangeOptions& options, const RunContext& context);

}  // namespace assay::slices
