#include "lifecycle/score.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"
#include "lifecycle/internal/score_judge.h"
#include "lifecycle/internal/score_outcome.h"
#include "lifecycle/internal/score_output.h"
#include "lifecycle/internal/unseen_values.h"

namespace assay::lifecycle {
namespace {

using learn::Task;
using table::Column;
using table::ColumnType;
using table::kMissingCode;

// Says `value` for every row; reads the columns it is given.
class FixedModel : public learn::Model {
 public:
  explicit FixedModel(std::vector<std::string> columns) : columns_(std::move(columns)) {}
  learn::RungKind kind() const override { return learn::RungKind::kConstant; }
  Result<void> Predict(const table::Table&, std::span<const std::uint32_t>, std::span<double> out, const RunContext&) const override {
    std::fill(out.begin(), out.end(), 0.5);
    return {};
  }
  std::vector<std::string> columns() const override { return columns_; }
  Json ToJson() const override { return {}; }
  std::string Explain(std::span<const std::string> /*classes*/) const override { return "always the same"; }

 private:
  std::vector<std::string> columns_;
};

learn::SavedModel ModelFor(Task task, std::vector<std::string> classes = {}, std::vector<std::string> columns = {}) {
  learn::SavedModel model;
  model.name = "fixed";
  model.task = task;
  model.outcome = "y";
  model.classes = std::move(classes);
  model.constant.assign(model.num_outputs(), 0.5);
  model.model = std::make_unique<FixedModel>(std::move(columns));
  return model;
}

table::Table TableOf(std::vector<Column> columns) { return *table::Table::Create(std::move(columns)); }

TEST(ScoreColumns, NeededForFollowsDerivationsBackToTheFile) {
  const std::vector<learn::Derivation> derivations = {{"total", "price * amount"}, {"large", "total > 100"}, {"date", "date"}, {"hour(date)", "hour(\"date\")"}};
  struct Case {
    std::vector<std::string> wanted, columns, derived;
  };
  const Case cases[] = {
      {{"age"}, {"age"}, {}},
      {{"total"}, {"price", "amount"}, {"total"}},
      {{"large", "age"}, {"age", "price", "amount"}, {"total", "large"}},
      {{"hour(date)"}, {"date"}, {"date", "hour(date)"}},  // a repair reads the column of its own name
      {{}, {}, {}},
  };
  for (const Case& c : cases) {
    const Needed needed = *NeededFor(c.wanted, derivations);
    EXPECT_EQ(needed.columns, c.columns);
    std::vector<std::string> derived;
    for (const learn::Derivation& d : needed.derivations) derived.push_back(d.name);
    EXPECT_EQ(derived, c.derived);
  }
}

TEST(ScoreColumns, AsTrainedBringsTypesBack) {
  std::vector<std::string> notes;
  const Column empty = AsTrained(Column::Categories("x", {kMissingCode, kMissingCode}, {}), ColumnType::kNumber, &notes);
  EXPECT_EQ(empty.type(), ColumnType::kNumber);
  EXPECT_TRUE(std::isnan(empty.NumberAt(1)));
  EXPECT_TRUE(notes.empty());
  const Column texts = AsTrained(Column::Numbers("code", {7, std::nan(""), 7, 12}), ColumnType::kCategory, &notes);
  EXPECT_EQ(texts.type(), ColumnType::kCategory);
  EXPECT_EQ(texts.TextAt(2), "7");
  EXPECT_EQ(texts.TextAt(3), "12");
  EXPECT_TRUE(texts.IsMissing(1));
  EXPECT_EQ(notes.size(), 1U);
}

TEST(ScoreColumns, EmptyColumnsHaveTheTypeOfTraining) {
  for (const ColumnType trained : {ColumnType::kNumber, ColumnType::kBoolean, ColumnType::kTime, ColumnType::kCategory}) {
    const Column empty = EmptyAsTrained(Column::Categories("x", {kMissingCode, kMissingCode}, {}), trained);
    EXPECT_EQ(empty.type(), trained);
    EXPECT_TRUE(empty.IsMissing(0) && empty.IsMissing(1)) << table::ColumnTypeName(trained);
    EXPECT_EQ(EmptyAsTrained(Column::Categories("x", {0, kMissingCode}, {"a"}), trained).type(), ColumnType::kCategory) << "not empty";
  }
}

TEST(ScoreOutcome, IsReadAsTheModelWasTrained) {
  struct Case {
    const char* name;
    learn::SavedModel model;
    Column column;
    std::vector<float> expected;  // -1: NaN
    std::int64_t unknown;
  };
  std::vector<Case> cases;
  cases.push_back({"boolean", ModelFor(Task::kBinary), Column::Booleans("y", {1, 0, 255}), {1, 0, -1}, 0});
  cases.push_back({"two texts", ModelFor(Task::kBinary, {"no", "yes"}), Column::Categories("y", {0, 1, kMissingCode, 2}, {"yes", "no", "maybe"}), {1, 0, -1, -1}, 1});
  cases.push_back({"two numbers", ModelFor(Task::kBinary, {"1", "2"}), Column::Numbers("y", {2, 1, 3, std::nan("")}), {1, 0, -1, -1}, 1});
  cases.push_back({"classes", ModelFor(Task::kMulticlass, {"a", "b", "c"}), Column::Categories("y", {0, 1}, {"c", "a"}), {2, 0}, 0});
  cases.push_back({"numbers", ModelFor(Task::kRegression), Column::Numbers("y", {0.5, std::nan("")}), {0.5, -1}, 0});
  cases.push_back({"yes or no as 0 and 1", ModelFor(Task::kBinary, {"false", "true"}), Column::Numbers("y", {1, 0, 2, std::nan("")}), {1, 0, -1, -1}, 1});
  cases.push_back({"no number at all", ModelFor(Task::kRegression), Column::Categories("y", {kMissingCode}, {}), {-1}, 0});
  for (const Case& c : cases) {
    std::int64_t unknown = 0;
    std::vector<float> outcome = *OutcomeAsTrained(c.model, c.column, &unknown);
    for (float& value : outcome) value = std::isnan(value) ? -1 : value;
    EXPECT_EQ(outcome, c.expected) << c.name;
    EXPECT_EQ(unknown, c.unknown) << c.name;
  }
  std::int64_t unknown = 0;
  EXPECT_FALSE(OutcomeAsTrained(ModelFor(Task::kRegression), Column::Categories("y", {0}, {"a"}), &unknown));
  EXPECT_FALSE(OutcomeAsTrained(ModelFor(Task::kBinary), Column::Times("y", {0}), &unknown));
}

TEST(ScoreOutput, KeptColumnsKeepTheirNamesAndOursGiveWay) {
  const learn::SavedModel model = ModelFor(Task::kBinary);
  const table::Table table = TableOf({Column::Numbers("prediction", {7, 8, 9}), Column::Categories("row", {0, 1, 0}, {"first", "second"})});
  const std::vector<float> outcome = {1, 0, std::nanf("")};
  const ScoreOutput output(model, table, {"row", "prediction"}, outcome);
  std::vector<std::string> names;
  for (const table::ColumnSchema& column : output.Schema()) names.push_back(column.name);
  EXPECT_EQ(names, (std::vector<std::string>{"row_", "row", "prediction", "outcome", "prediction_"}));
  const std::vector<double> predictions = {0.25, 0.75};
  const std::vector<Column> block = output.Block(1, predictions);
  ASSERT_EQ(block.size(), names.size());
  const std::vector<std::vector<std::string>> expected = {{"2", "3"}, {"second", "first"}, {"8", "9"}, {"0", ""}, {"0.25", "0.75"}};
  for (std::size_t c = 0; c < block.size(); ++c) {
    for (std::size_t i = 0; i < 2; ++i) EXPECT_EQ(block[c].TextAt(static_cast<std::int64_t>(i)), expected[c][i]) << names[c];
  }
}

TEST(ScoreOutput, SeveralClassesGetTheLikeliestAndOneProbabilityEach) {
  const learn::SavedModel model = ModelFor(Task::kMulticlass, {"a", "b", "c"});
  const table::Table table = TableOf({Column::Numbers("x", {1, 2})});
  const ScoreOutput output(model, table, {}, {});
  const std::vector<double> predictions = {0.125, 0.75, 0.125, 0.5, 0.25, 0.25};
  const std::vector<Column> block = output.Block(0, predictions);
  ASSERT_EQ(output.Schema().size(), 5U);
  EXPECT_EQ(output.Schema()[3].name, "probability of b");
  EXPECT_EQ(block[1].TextAt(0), "b");
  EXPECT_EQ(block[1].TextAt(1), "a");
  EXPECT_EQ(block[3].NumberAt(0), 0.75);
}

// 400 rows in 8 units with a prediction each; every fifth outcome is not known.
struct Judged {
  learn::SavedModel model = ModelFor(Task::kBinary);
  learn::Examples examples;
  std::vector<double> predictions;
  std::vector<std::uint8_t> left_out;
};
Judged MakeJudged() {
  Judged judged;
  base::RandomStream random(3, "judged");
  judged.examples.num_units = 8;
  judged.examples.unit_text = "shop";
  for (std::uint32_t i = 0; i < 400; ++i) {
    judged.predictions.push_back(random.Uniform());
    judged.examples.outcome.push_back(i % 5 == 0 ? std::nanf("") : random.Uniform() < judged.predictions.back() ? 1.0F : 0.0F);
    judged.examples.unit.push_back(i % 8);
  }
  return judged;
}
evidence::ScoreReport JudgeIn(const Judged& judged, std::size_t block, std::int64_t most_rows) {
  ScoreJudge judge(judged.model, judged.examples, judged.left_out, 42, most_rows);
  for (std::size_t begin = 0; begin < judged.predictions.size(); begin += block) {
    judge.Add(std::span<const double>(judged.predictions).subspan(begin, std::min(block, judged.predictions.size() - begin)));
  }
  evidence::ScoreReport report;
  judge.Report(&report);
  return report;
}

TEST(ScoreJudge, BlocksDoNotMatterAndUnknownOutcomesAreLeftOut) {
  const Judged judged = MakeJudged();
  const evidence::ScoreReport whole = JudgeIn(judged, 400, 1000);
  EXPECT_EQ(whole.judged_rows, 320);
  EXPECT_EQ(whole.judged_units, 8);
  for (const std::size_t block : {1U, 7U, 399U}) {
    const evidence::ScoreReport blocks = JudgeIn(judged, block, 1000);
    ASSERT_EQ(blocks.metrics.size(), whole.metrics.size());
    for (const auto& [name, estimate] : whole.metrics) {
      EXPECT_EQ(blocks.metrics.at(name).value, estimate.value) << name;
      EXPECT_EQ(blocks.metrics.at(name).low, estimate.low) << name;
    }
  }
  double brier = 0;
  for (std::size_t i = 0; i < 400; ++i) {
    if (!std::isnan(judged.examples.outcome[i])) brier += std::pow(judged.predictions[i] - static_cast<double>(judged.examples.outcome[i]), 2) / 320;
  }
  EXPECT_NEAR(whole.metrics.at("brier").value, brier, 1e-12);  // rounding of 320 terms
}

TEST(ScoreJudge, ASampleKeepsEveryUnitAndSaysSo) {
  const evidence::ScoreReport sample = JudgeIn(MakeJudged(), 50, 160);
  EXPECT_GT(sample.judged_rows, 120);  // 160 expected, deviation 9
  EXPECT_LT(sample.judged_rows, 200);
  EXPECT_EQ(sample.judged_units, 8);
  ASSERT_FALSE(sample.notes.empty());
  EXPECT_NE(sample.notes[0].find("a random sample of rows"), std::string::npos);
}

TEST(ScoreJudge, RankingSamplesWholeQueries) {
  Judged judged = MakeJudged();
  judged.model = ModelFor(Task::kRanking);
  judged.examples.task = Task::kRanking;
  judged.examples.unit.clear();
  judged.examples.num_queries = 40;
  for (std::uint32_t i = 0; i < 400; ++i) {
    judged.examples.query.push_back(i / 10);
    judged.examples.outcome[i] = static_cast<float>(i % 3);
  }
  const evidence::ScoreReport report = JudgeIn(judged, 64, 200);
  EXPECT_EQ(report.judged_rows % 10, 0);
  EXPECT_GT(report.judged_rows, 0);
  EXPECT_LT(report.judged_rows, 400);
  // Only queries with a judged row are counted.
  const std::string queries = ", " + std::to_string(report.judged_rows / 10) + " queries";
  EXPECT_NE(report.notes.back().find(queries), std::string::npos) << report.notes.back();
}

TEST(ScoreJudge, OneUnitHasFiguresWithoutIntervals) {
  Judged judged = MakeJudged();
  judged.examples.unit.assign(400, 0);
  judged.examples.num_units = 1;
  const evidence::ScoreReport report = JudgeIn(judged, 400, 1000);
  ASSERT_FALSE(report.metrics.empty());
  for (const auto& [name, estimate] : report.metrics) {
    EXPECT_TRUE(std::isfinite(estimate.value)) << name;
    EXPECT_TRUE(std::isnan(estimate.low)) << name;
    EXPECT_NE(estimate.reason.find("at least two independent units"), std::string::npos) << estimate.reason;
  }
}

TEST(ScoreJudge, OneOutcomeIsNoPerfectSeparation) {
  Judged judged = MakeJudged();
  judged.examples.outcome.assign(400, 1);
  EXPECT_NE(JudgeIn(judged, 400, 1000).calibration_slope.reason.find("all rows have the same outcome"), std::string::npos);
}

TEST(ScoreJudge, NothingToJudgeHasAReason) {
  Judged judged = MakeJudged();
  judged.examples.outcome.assign(400, std::nanf(""));
  const evidence::ScoreReport report = JudgeIn(judged, 400, 1000);
  EXPECT_TRUE(report.metrics.empty());
  EXPECT_EQ(report.metrics_reason, "the outcome is missing in every row");
}

TEST(ScoreJudge, RowsThatTheProblemLeavesOutAreNotJudged) {
  Judged judged = MakeJudged();
  judged.left_out.assign(400, 0);
  for (std::size_t i = 0; i < 400; i += 2) judged.left_out[i] = 1;
  EXPECT_EQ(JudgeIn(judged, 64, 1000).judged_rows, 160);
  judged.left_out.assign(400, 1);
  EXPECT_EQ(JudgeIn(judged, 64, 1000).metrics_reason, "every row with a known outcome is left out by the problem the model was trained for");
}

TEST(UnseenValues, CountsValuesAndRowsOverBlocks) {
  learn::SavedModel model = ModelFor(Task::kBinary, {}, {"colour", "x", "size"});
  model.seen_values["colour"] = {"green", "red"};
  model.seen_values["size"] = {"large"};
  UnseenValues unseen(model);
  const table::Table table = TableOf({Column::Numbers("x", {1, 2, 3, 4, 5, 6}), Column::Categories("colour", {0, 1, 2, 2, kMissingCode, 3}, {"red", "blue", "violet", "white", "never used"}),
                                      Column::Categories("size", {0, 0, kMissingCode, 0, 0, 0}, {"large"})});
  unseen.Add(table, 0, 3);
  unseen.Add(table, 3, 6);
  const std::vector<evidence::UnseenFeature> report = unseen.Report();
  ASSERT_EQ(report.size(), 2U);
  EXPECT_EQ(report[0].feature, "colour");
  EXPECT_EQ(report[0].values, 3);
  EXPECT_EQ(report[0].rows, 4);
  EXPECT_EQ(report[0].most_frequent, (std::vector<std::string>{"violet", "blue", "white"}));
  EXPECT_EQ(report[1].values, 0);
  EXPECT_EQ(report[1].rows, 0);
}

}  // namespace
}  // namespace assay::lifecycle
