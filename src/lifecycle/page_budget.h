// Makes a run's report small enough for one HTML file: curves with fewer points, and only the strongest of long lists.
#pragma once

#include <cstddef>

#include "base/json.h"
#include "evidence/reports/project.h"

namespace assay::lifecycle {

// The report as the page gets it. A run of everyday size is left as it is. Otherwise curves are thinned with their largest
// error, the weakest associations and the last columns lose their details and then go, long texts are cut: each counted
// in `page`, so that the reader knows what is missing and that `assay report --json` has it. Limits halve until the JSON
// text has at most `most_bytes`; kTooLarge when even the smallest limits do not suffice.
Result<Json> PageData(const evidence::ProjectReport& report, std::size_t most_bytes);

}  // namespace assay::lifecycle
