#include "stats/exact_sum.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "base/random.h"

namespace assay::stats {
namespace {

TEST(ExactSum, KeepsWhatDoublesLose) {
  ExactSum sum;
  for (const double value : {1e16, 1.0, -1e16}) sum.Add(value);
  EXPECT_EQ(sum.Value(), 1);  // in doubles 0
  ExactSum tenths;
  for (int i = 0; i < 1'000'000; ++i) tenths.Add(0.1);
  // 0.1 as a double is 1/10 + 5.55e-18: the sum of a million of them, rounded once.
  EXPECT_EQ(tenths.Value(), 100'000.0 + 5.551115123125783e-12);
  ExactSum times;
  times.Add(1'000'000, 0.1);
  EXPECT_EQ(times.Value(), tenths.Value());
}

TEST(ExactSum, DoesNotDependOnTheOrder) {
  base::RandomStream random(7, "exact sum");
  std::vector<double> values;
  for (int i = 0; i < 1000; ++i) values.push_back(std::exp(20 * random.Normal()));
  const auto sum_of = [](const std::vector<double>& all) {
    ExactSum sum;
    for (const double value : all) sum.Add(value);
    return sum.Value();
  };
  const double first = sum_of(values);
  for (int round = 0; round < 100; ++round) {
    random.Shuffle(std::span(values));
    EXPECT_EQ(sum_of(values), first);
  }
  std::sort(values.begin(), values.end(), std::greater<>());
  EXPECT_EQ(sum_of(values), first);
}

}  // namespace
}  // namespace assay::stats
