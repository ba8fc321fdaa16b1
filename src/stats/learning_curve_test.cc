#include "stats/learning_curve.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <string>

#include "base/random.h"

namespace assay::stats {
namespace {

std::vector<CurveObservation> Curve(double a, double b, double c, double error, std::uint64_t seed) {
  base::RandomStream random(seed, "curve");
  std::vector<CurveObservation> points;
  for (const double n : {200.0, 400.0, 800.0, 1600.0, 3200.0, 6400.0}) points.push_back({n, c - a * std::pow(n, -b) + error * random.Normal(), error});
  return points;
}

TEST(LearningCurve, FindsAPlantedPowerLaw) {
  const Result<LearningCurve> curve = FitLearningCurve(Curve(3, 0.5, 0.4, 1e-4, 1), 1);
  ASSERT_TRUE(curve);
  EXPECT_NEAR(curve->c, 0.4, 0.005);
  EXPECT_TRUE(curve->still_rising);
  EXPECT_NEAR(curve->RowsFor(0.38).value / std::pow(3 / 0.02, 2), 1, 0.2);
  EXPECT_TRUE(std::isinf(curve->RowsFor(0.6).value));
}

TEST(LearningCurve, TheIntervalCoversTheCurveBeyondTheData) {
  int covered = 0;
  constexpr int kRuns = 100;
  for (std::uint64_t r = 0; r < kRuns; ++r) {
    const Result<LearningCurve> curve = FitLearningCurve(Curve(2, 0.4, 0.3, 0.003, r), r);
    if (!curve) continue;
    const Interval range = curve->Range(12800);
    const double truth = 0.3 - 2 * std::pow(12800, -0.4);
    covered += range.low <= truth && truth <= range.high ? 1 : 0;
  }
  EXPECT_GE(covered, 88);
}

// Rising points far below a perfect score would be drawn to beyond it; held at it, the fit is the least squares with c there.
TEST(LearningCurve, NeverPassesThePerfectScore) {
  std::vector<CurveObservation> points;
  for (const double n : {100.0, 200.0, 400.0, 800.0}) points.push_back({n, 0.1 + 0.2 * std::log2(n / 100), 0.02});
  EXPECT_GT(FitLearningCurve(points, 1)->c, 1);
  const Result<LearningCurve> held = FitLearningCurve(points, 1, {}, 1);
  ASSERT_TRUE(held);
  EXPECT_EQ(held->c, 1);
  EXPECT_LE(held->asymptote.high, 1);
  EXPECT_LE(held->Range(1e9).high, 1);
  const auto error = [&](double a, double b) {
    double sum = 0;
    for (const CurveObservation& p : points) sum += std::pow((p.score - 1 + a * std::pow(p.rows, -b)) / p.standard_error, 2);
    return sum;
  };
  for (const double factor : {0.99, 1.01}) {
    EXPECT_GT(error(held->a * factor, held->b), error(held->a, held->b));
    EXPECT_GT(error(held->a, held->b * factor), error(held->a, held->b));
  }
  EXPECT_EQ(FitLearningCurve(Curve(3, 0.5, 0.4, 1e-4, 1), 1, {}, 1)->c, FitLearningCurve(Curve(3, 0.5, 0.4, 1e-4, 1), 1)->c) << "a bound that does not bind changes nothing";
}

TEST(LearningCurve, RefusesWhatIsNotMonotoneAndTooShort) {
  std::vector<CurveObservation> dip = Curve(2, 0.4, 0.3, 0.001, 3);
  dip[4].score -= 0.1;
  const Result<LearningCurve> refused = FitLearningCurve(dip, 1);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("not monotone"), std::string::npos);
  dip.resize(3);
  EXPECT_FALSE(FitLearningCurve(dip, 1));
  EXPECT_FALSE(FitLearningCurve(Curve(0, 0.4, 0.3, 0.001, 3), 1)->still_rising);
}

// The worst rising truth is a flat one: of 500 flat curves about 5 % are refused, and of steep ones none.
// Scores on the same test rows err together; handed those joint errors the test keeps its level too.
TEST(LearningCurve, RejectsMonotonyAtItsLevelOnly) {
  for (const bool joint : {false, true}) {
    int refused = 0, rising = 0;
    constexpr int kRuns = 500;
    for (std::uint64_t run = 0; run < kRuns; ++run) {
      base::RandomStream random(run, "flat curves", joint ? 1 : 0);
      const auto errors_of = [&](base::RandomStream& r) {
        const double shared = joint ? 0.02 * r.Normal() : 0;
        std::vector<double> error;
        for (int i = 0; i < 6; ++i) error.push_back(shared + 0.01 * r.Normal());
        return error;
      };
      std::vector<CurveObservation> points;
      const std::vector<double> error = errors_of(random);
      for (std::size_t i = 0; i < 6; ++i) points.push_back({200.0 * static_cast<double>(1 << i), 0.3 + error[i], joint ? 0.0224 : 0.01});
      std::vector<std::vector<double>> draws;
      for (int d = 0; d < 200; ++d) draws.push_back(errors_of(random));
      const Result<LearningCurve> curve = FitLearningCurve(points, run, draws);
      refused += curve ? 0 : 1;
      rising += curve && curve->still_rising ? 1 : 0;
    }
    std::printf("%s errors: %d of %d flat curves refused, %d called rising\n", joint ? "joint" : "independent", refused, kRuns, rising);
    // binomial(500, .05): 13 to 38 holds 99 %.
    EXPECT_GE(refused, 13);
    EXPECT_LE(refused, 38);
    EXPECT_LE(rising, 38);
  }
}

TEST(LearningCurve, IsotonicPoolsWhatFalls) {
  struct Case {
    std::vector<double> values, weights, expected;
  };
  const Case cases[] = {
      {{1, 2, 3}, {1, 1, 1}, {1, 2, 3}},
      {{3, 2, 1}, {1, 1, 1}, {2, 2, 2}},
      {{1, 3, 2, 4}, {1, 1, 1, 1}, {1, 2.5, 2.5, 4}},
      {{1, 3, 2}, {1, 3, 1}, {1, 2.75, 2.75}},
  };
  for (const Case& c : cases) EXPECT_EQ(Isotonic(c.values, c.weights), c.expected);
}

}  // namespace
}  // namespace assay::stats
