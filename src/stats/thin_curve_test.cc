#include "stats/thin_curve.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

namespace assay::stats {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

TEST(ThinCurve, Cases) {
  struct Case {
    std::string name;
    std::vector<double> y;
    std::vector<bool> anchors;
    double tolerance;
    std::vector<std::size_t> kept;
    double largest_error;
  };
  const std::vector<Case> cases = {
      {"nothing", {}, {}, 1, {}, 0},
      {"one point", {5}, {}, 1, {0}, 0},
      {"a straight line needs its ends", {0, 1, 2, 3, 4}, {}, 0, {0, 4}, 0},
      {"a corner stays", {0, 0, 4, 0, 0}, {}, 0.1, {0, 1, 2, 3, 4}, 0},
      {"a bump within the tolerance goes, and is stated", {0, 0.5, 0}, {}, 0.5, {0, 2}, 0.5},
      {"an anchor stays", {0, 0, 0, 0}, {false, true, false, false}, 1, {0, 1, 3}, 0},
      {"a gap and its neighbours stay", {0, 0, 0, kNone, 0, 0, 0}, {}, 1, {0, 2, 3, 4, 6}, 0},
      {"no finite value at all: nothing to misread", {kNone, kNone, kNone}, {}, 1, {0, 2}, 0},
  };
  for (const Case& c : cases) {
    std::vector<double> x(c.y.size());
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<double>(i);
    const std::vector<std::span<const double>> series = {c.y};
    const ThinnedCurve thinned = ThinCurve(x, series, c.anchors, c.tolerance);
    EXPECT_EQ(thinned.kept, c.kept) << c.name;
    EXPECT_EQ(thinned.largest_error, c.largest_error) << c.name;
  }
}

// The law that the report states: no point is farther from the drawn lines than the error that is named, and some point is that far.
TEST(ThinCurve, TheStatedErrorIsTheLargest) {
  std::vector<double> x, mean, low, high;
  for (int i = 0; i < 5000; ++i) {
    x.push_back(i * 1.5);
    mean.push_back(std::sin(i * 0.01) + 0.1 * std::sin(i * 1.7));
    low.push_back(mean.back() - 0.2 - 0.05 * std::cos(i * 0.3));
    high.push_back(mean.back() + 0.2);
  }
  const std::vector<std::span<const double>> series = {mean, low, high};
  for (const std::size_t most : {2000U, 300U, 40U}) {
    const ThinnedCurve thinned = ThinCurveToFit(x, series, {}, most);
    EXPECT_LE(thinned.kept.size(), most);
    ASSERT_GE(thinned.kept.size(), 2U);
    double largest = 0;
    for (std::size_t k = 0; k + 1 < thinned.kept.size(); ++k) {
      const std::size_t from = thinned.kept[k], to = thinned.kept[k + 1];
      for (std::size_t i = from; i <= to; ++i) {
        for (const auto& y : series) largest = std::max(largest, std::abs(y[i] - (y[from] + (x[i] - x[from]) / (x[to] - x[from]) * (y[to] - y[from]))));
      }
    }
    EXPECT_NEAR(thinned.largest_error, largest, 1e-12) << most;
  }
  EXPECT_EQ(ThinCurveToFit(x, series, {}, 5000).largest_error, 0);
}

}  // namespace
}  // namespace assay::stats
