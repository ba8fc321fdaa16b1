// Says what is wrong with a JSON file: file, record, what was expected, what to do.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"

namespace assay::store::internal {

// Turns the engine's message about a JSON file into an error; nothing when it speaks of something else.
std::optional<Error> JsonFault(const std::string& message);

// A file whose values, or some of them, are no objects, or that holds none.
Error NoObjects(const std::string& file);

}  // namespace assay::store::internal
