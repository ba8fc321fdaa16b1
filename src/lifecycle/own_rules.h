// Rules that people wrote, as rungs of the ladder and as what a model must beat.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/run_context.h"
#include "lifecycle/gather.h"

namespace assay::lifecycle {

struct OwnRule {
  std::string name;
  std::string expression;
};

// The rules that may be used at the decision, with a note for each that needs what is known only later or what leaks (`leaky`:
// features or columns). kInvalidInput when one is no EXPR of the data or is made of the outcome. Cost: a row.
Result<std::vector<OwnRule>> UsableRules(const std::vector<OwnRule>& rules, const Gathered& gathered, const std::vector<std::string>& leaky, const RunContext& context, std::vector<std::string>* notes);

}  // namespace assay::lifecycle
