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

std::string LedgerAgainst(const Project& project, const evidence::ProjectReport& report) {
  const evidence::Ledger ledger(project.state());
  const Result<evidence::LedgerState> state = ledger.Verify(report.ledger.head);
  std::error_code code;
  if (!std::filesystem::exists(ledger.path(), code)) return "the ledger " + ledger.path().string() + " is missing, so what this report says of it cannot be verified";
  return state ? "" : "the ledger does not bear out this report: " + state.error().message;
}

}  // namespace assay::lifecycle
