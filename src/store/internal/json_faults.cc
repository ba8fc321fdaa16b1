#include "store/internal/json_faults.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "store/internal/text_between.h"

namespace assay::store::internal {

namespace {

constexpr const char* kExpected = "expected one object per row, on a line each or in a list, like [{\"x\": 1}, {\"x\": 2}]";

// "in record/value 3: ..." or "in line 3: ...": the number, as written.
std::string RecordOf(const std::string& message) {
  for (const char* unit : {" in record/value ", " in line "}) {
    const std::string number = TextBetween(message, unit, ":");
    if (!number.empty() && std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; })) return number;
  }
  return "";
}

}  // namespace

Error NoObjects(const std::string& file) { return {ErrorCode::kInvalidInput, file + ": holds values that are no objects, or nothing; " + kExpected}; }

std::optional<Error> JsonFault(const std::string& message) {
  const std::string file = TextBetween(message, "file \"", "\"");
  const auto is = [&](const char* words) { return message.find(words) != std::string::npos; };
  const auto fault = [&](const std::string& text) { return Error{ErrorCode::kInvalidInput, file + ": " + text}; };
  if (file.empty()) return std::nullopt;
  const std::string record = RecordOf(message);
  if (is("Malformed JSON in file") && !record.empty()) {
    const std::string why = TextBetween(message, " " + record + ": ", ". "), byte = TextBetween(message, "at byte ", " in ");
    // Of a record that is no JSON the engine says the number after its own.
    const std::string number = std::to_string(std::max<std::int64_t>(1, std::strtoll(record.c_str(), nullptr, 10) - 1));
    return fault("record " + number + " is not JSON: " + (why.empty() ? "it cannot be read" : why) + " at its byte " + byte + (is("end of data") ? "; the file was cut off, or a bracket or quote is never closed: fetch it again, or mend the record" : std::string("; mend it: ") + kExpected));
  }
  if (is("JSON transform error in file") && !record.empty()) {
    const std::string why = TextBetween(message + "\n", " " + record + ": ", "\n");
    return fault("record " + record + " holds a value that does not fit the others of its field (" + why.substr(0, 300) + "); mend it, or write null");
  }
  if (is("Missing closing brace")) return fault("its list of records is never closed with ]; the file was cut off: fetch or write it again");
  if (is("Empty array with trailing data")) return fault(std::string("something follows an empty list of records; ") + kExpected);
  if (is("maximum_object_size")) return fault(std::string("a record is longer than 16 MB; ") + kExpected);
  if (is("JSON auto-detection error")) return NoObjects(file);
  return std::nullopt;
}

}  // namespace assay::store::internal
