// Blocks of rows that depend on each other: dealt into halves, and what their sums say of noise.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "slices/change.h"
#include "slices/internal/change_dependence.h"

namespace assay::slices {

// Where a block has rows.
enum class Stratum : std::uint8_t { kNone, kBefore, kAfter, kBoth };

struct Blocks {
  std::vector<std::uint32_t> of_row;
  std::uint32_t count = 0;
  std::vector<Stratum> stratum;   // per block
  std::vector<bool> test;         // whether it belongs to the half that tests
  std::int64_t on_side[2] = {0, 0};  // blocks as given (before dealing) that have rows of a side
  bool number_is_fixed = false;   // days; else that a block is there at all is chance
  std::vector<double> size;       // per block: days of a run, else 1
};

// More than 1,000 units or rows are dealt at random into 1,000 bundles, which serve as blocks: a bundle's sum then holds the chance of how many
// there are. Days that resemble their neighbours are joined to runs. Halves are drawn within each stratum. Streams by name: same seed, same blocks.
Blocks MakeBlocks(const ChangeRows& rows, const BlockNoise& noise, std::uint64_t seed);

// Sums per set of rows, block and side: sums[(set * count + block) * 2 + side].
struct BlockTable {
  std::uint32_t sets = 0, count = 0;
  std::vector<Sums> sums;
  const Sums& at(std::uint32_t set, std::uint32_t block, std::size_t side) const { return sums[(std::size_t{set} * count + block) * 2 + side]; }
  // Of the sets from `set` on.
  BlockTable From(std::uint32_t set) const;
};

// Which blocks count.
enum class Half { kAll, kTest };

// What follows is about set 0 of a table of two sets: the rows in question and the others.
struct TwoSets {
  const BlockTable& table;  // two sets
  const Blocks& blocks;
  Half half;
  ChangeForm form;
  double level;
  double widening = 1;      // of the variances that the blocks show
  double most_degrees = std::numeric_limits<double>::infinity();  // of freedom: as many as there are independent days
};
// Joins the sets of a table: those for which in_first(set) holds, and the others from `least` on.
template <class InFirst>
BlockTable Joined(const BlockTable& table, std::uint32_t least, const InFirst& in_first) {
  BlockTable joined;
  joined.sets = 2;
  joined.count = table.count;
  joined.sums.resize(std::size_t{2} * 2 * table.count);
  for (std::uint32_t set = least; set < table.sets; ++set) {
    const std::size_t to = in_first(set) ? 0 : 1;
    for (std::size_t i = 0; i < std::size_t{2} * table.count; ++i) joined.sums[to * 2 * table.count + i] += table.sums[std::size_t{set} * 2 * table.count + i];
  }
  return joined;
}

// T = T1 - T0 with T_s = (x - R_s y) / Y_s summed over the set: how far it moved otherwise than all rows of the table; of a sum x / X.
// Its noise is by blocks, each less what the whole block did. kNumeric where no scatter can be seen: too few blocks hold it.
Result<stats::Interval> ExcessInterval(const TwoSets& sets);
// Of Effect::contribution; of a sum scaled from the blocks of the half to all.
Result<stats::Interval> ContributionInterval(const TwoSets& sets);
// Of the metric of all rows of the table: of one side (0, 1), or of the change (2).
Result<stats::Interval> MetricInterval(const TwoSets& sets, int side);

// Variance of the sum over blocks of u, which has mean 0 on either side: per block and side its term and its share of the side's mass.
struct BlockTerm {
  double u[2] = {0, 0};
  double mass[2] = {0, 0};
};
// A block's share of what a shift hangs on, by rows: of the set's and of the others', each as much as the other is large.
double MassShare(double set_in_block, double in_block, double set, double all);
struct BlockVariance {
  double variance = 0;
  double degrees = 0;  // Satterthwaite's, from the shares; below 1: too few blocks
};
BlockVariance VarianceOf(std::span<const BlockTerm> terms);

}  // namespace assay::slices
