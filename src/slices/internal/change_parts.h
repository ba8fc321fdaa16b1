// The search for parts: cells are chosen on one half of the blocks and tested on the other.
#pragma once

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
  std::string why_untested;
  Cells cells;             // that hold; where nothing was tested those chosen, or the values of one feature
  PartTests tests;         // of them; empty where nothing was tested
  BlockTable table;        // their sets, and the rest
  bool as_mean = false, means_too = false;  // see ChangeFound
  bool tested() const { return why_untested.empty(); }
};

// A rate by its level; a sum by its shares, then, where none of them moved or it has none, by its mean. `total`: of the rows of either side.
Result<FoundParts> FindParts(const ChangeRows& rows, const BothSums& total, const ChangeOptions& options, const RunContext& context);

}  // namespace assay::slices
