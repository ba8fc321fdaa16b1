// Columns as a command would gather them, for tests.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "lifecycle/gather.h"

namespace assay::lifecycle {

// Requires columns and a problem that go together.
inline Gathered GatherColumns(const Problem& problem, std::vector<table::Column> columns) {
  return *GatherFromTable(problem, std::make_shared<const table::Table>(*table::Table::Create(std::move(columns))), {}, {});
}

}  // namespace assay::lifecycle
