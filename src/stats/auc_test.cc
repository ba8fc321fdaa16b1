#include "stats/auc.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"
#include "stats/distributions.h"

namespace assay::stats {
namespace {

TEST(Midranks, TiesShareTheirMean) {
  EXPECT_EQ(Midranks(std::vector<double>{3, 1, 3, 2}), (std::vector<double>{3.5, 1, 3.5, 2}));
  EXPECT_EQ(Midranks(std::vector<double>{5, 5, 5}), (std::vector<double>{2, 2, 2}));
  EXPECT_TRUE(Midranks({}).empty());
}

// The hand check of the references, every printed figure.
TEST(Auc, AgreesWithTheHandCheckOfDeLong) {
  const std::vector<double> a = {.9, .8, .4, .7, .3, .2, .1};
  const std::vector<double> b = {.6, .9, .35, .5, .4, .3, .2};
  const std::vector<std::uint8_t> y = {1, 1, 1, 0, 0, 0, 0};
  const Result<AucParts> of_a = Auc(a, y), of_b = Auc(b, y);
  EXPECT_NEAR(of_a->auc, 0.916667, 5e-7);
  EXPECT_NEAR(of_b->auc, 0.833333, 5e-7);
  const auto variance = [](const Result<Interval>& i) { return i->standard_error * i->standard_error; };
  const double s11 = variance(AucInterval(*of_a, y, {})), s22 = variance(AucInterval(*of_b, y, {}));
  const Result<Interval> d = AucDifference(*of_a, *of_b, y, {});
  EXPECT_NEAR(s11, .0138889, 5e-8);
  EXPECT_NEAR(s22, .0370370, 5e-8);
  EXPECT_NEAR((s11 + s22 - variance(d)) / 2, .0185185, 5e-8);
  const double z = d->value / d->standard_error;
  EXPECT_NEAR(z, 0.7071068, 5e-8);
  EXPECT_NEAR(TwoSidedNormalP(z), 0.4795, 5e-5);
  // Ours takes Student's t with the degrees of freedom of three positives and four negatives: more cautious.
  EXPECT_GT(d->p_value, 0.4795);
  const Result<Interval> same = AucDifference(*of_a, *of_a, y, {});
  EXPECT_EQ(same->value, 0);
  EXPECT_EQ(same->standard_error, 0);
  EXPECT_TRUE(std::isnan(same->p_value));
}

struct Sample {
  std::vector<double> a, b;
  std::vector<std::uint8_t> y;
};
// Scores with many ties (whole numbers) of 60 rows.
Sample Draw(std::uint64_t seed) {
  base::RandomStream random(seed, "auc");
  Sample sample;
  for (int i = 0; i < 60; ++i) {
    sample.y.push_back(random.Uniform() < 0.3 ? 1 : 0);
    sample.a.push_back(std::round(2 * random.Normal() + sample.y.back()));
    sample.b.push_back(std::round(2 * random.Normal() + 2 * sample.y.back()));
  }
  sample.y[0] = 1;
  sample.y[1] = 0;
  return sample;
}

double Win(double positive, double negative) { return positive > negative ? 1 : positive == negative ? 0.5 : 0; }

// By definition: all pairs of a positive and a negative; DeLong's components as means over the other class.
TEST(Auc, EqualsItsDefinitionOverAllPairs) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Sample s = Draw(seed);
    const std::size_t n = s.y.size();
    double wins = 0, pairs = 0, m = 0;
    std::vector<double> component(n, 0);
    for (std::size_t i = 0; i < n; ++i) m += s.y[i];
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        if (s.y[i] != 1 || s.y[j] != 0) continue;
        const double win = Win(s.a[i], s.a[j]);
        wins += win;
        pairs += 1;
        component[i] += win / (static_cast<double>(n) - m);
        component[j] += win / m;
      }
    }
    const Result<AucParts> parts = Auc(s.a, s.y);
    EXPECT_NEAR(parts->auc, wins / pairs, 1e-14);
    double squares[2] = {0, 0};
    for (std::size_t i = 0; i < n; ++i) squares[s.y[i]] += (component[i] - parts->auc) * (component[i] - parts->auc);
    const double variance = squares[1] / (m - 1) / m + squares[0] / (static_cast<double>(n) - m - 1) / (static_cast<double>(n) - m);
    EXPECT_NEAR(AucInterval(*parts, s.y, {})->standard_error, std::sqrt(variance), 1e-14);
  }
}

