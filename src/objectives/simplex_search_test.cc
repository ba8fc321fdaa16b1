#include "objectives/simplex_search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/random.h"
#include "base/thread_pool.h"
#include "objectives/pareto.h"

namespace assay::objectives {
namespace {

struct Feed {
  RankedItems items;
  std::vector<std::vector<double>> scores;
};
Feed DrawFeed(std::size_t objectives, std::uint32_t queries, int per_query, std::uint64_t seed) {
  base::RandomStream random(seed, "simplex");
  Feed feed;
  std::vector<std::uint32_t> query;
  feed.scores.resize(objectives);
  std::vector<Measure> measures(objectives);
  for (std::uint32_t q = 0; q < queries; ++q) {
    for (int i = 0; i < per_query; ++i) {
      query.push_back(q);
      double sum = 0;
      for (std::size_t o = 0; o < objectives; ++o) {
        const double score = o + 1 < objectives ? random.Normal() : random.Normal() - sum;  // the last pulls against the others
        sum += score;
        feed.scores[o].push_back(score);
        measures[o].values.push_back(score + random.Normal());
      }
    }
  }
  for (std::size_t o = 0; o < objectives; ++o) measures[o].name = std::to_string(o);
  feed.items = *RankedItems::Create(query, queries, std::move(measures));
  return feed;
}

// The metrics of ranking by a blend, by sorting.
std::vector<double> MetricsAt(const Feed& feed, const std::vector<double>& weights, std::size_t k) {
  std::vector<double> metrics(feed.scores.size(), 0.0);
  for (std::uint32_t q = 0; q < feed.items.num_queries(); ++q) {
    std::vector<std::uint32_t> order(feed.items.ItemsOf(q).begin(), feed.items.ItemsOf(q).end());
    const auto blend = [&](std::uint32_t i) {
      double sum = 0;
      for (std::size_t o = 0; o < weights.size(); ++o) sum += weights[o] * feed.scores[o][i];
      return sum;
    };
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return blend(a) > blend(b); });
    for (std::size_t r = 0; r < std::min(k, order.size()); ++r) {
      for (std::size_t o = 0; o < metrics.size(); ++o) metrics[o] += feed.items.measures()[o].values[order[r]] / static_cast<double>(k) / feed.items.num_queries();
    }
  }
  return metrics;
}

TEST(SearchSimplex, FindsPointsThatRankingByTheirWeightsGives) {
  for (const std::size_t objectives : {2U, 3U, 4U}) {
    const Feed feed = DrawFeed(objectives, 6, 12, objectives);
    const SimplexSearch found = *SearchSimplex(feed.items, feed.scores, {.k = 3, .discount = Discount::kNone}, 60, {});
    EXPECT_EQ(found.lines, objectives == 2 ? 1 : 60);
    EXPECT_GT(found.pareto.size(), 3U);
    std::vector<std::vector<double>> points;
    for (const WeightedPoint& point : found.pareto) {
      EXPECT_NEAR(std::accumulate(point.weights.begin(), point.weights.end(), 0.0), 1, 1e-12);
      EXPECT_GE(*std::min_element(point.weights.begin(), point.weights.end()), 0);
      const std::vector<double> expected = MetricsAt(feed, point.weights, 3);
      for (std::size_t o = 0; o < objectives; ++o) EXPECT_NEAR(point.values[o], expected[o], 1e-9);
      points.push_back(point.values);
    }
    const std::vector<bool> kept = NotDominated(points);
    EXPECT_TRUE(std::all_of(kept.begin(), kept.end(), [](bool k) { return k; }));
  }
}

// Of two objectives the one line is everything.
TEST(SearchSimplex, OfTwoObjectivesIsTheFrontier) {
  const Feed feed = DrawFeed(2, 8, 15, 5);
  const FrontierOptions options{.k = 4, .discount = Discount::kNone};
  const SimplexSearch found = *SearchSimplex(feed.items, feed.scores, options, 10, {});
  const Frontier frontier = *Frontier::Sweep(feed.items, feed.scores[0], feed.scores[1], options, {});
  std::vector<std::pair<double, double>> a, b;
  for (const WeightedPoint& point : found.pareto) a.emplace_back(point.values[0], point.values[1]);
  for (const CurvePoint& point : ParetoOfCurve(PointsOfCurve(frontier, 0, 1))) b.emplace_back(point.first, point.second);
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  b.erase(std::unique(b.begin(), b.end()), b.end());
  EXPECT_EQ(a, b);
}

// A grid of 5,151 weights is the other way; the lines reach at least as much with 200 sweeps.
TEST(SearchSimplex, CoversNoLessThanAFineGridOfWeights) {
  const Feed feed = DrawFeed(3, 5, 15, 9);
  const std::vector<double> reference = {-2, -2, -2};
  std::vector<std::vector<double>> grid, found;
  for (int a = 0; a <= 100; ++a) {
    for (int b = 0; a + b <= 100; ++b) grid.push_back(MetricsAt(feed, {a / 100.0, b / 100.0, (100 - a - b) / 100.0}, 3));
  }
  const std::vector<bool> kept = NotDominated(grid);
  std::vector<std::vector<double>> best;
  for (std::size_t i = 0; i < grid.size(); ++i) {
    if (kept[i]) best.push_back(grid[i]);
  }
  const SimplexSearch search = *SearchSimplex(feed.items, feed.scores, {.k = 3, .discount = Discount::kNone}, 200, {});
  for (const WeightedPoint& point : search.pareto) found.push_back(point.values);
  EXPECT_GE(Hypervolume(found, reference), 0.995 * Hypervolume(best, reference));
}

TEST(SearchSimplex, IsTheSameOnAnyNumberOfThreads) {
  const Feed feed = DrawFeed(3, 200, 8, 2);
  base::ThreadPool pool(3);
  RunContext parallel;
  parallel.pool = &pool;
  const FrontierOptions options{.k = 2, .discount = Discount::kLog2};
  const SimplexSearch a = *SearchSimplex(feed.items, feed.scores, options, 20, {}), b = *SearchSimplex(feed.items, feed.scores, options, 20, parallel);
  ASSERT_EQ(a.pareto.size(), b.pareto.size());
  for (std::size_t i = 0; i < a.pareto.size(); ++i) {
    EXPECT_EQ(a.pareto[i].weights, b.pareto[i].weights);
    EXPECT_EQ(a.pareto[i].values, b.pareto[i].values);
  }
}

}  // namespace
}  // namespace assay::objectives
