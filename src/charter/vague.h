// Does an answer hold what is due? Judged on the text alone, without the data.
#pragma once

#include <string>

#include "charter/fields.h"

namespace assay::charter {

// Why the answer is vague, in a sentence that says what is missing; "" when it is not. A placeholder ("TODO", "?") is always
// vague. Number words ("a third", "one in five", "twice") count as numbers.
std::string VagueReason(const Field& field, const std::string& answer);

// The answer is none of the field's choices: what to write instead, with the nearest; "" when it is one, or any is fine.
// Case and what follows a choice ("after landing") do not matter.
std::string WrongChoice(const Field& field, const std::string& answer);

// The first date in the text, as "2001-12-01" or "December 2001" (then the first day); "" when there is none.
std::string DateIn(const std::string& text);

}  // namespace assay::charter
