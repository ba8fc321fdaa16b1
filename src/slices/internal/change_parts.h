// The search for parts: cells are chosen on one half of the blocks and tested on the other.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/run_context.h"
#include "slices/change.h"
#include "slices/internal/change_blocks.h"
#include "slices/internal/change_dependence.h"
#include "slices/internal/change_search.h"

namespace assay::slices {

using Cells = std::vector<std::vector<Predicate>>;

struct PartTests {
  std::vector<double> p, q;
};

struct FoundParts {
  ChangeDependence dependence;
  Blocks blocks;
  ChosenCells chosen;
  std::string why_untested;   // or ""
  Cells cells;             // that hold; where nothing was tested those chosen, or the values of one feature
  PartTests tests;         // of them; empty where nothing was tested
  BlockTable table;        // their sets, and the rest
  bool as_mean = false, means_too = false;  // see ChangeFound
  bool tested() const { return why_untested.empty(); }
};

// Why noise by these blocks cannot be told; or "".
std::string WhyNoNoise(const std::int64_t (&blocks)[2], const BlockNoise& noise, std::int64_t least);
// Sums by set (per row), block and side.
Result<BlockTable> TableOf(const ChangeRows& rows, const Blocks& blocks, std::span<const std::uint8_t> set, std::size_t sets, const RunContext& context);

// A rate by its level; a sum by its shares, then, where none of them moved or it has none, by its mean. `total`: of the rows of either side.
Result<FoundParts> FindParts(const ChangeRows& rows, const BothSums& total, const ChangeOptions& options, const RunContext& context);

}  // namespace assay::slices
