#include "learn/internal/booster_forest.h"

#include <gtest/gtest.h>
#include <xgboost/c_api.h>

#include <cmath>
#include <limits>

#include "base/random.h"
#include "learn/internal/booster.h"
#include "trees/contributions.h"

namespace assay::learn {
namespace {

// What XGBoost itself says of rows, by a model's text; `type`: 0 predictions, 1 margins, 2 contributions.
std::vector<float> ByXgboost(const std::string& model, const Matrix& matrix, int type) {
  BoosterHandle booster = nullptr;
  DMatrixHandle data = nullptr;
  EXPECT_EQ(XGBoosterCreate(nullptr, 0, &booster), 0);
  EXPECT_EQ(XGBoosterLoadModelFromBuffer(booster, model.data(), model.size()), 0);
  EXPECT_EQ(XGDMatrixCreateFromMat(matrix.values.data(), matrix.num_rows(), matrix.num_columns, std::nanf(""), &data), 0);
  const std::string config = R"({"type":)" + std::to_string(type) + R"(,"training":false,"iteration_begin":0,"iteration_end":0,"strict_shape":false})";
  const bst_ulong* shape = nullptr;
  bst_ulong dimensions = 0, size = 1;
  const float* out = nullptr;
  EXPECT_EQ(XGBoosterPredictFromDMatrix(booster, data, config.c_str(), &shape, &dimensions, &out), 0);
  for (bst_ulong d = 0; d < dimensions; ++d) size *= shape[d];
  std::vector<float> result(out, out + size);
  XGDMatrixFree(data);
  XGBoosterFree(booster);
  return result;
}

struct Case {
  Task task;
  Centre centre = Centre::kMean;
  std::size_t outputs = 1;
  int depth = 6;
};

// Trained on random data with missing values: margins to the last bit, predictions, and contributions of every row.
TEST(BoosterForest, SaysWhatXgboostSays) {
  for (const Case& one : {Case{Task::kBinary}, Case{Task::kBinary, Centre::kMean, 1, 2}, Case{Task::kMulticlass, Centre::kMean, 3}, Case{Task::kRegression}, Case{Task::kRegression, Centre::kMedian}, Case{Task::kRanking, Centre::kMean, 1, 4}}) {
    base::RandomStream random(11, "booster forest");
    constexpr std::size_t kRows = 3000, kColumns = 9;
    Matrix matrix;
    matrix.num_columns = kColumns;
    std::vector<float> labels;
    for (std::size_t r = 0; r < kRows; ++r) {
      double sum = 0;
      for (std::size_t c = 0; c < kColumns; ++c) {
        const double x = c == 3 ? static_cast<double>(random.Below(4)) : random.Normal();
        sum += c % 2 == 0 ? x : x * x / 3;
        matrix.values.push_back(random.Uniform() < 0.1 ? std::numeric_limits<float>::quiet_NaN() : static_cast<float>(x));
      }
      const double noisy = sum + random.Normal();
      labels.push_back(static_cast<float>(one.task == Task::kRegression ? noisy : one.task == Task::kMulticlass ? std::clamp(std::floor(noisy), 0.0, 2.0) : noisy > 1 ? 1 : 0));
    }
    std::vector<std::uint32_t> groups;
    if (one.task == Task::kRanking) groups.assign(kRows / 10, 10);
    const auto data = BoosterData::ForTraining(matrix, labels, groups, kMostBins, {});
    ASSERT_TRUE(data);
    BoosterSetting setting;
    setting.depth = one.depth;
    setting.centre = one.centre;
    setting.trees = 40;
    Booster booster;
    ASSERT_TRUE(booster.Train(one.task, one.outputs, one.task == Task::kRegression ? 1.7 : 0.3, **data, setting, {}, {}));
    const std::string text = booster.ToJson();
    const Result<trees::Forest> forest = ForestOfBooster(text, one.task, one.centre, kColumns, one.outputs);
    ASSERT_TRUE(forest) << forest.error().message;
    std::vector<float> margins(kRows * one.outputs);
    forest->Margins(matrix.values, margins);
    EXPECT_EQ(margins, ByXgboost(text, matrix, 1));
    std::vector<float> predictions = margins;
    PredictionsOfMargins(one.task, one.outputs, predictions);
    const std::vector<float> expected = ByXgboost(text, matrix, 0);
    for (std::size_t i = 0; i < expected.size(); ++i) ASSERT_NEAR(predictions[i], expected[i], 1e-6 * std::max(1.0F, std::abs(expected[i])));
    const trees::Contributions contributions(*forest);
    const std::vector<float> shapley = ByXgboost(text, matrix, 2);
    std::vector<double> values(one.outputs * (kColumns + 1));
    for (std::size_t r = 0; r < kRows; ++r) {
      contributions.Of(std::span(matrix.values).subspan(r * kColumns, kColumns), values);
      for (std::size_t i = 0; i < values.size(); ++i) ASSERT_NEAR(values[i], static_cast<double>(shapley[r * values.size() + i]), 1e-5) << "row " << r << ", " << i;
    }
    EXPECT_FALSE(ForestOfBooster(text, one.task == Task::kBinary ? Task::kRegression : Task::kBinary, one.centre, kColumns, one.outputs)) << "another outcome";
  }
}

}  // namespace
}  // namespace assay::learn
