#include "stats/cluster_mean.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"

namespace assay::stats {
namespace {

// Two-sample data of Student's sleep study, extra hours of drug 1 (R dataset sleep). t interval by hand: mean .75, sd 1.789010.
TEST(ClusterMean, WithoutUnitsIsTheStudentInterval) {
  const std::vector<double> extra = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
  const Result<Interval> interval = ClusterMean(extra, {});
  ASSERT_TRUE(interval);
  EXPECT_NEAR(interval->value, 0.75, 1e-12);
  EXPECT_NEAR(interval->standard_error, 1.7890097 / std::sqrt(10.0), 1e-7);
  EXPECT_NEAR(interval->low, 0.75 - 2.262157163 * interval->standard_error, 1e-8);
}

TEST(ClusterMean, EqualUnitsGiveTheIntervalOfTheirMeans) {
  const std::vector<double> rows = {1, 3, 2, 4, 9, 7, 5, 5};
  const std::vector<std::uint32_t> unit = {0, 0, 1, 1, 2, 2, 3, 3};
  const std::vector<double> means = {2, 3, 8, 5};
  const Result<Interval> by_unit = ClusterMean(rows, {unit, 4});
  const Result<Interval> of_means = ClusterMean(means, {});
  EXPECT_NEAR(by_unit->standard_error, of_means->standard_error, 1e-12);
  EXPECT_NEAR(by_unit->low, of_means->low, 1e-12);
}

TEST(ClusterMean, CoversWithRandomInterceptsWhereRowsAloneDoNot) {
  int by_unit = 0, by_row = 0;
  constexpr int kRuns = 1000;
  for (std::uint64_t r = 0; r < kRuns; ++r) {
    base::RandomStream random(r, "coverage");
    std::vector<double> values;
    std::vector<std::uint32_t> unit;
    for (std::uint32_t u = 0; u < 60; ++u) {
      const double level = random.Normal();
      const std::uint64_t size = 2 + random.Below(8);
      for (std::uint64_t k = 0; k < size; ++k) {
        values.push_back(level + random.Normal());
        unit.push_back(u);
      }
    }
    const auto covers = [](const Result<Interval>& i) { return i->low <= 0 && 0 <= i->high ? 1 : 0; };
    by_unit += covers(ClusterMean(values, {unit, 60}));
    by_row += covers(ClusterMean(values, {}));
  }
  EXPECT_GE(by_unit, 930);
  EXPECT_LE(by_unit, 970);
  EXPECT_LT(by_row, 850);
}

TEST(ClusterMean, OneUnitHasNoInterval) {
  const std::vector<double> rows = {1, 2};
  const std::vector<std::uint32_t> unit = {0, 0};
  EXPECT_FALSE(ClusterMean(rows, {unit, 1}));
}

TEST(ClusterDifference, AgreesWithMeansInsideAndOutside) {
  const std::vector<double> values = {1, 2, 3, 10, 11, 12};
  const std::vector<std::uint8_t> inside = {0, 0, 0, 1, 1, 1};
  const Result<Difference> d = ClusterDifference(values, inside, {});
  EXPECT_NEAR(d->difference.value, 9, 1e-12);
  EXPECT_NEAR(d->inside.value, 11, 1e-12);
  EXPECT_NEAR(d->outside.value, 2, 1e-12);
  EXPECT_FALSE(ClusterDifference(values, std::vector<std::uint8_t>(6, 1), {}));
}

// A rare outcome is often absent from a small segment by chance: that shows no difference.
TEST(ClusterDifference, OfASegmentWithoutAPositiveIsNotCertain) {
  for (const std::size_t rows : {20, 40, 100}) {
    for (const bool units : {false, true}) {
      int rejected = 0;
      for (std::uint64_t run = 0; run < 500; ++run) {
        base::RandomStream random(run, "rare", rows);
        std::vector<double> values;
        std::vector<std::uint8_t> inside;
        std::vector<std::uint32_t> unit;
        for (std::uint32_t i = 0; i < 2000; ++i) {
          values.push_back(random.Uniform() < 0.02 ? 1 : 0);
          inside.push_back(i < rows ? 1 : 0);
          if (units) unit.push_back(i / 4);
        }
        const Result<Difference> d = ClusterDifference(values, inside, {unit, 500});
        ASSERT_TRUE(d);
        EXPECT_LE(d->difference.low, d->difference.value);
        EXPECT_GE(d->difference.high, d->difference.value);
        rejected += d->difference.p_value <= 0.05 ? 1 : 0;
        EXPECT_EQ(d->inside.value == 0 && d->difference.p_value <= 0.05, d->inside.value == 0 && d->difference.high < 0);
      }
      EXPECT_LE(rejected, 35) << rows << units;  // 25 expected at the level, and two standard errors
    }
  }
}

TEST(ClusterDifference, OfSharesThatAreAlikeStaysWithinItsBounds) {
  std::vector<double> values(60, 0.0);
  std::vector<std::uint8_t> inside(60, 0);
  for (std::size_t i = 0; i < 30; ++i) values[i] = inside[i] = 1;
  const Result<Difference> apart = ClusterDifference(values, inside, {});
  ASSERT_TRUE(apart);
  EXPECT_LT(apart->difference.low, 1);
  EXPECT_GT(apart->difference.low, 0.7);
  EXPECT_LE(apart->difference.high, 1);
  EXPECT_LT(apart->difference.p_value, 1e-6);
  const Result<Difference> same = ClusterDifference(std::vector<double>(60, 0.0), inside, {});
  ASSERT_TRUE(same);
  EXPECT_EQ(same->difference.value, 0);
  EXPECT_TRUE(std::isnan(same->difference.p_value));
}

TEST(ClusterDifference, OfNumbersThatVaryOnOneSideOnlyIsRefused) {
  const std::vector<double> values = {1, 2, 3, 0.1, 0.1, 0.1};
  const std::vector<std::uint8_t> inside = {0, 0, 0, 1, 1, 1};
  const Result<Difference> refused = ClusterDifference(values, inside, {});
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("on one side nothing varies"), std::string::npos);
}

}  // namespace
}  // namespace assay::stats
