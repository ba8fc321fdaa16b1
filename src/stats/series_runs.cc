#include "stats/series_runs.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"

namespace assay::stats {

namespace {

constexpr double kMost = 0.95;

}  // namespace

Autocorrelations AutocorrelationsOf(std::span<const double> values) {
  Autocorrelations r;
  const auto n = static_cast<double>(values.size());
  double mean = 0, squares = 0, largest = 0;
  for (const double v : values) {
    mean += v;
    largest = std::max(largest, std::abs(v));
  }
  mean /= n;
  for (const double v : values) squares += (v - mean) * (v - mean);
  // What rounding leaves of values that are all alike is no series.
  if (values.size() < 5 || !(squares > 1e-24 * n * largest * largest)) return r;
  for (std::size_t k = 1; k <= r.lag.size(); ++k) {
    double products = 0;
    for (std::size_t i = k; i < values.size(); ++i) products += (values[i] - mean) * (values[i - k] - mean);
    r.lag[k - 1] = (n * products / squares + 1) / (n - 3);
  }
  return r;
}

Autocorrelations& Autocorrelations::operator+=(const Autocorrelations& other) {
  for (std::size_t k = 0; k < lag.size(); ++k) lag[k] += other.lag[k];
  return *this;
}

Autocorrelations& Autocorrelations::operator/=(double count) {
  for (double& r : lag) r /= count;
  return *this;
}

double LastingAutocorrelation(const Autocorrelations& r, std::int64_t n, double series) {
  // The root makes much of the noise of a short series.
  constexpr double kLeastPerLag = 30;
  const double values = static_cast<double>(n) * series;
  double lasting = 0;
  for (std::size_t k = 0; k < r.lag.size() && r.lag[k] > 1.645 / std::sqrt(values); ++k) {
    const auto lag = static_cast<double>(k + 1);
    if (k > 0 && values < kLeastPerLag * lag) break;
    lasting = std::max(lasting, std::pow(r.lag[k], 1 / lag));
  }
  return std::min(lasting, kMost);
}

SeriesRuns RunsOf(double autocorrelation, std::int64_t n, std::int64_t least_runs, double series) {
  const auto count = static_cast<double>(n);
  std::int64_t length = 1;
  if (n >= 2 * least_runs && autocorrelation > 0) {
    const double r = std::min(autocorrelation, kMost);
    const double best = std::pow(2 * r / (1 - r * r), 2.0 / 3) * std::cbrt(count);
    length = std::clamp(static_cast<std::int64_t>(std::ceil(best)), std::int64_t{1}, n / least_runs);
  }
  return WithLength(autocorrelation, n, length, series);
}

SeriesRuns WithLength(double autocorrelation, std::int64_t n, std::int64_t length, double series) {
  SeriesRuns runs;
  const auto count = static_cast<double>(n);
  runs.length = length;
  runs.independent = count;
  if (n < 1 || !(autocorrelation > 0)) return runs;
  const double r = std::min(autocorrelation, kMost);
  runs.autocorrelation = r;
  const auto days = static_cast<double>(length);
  // r scatters (Bartlett 1946), and too small a one does more harm than too large a one.
  const double likely = std::min(r + std::sqrt((1 - r * r) / (count * series)), kMost);
  const double whole = (1 + likely) / (1 - likely);
  const double unlike = 1 - std::pow(likely, days);
  const double shown = whole - 2 * likely * unlike / (days * (1 - likely) * (1 - likely));
  runs.independent = count / whole;
  runs.widening = whole / shown;
  runs.resemblance = likely * unlike * unlike / ((1 - likely) * (1 - likely) * days * shown);
  return runs;
}

SeriesRuns AllowingForFew(double seen, double first, std::int64_t n, std::int64_t length, std::int64_t least_runs, double series) {
  constexpr double kLeast = 1e-9;
  constexpr std::int64_t kLeastValues = 5;
  const bool few = n < 2 * least_runs && n >= kLeastValues, hidden = few && seen == 0;
  SeriesRuns runs = WithLength(hidden ? std::max(first, kLeast) : seen, n, length, series);
  if (hidden) runs.autocorrelation = 0;
  if (few) runs.independent = static_cast<double>(n) * (1 - runs.autocorrelation) / (1 + runs.autocorrelation);
  return runs;
}

std::string WhyTooFew(const SeriesRuns& runs, std::int64_t days) {
  constexpr double kLeastIndependent = 5;
  if (runs.autocorrelation == 0 || runs.independent >= kLeastIndependent) return "";
  return "what happens on a day lasts (autocorrelation " + base::FixedNumber(runs.autocorrelation, 2) + "), so " + base::ReadableCount(days) + " days tell as little as " + base::FixedNumber(runs.independent, 1) + " independent ones; take a longer time";
}

}  // namespace assay::stats
