#include "stats/learning_curve.h"

#include <gtest/gtest.h>

#include <cmath>

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

TEST(LearningCurve, RefusesWhatIsNotMonotoneAndTooShort) {
  std::vector<CurveObservation> dip = Curve(2, 0.4, 0.3, 0.001, 3);
  dip[4].score -= 0.1;
  EXPECT_FALSE(FitLearningCurve(dip, 1));
  dip.resize(3);
  EXPECT_FALSE(FitLearningCurve(dip, 1));
  EXPECT_FALSE(FitLearningCurve(Curve(0, 0.4, 0.3, 0.001, 3), 1)->still_rising);
}

}  // namespace
}  // namespace assay::stats
