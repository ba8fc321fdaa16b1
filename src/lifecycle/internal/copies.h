// Rows that stand in the data again: a row on both sides of a split judges a model by what it was taught.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "learn/examples.h"

namespace assay::lifecycle {

struct Copies {
  std::vector<std::uint32_t> group;  // of each row, dense: equal rows share one
  std::uint32_t num_groups = 0;
  std::int64_t rows = 0;             // rows that have an equal one
  std::vector<std::string> ids;      // columns that name rows, which were not compared
};

// Rows equal in each of the first `num_columns` columns of the table that names no rows. Nothing where hardly any are, or where they come about by
// themselves: in coarse columns equal rows are many by chance alone, turn out differently, and those that differ in a single column are so many that a
// column's values, coming together by chance, would make a tenth of the equal pairs.
// `outcome_columns`: those that the outcome is made of. Cost: a look at each value, 8 bytes a row; where rows recur a sort
// of the rows and another look at each value, 36 bytes a row.
std::optional<Copies> FindCopies(const learn::Examples& examples, std::size_t num_columns, const std::vector<std::string>& outcome_columns);

}  // namespace assay::lifecycle
