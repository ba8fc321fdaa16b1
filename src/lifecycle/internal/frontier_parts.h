// Parts of `assay frontier` that stand in files of their own.
#pragma once

#include <string>

#include "lifecycle/frontier.h"

namespace assay::lifecycle {

bool KeepsTo(const evidence::FrontierGuardrail& guardrail, double value);

// More than two objectives: what the search over weights found.
Result<void> FillSimplex(const FrontierItems& items, const FrontierProblem& problem, const FrontierSettings& settings, const objectives::FrontierOptions& options, evidence::FrontierReport* report, const RunContext& context);

// What to know when reading it, and the finding in a few sentences; of a report whose figures are there.
void AddFrontierNotes(evidence::FrontierReport* report);
std::string FrontierSummary(const evidence::FrontierReport& report);

}  // namespace assay::lifecycle
