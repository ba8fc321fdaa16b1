// The weights in use: those asked for, else those of the policy file where it was made for these models, else the charter's.
#include <algorithm>
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
  if (policy.blend == "multiplier" && policy.multiplier != settings.multiplier) return Error{ErrorCode::kConflict, "its multiplier is another expression than the charter's"};
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

void TakeBounds(const charter::Policy& policy, const std::vector<Objective>& objectives, CurrentWeights* current) {
  for (const Objective& objective : objectives) {
    current->least.push_back(0);
    current->most.push_back(1);
    for (const charter::PolicyObjective& bounded : policy.objectives) {
      if (bounded.name != objective.name) continue;
      current->least.back() = bounded.least;
      current->most.back() = bounded.most;
    }
  }
}

// What people may have changed in the policy beside its weights, in words.
std::string Differences(const charter::Policy& policy, const TradeoffInput& input, const TradeoffSettings& settings, const TradeoffItems& items) {
  std::vector<std::string> differs;
  const bool single = std::isfinite(policy.threshold);
  if (single != std::isfinite(settings.share)) differs.push_back(single ? "deciding single rows" : "ranking lists");
  if (!single && policy.k != settings.k) differs.push_back("k (" + base::ReadableCount(policy.k) + ")");
  if (!single && policy.discount != settings.discount) differs.push_back("the discount");
  if (!single && policy.query != items.problem.query) differs.push_back("the query");
  if (policy.filter != settings.filter) differs.push_back("the filter");
  const std::vector<evidence::FrontierGuardrail> guardrails = GuardrailsOf(input.project.charter);
  const bool alike = guardrails.size() == policy.guardrails.size() && std::equal(guardrails.begin(), guardrails.end(), policy.guardrails.begin(), [](const auto& a, const auto& b) { return a.name == b.name && a.expression == b.expression && a.limit == b.limit && a.at_least == b.at_least; });
  if (!alike) differs.push_back("guardrails");
  return base::Join(differs, ", ");
}

}  // namespace

std::string CurrentWeights::InWords() const { return from == "asked" ? "these weights" : from == "policy" ? "the weights in use" : "the charter's weights"; }

CurrentWeights CurrentWeightsOf(const TradeoffInput& input, const TradeoffSettings& settings, const TradeoffItems& items) {
  CurrentWeights current;
  current.from = "charter";
  for (const charter::Record& record : input.project.charter.list("objectives")) current.weights.push_back(record.number("weight", 1));
  std::error_code code;
  if (std::filesystem::exists(PolicyPath(input.project), code)) {
    const Result<charter::Policy> policy = LoadPolicy(input.project);
    if (policy) TakeBounds(*policy, input.objectives, &current);
    const Result<std::vector<double>> weights = policy ? WeightsOfPolicy(*policy, input, settings, items) : Result<std::vector<double>>(policy.error());
    if (weights) {
      current.weights = *weights;
      current.from = "policy";
      if (const std::string differs = Differences(*policy, input, settings, items); !differs.empty()) current.notes.push_back("the policy in use differs from the charter in " + differs + "; the figures here, and what --write would write, are of the charter's");
    } else {
      current.notes.push_back("the policy file is not looked at: " + weights.error().message);
    }
  }
  if (input.asked) {
    current.weights = *input.asked;
    current.from = "asked";
    return current;
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
