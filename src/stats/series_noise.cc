#include "stats/internal/series_noise.h"

#include <numeric>

namespace assay::stats::internal {

namespace {

constexpr double kLeastPhi = -0.5, kMostPhi = 0.95;  // as EstimatePhi has them

double MeanOf(std::span<const double> values) { return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size()); }

// Variance a + b share, fitted to squares.
std::vector<double> FitVariance(const std::vector<double>& square, const std::vector<double>& share) {
  const std::size_t n = square.size();
  const double least = MeanOf(square) * 1e-9;
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
  return variance;
}

}  // namespace

bool Varies(std::span<const double> values) {
  constexpr double kRounding = 1e-12;
  if (values.empty()) return false;
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  return *most - *least > kRounding * std::max(std::abs(*least), std::abs(*most));
}

Scale ScaleOf(const PeriodMeans& series) {
  const std::size_t n = series.means.size();
  Scale scale{std::vector<double>(n, 1), std::vector<double>(n, 1), std::vector<double>(n, 1)};
  if (series.rows.empty() || !Varies(series.means)) return scale;
  std::vector<double> square(n), share(n);
  double rows = 0, sum = 0;
  for (std::size_t t = 0; t < n; ++t) {
    rows += static_cast<double>(series.rows[t]);
    sum += static_cast<double>(series.rows[t]) * series.means[t];
    share[t] = 1 / static_cast<double>(series.rows[t]);
  }
  for (std::size_t t = 0; t < n; ++t) square[t] = (series.means[t] - sum / rows) * (series.means[t] - sum / rows);
  const auto [fewest, most] = std::minmax_element(series.rows.begin(), series.rows.end());
  const bool even = static_cast<double>(*most) <= 1.2 * static_cast<double>(*fewest);
  const std::vector<double> variance = even ? std::vector<double>(n, MeanOf(square)) : FitVariance(square, share);
  const double mean = MeanOf(variance);
  for (std::size_t t = 0; t < n; ++t) {
    scale.deviation[t] = std::sqrt(variance[t] / mean);
    scale.weight[t] = mean / variance[t];
    scale.lasting[t] = std::clamp(1 - series.row_variance * share[t] / variance[t], 0.0, 1.0);
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
  for (std::size_t t = 1; t < standardised.size(); ++t) innovations_.push_back(standardised[t] - phi * standardised[t - 1]);
  const double centre = MeanOf(innovations_);
  double squares = 0;
  for (double& e : innovations_) e -= centre, squares += e * e;
  const double deviation = std::sqrt(squares / static_cast<double>(innovations_.size()));
  for (double& e : innovations_) e /= deviation > 0 ? deviation : 1;
}

std::vector<double> NullSeries::DrawUncertain(base::RandomStream* random) const {
  const double error = std::sqrt((1 - phi_ * phi_) / static_cast<double>(scale_.lasting.size()));
  return DrawWith(std::clamp(phi_ + error * random->Normal(), kLeastPhi, kMostPhi), random);
}

std::vector<double> NullSeries::DrawWith(double phi, base::RandomStream* random) const {
  const std::size_t n = scale_.lasting.size();
  // A correlation that chance may have made says nothing of what lasts; from a standard error on it is taken for real.
  const double real = std::min(1.0, phi * phi * static_cast<double>(n));
  std::vector<double> lasting;
  for (const double l : scale_.lasting) lasting.push_back(1 - real * (1 - l));
  double share = 0;  // of two neighbours' variances, what may resemble the other
  for (std::size_t t = 1; t < n; ++t) share += std::sqrt(lasting[t] * lasting[t - 1]) / static_cast<double>(n - 1);
  // Nothing lasts so long that less of it would do.
  const double least = std::min(1.0, std::abs(phi) / kMostPhi);
  if (share < least) {
    for (double& l : lasting) l += (1 - l) * (least - share) / (1 - share);
    share = least;
  }
  const double phi_of_lasting = std::clamp(phi / share, kLeastPhi, kMostPhi), fresh = std::sqrt(1 - phi_of_lasting * phi_of_lasting);
  const auto innovation = [&] { return innovations_[random->Below(innovations_.size())]; };
  std::vector<double> series(n);
  double value = innovation();
  for (std::size_t t = 0; t < n; ++t) {
    const double own = lasting[t] < 1 ? std::sqrt(1 - lasting[t]) * innovation() : 0;
    series[t] = scale_.deviation[t] * (std::sqrt(lasting[t]) * value + own);
    value = phi_of_lasting * value + fresh * innovation();
  }
  return series;
}

}  // namespace assay::stats::internal
