// The report of a project's last run, on disk under DIR/.assay/.
#pragma once

#include <filesystem>

#include "base/result.h"
#include "evidence/ledger.h"
#include "evidence/reports/project.h"
#include "lifecycle/project.h"

namespace assay::lifecycle {

std::filesystem::path ProjectReportPath(const Project& project);  // reports/project.json
std::filesystem::path HtmlReportPath(const Project& project);     // report.html
// Both files, each whole or not at all.
Result<void> SaveProjectReport(const Project& project, const evidence::ProjectReport& report);
// kNotFound when there was no run yet.
Result<evidence::ProjectReport> LoadProjectReport(const Project& project);
// What speaks against the ledger, in a sentence: missing although the project was run, or without the head that the last report
// notes (cut off or replaced). "" when nothing does. `last`: as LoadProjectReport gave it.
std::string AgainstLedger(const Project& project, const Result<evidence::ProjectReport>& last, const evidence::LedgerState& state);

}  // namespace assay::lifecycle
