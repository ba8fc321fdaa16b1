// Collects one column of a query, chunk by chunk, into the compact form of table::Column.
#pragma once

#include <duckdb.h>

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <span>
#include <vector>

#include "base/result.h"
#include "store/internal/blocks.h"
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

  // Appends the values of the vector at `rows`; `first_row` (0-based, of the source) is for error messages.
  Result<void> Append(duckdb_vector vector, std::span<const std::uint32_t> rows, std::int64_t first_row);
  std::size_t size_bytes() const;
  const std::string& name() const { return name_; }
  // A whole number did not fit 64 bits: its digits are kept only as text.
  bool overflowed() const { return overflowed_; }
  // Every value is whole and some reach 2^53, which may be 2^53 + 1 rounded (or lie beyond 2^63).
  bool rounds_whole_numbers() const { return read_as_ == ReadAs::kReal && integer_ && largest_ >= 0x1p53; }
  bool beyond_integers() const { return read_as_ == ReadAs::kReal && integer_ && largest_ > 0x1p63; }
  // The texts so far, each once.
  const std::deque<std::string>& entries() const { return entries_; }
  ReadAs read_as() const { return read_as_; }
  // Leaves the builder empty.
  table::Column Finish();

 private:
  Result<void> AppendValue(duckdb_vector vector, std::size_t k, std::int64_t row);
  void AppendMissing();
  void AppendInteger(std::int64_t value);
  Result<void> AppendTime(std::int64_t value, std::int64_t micros, std::int64_t row);
  Result<void> AppendReal(double value, std::int64_t row);
  Result<void> AppendText(std::string_view text, std::int64_t row);
  void Promote();  // floats to doubles

  std::string name_;
  duckdb_type type_;
  ReadAs read_as_;
  double decimal_divisor_ = 1.0;
  bool integer_ = true;  // all reals so far are whole
  double largest_ = 0;   // absolute value
  bool overflowed_ = false;
  bool wide_ = false;    // floats were not enough
  Blocks<float> floats_;
  Blocks<double> doubles_;
  Blocks<std::int64_t> integers_;  // times, and integers once one is beyond 2^53
  bool big_integers_ = false;
  Blocks<std::uint8_t> booleans_;
  Blocks<std::uint8_t> codes8_;
  Blocks<std::uint16_t> codes16_;
  Blocks<std::uint32_t> codes32_;
  std::deque<std::string> entries_;  // stable addresses for the views in code_of_
  std::unordered_map<std::string_view, std::uint32_t> code_of_;
  std::size_t entry_bytes_ = 0;
};

}  // namespace assay::store::internal
