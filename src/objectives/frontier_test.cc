#include "objectives/frontier.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "base/random.h"
#include "base/thread_pool.h"

namespace assay::objectives {
namespace {

// Lambda as a fraction. Scores are whole numbers, so blends times `below` are whole numbers too and nothing is rounded.
struct Fraction {
  std::int64_t above = 0, below = 1;
  double value() const { return static_cast<double>(above) / static_cast<double>(below); }
};
bool operator<(const Fraction& a, const Fraction& b) { return a.above * b.below < b.above * a.below; }

struct Table {
  std::vector<std::uint32_t> query;
  std::uint32_t num_queries = 0;
  std::vector<std::int64_t> first, second;
  std::vector<double> gain, other_gain, flag;
};

Table RandomTable(base::RandomStream* random) {
  Table table;
  table.num_queries = static_cast<std::uint32_t>(1 + random->Below(4));
  const std::uint64_t range = random->Below(3) == 0 ? 4 : 60;  // few values: ties, and many swaps at one lambda
  std::vector<std::uint32_t> sizes;
  for (std::uint32_t q = 0; q < table.num_queries; ++q) {
    for (std::uint64_t i = 0, n = 1 + random->Below(14); i < n; ++i) table.query.push_back(q);
  }
  random->Shuffle(std::span(table.query));
  for (std::size_t i = 0; i < table.query.size(); ++i) {
    table.first.push_back(static_cast<std::int64_t>(random->Below(range)) - 2);
    table.second.push_back(static_cast<std::int64_t>(random->Below(range)) - 2);
    table.gain.push_back(std::floor(random->Uniform() * 10) / 8);
    table.other_gain.push_back(random->Normal());
    table.flag.push_back(random->Below(3) == 0 ? 1 : 0);
  }
  return table;
}

std::vector<double> Doubles(const std::vector<std::int64_t>& values) { return {values.begin(), values.end()}; }

// The order of a query's items just above lambda, or at 1; of fractions, by whole numbers.
std::vector<std::uint32_t> OracleOrder(const Table& table, std::uint32_t query, Fraction lambda) {
  std::vector<std::uint32_t> order;
  for (std::uint32_t i = 0; i < table.query.size(); ++i) {
    if (table.query[i] == query) order.push_back(i);
  }
  const auto blend = [&](std::uint32_t i) { return (lambda.below - lambda.above) * table.first[i] + lambda.above * table.second[i]; };
  const bool at_one = lambda.above == lambda.below;
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    if (blend(a) != blend(b)) return blend(a) > blend(b);
    return !at_one && table.second[a] - table.first[a] > table.second[b] - table.first[b];
  });
  return order;
}

std::vector<double> OracleValues(const Table& table, Fraction lambda, std::size_t k, Discount discount) {
  double gain = 0, other = 0, flag = 0;
  for (std::uint32_t q = 0; q < table.num_queries; ++q) {
    const std::vector<std::uint32_t> order = OracleOrder(table, q, lambda);
    double shown = 0;
    const std::size_t most = std::min(k, order.size());
    for (std::size_t r = 0; r < most; ++r) {
      const double weight = discount == Discount::kNone ? 1.0 / static_cast<double>(k) : 1 / std::log2(static_cast<double>(r) + 2);
      gain += weight * table.gain[order[r]];
      other += weight * table.other_gain[order[r]];
      shown += table.flag[order[r]];
    }
    flag += shown / static_cast<double>(most);
  }
  return {gain / table.num_queries, other / table.num_queries, flag / table.num_queries};
}

struct Swept {
  RankedItems items;
  Frontier frontier;
};
Swept SweepTable(const Table& table, const FrontierOptions& options, const RunContext& context = {}) {
  RankedItems items = *RankedItems::Create(table.query, table.num_queries,
                                           {{"gain", Measure::Kind::kMetric, table.gain}, {"other", Measure::Kind::kMetric, table.other_gain}, {"flag", Measure::Kind::kShown, table.flag}});
  Frontier frontier = *Frontier::Sweep(items, Doubles(table.first), Doubles(table.second), options, context);
  return {std::move(items), std::move(frontier)};
}

