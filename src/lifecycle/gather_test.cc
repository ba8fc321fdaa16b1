#include "lifecycle/gather.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace assay::lifecycle {
namespace {

using table::Column;

std::shared_ptr<const table::Table> Sample() {
  const double nan = std::nan("");
  std::vector<Column> columns;
  columns.push_back(Column::Numbers("delay", {10, 20, nan, 30, -5, 16}));
  columns.push_back(Column::Categories("origin", {0, 1, 0, 1, 2, table::kMissingCode}, {"ORD", "SFO", "JFK"}));
  std::vector<base::Micros> times;
  for (int i = 0; i < 6; ++i) times.push_back(base::FromCivil({2001, 1, 1 + i / 2, 6 + i, 0, 0, 0, 0}));
  columns.push_back(Column::Times("date", times));
  columns.push_back(Column::Numbers("distance", {1, 2, 3, 4, 5, 6}));
  return std::make_shared<const table::Table>(*table::Table::Create(std::move(columns)));
}

Problem Flights() {
  Problem problem;
  problem.source = "flights";
  problem.outcome = "delay > 15";
  problem.time = "date";
  problem.unit = "date(date)";
  return problem;
}

std::vector<std::string> FeatureNames(const Gathered& gathered) {
  std::vector<std::string> names;
  for (const learn::Feature& feature : gathered.examples.features) names.push_back(feature.name);
  return names;
}

TEST(Gather, MakesExamplesOfAConditionAndExpandsTheTime) {
  const Result<Gathered> gathered = GatherFromTable(Flights(), Sample(), {}, {});
  ASSERT_TRUE(gathered) << gathered.error().message;
  const learn::Examples& examples = gathered->examples;
  EXPECT_EQ(examples.task, learn::Task::kBinary);
  EXPECT_EQ(examples.outcome, (std::vector<float>{0, 1, 1, 0, 1}));
  EXPECT_EQ(gathered->rows_without_outcome, 1);
  EXPECT_EQ(gathered->source_rows, (learn::Rows{0, 1, 3, 4, 5}));
  EXPECT_EQ(examples.num_units, 3U);
  EXPECT_EQ(examples.unit, (std::vector<std::uint32_t>{0, 0, 1, 2, 2}));
  EXPECT_EQ(FeatureNames(*gathered), (std::vector<std::string>{"origin", "distance", "month(date)", "day(date)", "weekday(date)", "hour(date)"}));
  EXPECT_EQ(gathered->excluded.size(), 2U);
}

TEST(Gather, TextsOfRowsThatAreLeftOutAreNoLevels) {
  Problem problem = Flights();
  problem.where = "distance <> 2 and distance <> 4";
  const Result<Gathered> gathered = GatherFromTable(problem, Sample(), {}, {});
  ASSERT_TRUE(gathered) << gathered.error().message;
  const Column& origin = gathered->examples.table->column(static_cast<std::size_t>(gathered->examples.table->Find("origin")));
  EXPECT_EQ(origin.dictionary(), (std::vector<std::string>{"ORD", "JFK"}));
  EXPECT_EQ(origin.TextAt(0), "ORD");
  EXPECT_EQ(origin.TextAt(1), "JFK");
  EXPECT_TRUE(origin.IsMissing(2));
}

TEST(Gather, SaysWhichOfTwoTextsCountsAsPositive) {
  const auto notes = [](const std::string& outcome) {
    Problem problem;
    problem.outcome = outcome;
    const auto table = std::make_shared<const table::Table>(*table::Table::Create({table::Column::Categories("status", {0, 1, 0, 1}, {"paid", "default"}), table::Column::Numbers("code", {1, 2, 2, 1}), table::Column::Numbers("flag", {0, 1, 1, 0}), table::Column::Numbers("x", {1, 2, 3, 4})}));
    return GatherFromTable(problem, table, {}, {})->data.notes;
  };
  ASSERT_EQ(notes("status").size(), 1U);
  EXPECT_EQ(notes("status")[0], "'paid' counts as positive and 'default' as negative; for the other way round write a condition as the outcome, like status = 'default'");
  ASSERT_EQ(notes("code").size(), 1U);
  EXPECT_EQ(notes("code")[0], "'2' counts as positive and '1' as negative; for the other way round write a condition as the outcome, like code = 1");
  EXPECT_TRUE(notes("flag").empty());
  EXPECT_TRUE(notes("status = 'default'").empty());
}

TEST(Gather, UnitsAndQueriesBeyond53BitsAreToldApart) {
  std::vector<std::int64_t> ids;
  std::vector<double> gain;
  for (int i = 0; i < 300; ++i) {
    ids.push_back(1'000'000'000'000'000'000 + i / 3);
    gain.push_back(i % 3);
  }
  const auto table = std::make_shared<const table::Table>(*table::Table::Create({Column::Integers("id", ids), Column::Numbers("gain", gain), Column::Numbers("x", gain)}));
  Problem problem;
  problem.outcome = "gain";
  problem.unit = "id";
  EXPECT_EQ(GatherFromTable(problem, table, {}, {})->examples.num_units, 100U);
  problem.unit = "";
  problem.query = "id";
  problem.task = "ranking";
  const Result<Gathered> ranking = GatherFromTable(problem, table, {}, {});
  ASSERT_TRUE(ranking) << ranking.error().message;
  EXPECT_EQ(ranking->examples.num_queries, 100U);
}

TEST(Gather, KeepsColumnsOutThatMayNotBeFeatures) {
  Problem problem = Flights();
  problem.calendar_day_only = true;
  problem.exclude = {"distance", "day(date)"};
  problem.known_after = {"origin"};
  const Result<Gathered> gathered = GatherFromTable(problem, Sample(), {}, {});
  ASSERT_TRUE(gathered) << gathered.error().message;
  EXPECT_EQ(FeatureNames(*gathered), (std::vector<std::string>{"month(date)", "weekday(date)"}));
}

TEST(Gather, WhatAnotherObjectivePredictsIsNoFeature) {
  Problem problem = Flights();
  problem.other_outcomes = {{"far", "Distance > 3 and origin = 'SFO'"}, {"summer", "month(date) in (6, 7, 8)"}, {"broken", "distance >"}};
  problem.known_after = {"origin"};
  const Result<Gathered> gathered = GatherFromTable(problem, Sample(), {}, {});
  ASSERT_TRUE(gathered) << gathered.error().message;
  EXPECT_EQ(FeatureNames(*gathered), (std::vector<std::string>{}));
  const auto reason = [&](const std::string& column) {
    for (const ExcludedColumn& excluded : gathered->excluded) {
      if (excluded.column == column) return excluded.reason;
    }
    return std::string();
  };
  EXPECT_EQ(reason("delay"), "it is part of the outcome");
  EXPECT_EQ(reason("distance"), "it is part of the outcome of the objective 'far'");
  EXPECT_EQ(reason("date"), "it is part of the outcome of the objective 'summer'");
  EXPECT_EQ(reason("origin"), "the charter says it is known only after the decision");
}

TEST(Gather, DerivesRepairsAndFilters) {
  Problem problem = Flights();
  problem.derived = {{"delay", "case when delay > 25 then null else delay end"}, {"far", "distance > 3"}};
  problem.where = "distance <> 1";
  const Result<Gathered> gathered = GatherFromTable(problem, Sample(), {}, {});
  ASSERT_TRUE(gathered) << gathered.error().message;
  EXPECT_EQ(gathered->source_rows, (learn::Rows{1, 4, 5}));
  EXPECT_EQ(gathered->rows_without_outcome, 2);
  EXPECT_EQ(FeatureNames(*gathered)[2], "far");
}

TEST(Gather, WhatADerivedOutcomeIsMadeOfIsNoFeature) {
  Problem problem = Flights();
  problem.derived = {{"minutes", "delay * 60"}, {"late", "minutes > 600"}};
  problem.outcome = "late";
  const Result<Gathered> gathered = GatherFromTable(problem, Sample(), {}, {});
  ASSERT_TRUE(gathered) << gathered.error().message;
  const std::vector<std::string> names = FeatureNames(*gathered);
  for (const char* name : {"delay", "minutes", "late"}) EXPECT_EQ(std::count(names.begin(), names.end(), name), 0) << name;
  EXPECT_EQ(std::count(names.begin(), names.end(), "distance"), 1);
  // The same for what another objective predicts.
  problem.outcome = "origin = 'SFO'";
  problem.other_outcomes = {{"late", "late"}};
  const Result<Gathered> other = GatherFromTable(problem, Sample(), {}, {});
  ASSERT_TRUE(other) << other.error().message;
  const std::vector<std::string> left = FeatureNames(*other);
  for (const char* name : {"delay", "minutes", "late", "origin"}) EXPECT_EQ(std::count(left.begin(), left.end(), name), 0) << name;
}

TEST(Gather, WhatIsDerivedFromTheUnknownIsNoFeature) {
  Problem problem = Flights();
  problem.calendar_day_only = true;
  problem.known_after = {"distance"};
  problem.derived = {{"late", "delay > 30"}, {"far", "distance > 3"}, {"very_far", "far and distance > 4"}, {"clock", "hour(date) + minute(date) / 60"}, {"summer", "month(date) = 7"}, {"again", "date"}};
  const Result<Gathered> gathered = GatherFromTable(problem, Sample(), {}, {});
  ASSERT_TRUE(gathered) << gathered.error().message;
  std::vector<std::string> clockless;
  for (const std::string& name : FeatureNames(*gathered)) {
    if (!name.ends_with(")")) clockless.push_back(name);
    EXPECT_FALSE(name.starts_with("hour(")) << name;
  }
  EXPECT_EQ(clockless, (std::vector<std::string>{"origin", "summer"}));
  EXPECT_TRUE(gathered->clocks.contains("again"));
}

TEST(Gather, PartsOfTimesMayBeAskedForByName) {
  struct Case {
    std::vector<std::string> asked, get;
  };
  const Case cases[] = {
      {{"month(date)"}, {"month(date)"}},
      {{"hour(date)", "distance"}, {"distance", "hour(date)"}},
      {{"date"}, {"month(date)", "day(date)", "weekday(date)", "hour(date)"}},
  };
  for (const Case& c : cases) {
    Problem problem = Flights();
    problem.features = c.asked;
    const Result<Gathered> gathered = GatherFromTable(problem, Sample(), {}, {});
    ASSERT_TRUE(gathered) << gathered.error().message;
    EXPECT_EQ(FeatureNames(*gathered), c.get) << c.asked[0];
  }
  Problem problem = Flights();
  problem.features = {"year(date)"};  // all of one year
  const Result<Gathered> none = GatherFromTable(problem, Sample(), {}, {});
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().message.find("'year(date)' cannot be a feature"), std::string::npos) << none.error().message;
}

