#include "stats/change_points.h"

#include <algorithm>
#include <cmath>

#include "stats/internal/series_noise.h"
#include "stats/internal/stretches.h"

namespace assay::stats {

namespace {

using internal::NullSeries;
using internal::Stretch;
using internal::Weighted;

void Segment(const PeriodMeans& series, std::size_t offset, const ChangeOptions& options, std::vector<ChangePoint>* found) {
  const std::size_t n = series.means.size();
  if (n < 2 * options.least_periods + 2 || !internal::Varies(series.means)) return;
  const internal::Scale scale = internal::ScaleOf(series);
  const Weighted weighted{series.means, scale};
  const auto standing = [&](const Weighted& any) {
    const Stretch stretch = FindStretch(any, options.least_periods);
    return Standing(stretch, AboutLevels(any, stretch));
  };
  const Stretch best = FindStretch(weighted, options.least_periods);
  if (best.score <= 0) return;
  const std::vector<double> residuals = AboutLevels(weighted, best);
  NullSeries null(weighted, EstimatePhi(residuals));
  CorrectPhi(options, [&](const Weighted& drawn) { return EstimatePhi(AboutLevels(drawn, FindStretch(drawn, options.least_periods))); }, &null);
  const double p = SimulatedP(Standing(best, residuals), null, options, "change points", standing);
  // The fewer periods, the more the estimated phi scatters and the more the test would report.
  const auto periods = static_cast<double>(n);
  if (p > options.alpha * periods / (periods + 8)) return;
  const auto part = [&](std::size_t first, std::size_t end) { Segment({series.means.subspan(first, end - first), series.rows.empty() ? series.rows : series.rows.subspan(first, end - first), series.row_variance}, offset + first, options, found); };
  part(0, best.first);
  if (best.first > 0) found->push_back({offset + best.first, p});
  part(best.first, best.end);
  if (best.end < n) found->push_back({offset + best.end, p});
  part(best.end, n);
}

}  // namespace

double EstimatePhi(std::span<const double> residuals) {
  double product = 0, squares = 0;
  for (std::size_t i = 0; i < residuals.size(); ++i) {
    squares += residuals[i] * residuals[i];
    if (i > 0) product += residuals[i] * residuals[i - 1];
  }
  if (squares <= 0) return 0;
  const double raw = product / squares;
  const double corrected = raw + (1 + 4 * raw) / static_cast<double>(residuals.size());
  return std::clamp(corrected, -0.5, 0.95);
}

Result<Interval> SeriesMean(std::span<const double> series, double level) {
  if (series.size() < 3) return Error{ErrorCode::kNumeric, "the mean of a stretch needs at least three periods for an interval, there are " + std::to_string(series.size())};
  double mean = 0;
  for (const double v : series) mean += v;
  mean /= static_cast<double>(series.size());
  std::vector<double> residuals(series.begin(), series.end());
  for (double& r : residuals) r -= mean;
  const auto n = static_cast<double>(series.size());
  // Values that alternate count as independent, no better.
  const double phi = std::max(0.0, EstimatePhi(residuals));
  double squares = 0;
  for (const double r : residuals) squares += r * r;
  // Independent values in the stretch; what the mean took away from the squares is given back by the same count.
  const double independent = std::max(3.0, n * (1 - phi) / (1 + phi));
  Interval interval = StudentInterval(mean, std::sqrt(squares / n / (independent - 1)), independent - 2, level);
  interval.units = static_cast<std::int64_t>(independent);
  return interval;
}

std::vector<ChangePoint> FindChangePoints(const PeriodMeans& series, const ChangeOptions& options) {
  std::vector<ChangePoint> found;
  Segment(series, 0, options, &found);
  return found;
}

}  // namespace assay::stats
