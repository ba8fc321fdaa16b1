#include "objectives/frontier_band.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "base/random.h"
#include "base/thread_pool.h"
#include "stats/cluster_mean.h"
#include "stats/distributions.h"
#include "stats/unit_bootstrap.h"

namespace assay::objectives {

namespace {

// A draw has at least this share of the scatter that the queries have. One that is without scatter by chance, as where most queries bring nothing, would deviate
// beyond all bounds; leaving such draws out instead loses just those that say how far the truth may lie above (simulated: frontier_band_test.cc).
constexpr double kLeastScatter = 0.1;

// Sums over bundles of queries of deviations from the mean.
struct Deviations {
  std::size_t num_lambdas = 0;
  std::uint32_t num_bundles = 0;
  std::vector<double> values;  // bundles x lambdas
};

// Where the largest and the smallest studentised deviation over the grid lie.
struct Critical {
  double largest = 0, smallest = 0;
};

Result<Critical> CriticalValues(const Deviations& deviations, const BandOptions& options, const RunContext& context) {
  const std::uint32_t n = deviations.num_bundles;
  std::vector<double> largest(static_cast<std::size_t>(options.draws)), smallest(largest.size()), least_scatter(deviations.num_lambdas, 0.0);
  for (std::size_t i = 0; i < deviations.values.size(); ++i) least_scatter[i % deviations.num_lambdas] += kLeastScatter * deviations.values[i] * deviations.values[i] * n / (n - 1);
  ASSAY_TRY(base::ParallelFor(context, options.draws, [&](std::int64_t draw) {
    base::RandomStream random(context.seed, "frontier band", static_cast<std::uint64_t>(draw));
    std::vector<double> times(n, 0.0), sum(deviations.num_lambdas, 0.0), squares(deviations.num_lambdas, 0.0);
    for (std::uint32_t i = 0; i < n; ++i) ++times[random.Below(n)];
    for (std::uint32_t b = 0; b < n; ++b) {
      if (times[b] == 0) continue;
      const double* row = deviations.values.data() + b * deviations.num_lambdas;
      for (std::size_t l = 0; l < deviations.num_lambdas; ++l) {
        const double weighted = times[b] * row[l];
        sum[l] += weighted;
        squares[l] += weighted * row[l];
      }
    }
    double most = -std::numeric_limits<double>::infinity(), least = -most;
    for (std::size_t l = 0; l < sum.size(); ++l) {
      if (least_scatter[l] == 0) continue;
      const double scatter = std::max((squares[l] - sum[l] * sum[l] / n) * n / (n - 1), least_scatter[l]);
      most = std::max(most, sum[l] / std::sqrt(scatter));
      least = std::min(least, sum[l] / std::sqrt(scatter));
    }
    largest[static_cast<std::size_t>(draw)] = most;
    smallest[static_cast<std::size_t>(draw)] = least;
  }));
  const auto rank = static_cast<std::ptrdiff_t>(std::ceil((0.5 + options.level / 2) * (options.draws + 1))) - 1;
  std::nth_element(largest.begin(), largest.begin() + rank, largest.end());
  std::nth_element(smallest.begin(), smallest.begin() + rank, smallest.end(), std::greater<>());
  return Critical{largest[static_cast<std::size_t>(rank)], smallest[static_cast<std::size_t>(rank)]};
}

}  // namespace

Result<Band> SimultaneousBand(const Frontier& frontier, std::size_t measure, std::span<const double> lambdas, const BandOptions& options, const RunContext& context) {
  const auto curve = [&](double lambda, std::span<double> values) {
    frontier.PerQuery(lambda, measure, values);
    return frontier.Value(frontier.PieceAt(lambda), measure);
  };
  return SimultaneousBand(curve, frontier.num_queries(), lambdas, options, context);
}

Result<Band> SimultaneousBand(const CurveByQuery& curve, std::uint32_t num_queries, std::span<const double> lambdas, const BandOptions& options, const RunContext& context) {
  if (num_queries < 2) return Error{ErrorCode::kNumeric, "one query alone has no scatter, so there is no interval"};
  if (lambdas.empty() || lambdas.size() > kMostLambdas) return Error{ErrorCode::kInvalidInput, "a band needs 1 to " + std::to_string(kMostLambdas) + " lambdas, not " + std::to_string(lambdas.size())};
  const stats::Bundles bundles = stats::BundleUnits({}, num_queries, kMostBundles, context.seed);
  Deviations deviations{lambdas.size(), bundles.count, std::vector<double>(bundles.count * lambdas.size(), 0.0)};
  Band band;
  std::vector<double> values(num_queries);
  std::vector<stats::Interval> intervals;
  bool varies = false;
  for (std::size_t l = 0; l < lambdas.size(); ++l) {
    if (context.cancelled()) return Error{ErrorCode::kCancelled, "stopped on request"};
    const double mean = curve(lambdas[l], values);
    band.value.push_back(mean);
    // Rounding of the mean is no scatter.
    const bool alike = std::all_of(values.begin(), values.end(), [&](double v) { return v == values[0]; });
    varies = varies || !alike;
    for (double& value : values) value = alike ? 0 : value - mean;
    for (std::uint32_t q = 0; q < num_queries; ++q) deviations.values[bundles.of_row[q] * lambdas.size() + l] += values[q];
    intervals.push_back(ASSAY_TRY(stats::FromInfluence(mean, values, {})));
  }
  Critical critical;
  if (num_queries < kFewestToDraw) {
    // Each alone at a level that allows for all (Bonferroni).
    critical.largest = stats::StudentQuantile(1 - (1 - options.level) / 2 / static_cast<double>(lambdas.size()), num_queries - 1);
    critical.smallest = -critical.largest;
  } else if (varies) {
    critical = ASSAY_TRY(CriticalValues(deviations, options, context));
  }
  for (const stats::Interval& interval : intervals) {
    band.low.push_back(interval.value - critical.largest * interval.standard_error);
    band.high.push_back(interval.value - critical.smallest * interval.standard_error);
  }
  return band;
}

}  // namespace assay::objectives
