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
  const std::vector<double> scores = {0.1, 0.2, 0.3};
  const std::vector<std::uint32_t> unit = {0, 1, 2};
  EXPECT_FALSE(CheckCalibration(scores, std::vector<std::uint8_t>{0, 0, 1}, Falling(scores), {unit, 3}));
}

struct Design {
  const char* name;
  double rare;       // chances up to this
  bool clustered;
  double slope, shift;  // of the true log odds against those said
  double bend;          // added to the chance: bend x sin(2 pi v)
};

double Rejects(const Design& design, int runs) {
  int rejected = 0;
  for (int run = 0; run < runs; ++run) {
    base::RandomStream random(static_cast<std::uint64_t>(run), design.name);
    std::vector<double> scores;
    std::vector<std::uint8_t> positive;
    std::vector<std::uint32_t> unit;
    const std::uint32_t units = design.clustered ? 80 : 800;
    for (std::uint32_t u = 0; u < units; ++u) {
      const double v = random.Uniform();
      const double shift = design.clustered ? (random.Uniform() < 0.5 ? 0.15 : -0.15) : 0;
      for (int r = 0; r < (design.clustered ? 6 : 1); ++r) {
        const double place = design.clustered ? 0.2 + 0.6 * v : design.rare * v;
        double chance = 1 / (1 + std::exp(-(design.shift + design.slope * std::log(std::max(place, 1e-12) / (1 - place)))));
        chance = std::clamp(chance + shift + design.bend * std::sin(6.283185307179586 * v), 0.0, 1.0);
        scores.push_back(place);
        positive.push_back(random.Uniform() < chance ? 1 : 0);
        unit.push_back(u);
      }
    }
    const Clusters clusters = design.clustered ? Clusters{unit, units} : Clusters{};
    rejected += CheckCalibration(scores, positive, Falling(scores), clusters)->p_value < 0.05 ? 1 : 0;
  }
  return static_cast<double>(rejected) / runs;
}

// Calibrated scores are refuted in 5 of 100 samples, at most 7 by units; wrong ones nearly always: too sure, too high, bent.
TEST(CalibrationCheck, LevelAndPower) {
  const bool whole = std::getenv("ASSAY_LONG") != nullptr;
  const int runs = whole ? 10'000 : 2000;
  for (const Design& design : {Design{"even", 1, false, 1, 0, 0}, Design{"rare", 0.04, false, 1, 0, 0}, Design{"clustered", 1, true, 1, 0, 0}}) {
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
