// JSON text: numbers as people and scripts expect them, errors with a position.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "base/result.h"

namespace assay::base {

// Objects keep the order in which members were inserted. Include <nlohmann/json.hpp> where values are touched.
using Json = nlohmann::ordered_json;

// Members in insertion order, shortest round-trip numbers (1, not 1.0). `indent` 0 gives one line without blanks.
// Requires finite numbers (reports write non-finite ones as null with a reason). Always valid UTF-8: bytes that are
// not are replaced by U+FFFD. "<", U+2028 and U+2029 are escaped, so that the text may stand inside a script element.
std::string WriteJson(const Json& value, int indent = 0);

// `where` names the source in the error: "model.json: line 3, column 14: ...". Depth at most 64. Numbers are read
// to the nearest double.
Result<Json> ParseJson(std::string_view text, std::string_view where);

}  // namespace assay::base

namespace assay {
using base::Json;
}
