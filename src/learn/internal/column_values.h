// The values of some rows of a column in one pass, without a look at the storage per value.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>
#include <variant>

#include "table/column.h"

namespace assay::learn {

// Calls put(i, value) for each position in `rows`: the number, a boolean as 0/1, a time in microseconds, a category's code;
// NaN where missing.
template <class Put>
void ForEachNumber(const table::Column& column, std::span<const std::uint32_t> rows, Put put) {
  std::visit(
      [&](const auto& values) {
        using Value = std::decay_t<decltype(values[0])>;
        for (std::size_t i = 0; i < rows.size(); ++i) {
          const Value value = values[rows[i]];
          if constexpr (std::is_floating_point_v<Value>) {
            put(i, static_cast<double>(value));
          } else {
            constexpr Value kMissing = std::is_signed_v<Value> ? std::numeric_limits<Value>::min() : std::numeric_limits<Value>::max();
            put(i, value == kMissing ? std::nan("") : static_cast<double>(value));
          }
        }
      },
      column.storage());
}

// The same for codes; table::kMissingCode where missing. Requires a category or boolean column.
template <class Put>
void ForEachCode(const table::Column& column, std::span<const std::uint32_t> rows, Put put) {
  std::visit(
      [&](const auto& values) {
        using Value = std::decay_t<decltype(values[0])>;
        if constexpr (std::is_unsigned_v<Value>) {
          for (std::size_t i = 0; i < rows.size(); ++i) {
            const Value value = values[rows[i]];
            put(i, value == std::numeric_limits<Value>::max() ? table::kMissingCode : static_cast<std::uint32_t>(value));
          }
        }
      },
      column.storage());
}

}  // namespace assay::learn
