// Metrics and the linear rung against values frozen from scikit-learn (tests/reference/freeze_metrics.py, freeze_learners.py).
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>
#include <sstream>

#include "learn/comparison.h"
#include "learn/learner.h"
#include "learn/metrics.h"

namespace assay::learn {
namespace {

Json Frozen(const std::string& file_name, const char* kind) {
  const std::string path = "tests/reference/values/" + file_name;
  const std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  const Result<Json> all = base::ParseJson(text.str(), path);
  EXPECT_TRUE(all) << (all ? "" : all.error().message);
  const Json cases = all ? all->at(kind) : Json::array();
  EXPECT_FALSE(cases.empty());
  return cases;
}

Rows AllRows(std::size_t n) {
  Rows rows(n);
  std::iota(rows.begin(), rows.end(), 0U);
  return rows;
}

Examples ExamplesOf(Task task, const Json& c) {
  Examples examples;
  examples.task = task;
  examples.outcome = c["outcome"].get<std::vector<float>>();
  if (c.contains("classes")) {
    for (int k = 0; k < c["classes"].get<int>(); ++k) examples.classes.push_back(std::to_string(k));
  }
  if (c.contains("query")) {
    examples.query = c["query"].get<std::vector<std::uint32_t>>();
    examples.num_queries = examples.query.back() + 1;
  }
  return examples;
}

// The constant that knows the shares of the judged rows, as d2_log_loss_score takes it.
std::vector<double> Shares(const Examples& examples) {
  const std::size_t k = examples.num_outputs(), n = examples.outcome.size();
  std::vector<double> shares(k, 0);
  for (const float y : examples.outcome) {
    if (k > 1) shares[static_cast<std::size_t>(y)] += 1 / static_cast<double>(n);
    if (k == 1) shares[0] += static_cast<double>(y) / static_cast<double>(n);
  }
  std::vector<double> all;
  for (std::size_t i = 0; i < n; ++i) all.insert(all.end(), shares.begin(), shares.end());
  return all;
}

void ExpectMetrics(Task task, const Json& c, const std::vector<const char*>& names) {
  const Examples examples = ExamplesOf(task, c);
  const std::vector<double> constant = Shares(examples), predictions = c["prediction"].get<std::vector<double>>();
  const Judge judge(examples, AllRows(examples.outcome.size()), constant, {});
  for (const char* name : names) {
    const double expected = c[name];
    const Result<MetricParts> parts = judge.Parts(*ParseMetric(name), predictions);
    ASSERT_TRUE(parts);
    EXPECT_NEAR(parts->value, expected, 1e-10 * std::max(1.0, std::abs(expected))) << name << ", " << c["call"];
  }
  if (!c.contains("entropy")) return;
  EXPECT_NEAR(judge.Parts(Metric::kLogLoss, constant)->value, c["entropy"].get<double>(), 1e-12) << "the constant's log loss is the entropy of the shares";
}

TEST(FrozenMetrics, Binary) {
  for (const Json& c : Frozen("metrics.json", "binary")) ExpectMetrics(Task::kBinary, c, {"auc", "log_loss", "brier", "accuracy", "skill"});
}

TEST(FrozenMetrics, Multiclass) {
  for (const Json& c : Frozen("metrics.json", "multiclass")) ExpectMetrics(Task::kMulticlass, c, {"log_loss", "brier", "accuracy", "skill"});
}

TEST(FrozenMetrics, Regression) {
  for (const Json& c : Frozen("metrics.json", "regression")) ExpectMetrics(Task::kRegression, c, {"rmse", "mae", "r2"});
}

TEST(FrozenMetrics, RankingWithTies) {
  for (const Json& c : Frozen("metrics.json", "ranking")) {
    const Examples examples = ExamplesOf(Task::kRanking, c);
    const std::vector<double> ndcg = QueryNdcg(examples, AllRows(examples.outcome.size()), c["prediction"].get<std::vector<double>>(), c["k"]);
    const auto expected = c["ndcg"].get<std::vector<double>>();
    ASSERT_EQ(ndcg.size(), expected.size());
    for (std::size_t q = 0; q < ndcg.size(); ++q) EXPECT_NEAR(ndcg[q], expected[q], 1e-12) << c["what"];
  }
}

TEST(FrozenLearners, LinearRung) {
  for (const Json& c : Frozen("learners.json", "linear")) {
    const std::string task = c["task"];
    Examples examples = ExamplesOf(task == "binary" ? Task::kBinary : task == "multiclass" ? Task::kMulticlass : Task::kRegression, c);
    std::vector<table::Column> columns;
    for (std::size_t j = 0; j < 3; ++j) {
      columns.push_back(table::Column::Numbers("x" + std::to_string(j), c["columns"][j].get<std::vector<double>>()));
      examples.features.push_back({j, "x" + std::to_string(j), "x" + std::to_string(j)});
    }
    examples.table = std::make_shared<const table::Table>(*table::Table::Create(std::move(columns)));
    const Rows rows = AllRows(examples.outcome.size());
    LearnerOptions options;
    options.quick = true;  // the smallest penalty, not a tuned one
    const auto model = MakeLearner(RungKind::kLinear, options)->Fit(examples, rows, {});
    ASSERT_TRUE(model) << model.error().message;
    std::vector<double> predictions(rows.size() * examples.num_outputs());
    ASSERT_TRUE((*model)->Predict(*examples.table, rows, predictions, {}));
    const auto expected = c["prediction"].get<std::vector<double>>();
    ASSERT_EQ(predictions.size(), expected.size());
    // Newton's steps shrink quadratically: when it stops, at a gain of 1e-9 of the loss, it is far nearer than that.
    for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(predictions[i], expected[i], 1e-8) << c["call"];
  }
}

}  // namespace
}  // namespace assay::learn
