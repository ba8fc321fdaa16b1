#include "learn/internal/split_chance.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/random.h"

namespace assay::learn {
namespace {

// The best split of a feature that says nothing, found as the rule finds it, is called as rare as 5 % in at most about 5 % of
// samples: Bonferroni's bounds are on the safe side.
TEST(SplitChance, HoldsItsLevelWhereThereIsNothing) {
  constexpr int kSamples = 2000, kRows = 200, kLeast = 20;
  for (const std::size_t values : {2U, 3U, 6U, 30U, 100U}) {
    for (const bool categories : {false, true}) {
      if (categories && values > 6) continue;  // with fewer than 20 rows a value
      int rejected = 0;
      for (int s = 0; s < kSamples; ++s) {
        base::RandomStream random(7, "split chance", static_cast<std::uint64_t>(s));
        std::vector<double> count(values, 0), sum(values, 0);
        double total = 0;
        for (int i = 0; i < kRows; ++i) {
          const auto v = static_cast<std::size_t>(random.Below(values));
          const double y = random.Uniform() < 0.3 ? 1 : 0;
          count[v] += 1, sum[v] += y, total += y;
        }
        std::vector<std::size_t> order(values);
        for (std::size_t v = 0; v < values; ++v) order[v] = v;
        if (categories) std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return sum[a] * count[b] < sum[b] * count[a]; });
        const double mean = total / kRows, variance = mean * (1 - mean);
        double best = 0, left_count = 0, left_sum = 0;
        for (const std::size_t v : order) {
          left_count += count[v], left_sum += sum[v];
          if (left_count < kLeast || kRows - left_count < kLeast) continue;
          best = std::max(best, (left_sum * left_sum / left_count + (total - left_sum) * (total - left_sum) / (kRows - left_count) - total * total / kRows) / variance);
        }
        rejected += LogChanceOfSplit(best, 1, {categories, values, false, 1.0 * kLeast / kRows}) < std::log(0.05) ? 1 : 0;
      }
      const double share = 1.0 * rejected / kSamples;
      EXPECT_LT(share, 0.066) << values << " values, categories " << categories;
      EXPECT_GT(share, categories ? 0.005 : 0.02) << values << " values, categories " << categories;
    }
  }
}

TEST(SplitChance, GoesOnWhereDoublesEnd) {
  double before = 0;
  for (const double statistic : {100.0, 1000.0, 1300.0, 1340.0, 1400.0, 1e5, 1e7}) {
    const double now = LogChanceOfSplit(statistic, 1, {false, 2, false, 0.1});
    EXPECT_LT(now, before) << statistic;
    EXPECT_NEAR(now, -statistic / 2, 0.02 * statistic + 5) << statistic;
    before = now;
  }
}

}  // namespace
}  // namespace assay::learn
