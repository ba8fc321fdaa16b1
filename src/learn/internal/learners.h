// The members of the family of learners and how each is read back from its JSON.
#pragma once

#include <memory>

#include "learn/learner.h"

namespace assay::learn {

// Boosted trees tune their settings on a sample of at most about this many rows.
inline constexpr std::int64_t kBoostedTuningRows = 300'000;

std::unique_ptr<Learner> MakeRandomLearner();
std::unique_ptr<Learner> MakeConstantLearner();
std::unique_ptr<Learner> MakeRuleLearner(const LearnerOptions& options);
std::unique_ptr<Learner> MakeLinearLearner(const LearnerOptions& options);
std::unique_ptr<Learner> MakeBoostedLearner(const LearnerOptions& options);

// `num_outputs`: numbers per prediction (Examples::num_outputs). kInvalidInput when the parts of the JSON do not fit each
// other; may throw Json::exception, which model_store catches.
Result<std::unique_ptr<Model>> LoadRandom(const Json& json, Task task, std::size_t num_outputs);
Result<std::unique_ptr<Model>> LoadConstant(const Json& json, Task task, std::size_t num_outputs);
Result<std::unique_ptr<Model>> LoadRule(const Json& json, Task task, std::size_t num_outputs);
Result<std::unique_ptr<Model>> LoadOwnRule(const Json& json, Task task, std::size_t num_outputs);
Result<std::unique_ptr<Model>> LoadLinear(const Json& json, Task task, std::size_t num_outputs);
Result<std::unique_ptr<Model>> LoadBoosted(const Json& json, Task task, std::size_t num_outputs);

}  // namespace assay::learn
