#include "stats/mcnemar.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "stats/distributions.h"

namespace assay::stats {

namespace {
constexpr std::int64_t kEnoughForChiSquared = 25;
}  // namespace

Disagreements CountDisagreements(std::span<const std::uint8_t> a_right, std::span<const std::uint8_t> b_right) {
  Disagreements counts;
  for (std::size_t i = 0; i < a_right.size(); ++i) {
    counts.only_a += a_right[i] > b_right[i] ? 1 : 0;
    counts.only_b += b_right[i] > a_right[i] ? 1 : 0;
  }
  return counts;
}

McNemarTest McNemarExact(const Disagreements& counts) {
  const std::int64_t disagreements = counts.only_a + counts.only_b;
  McNemarTest test;
  test.exact = true;
  test.statistic = static_cast<double>(std::min(counts.only_a, counts.only_b));
  test.p_value = disagreements == 0 ? std::nan("") : BinomialTwoSidedP(counts.only_a, disagreements);
  return test;
}

McNemarTest McNemarChiSquared(const Disagreements& counts) {
  const std::int64_t disagreements = counts.only_a + counts.only_b;
  McNemarTest test;
  if (disagreements == 0) {
    test.p_value = std::nan("");
    return test;
  }
  const auto gap = static_cast<double>(std::max<std::int64_t>(0, std::abs(counts.only_a - counts.only_b) - 1));
  test.statistic = gap * gap / static_cast<double>(disagreements);
  test.p_value = ChiSquareUpperP(test.statistic, 1);
  return test;
}

McNemarTest McNemar(const Disagreements& counts) {
  return counts.only_a + counts.only_b < kEnoughForChiSquared ? McNemarExact(counts) : McNemarChiSquared(counts);
}

}  // namespace assay::stats
