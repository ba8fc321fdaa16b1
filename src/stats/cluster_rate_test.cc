#include "stats/cluster_rate.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"
#include "stats/distributions.h"

namespace assay::stats {
namespace {

TEST(ClusterRate, OfIndependentRowsIsNearlyClopperPearson) {
  std::vector<double> values(2000, 0.0);
  for (int i = 0; i < 100; ++i) values[static_cast<std::size_t>(i * 20)] = 1;
  const Result<Interval> rate = ClusterRate(values, {});
  ASSERT_TRUE(rate);
  // scipy 1.11: stats.binomtest(100, 2000).proportion_ci(method="exact") = (0.04085, 0.06047)
  EXPECT_NEAR(rate->low, BetaQuantile(0.025, 100, 1901), 1e-4);
  EXPECT_NEAR(rate->high, BetaQuantile(0.975, 101, 1900), 1e-4);
}

TEST(ClusterRate, WithoutASingleErrorStillHasAnUpperBound) {
  const std::vector<double> values(100, 0.0);
  const Result<Interval> rows = ClusterRate(values, {});
  ASSERT_TRUE(rows);
  EXPECT_EQ(rows->low, 0);
  EXPECT_NEAR(rows->high, 1 - std::pow(0.025, 1.0 / 100), 1e-9);
  std::vector<std::uint32_t> unit;
  for (std::uint32_t i = 0; i < 100; ++i) unit.push_back(i / 10);
  // Ten units: as if there were ten rows.
  EXPECT_NEAR(ClusterRate(values, {unit, 10})->high, 1 - std::pow(0.025, 1.0 / 10), 1e-9);
  EXPECT_FALSE(ClusterRate({}, {}));
}

// Small groups at low rates, where an interval about the mean would be too short; rows alone, and in units of five.
TEST(ClusterRate, CoversLowRatesInSmallGroups) {
  for (const bool units : {false, true}) {
    int covered = 0;
    constexpr int kRuns = 1000;
    for (std::uint64_t run = 0; run < kRuns; ++run) {
      base::RandomStream random(run, "rates", units ? 1 : 0);
      std::vector<double> values;
      std::vector<std::uint32_t> unit;
      double level = 0;
      for (std::uint32_t i = 0; i < 150; ++i) {
        if (i % 5 == 0) level = random.Uniform() < 0.25 ? 0.16 : 0;  // mean 0.04
        values.push_back(random.Uniform() < (units ? level : 0.04) ? 1 : 0);
        unit.push_back(i / 5);
      }
      const Result<Interval> rate = units ? ClusterRate(values, {unit, 30}) : ClusterRate(values, {});
      ASSERT_TRUE(rate);
      covered += rate->low <= 0.04 && 0.04 <= rate->high ? 1 : 0;
    }
    // At least 95 % less two standard errors: the exact interval is a conservative one.
    EXPECT_GE(covered, 936) << units;
  }
}

}  // namespace
}  // namespace assay::stats
