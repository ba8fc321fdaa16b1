// Which columns of a source are read, as what, and by which SQL.
#pragma once

#include <duckdb.h>

#include <map>
#include <string>
#include <vector>

#include "store/engine.h"

namespace assay::store::internal {

struct PlannedColumn {
  SourceColumn column;
  std::string select;  // SQL that yields it, without its name; "" when it cannot be read
  bool mixed = false;  // texts here, numbers there: of a JSON file
};

// One source column gives one planned column; a structure gives one for each of its fields, named "structure.field", at any
// depth. Lists, maps and binary values are not readable. Types with a faithful text form (enumerations, ids, times of day,
// lengths of time, bits) are read as text.
void PlanColumn(const std::string& name, const std::string& select, duckdb_logical_type type, std::vector<PlannedColumn>* plan);

// Types that a first reading has shown to be wrong, by column: the engine's word.
using TypeOverrides = std::map<std::string, std::string>;

}  // namespace assay::store::internal
