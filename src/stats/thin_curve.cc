#include "stats/thin_curve.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

namespace assay::stats {

namespace {

using Series = std::span<const std::span<const double>>;

bool FiniteSomewhere(std::span<const double> values) {
  return std::any_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
}

// Distance of point i from the line between points `from` and `to`, at x[i].
double Distance(std::span<const double> x, const std::vector<std::span<const double>>& series, std::size_t from, std::size_t to, std::size_t i) {
  const double share = (x[i] - x[from]) / (x[to] - x[from]);
  double largest = 0;
  for (const std::span<const double> y : series) largest = std::max(largest, std::abs(y[i] - (y[from] + share * (y[to] - y[from]))));
  return largest;
}

double Range(const std::vector<std::span<const double>>& series) {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (const std::span<const double> y : series) {
    for (const double v : y) {
      if (!std::isfinite(v)) continue;
      low = std::min(low, v);
      high = std::max(high, v);
    }
  }
  return high > low ? high - low : 0.0;
}

std::vector<std::span<const double>> Present(Series series) {
  std::vector<std::span<const double>> present;
  for (const std::span<const double> y : series) {
    if (FiniteSomewhere(y)) present.push_back(y);
  }
  return present;
}

}  // namespace

ThinnedCurve ThinCurve(std::span<const double> x, Series all_series, const std::vector<bool>& anchors, double tolerance) {
  ThinnedCurve thinned;
  if (x.empty()) return thinned;
  const std::vector<std::span<const double>> series = Present(all_series);
  std::vector<bool> keep(x.size(), false);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const bool missing = std::any_of(series.begin(), series.end(), [&](std::span<const double> y) { return !std::isfinite(y[i]); });
    keep[i] = missing || i == 0 || i + 1 == x.size() || (!anchors.empty() && anchors[i]);
    // Next to a gap nothing can be drawn through: its neighbours stay too.
    if (missing && i > 0) keep[i - 1] = true;
    if (i > 0 && !missing && std::any_of(series.begin(), series.end(), [&](std::span<const double> y) { return !std::isfinite(y[i - 1]); })) keep[i] = true;
  }
  std::vector<std::pair<std::size_t, std::size_t>> stretches;
  for (std::size_t from = 0, i = 1; i < x.size(); ++i) {
    if (!keep[i]) continue;
    if (i > from + 1) stretches.emplace_back(from, i);
    from = i;
  }
  while (!stretches.empty()) {
    const auto [from, to] = stretches.back();
    stretches.pop_back();
    std::size_t farthest = from;
    double distance = 0;
    for (std::size_t i = from + 1; i < to; ++i) {
      const double d = Distance(x, series, from, to, i);
      if (d > distance) {
        distance = d;
        farthest = i;
      }
    }
    if (distance <= tolerance) {
      thinned.largest_error = std::max(thinned.largest_error, distance);
      continue;
    }
    keep[farthest] = true;
    if (farthest > from + 1) stretches.emplace_back(from, farthest);
    if (to > farthest + 1) stretches.emplace_back(farthest, to);
  }
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (keep[i]) thinned.kept.push_back(i);
  }
  return thinned;
}

ThinnedCurve ThinCurveToFit(std::span<const double> x, Series series, const std::vector<bool>& anchors, std::size_t most) {
  if (x.size() <= most) {
    ThinnedCurve whole;
    whole.kept.resize(x.size());
    std::iota(whole.kept.begin(), whole.kept.end(), std::size_t{0});
    return whole;
  }
  const double range = Range(Present(series));
  ThinnedCurve thinned = ThinCurve(x, series, anchors, range / 1000);
  for (double tolerance = range / 500; thinned.kept.size() > most && tolerance <= 2 * range && range > 0; tolerance *= 2) thinned = ThinCurve(x, series, anchors, tolerance);
  return thinned;
}

}  // namespace assay::stats
