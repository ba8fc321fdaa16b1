#include "objectives/profit_curve.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/random.h"

namespace assay::objectives {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

struct Rows {
  std::vector<double> scores;
  std::vector<std::uint8_t> positive;
  std::vector<double> amounts[4];  // true positive, false positive, true negative, false negative

  AmountsPerRow Amounts() const { return {amounts[0], amounts[1], amounts[2], amounts[3]}; }
  RowMoney Money() const { return RowMoneyOf(positive, Amounts()); }
};

// Scores with many ties, amounts per row of any sign.
Rows RandomRows(std::uint64_t seed, std::size_t most = 120) {
  base::RandomStream random(seed, "profit curve");
  Rows rows;
  const std::size_t n = 1 + random.Below(most);
  const double levels = static_cast<double>(1 + random.Below(30));
  for (std::size_t i = 0; i < n; ++i) {
    rows.scores.push_back(std::floor(random.Normal() * levels) / levels);
    rows.positive.push_back(random.Uniform() < 0.4 ? 1 : 0);
    for (auto& amounts : rows.amounts) amounts.push_back(std::floor(random.Normal() * 20) / 4);
  }
  return rows;
}

double MoneyAt(const Rows& rows, double threshold, const std::vector<std::uint8_t>& part = {}, std::uint8_t which = 0) {
  double sum = 0, count = 0;
  for (std::size_t i = 0; i < rows.scores.size(); ++i) {
    if (!part.empty() && part[i] != which) continue;
    const std::size_t cell = rows.scores[i] >= threshold ? (rows.positive[i] != 0 ? 0 : 1) : (rows.positive[i] != 0 ? 3 : 2);
    sum += rows.amounts[cell][i];
    count += 1;
  }
  return sum / count;
}

// Every threshold there is, by brute force: never first, so that the first of the best acts least.
Threshold BestByHand(const Rows& rows, const std::vector<std::uint8_t>& part = {}, std::uint8_t which = 0) {
  std::vector<double> thresholds = {kNever};
  double count = 0;
  for (std::size_t i = 0; i < rows.scores.size(); ++i) {
    if (!part.empty() && part[i] != which) continue;
    thresholds.push_back(rows.scores[i]);
    count += 1;
  }
  std::sort(thresholds.begin(), thresholds.end(), std::greater<>());
  Threshold best{0, -kNever, 0};
  for (const double threshold : thresholds) {
    const double money = MoneyAt(rows, threshold, part, which);
    if (money > best.money_per_decision + 1e-9) best = {threshold, money, 0};
  }
  for (std::size_t i = 0; i < rows.scores.size(); ++i) best.share_acted += (part.empty() || part[i] == which) && rows.scores[i] >= best.score ? 1 / count : 0;
  return best;
}

TEST(ProfitCurve, AgreesWithBruteForceOverAllThresholds) {
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const Rows rows = RandomRows(seed);
    const RowMoney money = rows.Money();
    const ProfitCurve curve = *ProfitCurve::Create(rows.scores, money);
    const Threshold best = curve.Best(), expected = BestByHand(rows);
    EXPECT_EQ(best.score, expected.score) << seed;
    EXPECT_NEAR(best.money_per_decision, expected.money_per_decision, 1e-12) << seed;
    EXPECT_NEAR(best.share_acted, expected.share_acted, 1e-12) << seed;
    const ThinnedProfit whole = curve.Thinned(1000);
    EXPECT_EQ(static_cast<std::int64_t>(whole.points.size()), whole.num_thresholds);
    EXPECT_EQ(whole.largest_error, 0);
    for (const ProfitCurvePoint& point : whole.points) {
      EXPECT_NEAR(point.money_per_decision, MoneyAt(rows, point.score), 1e-12) << seed;
      EXPECT_EQ(point.acted, std::count_if(rows.scores.begin(), rows.scores.end(), [&](double s) { return s >= point.score; }));
    }
  }
}

TEST(ProfitCurve, OfAPartAgreesWithBruteForce) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const Rows rows = RandomRows(seed);
    base::RandomStream random(seed, "part");
    std::vector<std::uint8_t> part;
    for (std::size_t i = 0; i < rows.scores.size(); ++i) part.push_back(random.Uniform() < 0.5 ? 1 : 0);
    const RowMoney money = rows.Money();
    const ProfitCurve curve = *ProfitCurve::Create(rows.scores, money);
    for (std::uint8_t which = 0; which < 2; ++which) {
      if (std::count(part.begin(), part.end(), which) == 0) continue;
      const Threshold best = curve.BestOfPart(part, which, money), expected = BestByHand(rows, part, which);
      EXPECT_EQ(best.score, expected.score) << seed;
      EXPECT_NEAR(best.money_per_decision, expected.money_per_decision, 1e-12) << seed;
      EXPECT_NEAR(best.share_acted, expected.share_acted, 1e-12) << seed;
    }
  }
}

