// Which cells moved otherwise than the rest: the greedy search behind change.h, on some of the rows.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "slices/change.h"
#include "slices/internal/change_blocks.h"

namespace assay::slices {

struct ChosenCells {
  std::vector<std::vector<Predicate>> cells;  // in the order in which they are taken out
  std::int64_t looked_at = 0;
  std::vector<std::uint32_t> combined;        // features whose combinations were looked at, where not all
};

// On the blocks that do not test, by the scatter between them, moderated towards what single features show (Smyth 2004,
// doi:10.2202/1544-6115.1027); `by_blocks` false: on all rows, as if these were independent. `form`: kRate for a sum chooses as for its mean.
Result<ChosenCells> ChooseCells(const ChangeRows& rows, ChangeForm form, const Blocks& blocks, bool by_blocks, const ChangeOptions& options, const RunContext& context);

}  // namespace assay::slices