TEST(Gather, AColumnNamedLikeAPartOfATimeStandsForItself) {
  std::vector<Column> columns = Sample()->columns();
  columns.push_back(Column::Numbers("month(date)", {9, 8, 7, 6, 5, 4}));
  const Result<Gathered> gathered = GatherFromTable(Flights(), std::make_shared<const table::Table>(*table::Table::Create(std::move(columns))), {}, {});
  ASSERT_TRUE(gathered) << gathered.error().message;
  EXPECT_EQ(FeatureNames(*gathered), (std::vector<std::string>{"origin", "distance", "month(date)", "day(date)", "weekday(date)", "hour(date)"}));
  const table::Table& table = *gathered->examples.table;
  EXPECT_EQ(table.column(static_cast<std::size_t>(table.Find("month(date)"))).NumberAt(0), 9);
  EXPECT_EQ(gathered->data.notes.back(), "'month(date)' is the column of that name in the data, not the part of 'date'");
}

TEST(Gather, NamedExclusionsAndRepairsAreCounted) {
  Problem problem = Flights();
  problem.derived = {{"distance", "case when distance > 1 then distance * 2 end"}};
  // The second row is named by both and counts under the first; the missing delay is named by neither.
  problem.exclusions = {{"far", "delay >= 20"}, {"from SFO", "origin = 'SFO'"}, {"never", "delay > 1000"}};
  const Result<Gathered> gathered = GatherFromTable(problem, Sample(), {}, {});
  ASSERT_TRUE(gathered) << gathered.error().message;
  EXPECT_EQ(gathered->source_rows, (learn::Rows{0, 4, 5}));
  EXPECT_EQ(gathered->data.notes, (std::vector<std::string>{
                                      "'distance' is repaired as 'case when distance > 1 then distance * 2 end': 6 values changed, 1 of them to missing",
                                      "2 rows left out: far (delay >= 20)", "0 rows left out: from SFO (origin = 'SFO')", "0 rows left out: never (delay > 1000)",
                                      "1 row left out because its outcome is missing"}));
  problem.exclusions = {{"typo", "dely > 1"}};
  const Result<Gathered> wrong = GatherFromTable(problem, Sample(), {}, {});
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().message.find("typo"), std::string::npos) << wrong.error().message;
  EXPECT_NE(wrong.error().message.find("'delay'"), std::string::npos) << wrong.error().message;
}

