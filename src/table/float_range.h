// Models hold numbers as floats; a column may hold larger ones.
#pragma once

#include <cstdint>
#include <limits>

#include "table/column.h"

namespace assay::table {

inline constexpr double kLargestFloat = std::numeric_limits<float>::max();  // 3.4e38

// The first of the rows [begin, end) whose number is farther from 0 than a float can be; -1: none. Cost: none for columns
// that are stored as floats or codes.
std::int64_t FirstBeyondFloat(const Column& column, std::int64_t begin, std::int64_t end);

}  // namespace assay::table
