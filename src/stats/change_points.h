// Level shifts and seasons in a series of period means whose neighbours may resemble each other.
//
// Statistic: the largest standardised difference of means between a stretch of periods and the rest (Levin, Kline 1985,
// doi:10.1002/sim.4780040102: one shift is a stretch that reaches an end), the noise taken as an AR(1) process
// x_t = phi x_(t-1) + e_t about the levels: long-run variance s^2 / (1 - phi)^2. A period of few rows is noisier than one of
// many and counts less. What the rows of a period scatter by themselves hides how long the rest lasts: where it is known, the series is
// taken as AR(1) plus that. The null distribution comes from series of the same length, phi and sizes of noise, with innovations drawn
// from the series' own (a residual bootstrap: Bühlmann 2002, doi:10.1214/ss/1023798998), that go through the same estimation, so that
// neither the search over splits nor the estimated phi nor a skewed outcome makes it report too often. Further changes are looked
// for inside the parts of a found one (circular binary segmentation: Olshen et al. 2004, doi:10.1093/biostatistics/kxh008).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "base/run_context.h"
#include "stats/interval.h"

namespace assay::stats {

// The mean of each period, in order of time. `rows` behind each: empty when they are about as many everywhere. `row_variance`: of
// independent rows about the mean of their period; 0 where it is not known.
struct PeriodMeans {
  std::span<const double> means;
  std::span<const std::int64_t> rows;
  double row_variance = 0;

  PeriodMeans(std::span<const double> m, std::span<const std::int64_t> r = {}, double variance = 0) : means(m), rows(r), row_variance(variance) {}
  PeriodMeans(const std::vector<double>& m) : means(m) {}
};

struct ChangePoint {
  std::size_t first = 0;  // index of the first period of the new level
  double p_value = 1;
};

struct ChangeOptions {
  // Level of the simulated test. That phi is estimated too makes the chance of reporting any change in a series without
  // one about one and a half times this (docs/statistics.md): at most 5 % with the default.
  double alpha = 0.03;
  std::size_t least_periods = 5; // on each side of a split
  int simulations = 999;
  std::uint64_t seed = 42;
};

// Change points in time order. Means are finite, periods equally long, rows at least 1. Fewer than 2 x least_periods + 2 values: none.
std::vector<ChangePoint> FindChangePoints(const PeriodMeans& series, const ChangeOptions& options = {});

struct SeasonTest {
  double p_value = 1;           // test of no season of this length, AR(1) noise allowed
  std::vector<double> effects;  // per position of the season, mean 0
};
// For series too long for the next: position of value t is (t + offset) mod period, and the level does not shift. kNumeric when the series has fewer than three whole seasons.
Result<SeasonTest> TestSeason(const PeriodMeans& series, std::size_t period, std::size_t offset, const ChangeOptions& options = {});
// The same where the level may shift. `position`: of each value within its season, 0 to num_positions - 1 (the month of a week). A shift
// hides a season as a season hides a shift: season and the best stretch's level are fitted together by least squares, and tested
// against simulated series that go through the same fit. Effects where p is at most `alpha`: about the shifts that are shown; else
// about the mean of all. Cost: n^2 / 2 steps a simulation. kNumeric when a position has fewer than three values, or the series
// fewer than 2 x least_periods + 2.
Result<SeasonTest> TestSeasonBesideShifts(const PeriodMeans& series, std::span<const std::size_t> position, std::size_t num_positions, const ChangeOptions& options = {});

// Mean of a stretch of a series whose neighbours may resemble each other: long-run variance of AR(1) noise, Student's t with
// as many degrees of freedom as there are independent values in it, n (1 - phi) / (1 + phi) (Bayley, Hammersley 1946,
// doi:10.2307/2983560), less one for the mean and one for phi. Treats the stretch as given: where its ends were chosen by the data, it is a little too narrow.
// kNumeric with fewer than three values.
Result<Interval> SeriesMean(std::span<const double> series, double level = 0.95);

// First autocorrelation, corrected for its small-sample bias (Marriott, Pope 1954), kept in [-0.5, 0.95].
double EstimatePhi(std::span<const double> residuals);

}  // namespace assay::stats
