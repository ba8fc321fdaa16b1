// Blocks of columns as a table that the engine can select from: one pass, in order, on one thread.
#pragma once

#include <duckdb.h>

#include <string>

#include "base/result.h"
#include "store/engine.h"

namespace assay::store::internal {

// What the engine pulls from. Lives as long as the query; `failure` holds the source's own error when it fails.
struct BlockScan {
  const table::Schema& schema;
  const BlockSource& next;
  std::vector<table::Column> block;
  std::int64_t position = 0;  // first row of `block` not yet handed over
  std::int64_t rows = 0;      // handed over so far
  bool ended = false;
  Result<void> failure;
};

inline constexpr const char* kBlockScan = "assay_blocks";
// Makes `SELECT * FROM assay_blocks()` read from `scan` on this connection.
Result<void> RegisterBlockScan(duckdb_connection connection, BlockScan* scan);

}  // namespace assay::store::internal
