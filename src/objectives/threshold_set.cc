#include "objectives/threshold_set.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "base/random.h"
#include "base/thread_pool.h"
#include "stats/distributions.h"
#include "stats/unit_bootstrap.h"

namespace assay::objectives {

namespace {

constexpr std::uint32_t kMostBundles = 1000;
constexpr double kLeastScale = 0.25;  // of the largest standard error of a candidate

// Rows to act on: even steps, and finer ones by a constant factor towards both ends, where the best threshold of a rare outcome lies.
std::vector<std::int64_t> ActedAtCandidates(std::size_t num_rows, std::size_t most) {
  const auto n = static_cast<double>(num_rows);
  std::vector<std::int64_t> acted;
  const std::size_t even = most * 6 / 10, top = most * 3 / 10, bottom = most - even - top - 1;
  for (std::size_t k = 1; k <= even; ++k) acted.push_back(std::llround(n * static_cast<double>(k) / static_cast<double>(even)));
  const double step = n / static_cast<double>(even);
  const auto towards = [&](std::size_t count, const auto& place) {
    for (std::size_t k = 0; k < count; ++k) place(std::llround(step * std::pow(std::min(1.0, 10 / step), static_cast<double>(k + 1) / static_cast<double>(count))));
  };
  towards(top, [&](std::int64_t rows) { acted.push_back(rows); });
  towards(bottom, [&](std::int64_t rows) { acted.push_back(static_cast<std::int64_t>(num_rows) - rows); });
  std::erase_if(acted, [&](std::int64_t rows) { return rows < 1 || rows > static_cast<std::int64_t>(num_rows); });
  std::sort(acted.begin(), acted.end());
  acted.erase(std::unique(acted.begin(), acted.end()), acted.end());
  return acted;
}

stats::Bundles BundlesOf(const stats::Clusters& clusters, std::size_t num_rows, std::uint64_t seed) {
  std::vector<std::uint32_t> ids;
  if (clusters.crossing == nullptr) return stats::BundleUnits(clusters, num_rows, kMostBundles, seed);
  const stats::Grouping fewer = clusters.crossing->num_periods < clusters.crossing->num_units ? stats::Grouping::kPeriods : stats::Grouping::kUnits;
  return stats::BundleUnits(stats::Grouped(clusters, fewer, &ids), num_rows, kMostBundles, seed);
}

// What each bundle adds to the error of each candidate's money over silence: sum of gains acted on less its share of the mean.
std::vector<double> Influences(const ProfitCurve& curve, const stats::Bundles& bundles, const std::vector<ProfitCurvePoint>& candidates) {
  const std::size_t k = candidates.size();
  std::vector<double> influence(bundles.count * k, 0.0);
  std::vector<double> rows_of(bundles.count, 0.0);
  for (std::size_t i = 0, c = 1; i < curve.num_rows(); ++i) {
    while (c + 1 < k && static_cast<std::int64_t>(i) >= candidates[c].acted) ++c;
    const std::uint32_t bundle = bundles.of_row[curve.rows()[i]];
    rows_of[bundle] += 1;
    if (static_cast<std::int64_t>(i) < candidates[c].acted) influence[bundle * k + c] += curve.gains()[i];
  }
  const auto n = static_cast<double>(curve.num_rows());
  for (std::size_t b = 0; b < bundles.count; ++b) {
    double* row = influence.data() + b * k;
    for (std::size_t c = 1; c < k; ++c) row[c] += row[c - 1];
    for (std::size_t c = 0; c < k; ++c) row[c] = (row[c] - rows_of[b] * (candidates[c].money_per_decision - candidates[0].money_per_decision)) / n;
  }
  return influence;
}

// 1 / scale(t, s), 0 where they do not differ in any unit; a row per t.
std::vector<double> InverseScales(const std::vector<double>& influence, std::size_t bundles, std::size_t k) {
  std::vector<double> inverse(k * k, 0.0);
  for (std::size_t b = 0; b < bundles; ++b) {
    const double* row = influence.data() + b * k;
    for (std::size_t t = 0; t < k; ++t) {
      for (std::size_t s = t + 1; s < k; ++s) inverse[t * k + s] += (row[s] - row[t]) * (row[s] - row[t]);
    }
  }
  for (std::size_t t = 0; t < k; ++t) {
    for (std::size_t s = 0; s < t; ++s) inverse[t * k + s] = inverse[s * k + t];
  }
  const auto g = static_cast<double>(bundles);
  for (std::size_t t = 0; t < k; ++t) {
    double* row = inverse.data() + t * k;
    double largest = 0;
    for (std::size_t s = 0; s < k; ++s) largest = std::max(largest, row[s] = std::sqrt(row[s] * g / (g - 1)));
    for (std::size_t s = 0; s < k; ++s) row[s] = s != t && largest > 0 ? 1 / std::max(row[s], kLeastScale * largest) : 0;
  }
  return inverse;
}

std::vector<ThresholdRange> RangesOf(const ThresholdSet& set) {
  std::vector<ThresholdRange> ranges;
  const std::size_t k = set.candidates.size();
  for (std::size_t i = 0; i < k; ++i) {
    if (set.kept[i] == 0) continue;
    std::size_t j = i;
    while (j + 1 < k && set.kept[j + 1] != 0) ++j;
    ThresholdRange range;
    range.never = i == 0;
    range.always = j + 1 == k;
    range.above = i == 0 ? std::numeric_limits<double>::infinity() : set.candidates[i - 1].score;
    range.below = set.candidates[std::min(j + 1, k - 1)].score;
    range.acted_least = set.candidates[i].acted;
    range.acted_most = set.candidates[j].acted;
    ranges.push_back(range);
    i = j;
  }
  return ranges;
}

}  // namespace

Result<ThresholdSet> ThresholdsNotShownWorse(const ProfitCurve& curve, const stats::Clusters& clusters, const ThresholdSetOptions& options, const RunContext& context) {
  const stats::Bundles bundles = BundlesOf(clusters, curve.num_rows(), context.seed);
  ThresholdSet set;
  set.units = bundles.count;
  set.bundled = bundles.units > bundles.count;
  if (bundles.count < kFewestUnitsToDraw) return Error{ErrorCode::kNumeric, "there are only " + std::to_string(bundles.count) + " independent units to draw, and it takes " + std::to_string(kFewestUnitsToDraw)};
  set.candidates.push_back({std::numeric_limits<double>::infinity(), 0, curve.never()});
  for (const ProfitCurvePoint& point : curve.ActingOn(ActedAtCandidates(curve.num_rows(), options.most_candidates))) {
    if (point.acted > set.candidates.back().acted) set.candidates.push_back(point);
  }
  const std::size_t k = set.candidates.size();
  const std::vector<double> influence = Influences(curve, bundles, set.candidates);
  const std::vector<double> inverse = InverseScales(influence, bundles.count, k);
  // Draws scatter normally where Student's t is due, and widths that dependent neighbours ask for are the intervals' own.
  const double tail = 0.5 + options.level / 2;
  const double widening = std::sqrt(clusters.widening) * stats::StudentQuantile(tail, static_cast<double>(bundles.count - 1)) / stats::NormalQuantile(tail);
  const double selection = -std::sqrt(std::log(static_cast<double>(bundles.count))) * widening;
  std::vector<double> observed(k, 0.0);
  std::vector<std::vector<std::uint32_t>> rivals(k);
  for (std::size_t t = 0; t < k; ++t) {
    for (std::uint32_t s = 0; s < k; ++s) {
      const double better = (set.candidates[s].money_per_decision - set.candidates[t].money_per_decision) * inverse[t * k + s];
      observed[t] = std::max(observed[t], better);
      if (s != t && better > selection) rivals[t].push_back(s);
    }
  }
  const auto draws = static_cast<std::size_t>(options.draws);
  std::vector<double> largest(draws * k);  // by candidate
  ASSAY_TRY(base::ParallelFor(context, options.draws, [&](std::int64_t draw) {
    base::RandomStream random(context.seed, "threshold set", static_cast<std::uint64_t>(draw));
    std::vector<double> times(bundles.count, 0.0), error(k, 0.0);
    for (std::uint32_t i = 0; i < bundles.count; ++i) ++times[random.Below(bundles.count)];
    for (std::uint32_t b = 0; b < bundles.count; ++b) {
      if (times[b] == 0) continue;
      const double* row = influence.data() + b * k;
      for (std::size_t c = 0; c < k; ++c) error[c] += times[b] * row[c];
    }
    for (std::size_t t = 0; t < k; ++t) {
      double most = 0;
      for (const std::uint32_t s : rivals[t]) most = std::max(most, (error[s] - error[t]) * inverse[t * k + s]);
      largest[t * draws + static_cast<std::size_t>(draw)] = most;
    }
  }, "comparing thresholds"));
  const auto rank = static_cast<std::size_t>(std::ceil(options.level * static_cast<double>(draws + 1))) - 1;
  const double best = curve.Best().score;
  for (std::size_t t = 0; t < k; ++t) {
    const auto begin = largest.begin() + static_cast<std::ptrdiff_t>(t * draws), end = begin + static_cast<std::ptrdiff_t>(draws);
    std::nth_element(begin, begin + static_cast<std::ptrdiff_t>(std::min(rank, draws - 1)), end);
    const double critical = *(begin + static_cast<std::ptrdiff_t>(std::min(rank, draws - 1))) * widening;
    set.kept.push_back(observed[t] <= critical ? 1 : 0);
  }
  // The threshold with the most money belongs to it; where both candidates around it are refuted, the one with more money stays.
  for (std::size_t t = 0; t < k; ++t) {
    if (set.candidates[t].score > best) continue;
    const bool between = set.candidates[t].score != best && t > 0;
    if (set.kept[t] != 0 || (between && set.kept[t - 1] != 0)) break;
    set.kept[between && set.candidates[t - 1].money_per_decision > set.candidates[t].money_per_decision ? t - 1 : t] = 1;
    break;
  }
  set.ranges = RangesOf(set);
  return set;
}

}  // namespace assay::objectives