// A flag that changes nothing says so.
TEST(Gather, NotesWhatIsAskedForInVain) {
  Problem problem = Flights();
  problem.features = {"delay", "origin", "date"};
  problem.wait = base::kMicrosPerDay;
  EXPECT_EQ(GatherFromTable(problem, Sample(), {}, {})->data.notes, (std::vector<std::string>{"1 row left out because its outcome is missing", "'delay' is asked for by --features, but is no feature: it is part of the outcome"}));
  problem.time = "";
  problem.features = {};
  EXPECT_EQ(GatherFromTable(problem, Sample(), {}, {})->data.notes.back(), "the wait of 1 day changes nothing, because nothing says when the decision is taken (--time, in a charter data.time)");
}

TEST(Gather, WithoutFeaturesSaysWhyColumnsAreNone) {
  Problem problem = Flights();
  problem.features = {"delay"};
  const Result<void> refused = RefuseWithoutFeatures(*GatherFromTable(problem, Sample(), {}, {}));
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("no column is left as a feature ('delay': it is part of the outcome;"), std::string::npos) << refused.error().message;
}

// As the rows were counted: exclusions first.
TEST(Gather, FiltersOfAModelAreInTheOrderOfTheRows) {
  Problem problem = Flights();
  problem.where = "distance < 6";
  problem.exclusions = {{"far", "delay >= 30"}};
  const Result<Gathered> gathered = GatherFromTable(problem, Sample(), {}, {});
  ASSERT_TRUE(gathered) << gathered.error().message;
  std::vector<std::string> rows;
  for (const learn::RowFilter& filter : gathered->examples.filters) rows.push_back(filter.rows);
  EXPECT_EQ(rows, (std::vector<std::string>{"delay >= 30", "distance < 6"}));
}

