// Writing a file of the kinds that the engine writes, whole or not at all.
#pragma once

#include <string>

#include "store/engine.h"
#include "store/internal/duckdb_handle.h"

namespace assay::store::internal {

// See Engine::WriteBlocks.
Result<std::int64_t> WriteBlocks(duckdb_database database, const table::Schema& schema, const BlockSource& next, const std::string& path);

}  // namespace assay::store::internal
