// The main job: a project's charter and data to a verdict with evidence, step by step, into reports and the ledger.
#pragma once

#include <functional>

#include "base/result.h"
#include "base/run_context.h"
#include "evidence/reports/project.h"
#include "lifecycle/project.h"
#include "store/engine.h"

namespace assay::lifecycle {

struct RunOptions {
  bool full = false;
  std::string command;  // for the ledger
  // Called after each step with the report so far, so that a stop leaves everything done until then.
  std::function<Result<void>(const evidence::ProjectReport&)> after_step;
};

// understand, feasibility and the ladder per objective, then options, steps and the board. Each report lands in the ledger
// as soon as it is done. kCancelled when stopped: what was done is in the ledger and was handed to after_step.
Result<evidence::ProjectReport> RunProject(const Project& project, const RunOptions& options, store::Engine& engine, const RunContext& context);

// Files of a project's run under DIR/.assay/.
std::filesystem::path ProjectReportPath(const Project& project);  // reports/project.json
std::filesystem::path HtmlReportPath(const Project& project);     // report.html
Result<void> SaveProjectReport(const Project& project, const evidence::ProjectReport& report);
Result<evidence::ProjectReport> LoadProjectReport(const Project& project);

}  // namespace assay::lifecycle
