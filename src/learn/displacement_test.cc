#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/random.h"
#include "learn/metrics.h"

namespace assay::learn {
namespace {

Examples Lists(const std::vector<std::vector<float>>& outcomes) {
  Examples examples;
  examples.task = Task::kRanking;
  for (const std::vector<float>& list : outcomes) {
    for (const float outcome : list) {
      examples.outcome.push_back(outcome);
      examples.query.push_back(examples.num_queries);
    }
    ++examples.num_queries;
  }
  return examples;
}

Rows AllRows(const Examples& examples) {
  Rows rows(examples.outcome.size());
  std::iota(rows.begin(), rows.end(), 0U);
  return rows;
}

TEST(Displacements, ByHand) {
  const struct { const char* what; std::vector<std::vector<float>> outcomes; std::vector<double> scores, expected; } kCases[] = {
      {"the right order", {{3, 2, 1}}, {9, 8, 7}, {0, 0, 0}},
      {"the other way round", {{3, 2, 1}}, {7, 8, 9}, {1, 0, 1}},
      {"no order: each rank equally often", {{3, 2, 1}}, {5, 5, 5}, {0.5, 1.0 / 3, 0.5}},
      {"equal outcomes may stand on either rank", {{1, 0, 0}}, {9, 7, 8}, {0, 0, 0}},
      {"equal outcomes, one of them above the best", {{1, 0, 0}}, {8, 9, 7}, {0.5, 0.5, 0}},
      {"a list of one row", {{4}, {1, 2}}, {0, 2, 1}, {0, 1, 1}},
  };
  for (const auto& c : kCases) {
    const Examples examples = Lists(c.outcomes);
    const std::vector<double> found = Displacements(examples, AllRows(examples), c.scores);
    ASSERT_EQ(found.size(), c.expected.size()) << c.what;
    for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], c.expected[i], 1e-12) << c.what << ", row " << i;
  }
}

// By definition: over all orders in which rows with equal scores may stand, the distance to the nearest order by outcome.
TEST(Displacements, EqualTheMeanOverAllOrdersOfTies) {
  base::RandomStream random(78);
  for (int trial = 0; trial < 60; ++trial) {
    const std::size_t n = 2 + random.Below(5);
    std::vector<float> outcome;
    std::vector<double> scores;
    for (std::size_t i = 0; i < n; ++i) {
      outcome.push_back(static_cast<float>(random.Below(3)));
      scores.push_back(static_cast<double>(random.Below(3)));
    }
    const Examples examples = Lists({outcome});
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), 0U);
    std::vector<double> sum(n, 0.0);
    double orders = 0;
    do {
      bool by_score = true;
      for (std::size_t r = 1; r < n; ++r) by_score = by_score && scores[order[r - 1]] >= scores[order[r]];
      if (!by_score) continue;
      orders += 1;
      for (std::size_t r = 0; r < n; ++r) {
        double nearest = static_cast<double>(n);
        for (std::size_t right = 0; right < n; ++right) {
          const auto above = static_cast<std::size_t>(std::count_if(outcome.begin(), outcome.end(), [&](float o) { return o > outcome[order[r]]; }));
          const auto equal = static_cast<std::size_t>(std::count(outcome.begin(), outcome.end(), outcome[order[r]]));
          if (right >= above && right < above + equal) nearest = std::min(nearest, std::abs(static_cast<double>(r) - static_cast<double>(right)));
        }
        sum[order[r]] += nearest / static_cast<double>(n - 1);
      }
    } while (std::next_permutation(order.begin(), order.end()));
    const std::vector<double> found = Displacements(examples, AllRows(examples), scores);
    for (std::size_t i = 0; i < n; ++i) EXPECT_NEAR(found[i], sum[i] / orders, 1e-12) << "trial " << trial << ", row " << i;
  }
}

}  // namespace
}  // namespace assay::learn
