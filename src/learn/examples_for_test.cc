#include "learn/examples_for_test.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/random.h"
#include "learn/metrics.h"
#include "learn/split.h"

namespace assay::learn {

using table::Column;

Examples PlantedExamples(Truth truth, Task task, std::size_t n, std::uint64_t seed) {
  base::RandomStream random(seed, "examples");
  std::vector<double> x(n), z(n), w(n);
  std::vector<std::uint32_t> colour(n), id(n);
  std::vector<std::string> ids;
  Examples examples;
  examples.task = task;
  for (std::size_t i = 0; i < n; ++i) {
    x[i] = random.Uniform();
    z[i] = random.Uniform();
    w[i] = random.Uniform() < 0.3 ? std::nan("") : random.Normal();
    colour[i] = static_cast<std::uint32_t>(random.Below(5));
    id[i] = static_cast<std::uint32_t>(i);
    ids.push_back("id" + std::to_string(i));
    double signal = 0;
    if (truth == Truth::kThreshold) signal = x[i] > 0.6 ? 1 : -1;
    if (truth == Truth::kXor) signal = (x[i] > 0.5) != (z[i] > 0.5) ? 1 : -1;
    if (truth == Truth::kLinear) signal = 4 * (x[i] + z[i] - 1) + (colour[i] == 2 ? 1 : 0);
    const double p = 1 / (1 + std::exp(-2 * signal));
    float y = 0;
    switch (task) {
      case Task::kBinary: y = random.Uniform() < p ? 1.0F : 0.0F; break;
      case Task::kRegression: y = static_cast<float>(signal + 0.5 * random.Normal()); break;
      case Task::kMulticlass: y = static_cast<float>(random.Uniform() < p ? 2 : random.Below(2)); break;
      case Task::kRanking: y = static_cast<float>(std::max(0.0, std::round(signal + random.Normal() + 1))); break;
    }
    examples.outcome.push_back(y);
    if (task == Task::kRanking) examples.query.push_back(static_cast<std::uint32_t>(i / 10));
  }
  examples.num_queries = static_cast<std::uint32_t>(n / 10);
  if (task == Task::kMulticlass) examples.classes = {"a", "b", "c"};
  std::vector<Column> columns;
  columns.push_back(Column::Numbers("x", x));
  columns.push_back(Column::Numbers("z", z));
  columns.push_back(Column::Numbers("w", w));
  columns.push_back(Column::Categories("colour", colour, {"red", "green", "blue", "black", "white"}));
  columns.push_back(Column::Categories("id", id, ids));
  examples.table = std::make_shared<const table::Table>(*table::Table::Create(std::move(columns)));
  for (std::size_t c = 0; c < 5; ++c) examples.features.push_back({c, examples.table->column(c).name(), examples.table->column(c).name()});
  return examples;
}

double SkillOf(RungKind kind, const Examples& examples, const LearnerOptions& options) {
  const Split split = *SplitHoldout(examples, {});
  const auto loss = [&](const Model& model) {
    std::vector<double> predictions(split.test.size() * examples.num_outputs());
    EXPECT_TRUE(model.Predict(*examples.table, split.test, predictions, {}));
    if (examples.task == Task::kRanking) {
      const std::vector<double> ndcg = QueryNdcg(examples, split.test, predictions, 0);
      return 1 - std::accumulate(ndcg.begin(), ndcg.end(), 0.0) / static_cast<double>(ndcg.size());
    }
    std::vector<double> losses(split.test.size());
    RowLosses(examples.task == Task::kRegression ? Metric::kRmse : Metric::kLogLoss, examples, split.test, predictions, losses);
    return std::accumulate(losses.begin(), losses.end(), 0.0) / static_cast<double>(losses.size());
  };
  const auto model = MakeLearner(kind, options)->Fit(examples, split.train, {});
  EXPECT_TRUE(model) << (model ? "" : model.error().message);
  const auto constant = MakeLearner(RungKind::kConstant)->Fit(examples, split.train, {});
  return 1 - loss(**model) / loss(**constant);
}

}  // namespace assay::learn
