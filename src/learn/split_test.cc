#include "learn/split.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <set>

#include "base/random.h"

namespace assay::learn {
namespace {

constexpr base::Micros kHour = base::kMicrosPerHour, kDay = base::kMicrosPerDay;

// `num_rows` rows with random classes; a table of one column, because the number of rows is the table's.
Examples Make(std::size_t num_rows) {
  Examples examples;
  base::RandomStream random(1, "split test");
  std::vector<double> y;
  for (std::size_t i = 0; i < num_rows; ++i) y.push_back(static_cast<double>(random.Below(2)));
  examples.outcome.assign(y.begin(), y.end());
  std::vector<table::Column> columns;
  columns.push_back(table::Column::Numbers("y", y));
  examples.table = std::make_shared<const table::Table>(*table::Table::Create(std::move(columns)));
  return examples;
}

// `num_units` units, each with a row at each of `num_times` hours.
Examples MakePanel(std::uint32_t num_units, std::size_t num_times) {
  Examples examples = Make(num_units * num_times);
  for (std::size_t t = 0; t < num_times; ++t) {
    for (std::uint32_t u = 0; u < num_units; ++u) {
      examples.unit.push_back(u);
      examples.time.push_back(static_cast<base::Micros>(t) * kHour);
    }
  }
  examples.num_units = num_units;
  return examples;
}

// An hour a row; 100 units that live for ten hours, one after the other.
Examples MakeShortLived(base::Micros wait) {
  Examples examples = Make(1000);
  for (std::size_t i = 0; i < 1000; ++i) {
    examples.time.push_back(static_cast<base::Micros>(i) * kHour);
    examples.unit.push_back(static_cast<std::uint32_t>(i / 10));
  }
  examples.num_units = 100;
  examples.wait = wait;
  return examples;
}

Rows AllRows(const Examples& examples) {
  Rows rows(static_cast<std::size_t>(examples.num_rows()));
  std::iota(rows.begin(), rows.end(), 0U);
  return rows;
}

template <class Key>
std::map<Key, std::size_t> Counts(const Rows& rows, const std::function<Key(std::uint32_t)>& key) {
  std::map<Key, std::size_t> counts;
  for (const std::uint32_t row : rows) ++counts[key(row)];
  return counts;
}

bool Disjoint(const std::set<std::int64_t>& a, const std::set<std::int64_t>& b) {
  return std::none_of(a.begin(), a.end(), [&](std::int64_t v) { return b.contains(v); });
}
std::set<std::int64_t> UnitsOf(const Examples& examples, const Rows& rows) {
  std::set<std::int64_t> units;
  for (const std::uint32_t row : rows) units.insert(examples.unit[row]);
  return units;
}


TEST(SampleRows, TakesWholeDaysWhereRowsHaveATimeAndNoUnit) {
  Examples examples = Make(3000);
  for (std::size_t i = 0; i < 3000; ++i) examples.time.push_back(static_cast<base::Micros>(i % 30) * kDay - 10 * kDay + static_cast<base::Micros>(i));
  const Rows sample = SampleRows(examples, AllRows(examples), 1050, 3);
  EXPECT_EQ(sample.size(), 1000U);
  const auto days = Counts<base::Micros>(sample, [&](std::uint32_t row) { return (examples.time[row] + 100 * kDay) / kDay; });
  EXPECT_EQ(days.size(), 10U);
  for (const auto& [day, rows] : days) EXPECT_EQ(rows, 100U) << day;
  EXPECT_EQ(CountGroups(examples, sample), 10);
}

TEST(SampleRows, RowsWithoutATimeAreGroupsOfTheirOwn) {
  for (const std::int64_t rows_a_day : {100, 600}) {
    Examples examples = Make(6000);
    for (std::size_t i = 0; i < 6000; ++i) examples.time.push_back(i % 2 == 1 ? base::kMissingTime : static_cast<base::Micros>(i) / (2 * rows_a_day) * kDay + static_cast<base::Micros>(i));
    EXPECT_EQ(CountGroups(examples, AllRows(examples)), rows_a_day == 100 ? 3030 : 3100) << rows_a_day;
    const Rows sample = SampleRows(examples, AllRows(examples), 3000, 3);
    const auto timeless = std::count_if(sample.begin(), sample.end(), [&](std::uint32_t row) { return examples.time[row] == base::kMissingTime; });
    EXPECT_GT(timeless, 1000) << rows_a_day;
    EXPECT_LT(timeless, 2000) << rows_a_day;
  }
}

TEST(SampleRows, TakesStretchesWhereThereAreFewDays) {
  Examples examples = Make(3000);
  for (std::size_t i = 0; i < 3000; ++i) examples.time.push_back(static_cast<base::Micros>(i) * kHour / 60);
  const Rows sample = SampleRows(examples, AllRows(examples), 600, 3);
  const auto stretches = Counts<std::uint32_t>(sample, [](std::uint32_t row) { return row / 30; });
  EXPECT_EQ(stretches.size(), 20U);
  for (const auto& [stretch, rows] : stretches) EXPECT_EQ(rows, 30U) << stretch;
}

TEST(SplitHoldout, TwoGroupsJudgeWhereThereAreFour) {
  for (const auto& [units, judging] : {std::pair{2U, 1U}, {3U, 1U}, {4U, 2U}, {6U, 2U}, {20U, 4U}}) {
    Examples examples = Make(600);
    for (std::uint32_t i = 0; i < 600; ++i) examples.unit.push_back(i % units);
    examples.num_units = units;
    const Split split = *SplitHoldout(examples, {});
    EXPECT_EQ(UnitsOf(examples, split.test).size(), judging) << units;
  }
}

TEST(SplitHoldout, PanelsKeepTheirPastForTraining) {
  const Examples examples = MakePanel(20, 50);
  const Split split = *SplitHoldout(examples, {});
  EXPECT_EQ(split.train.size(), 800U);
  EXPECT_EQ(split.test.size(), 200U);
  for (const std::uint32_t row : split.train) EXPECT_LT(examples.time[row], 40 * kHour);
  for (const std::uint32_t row : split.test) EXPECT_GE(examples.time[row], 40 * kHour);
  EXPECT_NE(ExplainSplit(examples, split).find("stand on both sides"), std::string::npos);
}

TEST(SplitHoldout, UnitsThatComeAndGoNeverStandOnBothSides) {
  // Each unit lives for ten hours; one that lives from hour 5 to the end is judged only.
  Examples examples = Make(1000);
  for (std::size_t i = 0; i < 1000; ++i) {
    examples.time.push_back(static_cast<base::Micros>(i) * kHour);
    examples.unit.push_back(i % 7 == 5 && i > 5 ? 100U : static_cast<std::uint32_t>(i / 10));
  }
  examples.num_units = 101;
  const Split split = *SplitHoldout(examples, {});
  EXPECT_TRUE(Disjoint(UnitsOf(examples, split.train), UnitsOf(examples, split.test)));
  const std::size_t left_out = 1000 - split.train.size() - split.test.size();
  ASSERT_GT(left_out, 0U);
  EXPECT_NE(ExplainSplit(examples, split).find(std::to_string(left_out) + " earlier rows of the judged units do neither"), std::string::npos) << ExplainSplit(examples, split);
  EXPECT_GT(split.train.size(), 600U);
  EXPECT_EQ(ExplainSplit(examples, split).find("both sides"), std::string::npos);
}

// A long wait empties the training part; no unit may cross because of that.
TEST(SplitHoldout, AWaitIsNoReasonToLetUnitsCross) {
  const Examples examples = MakeShortLived(700 * kHour);
  const Split split = *SplitHoldout(examples, {});
  EXPECT_TRUE(Disjoint(UnitsOf(examples, split.train), UnitsOf(examples, split.test)));
  EXPECT_LE(split.train.size(), 110U);
}

TEST(RandomHalves, DealWholeUnits) {
  Examples examples = Make(600);
  for (std::uint32_t i = 0; i < 600; ++i) examples.unit.push_back(i / 6);
  examples.num_units = 100;
  const Resampling halves = *RandomHalves(examples, AllRows(examples), 8, 5);
  ASSERT_EQ(halves.splits.size(), 8U);
  EXPECT_EQ(halves.groups, "units");
  EXPECT_EQ(halves.training_groups, 50);
  EXPECT_EQ(halves.judging_groups, 50);
  EXPECT_EQ(halves.spared_groups, 50);
  std::set<Rows> different;
  for (const Split& split : halves.splits) {
    EXPECT_TRUE(Disjoint(UnitsOf(examples, split.train), UnitsOf(examples, split.test)));
    EXPECT_EQ(split.train.size() + split.test.size(), 600U);
    EXPECT_TRUE(std::is_sorted(split.train.begin(), split.train.end()));
    different.insert(split.train);
  }
  EXPECT_EQ(different.size(), 8U);
}

TEST(RandomHalves, LookOnlyForwardInTimeWithTheGap) {
  Examples examples = Make(6000);
  for (std::size_t i = 0; i < 6000; ++i) examples.time.push_back(static_cast<base::Micros>(i) * kHour / 4);
  examples.wait = 30 * kHour;
  const Resampling halves = *RandomHalves(examples, AllRows(examples), 6, 5);
  ASSERT_EQ(halves.splits.size(), 6U);
  EXPECT_EQ(halves.groups, "days");
  for (const Split& split : halves.splits) {
    base::Micros trained = 0, judged = INT64_MAX;
    std::set<std::int64_t> training_days, judging_days;
    for (const std::uint32_t row : split.train) trained = std::max(trained, examples.time[row]), training_days.insert(examples.time[row] / kDay);
    for (const std::uint32_t row : split.test) judged = std::min(judged, examples.time[row]), judging_days.insert(examples.time[row] / kDay);
    EXPECT_LE(trained + examples.wait, judged);
    EXPECT_TRUE(Disjoint(training_days, judging_days));
    EXPECT_NEAR(static_cast<double>(training_days.size()), 20, 1);
    EXPECT_NEAR(static_cast<double>(judging_days.size()), 11, 1);
  }
  EXPECT_NEAR(halves.judging_groups, halves.spared_groups, 1);
}

TEST(RandomHalves, OfAPanelJudgeUnitsThatDidNotTrain) {
  const Examples examples = MakePanel(20, 60);
  const Resampling halves = *RandomHalves(examples, AllRows(examples), 5, 5);
  ASSERT_EQ(halves.splits.size(), 5U);
  for (const Split& split : halves.splits) {
    EXPECT_EQ(split.train.size(), 400U);  // ten units, forty hours
    EXPECT_EQ(split.test.size(), 200U);   // the other ten, twenty hours
    EXPECT_TRUE(Disjoint(UnitsOf(examples, split.train), UnitsOf(examples, split.test)));
  }
  EXPECT_EQ(halves.spared_groups, 10);
}

// A wait leaves few rows before a fold; units that come and go are not what takes them.
TEST(CrossValidationFolds, AWaitIsNoReasonToHalveUnits) {
  const Examples examples = MakeShortLived(200 * kHour);
  const std::vector<Split> folds = *CrossValidationFolds(examples, AllRows(examples), 3, 1);
  ASSERT_EQ(folds.size(), 3U);
  for (const Split& fold : folds) EXPECT_EQ(fold.test.size(), 250U);
}

TEST(CrossValidationFolds, SayWhyThereAreNone) {
  struct Case {
    const char* name;
    Examples examples;
    const char* says;
  };
  std::vector<Case> cases;
  cases.push_back({"one unit", MakePanel(1, 100), "all 100 rows belong to one unit"});
  cases.push_back({"one time", MakePanel(50, 1), "all 50 rows have the same time"});
  Examples long_wait = MakePanel(20, 100);
  long_wait.wait = 2000 * kDay;
  cases.push_back({"a long wait", std::move(long_wait), "the wait of 2000 days is too long for rows that span 4.125 days"});
  Examples one_class = Make(100);
  one_class.outcome.assign(100, 1);
  cases.push_back({"one class", std::move(one_class), "all 100 rows have the same outcome"});
  for (const Case& c : cases) {
    const auto folds = CrossValidationFolds(c.examples, AllRows(c.examples), 3, 1);
    ASSERT_FALSE(folds) << c.name;
    EXPECT_NE(folds.error().message.find(c.says), std::string::npos) << c.name << ": " << folds.error().message;
  }
}

}  // namespace
}  // namespace assay::learn
