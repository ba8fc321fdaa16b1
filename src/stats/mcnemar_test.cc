#include "stats/mcnemar.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace assay::stats {
namespace {

TEST(McNemar, AgreesWithPublishedValues) {
  struct Case {
    const char* origin;
    std::int64_t only_a, only_b;
    bool exact;
    double statistic, p_value;
  };
  // mlxtend user guide "McNemar's test" and its tests; 11 to 1 is 26 / 4096 (statsmodels 0.15.0 mcnemar(exact=True) agrees).
  // Last three: statsmodels 0.15.0 mcnemar([[0, b], [c, 0]], exact=e, correction=True) on either side of 25 disagreements.
  const Case cases[] = {
      {"[[9945, 25], [15, 15]]", 25, 15, false, 2.025, 0.154728923485},
      {"11 to 1", 11, 1, true, 1, 0.00634765625},
      {"24 disagree", 17, 7, true, 7, 0.06391465663909912},
      {"25 disagree", 18, 7, false, 4.0, 0.04550026389635839},
      {"1 to 0", 1, 0, true, 0, 1.0},
  };
  for (const Case& c : cases) {
    const McNemarTest test = McNemar({c.only_a, c.only_b});
    EXPECT_EQ(test.exact, c.exact) << c.origin;
    EXPECT_NEAR(test.statistic, c.statistic, 1e-12) << c.origin;
    EXPECT_NEAR(test.p_value, c.p_value, 1e-12) << c.origin;
    EXPECT_EQ(McNemar({c.only_b, c.only_a}).p_value, test.p_value) << c.origin << ", exchanged";
  }
  // mlxtend tests/test_mcnemar_test.py, [[101, 121], [59, 33]], exact. In fractions it is 4.434449263755176e-06: the printed
  // value's digits after the thirteenth are its own rounding.
  EXPECT_NEAR(McNemarExact({121, 59}).p_value / 4.4344492637555101e-06, 1, 1e-12);
  EXPECT_NEAR(McNemarExact({121, 59}).p_value / 4.434449263755176e-06, 1, 1e-12);
}

TEST(McNemar, NothingToTestAndEqualCounts) {
  EXPECT_TRUE(std::isnan(McNemar({0, 0}).p_value));
  EXPECT_TRUE(std::isnan(McNemarChiSquared({0, 0}).p_value));
  EXPECT_EQ(McNemar({3, 3}).p_value, 1);
  EXPECT_EQ(McNemar({50, 50}).p_value, 1);
  EXPECT_EQ(McNemar({50, 50}).statistic, 0);
  EXPECT_EQ(McNemar({50, 51}).p_value, 1);
}

TEST(McNemar, CountsRowsThatOnlyOneGetsRight) {
  const std::vector<std::uint8_t> a = {1, 1, 0, 0, 1}, b = {1, 0, 1, 0, 0};
  const Disagreements counts = CountDisagreements(a, b);
  EXPECT_EQ(counts.only_a, 2);
  EXPECT_EQ(counts.only_b, 1);
}

}  // namespace
}  // namespace assay::stats
