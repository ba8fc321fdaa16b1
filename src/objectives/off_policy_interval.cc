#include "objectives/off_policy_interval.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace assay::objectives {

namespace {

// What one more unit as heavy as the heaviest may add to the mean beyond a unit of the mean weight, which the variance knows: that
// excess of weight times the usual residual of a unit.
double UnseenUnit(const PolicyValue& estimate, std::span<const double> weights, const stats::Clusters& clusters) {
  std::vector<double> products(weights.begin(), weights.end());
  for (std::size_t i = 0; i < products.size(); ++i) products[i] *= estimate.residual[i];
  const std::vector<double> weight = SumByUnit(weights, clusters), moved = SumByUnit(products, clusters);
  double sum = 0, squares = 0, heaviest = 0;
  for (std::size_t u = 0; u < weight.size(); ++u) {
    if (!(weight[u] > 0)) continue;
    sum += weight[u];
    squares += moved[u] * (moved[u] / weight[u]);
    heaviest = std::max(heaviest, weight[u]);
  }
  const double excess = heaviest - sum / static_cast<double>(weight.size());
  return sum > 0 ? excess * std::sqrt(squares / sum) / static_cast<double>(weights.size()) : 0;
}

}  // namespace

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

Result<stats::Interval> MeanWeightInterval(std::span<const double> weights, const stats::Clusters& clusters, double level) {
  return PolicyInterval(InverseWeighted(weights, std::vector<double>(weights.size(), 1)), weights, clusters, 0, level);
}

}  // namespace assay::objectives
