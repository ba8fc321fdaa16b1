#include "slices/internal/loss_bands.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/random.h"
#include "slices/internal/row_bits.h"

namespace assay::slices {
namespace {

// The best score of any subset with at least `least` rows takes the largest losses; every size is tried.
double BestSubset(const LossBands& bands, std::vector<double> losses, std::int64_t least) {
  std::sort(losses.begin(), losses.end(), std::greater<>());
  double best = -std::numeric_limits<double>::infinity(), sum = 0;
  for (std::size_t s = 0; s < losses.size(); ++s) {
    sum += bands.FromGiven(losses[s]);
    const auto size = static_cast<std::int64_t>(s + 1);
    if (size >= least) best = std::max(best, bands.ScoreOf(sum, size));
  }
  return best;
}

TEST(LossBands, BoundsHoldAndAreTight) {
  base::RandomStream random(3, "loss bands");
  for (int round = 0; round < 600; ++round) {
    const std::size_t n = 1 + random.Below(300);
    const bool few = round % 3 == 0;
    std::vector<double> losses;
    for (std::size_t i = 0; i < n; ++i) losses.push_back(few ? static_cast<double>(random.Below(4)) : random.Below(3) == 0 ? 0 : std::exp(2 * random.Normal()));
    const auto least = static_cast<std::int64_t>(1 + random.Below(n));
    const double alpha = round % 2 == 0 ? 0.95 : 0.6;
    const LossBands bands(losses, alpha, least);
    if (bands.total() <= 0) continue;
    for (int set = 0; set < 10; ++set) {
      std::vector<std::uint64_t> rows(bands.num_words(), 0);
      std::vector<double> chosen;
      const std::uint64_t odds = 1 + random.Below(6);
      for (std::size_t i = 0; i < n; ++i) {
        if (random.Below(odds) != 0) continue;
        rows[bands.position()[i] / 64] |= std::uint64_t{1} << (bands.position()[i] % 64);
        chosen.push_back(losses[i]);
      }
      const Profile profile = bands.ProfileOf(rows.data());
      const auto size = static_cast<std::int64_t>(chosen.size());
      ASSERT_EQ(bands.SizeOf(profile), size);
      double sum = 0;
      for (const double loss : chosen) sum += loss;
      EXPECT_NEAR(bands.ToGiven(bands.LossSum(rows.data())), sum, 1e-12 * (1 + sum));
      EXPECT_EQ(bands.ToGiven(bands.LossMax(rows.data())), chosen.empty() ? 0 : *std::max_element(chosen.begin(), chosen.end()));
      const double best = BestSubset(bands, chosen, least);
      const double bound = bands.SubsetBound(profile);
      if (size < least) {
        EXPECT_EQ(bound, best);  // none
        continue;
      }
      EXPECT_GE(bound, best - 1e-9 * (1 + std::abs(best)));
      EXPECT_GE(bands.ScoreBound(profile), bands.ScoreOf(bands.FromGiven(sum), size) - 1e-9);
      if (few) {
        EXPECT_NEAR(bound, best, 1e-9 * (1 + std::abs(best)));
        EXPECT_NEAR(bands.ScoreBound(profile), bands.ScoreOf(bands.FromGiven(sum), size), 1e-9);
      }
    }
  }
}

TEST(LossBands, CountsAgreeWithAPlainLoop) {
  base::RandomStream random(5, "row bits");
  for (std::size_t words = 0; words < 70; ++words) {
    std::vector<std::uint64_t> a(words), b(words);
    std::uint32_t both = 0, in_a = 0;
    for (std::size_t w = 0; w < words; ++w) {
      a[w] = random.Next();
      b[w] = random.Next();
      for (int bit = 0; bit < 64; ++bit) {
        both += static_cast<std::uint32_t>(a[w] >> bit & b[w] >> bit & 1U);
        in_a += static_cast<std::uint32_t>(a[w] >> bit & 1U);
      }
    }
    EXPECT_EQ(CountBoth(a.data(), b.data(), words), both);
    EXPECT_EQ(CountBits(a.data(), words), in_a);
  }
}

TEST(LossBands, HashesTellRowsApart) {
  std::vector<std::uint64_t> rows(40, 0);
  std::vector<RowsHash> hashes;
  for (std::size_t bit = 0; bit < rows.size() * 64; ++bit) {
    rows[bit / 64] ^= std::uint64_t{1} << (bit % 64);
    hashes.push_back(HashRows(rows.data(), rows.size()));
    rows[bit / 64] ^= std::uint64_t{1} << (bit % 64);
  }
  hashes.push_back(HashRows(rows.data(), rows.size()));
  std::sort(hashes.begin(), hashes.end());
  EXPECT_EQ(std::adjacent_find(hashes.begin(), hashes.end()), hashes.end());
}

// One loss that is most of the total does not use up the bands.
TEST(LossBands, AHeavyTailLeavesBandsForTheRest) {
  std::vector<double> losses(10'000, 0);
  for (std::size_t i = 0; i < losses.size(); ++i) losses[i] = 1 + static_cast<double>(i) / 10'000;
  losses[77] = 1e9;
  const LossBands bands(losses, 0.95, 100);
  EXPECT_EQ(bands.num_bands(), kMostBands - 1);
  std::size_t largest = 0;
  for (std::size_t b = 0; b < bands.num_bands(); ++b) largest = std::max(largest, bands.begin_word(b + 1) - bands.begin_word(b));
  EXPECT_LT(largest * 64, losses.size() / 5);
}

}  // namespace
}  // namespace assay::slices
