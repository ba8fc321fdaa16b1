#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

#include "base/random.h"
#include "learn/comparison.h"
#include "stats/distributions.h"

namespace assay::learn {
namespace {

constexpr Task kTasks[] = {Task::kBinary, Task::kMulticlass, Task::kRegression, Task::kRanking};
constexpr std::uint32_t kUnits = 24;

struct Data {
  Examples examples;
  std::vector<double> a, b, constant;
};

// Units (queries for ranking) of 3 to 6 rows whose outcomes have a part in common; predictions with ties.
Data Make(Task task) {
  base::RandomStream random(5, "bootstrap of comparisons");
  Data data;
  data.examples.task = task;
  if (task == Task::kMulticlass) data.examples.classes = {"x", "y"};
  for (std::uint32_t u = 0; u < kUnits; ++u) {
    const double common = random.Normal();
    for (std::uint32_t i = 0; i < 3 + u % 4; ++i) {
      const double signal = random.Normal(), y = signal + 0.5 * common + random.Normal();
      data.examples.outcome.push_back(static_cast<float>(task == Task::kRegression ? y : task == Task::kRanking ? std::max(0.0, std::round(y + 1)) : y > 0.3 ? 1 : 0));
      data.examples.unit.push_back(u);
      if (task == Task::kRanking) data.examples.query.push_back(u);
      for (std::vector<double>* p : {&data.a, &data.b}) {
        const double score = std::round(2 * (signal + (p == &data.a ? 0.3 : 1.0) * random.Normal())) / 2, chance = 0.05 + 0.9 / (1 + std::exp(-score));
        if (task == Task::kMulticlass) p->push_back(1 - chance);
        p->push_back(task == Task::kBinary || task == Task::kMulticlass ? chance : score);
      }
      for (std::size_t k = 0; k < data.examples.num_outputs(); ++k) data.constant.push_back(task == Task::kRegression || task == Task::kRanking ? 0.1 : 0.5);
    }
  }
  data.examples.num_units = data.examples.num_queries = kUnits;
  return data;
}

// The rows of the drawn units written out as often as drawn, each time as a unit of its own.
Data WriteOut(const Data& data, std::span<const double> times) {
  Data out;
  out.examples.task = data.examples.task;
  out.examples.classes = data.examples.classes;
  const std::size_t k = data.examples.num_outputs();
  std::uint32_t next = 0;
  for (std::uint32_t u = 0; u < kUnits; ++u) {
    for (int copy = 0; copy < static_cast<int>(times[u]); ++copy, ++next) {
      for (std::size_t row = 0; row < data.examples.outcome.size(); ++row) {
        if (data.examples.unit[row] != u) continue;
        out.examples.outcome.push_back(data.examples.outcome[row]);
        out.examples.unit.push_back(next);
        if (data.examples.task == Task::kRanking) out.examples.query.push_back(next);
        for (const auto& [from, to] : {std::pair{&data.a, &out.a}, {&data.b, &out.b}, {&data.constant, &out.constant}}) to->insert(to->end(), from->begin() + static_cast<std::ptrdiff_t>(row * k), from->begin() + static_cast<std::ptrdiff_t>((row + 1) * k));
      }
    }
  }
  out.examples.num_units = out.examples.num_queries = next;
  return out;
}

Judge JudgeOf(const Data& data) {
  Rows rows(data.examples.outcome.size());
  std::iota(rows.begin(), rows.end(), 0U);
  return Judge(data.examples, rows, data.constant, {data.examples.unit, data.examples.num_units});
}

// Every draw written out and judged anew gives the same interval, for every metric.
TEST(BootstrapImprovement, IsWhatWrittenOutDrawsSay) {
  stats::BootstrapOptions options;
  options.draws = 300;
  for (const Task task : kTasks) {
    const Data data = Make(task);
    for (const Metric metric : MetricsOf(task)) {
      std::vector<double> written_out;
      for (int draw = 0; draw < options.draws; ++draw) {
        base::RandomStream random(options.seed, "unit bootstrap", static_cast<std::uint64_t>(draw));
        std::vector<double> times(kUnits, 0.0);
        for (std::uint32_t u = 0; u < kUnits; ++u) times[random.Below(kUnits)] += 1;
        const Data drawn = WriteOut(data, times);
        const Judge judge = JudgeOf(drawn);
        const double sign = HigherIsBetter(metric) ? 1 : -1;
        written_out.push_back(sign * (judge.Parts(metric, drawn.a)->value - judge.Parts(metric, drawn.b)->value));
      }
      std::sort(written_out.begin(), written_out.end());
      const Result<stats::Interval> interval = JudgeOf(data).BootstrapImprovement(metric, data.a, data.b, options);
      ASSERT_TRUE(interval) << MetricName(metric) << ": " << interval.error().message;
      const double tail = stats::NormalCdf(-std::sqrt((interval->degrees + 1) / interval->degrees) * stats::StudentQuantile(0.975, interval->degrees));
      const double at = tail * 301 - 1;
      const auto k = static_cast<std::size_t>(at);
      EXPECT_NEAR(interval->low, written_out[k] + (at - std::floor(at)) * (written_out[k + 1] - written_out[k]), 1e-12) << TaskName(task) << " " << MetricName(metric);
      EXPECT_NEAR(interval->high, written_out[299 - k] - (at - std::floor(at)) * (written_out[299 - k] - written_out[298 - k]), 1e-12) << TaskName(task) << " " << MetricName(metric);
      const stats::Interval by_formula = *JudgeOf(data).Improvement(metric, data.a, data.b);
      EXPECT_EQ(interval->value, by_formula.value);
      EXPECT_NEAR(interval->standard_error / by_formula.standard_error, 1, 0.25) << TaskName(task) << " " << MetricName(metric);
    }
  }
}

TEST(BootstrapImprovement, OfIdenticalPredictionsIsExactlyNothing) {
  for (const Task task : kTasks) {
    const Data data = Make(task);
    for (const Metric metric : MetricsOf(task)) {
      const stats::Interval same = *JudgeOf(data).BootstrapImprovement(metric, data.a, data.a, {});
      EXPECT_EQ(same.value, 0);
      EXPECT_EQ(same.low, 0);
      EXPECT_EQ(same.high, 0);
    }
  }
}

// 200,000 independent rows in 500 bundles: the same interval as the formula's, up to the scatter of 500 bundles.
TEST(BootstrapImprovement, OfManyRowsCostsLittleAndAgreesWithTheFormula) {
  base::RandomStream random(8);
  Data data;
  for (int i = 0; i < 200'000; ++i) {
    const double signal = random.Normal();
    data.examples.outcome.push_back(random.Uniform() < 1 / (1 + std::exp(-signal)) ? 1.0F : 0.0F);
    data.a.push_back(1 / (1 + std::exp(-signal)));
    data.b.push_back(1 / (1 + std::exp(-0.5 * signal + 0.3 * random.Normal())));
    data.constant.push_back(0.5);
  }
  const Judge judge = JudgeOf(data);
  for (const Metric metric : {Metric::kSkill, Metric::kAuc}) {
    const auto start = std::chrono::steady_clock::now();
    const stats::Interval drawn = *judge.BootstrapImprovement(metric, data.a, data.b, {});
    std::printf("%s of 200,000 rows: %.2f s\n", MetricName(metric), std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    const stats::Interval formula = *judge.Improvement(metric, data.a, data.b);
    EXPECT_EQ(drawn.units, 500);
    EXPECT_NEAR(drawn.standard_error / formula.standard_error, 1, 0.12) << MetricName(metric);
    EXPECT_NEAR(drawn.low, formula.low, 0.5 * formula.standard_error) << MetricName(metric);
    EXPECT_NEAR(drawn.high, formula.high, 0.5 * formula.standard_error) << MetricName(metric);
  }
}

}  // namespace
}  // namespace assay::learn
