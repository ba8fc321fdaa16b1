#include "lifecycle/policy.h"

#include <algorithm>
#include <vector>

#include "base/file.h"
#include "base/sha256.h"
#include "base/text.h"
#include "lifecycle/model_paths.h"

namespace assay::lifecycle {

namespace {

using charter::Policy;

std::filesystem::path VersionPath(const Project& project, std::int64_t version) { return project.state() / "policies" / (std::to_string(version) + ".toml"); }

std::vector<std::int64_t> Versions(const Project& project) {
  std::vector<std::int64_t> versions;
  std::error_code code;
  for (const auto& entry : std::filesystem::directory_iterator(project.state() / "policies", code)) {
    double number = 0;
    if (entry.path().extension() == ".toml" && base::ParseNumber(entry.path().stem().string(), &number) && number >= 1 && number <= 1e15 && std::to_string(static_cast<std::int64_t>(number)) == entry.path().stem().string()) versions.push_back(static_cast<std::int64_t>(number));
  }
  std::sort(versions.begin(), versions.end());
  return versions;
}

Result<void> Save(const Project& project, std::int64_t version, const std::string& text) {
  std::error_code code;
  std::filesystem::create_directories(project.state() / "policies", code);
  return base::WriteFileAtomically(VersionPath(project, version), text);
}

std::int64_t NextVersion(const Project& project) {
  const std::vector<std::int64_t> versions = Versions(project);
  return versions.empty() ? 1 : versions.back() + 1;
}

// What people wrote into the policy in use since it was written becomes a version of its own, so that it can be taken back. Returns its text; "" where there is none.
Result<std::string> KeepHandEdits(const Project& project, std::int64_t* kept) {
  *kept = 0;
  std::error_code code;
  if (!std::filesystem::exists(PolicyPath(project), code)) return std::string();
  const std::string text = ASSAY_TRY(base::ReadFile(PolicyPath(project)));
  for (const std::int64_t version : Versions(project)) {
    const Result<std::string> written = base::ReadFile(VersionPath(project, version));
    if (written && *written == text) return text;
  }
  *kept = NextVersion(project);
  ASSAY_TRY(Save(project, *kept, text));
  return text;
}

// After every version that was ever written, also where the one in use was taken away.
Result<WrittenPolicy> Write(const Project& project, Policy policy, std::int64_t hand_edits) {
  policy.version = NextVersion(project);
  const std::string text = charter::WritePolicy(policy, project.charter.section("project").text("name"));
  ASSAY_TRY(Save(project, policy.version, text));
  ASSAY_TRY(base::WriteFileAtomically(PolicyPath(project), text));
  return WrittenPolicy{std::move(policy), hand_edits};
}

// Bounds of weights that a person set in the policy in use stay, and the new weights lie within them.
Result<void> TakeBounds(const Project& project, const std::string& in_use, Policy* policy) {
  if (in_use.empty()) return {};
  const Result<Policy> before = charter::ParsePolicy(in_use, PolicyPath(project).string());
  if (!before) return {};
  for (charter::PolicyObjective& objective : policy->objectives) {
    for (const charter::PolicyObjective& old : before->objectives) {
      if (old.name != objective.name) continue;
      objective.least = old.least;
      objective.most = old.most;
      if (objective.weight < old.least || objective.weight > old.most) return Error{ErrorCode::kInvalidInput, "the weight of '" + objective.name + "' would be " + base::PlainNumber(objective.weight) + ", outside the bounds " + base::PlainNumber(old.least) + " to " + base::PlainNumber(old.most) + " that " + PolicyPath(project).string() + " sets; ask for other weights by --weight, or change the bounds there"};
    }
  }
  return {};
}

Result<Policy> ReadPolicy(const Project& project) {
  const std::filesystem::path path = PolicyPath(project);
  std::error_code code;
  if (!std::filesystem::exists(path, code)) return Error{ErrorCode::kNotFound, path.string() + ": there is no policy; write one with: assay tradeoff " + base::ShellWord(project.folder.string()) + " --write"};
  const std::string written = ASSAY_TRY(base::ReadFile(path));
  return charter::ParsePolicy(written, path.string());
}

Result<std::string> FingerprintOfModel(const Project& project, const std::string& objective, const std::string& kind, const std::string& rung) {
  const std::string model = ASSAY_TRY(base::ReadFile(ModelPath(project.state() / "models" / objective, kind, rung)));
  return base::Sha256Hex(model);
}

}  // namespace

std::filesystem::path PolicyPath(const Project& project) { return project.state() / "policy.toml"; }

Result<std::filesystem::path> ModelOfPolicy(const Project& project, const charter::PolicyObjective& objective) {
  std::error_code code;
  for (const auto& entry : std::filesystem::directory_iterator(project.state() / "models" / objective.name, code)) {
    if (entry.path().extension() != ".json") continue;
    const Result<std::string> text = base::ReadFile(entry.path());
    if (text && base::Sha256Hex(*text) == objective.model) return entry.path();
  }
  return Error{ErrorCode::kConflict, PolicyPath(project).string() + ": the policy was made for another model of '" + objective.name + "' than the project has now, so its scale need not fit; look at the trade-off again and write it anew with: assay tradeoff " + base::ShellWord(project.folder.string()) + " --write"};
}

Result<Policy> LoadPolicy(const Project& project) {
  Policy policy = ASSAY_TRY(ReadPolicy(project));
  for (const charter::PolicyObjective& objective : policy.objectives) ASSAY_TRY(ModelOfPolicy(project, objective));
  return policy;
}

Result<LoadedPolicy> LoadPolicyAndModels(const Project& project) {
  LoadedPolicy loaded{ASSAY_TRY(ReadPolicy(project)), {}};
  for (const charter::PolicyObjective& objective : loaded.policy.objectives) {
    const std::filesystem::path path = ASSAY_TRY(ModelOfPolicy(project, objective));
    learn::SavedModel model = ASSAY_TRY(learn::LoadModel(path));
    const std::string where = PolicyPath(project).string() + ": objective '" + objective.name + "': ";
    if (model.name != objective.rung) return Error{ErrorCode::kInvalidInput, where + "rung is \"" + objective.rung + "\", but the model with this SHA-256 is \"" + model.name + "\"; write that name, or the SHA-256 of the other model's file"};
    const bool yes_or_no = model.task == learn::Task::kBinary;
    const std::string fitting = yes_or_no ? "logistic" : "linear";
    if (!objective.calibration.empty() && objective.calibration != fitting) return Error{ErrorCode::kInvalidInput, where + "calibration is \"" + objective.calibration + "\", but its model predicts " + (yes_or_no ? "yes or no" : "no yes or no") + "; expected \"" + fitting + "\""};
    loaded.models.push_back(std::move(model));
  }
  return loaded;
}

Result<WrittenPolicy> WritePolicyOf(const Project& project, const evidence::TradeoffReport& report, bool current) {
  const std::optional<evidence::PolicyPoint>& point = current ? report.current : report.recommended;
  if (!point) return Error{ErrorCode::kInvalidInput, project.folder.string() + ": there is no policy to write: " + report.reason};
  Policy policy;
  policy.blend = report.blend;
  policy.multiplier = report.multiplier;
  policy.filter = report.filter;
  if (point->threshold) {
    policy.threshold = point->threshold->value;
  } else {
    policy.query = report.query;
    policy.k = report.k;
    policy.discount = report.discount;
  }
  for (const evidence::TradeoffObjective& o : report.objectives) {
    const std::string model = ASSAY_TRY(FingerprintOfModel(project, o.name, o.kind, o.rung));
    // 1 - 0.7 is 0.30000000000000004, which nobody meant.
    double weight = point->weights.at(o.name);
    base::ParseNumber(base::PlainNumber(weight, 12), &weight);
    policy.objectives.push_back({o.name, weight, 0, 1, o.scale, o.rung, model, o.calibration, o.intercept, o.slope});
  }
  for (const evidence::FrontierGuardrail& g : report.guardrails) policy.guardrails.push_back({g.name, g.expression, g.limit, g.at_least});
  std::int64_t hand_edits = 0;
  const std::string in_use = ASSAY_TRY(KeepHandEdits(project, &hand_edits));
  ASSAY_TRY(TakeBounds(project, in_use, &policy));
  return Write(project, std::move(policy), hand_edits);
}

Result<WrittenPolicy> RestorePolicy(const Project& project, std::int64_t version) {
  const std::vector<std::int64_t> versions = Versions(project);
  if (std::find(versions.begin(), versions.end(), version) == versions.end()) {
    std::vector<std::string> names;
    for (const std::int64_t v : versions) names.push_back(std::to_string(v));
    return Error{ErrorCode::kNotFound, project.folder.string() + ": there is no version " + std::to_string(version) + " of its policy. " + (names.empty() ? "None was written yet" : "The versions are: " + base::Join(names, ", "))};
  }
  const std::filesystem::path path = VersionPath(project, version);
  const std::string written = ASSAY_TRY(base::ReadFile(path));
  Policy policy = ASSAY_TRY(charter::ParsePolicy(written, path.string()));
  for (const charter::PolicyObjective& objective : policy.objectives) ASSAY_TRY(ModelOfPolicy(project, objective));
  std::int64_t hand_edits = 0;
  ASSAY_TRY(KeepHandEdits(project, &hand_edits));
  return Write(project, std::move(policy), hand_edits);
}

}  // namespace assay::lifecycle