// The influences are what leaving a row out changes: a jackknife over rows gives nearly the same standard error.
TEST(Auc, InfluencesAgreeWithTheJackknife) {
  const Sample s = Draw(3);
  const std::size_t n = s.y.size();
  const Result<AucParts> whole = Auc(s.a, s.y), other = Auc(s.b, s.y);
  std::vector<double> left_out;
  for (std::size_t skip = 0; skip < n; ++skip) {
    std::vector<double> a, b;
    std::vector<std::uint8_t> y;
    for (std::size_t i = 0; i < n; ++i) {
      if (i != skip) a.push_back(s.a[i]), b.push_back(s.b[i]), y.push_back(s.y[i]);
    }
    left_out.push_back(Auc(a, y)->auc - Auc(b, y)->auc);
  }
  double mean = 0, squares = 0;
  for (const double v : left_out) mean += v / static_cast<double>(n);
  for (const double v : left_out) squares += (v - mean) * (v - mean);
  const double jackknife = std::sqrt(squares * static_cast<double>(n - 1) / static_cast<double>(n));
  EXPECT_NEAR(AucDifference(*whole, *other, s.y, {})->standard_error / jackknife, 1, 0.05);
}

TEST(Auc, LawsOfOrderUnitsAndWeights) {
  const Sample s = Draw(7);
  const std::size_t n = s.y.size();
  const Result<AucParts> whole = Auc(s.a, s.y);
  const Interval by_row = *AucInterval(*whole, s.y, {});
  // Every row a unit of its own is the same as no units.
  std::vector<std::uint32_t> own(n);
  for (std::size_t i = 0; i < n; ++i) own[i] = static_cast<std::uint32_t>(i);
  const Interval by_unit = *AucInterval(*whole, s.y, {own, static_cast<std::uint32_t>(n)});
  EXPECT_NEAR(by_unit.standard_error, by_row.standard_error, 1e-14);
  EXPECT_NEAR(by_unit.degrees, by_row.degrees, 1e-9);
  // Each row three times, as one unit: the same estimate, and nearly the same standard error as once.
  Sample thrice;
  std::vector<std::uint32_t> unit;
  for (std::size_t i = 0; i < n; ++i) {
    for (int k = 0; k < 3; ++k) thrice.a.push_back(s.a[i]), thrice.y.push_back(s.y[i]), unit.push_back(static_cast<std::uint32_t>(i));
  }
  const Result<AucParts> of_thrice = Auc(thrice.a, thrice.y);
  EXPECT_NEAR(of_thrice->auc, whole->auc, 1e-14);
  EXPECT_NEAR(AucInterval(*of_thrice, thrice.y, {unit, static_cast<std::uint32_t>(n)})->standard_error, by_row.standard_error, 1e-14);
  // A rising change of scores changes nothing; turning scores around turns the AUC around; so does exchanging classes.
  std::vector<double> risen, turned;
  std::vector<std::uint8_t> exchanged;
  for (std::size_t i = 0; i < n; ++i) risen.push_back(std::exp(s.a[i] / 4)), turned.push_back(-s.a[i]), exchanged.push_back(1 - s.y[i]);
  EXPECT_EQ(Auc(risen, s.y)->auc, whole->auc);
  EXPECT_NEAR(Auc(turned, s.y)->auc, 1 - whole->auc, 1e-14);
  EXPECT_NEAR(Auc(s.a, exchanged)->auc, 1 - whole->auc, 1e-14);
  // Rows in another order.
  Sample reversed = s;
  std::reverse(reversed.a.begin(), reversed.a.end());
  std::reverse(reversed.y.begin(), reversed.y.end());
  EXPECT_NEAR(AucInterval(*Auc(reversed.a, reversed.y), reversed.y, {})->low, by_row.low, 1e-14);
}

TEST(Auc, EndsAndRefusals) {
  const std::vector<std::uint8_t> y = {1, 1, 1, 0, 0, 0, 0};
  EXPECT_FALSE(Auc(std::vector<double>{1, 2}, std::vector<std::uint8_t>{1, 1}));
  // All scores equal: one half, without scatter.
  const Result<AucParts> equal = Auc(std::vector<double>(7, 0.5), y);
  EXPECT_EQ(equal->auc, 0.5);
  // Perfect order of three positives: the exact bound of three pairs.
  const Result<AucParts> perfect = Auc(std::vector<double>{7, 6, 5, 4, 3, 2, 1}, y);
  EXPECT_EQ(perfect->auc, 1);
  const Result<Interval> bound = AucInterval(*perfect, y, {});
  EXPECT_EQ(bound->high, 1);
  EXPECT_NEAR(bound->low, std::cbrt(0.025), 1e-12);
  // One positive, or all positives in one unit: nothing shows how positives scatter.
  const std::vector<std::uint8_t> one = {1, 0, 0, 0};
  EXPECT_FALSE(AucInterval(*Auc(std::vector<double>{4, 1, 5, 2}, one), one, {}));
  const std::vector<std::uint8_t> two = {1, 1, 0, 0};
  const std::vector<std::uint32_t> unit = {0, 0, 1, 2};
  EXPECT_FALSE(AucInterval(*Auc(std::vector<double>{4, 1, 3, 2}, two), two, {unit, 3}));
}

}  // namespace
}  // namespace assay::stats
