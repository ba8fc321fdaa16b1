// The charter's steps: is each one's exit criterion met by what the run measured?
#pragma once

#include <string>
#include <vector>

#include "base/run_context.h"
#include "charter/charter.h"
#include "evidence/reports/project.h"
#include "expression/expression.h"

namespace assay::lifecycle {

// A criterion is a condition, an EXPR over figures of a run (measurables.h). The error continues "it ": why no run can ever
// decide it; kUnsupported where it is an EXPR, but over figures that no run measures.
Result<expression::Expression> ParseCriterion(const std::string& text, const std::vector<std::string>& measurable_names);

// Met or not met; not measurable, with the reason, when no run can decide it, or when it turns on a figure that this run does
// not have.
std::vector<evidence::StepResult> JudgeSteps(const charter::Charter& charter, const evidence::ProjectReport& report, const RunContext& context);

}  // namespace assay::lifecycle
