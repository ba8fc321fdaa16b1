#include "base/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace assay::base {
namespace {

TEST(RandomStream, SameNameSameNumbersOtherNameOthers) {
  RandomStream a(42, "x", 1), b(42, "x", 1), c(42, "x", 2), d(42, "y", 1), e(43, "x", 1);
  const std::uint64_t first = a.Next();
  EXPECT_EQ(first, b.Next());
  EXPECT_NE(first, c.Next());
  EXPECT_NE(first, d.Next());
  EXPECT_NE(first, e.Next());
}

TEST(RandomStream, MomentsAndUniformity) {
  RandomStream random(1);
  double sum = 0, squares = 0;
  std::array<int, 7> counts{};
  constexpr int kDraws = 140000;
  for (int i = 0; i < kDraws; ++i) {
    const double z = random.Normal();
    sum += z;
    squares += z * z;
    ++counts[random.Below(7)];
  }
  EXPECT_NEAR(sum / kDraws, 0, 4 / std::sqrt(kDraws));
  EXPECT_NEAR(squares / kDraws, 1, 4 * std::sqrt(2.0 / kDraws));
  double chi = 0;
  for (const int count : counts) chi += (count - kDraws / 7.0) * (count - kDraws / 7.0) / (kDraws / 7.0);
  EXPECT_LT(chi, 22.46);  // 99.9 % of a chi-square with 6 degrees of freedom
  double poisson = 0;
  for (int i = 0; i < kDraws; ++i) poisson += static_cast<double>(random.Poisson1());
  EXPECT_NEAR(poisson / kDraws, 1, 4 / std::sqrt(kDraws));
}

// Frozen: a change of these numbers changes every result of every run.
TEST(RandomStream, TheNumbersOfAVersionStay) {
  RandomStream random(42, "bootstrap", 3);
  const std::uint64_t first = random.Next(), second = random.Next();
  EXPECT_EQ(first, 17752248948799399903ULL);
  EXPECT_EQ(second, 8203863012893571033ULL);
}

// Chi-square of 256 cells, 255 degrees of freedom: 99.99 % lies below 345.
template <class Draw>
double ChiSquareOf256(Draw draw) {
  constexpr int kDraws = 256 * 400;
  std::array<int, 256> counts{};
  for (int i = 0; i < kDraws; ++i) ++counts[static_cast<std::size_t>(draw(i))];
  double chi = 0;
  for (const int count : counts) chi += (count - 400.0) * (count - 400.0) / 400.0;
  return chi;
}

TEST(RandomStream, EveryByteIsUniformWithinAndAcrossStreams) {
  for (const unsigned shift : {0U, 8U, 24U, 32U, 48U, 56U}) {
    RandomStream random(7, "bytes", shift);
    EXPECT_LT(ChiSquareOf256([&](int) { return random.Next() >> shift & 255U; }), 345) << shift;
    // The first number of neighbouring streams, as when every replicate has its own.
    EXPECT_LT(ChiSquareOf256([&](int i) { return RandomStream(7, "bytes", static_cast<std::uint64_t>(i)).Next() >> shift & 255U; }), 345) << shift;
    EXPECT_LT(ChiSquareOf256([&](int i) { return RandomStream(static_cast<std::uint64_t>(i)).Next() >> shift & 255U; }), 345) << shift;
  }
}

TEST(RandomStream, NeighbouringStreamsDoNotCorrelate) {
  constexpr int kDraws = 20000;
  for (std::uint64_t index = 0; index < 5; ++index) {
    RandomStream a(1, "x", index), b(1, "x", index + 1);
    double product = 0;
    for (int i = 0; i < kDraws; ++i) product += a.Normal() * b.Normal();
    EXPECT_LT(std::abs(product) / std::sqrt(kDraws), 4.5) << index;
  }
}

TEST(RandomStream, UniformStaysInItsInterval) {
  RandomStream random(3);
  double least = 1, most = 0;
  for (int i = 0; i < 100000; ++i) {
    const double u = random.Uniform();
    least = std::min(least, u);
    most = std::max(most, u);
  }
  EXPECT_GE(least, 0);
  EXPECT_LT(most, 1);
  EXPECT_LT(least, 2e-4);
  EXPECT_GT(most, 1 - 2e-4);
}

TEST(RandomStream, BelowKeepsItsBound) {
  RandomStream random(4);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(random.Below(1), 0U);
  constexpr std::uint64_t kBig = (std::uint64_t{1} << 63U) + 1;  // nearly half of all draws are rejected
  int upper = 0;
  for (int i = 0; i < 10000; ++i) {
    const std::uint64_t draw = random.Below(kBig);
    ASSERT_LT(draw, kBig);
    upper += draw > kBig / 2 ? 1 : 0;
  }
  EXPECT_NEAR(upper, 5000, 4.5 * 50);
}

TEST(RandomStream, PoissonHasItsProbabilities) {
  RandomStream random(5);
  constexpr int kDraws = 100000;
  std::array<int, 5> counts{};  // 0, 1, 2, 3, more
  for (int i = 0; i < kDraws; ++i) ++counts[std::min<std::size_t>(random.Poisson1(), 4)];
  const double p0 = std::exp(-1.0);
  const double p[] = {p0, p0, p0 / 2, p0 / 6, 1 - p0 * (2.5 + 1.0 / 6)};
  double chi = 0;
  for (std::size_t k = 0; k < 5; ++k) chi += std::pow(counts[k] - kDraws * p[k], 2) / (kDraws * p[k]);
  EXPECT_LT(chi, 23.5);  // 99.99 % with 4 degrees of freedom
}

TEST(RandomStream, ShuffleReachesEveryOrderEqually) {
  RandomStream random(6);
  std::array<int, 6> counts{};
  for (int i = 0; i < 60000; ++i) {
    std::array<int, 3> items = {0, 1, 2};
    random.Shuffle(std::span<int>(items));
    ++counts[static_cast<std::size_t>(items[0] * 2 + (items[1] > items[2] ? 1 : 0))];
  }
  double chi = 0;
  for (const int count : counts) chi += (count - 10000.0) * (count - 10000.0) / 10000.0;
  EXPECT_LT(chi, 25.7);  // 99.99 % with 5 degrees of freedom
  std::span<int> none;
  random.Shuffle(none);
}

}  // namespace
}  // namespace assay::base
