// Models that answer one row given by value, without a table made for it: for servers.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace assay::learn {

// A value of a row. A condition is a number of 0 or 1; a time its microseconds.
struct Cell {
  enum class Kind : std::uint8_t { kMissing, kNumber, kText };
  Kind kind = Kind::kMissing;
  double number = 0;
  std::string_view text;
};

// Thread-safe. Says exactly what the model's Predict says of a table with this row.
class RowModel {
 public:
  virtual ~RowModel() = default;
  // `cells`: one per Model::columns(), of the kind that the column's type has (kText for categories); `out`: one value per output.
  virtual void PredictRow(std::span<const Cell> cells, std::span<double> out) const = 0;
};

}  // namespace assay::learn
