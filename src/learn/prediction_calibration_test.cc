#include "learn/calibration.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "base/random.h"

namespace assay::learn {
namespace {

// Predictions whose log odds (values, powers) are `sureness` times what the outcome follows.
struct Simulated {
  Examples examples;
  Rows rows;
  std::vector<double> predictions;
};

Simulated Simulate(Task task, double sureness, std::size_t n, std::uint64_t seed, bool with_time = false) {
  base::RandomStream random(seed, "calibration test");
  Simulated s;
  s.examples.task = task;
  if (task == Task::kMulticlass) s.examples.classes = {"a", "b", "c"};
  for (std::size_t i = 0; i < n; ++i) {
    if (with_time) s.examples.time.push_back(static_cast<base::Micros>(i) * base::kMicrosPerHour);
    s.rows.push_back(static_cast<std::uint32_t>(i));
    if (task == Task::kMulticlass) {
      double p[3], q[3], total = 0, tempered = 0;
      for (double& v : p) total += v = std::exp(random.Normal());
      for (int c = 0; c < 3; ++c) tempered += q[c] = std::pow(p[c] / total, sureness);
      const double u = random.Uniform();
      s.examples.outcome.push_back(u < p[0] / total ? 0.0F : u < (p[0] + p[1]) / total ? 1.0F : 2.0F);
      for (const double v : q) s.predictions.push_back(v / tempered);
      continue;
    }
    const double signal = random.Normal();
    if (task == Task::kBinary) {
      s.examples.outcome.push_back(random.Uniform() < 1 / (1 + std::exp(-signal)) ? 1.0F : 0.0F);
      s.predictions.push_back(1 / (1 + std::exp(-sureness * signal)));
    } else {
      s.examples.outcome.push_back(static_cast<float>(signal + random.Normal()));
      s.predictions.push_back(sureness * signal);
    }
  }
  return s;
}

TEST(PredictionCalibration, SlopeIsFoundWithinItsIntervalForEveryTask) {
  for (const Task task : {Task::kBinary, Task::kMulticlass, Task::kRegression}) {
    for (const double sureness : {0.5, 1.0, 2.0}) {
      const Simulated s = Simulate(task, sureness, 4000, 7);
      const Result<stats::Interval> slope = CalibrationSlope(s.examples, s.rows, s.predictions, {});
      ASSERT_TRUE(slope) << TaskName(task);
      EXPECT_NEAR(slope->value, 1 / sureness, 4 * slope->standard_error) << TaskName(task) << " " << sureness;
      EXPECT_LT(slope->standard_error, 0.1 / sureness) << TaskName(task);
    }
  }
}

TEST(PredictionCalibration, IntervalOfTheSlopeCovers) {
  for (const Task task : {Task::kBinary, Task::kMulticlass, Task::kRegression}) {
    int covered = 0;
    constexpr int kRuns = 300;
    for (int run = 0; run < kRuns; ++run) {
      const Simulated s = Simulate(task, 1.0, 500, static_cast<std::uint64_t>(run));
      const stats::Interval slope = *CalibrationSlope(s.examples, s.rows, s.predictions, {});
      covered += slope.low <= 1 && 1 <= slope.high ? 1 : 0;
    }
    // 95 % of 300 is 285; the binomial bounds at 0.1 % are 273 and 296.
    EXPECT_GE(covered, 273) << TaskName(task);
    EXPECT_LE(covered, 297) << TaskName(task);
  }
}

TEST(PredictionCalibration, MapsHelpWhereTheyAreNeededAndAreLeftOutWhereNot) {
  for (const Task task : {Task::kBinary, Task::kMulticlass, Task::kRegression}) {
    for (const bool with_time : {false, true}) {
      for (const double sureness : {1.0, 3.0}) {
        const Simulated s = Simulate(task, sureness, 4000, 11, with_time);
        std::vector<FoldPredictions> folds(4);
        const std::size_t k = s.examples.num_outputs();
        for (std::size_t i = 0; i < s.rows.size(); ++i) {
          FoldPredictions& fold = folds[i * 4 / s.rows.size()];
          fold.rows.push_back(s.rows[i]);
          fold.predictions.insert(fold.predictions.end(), s.predictions.begin() + static_cast<std::ptrdiff_t>(i * k), s.predictions.begin() + static_cast<std::ptrdiff_t>((i + 1) * k));
        }
        const Result<CrossFitted> fitted = CalibrateAcrossFolds(s.examples, folds, {});
        ASSERT_TRUE(fitted);
        EXPECT_EQ(fitted->calibration.identity(), sureness == 1.0) << TaskName(task) << " " << sureness;
        if (sureness != 1.0) {
          EXPECT_NEAR(fitted->calibration.slope, 1 / sureness, 0.05) << TaskName(task);
        }
        // With time the first fold has nothing before it and stays as it was.
        if (with_time) {
          EXPECT_EQ(fitted->calibrated[0].predictions, folds[0].predictions);
        }
      }
    }
  }
}

TEST(PredictionCalibration, AFoldIsNeverCalibratedByItsOwnOutcomesNorByLaterOnes) {
  for (const bool with_time : {false, true}) {
    Simulated s = Simulate(Task::kBinary, 3.0, 2000, 5, with_time);
    s.examples.wait = 24 * base::kMicrosPerHour;
    std::vector<FoldPredictions> folds(4);
    for (std::size_t i = 0; i < s.rows.size(); ++i) {
      folds[i / 500].rows.push_back(s.rows[i]);
      folds[i / 500].predictions.push_back(s.predictions[i]);
    }
    const CrossFitted before = *CalibrateAcrossFolds(s.examples, folds, {});
    // Outcomes of the third fold, and those of the second that are not known when it starts.
    for (std::size_t i = 1000; i < 1500; i += 7) s.examples.outcome[i] = 1 - s.examples.outcome[i];
    if (with_time) s.examples.outcome[990] = 1 - s.examples.outcome[990];
    const CrossFitted after = *CalibrateAcrossFolds(s.examples, folds, {});
    EXPECT_EQ(before.calibrated[2].predictions, after.calibrated[2].predictions);
    EXPECT_NE(before.calibrated[3].predictions, after.calibrated[3].predictions);
    EXPECT_EQ(before.calibrated[1].predictions == after.calibrated[1].predictions, with_time);
  }
}

TEST(PredictionCalibration, SaysWhyThereIsNoSlope) {
  Simulated s = Simulate(Task::kBinary, 1, 100, 3);
  const std::vector<double> equal(100, 0.3);
  EXPECT_EQ(CalibrationSlope(s.examples, s.rows, equal, {}).error().code, ErrorCode::kNumeric);
  std::vector<double> perfect;
  for (const float y : s.examples.outcome) perfect.push_back(y > 0.5F ? 0.9 : 0.1);
  EXPECT_FALSE(CalibrationSlope(s.examples, s.rows, perfect, {}));
  s.examples.task = Task::kRanking;
  EXPECT_EQ(CalibrationSlope(s.examples, s.rows, s.predictions, {}).error().code, ErrorCode::kUnsupported);
}

}  // namespace
}  // namespace assay::learn
