#include "stats/internal/series_noise.h"

#include <numeric>

namespace assay::stats::internal {

Scale ScaleOf(const PeriodMeans& series) {
  const std::size_t n = series.means.size();
  Scale scale{std::vector<double>(n, 1), std::vector<double>(n, 1)};
  if (series.rows.empty()) return scale;
  const auto [fewest, most] = std::minmax_element(series.rows.begin(), series.rows.end());
  if (static_cast<double>(*most) <= 1.2 * static_cast<double>(*fewest)) return scale;
  std::vector<double> square(n), share(n);
  double rows = 0, sum = 0;
  for (std::size_t t = 0; t < n; ++t) {
    rows += static_cast<double>(series.rows[t]);
    sum += static_cast<double>(series.rows[t]) * series.means[t];
    share[t] = 1 / static_cast<double>(series.rows[t]);
  }
  for (std::size_t t = 0; t < n; ++t) square[t] = (series.means[t] - sum / rows) * (series.means[t] - sum / rows);
  const double least = std::accumulate(square.begin(), square.end(), 0.0) / static_cast<double>(n) * 1e-9;
  if (least <= 0) return scale;
  std::vector<double> variance(n, 1);
  for (int round = 0; round < 20; ++round) {
    double w1 = 0, wx = 0, wxx = 0, wy = 0, wxy = 0;
    for (std::size_t t = 0; t < n; ++t) {
      const double w = 1 / (variance[t] * variance[t]);
      w1 += w;
      wx += w * share[t];
      wxx += w * share[t] * share[t];
      wy += w * square[t];
      wxy += w * share[t] * square[t];
    }
    const double determinant = w1 * wxx - wx * wx;
    double a = determinant > 0 ? (wy * wxx - wxy * wx) / determinant : wy / w1, b = determinant > 0 ? (w1 * wxy - wx * wy) / determinant : 0;
    if (b < 0) a = wy / w1, b = 0;
    if (a < 0) a = 0, b = wxy / wxx;
    for (std::size_t t = 0; t < n; ++t) variance[t] = std::max(least, a + b * share[t]);
  }
  const double mean = std::accumulate(variance.begin(), variance.end(), 0.0) / static_cast<double>(n);
  for (std::size_t t = 0; t < n; ++t) {
    scale.deviation[t] = std::sqrt(variance[t] / mean);
    scale.weight[t] = mean / variance[t];
  }
  return scale;
}

double Weighted::Mean(std::size_t first, std::size_t end) const {
  double sum = 0, weights = 0;
  for (std::size_t t = first; t < end; ++t) {
    sum += scale.weight[t] * values[t];
    weights += scale.weight[t];
  }
  return weights > 0 ? sum / weights : 0;
}

std::vector<double> Weighted::Standardised(std::span<const double> residuals) const {
  std::vector<double> standardised(residuals.begin(), residuals.end());
  for (std::size_t t = 0; t < standardised.size(); ++t) standardised[t] /= scale.deviation[t];
  return standardised;
}

double LongRunDeviation(std::span<const double> standardised) {
  const double phi = EstimatePhi(standardised);
  double squares = 0;
  for (std::size_t i = 1; i < standardised.size(); ++i) {
    const double innovation = standardised[i] - phi * standardised[i - 1];
    squares += innovation * innovation;
  }
  const double degrees = std::max(1.0, static_cast<double>(standardised.size()) - 3.0);
  return std::sqrt(squares / degrees) / (1 - phi);
}

NullSeries::NullSeries(const Weighted& series, double phi) : scale_(series.scale), phi_(phi) {
  std::vector<double> about(series.values.begin(), series.values.end());
  const double mean = series.Mean();
  for (double& x : about) x -= mean;
  const std::vector<double> standardised = series.Standardised(about);
  double sum = 0;
  for (std::size_t t = 1; t < standardised.size(); ++t) {
    innovations_.push_back(standardised[t] - phi * standardised[t - 1]);
    sum += innovations_.back();
  }
  for (double& e : innovations_) e -= sum / static_cast<double>(innovations_.size());
}

std::vector<double> NullSeries::Draw(base::RandomStream* random) const {
  const auto innovation = [&] { return innovations_[random->Below(innovations_.size())]; };
  std::vector<double> series(scale_.deviation.size());
  double value = innovation() / std::sqrt(1 - phi_ * phi_);
  for (std::size_t t = 0; t < series.size(); ++t) {
    series[t] = scale_.deviation[t] * value;
    value = phi_ * value + innovation();
  }
  return series;
}

}  // namespace assay::stats::internal