TEST(ProfitCurve, WithEqualAmountsItIsBestThreshold) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rows rows = RandomRows(seed);
    const DecisionMoney money{4, -1, 0.5, -2};
    const double shared[] = {4, -1, 0.5, -2};
    for (int cell = 0; cell < 4; ++cell) rows.amounts[cell] = {shared[cell]};
    const Threshold one = *BestThreshold(rows.scores, rows.positive, money);
    const Threshold other = ProfitCurve::Create(rows.scores, rows.Money())->Best();
    EXPECT_EQ(one.score, other.score) << seed;
    EXPECT_NEAR(one.money_per_decision, other.money_per_decision, 1e-12);
  }
}

TEST(ProfitCurve, LawsOfScaleShiftAndPermutation) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const Rows rows = RandomRows(seed);
    const Threshold best = ProfitCurve::Create(rows.scores, rows.Money())->Best();
    Rows scaled = rows, shifted = rows, turned;
    for (auto& amounts : scaled.amounts) std::for_each(amounts.begin(), amounts.end(), [](double& a) { a *= 8; });
    for (auto& amounts : shifted.amounts) std::for_each(amounts.begin(), amounts.end(), [](double& a) { a += 1024; });
    std::vector<std::size_t> order(rows.scores.size());
    std::iota(order.begin(), order.end(), 0U);
    base::RandomStream random(seed, "turn");
    random.Shuffle(std::span<std::size_t>(order));
    for (const std::size_t i : order) {
      turned.scores.push_back(rows.scores[i]);
      turned.positive.push_back(rows.positive[i]);
      for (int cell = 0; cell < 4; ++cell) turned.amounts[cell].push_back(rows.amounts[cell][i]);
    }
    const Threshold eightfold = ProfitCurve::Create(scaled.scores, scaled.Money())->Best();
    EXPECT_EQ(eightfold.score, best.score);
    EXPECT_EQ(eightfold.money_per_decision, 8 * best.money_per_decision);
    const Threshold more = ProfitCurve::Create(shifted.scores, shifted.Money())->Best();
    EXPECT_EQ(more.score, best.score);
    EXPECT_NEAR(more.money_per_decision, best.money_per_decision + 1024, 1e-9);
    const Threshold again = ProfitCurve::Create(turned.scores, turned.Money())->Best();
    EXPECT_EQ(again.score, best.score);
    EXPECT_EQ(again.money_per_decision, best.money_per_decision);
  }
}

TEST(ProfitCurve, AllScoresEqualLeaveNeverAndAlways) {
  const RowMoney money{{3, -1, -1}, {0, 0, 0}};
  const ProfitCurve curve = *ProfitCurve::Create(std::vector<double>{0.5, 0.5, 0.5}, money);
  const ThinnedProfit all = curve.Thinned(10);
  ASSERT_EQ(all.points.size(), 2U);
  EXPECT_EQ(all.points[0].score, kNever);
  EXPECT_EQ(all.points[0].money_per_decision, 0);
  EXPECT_EQ(all.points[1].acted, 3);
  EXPECT_DOUBLE_EQ(all.points[1].money_per_decision, 1.0 / 3);
  EXPECT_EQ(curve.Best().score, 0.5);
  const std::int64_t rows[] = {0, 1, 3};
  const std::vector<ProfitCurvePoint> acting = curve.ActingOn(rows);
  EXPECT_EQ(acting[0].score, kNever);
  EXPECT_EQ(acting[1].acted, 3);
  EXPECT_EQ(acting[2].acted, 3);
}

// 150,000 thresholds: the kept points are exact, the error stated is the true one, the best is among them.
TEST(ProfitCurve, ThinnedPointsAreExactAndTheErrorIsTrue) {
  base::RandomStream random(5, "thin");
  RowMoney money;
  std::vector<double> scores;
  for (int i = 0; i < 150'000; ++i) {
    scores.push_back(random.Uniform());
    money.silent.push_back(0);
    money.gain.push_back(random.Uniform() < scores.back() ? 4 : -2);
  }
  const ProfitCurve curve = *ProfitCurve::Create(scores, money);
  const ThinnedProfit thinned = curve.Thinned(1000);
  EXPECT_LE(thinned.points.size(), 1000U);
  EXPECT_EQ(thinned.num_thresholds, 150'001);
  const Threshold best = curve.Best();
  EXPECT_TRUE(std::any_of(thinned.points.begin(), thinned.points.end(), [&](const ProfitCurvePoint& p) { return p.score == best.score && p.money_per_decision == best.money_per_decision; }));
  double sum = 0, largest = 0;
  std::size_t next = 1;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    sum += curve.gains()[i];
    const auto acted = static_cast<std::int64_t>(i + 1);
    const double exact = sum / 150'000;  // whole numbers: no rounding in the sum
    if (acted > thinned.points[next].acted) ++next;
    const ProfitCurvePoint &from = thinned.points[next - 1], &to = thinned.points[next];
    if (acted == to.acted) {
      EXPECT_DOUBLE_EQ(to.money_per_decision, exact);
    }
    const double along = static_cast<double>(acted - from.acted) / static_cast<double>(to.acted - from.acted);
    largest = std::max(largest, std::abs(exact - from.money_per_decision - along * (to.money_per_decision - from.money_per_decision)));
  }
  EXPECT_NEAR(thinned.largest_error, largest, 1e-12);
  EXPECT_GT(largest, 0);
  EXPECT_LT(largest, 0.01 * (best.money_per_decision + 1));
}

