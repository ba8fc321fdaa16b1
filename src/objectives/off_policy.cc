#include "objectives/off_policy.h"

#include <algorithm>
#include <cmath>

namespace assay::objectives {

namespace {

// The mean of `terms`, and how far each lies from it.
PolicyValue MeanOf(std::vector<double> terms, std::vector<double> residual) {
  PolicyValue mean;
  mean.residual = std::move(residual);
  for (const double term : terms) mean.value += term;
  mean.value /= static_cast<double>(terms.size());
  mean.influence = std::move(terms);
  for (double& term : mean.influence) term -= mean.value;
  return mean;
}

}  // namespace

std::vector<double> ImportanceWeights(std::span<const double> target, std::span<const double> logged) {
  std::vector<double> weights(target.size());
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = target[i] / logged[i];
  return weights;
}

double EffectiveSize(std::span<const double> weights) {
  // Shares of the largest weight: squares of weights of 1e200 would overflow.
  const double largest = weights.empty() ? 0 : *std::max_element(weights.begin(), weights.end());
  if (!(largest > 0)) return 0;
  double sum = 0, squares = 0;
  for (const double weight : weights) {
    const double share = weight / largest;
    sum += share;
    squares += share * share;
  }
  return sum * sum / squares;
}

std::vector<double> SumByUnit(std::span<const double> values, const stats::Clusters& clusters) {
  if (clusters.unit.empty()) return {values.begin(), values.end()};
  std::vector<double> sums(clusters.num_units, 0);
  for (std::size_t i = 0; i < values.size(); ++i) sums[clusters.unit[i]] += values[i];
  return sums;
}

WeightSummary SummariseWeights(std::span<const double> weights) {
  WeightSummary summary;
  double sum = 0;
  for (const double weight : weights) {
    sum += weight;
    summary.largest = std::max(summary.largest, weight);
  }
  summary.effective_size = EffectiveSize(weights);
  summary.largest_share = sum > 0 ? summary.largest / sum : 0;
  summary.mean = sum / static_cast<double>(weights.size());
  return summary;
}

PolicyValue InverseWeighted(std::span<const double> weights, std::span<const double> rewards) {
  std::vector<double> terms(weights.size());
  for (std::size_t i = 0; i < terms.size(); ++i) terms[i] = weights[i] * rewards[i];
  return MeanOf(std::move(terms), {rewards.begin(), rewards.end()});
}

Result<PolicyValue> SelfNormalised(std::span<const double> weights, std::span<const double> rewards) {
  double weighted = 0, sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    weighted += weights[i] * rewards[i];
    sum += weights[i];
  }
  if (!(sum > 0)) return Error{ErrorCode::kNumeric, "the target policy would have taken none of the logged actions"};
  PolicyValue ratio{weighted / sum, std::vector<double>(weights.size()), std::vector<double>(weights.size())};
  const double mean_weight = sum / static_cast<double>(weights.size());
  for (std::size_t i = 0; i < weights.size(); ++i) {
    ratio.residual[i] = (rewards[i] - ratio.value) / mean_weight;
    ratio.influence[i] = weights[i] * ratio.residual[i];
  }
  return ratio;
}

PolicyValue DirectMethod(const ModelledRewards& model) { return MeanOf(model.target, std::vector<double>(model.target.size())); }

PolicyValue DoublyRobust(std::span<const double> weights, std::span<const double> rewards, const ModelledRewards& model) {
  std::vector<double> terms(weights.size()), residual(weights.size());
  for (std::size_t i = 0; i < terms.size(); ++i) {
    residual[i] = rewards[i] - model.logged[i];
    terms[i] = model.target[i] + weights[i] * residual[i];
  }
  return MeanOf(std::move(terms), std::move(residual));
}

std::vector<double> Switched(std::span<const double> weights, double tau) {
  std::vector<double> switched(weights.begin(), weights.end());
  for (double& weight : switched) weight = weight <= tau ? weight : 0;
  return switched;
}

std::vector<double> Shrunk(std::span<const double> weights, double lambda) {
  std::vector<double> shrunk(weights.begin(), weights.end());
  if (std::isinf(lambda)) return shrunk;
  for (double& weight : shrunk) weight = weight > 0 && lambda > 0 ? weight / (weight * (weight / lambda) + 1) : 0;
  return shrunk;
}

}  // namespace assay::objectives
