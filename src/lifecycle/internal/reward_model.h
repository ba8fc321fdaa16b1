// What a row would have earned with another action: a cross-fitted model of the reward.
#pragma once

#include <string>

#include "base/result.h"
#include "base/run_context.h"
#include "lifecycle/internal/logged_decisions.h"
#include "lifecycle/internal/target_policy.h"
#include "objectives/off_policy.h"

namespace assay::lifecycle {

struct RewardModel {
  objectives::ModelledRewards rewards;  // one entry per row of the log
  std::string text;                     // what it is, for the report
};

// The linear learner of the ladder (logistic where rewards are only 0 and 1, else ridge) on the
// action, the position, the features and the pairs of the action with each of those, fitted on four
// fifths of the units (rows) and asked about the fifth that it has not seen, once with each action.
// Requires target.knows_all(). kNumeric or kInvalidInput says why it cannot be fitted. Cost: five
// fits, and a prediction per row and action of a probability above 0.
Result<RewardModel> CrossFitRewardModel(const LoggedDecisions& log, const TargetPolicy& target, const RunContext& context);

}  // namespace assay::lifecycle