TEST(Gather, SaysWhatIsWrong) {
  struct Case {
    const char* what;
    void (*change)(Problem*);
    const char* says;
  };
  const Case cases[] = {
      {"unknown column", [](Problem* p) { p->outcome = "dely > 15"; }, "Did you mean 'delay'"},
      {"one class", [](Problem* p) { p->outcome = "delay > 1000"; }, "the same value in all"},
      {"all missing", [](Problem* p) { p->outcome = "delay / 0"; }, "missing in every row"},
      {"text as regression", [](Problem* p) { p->outcome = "origin"; p->task = "regression"; }, "needs a number"},
      {"unknown task", [](Problem* p) { p->task = "binry"; }, "Did you mean 'binary'"},
      {"number as binary", [](Problem* p) { p->outcome = "delay"; p->task = "binary"; }, "'delay' has 5 values, but the task binary needs two; write a condition such as delay >= 16"},
      {"text as binary", [](Problem* p) { p->outcome = "origin"; p->task = "binary"; }, "write a condition such as origin = 'JFK'"},
      {"text with a quote as binary", [](Problem* p) { p->derived = {{"town", "case when origin = 'JFK' then 'A''A' when origin = 'ORD' then 'B' else 'C' end"}}; p->outcome = "town"; p->task = "binary"; }, "write a condition such as town = 'A''A'"},
      {"time that is none", [](Problem* p) { p->time = "distance"; }, "expected a time"},
      {"no row left", [](Problem* p) { p->where = "distance > 100"; }, "no row is left"},
      {"text as filter", [](Problem* p) { p->where = "origin"; }, "--where: 'origin' is a category; expected a condition"},
      {"time as filter", [](Problem* p) { p->where = "date"; }, "--where: 'date' is a time; expected a condition"},
      {"text as exclusion", [](Problem* p) { p->exclusions = {{"bad town", "'abc'"}}; }, "data.exclusions: 'bad town': ''abc'' is a category; expected a condition"},
      {"ranking without query", [](Problem* p) { p->task = "ranking"; }, "--query"},
      {"ranking of rows alike", [](Problem* p) { p->outcome = "origin = 'a'"; p->query = "origin"; p->task = "ranking"; }, "--outcome, --query: no query of 'origin' holds two different values of"},
      {"unknown feature", [](Problem* p) { p->features = {"distanse"}; }, "Did you mean 'distance'"},
  };
  for (const Case& c : cases) {
    Problem problem = Flights();
    c.change(&problem);
    const Result<Gathered> gathered = GatherFromTable(problem, Sample(), {}, {});
    ASSERT_FALSE(gathered) << c.what;
    EXPECT_NE(gathered.error().message.find(c.says), std::string::npos) << c.what << ": " << gathered.error().message;
  }
}

