// Rules that people wrote, as rungs of the ladder and as what a model must beat.
#pragma once

#include <string>

#include "base/result.h"
#include "lifecycle/gather.h"

namespace assay::lifecycle {

struct OwnRule {
  std::string name;
  std::string expression;
};

// What the rule needs that is known too late, in words, "" when there is none. kInvalidInput when it is made of the outcome.
Result<std::string> ColumnKnownTooLate(const OwnRule& rule, const Gathered& gathered);

}  // namespace assay::lifecycle
