#include "stats/group_means.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "base/random.h"

namespace assay::stats {
namespace {

// Agrees with ClusterMean, which sums row by row, where every unit counts the same.
TEST(CompareGroups, MeansAreThoseOfClusterMean) {
  base::RandomStream random(3, "groups");
  std::vector<double> values, first;
  std::vector<std::uint8_t> group;
  std::vector<std::uint32_t> unit, first_unit;
  for (std::uint32_t u = 0; u < 40; ++u) {
    const double level = random.Normal();
    for (int i = 0; i < 20; ++i) {
      values.push_back(5 + level + random.Normal());
      unit.push_back(u);
      group.push_back(static_cast<std::uint8_t>(i % 4 == 3 ? kNoGroup : i % 4));
      if (i % 4 == 0) {
        first.push_back(values.back());
        first_unit.push_back(u);
      }
    }
  }
  const Result<GroupMeans> means = CompareGroups(values, group, 3, {unit, 40});
  ASSERT_TRUE(means);
  const Result<Interval> expected = ClusterMean(first, {first_unit, 40});
  EXPECT_NEAR(means->means[0]->value, expected->value, 1e-12);
  EXPECT_NEAR(means->means[0]->standard_error, expected->standard_error, 1e-12);
  EXPECT_NEAR(means->means[0]->low, expected->low, 1e-9);
  EXPECT_EQ(means->rows, (std::vector<std::int64_t>{200, 200, 200}));
  EXPECT_EQ(means->units, (std::vector<std::int64_t>{40, 40, 40}));
}

TEST(CompareGroups, EdgeCasesSayWhyNot) {
  const std::vector<double> values = {1, 2, 3, 4};
  EXPECT_FALSE(CompareGroups(values, std::vector<std::uint8_t>(4, kNoGroup), 2, {}));
  const Result<GroupMeans> one = CompareGroups(values, std::vector<std::uint8_t>{0, 0, 0, 0}, 2, {});
  ASSERT_TRUE(one);
  EXPECT_FALSE(one->means[1]);
  EXPECT_TRUE(std::isnan(one->p_value));
  const Result<GroupMeans> constant = CompareGroups(std::vector<double>(20, 7.0), std::vector<std::uint8_t>{0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1}, 2, {});
  ASSERT_TRUE(constant);
  EXPECT_EQ(constant->explained, 0);
  EXPECT_TRUE(std::isnan(constant->p_value));
}

TEST(CompareGroups, AStrongEffectIsSeenAndItsShareIsRight) {
  base::RandomStream random(8, "effect");
  std::vector<double> values;
  std::vector<std::uint8_t> group;
  for (int i = 0; i < 20'000; ++i) {
    group.push_back(static_cast<std::uint8_t>(i % 2));
    values.push_back(i % 2 + random.Normal());  // between 0.25, within 1: share 0.2
  }
  const Result<GroupMeans> means = CompareGroups(values, group, 2, {});
  EXPECT_NEAR(means->explained, 0.2, 0.02);
  EXPECT_LT(means->explained_low, 0.2);
  EXPECT_GT(means->explained_high, 0.2);
  EXPECT_LT(means->p_value, 1e-6);
}

// Units with a level of their own. `constant`: the group is the same for all rows of a unit.
struct Design {
  const char* name;
  std::uint32_t units;
  std::size_t groups;
  bool constant;
  bool uneven;  // some units have many times the rows of others
};
struct Simulated {
  std::vector<double> values;
  std::vector<std::uint8_t> group;
  std::vector<std::uint32_t> unit;
};
Simulated Simulate(const Design& design, std::uint64_t seed) {
  base::RandomStream random(seed, "null groups");
  Simulated s;
  for (std::uint32_t u = 0; u < design.units; ++u) {
    const double level = random.Normal();
    const auto fixed = static_cast<std::uint8_t>(random.Below(design.groups));
    const std::uint64_t rows = design.uneven ? 5 + (u % 10 == 0 ? 100 : 0) : 20;
    for (std::uint64_t i = 0; i < rows; ++i) {
      s.values.push_back(level + random.Normal());
      s.group.push_back(design.constant ? fixed : static_cast<std::uint8_t>(random.Below(design.groups)));
      s.unit.push_back(u);
    }
  }
  return s;
}

// Rejections at 5 % among nulls: 400 (2,000 with ASSAY_LONG=1). The limits are the 99.9 % points of the binomial at .05;
// fixed seeds, so each either holds or does not.
TEST(CompareGroups, ByUnitsNullsAreRejectedAtTheLevel) {
  const bool whole = std::getenv("ASSAY_LONG") != nullptr;
  const int runs = whole ? 2000 : 400;
  for (const Design& design : {Design{"182 days, constant within, 7 groups", 182, 7, true, false}, Design{"182 days, constant within, 12 groups", 182, 12, true, false},
                               Design{"60 units, mixed within, 4 groups", 60, 4, false, false}, Design{"200 uneven units, constant within, 4 groups", 200, 4, true, true}}) {
    int rejected = 0;
    for (int r = 0; r < runs; ++r) {
      const Simulated s = Simulate(design, static_cast<std::uint64_t>(r) + 1);
      rejected += CompareGroups(s.values, s.group, design.groups, {s.unit, design.units})->p_value <= 0.05 ? 1 : 0;
    }
    std::printf("%s: %d of %d nulls rejected\n", design.name, rejected, runs);
    EXPECT_LE(rejected, whole ? 132 : 35) << design.name;
  }
}

}  // namespace
}  // namespace assay::stats
