// What must not change what is learned: the unit of the outcome, a constant added to it, features far from 0.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <numeric>

#include "base/file.h"
#include "learn/examples_for_test.h"
#include "learn/learner.h"
#include "learn/model_store.h"

namespace assay::learn {
namespace {

using table::Column;

// Fits on `rows` and predicts them: the same as the model that is saved and read again.
void PredictSavedAndNot(RungKind kind, const Examples& examples, const Rows& rows, std::vector<double>* predictions) {
  const auto model = MakeLearner(kind, {.quick = true})->Fit(examples, rows, {});
  ASSERT_TRUE(model) << model.error().message;
  const std::filesystem::path path = std::filesystem::temp_directory_path() / "assay-laws-test.json";
  ASSERT_TRUE(SaveModel(path, "a model", examples, {rows, {0.5}}, **model));
  const Result<SavedModel> back = LoadModel(path);
  ASSERT_TRUE(back) << back.error().message;
  predictions->resize(rows.size());
  std::vector<double> again(rows.size());
  ASSERT_TRUE((*model)->Predict(*examples.table, rows, *predictions, {}));
  ASSERT_TRUE(back->model->Predict(*examples.table, rows, again, {}));
  EXPECT_EQ(*predictions, again) << RungKindName(kind);
}

// In whatever unit an outcome is measured: metres, light years, shares of a gram.
TEST(Learners, TheUnitOfTheOutcomeDoesNotMatter) {
  const Examples original = PlantedExamples(Truth::kLinear, Task::kRegression, 3000, 5);
  Rows rows(3000);
  std::iota(rows.begin(), rows.end(), 0U);
  for (const RungKind kind : {RungKind::kRule, RungKind::kLinear, RungKind::kBoosted}) {
    const double skill = SkillOf(kind, original);
    EXPECT_GT(skill, 0.1) << RungKindName(kind);
    for (const double unit : {1e-30, 1e-20, 1e-6, 1e6, 1e20, 1e30}) {
      Examples examples = original;
      for (float& y : examples.outcome) y = static_cast<float>(unit * static_cast<double>(y));
      // Products are rounded to floats, so that a split may fall beside its neighbour.
      EXPECT_NEAR(SkillOf(kind, examples), skill, 0.01) << RungKindName(kind) << " in units of " << unit;
      // Saved and read again it predicts the same, in the outcome's own unit.
      std::vector<double> before;
      PredictSavedAndNot(kind, examples, rows, &before);
      double predicted = 0, observed = 0;
      for (std::size_t i = 0; i < 3000; ++i) {
        predicted += before[i] * static_cast<double>(examples.outcome[i]);
        observed += static_cast<double>(examples.outcome[i]) * static_cast<double>(examples.outcome[i]);
      }
      EXPECT_GT(predicted, 0.1 * observed) << RungKindName(kind) << " in units of " << unit;
      EXPECT_LT(predicted, observed) << RungKindName(kind) << " in units of " << unit;
    }
  }
}

// Outcomes that lie together far from 0 are told apart all the same.
TEST(Learners, AConstantAddedToTheOutcomeDoesNotMatter) {
  const Examples original = PlantedExamples(Truth::kLinear, Task::kRegression, 3000, 5);
  for (const RungKind kind : {RungKind::kRule, RungKind::kLinear, RungKind::kBoosted}) {
    const double skill = SkillOf(kind, original);
    EXPECT_GT(skill, 0.1) << RungKindName(kind);
    for (const double constant : {-1e3, 1e3, 1e5}) {
      Examples examples = original;
      for (float& y : examples.outcome) y = static_cast<float>(static_cast<double>(y) + constant);
      // Sums are rounded to floats: at 100,000 to 0.008.
      EXPECT_NEAR(SkillOf(kind, examples), skill, 0.02) << RungKindName(kind) << " with " << constant << " added";
    }
  }
}

// A power of two changes no digit: the trees are the same, whether XGBoost adds up the labels as they are or in a nearer unit.
TEST(Learners, BoostedTreesInAnotherPowerOfTwoAreTheSame) {
  const Examples original = PlantedExamples(Truth::kLinear, Task::kRegression, 2000, 7);
  Rows rows(2000);
  std::iota(rows.begin(), rows.end(), 0U);
  const auto predictions = [&](double unit) {
    Examples examples = original;
    for (float& y : examples.outcome) y = static_cast<float>(unit * static_cast<double>(y));
    std::vector<double> out(2000);
    EXPECT_TRUE((*MakeLearner(RungKind::kBoosted, {.num_trees = 20})->Fit(examples, rows, {}))->Predict(*examples.table, rows, out, {}));
    for (double& p : out) p /= unit;
    return out;
  };
  const std::vector<double> ordinary = predictions(1);
  for (const double unit : {0x1p-60, 0x1p-10, 0x1p10, 0x1p30, 0x1p90}) EXPECT_EQ(predictions(unit), ordinary) << unit;
}

// Numbers that lie together far from 0 are told apart all the same.
TEST(Learners, FeaturesFarFromZeroKeepWhatTheyTell) {
  const Examples original = PlantedExamples(Truth::kThreshold, Task::kBinary, 3000, 12);
  Examples examples = original;
  std::vector<Column> columns = original.table->columns();
  std::vector<double> far(3000);
  columns[0].CopyNumbers(0, far);
  for (double& x : far) x += 1e9;
  columns[0] = Column::Numbers("x", far);
  examples.table = std::make_shared<const table::Table>(*table::Table::Create(std::move(columns)));
  Rows rows(3000);
  std::iota(rows.begin(), rows.end(), 0U);
  for (const RungKind kind : {RungKind::kRule, RungKind::kLinear, RungKind::kBoosted}) {
    EXPECT_NEAR(SkillOf(kind, examples), SkillOf(kind, original), 0.02) << RungKindName(kind);
    std::vector<double> predictions;
    PredictSavedAndNot(kind, examples, rows, &predictions);
  }
}

}  // namespace
}  // namespace assay::learn
