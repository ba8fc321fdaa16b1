// The database wall: everything Assay asks of a data file goes through an Engine.
//
// DuckDB stands behind it today; a distributed SQL engine can later. Nothing above this layer knows DuckDB.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/run_context.h"
#include "table/table.h"

namespace assay::store {

struct EngineOptions {
  std::int64_t memory_bytes = 0;  // cap for the engine and for the columns read, 0 = none
  int threads = 1;
  std::string temp_folder;        // where the engine may spill; "" = the system's temporary folder
};

// What the program itself takes, and the part of a cap that the database engine may use; the rest is for columns.
inline constexpr std::int64_t kProgramBytes = 60'000'000;
inline constexpr std::int64_t kLeastMemory = 250'000'000;
inline constexpr std::int64_t EngineShare(std::int64_t memory_bytes) { return memory_bytes / 4 > 140'000'000 ? memory_bytes / 4 : 140'000'000; }

struct SourceColumn {
  std::string name;
  std::string type_text;  // why it cannot be read ("a list"), "" when it can
  table::ColumnType type = table::ColumnType::kNumber;
  bool readable = true;   // false for lists, maps and binary values
};

struct SourceInfo {
  std::vector<std::string> files;  // sorted
  std::string format;              // "CSV", "Parquet", "JSON"
  std::vector<SourceColumn> columns;
};

struct ReadOptions {
  std::vector<std::string> columns;  // empty: all readable ones
  std::int64_t sample_rows = 0;      // 0: all; else about that many, drawn by row number and seed, in file order
  std::uint64_t seed = 42;
};

struct ReadResult {
  table::Table table;
  std::int64_t source_rows = 0;     // rows of the source before sampling
  std::vector<std::string> notes;   // columns left out and why, the sample taken, conversions
  std::string fingerprint;          // SHA-256 over names, types and values in row order

  std::int64_t sampled_from() const { return source_rows > table.num_rows() ? source_rows : 0; }
};

// Puts the next rows, one column for each of the schema, into `block`; false when there are none left.
using BlockSource = std::function<Result<bool>(std::vector<table::Column>* block)>;

// One at a time per engine; not thread-safe. Files are CSV, gzip CSV, Parquet, JSON or globs of one kind.
class Engine {
 public:
  virtual ~Engine() = default;
  static Result<std::unique_ptr<Engine>> Open(const EngineOptions& options);

  virtual Result<SourceInfo> Describe(const std::string& source) = 0;
  // Row order is the file's (files of a glob in name order) and does not depend on threads. Rejects infinities and text
  // that is not UTF-8, naming row and column. kTooLarge when the columns would not fit the memory cap, with the sample
  // that would. Whole numbers keep every digit: as 64-bit integers, beyond those as text.
  // Cost: one pass, and one more whenever rows show another type than the first ones, at most twice for a column; a sample of a text
  // format counts the rows first, gzip files are checked whole before; peak memory about the final columns plus one batch.
  virtual Result<ReadResult> Read(const std::string& source, const ReadOptions& options, const RunContext& context) = 0;
  // CSV, gzip CSV, Parquet or JSON by the path's ending; whole or not at all: written beside the path and moved over it. Blocks
  // are asked for one at a time, in order. Returns the rows written; an error of `next` is passed on.
  virtual Result<std::int64_t> WriteBlocks(const table::Schema& schema, const BlockSource& next, const std::string& path) = 0;
  // The same of a table that is there as a whole.
  Result<std::int64_t> WriteTable(const table::Table& table, const std::string& path);
};

// Hash of names, types and values as stored: equal for the same file read again, with any number of threads.
std::string Fingerprint(const table::Table& table);

}  // namespace assay::store
