#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <set>
#include <string>

#include "base/random.h"
#include "learn/split.h"

namespace assay::learn {
namespace {

constexpr base::Micros kHour = base::kMicrosPerHour, kDay = base::kMicrosPerDay;

using NumberOf = std::function<std::int64_t(std::int64_t)>;

// What is made of a row's number; without `unit` or `query` the data has none.
struct Case {
  const char* name;
  std::int64_t num_rows;
  NumberOf time, unit, query;
  base::Micros wait = 0;
  bool units_cross = false;  // units that live through everything stand on both sides of a holdout
};

std::vector<std::uint32_t> Ids(const Case& c, const NumberOf& of, std::uint32_t* count) {
  std::vector<std::uint32_t> ids;
  for (std::int64_t i = 0; of && i < c.num_rows; ++i) ids.push_back(static_cast<std::uint32_t>(of(i)));
  *count = ids.empty() ? 0 : *std::max_element(ids.begin(), ids.end()) + 1;
  return ids;
}

Examples Make(const Case& c) {
  Examples examples;
  base::RandomStream random(1, "timeline test");
  std::vector<double> y;
  for (std::int64_t i = 0; i < c.num_rows; ++i) {
    y.push_back(static_cast<double>(random.Below(2)));
    if (c.time) examples.time.push_back(c.time(i));
  }
  examples.task = c.query ? Task::kRanking : Task::kBinary;
  examples.outcome.assign(y.begin(), y.end());
  examples.unit = Ids(c, c.unit, &examples.num_units);
  examples.query = Ids(c, c.query, &examples.num_queries);
  examples.wait = c.wait;
  std::vector<table::Column> columns;
  columns.push_back(table::Column::Numbers("y", y));
  examples.table = std::make_shared<const table::Table>(*table::Table::Create(std::move(columns)));
  return examples;
}

Rows AllRows(const Examples& examples) {
  Rows rows(static_cast<std::size_t>(examples.num_rows()));
  std::iota(rows.begin(), rows.end(), 0U);
  return rows;
}

std::set<std::int64_t> Of(const std::vector<std::uint32_t>& ids, const Rows& rows) {
  std::set<std::int64_t> present;
  for (const std::uint32_t row : rows) present.insert(ids[row]);
  return present;
}

bool Disjoint(const std::set<std::int64_t>& a, const std::set<std::int64_t>& b) {
  return std::none_of(a.begin(), a.end(), [&](std::int64_t v) { return b.contains(v); });
}

// A query's rows all stand in the part, or none does.
void ExpectWholeQueries(const Examples& examples, const Rows& part) {
  const std::set<std::int64_t> queries = Of(examples.query, part);
  const auto rows = std::count_if(examples.query.begin(), examples.query.end(), [&](std::uint32_t query) { return queries.contains(query); });
  EXPECT_EQ(static_cast<std::size_t>(rows), part.size());
}

void ExpectProper(const Case& c, const Examples& examples, const Split& split, bool units_may_cross) {
  ASSERT_FALSE(split.train.empty());
  ASSERT_FALSE(split.test.empty());
  if (c.query) {
    ExpectWholeQueries(examples, split.train);
    ExpectWholeQueries(examples, split.test);
    EXPECT_TRUE(Disjoint(Of(examples.query, split.train), Of(examples.query, split.test)));
  }
  EXPECT_TRUE(!c.unit || units_may_cross || Disjoint(Of(examples.unit, split.train), Of(examples.unit, split.test)));
  if (!c.time) return;
  base::Micros trained = INT64_MIN, judged = INT64_MAX;
  for (const std::uint32_t row : split.train) trained = std::max(trained, examples.time[row]);
  for (const std::uint32_t row : split.test) judged = std::min(judged, examples.time[row]);
  EXPECT_LE(trained + examples.wait, judged);
}

const Case kCases[] = {
    {"six yearly dates of 100 rows", 600, [](std::int64_t i) { return i / 100 * 365 * kDay; }, nullptr, nullptr},
    {"three dates of 200 rows", 600, [](std::int64_t i) { return i / 200 * kDay; }, nullptr, nullptr},
    {"the middle date holds most rows", 600, [](std::int64_t i) { return i < 50 ? i * kHour : i < 350 ? 50 * kHour : i * kHour; }, nullptr, nullptr},
    {"five bursts with wide gaps and a wait", 600, [](std::int64_t i) { return i / 120 * 400 * kDay + i % 120 * kHour; }, nullptr, nullptr, 30 * kHour},
    {"units of ten rows in a row", 600, [](std::int64_t i) { return i * kHour; }, [](std::int64_t i) { return i / 10; }, nullptr},
    {"units of ten rows in a row, times in pairs", 600, [](std::int64_t i) { return (i + 1) / 2 * kHour; }, [](std::int64_t i) { return i / 10; }, nullptr},
    {"a panel of 20 units at 6 times", 120, [](std::int64_t i) { return i / 20 * kDay; }, [](std::int64_t i) { return i % 20; }, nullptr, 0, true},
    {"a panel of 20 units at 30 times", 600, [](std::int64_t i) { return i / 20 * kDay; }, [](std::int64_t i) { return i % 20; }, nullptr, 0, true},
    {"ranking, queries spread over hours", 357, [](std::int64_t i) { return i / 7 * 10 * kHour + i % 7 * kHour; }, nullptr, [](std::int64_t i) { return i / 7; }},
    {"ranking, queries that overlap in time, with a wait", 357, [](std::int64_t i) { return i / 7 * 3 * kHour + i % 7 * kHour; }, nullptr, [](std::int64_t i) { return i / 7; }, 5 * kHour},
    {"ranking, rows not in order of time", 357, [](std::int64_t i) { return (356 - i) / 51 * kHour + i % 51 * 3 * kHour; }, nullptr, [](std::int64_t i) { return i % 51; }},
    {"ranking, yearly queries with units across them", 600, [](std::int64_t i) { return i / 100 * 365 * kDay + i % 50 * kDay; }, [](std::int64_t i) { return i % 37; }, [](std::int64_t i) { return i / 100; }, 0, true},
    {"ranking, users that come and go", 600, [](std::int64_t i) { return i / 5 * 10 * kHour + i % 5 * kHour; }, [](std::int64_t i) { return i / 20; }, [](std::int64_t i) { return i / 5; }},
    {"ranking, users that stay", 1000, [](std::int64_t i) { return i / 5 * 10 * kHour + i % 5 * kHour; }, [](std::int64_t i) { return i / 5 % 10; }, [](std::int64_t i) { return i / 5; }, 0, true},
    {"ranking without time, users with many queries", 1000, nullptr, [](std::int64_t i) { return i / 5 % 20; }, [](std::int64_t i) { return i / 5; }},
    {"ranking without time, units across queries", 1000, nullptr, [](std::int64_t i) { return i % 37; }, [](std::int64_t i) { return i / 5; }, 0, true},
};

TEST(CrossValidationFolds, JudgeEachRowOnceAndCutNeitherTimesNorQueriesNorUnits) {
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.name);
    const Examples examples = Make(c);
    const Result<std::vector<Split>> folds = CrossValidationFolds(examples, AllRows(examples), 4, 1);
    ASSERT_TRUE(folds);
    EXPECT_GE(folds->size(), 2U);
    // Units that stay are judged half by half; only units that queries hold across may stand on both sides.
    const bool units_may_cross = c.query && c.units_cross && examples.unit[0] != examples.unit[1];
    std::vector<int> judged(static_cast<std::size_t>(c.num_rows), 0);
    for (const Split& fold : *folds) {
      ExpectProper(c, examples, fold, units_may_cross);
      for (const std::uint32_t row : fold.test) ++judged[row];
    }
    EXPECT_LE(*std::max_element(judged.begin(), judged.end()), 1);
    for (std::int64_t i = 0; c.time && !c.unit && !c.query && i < c.num_rows; ++i) {
      for (std::int64_t j = 0; j < i; ++j) {
        ASSERT_TRUE(c.time(i) != c.time(j) || judged[static_cast<std::size_t>(i)] == judged[static_cast<std::size_t>(j)]) << i << " and " << j;
      }
    }
  }
}