// Re-ranks at every lambda at which any two items meet, between neighbours, at random ones, at 0 and at 1.
TEST(Frontier, IsWhatRankingAgainAtEveryLambdaGives) {
  base::RandomStream random(7, "frontier oracle");
  for (int repeat = 0; repeat < 3000; ++repeat) {
    const Table table = RandomTable(&random);
    FrontierOptions options;
    options.k = 1 + random.Below(6);
    options.discount = random.Below(2) == 0 ? Discount::kNone : Discount::kLog2;
    const Swept swept = SweepTable(table, options);

    std::set<Fraction> meetings;  // of any query
    std::int64_t orderings = 0, lists = 0;
    std::set<double> breakpoints;
    for (std::uint32_t q = 0; q < table.num_queries; ++q) {
      std::set<Fraction> own;
      for (std::size_t i = 0; i < table.query.size(); ++i) {
        for (std::size_t j = 0; j < table.query.size(); ++j) {
          const std::int64_t lead = table.first[i] - table.first[j], gain = table.second[j] - table.second[i];
          if (table.query[i] == q && table.query[j] == q && lead > 0 && gain > 0) own.insert({lead, lead + gain});
        }
      }
      std::set<std::vector<std::uint32_t>> orders, tops;
      std::vector<std::uint32_t> top = OracleOrder(table, q, {0, 1});
      orders.insert(top);
      top.resize(std::min(options.k, top.size()));
      tops.insert(top);
      for (const Fraction& lambda : own) {
        std::vector<std::uint32_t> now = OracleOrder(table, q, lambda);
        orders.insert(now);
        now.resize(top.size());
        tops.insert(now);
        if (now != top) breakpoints.insert(lambda.value());
        top = now;
      }
      orderings += static_cast<std::int64_t>(orders.size());
      lists += static_cast<std::int64_t>(tops.size());
      meetings.insert(own.begin(), own.end());
    }
    ASSERT_EQ(swept.frontier.breakpoints(), std::vector<double>(breakpoints.begin(), breakpoints.end())) << repeat;
    ASSERT_EQ(swept.frontier.orderings(), orderings) << repeat;
    ASSERT_EQ(swept.frontier.distinct_top_k(), lists) << repeat;

    std::vector<Fraction> lambdas = {{0, 1}, {1, 1}};
    Fraction before{0, 1};
    for (const Fraction& lambda : meetings) {
      lambdas.push_back(lambda);
      lambdas.push_back({before.above * lambda.below + lambda.above * before.below, 2 * before.below * lambda.below});
      before = lambda;
    }
    for (int i = 0; i < 10; ++i) lambdas.push_back({static_cast<std::int64_t>(random.Below(1 << 20)), 1 << 20});
    for (const Fraction& lambda : lambdas) {
      const std::vector<double> expected = OracleValues(table, lambda, options.k, options.discount);
      const std::size_t piece = swept.frontier.PieceAt(lambda.value());
      for (std::size_t m = 0; m < expected.size(); ++m) {
        ASSERT_NEAR(swept.frontier.Value(piece, m), expected[m], 1e-12) << "table " << repeat << ", lambda " << lambda.value() << ", measure " << m;
        std::vector<double> per_query(table.num_queries);
        swept.frontier.PerQuery(lambda.value(), m, per_query);
        ASSERT_NEAR(std::accumulate(per_query.begin(), per_query.end(), 0.0) / table.num_queries, expected[m], 1e-12);
      }
      for (std::uint32_t q = 0; q < table.num_queries; ++q) {
        std::vector<std::uint32_t> top = OracleOrder(table, q, lambda);
        top.resize(std::min(options.k, top.size()));
        ASSERT_EQ(TopOfQuery(swept.items, Doubles(table.first), Doubles(table.second), q, options.k, lambda.value()), top) << "table " << repeat << ", lambda " << lambda.value();
      }
    }
  }
}

