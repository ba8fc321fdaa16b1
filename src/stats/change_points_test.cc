#include "stats/change_points.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>

#include "base/random.h"
#include "stats/cluster_mean.h"

namespace assay::stats {
namespace {

std::vector<double> Ar1(std::size_t n, double phi, std::uint64_t seed) {
  base::RandomStream random(seed, "test series");
  std::vector<double> series(n);
  double value = random.Normal() / std::sqrt(1 - phi * phi);
  for (double& x : series) {
    x = value;
    value = phi * value + random.Normal();
  }
  return series;
}

// At most 5 % of null series may report a change: of 500 with ASSAY_LONG=1, else of 120, where a rate of .05 gives more
// than 11 in 2 % of cases (fixed seeds: this either holds or does not).
TEST(FindChangePoints, NullSeriesRarelyReportAChange) {
  const bool whole = std::getenv("ASSAY_LONG") != nullptr;
  ChangeOptions options;
  options.simulations = whole ? 999 : 199;
  struct Case {
    std::size_t n;
    double phi;
  };
  for (const Case c : {Case{24, 0.0}, Case{60, 0.3}, Case{120, 0.5}, Case{182, 0.7}}) {
    const int runs = whole ? 500 : 120;
    int reported = 0;
    for (int r = 0; r < runs; ++r) {
      options.seed = static_cast<std::uint64_t>(1000 + r);
      if (!FindChangePoints(Ar1(c.n, c.phi, static_cast<std::uint64_t>(r) * 7919 + c.n), options).empty()) ++reported;
    }
    std::printf("n %zu phi %.1f: %d of %d null series report a change\n", c.n, c.phi, reported, runs);
    EXPECT_LE(reported, whole ? 25 : 11) << "n " << c.n << " phi " << c.phi;
  }
}

// 120 periods without shift or season whose noise is neither equal nor normal.
struct Uneven {
  const char* name;
  std::function<std::int64_t(int)> rows;  // of a period
  std::function<double(base::RandomStream*)> draw;  // of a row
  double phi = 0;                                   // of what the rows of a period share, AR(1) with innovations of deviation 1
  int most_of_500 = 25;
};

// As above, of each design. Of the season tests 120 x .05 = 6; more than 13 come by chance in 4 of 1,000.
TEST(FindChangePoints, UnevenAndSkewedNoiseIsNoChangeAndNoSeason) {
  const bool whole = std::getenv("ASSAY_LONG") != nullptr;
  const int runs = whole ? 500 : 120;
  const auto rare = [](base::RandomStream* random) { return random->Uniform() < 0.1 ? 1.0 : 0.0; };
  const Uneven designs[] = {
      {"ever more rows, one in ten", [](int t) { return 1 + t; }, rare},
      {"very skewed", [](int) { return 20; }, [](base::RandomStream* random) { return std::exp(2 * random->Normal()); }},
      {"few rows on Sundays", [](int t) { return t % 7 == 6 ? 2 : 60; }, [](base::RandomStream* random) { return random->Normal(); }},
      {"five rows, one in ten", [](int) { return 5; }, rare},
      // What lasts is hard to tell from what scatters: 7 % (docs/statistics.md), which 45 leaves room for.
      {"lasting days under rows that scatter more", [](int t) { return 1 + t * 7919 % 40; }, [](base::RandomStream* random) { return 6 * random->Normal(); }, 0.7, 45},
      {"the same, 20 rows a day", [](int) { return 20; }, [](base::RandomStream* random) { return 6 * random->Normal(); }, 0.7},
  };
  std::vector<std::size_t> weekday;
  for (std::size_t t = 0; t < 120; ++t) weekday.push_back(t % 7);
  for (const Uneven& design : designs) {
    int changes = 0, seasons = 0, beside = 0;
    for (int r = 0; r < runs; ++r) {
      base::RandomStream random(static_cast<std::uint64_t>(r), design.name);
      std::vector<double> means;
      std::vector<std::int64_t> rows;
      const std::vector<double> shared = Ar1(120, design.phi, static_cast<std::uint64_t>(r) + 5000);
      double squares = 0, degrees = 0;
      for (int t = 0; t < 120; ++t) {
        rows.push_back(design.rows(t));
        std::vector<double> values;
        double sum = 0;
        for (std::int64_t i = 0; i < rows.back(); ++i) values.push_back((design.phi > 0 ? shared[static_cast<std::size_t>(t)] : 0) + design.draw(&random));
        for (const double v : values) sum += v;
        means.push_back(sum / static_cast<double>(rows.back()));
        for (const double v : values) squares += (v - means.back()) * (v - means.back());
        degrees += static_cast<double>(rows.back()) - 1;
      }
      const PeriodMeans series(means, rows, squares / degrees);
      const ChangeOptions options{.simulations = 199, .seed = static_cast<std::uint64_t>(1000 + r)};
      changes += FindChangePoints(series, options).empty() ? 0 : 1;
      seasons += TestSeason(series, 7, 0, options)->p_value <= 0.05 ? 1 : 0;
      beside += TestSeasonBesideShifts(series, weekday, 7, options)->p_value <= 0.05 ? 1 : 0;
    }
    std::printf("%s: of %d nulls %d report a change, %d a season, %d a season beside shifts\n", design.name, runs, changes, seasons, beside);
    EXPECT_LE(changes, whole ? design.most_of_500 : design.most_of_500 > 25 ? 16 : 11) << design.name;
    EXPECT_LE(seasons, whole ? 38 : 13) << design.name;
    EXPECT_LE(beside, whole ? 38 : 13) << design.name;
  }
}

TEST(FindChangePoints, WhatVariesByRoundingAloneIsConstant) {
  std::vector<std::size_t> weekday;
  for (std::size_t t = 0; t < 120; ++t) weekday.push_back(t % 7);
  for (const double value : {0.1, 1.0 / 3, 1e9 + 0.1, -7e-20}) {
    std::vector<double> series(120, value);
    for (std::size_t t = 0; t < series.size(); t += 2) series[t] = std::nextafter(value, 2 * value);
    EXPECT_TRUE(FindChangePoints(series).empty()) << value;
    EXPECT_EQ(TestSeason(series, 7, 0)->p_value, 1) << value;
    EXPECT_EQ(TestSeasonBesideShifts(series, weekday, 7)->p_value, 1) << value;
    for (std::size_t t = 60; t < 120; ++t) series[t] += value;
    const std::vector<ChangePoint> found = FindChangePoints(series);
    ASSERT_EQ(found.size(), 1U) << value;
    EXPECT_EQ(found[0].first, 60U);
  }
}

TEST(FindChangePoints, NeitherTheUnitNorTheNumberOfEqualRowsMatters) {
  std::vector<double> series = Ar1(90, 0.3, 4);
  for (std::size_t t = 50; t < 90; ++t) series[t] += 3;
  std::vector<double> in_cents;
  for (const double v : series) in_cents.push_back(1024 * v);
  const std::vector<std::int64_t> rows(90, 17);
  const std::vector<ChangePoint> found = FindChangePoints(series);
  ASSERT_EQ(found.size(), 1U);
  for (const PeriodMeans& same : {PeriodMeans(in_cents), PeriodMeans(series, rows)}) {
    const std::vector<ChangePoint> again = FindChangePoints(same);
    ASSERT_EQ(again.size(), 1U);
    EXPECT_EQ(again[0].first, found[0].first);
    EXPECT_EQ(again[0].p_value, found[0].p_value);
  }
}

TEST(FindChangePoints, PlantedShiftsAreFoundWithinTwoPeriods) {
  struct Case {
    std::size_t n, at;
    double phi, shift;
  };
  for (const Case c : {Case{60, 30, 0.0, 4.0}, Case{120, 40, 0.3, 5.0}, Case{182, 100, 0.5, 7.0}, Case{182, 20, 0.3, 6.0}}) {
    int found = 0;
    for (std::uint64_t r = 0; r < 40; ++r) {
      std::vector<double> series = Ar1(c.n, c.phi, r + 5000);
      for (std::size_t t = c.at; t < c.n; ++t) series[t] += c.shift;
      for (const ChangePoint& change : FindChangePoints(series, {.simulations = 199})) {
        if (change.first + 2 >= c.at && change.first <= c.at + 2) {
          ++found;
          break;
        }
      }
    }
    EXPECT_GE(found, 38) << "n " << c.n << " phi " << c.phi << " shift " << c.shift;
  }
}

TEST(SeriesMean, CoversWhereNeighboursResembleEachOther) {
  for (const auto& [n, phi] : {std::pair{30, 0.0}, std::pair{30, 0.4}, std::pair{100, 0.4}, std::pair{180, 0.7}}) {
    int covered = 0, as_if_independent = 0;
    constexpr int kRuns = 1000;
    for (std::uint64_t run = 0; run < kRuns; ++run) {
      base::RandomStream random(run, "series mean");
      std::vector<double> series;
      double value = random.Normal() / std::sqrt(1 - phi * phi);
      for (int t = 0; t < n; ++t) {
        series.push_back(value);
        value = phi * value + random.Normal();
      }
      const Interval ours = *SeriesMean(series), plain = *ClusterMean(series, {});
      covered += ours.low <= 0 && 0 <= ours.high ? 1 : 0;
      as_if_independent += plain.low <= 0 && 0 <= plain.high ? 1 : 0;
    }
    std::printf("mean of %d periods, phi %.1f: covered %.1f %% (as if independent %.1f %%)\n", n, phi, 100.0 * covered / kRuns, 100.0 * as_if_independent / kRuns);
    EXPECT_GE(covered, 930) << n << " " << phi;
    EXPECT_LE(covered, 980) << n << " " << phi;
  }
  EXPECT_FALSE(SeriesMean(std::vector<double>{1, 2}));
}

TEST(FindChangePoints, TwoShiftsAreBothFound) {
  std::vector<double> series = Ar1(150, 0.2, 77);
  for (std::size_t t = 50; t < 100; ++t) series[t] += 6;
  const std::vector<ChangePoint> found = FindChangePoints(series);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_NEAR(static_cast<double>(found[0].first), 50, 2);
  EXPECT_NEAR(static_cast<double>(found[1].first), 100, 2);
}

TEST(FindChangePoints, ShortAndConstantSeriesHaveNone) {
  EXPECT_TRUE(FindChangePoints(std::vector<double>{1, 2, 3}).empty());
  EXPECT_TRUE(FindChangePoints(std::vector<double>(50, 3.5)).empty());
}

TEST(TestSeason, FindsAWeekAndKeepsItsLevelOnNulls) {
  std::vector<double> series = Ar1(84, 0.3, 9);
  for (std::size_t t = 0; t < series.size(); ++t) series[t] += t % 7 == 5 ? 3 : 0;
  EXPECT_LT(TestSeason(series, 7, 0)->p_value, 0.01);
  int reported = 0;
  for (std::uint64_t r = 0; r < 200; ++r) reported += TestSeason(Ar1(84, 0.4, r + 300), 7, 0, {.simulations = 199})->p_value <= 0.05 ? 1 : 0;
  EXPECT_LE(reported, 18);  // 200 x .05 = 10; 99.5 % of such counts are at most 18
  EXPECT_FALSE(TestSeason(series, 40, 0));
}

// A season of a year in weeks, by twelfths, beside one shift of its own size: each hides the other where it is taken off alone. With
// ASSAY_LONG=1 120 series instead of 10.
TEST(TestSeason, IsFoundBesideAShiftAndTheShiftBesideIt) {
  constexpr std::size_t kWeeks = 171, kShift = 68;
  std::vector<std::size_t> position;
  for (std::size_t t = 0; t < kWeeks; ++t) position.push_back(t * 12 / 52 % 12);
  const int runs = std::getenv("ASSAY_LONG") != nullptr ? 120 : 10;
  for (const double shift : {0.0, 3.0}) {
    int right = 0;
    for (int r = 0; r < runs; ++r) {
      std::vector<double> series = Ar1(kWeeks, 0.2, static_cast<std::uint64_t>(r) + 70);
      for (std::size_t t = 0; t < kWeeks; ++t) series[t] += 2 * std::sin(2 * 3.14159265358979 * static_cast<double>(t) / 52) + (t >= kShift ? shift : 0);
      const Result<SeasonTest> season = TestSeasonBesideShifts(series, position, 12, {.simulations = 199});
      ASSERT_TRUE(season) << season.error().message;
      EXPECT_LE(season->p_value, 0.01);
      for (std::size_t t = 0; t < kWeeks; ++t) series[t] -= season->effects[position[t]];
      const std::vector<ChangePoint> changes = FindChangePoints(series);
      right += shift > 0 ? changes.size() == 1 && changes[0].first >= kShift - 2 && changes[0].first <= kShift + 2 : changes.empty();
    }
    std::printf("a season of the year and a shift of %.0f: %d of %d series report just that\n", shift, right, runs);
    EXPECT_GE(right, runs * 9 / 10) << shift;
  }
  EXPECT_FALSE(TestSeasonBesideShifts(std::vector<double>(8, 1.0), std::vector<std::size_t>(8, 0), 2));
}

// 200 x .05 = 10; 99.5 % of such counts are at most 18. With ASSAY_LONG=1 500 of each: at most 38.
TEST(TestSeason, BesideShiftsKeepsItsLevelOnNulls) {
  const bool whole = std::getenv("ASSAY_LONG") != nullptr;
  std::vector<std::size_t> position;
  for (std::size_t t = 0; t < 84; ++t) position.push_back(t % 7);
  for (const double phi : {0.0, 0.4, 0.7}) {
    int reported = 0;
    const int runs = whole ? 500 : 200;
    for (int r = 0; r < runs; ++r) reported += TestSeasonBesideShifts(Ar1(84, phi, static_cast<std::uint64_t>(r) + 300), position, 7, {.simulations = 199})->p_value <= 0.05 ? 1 : 0;
    std::printf("season beside shifts, phi %.1f: %d of %d nulls reported\n", phi, reported, runs);
    EXPECT_LE(reported, whole ? 38 : 18) << phi;
  }
}

}  // namespace
}  // namespace assay::stats
