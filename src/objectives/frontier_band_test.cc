#include "objectives/frontier_band.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "base/random.h"
#include "stats/cluster_mean.h"

namespace assay::objectives {
namespace {

// Items with two scores that pull apart and gains that follow them with noise; as in a feed. The truth is what very many queries give.
struct Drawn {
  RankedItems items;
  std::vector<double> first, second;
};
enum class Lists { kLong, kShort };  // 20 items; or 1 to 4, fewer than the ranks that count
Drawn DrawQueries(std::uint32_t num_queries, bool skewed, std::uint64_t index, Lists lists = Lists::kLong) {
  base::RandomStream random(11, "frontier band", index);
  std::vector<std::uint32_t> query;
  Drawn drawn;
  std::vector<double> quality, clicks;
  for (std::uint32_t q = 0; q < num_queries; ++q) {
    const double mood = random.Normal() / 4;  // all items of a query share it
    for (std::uint64_t i = 0, n = lists == Lists::kLong ? 20 : 1 + random.Below(4); i < n; ++i) {
      query.push_back(q);
      drawn.first.push_back(random.Normal());
      drawn.second.push_back(random.Normal() - 0.7 * drawn.first.back());
      quality.push_back(skewed ? std::exp(0.5 * drawn.first.back() + mood + 0.5 * random.Normal()) : drawn.first.back() + mood + random.Normal());
      clicks.push_back(random.Uniform() < 1 / (1 + std::exp(2 - drawn.second.back())) ? 1 : 0);
    }
  }
  drawn.items = *RankedItems::Create(query, num_queries, {{"quality", Measure::Kind::kMetric, quality}, {"clicks", Measure::Kind::kMetric, clicks}});
  return drawn;
}

struct Setting {
  const char* name;
  std::uint32_t num_queries;
  bool skewed;
  Lists lists;
  bool always = false;  // else with ASSAY_LONG=1
  double least = 0.93, most = 0.97;  // share of intervals that hold
};

class Coverage : public testing::TestWithParam<Setting> {};

TEST_P(Coverage, OfTheTruthAtOneLambdaAndAtAllAtOnce) {
  const Setting& setting = GetParam();
  if (!setting.always && std::getenv("ASSAY_LONG") == nullptr) GTEST_SKIP() << "ten seconds; with ASSAY_LONG=1";
  const std::vector<double> grid = {0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1};
  const FrontierOptions options{.k = 5, .discount = Discount::kNone, .count_orderings = false};
  constexpr int kRuns = 1000;
  const Drawn all = DrawQueries(60'000, setting.skewed, 1'000'000, setting.lists);
  const Frontier truth = *Frontier::Sweep(all.items, all.first, all.second, options, {});
  int all_hold[2] = {0, 0}, one_holds[2] = {0, 0};
  for (int run = 0; run < kRuns; ++run) {
    const Drawn drawn = DrawQueries(setting.num_queries, setting.skewed, static_cast<std::uint64_t>(run), setting.lists);
    const Frontier frontier = *Frontier::Sweep(drawn.items, drawn.first, drawn.second, options, {});
    for (std::size_t m = 0; m < 2; ++m) {
      const auto holds = [&](std::span<const double> lambdas) {
        const Band band = *SimultaneousBand(frontier, m, lambdas, {.draws = 400}, {.seed = static_cast<std::uint64_t>(run)});
        for (std::size_t l = 0; l < lambdas.size(); ++l) {
          if (band.low[l] == band.high[l]) continue;  // all queries are alike: reports give no interval
          const double value = truth.Value(truth.PieceAt(lambdas[l]), m);
          if (band.low[l] > value || band.high[l] < value) return false;
        }
        return true;
      };
      all_hold[m] += holds(grid) ? 1 : 0;
      one_holds[m] += holds(std::span(grid).subspan(4, 1)) ? 1 : 0;
    }
  }
  for (std::size_t m = 0; m < 2; ++m) {
    const std::string measure = m == 0 ? "quality" : "clicks";
    for (const auto& [where, count] : {std::pair{"all", all_hold[m]}, std::pair{"one", one_holds[m]}}) {
      const double share = count / static_cast<double>(kRuns);
      RecordProperty(measure + "_" + where, std::to_string(share));
      EXPECT_GE(share, setting.least) << measure << " at " << where;
      EXPECT_LE(share, setting.most) << measure << " at " << where;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(SimultaneousBand, Coverage,
                         testing::Values(Setting{"Plain30", 30, false, Lists::kLong, true}, Setting{"Skewed200", 200, true, Lists::kLong, true}, Setting{"Skewed15Short", 15, true, Lists::kShort, true},
                                         Setting{"Plain6", 6, false, Lists::kLong, true, 0.93, 1},  // Bonferroni: more often than need be
                                         Setting{"Plain15", 15, false, Lists::kLong}, Setting{"Skewed15", 15, true, Lists::kLong}, Setting{"Plain15Short", 15, false, Lists::kShort},
                                         Setting{"Skewed30", 30, true, Lists::kLong}, Setting{"Plain200", 200, false, Lists::kLong}, Setting{"Plain200Short", 200, false, Lists::kShort},
                                         Setting{"Skewed200Short", 200, true, Lists::kShort}),
                         [](const auto& given) { return std::string(given.param.name); });

TEST(SimultaneousBand, OfOneLambdaIsNearStudentsIntervalAndWiderForMore) {
  const Drawn drawn = DrawQueries(400, false, 3);
  const Frontier frontier = *Frontier::Sweep(drawn.items, drawn.first, drawn.second, {.k = 5, .discount = Discount::kNone}, {});
  std::vector<double> values(400);
  frontier.PerQuery(0.5, 0, values);
  const stats::Interval student = *stats::ClusterMean(values, {});
  const std::vector<double> one = {0.5}, same = {0.5, 0.5, 0.5}, three = {0.1, 0.5, 0.9};
  const auto width = [&](std::span<const double> grid, std::size_t at) {
    const Band band = *SimultaneousBand(frontier, 0, grid, {.draws = 20'000}, {});
    return band.high[at] - band.low[at];
  };
  EXPECT_NEAR(width(one, 0) / (student.high - student.low), 1, 0.03);
  EXPECT_EQ(width(same, 1), width(one, 0));
  EXPECT_GT(width(three, 1), 1.05 * width(one, 0));
}

TEST(SimultaneousBand, OfFewQueriesIsStudentsIntervalForAllLambdas) {
  const Drawn drawn = DrawQueries(5, false, 3);
  const Frontier frontier = *Frontier::Sweep(drawn.items, drawn.first, drawn.second, {.k = 5, .discount = Discount::kNone}, {});
  std::vector<double> values(5);
  frontier.PerQuery(0.5, 0, values);
  const std::vector<double> one = {0.5}, two = {0.5, 0.9};
  for (const auto& [grid, level] : {std::pair{std::span<const double>(one), 0.95}, std::pair{std::span<const double>(two), 0.975}}) {
    const Band band = *SimultaneousBand(frontier, 0, grid, {}, {});
    const stats::Interval student = *stats::ClusterMean(values, {}, level);
    EXPECT_NEAR(band.low[0], student.low, 1e-12);
    EXPECT_NEAR(band.high[0], student.high, 1e-12);
  }
}

TEST(SimultaneousBand, HasNoWidthWhereQueriesAreAlikeAndNeedsTwo) {
  const std::vector<std::uint32_t> query = {0, 0, 1, 1}, one_query = {0, 0, 0, 0};
  const std::vector<double> first = {1, 0, 1, 0}, second = {0, 1, 0, 1}, gain = {0.1, 0.3, 0.1, 0.7};
  const std::vector<double> grid = {0.2, 0.8};
  const RankedItems items = *RankedItems::Create(query, 2, {{"gain", Measure::Kind::kMetric, gain}});
  const Band band = *SimultaneousBand(*Frontier::Sweep(items, first, second, {.k = 1}, {}), 0, grid, {}, {});
  EXPECT_EQ(band.low[0], band.high[0]);
  EXPECT_LT(band.low[1], band.high[1]);
  const RankedItems alone = *RankedItems::Create(one_query, 1, {{"gain", Measure::Kind::kMetric, gain}});
  EXPECT_FALSE(SimultaneousBand(*Frontier::Sweep(alone, first, second, {.k = 1}, {}), 0, grid, {}, {}));
}

}  // namespace
}  // namespace assay::objectives
