// Owning handles for DuckDB's C API, and its errors as sentences of ours.
#pragma once

#include <duckdb.h>

#include <string>
#include <string_view>

#include "base/result.h"

namespace assay::store::internal {

// 'it''s': a string literal of SQL. Only file names and options of ours pass through here.
std::string QuoteLiteral(std::string_view text);
// A file that exists, as SQL: the engine would take `[`, `?` and `*` in its name for a pattern.
std::string QuoteFile(std::string_view path);
// "a""b": an identifier of SQL. Only names that the engine itself has reported.
std::string QuoteName(std::string_view name);

// DuckDB's message reduced to what helps a person, put behind the file's name.
Error TranslateError(const std::string& source, const std::string& message);

struct Database {
  duckdb_database handle = nullptr;
  ~Database() { duckdb_close(&handle); }
};
struct Connection {
  duckdb_connection handle = nullptr;
  ~Connection() { duckdb_disconnect(&handle); }
};
struct QueryResult {
  duckdb_result handle{};
  QueryResult() = default;
  QueryResult(const QueryResult&) = delete;
  QueryResult& operator=(const QueryResult&) = delete;
  ~QueryResult() { duckdb_destroy_result(&handle); }
};
struct Chunk {
  duckdb_data_chunk handle = nullptr;
  explicit Chunk(duckdb_data_chunk chunk) : handle(chunk) {}
  Chunk(const Chunk&) = delete;
  Chunk& operator=(const Chunk&) = delete;
  ~Chunk() {
    if (handle != nullptr) duckdb_destroy_data_chunk(&handle);
  }
};

}  // namespace assay::store::internal
