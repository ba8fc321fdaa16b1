// How far cells scatter between blocks: the exact variance of their shift, for the few that the search looks at closely.
#pragma once

#include <span>
#include <vector>

#include "base/result.h"
#include "slices/internal/change_cells.h"

namespace assay::slices {

inline constexpr std::size_t kMostScattered = 64;

struct Scatter {
  Tally tally;
  double variance = 0;        // of the shift, by blocks
  double degrees = 0;
  double present = 0;         // blocks and sides that have rows of it
};

// Of at most kMostScattered conjunctions, among the rows alive; `pool` is their tally. A pass over the rows; memory: blocks x conjunctions.
Result<std::vector<Scatter>> ScatterByBlocks(const SearchRows& rows, std::span<const Feature> features, std::span<const std::vector<Predicate>> cells, const Tally& pool, const RunContext& context);

}  // namespace assay::slices