// Scores that no double holds exactly, at lambdas between breakpoints.
TEST(Frontier, IsWhatRankingAgainGivesForRealScores) {
  base::RandomStream random(8, "frontier real");
  for (int repeat = 0; repeat < 30; ++repeat) {
    Table table;
    table.num_queries = 3;
    std::vector<double> first, second;
    for (std::uint32_t i = 0; i < 120; ++i) {
      table.query.push_back(i % 3);
      first.push_back(random.Normal() / 3);
      second.push_back(random.Uniform() - 0.4 * first.back());
      table.gain.push_back(random.Normal());
    }
    const RankedItems items = *RankedItems::Create(table.query, 3, {{"gain", Measure::Kind::kMetric, table.gain}});
    const Frontier frontier = *Frontier::Sweep(items, first, second, {.k = 10, .discount = Discount::kLog2}, {});
    const std::vector<double>& breaks = frontier.breakpoints();
    ASSERT_GT(breaks.size(), 20U);
    for (std::size_t piece = 0; piece + 1 < frontier.num_pieces(); ++piece) {
      const double low = frontier.PieceBegin(piece), high = frontier.PieceBegin(piece + 1);
      if (high - low < 1e-9) continue;
      const double lambda = low + (high - low) / 2;
      double expected = 0;
      for (std::uint32_t q = 0; q < 3; ++q) {
        std::vector<std::uint32_t> order(items.ItemsOf(q).begin(), items.ItemsOf(q).end());
        std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return (1 - lambda) * first[a] + lambda * second[a] > (1 - lambda) * first[b] + lambda * second[b]; });
        for (std::size_t r = 0; r < 10; ++r) expected += table.gain[order[r]] / std::log2(static_cast<double>(r) + 2);
      }
      EXPECT_NEAR(frontier.Value(piece, 0), expected / 3, 1e-12);
    }
  }
}

// Reference: shared/references/objectives-change-value.md 4.7. Without coincidences there are as many orders as discordant pairs, and one.
TEST(Frontier, HasOneOrderMoreThanDiscordantPairs) {
  base::RandomStream random(9, "frontier kendall");
  std::vector<std::uint32_t> query(200, 0);
  std::vector<double> first, second, gain(200, 1);
  for (int i = 0; i < 200; ++i) {
    first.push_back(random.Normal());
    second.push_back(random.Normal() - first.back());
  }
  std::int64_t discordant = 0;
  for (int i = 0; i < 200; ++i) {
    for (int j = 0; j < i; ++j) discordant += (first[i] - first[j]) * (second[i] - second[j]) < 0 ? 1 : 0;
  }
  const RankedItems items = *RankedItems::Create(query, 1, {{"gain", Measure::Kind::kMetric, gain}});
  const Frontier frontier = *Frontier::Sweep(items, first, second, {.k = 10}, {});
  EXPECT_EQ(frontier.orderings(), discordant + 1);
  EXPECT_LT(frontier.distinct_top_k(), 200);
  // Whole lists change with every swap.
  EXPECT_EQ(Frontier::Sweep(items, first, second, {.k = 200}, {})->distinct_top_k(), discordant + 1);
}

// Of so many items the swaps are counted in shares.
TEST(Frontier, CountsOrdersOfManyItems) {
  base::RandomStream random(12, "frontier many");
  for (const std::uint64_t range : {std::uint64_t{40}, std::uint64_t{1} << 40}) {
    constexpr std::uint32_t kItems = 2000;
    const std::vector<std::uint32_t> query(kItems, 0);
    std::vector<double> first, second;
    for (std::uint32_t i = 0; i < kItems; ++i) {
      first.push_back(static_cast<double>(random.Below(range)));
      second.push_back(static_cast<double>(random.Below(range)));
    }
    std::set<double> odds;
    for (std::uint32_t i = 0; i < kItems; ++i) {
      for (std::uint32_t j = 0; j < kItems; ++j) {
        if (first[i] > first[j] && second[j] > second[i]) odds.insert((first[i] - first[j]) / (second[j] - second[i]));
      }
    }
    const RankedItems items = *RankedItems::Create(query, 1, {{"gain", Measure::Kind::kMetric, first}});
    EXPECT_EQ(Frontier::Sweep(items, first, second, {.k = 1}, {})->orderings(), static_cast<std::int64_t>(odds.size()) + 1);
  }
}

TEST(Frontier, RefusesMoreStepsThanAllowedOnAnyNumberOfThreads) {
  base::RandomStream random(13, "frontier limit");
  base::ThreadPool pool(3);
  RunContext parallel;
  parallel.pool = &pool;
  std::vector<std::uint32_t> query;
  std::vector<double> first, second;
  for (std::uint32_t i = 0; i < 30'000; ++i) {
    query.push_back(i / 100);
    first.push_back(random.Uniform());
    second.push_back(random.Uniform());
  }
  const RankedItems items = *RankedItems::Create(query, 300, {{"gain", Measure::Kind::kMetric, first}});
  FrontierOptions options{.k = 5};
  // Continuous scores have no ties at 1, so a list is a step.
  options.most_steps = static_cast<std::uint64_t>(Frontier::Sweep(items, first, second, options, {})->distinct_top_k());
  for (const RunContext& context : {RunContext{}, parallel}) {
    EXPECT_TRUE(Frontier::Sweep(items, first, second, options, context));
    FrontierOptions fewer = options;
    --fewer.most_steps;
    const Result<Frontier> refused = Frontier::Sweep(items, first, second, fewer, context);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kTooLarge);
  }
  base::CancelToken cancel;
  cancel.Cancel();
  parallel.cancel = &cancel;
  const Result<Frontier> stopped = Frontier::Sweep(items, first, second, options, parallel);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, ErrorCode::kCancelled);
}

