#include "objectives/off_policy_tuning.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace assay::objectives {

namespace {

constexpr double kUnlikely = 0.05;  // with which a bias is larger than its bound
constexpr double kUnchanged = std::numeric_limits<double>::infinity();

void BoundBias(std::span<const double> weights, std::span<const double> rewards, const ModelledRewards& model, ChangedWeights* changed) {
  const auto n = static_cast<double>(weights.size());
  double sum = 0, squares = 0, largest = 0, moved = 0, all = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const double change = weights[i] - changed->weights[i], term = change * (rewards[i] - model.logged[i]);
    sum += term;
    squares += term * term;
    largest = std::max(largest, std::abs(term));
    moved += change * change;
    all += weights[i] * weights[i];
  }
  const double log_term = std::log(2 / kUnlikely);
  changed->bias_bound = std::abs(sum) / n + std::sqrt(2 * squares / n * log_term / n) + 2 * largest * log_term / (3 * n);
  changed->share_moved = all > 0 ? moved / all : 0;
}

void AddSteps(double low, double high, int steps, std::vector<double>* out) {
  if (!(low > 0) || !(high >= low) || !std::isfinite(high)) return;
  for (int i = 0; i < steps; ++i) out->push_back(low * std::pow(high / low, static_cast<double>(i) / (steps - 1)));
}

}  // namespace

bool IntervalHolds(double bias_bound, double share_moved, double standard_error) {
  return bias_bound <= kMostBias * standard_error && share_moved <= kMostMoved;
}

ChangedWeights ChangeWeights(WeightChange change, double parameter, std::span<const double> weights, std::span<const double> rewards,
                             const ModelledRewards& model) {
  ChangedWeights changed{parameter, change == WeightChange::kSwitch ? Switched(weights, parameter) : Shrunk(weights, parameter)};
  if (!std::equal(weights.begin(), weights.end(), changed.weights.begin())) BoundBias(weights, rewards, model, &changed);
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

ChangedWeights TuneWeights(WeightChange change, std::span<const double> weights, std::span<const double> rewards, const ModelledRewards& model,
                           const stats::Clusters& clusters) {
  ChangedWeights best{kUnchanged, {weights.begin(), weights.end()}};
  double least = kUnchanged;
  for (const double parameter : CandidateParameters(change, weights)) {
    ChangedWeights changed = ChangeWeights(change, parameter, weights, rewards, model);
    const Result<stats::UnitVariance> variance = stats::VarianceByUnits(DoublyRobust(changed.weights, rewards, model).influence, {}, clusters);
    if (!variance || !IntervalHolds(changed.bias_bound, changed.share_moved, std::sqrt(variance->variance))) continue;
    const double error = variance->variance + changed.bias_bound * changed.bias_bound;
    if (!(error < least)) continue;
    least = error;
    best = std::move(changed);
  }
  return best;
}

}  // namespace assay::objectives
