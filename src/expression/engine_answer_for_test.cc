#include "expression/engine_answer_for_test.h"

#include "base/text.h"
#include "base/time.h"

namespace assay::expression {

namespace {

const char* SqlType(table::ColumnType type) {
  switch (type) {
    case table::ColumnType::kBoolean:
      return "BOOLEAN";
    case table::ColumnType::kNumber:
      return "DOUBLE";
    case table::ColumnType::kCategory:
      return "VARCHAR";
    case table::ColumnType::kTime:
      return "TIMESTAMP";
  }
  return "";
}

void Append(duckdb_appender appender, const table::Column& column, std::int64_t row) {
  if (column.IsMissing(row)) {
    duckdb_append_null(appender);
  } else if (column.type() == table::ColumnType::kBoolean) {
    duckdb_append_bool(appender, column.CodeAt(row) == 1);
  } else if (column.type() == table::ColumnType::kNumber) {
    duckdb_append_double(appender, column.NumberAt(row));
  } else if (column.type() == table::ColumnType::kTime) {
    duckdb_append_timestamp(appender, {column.TimeAt(row)});
  } else {
    const std::string& text = column.dictionary()[column.CodeAt(row)];
    duckdb_append_varchar_length(appender, text.data(), text.size());
  }
}

Error EngineError(const char* message) {
  return {ErrorCode::kInternal, message == nullptr ? "no message" : message};
}

void Bind(duckdb_prepared_statement statement, const Sql& sql) {
  for (std::size_t i = 0; i < sql.parameters.size(); ++i) {
    const SqlParameter& p = sql.parameters[i];
    switch (p.type) {
      case ValueType::kBoolean:
        duckdb_bind_boolean(statement, i + 1, p.number != 0);
        break;
      case ValueType::kText:
        duckdb_bind_varchar_length(statement, i + 1, p.text.data(), p.text.size());
        break;
      case ValueType::kTime:
        duckdb_bind_timestamp(statement, i + 1, {static_cast<std::int64_t>(p.number)});
        break;
      default:
        duckdb_bind_double(statement, i + 1, p.number);
    }
  }
}

std::string TextOf(void* data, idx_t row, ValueType type) {
  switch (type) {
    case ValueType::kBoolean:
      return static_cast<bool*>(data)[row] ? "true" : "false";
    case ValueType::kTime:
      return base::FormatTime(static_cast<duckdb_timestamp*>(data)[row].micros);
    case ValueType::kText: {
      duckdb_string_t* text = static_cast<duckdb_string_t*>(data) + row;
      return {duckdb_string_t_data(text), duckdb_string_t_length(*text)};
    }
    default:
      return base::ShortestNumber(static_cast<double*>(data)[row]);
  }
}

// Runs the statement and hands each chunk's only column to `take(vector, rows)`.
template <class Take>
Result<void> Run(duckdb_connection connection, const std::string& query, const Sql& sql,
                 Take take) {
  duckdb_prepared_statement statement = nullptr;
  if (duckdb_prepare(connection, query.c_str(), &statement) == DuckDBError) {
    const Error error = EngineError(duckdb_prepare_error(statement));
    duckdb_destroy_prepare(&statement);
    return error;
  }
  Bind(statement, sql);
  duckdb_result result;
  const bool failed = duckdb_execute_prepared(statement, &result) == DuckDBError;
  Result<void> outcome;
  if (failed) outcome = EngineError(duckdb_result_error(&result));
  while (!failed) {
    duckdb_data_chunk chunk = duckdb_fetch_chunk(result);
    if (chunk == nullptr) break;
    take(duckdb_data_chunk_get_vector(chunk, 0), duckdb_data_chunk_get_size(chunk));
    duckdb_destroy_data_chunk(&chunk);
  }
  duckdb_destroy_result(&result);
  duckdb_destroy_prepare(&statement);
  return outcome;
}

}  // namespace

EngineForTest::EngineForTest(const table::Table& table) {
  ASSAY_CHECK(duckdb_open(nullptr, &database_) == DuckDBSuccess);
  ASSAY_CHECK(duckdb_connect(database_, &connection_) == DuckDBSuccess);
  std::string create = "SET threads = 2; CREATE TABLE data (";
  for (std::size_t c = 0; c < table.num_columns(); ++c) {
    create += c > 0 ? ", \"" : "\"";
    for (const char letter : table.column(c).name())
      create += letter == '"' ? std::string("\"\"") : std::string(1, letter);
    create += std::string("\" ") + SqlType(table.column(c).type());
  }
  duckdb_result result;
  ASSAY_CHECK(duckdb_query(connection_, (create + ")").c_str(), &result) == DuckDBSuccess);
  duckdb_destroy_result(&result);
  duckdb_appender appender = nullptr;
  ASSAY_CHECK(duckdb_appender_create(connection_, nullptr, "data", &appender) == DuckDBSuccess);
  for (std::int64_t row = 0; row < table.num_rows(); ++row) {
    for (const table::Column& column : table.columns()) Append(appender, column, row);
    duckdb_appender_end_row(appender);
  }
  ASSAY_CHECK(duckdb_appender_destroy(&appender) == DuckDBSuccess);
}

EngineForTest::~EngineForTest() {
  duckdb_disconnect(&connection_);
  duckdb_close(&database_);
}

Result<std::vector<std::string>> EngineForTest::Answer(const Sql& sql, ValueType type) const {
  std::vector<std::string> texts;
  const auto take = [&](duckdb_vector vector, idx_t rows) {
    std::uint64_t* validity = duckdb_vector_get_validity(vector);
    void* data = duckdb_vector_get_data(vector);
    for (idx_t row = 0; row < rows; ++row) {
      const bool valid = validity == nullptr || duckdb_validity_row_is_valid(validity, row);
      texts.push_back(valid ? TextOf(data, row, type) : "(null)");
    }
  };
  ASSAY_TRY(Run(connection_, "SELECT " + sql.text + " FROM data ORDER BY rowid", sql, take));
  return texts;
}

Result<void> EngineForTest::CountTrue(const Sql& sql, std::int64_t* count) const {
  return Run(connection_, "SELECT count(*) FROM data WHERE " + sql.text, sql,
             [count](duckdb_vector vector, idx_t) {
               *count = *static_cast<std::int64_t*>(duckdb_vector_get_data(vector));
             });
}

}  // namespace assay::expression
