#include "stats/unit_bootstrap.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "base/random.h"
#include "stats/cluster_mean.h"

namespace assay::stats {
namespace {

double MeanOf(const std::vector<double>& values, std::span<const double> times) {
  double sum = 0, count = 0;
  for (std::size_t i = 0; i < values.size(); ++i) sum += times[i] * values[i], count += times[i];
  return sum / count;
}

// All 5^5 equally likely draws of five units: their spread and the share below each point.
TEST(UnitBootstrap, AgreesWithAllPossibleDraws) {
  const std::vector<double> values = {1, 2, 4, 8, 16};
  std::vector<double> all;
  for (int draw = 0; draw < 3125; ++draw) {
    std::vector<double> times(5, 0.0);
    for (int d = draw, k = 0; k < 5; ++k, d /= 5) times[static_cast<std::size_t>(d % 5)] += 1;
    all.push_back(MeanOf(values, times));
  }
  std::sort(all.begin(), all.end());
  double squares = 0;
  for (const double v : all) squares += (v - 6.2) * (v - 6.2) / 3125;
  BootstrapOptions options;
  options.draws = 40'000;
  const Interval interval = *UnitBootstrap(6.2, 5, 4, [&](std::span<const double> times) { return MeanOf(values, times); }, options);
  EXPECT_NEAR(interval.standard_error / std::sqrt(squares), 1, 0.015);  // four standard errors of 40,000 draws
  // The tail for 4 degrees: Phi(-sqrt(5 / 4) 2.776445) = 0.000956; three of 3,125 draws lie below.
  EXPECT_GE(interval.low, all[0]);
  EXPECT_LE(interval.low, all[6]);
  EXPECT_GE(interval.high, all[3118]);
  EXPECT_LE(interval.high, all[3124]);
  EXPECT_EQ(interval.units, 5);
  EXPECT_TRUE(std::isnan(interval.p_value));
}

// For a mean of many units alike it is Student's interval.
TEST(UnitBootstrap, OfAMeanIsNearStudentsInterval) {
  base::RandomStream random(3);
  for (const std::size_t n : {8U, 30U, 400U}) {
    std::vector<double> values;
    for (std::size_t i = 0; i < n; ++i) values.push_back(random.Normal());
    const Interval student = *ClusterMean(values, {});
    BootstrapOptions options;
    options.draws = 20'000;
    const Interval drawn = *UnitBootstrap(student.value, n, static_cast<double>(n - 1), [&](std::span<const double> times) { return MeanOf(values, times); }, options);
    const double width = student.high - student.low;
    EXPECT_NEAR((drawn.high - drawn.low) / width, 1, n < 10 ? 0.12 : 0.05) << n;
    EXPECT_NEAR((drawn.low - student.low) / width, 0, n < 10 ? 0.12 : 0.04) << n;
  }
}

TEST(UnitBootstrap, SameSeedSameBytesAndLevelsNest) {
  std::vector<double> values(40);
  std::iota(values.begin(), values.end(), 0.0);
  const auto statistic = [&](std::span<const double> times) { return MeanOf(values, times); };
  const Interval once = *UnitBootstrap(19.5, 40, 39, statistic, {}), again = *UnitBootstrap(19.5, 40, 39, statistic, {});
  EXPECT_EQ(once.low, again.low);
  EXPECT_EQ(once.high, again.high);
  BootstrapOptions other;
  other.seed = 43;
  EXPECT_NE(UnitBootstrap(19.5, 40, 39, statistic, other)->low, once.low);
  other = {};
  other.level = 0.8;
  EXPECT_GT(UnitBootstrap(19.5, 40, 39, statistic, other)->low, once.low);
}

TEST(UnitBootstrap, RefusesWhatCannotBeDrawn) {
  EXPECT_FALSE(UnitBootstrap(1, 1, 1, [](std::span<const double>) { return 1.0; }, {}));
  EXPECT_FALSE(UnitBootstrap(1, 5, 0, [](std::span<const double>) { return 1.0; }, {}));
  const Result<Interval> rare = UnitBootstrap(1, 5, 4, [](std::span<const double> times) { return 1 / times[0]; }, {});
  ASSERT_FALSE(rare);
  EXPECT_NE(rare.error().message.find("does not exist in"), std::string::npos);
}

TEST(BundleUnits, KeepsUnitsWholeAndBundlesEven) {
  std::vector<std::uint32_t> unit;
  for (std::uint32_t i = 0; i < 3000; ++i) unit.push_back((i * 7) % 1000 * 2);  // 1,000 units of three rows; odd ids have none
  const Bundles few = BundleUnits({unit, 2000}, unit.size(), 300, 1);
  EXPECT_EQ(few.count, 300U);
  EXPECT_EQ(few.units, 1000);
  std::map<std::uint32_t, std::set<std::uint32_t>> units_of;
  std::map<std::uint32_t, std::uint32_t> bundle_of;
  for (std::size_t i = 0; i < unit.size(); ++i) {
    units_of[few.of_row[i]].insert(unit[i]);
    const auto [found, added] = bundle_of.emplace(unit[i], few.of_row[i]);
    EXPECT_EQ(found->second, few.of_row[i]);
  }
  EXPECT_EQ(units_of.size(), 300U);
  for (const auto& [bundle, units] : units_of) EXPECT_TRUE(units.size() == 3 || units.size() == 4) << bundle;
  const Bundles each = BundleUnits({unit, 2000}, unit.size(), 1000, 1);
  EXPECT_EQ(each.count, 1000U);
  EXPECT_EQ(each.of_row[0], 0U);
  EXPECT_EQ(BundleUnits({}, 10, 500, 1).count, 10U);
}

}  // namespace
}  // namespace assay::stats
