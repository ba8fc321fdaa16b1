#include "objectives/off_policy_guard.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace assay::objectives {
namespace {

// All weights but the first are 1. `rows_a_unit`: of each user, 0: rows are independent.
// `big_unit` rows before them belong to a user of their own.
struct GuardCase {
  const char* name;
  std::size_t rows;
  double first;  // weight of the first row
  std::size_t rows_a_unit, big_unit;
  const char* why_not;
  const char* why_no_interval;
};

TEST(OffPolicyGuard, SaysWhy) {
  const GuardCase cases[] = {
      {"enough", 100, 1, 0, 0, "", ""},
      {"a row too few", 99, 1, 0, 0, "effective sample too small: the weights are worth 99 rows, at least 100 are needed", ""},
      // (1.2e4)^2 / 4.01e6
      {"a heavy row", 10000, 2000, 0, 0,
       "effective sample too small: the weights are worth 35.9 rows, at least 100 are needed; one row has 16.7 % of the weight, at most 10 % may hang on one",
       "too few rewards for an interval: with their weights they are worth 12.2 rows, at least 30 are needed; with fewer it misses too often"},
      {"a row not too heavy", 10000, 500, 0, 0, "", ""},
      {"users alike", 1000, 1, 10, 0, "", ""},
      {"a user with nine tenths of the rows", 1000, 1, 1, 900, "one unit has 90 % of the weight, at most 10 % may hang on one",
       "too few rewards for an interval: with their weights they are worth 1.23 units, at least 30 are needed; with fewer it misses too often"},
      {"a user with a tenth", 1000, 1, 10, 100, "", ""},
      {"20 users", 1000, 1, 50, 0, "",
       "too few rewards for an interval: with their weights they are worth 20 units, at least 30 are needed; with fewer it misses too often"},
      {"one user", 1000, 1, 1000, 0, "one unit has 100 % of the weight, at most 10 % may hang on one",
       "too few rewards for an interval: with their weights they are worth 1 unit, at least 30 are needed; with fewer it misses too often"},
  };
  for (const GuardCase& c : cases) {
    std::vector<double> weights(c.rows, 1), rewards(c.rows);
    weights[0] = c.first;
    std::vector<std::uint32_t> unit;
    for (std::size_t i = 0; i < c.rows; ++i) {
      rewards[i] = i % 2 == 0 ? 1 : 0;
      if (c.rows_a_unit > 0) unit.push_back(static_cast<std::uint32_t>(i < c.big_unit ? 0 : (i - c.big_unit) / c.rows_a_unit + (c.big_unit > 0 ? 1 : 0)));
    }
    const stats::Clusters clusters = {unit, unit.empty() ? 0 : unit.back() + 1};
    const Reach reach = ReachOfMatches(weights, rewards, clusters);
    EXPECT_EQ(reach.why_not, c.why_not) << c.name;
    EXPECT_EQ(reach.why_no_interval, c.why_no_interval) << c.name;
  }
  EXPECT_NE(ReachOfMatches(std::vector<double>(500, 0), std::vector<double>(500, 1), {}).why_not, "");
}

TEST(OffPolicyGuard, RewardedRowsAreTheRarerSide) {
  std::vector<double> rewards(1000, 0), weights(1000, 1);
  for (std::size_t i = 0; i < 40; ++i) rewards[i] = 1;
  EXPECT_NEAR(EffectiveRewarded(rewards, weights), 40, 1e-9);
  for (double& reward : rewards) reward = 1 - reward;
  EXPECT_NEAR(EffectiveRewarded(rewards, weights), 40, 1e-9);  // what is rare is a row without a reward
  weights[0] = 40;
  EXPECT_NEAR(EffectiveRewarded(rewards, weights), 79.0 * 79 / (1600 + 39), 1e-9);
  // Forty rewards of four users are worth four users.
  std::vector<std::uint32_t> unit(1000);
  for (std::size_t i = 0; i < unit.size(); ++i) unit[i] = static_cast<std::uint32_t>(i / 10);
  EXPECT_NEAR(EffectiveRewarded(rewards, std::vector<double>(1000, 1), {unit, 100}), 4, 1e-9);
}

TEST(OffPolicyGuard, MeanWeight) {
  const auto check = [](double value, std::size_t rows, double spread, std::uint32_t units = 0) {
    base::RandomStream random(3, "mean weight");
    std::vector<double> weights;
    std::vector<std::uint32_t> unit;
    for (std::size_t i = 0; i < rows; ++i) {
      weights.push_back(value * (1 + spread * (i % 2 == 0 ? 1 : -1)));
      if (units > 0) unit.push_back(static_cast<std::uint32_t>(i % units));
    }
    return CheckMeanWeight(weights, {unit, units});
  };
  const struct {
    const char* name;
    MeanWeight got;
    bool alike, off, surely_off;
  } cases[] = {
      {"1 in every row", check(1, 500, 0), true, false, false},
      {"thirds written with four digits", check(1.0 / 3 / 0.3333, 500, 0), true, false, false},
      {"half of what they were", check(2, 500, 0), true, true, true},
      {"rounding of a sum", check(1, 500, 1e-13), true, false, false},
      {"thirds, others about them", check(1.0 / 3 / 0.3333, 500, 1e-5), false, false, false},
      {"surely off", check(1.5, 500, 0.5), false, true, true},
      {"within chance", check(1.01, 500, 0.5), false, false, false},
      {"one unit says nothing of chance", check(1.01, 500, 0.5, 1), false, false, false},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(c.got.alike, c.alike) << c.name;
    EXPECT_EQ(c.got.off, c.off) << c.name;
    EXPECT_EQ(c.got.surely_off, c.surely_off) << c.name;
  }
  EXPECT_EQ(MeanWeightInWords(1.0 / 3 / 0.332), "1.004");
  EXPECT_EQ(MeanWeightInWords(0.98), "0.98");
}

TEST(OffPolicyGuard, ShowsAnIntervalOrSaysWhyNot) {
  std::vector<double> weights, rewards;
  base::RandomStream random(1, "shown");
  for (int i = 0; i < 400; ++i) {
    weights.push_back(0.5 + random.Uniform());
    rewards.push_back(random.Normal());
  }
  const MeanWeight mean = CheckMeanWeight(weights, {});
  const PolicyValue value = InverseWeighted(weights, rewards);
  const Reach reach = ReachOf(weights, rewards, {}, mean);
  const ShownInterval plain = IntervalToShow(reach, value, weights, {});
  ASSERT_TRUE(plain.interval) << plain.reason;
  EXPECT_EQ(plain.reason, "");
  const double error = *plain.standard_error;
  EXPECT_TRUE(IntervalToShow(reach, value, weights, {}, {0.45 * error, 0.0008, "tau"}).interval);
  EXPECT_FALSE(IntervalToShow(reach, value, weights, {}, {0.3 * error, 0.0012, "tau"}).interval);
  const ShownInterval biased = IntervalToShow(reach, value, weights, {}, {0.55 * error, 0.0008, "tau"});
  EXPECT_FALSE(biased.interval);
  EXPECT_EQ(biased.reason.substr(0, 31), "tau may bring a bias of up to 0");
  EXPECT_NE(biased.reason.find("an interval can hold 0.5 standard errors and 0.1 %"), std::string::npos) << biased.reason;
  EXPECT_EQ(*biased.standard_error, error);
  std::vector<double> doubled = weights;
  for (double& weight : doubled) weight *= 2;
  const Reach off = ReachOf(doubled, rewards, {}, CheckMeanWeight(doubled, {}));
  EXPECT_EQ(off.why_not, "");
  EXPECT_NE(IntervalToShow(off, value, doubled, {}).reason.find("surely not 1 (99 %)"), std::string::npos);
}

}  // namespace
}  // namespace assay::objectives
