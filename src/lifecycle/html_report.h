// One self-contained HTML file: the page bundle and the run's data, readable from file:// without a network.
#pragma once

#include <filesystem>

#include "base/result.h"
#include "evidence/reports/project.h"

namespace assay::lifecycle {

// Values from data stand in the file as JSON only and never become markup ('<', U+2028 and U+2029 are escaped). At most 3 MB of
// data: longer reports are shortened with a count of what is left out (see page_budget.h), or kTooLarge.
Result<std::string> HtmlReport(const evidence::ProjectReport& report);
Result<void> WriteHtmlReport(const evidence::ProjectReport& report, const std::filesystem::path& path);

}  // namespace assay::lifecycle
