// What DuckDB answers to a printed expression: for tests only, so that the module itself knows no
// database.
#pragma once

#include <duckdb.h>

#include <string>
#include <vector>

#include "base/result.h"
#include "expression/sql.h"
#include "table/table.h"

namespace assay::expression {

// An in-memory DuckDB that holds one table. Not thread-safe.
class EngineForTest {
 public:
  // Copies the table: numbers as DOUBLE, texts as VARCHAR, times as TIMESTAMP, booleans as BOOLEAN.
  explicit EngineForTest(const table::Table& table);
  ~EngineForTest();
  EngineForTest(const EngineForTest&) = delete;
  EngineForTest& operator=(const EngineForTest&) = delete;

  // One text per row, as Column::TextAt writes it; numbers with all their digits.
  Result<std::vector<std::string>> Answer(const Sql& sql, ValueType type) const;
  // Runs the expression without fetching its values; for time measurements.
  Result<void> CountTrue(const Sql& sql, std::int64_t* count) const;

 private:
  duckdb_database database_ = nullptr;
  duckdb_connection connection_ = nullptr;
};

}  // namespace assay::expression
