// Columns of equal length with distinct names: all that an analysis sees of a data file.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "table/column.h"

namespace assay::table {

// What is known of a column without its values.
struct ColumnSchema {
  std::string name;
  ColumnType type = ColumnType::kNumber;
  bool integer = false;
  std::vector<std::string> dictionary;  // kCategory only
};
using Schema = std::vector<ColumnSchema>;

// Immutable after it is built; reading is thread-safe.
class Table {
 public:
  // kInvalidInput when lengths differ or a name stands twice.
  static Result<Table> Create(std::vector<Column> columns);

  std::int64_t num_rows() const { return num_rows_; }
  std::size_t num_columns() const { return columns_.size(); }
  const Column& column(std::size_t index) const { return columns_[index]; }
  const std::vector<Column>& columns() const { return columns_; }
  std::vector<std::string> names() const;
  Schema schema() const;
  std::size_t size_bytes() const;

  // Exact match first, then ignoring case when that is unambiguous. -1 when there is none.
  std::int64_t Find(std::string_view name) const;
  // kNotFound with the nearest names.
  Result<std::size_t> IndexOf(std::string_view name) const;
  Table Take(std::span<const std::uint32_t> rows) const;
  // Each column so. Cost: one column at a time in memory twice.
  Table WithoutUnusedTexts() &&;

 private:
  std::vector<Column> columns_;
  std::int64_t num_rows_ = 0;
};

}  // namespace assay::table
