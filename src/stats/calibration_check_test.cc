#include "stats/calibration_check.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <vector>

#include "base/random.h"
#include "stats/distributions.h"

namespace assay::stats {
namespace {

std::vector<std::uint32_t> Falling(const std::vector<double>& scores) {
  std::vector<std::uint32_t> order(scores.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return scores[a] > scores[b]; });
  return order;
}

// One score for all: the test of a share, z^2 = (k - n p)^2 / (n p (1 - p)).
TEST(CalibrationCheck, OfOneScoreIsTheTestOfAShare) {
  const std::vector<double> scores(50, 0.3);
  std::vector<std::uint8_t> positive(50, 0);
  std::fill_n(positive.begin(), 20, std::uint8_t{1});
  const CalibrationCheck check = *CheckCalibration(scores, positive, Falling(scores), {});
  EXPECT_EQ(check.directions, 1);
  EXPECT_NEAR(check.statistic, 25 / (50 * 0.3 * 0.7), 1e-12);
  EXPECT_NEAR(check.p_value, ChiSquareUpperP(25 / 10.5, 1), 1e-12);
}

// Two scores: the sum of the two tests of a share, whatever the weights.
TEST(CalibrationCheck, OfTwoScoresIsTheSumOfBothTests) {
  std::vector<double> scores(40, 0.2);
  scores.insert(scores.end(), 60, 0.7);
  std::vector<std::uint8_t> positive(100, 0);
  for (int i = 0; i < 12; ++i) positive[static_cast<std::size_t>(i)] = 1;
  for (int i = 40; i < 78; ++i) positive[static_cast<std::size_t>(i)] = 1;
  const CalibrationCheck check = *CheckCalibration(scores, positive, Falling(scores), {});
  EXPECT_EQ(check.directions, 2);
  EXPECT_NEAR(check.statistic, 16 / (40 * 0.16) + 16 / (60 * 0.21), 1e-9);
}

TEST(CalibrationCheck, CertainScores) {
  const std::vector<double> certain = {0, 1, 0.5};
  const CalibrationCheck refuted = *CheckCalibration(certain, std::vector<std::uint8_t>{1, 1, 0}, Falling(certain), {});
  EXPECT_TRUE(refuted.impossible);
  EXPECT_EQ(refuted.p_value, 0);
  const std::vector<double> right = {0, 1};
  EXPECT_FALSE(CheckCalibration(right, std::vector<std::uint8_t>{0, 1}, Falling(right), {}));
  const std::vector<double> scores(900, 0.5);
  std::vector<std::uint32_t> unit;
  for (std::uint32_t i = 0; i < 900; ++i) unit.push_back(i % 3);
  EXPECT_NE(CheckCalibration(scores, std::vector<std::uint8_t>(900, 1), Falling(scores), {unit, 3}).error().message.find("at least eight of them, there are 3"), std::string::npos);
}

// Of few positives by units the scatter of their sums tells nothing: 8 of 400 rows in 40 units refuted 30 of 100 calibrated samples before there was a floor.
TEST(CalibrationCheck, FewPositivesOrNegativesAreNotTested) {
  std::vector<std::uint32_t> unit;
  for (std::uint32_t i = 0; i < 400; ++i) unit.push_back(i / 10);
  const auto why = [&](double chance, const Clusters& clusters) {
    const std::vector<double> scores(400, chance);
    const Result<CalibrationCheck> check = CheckCalibration(scores, std::vector<std::uint8_t>(400, 0), Falling(scores), clusters);
    return check ? std::string("tested") : check.error().message;
  };
  EXPECT_EQ(why(0.02, {unit, 40}), "by the scores about 8 rows are positive, and a test by units needs 150");
  EXPECT_EQ(why(0.98, {unit, 40}), "by the scores about 8 rows are not positive, and a test by units needs 150");
  EXPECT_EQ(why(0.02, {}), "by the scores about 8 rows are positive, and a test needs 10");
  EXPECT_EQ(why(0.03, {}), "tested");
  EXPECT_EQ(why(0.4, {unit, 40}), "every unit is as far off, which shows no scatter to test against");
}

struct Design {
  const char* name;
  double rare;       // chances up to this
  bool clustered;
  double slope, shift;  // of the true log odds against those said
  double bend;          // added to the chance: bend x sin(2 pi v)
  std::uint32_t units = 80;  // where clustered
  int rows = 6;              // a unit
};

double Rejects(const Design& design, int runs) {
  int rejected = 0, tested = 0;
  for (int run = 0; run < runs; ++run) {
    base::RandomStream random(static_cast<std::uint64_t>(run), design.name);
    std::vector<double> scores;
    std::vector<std::uint8_t> positive;
    std::vector<std::uint32_t> unit;
    const std::uint32_t units = design.clustered ? design.units : 800;
    for (std::uint32_t u = 0; u < units; ++u) {
      const double v = random.Uniform();
      const bool rare = design.rare < 1;
      const double shift = design.clustered && !rare ? (random.Uniform() < 0.5 ? 0.15 : -0.15) : 0;
      for (int r = 0; r < (design.clustered ? design.rows : 1); ++r) {
        const double place = rare ? design.rare * (design.clustered ? random.Uniform() : v) : design.clustered ? 0.2 + 0.6 * v : v;
        double chance = 1 / (1 + std::exp(-(design.shift + design.slope * std::log(std::max(place, 1e-12) / (1 - place)))));
        chance = std::clamp(chance + shift + design.bend * std::sin(6.283185307179586 * v), 0.0, 1.0);
        scores.push_back(place);
        positive.push_back(random.Uniform() < chance ? 1 : 0);
        unit.push_back(u);
      }
    }
    const Clusters clusters = design.clustered ? Clusters{unit, units} : Clusters{};
    // By chance the scores of a sample may promise a few less than the floor.
    const Result<CalibrationCheck> check = CheckCalibration(scores, positive, Falling(scores), clusters);
    if (!check) continue;
    ++tested;
    rejected += check->p_value < 0.05 ? 1 : 0;
  }
  EXPECT_GT(tested, runs / 3) << design.name;
  return static_cast<double>(rejected) / std::max(tested, 1);
}

// Calibrated scores are refuted in 5 of 100 samples, at most 7 by units; wrong ones nearly always: too sure, too high, bent.
TEST(CalibrationCheck, LevelAndPower) {
  const bool whole = std::getenv("ASSAY_LONG") != nullptr;
  const int runs = whole ? 10'000 : 2000;
  for (const Design& design : {Design{"even", 1, false, 1, 0, 0}, Design{"rare", 0.04, false, 1, 0, 0}, Design{"clustered", 1, true, 1, 0, 0}, Design{"few positives", 0.026, false, 1, 0, 0}, Design{"few positives by unit", 0.4, true, 1, 0, 0, 80, 10}, Design{"few positives of many units", 0.1, true, 1, 0, 0, 320, 10}}) {
    const double level = Rejects(design, runs);
    if (whole) std::printf("%s: rejects %.4f\n", design.name, level);
    EXPECT_LE(level, 0.07) << design.name;
    EXPECT_GE(level, 0.03) << design.name;
  }
  for (const Design& design : {Design{"too sure", 1, false, 0.6, 0, 0}, Design{"too high", 1, false, 1, -0.5, 0}, Design{"bent", 1, false, 1, 0, 0.15}, Design{"rare and too high", 0.04, false, 1, -1.8, 0}, Design{"clustered and too sure", 1, true, 0.3, 0, 0}}) {
    const double power = Rejects(design, runs / 10);
    if (whole) std::printf("%s: power %.3f\n", design.name, power);
    EXPECT_GE(power, 0.8) << design.name;
  }
}

}  // namespace
}  // namespace assay::stats
