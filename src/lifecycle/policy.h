// A project's policy on disk: .assay/policy.toml, and every version that was written in .assay/policies/.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "charter/policy.h"
#include "evidence/reports/tradeoff.h"
#include "learn/model_store.h"
#include "lifecycle/project.h"

namespace assay::lifecycle {

std::filesystem::path PolicyPath(const Project& project);

// The file of the model whose scores an objective's are. kConflict when no file of the project has the fingerprint that the policy names.
Result<std::filesystem::path> ModelOfPolicy(const Project& project, const charter::PolicyObjective& objective);

// The policy in use, held against the models: kConflict when a model is no longer the one that its scale was measured with, kNotFound when there is none.
Result<charter::Policy> LoadPolicy(const Project& project);

struct LoadedPolicy {
  charter::Policy policy;
  std::vector<learn::SavedModel> models;  // one per objective
};
// The same with its models; kInvalidInput where the policy names another rung than a model's, or a calibration that does not fit its task.
Result<LoadedPolicy> LoadPolicyAndModels(const Project& project);

struct WrittenPolicy {
  charter::Policy policy;
  std::int64_t hand_edits = 0;  // the version under which what people had changed in the policy file was kept; 0: nothing was
};

// The recommended (or, with `current`, the asked for) weights of a trade-off as the next version, within the bounds that the policy in use sets. kNotFound when
// a model's file is missing, kInvalidInput when a bound is broken.
Result<WrittenPolicy> WritePolicyOf(const Project& project, const evidence::TradeoffReport& report, bool current);

// An earlier version as the next one. kNotFound names the versions that there are; kConflict when a model is no longer the one it was made for.
Result<WrittenPolicy> RestorePolicy(const Project& project, std::int64_t version);

}  // namespace assay::lifecycle
