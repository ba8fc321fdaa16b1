#include "lifecycle/train.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/step_clock.h"
#include "learn/comparison.h"
#include "lifecycle/internal/judged_metrics.h"
#include "lifecycle/internal/train_parts.h"
#include "lifecycle/train_for_test.h"

namespace assay::lifecycle {
namespace {

using table::Column;

TEST(Train, IdenticalPredictionsDifferByExactlyNothing) {
  const Gathered gathered = Planted(1, 3);
  learn::Rows rows;
  for (std::uint32_t i = 0; i < 4000; ++i) rows.push_back(i);
  const std::vector<double> half(4000, 0.5);
  const learn::Judge judge(gathered.examples, rows, half, {});
  for (const learn::Metric metric : learn::MetricsOf(learn::Task::kBinary)) {
    const Result<stats::Interval> same = judge.Improvement(metric, half, half);
    ASSERT_TRUE(same);
    EXPECT_EQ(same->value, 0);
    EXPECT_EQ(same->standard_error, 0);
  }
}

TEST(Train, AHoldoutOfOneDayIsRefusedBeforeAnythingIsFitted) {
  Gathered gathered = Planted(1, 2);
  for (std::size_t i = 0; i < 4000; ++i) gathered.examples.time.push_back(static_cast<base::Micros>(i / 1000) * 30 * base::kMicrosPerDay);
  TrainOptions options;
  options.open_holdout = [](const std::string&) -> Result<std::int64_t> {
    ADD_FAILURE() << "the holdout was opened";
    return 1;
  };
  base::StepClock clock;
  RunContext context;
  context.clock = &clock;
  const Result<evidence::TrainReport> report = Train(gathered, options, context);
  ASSERT_FALSE(report);
  EXPECT_NE(report.error().message.find("all 1,000 rows of the holdout belong to one day (1970-04-01), and an interval needs at least two."), std::string::npos) << report.error().message;
  EXPECT_NE(report.error().message.find("--unit"), std::string::npos) << "it says what to do";
  EXPECT_TRUE(clock.seconds().empty()) << "nothing was fitted";
}

// What cannot be judged does not cost a holdout: the part is named, and what to do.
TEST(Train, OutcomesThatAreAllAlikeAreRefusedBeforeTheHoldoutIsOpened) {
  struct Case {
    learn::Task task;
    const char* metric;
    double (*outcome)(std::size_t i);
    const char* says;
    const char* advises;
  };
  using learn::Task;
  const Case cases[] = {
      {Task::kRegression, "r2", [](std::size_t i) { return i < 3160 ? static_cast<double>(i * 7 % 11) : 7.0; }, "all 800 rows of the holdout have the outcome 7, so r2 has no variation", "take skill, rmse or mae"},
      {Task::kRegression, "r2", [](std::size_t i) { return i < 300 || i > 3300 ? static_cast<double>(i * 7 % 11) : 7.0; }, "rows of the validation folds inside the training part have the outcome 7", "take skill, rmse or mae"},
      {Task::kRegression, "", [](std::size_t i) { return i < 3320 ? 5.0 : static_cast<double>(i * 7 % 11); }, "all 3,200 rows of the training part have the outcome 5, so there is nothing to learn", "a longer period"},
      {Task::kRegression, "", [](std::size_t i) { return i < 3200 ? static_cast<double>(i % 2) : 0.5; }, "the constant makes no error", "take rmse or mae"},
      {Task::kRanking, "", [](std::size_t i) { return i < 3000 && i % 5 == 0 ? 1.0 : 0.0; }, "no query of the holdout has rows of different outcomes", "give more queries"},
      {Task::kRanking, "ndcg", [](std::size_t i) { return i > 3300 && i % 5 == 0 ? 1.0 : 0.0; }, "no query of the training part has rows of different outcomes", "give more queries"},
      {Task::kBinary, "auc", [](std::size_t i) { return i < 3100 && i % 3 == 0 ? 1.0 : 0.0; }, "all rows of the holdout have the same outcome", "a longer period"},
      {Task::kBinary, "auc", [](std::size_t i) { return (i < 300 || i > 3300) && i % 3 == 0 ? 1.0 : 0.0; }, "rows of the validation folds inside the training part are of one class ('false'), so auc", "take skill or log_loss"},
  };
  for (const Case& c : cases) {
    Gathered gathered = Planted(1, 2);
    learn::Examples& examples = gathered.examples;
    examples.task = c.task;
    if (c.task != Task::kBinary) examples.classes.clear();
    for (std::size_t i = 0; i < 4000; ++i) {
      examples.outcome[i] = static_cast<float>(c.outcome(i));
      examples.time.push_back(static_cast<base::Micros>(c.task == Task::kRanking ? i / 5 * 5 : i) * 6 * base::kMicrosPerHour);
      if (c.task == Task::kRanking) examples.query.push_back(static_cast<std::uint32_t>(i / 5));
    }
    if (c.task == Task::kRanking) examples.num_queries = 800;
    TrainOptions options;
    options.metric = c.metric;
    options.repeats = 0;
    options.open_holdout = [](const std::string&) -> Result<std::int64_t> {
      ADD_FAILURE() << "the holdout was opened";
      return 1;
    };
    const Result<evidence::TrainReport> report = Train(gathered, options, {});
    ASSERT_FALSE(report) << c.says;
    EXPECT_NE(report.error().message.find(c.says), std::string::npos) << report.error().message;
    EXPECT_NE(report.error().message.find(c.advises), std::string::npos) << report.error().message;
  }
}

// A rule without a split is the constant, and as exactly without skill.
TEST(MetricEstimate, WhatEqualsTheConstantHasExactlyNoSkill) {
  const Gathered gathered = Planted(1, 3);
  learn::Rows rows(4000);
  for (std::uint32_t i = 0; i < 4000; ++i) rows[i] = i;
  const std::vector<double> constant(4000, 0.3), rounded(4000, 0.3 * (1 + 1e-15)), other(4000, 0.4);
  const learn::Judge judge(gathered.examples, rows, constant, {});
  for (const std::vector<double>* same : {&constant, &rounded}) {
    const evidence::Estimate skill = MetricEstimate(judge, learn::Metric::kSkill, *same);
    EXPECT_EQ(skill.value, 0);
    EXPECT_EQ(skill.low, 0);
    EXPECT_EQ(skill.high, 0);
    EXPECT_EQ(skill.reason, "exact: skill is measured against the constant");
  }
  EXPECT_LT(MetricEstimate(judge, learn::Metric::kSkill, other).low, MetricEstimate(judge, learn::Metric::kSkill, other).high);
}

// However many predictions are equal, every row stands in a point, and only what follows the equal ones may be few.
TEST(CalibrationCurve, EqualPredictionsLeaveNoPointsOfSingleRows) {
  const Gathered gathered = Planted(1, 3);
  learn::Rows rows;
  for (std::uint32_t i = 0; i < 600; ++i) rows.push_back(i);
  for (std::size_t equal = 1; equal <= rows.size(); ++equal) {
    std::vector<double> predictions;
    for (std::size_t i = 0; i < rows.size(); ++i) predictions.push_back(i < equal ? 0.1 : 0.1 + 0.001 * static_cast<double>(i));
    const std::vector<evidence::CalibrationPoint> curve = CalibrationCurve(gathered.examples, rows, predictions, {});
    std::int64_t total = 0;
    for (const evidence::CalibrationPoint& point : curve) {
      total += point.rows;
      EXPECT_TRUE(point.rows >= 25 || &point == &curve.back()) << equal << " equal: " << point.rows << " rows";
    }
    EXPECT_EQ(total, 600);
    EXPECT_LE(curve.size(), 12U);
  }
}

// Three positives that two rungs put on top: their AUCs are equal, their predictions are not, and three are few.
TEST(Train, EqualFiguresOfDifferentPredictionsAreNotCalledIdentical) {
  learn::Examples examples;
  learn::Rows rows;
  std::vector<double> rule(90, 0.1), linear(90, 0.2);
  for (std::uint32_t i = 0; i < 90; ++i) {
    examples.outcome.push_back(i < 3 ? 1 : 0);
    rows.push_back(i);
    if (i < 3) rule[i] = 0.9, linear[i] = 0.6;
  }
  const std::vector<double> half(90, 0.5);
  const learn::Judge judge(examples, rows, half, {});
  const Result<Standing> standing = Compare(judge, learn::Metric::kAuc, {&half, &half, &rule, &linear}, 4);
  ASSERT_TRUE(standing);
  EXPECT_EQ(standing->best, 2U);
  evidence::RungReport report;
  report.kind = "linear";
  FillStatus(*standing, 3, judge, {}, {}, "best rule", &report);
  EXPECT_EQ(report.status, evidence::RungStatus::kUnclear) << report.status_text;
  EXPECT_EQ(report.against_best->difference, 0);
  EXPECT_LT(report.against_best->low, -0.1);
  EXPECT_GT(report.against_best->high, 0.1);
  EXPECT_EQ(report.against_best->reason.find("identical"), std::string::npos) << report.against_best->reason;
  const evidence::Comparison over_chance = *AgainstPrevious(judge, learn::Metric::kAuc, "constant", rule, half, {}, 1);
  EXPECT_EQ(over_chance.difference, 0.5);
  EXPECT_LT(over_chance.low, 0.5);
  EXPECT_NE(over_chance.reason, "");
  EXPECT_NE(AgainstPrevious(judge, learn::Metric::kAuc, "rule", rule, rule, {}, 1)->reason.find("identical"), std::string::npos);
  // One positive: no interval at all, which is unclear as well and no error.
  examples.outcome[1] = examples.outcome[2] = 0;
  const learn::Judge one(examples, rows, half, {});
  const Result<Standing> of_one = Compare(one, learn::Metric::kAuc, {&half, &half, &rule, &linear}, 4);
  ASSERT_TRUE(of_one);
  FillStatus(*of_one, 1, one, {}, {}, "best rule", &report);
  EXPECT_EQ(report.status, evidence::RungStatus::kUnclear);
  EXPECT_NE(report.status_text.find("there is no interval"), std::string::npos) << report.status_text;
}

TEST(Train, IntervalsOfTheSameDifferenceAgree) {
  TrainOptions options;
  options.repeats = 0;
  const Result<evidence::TrainReport> report = Train(Planted(2, 6), options, {});
  for (const evidence::RungReport& rung : report->rungs) {
    if (!rung.against_previous) continue;
    const evidence::Comparison& c = *rung.against_previous;
    ASSERT_TRUE(c.bootstrap) << rung.name;
    EXPECT_EQ(c.bootstrap->value, c.difference);
    EXPECT_NEAR(c.bootstrap->low, c.low, 0.15 * (c.high - c.low)) << rung.name;
    EXPECT_NEAR(c.bootstrap->high, c.high, 0.15 * (c.high - c.low)) << rung.name;
  }
  // The p value against the best says the same as its interval: both are corrected for having picked the best.
  for (const evidence::RungReport& rung : report->rungs) {
    const evidence::Comparison& c = *rung.against_best;
    EXPECT_TRUE(std::isnan(c.p_value) || (c.p_value < 0.05) == (c.low > 0 || c.high < 0)) << rung.name;
  }
}

// Every row right: how far others may lie is not known, so neither is whether the target is reached.
TEST(Train, ATargetIsNotReachedByAFigureWithoutAnInterval) {
  std::vector<double> y, x;
  for (int i = 0; i < 400; ++i) {
    x.push_back(i * 7 % 4);
    y.push_back(1.5 * (i * 7 % 4));
  }
  Problem problem;
  problem.outcome = "y";
  const auto table = std::make_shared<const table::Table>(*table::Table::Create({table::Column::Numbers("y", y), table::Column::Numbers("x", x)}));
  const Gathered gathered = *GatherFromTable(problem, table, {}, {});
  TrainOptions options;
  options.metric = "mae";
  options.own_rules = {{"mine", "x"}};
  options.target = 0.1;
  options.repeats = 0;
  const Result<evidence::TrainReport> report = Train(gathered, options, {});
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(Says(report->notes, "The target 0.1 is neither surely reached nor surely missed"));
}

}  // namespace
}  // namespace assay::lifecycle