TEST(Frontier, KeepsItsLaws) {
  base::RandomStream random(10, "frontier laws");
  base::ThreadPool pool(3);
  RunContext parallel;
  parallel.pool = &pool;
  for (int repeat = 0; repeat < 200; ++repeat) {
    const Table table = RandomTable(&random);
    const FrontierOptions options{.k = 3, .discount = Discount::kLog2};
    const Swept swept = SweepTable(table, options);
    const auto same = [&](const Frontier& other, const char* law, bool lambdas) {
      ASSERT_EQ(other.num_pieces(), swept.frontier.num_pieces()) << law;
      if (lambdas) {
        ASSERT_EQ(other.breakpoints(), swept.frontier.breakpoints()) << law;
      }
      for (std::size_t piece = 0; piece < other.num_pieces(); ++piece) {
        for (std::size_t m = 0; m < 3; ++m) ASSERT_EQ(other.Value(piece, m), swept.frontier.Value(piece, m)) << law;
      }
    };
    same(SweepTable(table, options, parallel).frontier, "threads", true);
    Table shifted = table;
    for (std::int64_t& s : shifted.first) s += 5;
    same(SweepTable(shifted, options).frontier, "a constant more", true);
    Table scaled = table;
    for (std::size_t i = 0; i < table.first.size(); ++i) {
      scaled.first[i] *= 8;
      scaled.second[i] *= 8;
    }
    same(SweepTable(scaled, options).frontier, "scores in another unit", true);
    for (std::size_t i = 0; i < table.first.size(); ++i) scaled.second[i] = table.second[i];
    same(SweepTable(scaled, options).frontier, "one score in another unit", false);
  }
}

TEST(Frontier, RefusesWhatCannotBeRanked) {
  const std::vector<std::uint32_t> query = {0, 0};
  const std::vector<double> good = {1, 2}, missing = {1, std::nan("")}, huge = {1, 1e101}, one = {1};
  const RankedItems items = *RankedItems::Create(query, 1, {{"gain", Measure::Kind::kMetric, good}});
  EXPECT_TRUE(Frontier::Sweep(items, good, good, {}, {}));
  EXPECT_FALSE(Frontier::Sweep(items, good, missing, {}, {}));
  EXPECT_FALSE(Frontier::Sweep(items, huge, good, {}, {}));
  EXPECT_FALSE(Frontier::Sweep(items, one, good, {}, {}));
  EXPECT_FALSE(Frontier::Sweep(items, good, good, {.k = 0}, {}));
  EXPECT_FALSE(RankedItems::Create(query, 1, {{"gain", Measure::Kind::kMetric, missing}}));
  EXPECT_FALSE(RankedItems::Create(query, 2, {}));
  EXPECT_FALSE(RankedItems::Create({}, 0, {}));
}

TEST(Frontier, HoldsScoresOfAllSizes) {
  // Three lines meet at 1/2; products of their differences have 200 digits.
  const std::vector<std::uint32_t> query = {0, 0, 0, 0};
  const std::vector<double> gain = {1, 2, 4, 8};
  const std::vector<double> first = {1e100, 5e99, 0, 1e-100}, second = {0, 5e99, 1e100, -1e100};
  const RankedItems items = *RankedItems::Create(query, 1, {{"gain", Measure::Kind::kMetric, gain}});
  const Frontier frontier = *Frontier::Sweep(items, first, second, {.k = 1}, {});
  EXPECT_EQ(frontier.breakpoints(), std::vector<double>{0.5});
  EXPECT_EQ(frontier.Value(0, 0), 1);
  EXPECT_EQ(frontier.Value(1, 0), 4);
}

}  // namespace
}  // namespace assay::objectives
