#include "stats/series_runs.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/random.h"
#include "stats/interval.h"

namespace assay::stats {
namespace {

TEST(SeriesRuns, FollowTheFormulas) {
  const SeriesRuns none = RunsOf(0, 100, 8);
  EXPECT_EQ(none.length, 1);
  EXPECT_EQ(none.widening, 1);
  EXPECT_EQ(none.independent, 100);
  // (2 r / (1 - r^2))^(2/3) n^(1/3) = (4/3)^(2/3) 1000^(1/3) = 12.11
  const SeriesRuns half = RunsOf(0.5, 1000, 8);
  EXPECT_EQ(half.length, 13);
  // r and its standard error: .5 + sqrt(.75 / 1000) = .5274; n (1 - r) / (1 + r) = 309.4
  EXPECT_NEAR(half.independent, 309.4, 0.1);
  EXPECT_EQ(RunsOf(0.5, 40, 8).length, 5) << "as many days as leave 8 runs";
  EXPECT_EQ(RunsOf(0.9, 15, 8).length, 1) << "too few for two days a run";
  // Two neighbouring runs of 2 of .5 + .0866: their sums have covariances r (1 + r)^2 and variances 2 + 2 r.
  const double likely = 0.5 + std::sqrt(0.75 / 100);
  EXPECT_NEAR(RunsOf(0.5, 100, 50).resemblance, likely * (1 + likely) * (1 + likely) / (2 + 2 * likely), 1e-12);
  double last = 1;
  for (const double r : {0.2, 0.4, 0.6, 0.8, 0.9}) {
    const double widening = RunsOf(r, 200, 8).widening;
    EXPECT_GT(widening, last) << r;
    last = widening;
  }
}

TEST(SeriesRuns, SeeWhatLastsUnderNoise) {
  EXPECT_EQ(LastingAutocorrelation({{0.16, 0.9, 0.9}}, 100), 0) << "the first is not seen: below 1.645 / 10";
  EXPECT_DOUBLE_EQ(LastingAutocorrelation({{0.5, 0.25, 0.125}}, 100), 0.5);
  EXPECT_DOUBLE_EQ(LastingAutocorrelation({{0.5, 0.36, 0.1}}, 100), 0.6) << "the third is not seen";
  EXPECT_NEAR(LastingAutocorrelation({{0.45, 0.405, 0.3645}}, 100), std::cbrt(0.3645), 1e-12);
  EXPECT_DOUBLE_EQ(LastingAutocorrelation({{0.5, 0.49, 0.48}}, 50), 0.5) << "too few values for a second lag";
  const double alternating[] = {1, -1, 1, -1, 1, -1};  // about 0: r_1 = -5/6, r_2 = 4/6, r_3 = -3/6, of six values
  const Autocorrelations r = AutocorrelationsOf(alternating);
  EXPECT_NEAR(r.lag[0], (-5.0 + 1) / 3, 1e-12);
  EXPECT_NEAR(r.lag[1], (4.0 + 1) / 3, 1e-12);
  EXPECT_NEAR(r.lag[2], (-3.0 + 1) / 3, 1e-12);
  EXPECT_EQ(AutocorrelationsOf(std::vector<double>(9, 2.0)).lag, Autocorrelations{}.lag);
}

// The mean of an AR(1) series by runs: its interval holds what it should, where that of days as if independent does not.
TEST(SeriesRuns, MakeIntervalsOfMeansHold) {
  constexpr int kRuns = 1000, kDays = 120;
  for (const double phi : {0.0, 0.3, 0.6, 0.8}) {
    int held = 0, held_by_day = 0;
    for (std::uint64_t run = 0; run < kRuns; ++run) {
      base::RandomStream random(run, "series of runs");
      std::vector<double> series;
      double value = random.Normal();
      for (int day = 0; day < kDays; ++day) series.push_back(value = phi * value + std::sqrt(1 - phi * phi) * random.Normal());
      double mean = 0;
      for (const double v : series) mean += v / kDays;
      const SeriesRuns runs = RunsOf(LastingAutocorrelation(AutocorrelationsOf(series), kDays), kDays, 8);
      const auto interval = [&](std::int64_t length, double widening) {
        const auto count = static_cast<std::size_t>(kDays / length);
        std::vector<double> sum(count, 0);
        for (std::size_t d = 0; d < series.size(); ++d) sum[d * count / series.size()] += series[d] - mean;
        double squares = 0;
        for (const double v : sum) squares += v * v;
        const auto g = static_cast<double>(count);
        return StudentInterval(mean, std::sqrt(widening * squares * g / (g - 1)) / kDays, g - 1, 0.95);
      };
      const Interval by_run = interval(runs.length, runs.widening), by_day = interval(1, 1);
      held += by_run.low <= 0 && 0 <= by_run.high ? 1 : 0;
      held_by_day += by_day.low <= 0 && 0 <= by_day.high ? 1 : 0;
    }
    std::printf("phi %.1f: by runs %.1f %%, by days %.1f %%\n", phi, 100.0 * held / kRuns, 100.0 * held_by_day / kRuns);
    EXPECT_GE(held, 920) << phi;
    if (phi >= 0.6) {
      EXPECT_LT(held_by_day, 800) << phi;
    }
  }
}

}  // namespace
}  // namespace assay::stats
