#include "stats/internal/stretches.h"

#include <cmath>

namespace assay::stats::internal {

Stretch FindStretch(const Weighted& series, std::size_t least) {
  const std::size_t n = series.values.size();
  const double mean = series.Mean();
  std::vector<double> sums(n + 1, 0.0), weights(n + 1, 0.0);
  for (std::size_t t = 0; t < n; ++t) {
    sums[t + 1] = sums[t] + series.scale.weight[t] * (series.values[t] - mean);
    weights[t + 1] = weights[t] + series.scale.weight[t];
  }
  Stretch best;
  for (std::size_t first = 0; first + least <= n; first = first == 0 ? least : first + 1) {
    for (std::size_t end = first + least; end <= n; ++end) {
      const std::size_t inside = end - first;
      if (n - inside < least || (end != n && n - end < least)) continue;
      const double gap = sums[end] - sums[first], weight = weights[end] - weights[first];
      const double score = gap * gap * weights[n] / (weight * (weights[n] - weight));
      if (score > best.score) best = {first, end, score};
    }
  }
  return best;
}

std::vector<double> AboutLevels(const Weighted& series, const Stretch& stretch) {
  std::vector<double> residuals(series.values.begin(), series.values.end());
  const std::size_t ends[] = {0, stretch.first, stretch.end, series.values.size()};
  for (int part = 0; part < 3; ++part) {
    const double level = series.Mean(ends[part], ends[part + 1]);
    for (std::size_t t = ends[part]; t < ends[part + 1]; ++t) residuals[t] -= level;
  }
  return series.Standardised(residuals);
}

double Standing(const Stretch& stretch, std::span<const double> standardised) {
  if (stretch.score <= 0) return 0;
  const double deviation = LongRunDeviation(standardised);
  // A series that is constant within its parts has no noise at all.
  return deviation > 0 ? std::sqrt(stretch.score) / deviation : 1e300;
}

}  // namespace assay::stats::internal
