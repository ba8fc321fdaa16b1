#include "stats/cluster_mean.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"
#include "stats/auc.h"
#include "stats/distributions.h"
#include "stats/multiple_testing.h"

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

// The hand check of the references: y=1 A .9,.8,.4 B .6,.9,.35; y=0 A .7,.3,.2,.1 B .5,.4,.3,.2.
TEST(Auc, AgreesWithTheHandCheckOfDeLong) {
  const std::vector<double> a = {.9, .8, .4, .7, .3, .2, .1};
  const std::vector<double> b = {.6, .9, .35, .5, .4, .3, .2};
  const std::vector<std::uint8_t> y = {1, 1, 1, 0, 0, 0, 0};
  const Result<AucParts> parts_a = Auc(a, y);
  const Result<AucParts> parts_b = Auc(b, y);
  EXPECT_NEAR(parts_a->auc, 0.916667, 1e-6);
  EXPECT_NEAR(parts_b->auc, 0.833333, 1e-6);
  const Result<Interval> d = AucDifference(*parts_a, *parts_b, y, {});
  EXPECT_NEAR(d->value / d->standard_error, 0.7071068, 1e-6);
  EXPECT_NEAR(d->p_value, 0.4795, 1e-4);
  const Result<Interval> same = AucDifference(*parts_a, *parts_a, y, {});
  EXPECT_EQ(same->value, 0);
  EXPECT_EQ(same->standard_error, 0);
}

TEST(Midranks, TiesShareTheirMean) {
  EXPECT_EQ(Midranks(std::vector<double>{3, 1, 3, 2}), (std::vector<double>{3.5, 1, 3.5, 2}));
}

// statsmodels 0.14 multipletests(p, method='fdr_bh') and 'holm' on the p values of Benjamini, Hochberg 1995, table 1.
TEST(MultipleTesting, FollowsThePaper) {
  const std::vector<double> p = {0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0};
  const std::vector<double> q = BenjaminiHochberg(p);
  int rejected = 0;
  for (const double value : q) rejected += value <= 0.05 ? 1 : 0;
  EXPECT_EQ(rejected, 4);  // the paper rejects four hypotheses
  EXPECT_NEAR(q[3], 0.0095 * 15 / 4, 1e-12);
  const std::vector<double> holm = Holm(p);
  EXPECT_NEAR(holm[0], 0.0015, 1e-12);
  EXPECT_NEAR(holm[2], 0.0019 * 13, 1e-12);
  EXPECT_TRUE(std::isnan(BenjaminiHochberg(std::vector<double>{0.01, std::nan("")})[1]));
}

// scipy 1.11: stats.t.sf, stats.chi2.sf, stats.f.sf, stats.binom.cdf.
TEST(Distributions, AgreeWithKnownValues) {
  EXPECT_NEAR(TwoSidedNormalP(1.959963984540054), 0.05, 1e-12);
  EXPECT_NEAR(StudentQuantile(0.975, 9), 2.2621571627409915, 1e-10);
  EXPECT_NEAR(ChiSquareUpperP(3.841458820694124, 1), 0.05, 1e-12);
  EXPECT_NEAR(BinomialTwoSidedP(1, 12), 0.00634765625, 1e-15);
}

}  // namespace
}  // namespace assay::stats