// What lies beyond a float would be infinite for every model. Rows that are left out, and columns that are no features, may hold it.
TEST(Gather, NumbersThatNoModelCanHoldAreRefused) {
  const auto gather = [](const char* outcome, const char* where, std::vector<std::string> exclude) {
    std::vector<Column> columns;
    columns.push_back(Column::Numbers("y", {1, 2, 3e38, 1, 2, -1e+39}));
    columns.push_back(Column::Numbers("x", {1, 2, 3, 1e39, 5, std::nan("")}));
    Problem problem;
    problem.source = "file.csv";
    problem.outcome = outcome;
    problem.where = where;
    problem.exclude = std::move(exclude);
    evidence::DataSummary data;
    data.source = problem.source;
    return GatherFromTable(problem, std::make_shared<const table::Table>(*table::Table::Create(std::move(columns))), data, {});
  };
  const char* expected = ", beyond the largest number that a model can hold (3.4e+38); mend it or leave it empty";
  const auto message = [](const Result<Gathered>& gathered) { return gathered ? std::string() : gathered.error().message; };
  EXPECT_EQ(message(gather("y", "", {})), std::string("file.csv: row 6: the outcome 'y' is -1e+39") + expected);
  EXPECT_EQ(message(gather("y > 1", "y <> 2", {})), std::string("file.csv: row 4, column 'x': 1e+39") + expected + ", or leave the column out");
  EXPECT_EQ(message(gather("y > 1", "", {"x"})), "");
  EXPECT_EQ(message(gather("y", "y > 0 and (x < 10 or x is null)", {})), "");
}

TEST(Gather, RankingKeepsOnlyQueriesThatCanBeRanked) {
  Problem problem;
  problem.outcome = "distance";
  problem.query = "origin";
  const Result<Gathered> gathered = GatherFromTable(problem, Sample(), {}, {});
  ASSERT_TRUE(gathered) << gathered.error().message;
  EXPECT_EQ(gathered->examples.task, learn::Task::kRanking);
  EXPECT_EQ(gathered->source_rows, (learn::Rows{0, 1, 2, 3}));
  EXPECT_EQ(gathered->examples.query, (std::vector<std::uint32_t>{0, 1, 0, 1}));
}

}  // namespace
}  // namespace assay::lifecycle
