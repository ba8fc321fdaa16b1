// The weights in use: those asked for, else those of the policy file where it was made for these models, else the charter's.
#include <cmath>
#include <numeric>

#include "base/file.h"
#include "base/text.h"
#include "lifecycle/internal/tradeoff_parts.h"
#include "lifecycle/policy.h"
#include "lifecycle/step_store.h"

namespace assay::lifecycle {

namespace {

std::vector<double> Normalized(std::vector<double> weights) {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (double& weight : weights) weight = sum > 0 ? weight / sum : 1 / static_cast<double>(weights.size());
  return weights;
}

// The policy's weights, of scores in units of their spread as it is now. kConflict where it blends something else.
Result<std::vector<double>> WeightsOfPolicy(const charter::Policy& policy, const TradeoffInput& input, const TradeoffSettings& settings, const TradeoffItems& items) {
  if (policy.blend != settings.blend) return Error{ErrorCode::kConflict, "it blends by a " + policy.blend + ", the charter by a " + settings.blend};
  if (policy.objectives.size() != input.objectives.size()) return Error{ErrorCode::kConflict, "it has other objectives than the charter"};
  std::vector<double> weights;
  for (std::size_t o = 0; o < input.objectives.size(); ++o) {
    const charter::PolicyObjective* same = nullptr;
    for (const charter::PolicyObjective& objective : policy.objectives) same = objective.name == input.objectives[o].name ? &objective : same;
    if (same == nullptr) return Error{ErrorCode::kConflict, "it has no objective '" + input.objectives[o].name + "'"};
    if (same->calibration.empty() == settings.calibrate) return Error{ErrorCode::kConflict, std::string("it blends scores that are ") + (settings.calibrate ? "not " : "") + "calibrated"};
    weights.push_back(same->weight * items.scales[o] / same->scale);
  }
  return weights;
}

}  // namespace

std::string CurrentWeights::InWords() const { return from == "asked" ? "these weights" : from == "policy" ? "the weights in use" : "the charter's weights"; }

CurrentWeights CurrentWeightsOf(const TradeoffInput& input, const TradeoffSettings& settings, const TradeoffItems& items) {
  CurrentWeights current;
  if (input.asked) {
    current.weights = *input.asked;
    current.from = "asked";
    return current;
  }
  current.from = "charter";
  for (const charter::Record& record : input.project.charter.list("objectives")) current.weights.push_back(record.number("weight", 1));
  std::error_code code;
  if (std::filesystem::exists(PolicyPath(input.project), code)) {
    const Result<charter::Policy> policy = LoadPolicy(input.project);
    const Result<std::vector<double>> weights = policy ? WeightsOfPolicy(*policy, input, settings, items) : Result<std::vector<double>>(policy.error());
    if (weights) {
      current.weights = *weights;
      current.from = "policy";
      if (policy->k != settings.k && !std::isfinite(settings.share)) current.notes.push_back("the policy in use shows " + base::ReadableCount(policy->k) + " items of a list; the figures here are of the charter's " + base::ReadableCount(settings.k));
      if (policy->filter != settings.filter) current.notes.push_back("the policy in use filters items by another expression than the charter, whose filter the figures here are of");
    } else {
      current.notes.push_back("the policy file is not looked at: " + weights.error().message);
    }
  }
  current.weights = Normalized(std::move(current.weights));
  return current;
}

std::string SettingsFingerprint(const Project& project) {
  std::error_code code;
  const Result<std::string> policy = std::filesystem::exists(PolicyPath(project), code) ? base::ReadFile(PolicyPath(project)) : Result<std::string>("");
  return StepKey({SectionsText(project.charter, {"objectives", "tradeoff", "guardrails", "value"}), policy ? *policy : policy.error().message});
}

}  // namespace assay::lifecycle
