#include "learn/comparison.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/random.h"

namespace assay::learn {
namespace {

struct Data {
  Examples examples;
  std::vector<double> a, b, constant;  // predictions for all rows
};

// 90 rows in 18 units (or queries of five); predictions with ties.
Data Make(Task task, std::uint64_t seed) {
  base::RandomStream random(seed, "comparison");
  Data data;
  data.examples.task = task;
  if (task == Task::kMulticlass) data.examples.classes = {"a", "b", "c"};
  const std::size_t k = data.examples.num_outputs();
  for (std::uint32_t i = 0; i < 90; ++i) {
    const double signal = random.Normal();
    double y = signal + random.Normal();
    if (task == Task::kBinary) y = y > 0.3 ? 1 : 0;
    if (task == Task::kMulticlass) y = y < -0.7 ? 0 : y < 0.7 ? 1 : 2;
    if (task == Task::kRanking) y = std::max(0.0, std::round(y + 1));
    data.examples.outcome.push_back(static_cast<float>(y));
    data.examples.unit.push_back(i / 5);
    if (task == Task::kRanking) data.examples.query.push_back(i / 5);
    for (std::vector<double>* p : {&data.a, &data.b}) {
      const double score = signal + (p == &data.a ? 0.3 : 1.0) * random.Normal();
      if (task == Task::kMulticlass) {
        const double w[] = {std::exp(-score), 1, std::exp(score)};
        for (const double v : w) p->push_back(v / (w[0] + w[1] + w[2]));
      } else if (task == Task::kBinary) {
        p->push_back(std::round(10 / (1 + std::exp(-score))) / 10 * 0.98 + 0.01);
      } else {
        p->push_back(std::round(4 * score) / 4);
      }
    }
    for (std::size_t c = 0; c < k; ++c) data.constant.push_back(task == Task::kRegression || task == Task::kRanking ? 0.1 : 1.0 / static_cast<double>(std::max<std::size_t>(2, k)));
  }
  data.examples.num_units = data.examples.num_queries = 18;
  return data;
}

std::vector<double> Pick(const std::vector<double>& all, const Rows& rows, std::size_t k) {
  std::vector<double> some;
  for (const std::uint32_t row : rows) some.insert(some.end(), all.begin() + static_cast<std::ptrdiff_t>(row * k), all.begin() + static_cast<std::ptrdiff_t>((row + 1) * k));
  return some;
}

Judge JudgeOf(const Data& data, const Rows& rows) { return Judge(data.examples, rows, Pick(data.constant, rows, data.examples.num_outputs()), {data.examples.unit, data.examples.num_units}); }

Rows AllRows() {
  Rows rows(90);
  std::iota(rows.begin(), rows.end(), 0U);
  return rows;
}

constexpr Task kTasks[] = {Task::kBinary, Task::kMulticlass, Task::kRegression, Task::kRanking};

// Leaving out one unit at a time shows the same standard error as the influences do.
TEST(Judge, InfluencesAgreeWithTheJackknifeOverUnits) {
  for (const Task task : kTasks) {
    const Data data = Make(task, 1);
    const std::size_t k = data.examples.num_outputs();
    for (const Metric metric : MetricsOf(task)) {
      const auto difference = [&](const Rows& rows) { return JudgeOf(data, rows).Improvement(metric, Pick(data.a, rows, k), Pick(data.b, rows, k))->value; };
      std::vector<double> left_out;
      for (std::uint32_t u = 0; u < 18; ++u) {
        Rows rows;
        for (std::uint32_t row = 0; row < 90; ++row) {
          if (data.examples.unit[row] != u) rows.push_back(row);
        }
        left_out.push_back(difference(rows));
      }
      double mean = 0, squares = 0;
      for (const double v : left_out) mean += v / 18;
      for (const double v : left_out) squares += (v - mean) * (v - mean);
      const double error = JudgeOf(data, AllRows()).Improvement(metric, data.a, data.b)->standard_error;
      EXPECT_NEAR(error / std::sqrt(squares * 17 / 18), 1, 0.15) << TaskName(task) << " " << MetricName(metric);
    }
  }
}

TEST(Judge, OrderOfRowsDoesNotMatter) {
  for (const Task task : kTasks) {
    const Data data = Make(task, 2);
    const std::size_t k = data.examples.num_outputs();
    Rows shuffled = AllRows();
    base::RandomStream random(9);
    random.Shuffle(std::span<std::uint32_t>(shuffled));
    for (const Metric metric : MetricsOf(task)) {
      const stats::Interval plain = *JudgeOf(data, AllRows()).Estimate(metric, data.a);
      const stats::Interval other = *JudgeOf(data, shuffled).Estimate(metric, Pick(data.a, shuffled, k));
      EXPECT_NEAR(plain.value, other.value, 1e-12) << MetricName(metric);
      EXPECT_NEAR(plain.low, other.low, 1e-10) << MetricName(metric);
      EXPECT_NEAR(plain.high, other.high, 1e-10) << MetricName(metric);
    }
  }
}

// Two halves merged are the whole: values of means, influences of everything sum to 0.
TEST(Judge, HalvesMergeToTheWhole) {
  for (const Task task : kTasks) {
    const Data data = Make(task, 3);
    const std::size_t k = data.examples.num_outputs();
    Rows first, second;
    for (std::uint32_t row = 0; row < 90; ++row) (row < 35 ? first : second).push_back(row);
    for (const Metric metric : MetricsOf(task)) {
      const MetricParts whole = *JudgeOf(data, AllRows()).Parts(metric, data.a);
      EXPECT_NEAR(std::accumulate(whole.influence.begin(), whole.influence.end(), 0.0), 0, 1e-10) << MetricName(metric);
      const bool mean = metric == Metric::kLogLoss || metric == Metric::kBrier || metric == Metric::kAccuracy || metric == Metric::kMae || metric == Metric::kNdcg;
      if (!mean) continue;
      const double a = JudgeOf(data, first).Parts(metric, Pick(data.a, first, k))->value, b = JudgeOf(data, second).Parts(metric, Pick(data.a, second, k))->value;
      EXPECT_NEAR((35 * a + 55 * b) / 90, whole.value, 1e-13) << MetricName(metric);
    }
  }
}

TEST(Judge, ImprovementIsAntisymmetricAndItsSignIsTowardsBetter) {
  for (const Task task : kTasks) {
    const Data data = Make(task, 4);
    for (const Metric metric : MetricsOf(task)) {
      const Judge judge = JudgeOf(data, AllRows());
      const stats::Interval there = *judge.Improvement(metric, data.a, data.b), back = *judge.Improvement(metric, data.b, data.a);
      EXPECT_NEAR(there.value, -back.value, 1e-14);
      EXPECT_NEAR(there.low, -back.high, 1e-12);
      EXPECT_NEAR(there.p_value, back.p_value, 1e-12);
      EXPECT_GT(there.value, 0) << "a sees less noise: " << MetricName(metric);
      const double sign = HigherIsBetter(metric) ? 1 : -1;
      EXPECT_NEAR(there.value, sign * (judge.Parts(metric, data.a)->value - judge.Parts(metric, data.b)->value), 1e-14);
    }
  }
}

TEST(Judge, IdenticalPredictionsDifferByExactlyNothingWithoutAP) {
  for (const Task task : kTasks) {
    const Data data = Make(task, 5);
    for (const Metric metric : MetricsOf(task)) {
      const stats::Interval same = *JudgeOf(data, AllRows()).Improvement(metric, data.a, data.a);
      EXPECT_EQ(same.value, 0);
      EXPECT_EQ(same.low, 0);
      EXPECT_EQ(same.high, 0);
      EXPECT_EQ(same.standard_error, 0);
      EXPECT_TRUE(std::isnan(same.p_value));
    }
  }
  // Different probabilities, the same decisions: accuracy cannot tell them apart.
  const Data data = Make(Task::kBinary, 6);
  std::vector<double> surer;
  for (const double p : data.a) surer.push_back(p >= 0.5 ? (1 + p) / 2 : p / 2);
  const stats::Interval none = *JudgeOf(data, AllRows()).Improvement(Metric::kAccuracy, data.a, surer);
  EXPECT_EQ(none.value, 0);
  EXPECT_TRUE(std::isnan(none.p_value));
}

// Three positives among 90 rows, which both put on top: nothing varies, and so little is known that neither is shown to be as good.
TEST(Judge, DifferentPredictionsWhoseDifferenceDoesNotVaryHaveABoundInsteadOfNoWidth) {
  Data data = Make(Task::kBinary, 8);
  for (std::size_t i = 0; i < 90; ++i) data.examples.outcome[i] = i < 3 ? 1 : 0;
  std::vector<double> a(90, 0.1), b(90, 0.2);
  const std::vector<double> half(90, 0.5);
  for (std::size_t i = 0; i < 3; ++i) a[i] = 0.9, b[i] = 0.6;
  const Judge judge(data.examples, AllRows(), data.constant, {});
  const double others = 1 - std::pow(0.025, 1.0 / 3);
  const stats::Interval none = *judge.Improvement(Metric::kAuc, a, b);
  EXPECT_EQ(none.value, 0);
  EXPECT_NEAR(none.low, -others, 1e-12);
  EXPECT_NEAR(none.high, others, 1e-12);
  EXPECT_TRUE(std::isnan(none.p_value));
  const stats::Interval over_chance = *judge.Improvement(Metric::kAuc, a, half);
  EXPECT_EQ(over_chance.value, 0.5);
  EXPECT_NEAR(over_chance.low, 0.5 - 1.5 * others, 1e-12);
  EXPECT_NEAR(over_chance.high, 0.5 + 0.5 * others, 1e-12);
  EXPECT_FALSE(judge.BootstrapImprovement(Metric::kAuc, a, b, {}));
  // A difference without natural ends has no bound either.
  Data numbers = Make(Task::kRegression, 8);
  numbers.examples.outcome.assign(90, 0);
  const stats::Interval unbounded = *Judge(numbers.examples, AllRows(), numbers.constant, {}).Improvement(Metric::kMae, half, a = std::vector<double>(90, 0.75));
  EXPECT_EQ(unbounded.value, 0.25);
  EXPECT_TRUE(std::isnan(unbounded.low) && std::isnan(unbounded.high));
}

TEST(Judge, IntervalsStayWhereTheMetricCanBe) {
  for (std::uint64_t seed = 10; seed < 30; ++seed) {
    for (const Task task : kTasks) {
      const Data data = Make(task, seed);
      for (const Metric metric : MetricsOf(task)) {
        const stats::Interval i = *JudgeOf(data, AllRows()).Estimate(metric, data.a);
        EXPECT_LT(i.low, i.value) << MetricName(metric);
        EXPECT_GT(i.high, i.value) << MetricName(metric);
        const bool bounded = metric == Metric::kAuc || metric == Metric::kAccuracy || metric == Metric::kNdcg;
        EXPECT_TRUE(!bounded || (i.low > 0 && i.high < 1)) << MetricName(metric);
      }
    }
  }
  // Always right: not a certainty, but the bound of 18 units.
  const Data data = Make(Task::kBinary, 1);
  const std::vector<double> right(data.examples.outcome.begin(), data.examples.outcome.end());
  const stats::Interval all = *JudgeOf(data, AllRows()).Estimate(Metric::kAccuracy, right);
  EXPECT_EQ(all.high, 1);
  EXPECT_NEAR(all.low, std::pow(0.025, 1.0 / 18), 1e-12);
}

// A list shown three times to the same person says no more than once: the intervals stay as they are.
TEST(Judge, QueriesOfOneUnitCountAsOneObservation) {
  const Data once = Make(Task::kRanking, 7);
  Data thrice = once;
  for (std::uint32_t copy = 1; copy < 3; ++copy) {
    for (std::size_t row = 0; row < 90; ++row) {
      thrice.examples.query.push_back(once.examples.query[row] + 18 * copy);
      thrice.examples.unit.push_back(once.examples.unit[row]);
      thrice.examples.outcome.push_back(once.examples.outcome[row]);
      for (const auto& [from, to] : {std::pair{&once.a, &thrice.a}, {&once.b, &thrice.b}, {&once.constant, &thrice.constant}}) to->push_back((*from)[row]);
    }
  }
  thrice.examples.num_queries = 54;
  Rows rows(270);
  std::iota(rows.begin(), rows.end(), 0U);
  const Judge judge = JudgeOf(once, AllRows()), judge_thrice = JudgeOf(thrice, rows);
  EXPECT_EQ(judge_thrice.num_units(), 18);
  for (const Metric metric : MetricsOf(Task::kRanking)) {
    for (const auto& [a, b] : {std::pair{*judge.Estimate(metric, once.a), *judge_thrice.Estimate(metric, thrice.a)},
                               {*judge.Improvement(metric, once.a, once.b), *judge_thrice.Improvement(metric, thrice.a, thrice.b)},
                               {*judge.BootstrapImprovement(metric, once.a, once.b, {}), *judge_thrice.BootstrapImprovement(metric, thrice.a, thrice.b, {})}}) {
      EXPECT_NEAR(a.value, b.value, 1e-12) << MetricName(metric);
      EXPECT_NEAR(a.low, b.low, 1e-10) << MetricName(metric);
      EXPECT_NEAR(a.high, b.high, 1e-10) << MetricName(metric);
    }
  }
}

// A rule without a split gives the constant's share, summed in another order.
TEST(Judge, WhatDiffersByRoundingOnlyIsIdentical) {
  Examples examples;
  examples.task = Task::kBinary;
  examples.classes = {"false", "true"};
  for (int i = 0; i < 50; ++i) examples.outcome.push_back(i % 3 == 0 ? 1 : 0);
  Rows rows(50);
  std::iota(rows.begin(), rows.end(), 0U);
  const std::vector<double> constant(50, 1.0 / 3), rounded(50, 1.0 / 3 + 1e-16), other(50, 1.0 / 3 + 1e-9);
  const Judge judge(examples, rows, constant, {});
  const stats::Interval none = *judge.Improvement(Metric::kSkill, rounded, constant), skill = *judge.Estimate(Metric::kSkill, rounded);
  EXPECT_EQ(none.value, 0);
  EXPECT_EQ(none.standard_error, 0);
  EXPECT_TRUE(std::isnan(none.p_value));
  EXPECT_EQ(skill.value, 0);
  EXPECT_EQ(skill.low, 0);
  EXPECT_EQ(skill.high, 0);
  EXPECT_NE(judge.Improvement(Metric::kSkill, other, constant)->value, 0);
}

// A mean of nearly nothing is rounded by the size of the values that it is the mean of.
TEST(Judge, WhatDiffersByTheRoundingOfTheOutcomesIsIdentical) {
  Examples examples;
  examples.task = Task::kRegression;
  for (int i = 0; i < 50; ++i) examples.outcome.push_back(i % 2 == 0 ? 1.0F : -1.0F);
  Rows rows(50);
  std::iota(rows.begin(), rows.end(), 0U);
  const std::vector<double> constant(50, 1e-3), rounded(50, 1e-3 + 1e-14), other(50, 1e-3 + 1e-9);
  const Judge judge(examples, rows, constant, {});
  const stats::Interval skill = *judge.Estimate(Metric::kSkill, rounded);
  EXPECT_EQ(skill.low, 0);
  EXPECT_EQ(skill.high, 0);
  EXPECT_EQ(judge.Improvement(Metric::kSkill, rounded, constant)->value, 0);
  EXPECT_NE(judge.Improvement(Metric::kSkill, other, constant)->value, 0);
}

// By definition: the mean over all orders in which rows with equal scores may stand.
TEST(QueryNdcg, EqualsItsDefinitionOverAllOrdersOfTies) {
  base::RandomStream random(77);
  for (int trial = 0; trial < 60; ++trial) {
    Examples examples;
    examples.task = Task::kRanking;
    const std::size_t n = 2 + random.Below(5);
    const int cut = static_cast<int>(random.Below(n + 1));  // 0: the whole list
    std::vector<double> scores;
    for (std::size_t i = 0; i < n; ++i) {
      examples.outcome.push_back(static_cast<float>(random.Below(3)));
      examples.query.push_back(0);
      scores.push_back(static_cast<double>(random.Below(3)));
    }
    examples.num_queries = 1;
    Rows rows(n);
    std::iota(rows.begin(), rows.end(), 0U);
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), 0U);
    const std::size_t places = cut == 0 ? n : static_cast<std::size_t>(cut);
    double sum = 0, orders = 0, ideal = 0;
    do {
      double dcg = 0;
      bool by_score = true;
      for (std::size_t r = 0; r < n; ++r) {
        if (r < places) dcg += static_cast<double>(examples.outcome[order[r]]) / std::log2(static_cast<double>(r) + 2);
        by_score = by_score && (r == 0 || scores[order[r - 1]] >= scores[order[r]]);
      }
      ideal = std::max(ideal, dcg);
      if (by_score) sum += dcg, orders += 1;
    } while (std::next_permutation(order.begin(), order.end()));
    EXPECT_NEAR(QueryNdcg(examples, rows, scores, cut)[0], ideal > 0 ? sum / orders / ideal : 1.0, 1e-12);
  }
}

}  // namespace
}  // namespace assay::learn
