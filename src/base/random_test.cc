#include "base/random.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace assay::base
