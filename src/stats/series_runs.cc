#include "stats/series_runs.h"

#include <algorithm>
#include <cmath>

namespace assay::stats {

SeriesRuns RunsOf(double autocorrelation, std::int64_t n, std::int64_t least_runs, double series) {
  constexpr double kMost = 0.95;
  SeriesRuns runs;
  const auto count = static_cast<double>(n);
  runs.independent = count;
  if (n < 2 * least_runs || !(autocorrelation > 1.645 / std::sqrt(count * series))) return runs;
  const double r = std::min(autocorrelation, kMost);
  runs.autocorrelation = r;
  const double best = std::pow(2 * r / (1 - r * r), 2.0 / 3) * std::cbrt(count);
  runs.length = std::clamp(static_cast<std::int64_t>(std::ceil(best)), std::int64_t{1}, n / least_runs);
  const auto length = static_cast<double>(runs.length);
  // r scatters (Bartlett 1946), and too small a one does more harm than too large a one.
  const double likely = std::min(r + std::sqrt((1 - r * r) / (count * series)), kMost);
  const double whole = (1 + likely) / (1 - likely);
  runs.independent = count / whole;
  runs.widening = whole / (whole - 2 * likely * (1 - std::pow(likely, length)) / (length * (1 - likely) * (1 - likely)));
  return runs;
}

}  // namespace assay::stats
