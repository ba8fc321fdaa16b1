// Says what is wrong with a CSV file: file, line, column, what was expected, what to do.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace assay::store::internal {

// A value that did not fit the type that the first rows of its column had.
struct ConversionFault {
  std::string column;
  std::string text;     // the value
  std::string type;     // the engine's word: BIGINT, DATE, ...
};
// What the engine's message says of a conversion, if it speaks of one.
std::optional<ConversionFault> ConversionFaultOf(const std::string& message);
// The type as which the column can be read so that the value fits too: a decimal among whole numbers makes DOUBLE, a time
// of day among dates TIMESTAMP. "" when none does.
std::string WiderType(const ConversionFault& fault);

// Turns the engine's message about a CSV file into an error. Reads `file` again only to say how many fields a line has.
Error CsvFault(const std::string& source, const std::vector<std::string>& files, const std::string& message);

// kInvalidInput when a name stands twice in the header (the engine would rename the second one), or none has a name.
// `renamed`: notes on names that are read otherwise than written: their spaces are cut off, or they differ in case only.
Result<void> RefuseDoubleNames(const std::string& file, const std::vector<std::string>& header, const std::vector<std::string>& names,
                               std::vector<std::string>* renamed);

}  // namespace assay::store::internal
