// Reports as conclusions: one Evidence per question that a report answers, for the ledger.
#pragma once

#include <vector>

#include "evidence/reports/ledger.h"
#include "evidence/reports/project.h"

namespace assay::lifecycle {

std::vector<evidence::Evidence> ConclusionsOf(const evidence::CheckReport& report);
std::vector<evidence::Evidence> ConclusionsOf(const evidence::UnderstandReport& report);
std::vector<evidence::Evidence> ConclusionsOf(const evidence::FeasibilityReport& report);
std::vector<evidence::Evidence> ConclusionsOf(const evidence::TrainReport& report);
std::vector<evidence::Evidence> ConclusionsOf(const evidence::ValueReport& report);
std::vector<evidence::Evidence> ConclusionsOf(const evidence::SlicesReport& report);
std::vector<evidence::Evidence> ConclusionsOf(const evidence::ChangeReport& report);
std::vector<evidence::Evidence> ConclusionsOf(const evidence::TradeoffReport& report);
// Of the whole run: each step of the charter.
std::vector<evidence::Evidence> ConclusionsOf(const evidence::ProjectReport& report);

}  // namespace assay::lifecycle
