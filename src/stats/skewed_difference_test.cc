#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/random.h"
#include "stats/cluster_mean.h"

namespace assay::stats {
namespace {

struct Case {
  const char* name;
  std::size_t inside, outside;
  double rate_inside, rate_outside;  // of 1; 0: losses are lognormal
  std::uint32_t units;               // 0: independent rows
};

struct Sample {
  std::vector<double> values;
  std::vector<std::uint8_t> inside;
  std::vector<std::uint32_t> unit;
};

Sample Draw(const Case& c, std::uint64_t run) {
  base::RandomStream random(run, "skewed difference", c.inside);
  std::vector<double> level(std::max(c.units, 1U));
  for (double& l : level) l = random.Normal();
  Sample sample;
  for (std::size_t i = 0; i < c.inside + c.outside; ++i) {
    const bool in = i < c.inside;
    sample.inside.push_back(in ? 1 : 0);
    const std::uint32_t unit = c.units > 0 ? static_cast<std::uint32_t>(random.Below(c.units)) : 0;
    if (c.units > 0) sample.unit.push_back(unit);
    const double rate = in ? c.rate_inside : c.rate_outside;
    if (rate > 0) {
      const double logit = std::log(rate / (1 - rate)) + (c.units > 0 ? 0.5 * level[unit] : 0);
      sample.values.push_back(random.Uniform() < 1 / (1 + std::exp(-logit)) ? 1 : 0);
    } else {
      sample.values.push_back(std::exp(random.Normal() + (c.units > 0 ? 0.5 * level[unit] : 0)));
    }
  }
  return sample;
}

// What slices are: a small side against a large one, of losses that are rare or skewed. Both sides have one mean or rate, so 0 should be left out in 5 % of
// the runs; a plain interval leaves it out far more often on one side.
TEST(SkewedDifference, HoldsItsLevelOnASmallSide) {
  const Case cases[] = {
      {"lognormal, 30 of 2,000 rows", 30, 1970, 0, 0, 0},
      {"lognormal, 200 of 2,000 rows", 200, 1800, 0, 0, 0},
      {"shares of .1, 40 of 1,000 rows", 40, 960, 0.1, 0.1, 0},
      {"shares of .02, 100 of 2,000 rows", 100, 1900, 0.02, 0.02, 0},
      {"shares of .1, 60 units", 150, 1350, 0.1, 0.1, 60},
  };
  constexpr int kRuns = 1000;
  for (const Case& c : cases) {
    int above = 0, below = 0;
    for (std::uint64_t run = 0; run < kRuns; ++run) {
      const Sample sample = Draw(c, run);
      const Result<Difference> made = SkewedDifference(sample.values, sample.inside, {sample.unit, c.units});
      ASSERT_TRUE(made) << c.name << ": " << made.error().message;
      const Interval& d = made->difference;
      above += d.low > 0 ? 1 : 0;
      below += d.high < 0 ? 1 : 0;
      EXPECT_LE(d.low, d.value) << c.name;
      EXPECT_GE(d.high, d.value) << c.name;
      // The p value is that of the interval.
      EXPECT_EQ(d.p_value < 0.05, d.low > 0 || d.high < 0) << c.name << ", run " << run << ": p " << d.p_value << ", " << d.low << " to " << d.high;
    }
    std::printf("%s: above 0 in %.1f %%, below in %.1f %%\n", c.name, 100.0 * above / kRuns, 100.0 * below / kRuns);
    EXPECT_LE(above + below, 80) << c.name;  // 5 %, and what a skewed side of 30 rows still adds
    EXPECT_LE(above, 50) << c.name;          // the side on which slices are found
  }
}

TEST(SkewedDifference, FindsWhatIsThere) {
  const Case c{"shares of .3 and .1", 100, 1900, 0.3, 0.1, 0};
  int held = 0, found = 0;
  for (std::uint64_t run = 0; run < 500; ++run) {
    const Sample sample = Draw(c, run);
    const Interval d = SkewedDifference(sample.values, sample.inside, {})->difference;
    held += d.low <= 0.2 && 0.2 <= d.high ? 1 : 0;
    found += d.low > 0 ? 1 : 0;
  }
  EXPECT_GE(held, 460);
  EXPECT_LE(held, 490);
  EXPECT_GE(found, 490);
}

TEST(SkewedP, BelongsToItsInterval) {
  for (const double skewness : {-1.5, -0.3, 0.0, 0.8, 2.5}) {
    for (const double value : {-3.0, -1.9, -0.5, 0.7, 2.1, 4.0}) {
      Interval interval = StudentInterval(value, 1, 40, 0.95);
      interval.units = 41;
      interval.skewness = skewness;
      const double p = SkewedP(interval);
      const Interval made = AgainstSkewness(interval, 0.95);
      EXPECT_EQ(p < 0.05, made.low > 0 || made.high < 0) << skewness << ", " << value << ": p " << p << ", " << made.low << " to " << made.high;
      if (skewness == 0) {
        EXPECT_NEAR(p, interval.p_value, 1e-9);
      }
    }
  }
}

}  // namespace
}  // namespace assay::stats
