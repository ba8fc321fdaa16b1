// Executes what can be executed of the ML Test Score and of Deon's checklist on a project (see evidence/reports/checklist.h).
#pragma once

#include "base/result.h"
#include "base/run_context.h"
#include "evidence/reports/checklist.h"
#include "lifecycle/project.h"
#include "store/engine.h"

namespace assay::lifecycle {

struct ChecklistOptions {
  std::string objective;  // name in the charter; "" = the first one
};

// Every measurement stays inside the training part: the holdout's outcomes are never looked at (its features are, for D1).
// Models are fitted on at most 200,000 rows, drawn evenly from all units; the report says which sample. kNotFound for an unknown objective.
// An item whose test fails to run is open and says why; it never stops the others.
Result<evidence::ChecklistReport> RunChecklist(const Project& project, const ChecklistOptions& options, store::Engine& engine, const RunContext& context);

}  // namespace assay::lifecycle
