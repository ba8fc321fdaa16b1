#include "stats/confident_learning.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "base/random.h"

namespace assay::stats {
namespace {

std::vector<double> Two(std::initializer_list<double> first) {
  std::vector<double> both;
  for (const double p : first) both.insert(both.end(), {p, 1 - p});
  return both;
}

// Reference: cleanlab 2.9.0, tests/reference/confident_learning.py.
TEST(ConfidentLearning, AgreesWithCleanlab) {
  struct Case {
    std::string name;
    std::vector<std::uint32_t> labels;
    std::vector<double> probabilities;
    std::vector<double> thresholds;
    std::vector<std::int64_t> counts;
    std::vector<double> joint;  // cleanlab rounds it to whole rows
  };
  const Case cases[] = {
      {"two classes", {0, 0, 0, 0, 0, 1, 1, 1, 1, 1}, Two({0.9, 0.8, 0.75, 0.3, 0.55, 0.2, 0.1, 0.4, 0.85, 0.35}), {0.66, 0.62}, {3, 1, 1, 3}, {0.4, 0.1, 0.1, 0.4}},
      {"three classes",
       {0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2},
       {0.8, 0.1, 0.1, 0.7, 0.2, 0.1, 0.2, 0.7, 0.1, 0.45, 0.45, 0.1, 0.1, 0.8, 0.1, 0.05, 0.35, 0.6, 0.2, 0.6, 0.2, 0.3, 0.5, 0.2, 0.1, 0.1, 0.8, 0.6, 0.1, 0.3, 0.2, 0.3, 0.5, 0.15, 0.55, 0.3},
       {0.5375, 0.5625, 0.475},
       {2, 1, 0, 0, 2, 1, 1, 0, 2},
       {0.25, 1.0 / 12, 0, 0, 0.25, 1.0 / 12, 1.0 / 12, 0, 0.25}},
      {"an empty diagonal",
       {0, 0, 0, 1, 1, 1, 2, 2},
       {0.9, 0.05, 0.05, 0.8, 0.1, 0.1, 0.7, 0.2, 0.1, 0.1, 0.8, 0.1, 0.2, 0.7, 0.1, 0.1, 0.6, 0.3, 0.85, 0.05, 0.1, 0.1, 0.88, 0.02},
       {0.8, 0.7, 0.06},
       {2, 0, 1, 0, 2, 1, 1, 1, 1},
       {0.25, 0, 0.125, 0, 0.25, 0.125, 0, 0.125, 0.125}},
  };
  for (const Case& c : cases) {
    const Result<ConfidentJoint> joint = FindConfidentJoint(c.labels, c.probabilities, c.thresholds.size());
    ASSERT_TRUE(joint) << c.name;
    EXPECT_EQ(joint->counts, c.counts) << c.name;
    for (std::size_t k = 0; k < c.thresholds.size(); ++k) EXPECT_NEAR(joint->thresholds[k], c.thresholds[k], 1e-12) << c.name;
    double total = 0;
    for (std::size_t i = 0; i < c.joint.size(); ++i) {
      EXPECT_LT(std::abs(joint->joint[i] - c.joint[i]), 1.0 / static_cast<double>(c.labels.size())) << c.name << " cell " << i;
      total += joint->joint[i];
    }
    EXPECT_NEAR(total, 1, 1e-12) << c.name;
  }
}

TEST(ConfidentLearning, RefusesWhatItCannotJudge) {
  EXPECT_FALSE(FindConfidentJoint({}, {}, 2));
  const std::vector<std::uint32_t> labels = {0, 0};
  const std::vector<double> one = {1, 1};
  EXPECT_FALSE(FindConfidentJoint(labels, one, 1));
}

// Labels flipped with a known rate, true probabilities near 0 and 1: the noise is found and its interval covers it.
TEST(ConfidentLearning, FindsThePlantedNoise) {
  int covered = 0;
  constexpr int kRuns = 100;
  for (std::uint64_t run = 0; run < kRuns; ++run) {
    base::RandomStream random(run, "label noise");
    std::vector<std::uint32_t> labels;
    std::vector<double> probabilities;
    for (int i = 0; i < 2000; ++i) {
      const std::uint32_t truth = static_cast<std::uint32_t>(random.Below(3));
      labels.push_back(random.Uniform() < 0.1 ? (truth + 1 + static_cast<std::uint32_t>(random.Below(2))) % 3 : truth);
      for (std::uint32_t k = 0; k < 3; ++k) probabilities.push_back(k == truth ? 0.9 : 0.05);
    }
    const Result<ConfidentJoint> joint = FindConfidentJoint(labels, probabilities, 3);
    const Result<Interval> noise = NoiseInterval(*joint, labels, {});
    ASSERT_TRUE(noise);
    covered += noise->low <= 0.1 && 0.1 <= noise->high ? 1 : 0;
  }
  EXPECT_GE(covered, 88);
  EXPECT_LE(covered, 100);
}

}  // namespace
}  // namespace assay::stats
