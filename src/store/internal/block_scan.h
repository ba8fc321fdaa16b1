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

// Makes `SELECT * FROM <name>()` read from `scan`; returns the name. Functions belong to the whole database and stay, so each scan gets a
// name of its own: under a shared one, a later query would pull from a scan that is gone.
Result<std::string> RegisterBlockScan(duckdb_connection connection, BlockScan* scan);

}  // namespace assay::store::internal
