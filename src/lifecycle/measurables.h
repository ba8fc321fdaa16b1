// The figures of a run that exit criteria of steps may name (docs/charter.md).
#pragma once

#include <string>
#include <vector>

namespace assay::lifecycle {

// Every name that RunProject can fill for these objectives, the plain ones first.
std::vector<std::string> MeasurableNames(const std::vector<std::string>& objectives);

}  // namespace assay::lifecycle
