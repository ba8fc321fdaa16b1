#include "stats/corrected_resampled_t.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace assay::stats {
namespace {

// AUC of the rbf kernel minus AUC of the linear one, in hundredths, in 10 x 10-fold cross-validation of 100 moons: scikit-learn
// 1.9.1, examples/model_selection/plot_grid_search_stats.py as it stands (make_moons(noise=0.352, random_state=1),
// RepeatedStratifiedKFold(n_splits=10, n_repeats=10, random_state=0), SVC(random_state=0), roc_auc).
std::vector<double> MoonDifferences() {
  const int hundredths[] = {-4, -12, 0, 0, 0, 4, 4, 0, 4, 0, 4, 4, 4, 4, 4, -4, 0, 0, 0, 0, -4, -4, 4, -8, 0, 4, 4, 4, 0, 0, -4, 4, 0, 0, 4, 0, 0, 4, 4, 0,
                            4, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 4, 4, 4, 0, 4, -4, 8, 0, 0, 0, 0, 0, 20, -4, 0, 4, 0, 0, 0, 0, 4, 4, 8, 0, 4, 0, -4, 0, 0,
                            4, -8, 4, 0, 4, 0, 0, 0, 0, 0, 0, -4, 0, -4, 0, 0, 4, 8, 0, 0};
  std::vector<double> differences;
  for (const int h : hundredths) differences.push_back(h / 100.0);
  return differences;
}

TEST(CorrectedResampledT, AgreesWithThePrintedExample) {
  const std::vector<double> differences = MoonDifferences();
  ASSERT_EQ(differences.size(), 100U);
  const Result<Interval> corrected = CorrectedResampledT(differences, {90, 10});
  ASSERT_TRUE(corrected);
  // The example prints t 0.750 and a one-sided p of 0.227.
  EXPECT_NEAR(corrected->value / corrected->standard_error, 0.750, 5e-4);
  EXPECT_NEAR(corrected->p_value / 2, 0.227, 5e-4);
  // Without the correction it prints 2.611 and 0.005: nearly no test rows per training row.
  const Result<Interval> uncorrected = CorrectedResampledT(differences, {1, 1e-12});
  EXPECT_NEAR(uncorrected->value / uncorrected->standard_error, 2.611, 5e-4);
  EXPECT_NEAR(uncorrected->p_value / 2, 0.005, 5e-4);
  // And for a margin of 0.01: P(practically equivalent) 0.432, P(rbf better) 0.500, P(linear better) 0.068; P(rbf > linear) 0.773.
  const PracticalDifference practical = ProbabilityOfPracticalDifference(*corrected, 0.01);
  EXPECT_NEAR(practical.equivalent, 0.432, 5e-4);
  EXPECT_NEAR(practical.better, 0.500, 5e-4);
  EXPECT_NEAR(practical.worse, 0.068, 5e-4);
  EXPECT_NEAR(ProbabilityOfPracticalDifference(*corrected, 0).better, 0.773, 5e-4);
}

// Frozen from scipy 1.17.1: se = sqrt((1/J + n_test/n_train) * d.var(ddof=1)), stats.t.interval(.95, J - 1, d.mean(), se),
// 2 * stats.t.sf(abs(d.mean() / se), J - 1). The number of fits is not the number of rows: 30 fits on 100 and on 1,000 rows.
TEST(CorrectedResampledT, CountsFitsNotRows) {
  struct Case {
    std::size_t fits;
    ResamplingShape shape;
    double value, standard_error, p_value, low, high;
  };
  const Case cases[] = {
      {100, {90, 10}, 0.01, 0.013327776619887865, 0.4548459420267325, -0.016445200296138624, 0.036445200296138625},
      {30, {90, 10}, 0.004, 0.015123501794009545, 0.7932738640037781, -0.02693103416195543, 0.034931034161955435},
      {30, {800, 200}, 0.004, 0.021181210498007887, 0.8515284484261245, -0.039320439566778116, 0.04732043956677812},
  };
  const std::vector<double> all = MoonDifferences();
  for (const Case& c : cases) {
    const Result<Interval> interval = CorrectedResampledT(std::span(all).first(c.fits), c.shape);
    ASSERT_TRUE(interval);
    EXPECT_NEAR(interval->value, c.value, 1e-15);
    EXPECT_NEAR(interval->standard_error, c.standard_error, 1e-14);
    EXPECT_NEAR(interval->p_value, c.p_value, 1e-12);
    EXPECT_NEAR(interval->low, c.low, 1e-13);
    EXPECT_NEAR(interval->high, c.high, 1e-13);
  }
}

TEST(CorrectedResampledT, NoSpreadNoTest) {
  const Result<Interval> same = CorrectedResampledT(std::vector<double>(10, 0.0), {90, 10});
  ASSERT_TRUE(same);
  EXPECT_EQ(same->value, 0);
  EXPECT_EQ(same->low, 0);
  EXPECT_EQ(same->high, 0);
  EXPECT_TRUE(std::isnan(same->p_value));
  EXPECT_EQ(ProbabilityOfPracticalDifference(*same, 0.01).equivalent, 1);
  EXPECT_FALSE(CorrectedResampledT(std::vector<double>(10, 0.1), {90, 10}));
  EXPECT_FALSE(CorrectedResampledT(std::vector<double>{0.1}, {90, 10}));
  EXPECT_FALSE(CorrectedResampledT(std::vector<double>{0.1, 0.2}, {0, 10}));
  EXPECT_FALSE(CorrectedResampledT(std::vector<double>{0.1, 0.2}, {90, std::nan("")}));
}

TEST(CorrectedResampledT, ShiftScaleAndSign) {
  const std::vector<double> d = {0.1, -0.2, 0.4, 0.3, 0.05};
  std::vector<double> other;
  for (const double x : d) other.push_back(-3 * x);
  const Result<Interval> a = CorrectedResampledT(d, {80, 20}), b = CorrectedResampledT(other, {80, 20});
  EXPECT_NEAR(b->value, -3 * a->value, 1e-14);
  EXPECT_NEAR(b->low, -3 * a->high, 1e-14);
  EXPECT_NEAR(b->p_value, a->p_value, 1e-14);
}

}  // namespace
}  // namespace assay::stats
