// The schemas of all reports, by name: the one list from which schema/ and the page's types are made.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/result.h"

namespace assay::evidence {

struct NamedSchema {
  std::string name;  // "feasibility"
  Json schema;
};
std::vector<NamedSchema> AllSchemas();
// Each as <folder>/<name>.schema.json.
Result<void> WriteSchemas(const std::string& folder);

}  // namespace assay::evidence
