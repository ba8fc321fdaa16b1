// The board: the life cycle's questions, answered from the charter and from evidence.
#pragma once

#include <vector>

#include "evidence/reports/check.h"
#include "evidence/reports/project.h"

namespace assay::lifecycle {

// Questions of the charter as the check judged them, then those that the reports answer. Never pretends: an empty answer
// stays open and says who must answer.
std::vector<evidence::BoardQuestion> MakeBoard(const evidence::CheckReport& check, const evidence::ProjectReport& report);

// The verdict of the whole run in sentences: per objective the verdict and the recommended rung, with what it is worth a day.
std::string Headline(const evidence::ProjectReport& report);

}  // namespace assay::lifecycle
