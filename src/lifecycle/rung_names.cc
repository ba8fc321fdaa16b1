#include "lifecycle/internal/rung_names.h"

#include "base/text.h"
#include "lifecycle/model_paths.h"

namespace assay::lifecycle {

namespace {

constexpr const char* kRules = "baselines.rules";
constexpr const char* kLadderNames[] = {kRandomName, kConstantName, kRuleName, kLinearName, kBoostedName};

std::string Called(const NamedRung& rung) {
  return std::string(rung.section == kRules ? "own rule" : rung.section == "baselines.imported" ? "imported model" : "published result") + " '" + rung.name + "'";
}

std::string FileOf(const NamedRung& rung) { return ModelPath("", learn::RungKindName(learn::RungKind::kOwnRule), rung.name).string(); }

}  // namespace

std::string NameClash(const NamedRung& rung, const std::vector<NamedRung>& before) {
  if (rung.name.empty()) return "every own rule, imported model and published result needs a name; one has none";
  for (const char* ours : kLadderNames) {
    if (base::Lowercase(rung.name) == ours) return "the name of the " + Called(rung) + " is that of a rung of every ladder (" + base::Join(std::vector<std::string>(std::begin(kLadderNames), std::end(kLadderNames)), ", ") + "); give it another one";
  }
  for (const NamedRung& other : before) {
    if (other.name == rung.name) return "two rungs are called '" + rung.name + "': the " + Called(other) + " and the " + Called(rung) + "; give each its own name";
    if (other.section == kRules && rung.section == kRules && FileOf(other) == FileOf(rung)) {
      return "the own rules '" + other.name + "' and '" + rung.name + "' would be kept in the same file (" + FileOf(rung) + "), because only letters and digits make its name; rename one of them";
    }
  }
  return "";
}

Result<void> RefuseNameClashes(const TrainOptions& options) {
  std::vector<NamedRung> all;
  const auto add = [&](const char* section, const auto& entries) -> Result<void> {
    for (const auto& entry : entries) {
      const NamedRung rung{section, entry.name};
      const std::string clash = NameClash(rung, all);
      if (!clash.empty()) return Error{ErrorCode::kInvalidInput, clash};
      all.push_back(rung);
    }
    return {};
  };
  ASSAY_TRY(add(kRules, options.own_rules));
  ASSAY_TRY(add("baselines.imported", options.imported));
  return add("baselines.published", options.published);
}

}  // namespace assay::lifecycle
