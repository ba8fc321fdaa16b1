#include "stats/unit_bootstrap.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/random.h"
#include "stats/distributions.h"

namespace assay::stats {

namespace {
// The p quantile of sorted values, interpolated at p (n + 1).
double Quantile(const std::vector<double>& sorted, double p) {
  const double at = std::clamp(p * static_cast<double>(sorted.size() + 1) - 1, 0.0, static_cast<double>(sorted.size() - 1));
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}
}  // namespace

Result<Interval> UnitBootstrap(double value, std::size_t num_units, double degrees, const std::function<double(std::span<const double> times)>& statistic, const BootstrapOptions& options) {
  if (num_units < 2 || !(degrees > 0)) return Error{ErrorCode::kNumeric, "drawing units again needs at least two of them"};
  std::vector<double> values, times(num_units);
  for (int draw = 0; draw < options.draws; ++draw) {
    base::RandomStream random(options.seed, "unit bootstrap", static_cast<std::uint64_t>(draw));
    std::fill(times.begin(), times.end(), 0.0);
    for (std::size_t u = 0; u < num_units; ++u) times[random.Below(num_units)] += 1;
    const double drawn = statistic(times);
    if (std::isfinite(drawn)) values.push_back(drawn);
  }
  if (values.size() * 100 < static_cast<std::size_t>(options.draws) * 99) {
    return Error{ErrorCode::kNumeric, "the metric does not exist in " + std::to_string(static_cast<std::size_t>(options.draws) - values.size()) + " of " + std::to_string(options.draws) + " draws of the units"};
  }
  std::sort(values.begin(), values.end());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  double squares = 0;
  for (const double v : values) squares += (v - mean) * (v - mean);
  Interval interval;
  interval.value = value;
  interval.standard_error = std::sqrt(squares / static_cast<double>(values.size() - 1));
  interval.degrees = degrees;
  interval.units = static_cast<std::int64_t>(num_units);
  // The draws scatter by sqrt((n - 1) / n) too little and normally where Student's t is due.
  const double tail = NormalCdf(-std::sqrt((degrees + 1) / degrees) * StudentQuantile(0.5 + options.level / 2, degrees));
  interval.low = Quantile(values, tail);
  interval.high = Quantile(values, 1 - tail);
  return interval;
}

Bundles BundleUnits(const Clusters& clusters, std::size_t num_rows, std::uint32_t most, std::uint64_t seed) {
  Bundles bundles;
  std::vector<std::uint32_t> dense;  // unit -> number among those that have rows
  std::vector<std::uint32_t> of_row(num_rows);
  if (clusters.unit.empty()) {
    std::iota(of_row.begin(), of_row.end(), 0U);
    bundles.units = static_cast<std::int64_t>(num_rows);
  } else {
    constexpr std::uint32_t kNone = UINT32_MAX;
    dense.assign(clusters.num_units, kNone);
    for (std::size_t i = 0; i < num_rows; ++i) {
      std::uint32_t& number = dense[clusters.unit[i]];
      if (number == kNone) number = static_cast<std::uint32_t>(bundles.units++);
      of_row[i] = number;
    }
  }
  bundles.count = static_cast<std::uint32_t>(std::min<std::int64_t>(bundles.units, most));
  if (bundles.units > most) {
    std::vector<std::uint32_t> bundle(static_cast<std::size_t>(bundles.units));
    for (std::size_t u = 0; u < bundle.size(); ++u) bundle[u] = static_cast<std::uint32_t>(u % most);
    base::RandomStream random(seed, "bundles of units");
    random.Shuffle(std::span<std::uint32_t>(bundle));
    for (std::uint32_t& row : of_row) row = bundle[row];
  }
  bundles.of_row = std::move(of_row);
  return bundles;
}

}  // namespace assay::stats
