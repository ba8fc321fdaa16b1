#include "lifecycle/project_report.h"

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/json.h"
#include "evidence/ledger.h"
#include "lifecycle/html_report.h"

namespace assay::lifecycle {

std::filesystem::path ProjectReportPath(const Project& project) { return project.state() / "reports" / "project.json"; }
std::filesystem::path HtmlReportPath(const Project& project) { return project.state() / "report.html"; }

Result<void> SaveProjectReport(const Project& project, const evidence::ProjectReport& report) {
  ASSAY_TRY(base::WriteFileAtomically(ProjectReportPath(project), base::WriteJson(evidence::ToJson(report), 2) + "\n"));
  return WriteHtmlReport(report, HtmlReportPath(project));
}

Result<evidence::ProjectReport> LoadProjectReport(const Project& project) {
  const std::string path = ProjectReportPath(project).string();
  std::error_code code;
  if (!std::filesystem::exists(path, code)) return Error{ErrorCode::kNotFound, path + ": there is no run yet; make one with: assay run " + project.folder.string()};
  const std::string bytes = ASSAY_TRY(base::ReadFile(path));
  const Json json = ASSAY_TRY(base::ParseJson(bytes, path));
  evidence::ProjectReport report;
  if (!evidence::FromJson(json, &report)) return Error{ErrorCode::kInvalidInput, path + ": was written by another version; run again with: assay run " + project.folder.string()};
  return report;
}

std::string AgainstLedger(const Project& project, const Result<evidence::ProjectReport>& last, const evidence::LedgerState& state) {
  const evidence::Ledger ledger(project.state());
  std::error_code code;
  if (!std::filesystem::exists(ledger.path(), code)) {
    for (const char* name : {"report.html", "reports", "steps", "models", "ledger.torn"}) {
      const std::filesystem::path left = project.state() / name;
      if (std::filesystem::exists(left, code)) return ledger.path().string() + " is missing, although the project has been run (" + left.string() + " is there): it was removed, and what was recorded cannot be verified. Bring it back from a copy, or start a new one with: assay run " + project.folder.string() + " --fresh";
    }
    return "";
  }
  if (!last) return last.error().code == ErrorCode::kNotFound ? "" : "the ledger cannot be compared with the last report: " + last.error().message;
  const Result<void> held = ledger.CheckHead(state, last->ledger.head);
  return held ? "" : "the ledger does not bear out " + ProjectReportPath(project).string() + ": " + held.error().message;
}

}  // namespace assay::lifecycle
