// The charter's options (nothing, a rule, a model), each with what the run measured for it.
#pragma once

#include <string>
#include <vector>

#include "charter/charter.h"
#include "evidence/reports/project.h"

namespace assay::lifecycle {

// One result per option and objective, in the charter's order. An option that nothing measures says why.
std::vector<evidence::OptionResult> JudgeOptions(const charter::Charter& charter, const evidence::ProjectReport& report);

// Money per day of a cost that comes again and again: "500 USD a month", "12,000 EUR per year", "3 USD/day". Of several numbers
// the one that stands before the period, with nothing but a currency (`currency`, or three capitals) between. NaN for a cost that
// does not say how often ("40,000 USD"), or that names several amounts that come again.
double CostPerDay(const std::string& text, const std::string& currency);

// The name under which the seconds of fitting a rung stand in timing.steps.
std::string FitTimingStep(const std::string& objective, const std::string& rung);

}  // namespace assay::lifecycle
