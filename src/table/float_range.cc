#include "table/float_range.h"

#include <cmath>

namespace assay::table {

std::int64_t FirstBeyondFloat(const Column& column, std::int64_t begin, std::int64_t end) {
  const auto* values = std::get_if<std::vector<double>>(&column.storage());
  if (values == nullptr) return -1;
  for (std::int64_t row = begin; row < end; ++row) {
    if (std::abs((*values)[static_cast<std::size_t>(row)]) > kLargestFloat) return row;
  }
  return -1;
}

}  // namespace assay::table
