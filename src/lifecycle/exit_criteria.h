// The charter's steps: is each one's exit criterion met by what the run measured?
#pragma once

#include <vector>

#include "base/run_context.h"
#include "charter/charter.h"
#include "evidence/reports/project.h"

namespace assay::lifecycle {

// A criterion is an EXPR over measured results, by name (docs/charter.md lists them): rows, hypotheses_decided, gain, gain_low,
// go, leaky_columns, recommended_METRIC, recommended_METRIC_low, best_METRIC, value_per_day, value_per_day_low, ...; with the
// objective's name and '_' in front where there are several. Met or not met; not measurable, with the reason, when it is no
// EXPR over these names, or a figure in it does not exist in this run.
std::vector<evidence::StepResult> JudgeSteps(const charter::Charter& charter, const evidence::ProjectReport& report, const RunContext& context);

// The names with their values in this run (NaN where a figure is null), in a fixed order.
std::vector<std::pair<std::string, double>> Measurables(const evidence::ProjectReport& report);

}  // namespace assay::lifecycle
