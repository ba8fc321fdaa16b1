#include "objectives/off_policy_interval.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <vector>

#include "base/text.h"

namespace assay::objectives {

namespace {

// What one more unit as heavy as the heaviest may add to the mean: its weight times the usual
// residual of a unit.
double UnseenUnit(const PolicyValue& estimate, std::span<const double> weights, const stats::Clusters& clusters) {
  const std::size_t num_units = clusters.unit.empty() ? weights.size() : clusters.num_units;
  std::vector<double> weight(num_units, 0), moved(num_units, 0);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const std::size_t unit = clusters.unit.empty() ? i : clusters.unit[i];
    weight[unit] += weights[i];
    moved[unit] += weights[i] * estimate.residual[i];
  }
  double sum = 0, squares = 0, heaviest = 0;
  for (std::size_t u = 0; u < num_units; ++u) {
    if (!(weight[u] > 0)) continue;
    sum += weight[u];
    squares += moved[u] * (moved[u] / weight[u]);
    heaviest = std::max(heaviest, weight[u]);
  }
  return sum > 0 ? heaviest * std::sqrt(squares / sum) / static_cast<double>(weights.size()) : 0;
}

double MostCommon(std::span<const double> rewards) {
  std::unordered_map<double, std::int64_t> counts;
  double most = 0;
  std::int64_t count = 0;
  for (const double reward : rewards) {
    const std::int64_t so_far = ++counts[reward];
    if (so_far > count) {
      count = so_far;
      most = reward;
    }
  }
  return most;
}

}  // namespace

std::string WhyNotEvaluable(const WeightSummary& weights) {
  if (!(weights.largest > 0)) return "the target policy would have taken none of the logged actions";
  std::string why;
  if (weights.effective_size < kLeastEffectiveSize) {
    why = "effective sample too small: the weights are worth " + base::ReadableNumber(weights.effective_size, 3) + " rows, at least " +
          base::ReadableNumber(kLeastEffectiveSize) + " are needed";
  }
  if (weights.largest_share > kMostShareOfARow) {
    why += (why.empty() ? "" : "; ") + ("one row has " + base::ReadableShare(weights.largest_share)) + " of the weight, at most " +
           base::ReadableShare(kMostShareOfARow) + " may hang on one";
  }
  return why;
}

double EffectiveRewardedRows(std::span<const double> rewards, std::span<const double> weights) {
  return std::min(EffectiveSizeWhereNot(0, rewards, weights), EffectiveSizeWhereNot(MostCommon(rewards), rewards, weights));
}

Result<stats::Interval> PolicyInterval(const PolicyValue& estimate, std::span<const double> weights, const stats::Clusters& clusters, double bias_bound,
                                       double level) {
  stats::Interval interval = ASSAY_TRY(stats::FromInfluence(estimate.value, estimate.influence, clusters, level));
  const double standard_error = interval.standard_error;
  if (!(standard_error > 1e-12 * std::abs(estimate.value)))
    return Error{ErrorCode::kNumeric, "nothing varies between the rows, so nothing shows how far chance may move it"};
  interval.standard_error = std::hypot(standard_error, bias_bound);
  interval.low = stats::StudentInterval(estimate.value, interval.standard_error, interval.degrees, level).low;
  interval.high = 2 * estimate.value - interval.low;
  interval = stats::AgainstSkewness(interval, level);
  const double unseen = kUnseenShare * UnseenUnit(estimate, weights, clusters);
  interval.low -= unseen;
  interval.high += unseen;
  interval.standard_error = standard_error;
  return interval;
}

Result<stats::Interval> MeanWeight(std::span<const double> weights, const stats::Clusters& clusters, double level) {
  return PolicyInterval(InverseWeighted(weights, std::vector<double>(weights.size(), 1)), weights, clusters, 0, level);
}

}  // namespace assay::objectives
