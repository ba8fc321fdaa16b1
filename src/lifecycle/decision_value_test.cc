#include "lifecycle/decision_value.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"
#include "objectives/threshold_set.h"

namespace assay::lifecycle {
namespace {

using evidence::DecisionValueReport;
using evidence::PolicyValue;
using evidence::Verdict;

DecisionValueRows RowsOf(std::vector<double> scores, std::vector<std::uint8_t> positive, std::vector<std::vector<double>> amounts) {
  DecisionValueRows rows;
  rows.scores = std::move(scores);
  rows.positive = std::move(positive);
  for (std::size_t cell = 0; cell < 4; ++cell) rows.amounts[cell] = amounts[cell];
  rows.table = std::make_shared<const table::Table>(*table::Table::Create({table::Column::Booleans("positive", rows.positive)}));
  return rows;
}

// Calibrated chances, or their squares where the score is said to be p and the chance is p^2.
DecisionValueRows Made(std::size_t n, bool calibrated, std::vector<std::vector<double>> amounts, std::uint64_t seed = 1) {
  base::RandomStream random(seed, "decision value");
  std::vector<double> scores;
  std::vector<std::uint8_t> positive;
  for (std::size_t i = 0; i < n; ++i) {
    scores.push_back(std::floor(random.Uniform() * 1000) / 1000);
    positive.push_back(random.Uniform() < (calibrated ? scores.back() : scores.back() * scores.back()) ? 1 : 0);
  }
  return RowsOf(std::move(scores), std::move(positive), std::move(amounts));
}

DecisionValueProblem PerDay(double decisions, double cost) {
  DecisionValueProblem problem;
  problem.decisions_per_day = decisions;
  problem.cost_per_day = cost;
  return problem;
}

const PolicyValue& Of(const DecisionValueReport& report, const std::string& name) {
  for (const PolicyValue& policy : report.policies) {
    if (policy.name == name) return policy;
  }
  ADD_FAILURE() << name;
  return report.policies[0];
}

// Elkan 2001: a false alarm costs 10, a miss 90: act from a chance of 0.1. With scores even in 0 .. 1 that policy costs 10 x 0.405 for alarms
// (integral of 1 - p from 0.1 on) and 90 x 0.005 for misses (of p up to there): 4.5 a decision.
TEST(DecisionValue, ElkansExampleOnCalibratedScores) {
  const DecisionValueRows rows = Made(20'000, true, {{0}, {-10}, {0}, {-90}});
  const DecisionValueReport report = *DecisionValueOf(rows, PerDay(100, 20), {});
  EXPECT_EQ(report.calibration.verdict, Verdict::kSupported);
  EXPECT_DOUBLE_EQ(report.break_even_chance, 0.1);
  const PolicyValue &even = Of(report, "break_even"), &chosen = Of(report, "threshold"), &never = Of(report, "never");
  EXPECT_LE(even.money_per_decision.low, -4.5);
  EXPECT_GE(even.money_per_decision.high, -4.5);
  EXPECT_NEAR(report.threshold, 0.1, 0.04);
  EXPECT_NEAR(chosen.money_per_decision.value, -4.5, 0.2);
  EXPECT_NEAR(never.money_per_decision.value, -45, 1);
  EXPECT_EQ(report.verdict, Verdict::kSupported);
  EXPECT_TRUE(std::any_of(report.best_thresholds.intervals.begin(), report.best_thresholds.intervals.end(), [](const evidence::ThresholdInterval& i) { return i.low < 0.1 && i.high > 0.1; }));
  // Money a day: times decisions, less the cost of deciding by the score.
  EXPECT_DOUBLE_EQ(chosen.money_per_day.value, 100 * chosen.money_per_decision.value - 20);
  EXPECT_DOUBLE_EQ(chosen.against_never_per_day.low, 100 * chosen.against_never.low - 20);
  EXPECT_DOUBLE_EQ(never.money_per_day.value, 100 * never.money_per_decision.value);
  EXPECT_NEAR(chosen.against_never.value, chosen.money_per_decision.value - never.money_per_decision.value, 1e-9);
}

TEST(DecisionValue, OfScoresThatAreNotCalibratedTheBreakEvenChanceIsToldToBeWrong) {
  const DecisionValueReport report = *DecisionValueOf(Made(8000, false, {{1}, {-1}, {0}, {0}}), {}, {});
  EXPECT_EQ(report.calibration.verdict, Verdict::kRefuted);
  EXPECT_NE(report.summary.find("would be the wrong threshold"), std::string::npos) << report.summary;
  EXPECT_NEAR(report.threshold, std::sqrt(0.5), 0.07);
  EXPECT_GT(report.threshold_against_break_even.low, 0);  // 0.5 loses against .707
}

TEST(DecisionValue, RowsWithAmountsOfTheirOwnAreDecidedOneByOne) {
  base::RandomStream random(3, "amounts");
  DecisionValueRows rows = Made(6000, true, {{0}, {-2}, {0}, {0}});
  rows.amounts[0].clear();
  for (std::size_t i = 0; i < rows.scores.size(); ++i) rows.amounts[0].push_back(std::exp(1.5 * random.Normal()));
  const DecisionValueReport report = *DecisionValueOf(rows, {}, {});
  EXPECT_TRUE(std::isnan(report.break_even_chance));
  EXPECT_NE(report.break_even_chance_reason.find("every row has its own"), std::string::npos);
  EXPECT_LT(report.threshold_against_break_even.high, 0);
  EXPECT_TRUE(report.break_even_missing.empty());
}

TEST(DecisionValue, ScoresThatAreNoChancesAreOnlyRanked) {
  DecisionValueRows rows = Made(1000, true, {{1}, {-1}, {0}, {0}});
  for (double& score : rows.scores) score = 20 * score - 10;
  const DecisionValueReport report = *DecisionValueOf(rows, {}, {});
  EXPECT_EQ(report.calibration.verdict, Verdict::kInconclusive);
  EXPECT_NE(report.calibration.reason.find("do not lie between 0 and 1"), std::string::npos);
  EXPECT_EQ(report.policies.size(), 3U);
  EXPECT_NEAR(report.threshold, 0, 2.5);
}

TEST(DecisionValue, WhatOnlyCostsIsNeverDoneAndThatIsExact) {
  const DecisionValueReport report = *DecisionValueOf(Made(500, true, {{-1}, {-2}, {0}, {0}}), {}, {});
  EXPECT_TRUE(std::isnan(report.threshold));
  const PolicyValue& chosen = Of(report, "threshold");
  EXPECT_EQ(chosen.against_never.low, 0);
  EXPECT_EQ(chosen.against_never.high, 0);
  EXPECT_EQ(report.verdict, Verdict::kInconclusive);
  EXPECT_NE(report.summary.find("No threshold brings more than never acting"), std::string::npos) << report.summary;
  EXPECT_NE(report.summary.find("There is no break-even chance: acting never brings more"), std::string::npos) << report.summary;
  const DecisionValueReport free = *DecisionValueOf(Made(500, true, {{1}, {0}, {0}, {0}}), {}, {});
  EXPECT_EQ(free.break_even_chance, 0);
  EXPECT_NE(free.summary.find("Acting never loses"), std::string::npos) << free.summary;
  for (const evidence::HalfThreshold& half : report.halves) EXPECT_EQ(half.reason, "it never acts");
}

// Every row pays here, but other rows might not.
TEST(DecisionValue, RowsThatAreAllAlikeDoNotMakeItCertain) {
  const DecisionValueRows rows = RowsOf(std::vector<double>(60, 0.5), std::vector<std::uint8_t>(60, 1), {{4}, {-1}, {0}, {0}});
  const DecisionValueReport report = *DecisionValueOf(rows, {}, {});
  const PolicyValue& chosen = Of(report, "threshold");
  EXPECT_EQ(chosen.against_never.value, 4);
  EXPECT_LT(chosen.against_never.low, 4);
  EXPECT_GT(chosen.against_never.low, 3);
  EXPECT_EQ(report.curve.size(), 2U);
}

TEST(DecisionValue, LeastIsAGateOnTheWholeInterval) {
  const DecisionValueRows rows = Made(3000, true, {{1}, {-1}, {0}, {0}});
  DecisionValueProblem problem = PerDay(1000, 0);
  const auto verdict = [&](double least) {
    problem.least = least;
    return DecisionValueOf(rows, problem, {})->least_verdict;
  };
  const evidence::Estimate gain = Of(*DecisionValueOf(rows, problem, {}), "threshold").against_never_per_day;
  EXPECT_EQ(verdict(gain.low - 1), Verdict::kSupported);
  EXPECT_EQ(verdict(gain.value), Verdict::kInconclusive);
  EXPECT_EQ(verdict(gain.high + 1), Verdict::kRefuted);
  EXPECT_EQ(DecisionValueOf(rows, PerDay(1000, 0), {})->least_verdict, Verdict::kNeedsPerson);
}

TEST(DecisionValue, FewUnitsAreRefusedAndFewMoreHaveNoSetOfThresholds) {
  DecisionValueRows rows = Made(60, true, {{1}, {-1}, {0}, {0}});
  rows.unit_text = "user";
  for (std::uint32_t i = 0; i < 60; ++i) rows.unit.push_back(i % 3);
  rows.num_units = 3;
  const Result<DecisionValueReport> refused = DecisionValueOf(rows, {}, {});
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("needs four at least"), std::string::npos) << refused.error().message;
  for (std::uint32_t i = 0; i < 60; ++i) rows.unit[i] = i % 8;
  rows.num_units = 8;
  const DecisionValueReport report = *DecisionValueOf(rows, {}, {});
  EXPECT_TRUE(report.best_thresholds.intervals.empty());
  EXPECT_NE(report.best_thresholds.reason.find("only 8 independent units"), std::string::npos);
}

}  // namespace
}  // namespace assay::lifecycle
