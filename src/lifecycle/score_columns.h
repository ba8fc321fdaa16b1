// Which columns of a file a model needs, and how they are brought into the form it was trained on.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/run_context.h"
#include "learn/examples.h"
#include "table/table.h"

namespace assay::lifecycle {

// Columns of the file from which `wanted` (columns or derived columns) are made, and the derivations on the way, in order.
struct Needed {
  std::vector<std::string> columns;
  std::vector<learn::Derivation> derivations;
};
Result<Needed> NeededFor(const std::vector<std::string>& wanted, const std::vector<learn::Derivation>& derivations);

// The table with the derived columns put in (in place of a column of the same name, else behind).
Result<table::Table> Derive(const table::Table& table, const std::vector<learn::Derivation>& derivations, const RunContext& context);

}  // namespace assay::lifecycle
