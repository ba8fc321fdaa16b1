// What intervals are made by, and that tests made so reject true nulls at their level.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <map>

#include "base/random.h"
#include "lifecycle/gathered_for_test.h"
#include "lifecycle/understand.h"

namespace assay::lifecycle {
namespace {

using table::Column;

// What intervals are made by, and that the words say the same.
TEST(DependenceOf, RankingGoesByQueryUnlessEachQueryLiesInOneUnit) {
  struct Case {
    const char* name;
    bool ranking;
    std::uint32_t rows_a_unit;  // 0: no unit
    bool time;
    std::vector<std::uint32_t> expected;  // of twelve rows in six queries
    const char* words;
    std::uint32_t missing_every = 0;  // rows after the first of as many have no time; 1: none has
  };
  const std::vector<std::uint32_t> none, pairs = {0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5}, threes = {0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3}, fours = {0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2};
  const Case cases[] = {
      {"rows", false, 0, false, none, "by row: "},
      {"days", false, 0, true, threes, "by day (4 days; so few"},
      {"days, half of the times missing", false, 0, true, {0, 4, 0, 5, 1, 6, 2, 7, 2, 8, 3, 9}, "by day (4 days and 6 rows without a time, each on its own), because", 2},
      {"no time at all", false, 0, true, none, "by row: no unit was given, and no row has a time", 1},
      {"units", false, 3, true, threes, "by unit (who, 4 units; so few"},
      {"queries", true, 0, false, pairs, "by query (list, 6 queries; so few that the intervals are wide and lean on them being alike), because no unit was given"},
      {"queries with a time", true, 0, true, pairs, "by query (list, 6 queries"},
      {"two queries a unit", true, 4, false, fours, "by unit (who, 3 units"},
      {"units across queries", true, 3, true, pairs, "by query (list, 6 queries; so few that the intervals are wide and lean on them being alike), because queries hold rows of several units (who)"},
  };
  for (const Case& c : cases) {
    learn::Examples examples;
    examples.task = c.ranking ? learn::Task::kRanking : learn::Task::kBinary;
    examples.outcome.assign(12, 0.0F);
    for (std::uint32_t i = 0; i < 12; ++i) {
      if (c.ranking) examples.query.push_back(i / 2);
      if (c.rows_a_unit > 0) examples.unit.push_back(i / c.rows_a_unit);
      const bool timeless = c.missing_every == 1 || (c.missing_every > 1 && i % c.missing_every > 0);
      if (c.time) examples.time.push_back(timeless ? base::kMissingTime : i / 3 * base::kMicrosPerDay);
    }
    examples.num_queries = c.ranking ? 6 : 0;
    examples.num_units = c.rows_a_unit > 0 ? 12 / c.rows_a_unit : 0;
    examples.unit_text = "who";
    examples.query_text = "list";
    const Dependence dependence = DependenceOf(examples);
    EXPECT_EQ(dependence.unit, c.expected) << c.name;
    EXPECT_EQ(dependence.words.rfind(c.words, 0), 0U) << c.name << ": " << dependence.words;
  }
}

// Rows without a time are not one day: intervals are about as wide as with all times, and hold the true mean as often as they say.
TEST(DependenceOf, MissingTimesLeaveIntervalsAsTheyAre) {
  constexpr int kRuns = 300, kRows = 800, kUnits = 100;
  for (const bool units : {false, true}) {
    double width[2] = {0, 0};
    int held[2] = {0, 0};
    for (int run = 0; run < kRuns; ++run) {
      base::RandomStream random(static_cast<std::uint64_t>(run), "missing times");
      std::vector<double> level(kUnits), y;
      for (double& l : level) l = units ? 0.5 * random.Normal() : 0;
      learn::Examples examples;
      examples.task = learn::Task::kRegression;
      examples.unit_text = "who";
      std::vector<base::Micros> time;
      for (int i = 0; i < kRows; ++i) {
        const auto unit = static_cast<std::uint32_t>(random.Below(kUnits));
        y.push_back(level[unit] + random.Normal());
        if (units) examples.unit.push_back(unit);
        time.push_back(i / 8 * base::kMicrosPerDay);
      }
      examples.outcome.assign(y.begin(), y.end());
      examples.num_units = units ? kUnits : 0;
      for (const int missing : {0, 1}) {
        if (missing == 1) for (base::Micros& t : time) t = random.Uniform() < 0.5 ? base::kMissingTime : t;
        examples.time = time;
        const Dependence dependence = DependenceOf(examples);
        ASSERT_EQ(dependence.crossing != nullptr, units) << dependence.words;
        const Result<stats::Interval> mean = MeanOutcome(examples.task, y, dependence.Clusters());
        ASSERT_TRUE(mean);
        width[missing] += mean->high - mean->low;
        held[missing] += mean->low <= 0 && mean->high >= 0 ? 1 : 0;
      }
    }
    std::printf("%s: coverage %.1f %%, with half of the times missing %.1f %%, width x %.3f\n", units ? "units and days" : "days", 100.0 * held[0] / kRuns, 100.0 * held[1] / kRuns, width[1] / width[0]);
    EXPECT_NEAR(width[1] / width[0], 1, 0.1);
    EXPECT_GE(held[1], 272);  // 99.9 % of binomial(300, .95)
    EXPECT_LE(held[1], 297);
  }
}

// Under no association the p values of features are at most 0.05 in 5 % of the cases: categories and numbers, varying within
// days and constant within days, in rows and in days that have a level of their own.
TEST(Understand, AssociationsKeepTheirLevel) {
  struct Case {
    const char* name;
    int days, rows_a_day;
    double level;  // spread of the days' own levels
    bool time;
  };
  const Case cases[] = {{"independent rows", 1, 1000, 0, false}, {"days", 60, 20, 0.1, true}, {"300 days", 300, 5, 0.1, true}};
  const bool whole = std::getenv("ASSAY_LONG") != nullptr;
  const int runs = whole ? 1000 : 300;
  for (const Case& c : cases) {
    std::map<std::string, int> rejected;
    for (int run = 0; run < runs; ++run) {
      base::RandomStream random(static_cast<std::uint64_t>(run), "null associations");
      std::vector<double> y, number, whole_number;
      std::vector<std::uint32_t> few, many, whole_few;
      std::vector<base::Micros> time;
      for (int day = 0; day < c.days; ++day) {
        const double level = 0.4 + c.level * random.Normal(), of_day = random.Normal();
        const auto group_of_day = static_cast<std::uint32_t>(random.Below(3));
        for (int i = 0; i < c.rows_a_day; ++i) {
          y.push_back(random.Uniform() < level ? 1 : 0);
          number.push_back(random.Normal());
          whole_number.push_back(of_day);
          few.push_back(static_cast<std::uint32_t>(random.Below(3)));
          many.push_back(static_cast<std::uint32_t>(random.Below(12)));
          whole_few.push_back(group_of_day);
          time.push_back(day * base::kMicrosPerDay);
        }
      }
      std::vector<Column> columns;
      columns.push_back(Column::Numbers("y", y));
      columns.push_back(Column::Numbers("number", number));
      columns.push_back(Column::Categories("few", few, {"a", "b", "c"}));
      columns.push_back(Column::Categories("many", many, {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"}));
      Problem problem;
      problem.outcome = "y = 1";
      if (c.time) {
        columns.push_back(Column::Times("t", time));
        columns.push_back(Column::Numbers("number of day", whole_number));
        columns.push_back(Column::Categories("group of day", whole_few, {"a", "b", "c"}));
        problem.time = "t";
      }
      const Gathered gathered = GatherColumns(problem, std::move(columns));
      for (const evidence::Association& a : Associations(gathered.examples, DependenceOf(gathered.examples), {})) rejected[a.feature] += a.p_value <= 0.05 ? 1 : 0;
    }
    for (const auto& [feature, count] : rejected) {
      std::printf("%s, %s: %.1f %% of nulls rejected\n", c.name, feature.c_str(), 100.0 * count / runs);
      // 99.9 % of binomial(runs, .05).
      EXPECT_LE(count, whole ? 72 : 28) << c.name << ", " << feature;
    }
  }
}

// Shops over days: what all shops share on a day, and what a shop keeps, are no evidence for what is constant within days or shops.
TEST(Understand, PanelsRejectTrueNullsAtTheirLevel) {
  constexpr int kRuns = 200, kShops = 20, kDays = 40;
  std::map<std::string, int> rejected;
  for (int run = 0; run < kRuns; ++run) {
    base::RandomStream random(static_cast<std::uint64_t>(run), "panel nulls");
    std::vector<double> y, rain, size, noise;
    std::vector<std::uint32_t> shop, weather;
    std::vector<base::Micros> time;
    std::vector<double> level(kShops), area(kShops);
    for (double& l : level) l = random.Normal();
    for (double& a : area) a = random.Normal();
    for (int day = 0; day < kDays; ++day) {
      const double shock = random.Normal(), of_day = random.Normal();
      const auto kind = static_cast<std::uint32_t>(random.Below(2));
      for (std::uint32_t s = 0; s < kShops; ++s) {
        y.push_back(level[s] + shock + random.Normal());
        rain.push_back(of_day);
        size.push_back(area[s]);
        noise.push_back(random.Normal());
        shop.push_back(s);
        weather.push_back(kind);
        time.push_back(day * base::kMicrosPerDay);
      }
    }
    std::vector<std::string> names;
    for (int s = 0; s < kShops; ++s) names.push_back("shop " + std::to_string(s));
    std::vector<Column> columns = {Column::Numbers("y", y), Column::Numbers("rain", rain), Column::Numbers("size", size), Column::Numbers("noise", noise), Column::Categories("shop", shop, names), Column::Categories("weather", weather, {"wet", "dry"}), Column::Times("t", time)};
    Problem problem;
    problem.outcome = "y";
    problem.time = "t";
    problem.unit = "shop";
    const Gathered gathered = GatherColumns(problem, std::move(columns));
    const Dependence dependence = DependenceOf(gathered.examples);
    ASSERT_NE(dependence.crossing, nullptr) << dependence.words;
    for (const evidence::Association& a : Associations(gathered.examples, dependence, {})) rejected[a.feature] += a.p_value <= 0.05 ? 1 : 0;
    const std::vector<Hypothesis> claims = {{"wet days", "", "weather = 'wet'", "", "different", "", ""}};
    rejected["hypothesis"] += TestHypotheses(gathered, dependence, claims, {})[0].p_value <= 0.05 ? 1 : 0;
  }
  for (const char* feature : {"rain", "size", "noise", "weather", "hypothesis"}) {
    std::printf("panel, %s: %.1f %% of nulls rejected\n", feature, 100.0 * rejected[feature] / kRuns);
    EXPECT_LE(rejected[feature], 21) << feature;  // 99.9 % of binomial(200, .05)
  }
}

}  // namespace
}  // namespace assay::lifecycle