// The training part of a fold is split again to tune on; a half of a panel's units must not fall into one half once more.
TEST(CrossValidationFolds, CanBeMadeInsideEachFold) {
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.name);
    const Examples examples = Make(c);
    const std::vector<Split> folds = *CrossValidationFolds(examples, AllRows(examples), 4, 1);
    for (const Split& fold : folds) {
      std::set<base::Micros> moments;  // that a fold may begin at
      for (const std::uint32_t row : fold.train) moments.insert(c.query ? examples.query[row] : c.time ? examples.time[row] : row);
      if (moments.size() < 10) continue;
      const Result<std::vector<Split>> inner = CrossValidationFolds(examples, fold.train, 2, 1);
      EXPECT_TRUE(inner) << (inner ? "" : inner.error().message);
    }
  }
}

TEST(SplitHoldout, CutsNeitherTimesNorQueriesNorUnits) {
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.name);
    const Examples examples = Make(c);
    const Result<Split> split = SplitHoldout(examples, {});
    ASSERT_TRUE(split);
    ExpectProper(c, examples, *split, c.units_cross);
    std::set<std::int64_t> times;
    for (const std::uint32_t row : split->train) {
      if (c.time && !c.query) times.insert(examples.time[row]);
    }
    for (const std::uint32_t row : split->test) EXPECT_FALSE(c.time && !c.query && times.contains(examples.time[row]));
  }
}

