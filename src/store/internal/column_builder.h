// Collects one column of a query, chunk by chunk, into the compact form of table::Column.
#pragma once

#include <duckdb.h>

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "table/column.h"

namespace assay::store::internal {

// How a DuckDB type enters Assay; kUnreadable for nested and binary ones.
enum class ReadAs { kBoolean, kInteger, kReal, kTime, kText, kUnreadable };
ReadAs ReadAsOf(duckdb_type type);
table::ColumnType ColumnTypeOf(ReadAs read_as);

// Not thread-safe; different builders may work at the same time.
class ColumnBuilder {
 public:
  ColumnBuilder(std::string name, duckdb_type type, duckdb_logical_type logical_type);

  // Appends the vector's `num_rows` values; `first_row` (0-based, of the source) is for error messages.
  Result<void> Append(duckdb_vector vector, std::int64_t num_rows, std::int64_t first_row);
  std::size_t size_bytes() const;
  // Leaves the builder empty.
  table::Column Finish();

 private:
  void AppendInteger(std::int64_t value);
  Result<void> AppendReal(double value, std::int64_t row);
  Result<void> AppendText(std::string_view text, std::int64_t row);
  void Promote();  // floats to doubles

  std::string name_;
  duckdb_type type_;
  ReadAs read_as_;
  double decimal_divisor_ = 1.0;
  bool integer_ = true;  // all reals so far are whole
  bool wide_ = false;    // floats were not enough
  std::vector<float> floats_;
  std::vector<double> doubles_;
  std::vector<std::int64_t> integers_;  // times, and integers once one is beyond 2^53
  bool big_integers_ = false;
  std::vector<std::uint8_t> booleans_;
  std::vector<std::uint8_t> codes8_;
  std::vector<std::uint16_t> codes16_;
  std::vector<std::uint32_t> codes32_;
  std::deque<std::string> entries_;  // stable addresses for the views in code_of_
  std::unordered_map<std::string_view, std::uint32_t> code_of_;
  std::size_t entry_bytes_ = 0;
};

}  // namespace assay::store::internal
