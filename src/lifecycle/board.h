// The board: the life cycle's questions, answered from the charter and from evidence.
#pragma once

#include <vector>

#include "charter/charter.h"
#include "evidence/reports/project.h"

namespace assay::lifecycle {

// Questions of stages 1, 2, 3 and 5 from the charter's fields, then those that the reports answer. Never pretends: an
// empty answer stays open and says who must answer.
std::vector<evidence::BoardQuestion> MakeBoard(const charter::Charter& charter, const evidence::ProjectReport& report);

// The verdict of the whole run in a sentence.
std::string Headline(const evidence::ProjectReport& report);

}  // namespace assay::lifecycle
