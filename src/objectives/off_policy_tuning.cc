#include "objectives/off_policy_tuning.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace assay::objectives {

namespace {

constexpr double kUnlikely = 0.05;  // with which a bias is larger than its bound
constexpr double kUnchanged = std::numeric_limits<double>::infinity();

double BiasBound(std::span<const double> weights, std::span<const double> changed, std::span<const double> rewards, const ModelledRewards& model) {
  const auto n = static_cast<double>(weights.size());
  double sum = 0, squares = 0, largest = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const double moved = (weights[i] - changed[i]) * (rewards[i] - model.logged[i]);
    sum += moved;
    squares += moved * moved;
    largest = std::max(largest, std::abs(moved));
  }
  const double log_term = std::log(2 / kUnlikely);
  return std::abs(sum) / n + std::sqrt(2 * squares / n * log_term / n) + 2 * largest * log_term / (3 * n);
}

void AddSteps(double low, double high, int steps, std::vector<double>* out) {
  if (!(low > 0) || !(high >= low) || !std::isfinite(high)) return;
  for (int i = 0; i < steps; ++i) out->push_back(low * std::pow(high / low, static_cast<double>(i) / (steps - 1)));
}

}  // namespace

ChangedWeights ChangeWeights(WeightChange change, double parameter, std::span<const double> weights, std::span<const double> rewards,
                             const ModelledRewards& model) {
  ChangedWeights changed{parameter, change == WeightChange::kSwitch ? Switched(weights, parameter) : Shrunk(weights, parameter), 0};
  if (!std::equal(weights.begin(), weights.end(), changed.weights.begin())) changed.bias_bound = BiasBound(weights, changed.weights, rewards, model);
  return changed;
}

std::vector<double> CandidateParameters(WeightChange change, std::span<const double> weights) {
  std::vector<double> sorted;
  for (const double weight : weights) {
    if (weight > 0) sorted.push_back(weight);
  }
  std::vector<double> candidates = {kUnchanged};
  if (sorted.empty()) return candidates;
  std::sort(sorted.begin(), sorted.end());
  const auto point = [&](double share) { return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))]; };
  if (change == WeightChange::kSwitch) {
    AddSteps(point(0.5), sorted.back(), 20, &candidates);
  } else {
    AddSteps(0.01 * point(0.05) * point(0.05), 100 * point(0.95) * point(0.95), 30, &candidates);
  }
  return candidates;
}

ChangedWeights TuneWeights(WeightChange change, std::span<const double> weights, std::span<const double> rewards, const ModelledRewards& model) {
  const auto n = static_cast<double>(weights.size());
  ChangedWeights best;
  double least = kUnchanged;
  for (const double parameter : CandidateParameters(change, weights)) {
    ChangedWeights changed = ChangeWeights(change, parameter, weights, rewards, model);
    double squares = 0;
    for (const double influence : DoublyRobust(changed.weights, rewards, model).influence) squares += influence * influence;
    const double error = squares / n / n + changed.bias_bound * changed.bias_bound;
    if (!best.weights.empty() && !(error < least)) continue;
    least = error;
    best = std::move(changed);
  }
  return best;
}

}  // namespace assay::objectives
