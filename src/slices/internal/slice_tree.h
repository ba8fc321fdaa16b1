// One exact search: the tree of conjunctions, cut by bounds.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "base/run_context.h"
#include "slices/internal/atom_bits.h"
#include "slices/internal/best_slices.h"
#include "slices/internal/loss_bands.h"
#include "slices/search.h"

namespace assay::slices {

struct TreeCounts {
  std::vector<std::int64_t> per_level;  // conjunctions evaluated, from level 1
  Pruned pruned;
  std::int64_t peak_bytes = 0;          // beside the bitmaps of the atoms
};

// Offers to `best` every row set that it wants and that a conjunction of at most max_level (0 = any number) of `predicates` holds for.
//
// The tree. A node is a conjunction; its children add one predicate each, ordered by what their subsets can still reach. The child at
// place i is followed with the children before i, so each set of predicates is met once. Not followed are: too few rows; a bound below
// the threshold, of the child, of what its parents leave, or of any pair in it; a conjunction of which a predicate is not needed, for then
// all that follow have one too; and of children with the same rows all but the first predicate.
// Work is cut into tasks of fixed size that see the threshold as it was before them: the same counts with any number of threads.
Result<TreeCounts> SearchTree(const LossBands& bands, const AtomBits& atoms, std::span<const Predicate> predicates, std::int64_t least_rows, std::int64_t max_level, BestSlices* best, const RunContext& context);

}  // namespace assay::slices