TEST(RandomHalves, CutNeitherQueriesNorUnits) {
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.name);
    const Examples examples = Make(c);
    const Result<Resampling> halves = RandomHalves(examples, AllRows(examples), 5, 1);
    ASSERT_TRUE(halves);
    const bool units_may_cross = halves->groups == "queries";
    EXPECT_EQ(halves->groups, c.query && (!c.unit || examples.unit[0] != examples.unit[1]) ? "queries" : c.unit ? "units" : halves->groups);
    for (const Split& split : halves->splits) ExpectProper(c, examples, split, units_may_cross);
  }
}

// 100 large units and 1,000 small ones; the sample ends with the first unit that does not fit.
TEST(SampleRows, TakesLargeAndSmallUnitsAtEqualRates) {
  const Case c = {"uneven units", 51'000, nullptr, [](std::int64_t i) { return i < 50'000 ? i / 500 : i - 50'000 + 100; }, nullptr};
  const Examples examples = Make(c);
  const int draws = 60;
  double large = 0, small = 0;
  for (int seed = 0; seed < draws; ++seed) {
    const Rows sample = SampleRows(examples, AllRows(examples), 20'000, static_cast<std::uint64_t>(seed));
    EXPECT_LE(sample.size(), 20'000U);
    EXPECT_GT(sample.size(), 19'000U);
    for (const std::int64_t unit : Of(examples.unit, sample)) (unit < 100 ? large : small) += 1;
  }
  // A rate is that of a random set of about 39 of 100 large units, whose 60 draws have a standard error below 0.007.
  EXPECT_NEAR(large / draws / 100, small / draws / 1000, 0.02);
}

// A unit that alone is larger than the sample is in none, and ends none.
TEST(SampleRows, GoesOnAfterAUnitThatFitsIntoNoSample) {
  const Case c = {"one giant", 10'000, nullptr, [](std::int64_t i) { return i < 6'000 ? 0 : i / 10; }, nullptr};
  const Examples examples = Make(c);
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Rows sample = SampleRows(examples, AllRows(examples), 2'000, seed);
    EXPECT_EQ(sample.size(), 2'000U);
    EXPECT_FALSE(Of(examples.unit, sample).contains(0));
  }
  EXPECT_GT(SampleRows(examples, AllRows(examples), 5, 1).size(), 5U);  // at least one unit
}

TEST(ThinRows, ForRankingTakesWholeQueriesOfAllUnits) {
  const Case c = {"20 users with 50 queries each", 5'000, nullptr, [](std::int64_t i) { return i / 5 % 20; }, [](std::int64_t i) { return i / 5; }};
  const Examples examples = Make(c);
  const Rows thin = ThinRows(examples, AllRows(examples), 1'000, 1);
  EXPECT_EQ(thin.size(), 1'000U);
  ExpectWholeQueries(examples, thin);
  EXPECT_EQ(Of(examples.unit, thin).size(), 20U);
}

}  // namespace
}  // namespace assay::learn
