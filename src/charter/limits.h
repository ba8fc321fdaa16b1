// Numbers of a charter that cannot be, whatever the data say.
#pragma once

#include <string>
#include <string_view>

namespace assay::charter {

// Why the key cannot have this value ("a cost is negative"), or "".
std::string ImpossibleNumber(std::string_view section, std::string_view key, double value);

}  // namespace assay::charter
