#include "lifecycle/train.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/json.h"
#include "lifecycle/internal/train_parts.h"
#include "lifecycle/train_for_test.h"

namespace assay::lifecycle {
namespace {

using table::Column;

TEST(Train, OwnRulesImportedAndPublishedTakeTheirPlaces) {
  TrainOptions options;
  options.own_rules = {{"x is large", "x > 0.6"}};
  options.imported = {{"their model", "other", "the same days"}, {"unknown model", "other", ""}};
  options.published = {{"a paper", "auc", 0.9, "somebody 2020", "other data"}};
  std::int64_t opened = 0;
  options.open_holdout = [&](const std::string& fingerprint) -> Result<std::int64_t> {
    EXPECT_EQ(fingerprint.size(), 64U);
    return ++opened + 6;
  };
  const Result<evidence::TrainReport> report = Train(Planted(1, 2), options, {});
  ASSERT_TRUE(report) << report.error().message;
  std::vector<std::string> kinds;
  for (const evidence::RungReport& rung : report->rungs) kinds.push_back(rung.kind);
  EXPECT_EQ(kinds, (std::vector<std::string>{"random", "constant", "rule", "own_rule", "linear", "boosted", "imported", "published"}));
  EXPECT_EQ(opened, 1);
  EXPECT_EQ(report->split.holdout_openings, 7);
  EXPECT_NE(report->recommended, "their model");
  EXPECT_NE(report->recommended, "a paper");
  EXPECT_EQ(report->rungs.back().status, evidence::RungStatus::kNotCompared);
  bool noted = false;
  for (const std::string& note : report->notes) noted = noted || note.find("not said what") != std::string::npos;
  EXPECT_TRUE(noted);
}

// Imported predictions can never be chosen, so that they are better says nothing against the choice.
TEST(Train, ABetterImportedModelIsNamedBesideTheRecommendation) {
  TrainOptions options;
  options.repeats = 0;
  const TrainOptions none = options;
  options.imported = {{"an oracle", "oracle", "the outcome"}};
  const Result<evidence::TrainReport> report = Train(Planted(1, 2), options, {});
  ASSERT_TRUE(report) << report.error().message;
  const Result<evidence::TrainReport> alone = Train(Planted(1, 2), none, {});
  EXPECT_EQ(report->recommended, "best rule");
  EXPECT_EQ(report->gate, "confirmed");
  EXPECT_TRUE(report->reason.starts_with(alone->reason)) << report->reason;
  EXPECT_NE(report->reason.find("the imported model 'an oracle' is better than '"), std::string::npos) << report->reason;
  for (std::size_t r = 0; r < alone->rungs.size(); ++r) EXPECT_EQ(base::WriteJson(evidence::ToJson(alone->rungs[r])), base::WriteJson(evidence::ToJson(report->rungs[r]))) << "an imported column changes nothing of ours";
  const evidence::RungReport& oracle = report->rungs.back();
  EXPECT_NE(oracle.status, evidence::RungStatus::kBest);
  EXPECT_LT(oracle.against_best->high, 0);
}

// What stands in for predictions that are not there would be judged instead of the model.
TEST(Train, AnImportedModelWithoutPredictionsForManyRowsIsNotCompared) {
  for (const double missing : {0.02, 0.2}) {
    Gathered gathered = Planted(1, 2);
    const std::int64_t at = gathered.examples.table->Find("oracle");
    std::vector<Column> columns = gathered.examples.table->columns();
    std::vector<double> values;
    base::RandomStream random(3, "missing predictions");
    for (std::int64_t row = 0; row < gathered.examples.num_rows(); ++row) values.push_back(random.Uniform() < missing ? std::nan("") : columns[static_cast<std::size_t>(at)].NumberAt(row));
    columns[static_cast<std::size_t>(at)] = Column::Numbers("oracle", values);
    gathered.examples.table = std::make_shared<const table::Table>(*table::Table::Create(std::move(columns)));
    TrainOptions options;
    options.repeats = 0;
    options.imported = {{"an oracle", "oracle", "the outcome"}};
    const Result<evidence::TrainReport> report = Train(gathered, options, {});
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->rungs.back().kind == "imported", missing < 0.05);
    const bool said = std::any_of(report->notes.begin(), report->notes.end(), [&](const std::string& note) { return note.find(missing < 0.05 ? "count as the constant" : "are not compared") != std::string::npos; });
    EXPECT_TRUE(said);
  }
}

// 3,000 rows of three classes with the probabilities that another model gave them; some rows have none.
Gathered WithClassProbabilities() {
  base::RandomStream random(4, "imported classes");
  std::vector<double> x;
  std::vector<std::uint32_t> y;
  std::vector<double> p[3];
  for (int i = 0; i < 3000; ++i) {
    x.push_back(random.Uniform());
    double weight[3] = {x.back(), 1 - x.back(), 0.3};
    const double draw = random.Uniform() * 1.3;
    y.push_back(draw < weight[0] ? 0 : draw < 1 ? 1 : 2);
    for (int c = 0; c < 3; ++c) p[c].push_back(i % 30 == 0 ? std::nan("") : weight[c] / 1.3);
  }
  std::vector<Column> columns;
  columns.push_back(Column::Categories("y", y, {"red", "green", "blue"}));
  columns.push_back(Column::Numbers("x", x));
  columns.push_back(Column::Numbers("p_red", p[0]));
  columns.push_back(Column::Numbers("p_green", p[1]));
  columns.push_back(Column::Numbers("p_blue", p[2]));
  Problem problem;
  problem.outcome = "y";
  problem.exclude = {"p_*"};
  return GatherColumns(problem, std::move(columns));
}

TEST(Train, PredictionsOfSeveralClassesAreImportedFromAColumnEach) {
  const Gathered gathered = WithClassProbabilities();
  ASSERT_EQ(gathered.examples.features.size(), 1U) << "'p_*' is no feature";
  TrainOptions options;
  options.repeats = 0;
  options.imported = {{"theirs", "p_*", "other rows"}, {"labels", "y", "other rows"}};
  const Result<evidence::TrainReport> report = Train(gathered, options, {});
  ASSERT_TRUE(report) << report.error().message;
  const evidence::RungReport& theirs = RungOf(*report, "theirs");
  EXPECT_EQ(theirs.kind, "imported");
  EXPECT_GT(theirs.metrics.at("skill").low, 0.02);
  // It says the truth in 29 rows of 30 and the constant in the others: no model can be better in the 29.
  EXPECT_GT(theirs.metrics.at("skill").value, 0.96 * RungOf(*report, "linear").metrics.at("skill").value);
  EXPECT_TRUE(Says(report->notes, "holdout rows have no usable prediction"));
  EXPECT_TRUE(Says(report->notes, "'y' are not compared: several classes need a column of probabilities each"));
  options.imported = {{"theirs", "q_*", "other rows"}};
  const Result<evidence::TrainReport> missing = Train(gathered, options, {});
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find("Did you mean"), std::string::npos) << missing.error().message;
}

TEST(Train, ImportedPredictionsAreNumbers) {
  TrainOptions options;
  options.repeats = 0;
  Gathered gathered = WithClassProbabilities();
  gathered.examples.task = learn::Task::kBinary;
  for (float& y : gathered.examples.outcome) y = y > 0 ? 1 : 0;
  options.imported = {{"labels", "y", "other rows"}};
  const Result<evidence::TrainReport> report = Train(gathered, options, {});
  ASSERT_FALSE(report);
  EXPECT_NE(report.error().message.find("holds no numbers"), std::string::npos) << report.error().message;
}

TEST(ColumnsLike, AStarStandsForAnyText) {
  const Gathered gathered = WithClassProbabilities();
  const table::Table& table = *gathered.source;
  EXPECT_EQ(ColumnsLike(table, "p_*"), (std::vector<std::string>{"p_red", "p_green", "p_blue"}));
  EXPECT_EQ(ColumnsLike(table, "*_blue"), std::vector<std::string>{"p_blue"});
  EXPECT_EQ(ColumnsLike(table, "x"), std::vector<std::string>{"x"});
  EXPECT_EQ(ColumnsLike(table, "z*"), std::vector<std::string>{"z*"});
}

}  // namespace
}  // namespace assay::lifecycle
