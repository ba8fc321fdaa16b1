#include "objectives/profit_curve.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/random.h"

namespace assay::objectives {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

TEST(DecisionMoney, BreakEvenChance) {
  struct Case {
    const char* name;
    DecisionMoney money;
    double expected;
  };
  // Elkan's formula (c10 - c00) / (c10 - c00 + c01 - c11) with costs = -money; FP 10 and FN 90 give 0.1.
  const Case cases[] = {
      {"a miss costs 90, a false alarm 10", {0, -10, 0, -90}, 0.1},
      {"a right alarm brings 4, a false one costs 1", {4, -1, 0, 0}, 0.2},
      {"a silence earns too", {3, 0, 1, 0}, 0.25},
      {"acting costs nothing", {1, 0, 0, 0}, 0},
      {"acting always pays", {5, 1, 0, 0}, 0},
      {"acting pays where the outcome is not positive and costs nothing where it is", {0, 1, 0, 0}, 0},
      {"acting never helps", {-1, -1, 0, 0}, kNever},
      {"acting costs where the outcome is not positive and brings nothing where it is", {0, -1, 0, 0}, kNever},
      {"nothing is worth anything", {0, 0, 0, 0}, std::nan("")},
      {"acting brings what silence does", {3, 2, 2, 3}, std::nan("")},
      {"acting pays on the other class only", {-1, 2, 0, 0}, std::nan("")},
  };
  for (const Case& c : cases) {
    const double chance = c.money.BreakEvenChance();
    if (std::isnan(c.expected)) {
      EXPECT_TRUE(std::isnan(chance)) << c.name << ": " << chance;
    } else {
      EXPECT_DOUBLE_EQ(chance, c.expected) << c.name;
    }
  }
}

TEST(BestThreshold, SmallCasesByHand) {
  struct Case {
    const char* name;
    std::vector<double> scores;
    std::vector<std::uint8_t> positive;
    DecisionMoney money;
    double threshold, value, acted;
  };
  const Case cases[] = {
      {"the best two of four", {0.9, 0.8, 0.3, 0.1}, {1, 1, 0, 0}, {4, -1, 0, 0}, 0.8, 2.0, 0.5},
      {"order of rows does not matter", {0.1, 0.8, 0.9, 0.3}, {0, 1, 1, 0}, {4, -1, 0, 0}, 0.8, 2.0, 0.5},
      {"never, when alarms only cost", {0.9, 0.8}, {0, 0}, {4, -1, 0, 0}, kNever, 0.0, 0.0},
      {"always, when misses are dear", {0.9, 0.1}, {1, 1}, {0, -1, 0, -5}, 0.1, 0.0, 1.0},
      {"ties fall on one side", {0.5, 0.5, 0.5}, {1, 0, 0}, {4, -1, 0, 0}, 0.5, 2.0 / 3, 1.0},
      {"ties that do not pay stay silent", {0.5, 0.5, 0.5}, {1, 0, 0}, {1, -1, 0, 0}, kNever, 0.0, 0.0},
      {"equal money acts least", {0.9, 0.5}, {1, 0}, {1, 0, 0, 0}, 0.9, 0.5, 0.5},
      {"a silence that is paid", {0.9, 0.2}, {1, 0}, {2, 0, 1, 0}, 0.9, 1.5, 0.5},
  };
  for (const Case& c : cases) {
    const Result<Threshold> best = BestThreshold(c.scores, c.positive, c.money);
    ASSERT_TRUE(best) << c.name;
    EXPECT_EQ(best->score, c.threshold) << c.name;
    EXPECT_DOUBLE_EQ(best->money_per_decision, c.value) << c.name;
    EXPECT_DOUBLE_EQ(best->share_acted, c.acted) << c.name;
  }
}

TEST(BestThreshold, RefusesWhatHasNoAnswer) {
  const std::vector<double> scores = {0.5};
  EXPECT_FALSE(BestThreshold({}, {}, {}));
  EXPECT_FALSE(BestThreshold(scores, {}, {}));
}

// No threshold on a fine grid does better, and the rows at the threshold bring in exactly what was promised.
TEST(BestThreshold, LawsOnRandomRows) {
  base::RandomStream random(7, "value law");
  for (int round = 0; round < 50; ++round) {
    const std::size_t rows = 1 + random.Below(200);
    std::vector<double> scores;
    std::vector<std::uint8_t> positive;
    for (std::size_t i = 0; i < rows; ++i) {
      scores.push_back(std::floor(random.Uniform() * 20) / 20);
      positive.push_back(random.Uniform() < scores.back() ? 1 : 0);
    }
    const DecisionMoney money{std::floor(random.Normal() * 5), std::floor(random.Normal() * 5), std::floor(random.Normal() * 5), std::floor(random.Normal() * 5)};
    const Result<Threshold> best = BestThreshold(scores, positive, money);
    ASSERT_TRUE(best);
    const auto mean_at = [&](double threshold) {
      double sum = 0;
      for (const double m : MoneyPerRow(scores, positive, money, threshold)) sum += m;
      return sum / static_cast<double>(rows);
    };
    EXPECT_NEAR(mean_at(best->score), best->money_per_decision, 1e-12);
    for (int step = -1; step <= 41; ++step) EXPECT_LE(mean_at(step / 40.0), best->money_per_decision + 1e-12);
  }
}

// With calibrated scores the best threshold on many rows is near the break-even chance (0.2 here).
TEST(BestThreshold, IsNearTheBreakEvenChanceWhereScoresAreChances) {
  base::RandomStream random(11, "value calibrated");
  std::vector<double> scores;
  std::vector<std::uint8_t> positive;
  for (int i = 0; i < 200'000; ++i) {
    scores.push_back(random.Uniform());
    positive.push_back(random.Uniform() < scores.back() ? 1 : 0);
  }
  const DecisionMoney money{4, -1, 0, 0};
  const Result<Threshold> best = BestThreshold(scores, positive, money);
  ASSERT_TRUE(best);
  // Money lost by a threshold t off 0.2 is 5 (t - 0.2)^2 / 2 per row; noise of the mean is about 0.004.
  EXPECT_NEAR(best->score, money.BreakEvenChance(), 0.04);
}

}  // namespace
}  // namespace assay::objectives