TEST(ProfitCurve, RefusesWhatHasNoAnswer) {
  const RowMoney one{{1}, {0}};
  EXPECT_FALSE(ProfitCurve::Create({}, {}));
  EXPECT_FALSE(ProfitCurve::Create(std::vector<double>{1, 2}, one));
}

// Elkan 2001: costs of 10 for a false alarm and 90 for a miss make 0.1 the chance from which acting pays.
TEST(ActsAtBreakEven, IsElkansThresholdWhereAmountsAreEqual) {
  const double zero[] = {0}, false_alarm[] = {-10}, miss[] = {-90};
  const AmountsPerRow amounts{zero, false_alarm, zero, miss};
  const std::vector<double> chances = {0, 0.05, 0.0999, 0.1001, 0.5, 1};
  EXPECT_EQ(ActsAtBreakEven(chances, amounts), (std::vector<std::uint8_t>{0, 0, 0, 1, 1, 1}));
}

// A tie, chance equal to the break-even chance, is acted on whichever way the amounts are given; nothing at stake is not.
TEST(ActsAtBreakEven, TiesFallAlikeForOneAmountAndForAmountsByRow) {
  for (int cost = 1; cost < 30; ++cost) {
    for (int gain = 1; gain < 30; ++gain) {
      const DecisionMoney money{static_cast<double>(gain), static_cast<double>(-cost), 0, 0};
      const std::vector<double> chances = {money.BreakEvenChance(), std::nextafter(money.BreakEvenChance(), 0.0)};
      const std::vector<double> tp(2, gain), fp(2, -cost), zero(2, 0);
      const double one_tp[] = {money.true_positive}, one_fp[] = {money.false_positive}, one_zero[] = {0};
      EXPECT_EQ(ActsAtBreakEven(chances, {tp, fp, zero, zero}), (std::vector<std::uint8_t>{1, 0})) << gain << " " << cost;
      EXPECT_EQ(ActsAtBreakEven(chances, {one_tp, one_fp, one_zero, one_zero}), (std::vector<std::uint8_t>{1, 0})) << gain << " " << cost;
    }
  }
  const double zero[] = {0}, loss[] = {-1}, gain[] = {1};
  const std::vector<double> chances = {0, 0.4, 0.6, 1};
  EXPECT_EQ(ActsAtBreakEven(chances, {zero, zero, zero, zero}), (std::vector<std::uint8_t>{0, 0, 0, 0}));
  EXPECT_EQ(ActsAtBreakEven(chances, {loss, gain, zero, zero}), (std::vector<std::uint8_t>{1, 1, 0, 0}));  // gains only where the outcome is not positive
}

// With true chances and amounts per row no single threshold does as well: by the expected money, which is known here.
TEST(ActsAtBreakEven, IsTheBestPolicyForEachRowsAmounts) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Rows rows = RandomRows(seed);
    base::RandomStream random(seed, "chances");
    std::vector<double> expected_gain;
    for (std::size_t i = 0; i < rows.scores.size(); ++i) {
      const double p = rows.scores[i] = std::floor(random.Uniform() * 16) / 16;
      expected_gain.push_back(p * (rows.amounts[0][i] - rows.amounts[3][i]) + (1 - p) * (rows.amounts[1][i] - rows.amounts[2][i]));
    }
    const std::vector<std::uint8_t> acts = ActsAtBreakEven(rows.scores, rows.Amounts());
    double by_row = 0;
    for (std::size_t i = 0; i < acts.size(); ++i) by_row += acts[i] * expected_gain[i];
    for (int step = 0; step <= 17; ++step) {
      double single = 0;
      for (std::size_t i = 0; i < acts.size(); ++i) single += rows.scores[i] >= step / 16.0 ? expected_gain[i] : 0;
      EXPECT_LE(single, by_row + 1e-9);
    }
  }
}

}  // namespace
}  // namespace assay::objectives
