#include "stats/unit_variance.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <numeric>

#include "base/random.h"
#include "stats/cluster_mean.h"

namespace assay::stats {
namespace {

struct Data {
  std::vector<double> values;
  std::vector<std::uint32_t> unit;
  std::vector<std::uint8_t> inside;
};

// Rows of units of the given sizes that share a level of their own; a unit lies inside as a whole or row by row.
Data Draw(const std::vector<int>& sizes, double shared, bool whole_units, std::uint64_t seed) {
  base::RandomStream random(seed, "unit variance");
  Data data;
  for (std::size_t u = 0; u < sizes.size(); ++u) {
    const double level = std::sqrt(shared) * random.Normal();
    for (int i = 0; i < sizes[u]; ++i) {
      data.values.push_back(level + std::sqrt(1 - shared) * random.Normal());
      data.unit.push_back(static_cast<std::uint32_t>(u));
      data.inside.push_back(whole_units ? u % 2 : random.Uniform() < 0.5);
    }
  }
  return data;
}

TEST(VarianceByUnits, ShiftScalePermutationAndNamesOfUnits) {
  const Data data = Draw({5, 1, 8, 3, 3, 12, 2}, 0.4, false, 1);
  const Clusters clusters{data.unit, 7};
  const Difference plain = *ClusterDifference(data.values, data.inside, clusters);
  std::vector<double> changed;
  for (const double v : data.values) changed.push_back(100 - 3 * v);
  const Difference moved = *ClusterDifference(changed, data.inside, clusters);
  EXPECT_NEAR(moved.difference.value, -3 * plain.difference.value, 1e-12);
  EXPECT_NEAR(moved.difference.standard_error, 3 * plain.difference.standard_error, 1e-12);
  EXPECT_NEAR(moved.difference.degrees, plain.difference.degrees, 1e-8);
  EXPECT_NEAR(moved.inside.value, 100 - 3 * plain.inside.value, 1e-12);
  // Rows in another order, units under other names with gaps between.
  std::vector<std::size_t> order(data.values.size());
  std::iota(order.begin(), order.end(), 0U);
  base::RandomStream random(5);
  random.Shuffle(std::span<std::size_t>(order));
  Data shuffled;
  for (const std::size_t i : order) {
    shuffled.values.push_back(data.values[i]);
    shuffled.unit.push_back(40 - 5 * data.unit[i]);
    shuffled.inside.push_back(data.inside[i]);
  }
  const Difference same = *ClusterDifference(shuffled.values, shuffled.inside, {shuffled.unit, 41});
  EXPECT_NEAR(same.difference.value, plain.difference.value, 1e-13);
  EXPECT_NEAR(same.difference.standard_error, plain.difference.standard_error, 1e-13);
  EXPECT_NEAR(same.difference.degrees, plain.difference.degrees, 1e-9);
  EXPECT_EQ(same.difference.units, plain.difference.units);
  // Inside and outside exchanged.
  std::vector<std::uint8_t> outside;
  for (const std::uint8_t in : data.inside) outside.push_back(1 - in);
  const Difference turned = *ClusterDifference(data.values, outside, clusters);
  EXPECT_NEAR(turned.difference.value, -plain.difference.value, 1e-13);
  EXPECT_NEAR(turned.difference.low, -plain.difference.high, 1e-12);
}

TEST(VarianceByUnits, UnitsOfOneRowAreRows) {
  const Data data = Draw(std::vector<int>(30, 1), 0.4, false, 2);
  for (const bool two_parts : {false, true}) {
    const Interval by_row = two_parts ? ClusterDifference(data.values, data.inside, {})->difference : *ClusterMean(data.values, {});
    const Interval by_unit = two_parts ? ClusterDifference(data.values, data.inside, {data.unit, 30})->difference : *ClusterMean(data.values, {data.unit, 30});
    EXPECT_NEAR(by_unit.standard_error, by_row.standard_error, 1e-14);
    EXPECT_NEAR(by_unit.degrees, by_row.degrees, 1e-9);
    EXPECT_NEAR(by_unit.skewness, by_row.skewness, 1e-12);
    EXPECT_EQ(by_unit.units, by_row.units);
  }
}

TEST(VarianceByUnits, DegreesCountWhatWeighs) {
  const auto degrees = [](const std::vector<int>& sizes) {
    const Data data = Draw(sizes, 0.5, false, 3);
    return ClusterMean(data.values, {data.unit, static_cast<std::uint32_t>(sizes.size())})->degrees;
  };
  EXPECT_NEAR(degrees(std::vector<int>(12, 9)), 11, 1e-9);
  EXPECT_LT(degrees({9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 300}), 3);  // one unit says nearly all
}

TEST(VarianceByUnits, RefusesSidesOfOneUnit) {
  const std::vector<double> values = {1, 2, 3, 4, 5, 6};
  const std::vector<std::uint32_t> unit = {0, 0, 1, 1, 2, 2};
  const std::vector<std::uint8_t> one_unit = {1, 1, 0, 0, 0, 0}, two_units = {1, 1, 1, 0, 0, 0};
  const Result<Difference> refused = ClusterDifference(values, one_unit, {unit, 3});
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("at least two independent units on either side, there is 1 on one"), std::string::npos) << refused.error().message;
  EXPECT_TRUE(ClusterDifference(values, two_units, {unit, 3}));
  EXPECT_FALSE(ClusterMean(std::vector<double>{}, {}));
}

TEST(VarianceByUnits, HugeValuesAndNoSpread) {
  const Interval huge = *ClusterMean(std::vector<double>{1e150, -1e150, 3e149}, {});
  EXPECT_TRUE(std::isfinite(huge.low) && std::isfinite(huge.high));
  const Interval none = *ClusterMean(std::vector<double>(5, 7.0), {});
  EXPECT_EQ(none.standard_error, 0);
  EXPECT_EQ(none.low, 7);
  EXPECT_TRUE(std::isnan(none.p_value));
}

// Few units of very different sizes: where the plain cluster variance with G - 1 degrees of freedom misses.
TEST(VarianceByUnits, CoversWithFewAndUnevenUnits) {
  struct Case {
    const char* name;
    std::vector<int> sizes;
    bool whole_units, difference;
    double shared;
  };
  std::vector<int> uneven;
  for (int u = 0; u < 20; ++u) uneven.push_back(2 + (u % 5 == 0 ? 40 : u));
  const Case cases[] = {
      {"mean of 6 equal units", std::vector<int>(6, 10), false, false, 0.3},
      {"mean of 20 uneven units", uneven, false, false, 0.3},
      {"mean of 20 uneven units, rows independent", uneven, false, false, 0},
      {"difference of 20 uneven units, whole", uneven, true, true, 0.3},
      {"difference within 20 uneven units", uneven, false, true, 0.3},
      {"difference of 4 against 4 units", std::vector<int>(8, 12), true, true, 0.3},
  };
  constexpr int kRuns = 1000;
  for (const Case& c : cases) {
    int covered = 0;
    for (int run = 0; run < kRuns; ++run) {
      const Data data = Draw(c.sizes, c.shared, c.whole_units, 1000 + static_cast<std::uint64_t>(run));
      const Clusters clusters{data.unit, static_cast<std::uint32_t>(c.sizes.size())};
      const Interval interval = c.difference ? ClusterDifference(data.values, data.inside, clusters)->difference : *ClusterMean(data.values, clusters);
      covered += interval.low <= 0 && 0 <= interval.high ? 1 : 0;
    }
    std::printf("%s: covered %.1f %%\n", c.name, 100.0 * covered / kRuns);
    EXPECT_GE(covered, 930) << c.name;
    EXPECT_LE(covered, 985) << c.name;  // cautious where units are few
  }
}

// Sums that all came out 0 are no share: nothing says that they lie between 0 and 1.
TEST(ClusterMean, ValuesThatAreAllZeroAreNoShare) {
  const std::vector<double> zeros(40, 0.0);
  EXPECT_EQ(ClusterMean(zeros, {})->low, 0);
  EXPECT_EQ(ClusterMean(zeros, {})->high, 0);
  EXPECT_NEAR(ClusterShare(zeros, {})->high, 1 - std::pow(0.025, 1.0 / 40), 1e-12);
  // The interval of numbers that happen to be 0 and 1 is Student's, that of a share is not.
  std::vector<double> some = zeros;
  some[0] = 1;
  EXPECT_LT(ClusterMean(some, {})->low, 0);
  EXPECT_GT(ClusterShare(some, {})->low, 0);
}

// A share near 0 in small groups: the interval never shrinks to nothing and covers.
TEST(ClusterShare, CoversNearTheEnds) {
  for (const auto& [rows, share] : {std::pair{40, 0.03}, std::pair{100, 0.02}, std::pair{200, 0.1}}) {
    int covered = 0;
    constexpr int kRuns = 1000;
    for (int run = 0; run < kRuns; ++run) {
      base::RandomStream random(static_cast<std::uint64_t>(run), "shares");
      std::vector<double> values;
      for (int i = 0; i < rows; ++i) values.push_back(random.Uniform() < share ? 1 : 0);
      const Interval interval = *ClusterShare(values, {});
      EXPECT_GE(interval.low, 0);
      EXPECT_LT(interval.low, interval.high);
      covered += interval.low <= share && share <= interval.high ? 1 : 0;
    }
    std::printf("share %.2f of %d rows: covered %.1f %%\n", share, rows, 100.0 * covered / kRuns);
    EXPECT_GE(covered, 930) << rows << " rows, share " << share;
  }
}

// Units in four of five periods, a row or two in each.
struct CrossedData {
  std::vector<double> values;
  std::vector<std::uint32_t> cell;
  Crossing crossing;
};
CrossedData DrawCrossed(std::uint32_t units, std::uint32_t periods, double of_unit, double of_period, std::uint64_t seed) {
  base::RandomStream random(seed, "crossed");
  CrossedData data;
  data.crossing.num_units = units;
  data.crossing.num_periods = periods;
  std::vector<double> shock(periods);
  for (double& s : shock) s = std::sqrt(of_period) * random.Normal();
  for (std::uint32_t u = 0; u < units; ++u) {
    const double level = std::sqrt(of_unit) * random.Normal();
    for (std::uint32_t p = 0; p < periods; ++p) {
      if (random.Uniform() < 0.2) continue;
      const auto cell = static_cast<std::uint32_t>(data.crossing.unit_of.size());
      data.crossing.unit_of.push_back(u);
      data.crossing.period_of.push_back(p);
      for (std::uint64_t row = 0; row < 1 + random.Below(2); ++row) {
        data.values.push_back(level + shock[p] + random.Normal());
        data.cell.push_back(cell);
      }
    }
  }
  return data;
}
Clusters ClustersOf(const CrossedData& data) { return {data.cell, static_cast<std::uint32_t>(data.crossing.unit_of.size()), &data.crossing}; }

TEST(VarianceByUnits, CrossedUnitsAndPeriodsMayChangePlaces) {
  CrossedData data = DrawCrossed(9, 14, 0.5, 0.5, 3);
  const Interval one = *ClusterMean(data.values, ClustersOf(data));
  std::swap(data.crossing.unit_of, data.crossing.period_of);
  std::swap(data.crossing.num_units, data.crossing.num_periods);
  const Interval other = *ClusterMean(data.values, ClustersOf(data));
  EXPECT_DOUBLE_EQ(one.standard_error, other.standard_error);
  EXPECT_DOUBLE_EQ(one.degrees, other.degrees);
  // A period that all rows share shows no scatter; periods that name the units are the units.
  data.crossing.period_of.assign(data.crossing.unit_of.size(), 0);
  EXPECT_FALSE(ClusterMean(data.values, ClustersOf(data)));
  data.crossing.period_of = data.crossing.unit_of;
  data.crossing.num_periods = data.crossing.num_units;
  std::vector<std::uint32_t> ids;
  const Interval by_unit = *ClusterMean(data.values, Grouped(ClustersOf(data), Grouping::kUnits, &ids));
  for (std::uint32_t c = 0; c < data.crossing.unit_of.size(); ++c) data.crossing.unit_of[c] = c;
  data.crossing.num_units = static_cast<std::uint32_t>(data.crossing.unit_of.size());
  EXPECT_DOUBLE_EQ(ClusterMean(data.values, ClustersOf(data))->standard_error, by_unit.standard_error);
}

TEST(VarianceByUnits, CoversMeansOfCrossedUnitsAndPeriods) {
  struct Case {
    std::uint32_t units, periods;
    double of_unit, of_period;
  };
  constexpr int kRuns = 400;
  for (const Case& c : {Case{30, 40, 0.3, 0.3}, Case{30, 40, 0, 0.5}, Case{40, 30, 0.5, 0}, Case{30, 40, 0, 0}}) {
    int held = 0, by_unit_held = 0;
    for (int run = 0; run < kRuns; ++run) {
      const CrossedData data = DrawCrossed(c.units, c.periods, c.of_unit, c.of_period, static_cast<std::uint64_t>(run));
      const Interval mean = *ClusterMean(data.values, ClustersOf(data));
      held += mean.low <= 0 && mean.high >= 0 ? 1 : 0;
      std::vector<std::uint32_t> ids;
      const Interval by_unit = *ClusterMean(data.values, Grouped(ClustersOf(data), Grouping::kUnits, &ids));
      by_unit_held += by_unit.low <= 0 && by_unit.high >= 0 ? 1 : 0;
    }
    std::printf("%u units, %u periods, shares %.1f and %.1f: %.1f %% covered, by unit alone %.1f %%\n", c.units, c.periods, c.of_unit, c.of_period, 100.0 * held / kRuns, 100.0 * by_unit_held / kRuns);
    EXPECT_GE(held, 364);  // 99.9 % of binomial(400, .95); without any dependence it covers more
    if (c.of_unit == 0 && c.of_period > 0) { EXPECT_LT(by_unit_held, 300) << "periods must matter for this to test anything"; }
  }
}

}  // namespace
}  // namespace assay::stats
