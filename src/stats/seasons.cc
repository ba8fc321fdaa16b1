// What repeats in a series of period means: tests of a season.
#include <algorithm>
#include <cmath>

#include "stats/change_points.h"
#include "stats/internal/series_noise.h"
#include "stats/internal/stretches.h"

namespace assay::stats {

namespace {

using internal::NullSeries;
using internal::Scale;
using internal::Stretch;
using internal::Weighted;

// Of each value within its season, 0 to count - 1.
struct Positions {
  std::span<const std::size_t> of;
  std::size_t count;
};

// The mean of each position, about the mean of all.
std::vector<double> SeasonMeans(const Weighted& series, const Positions& position) {
  std::vector<double> sums(position.count, 0), weights(position.count, 0);
  for (std::size_t t = 0; t < series.values.size(); ++t) {
    sums[position.of[t]] += series.scale.weight[t] * series.values[t];
    weights[position.of[t]] += series.scale.weight[t];
  }
  const double mean = series.Mean();
  for (std::size_t k = 0; k < position.count; ++k) sums[k] = weights[k] > 0 ? sums[k] / weights[k] - mean : 0;
  return sums;
}

// Share of the variance between positions of the season, against what is left.
double SeasonStatistic(const Weighted& series, const Positions& position) {
  const std::vector<double> effects = SeasonMeans(series, position);
  const double mean = series.Mean();
  double between = 0, within = 0;
  for (std::size_t t = 0; t < series.values.size(); ++t) {
    const double effect = effects[position.of[t]], rest = series.values[t] - mean - effect;
    between += series.scale.weight[t] * effect * effect;
    within += series.scale.weight[t] * rest * rest;
  }
  return within > 0 ? between / within : (between > 0 ? 1e300 : 0);
}

// The values about their own level in each stretch that begins with a change.
std::vector<double> WithoutLevels(const Weighted& series, std::span<const ChangePoint> changes) {
  std::vector<double> about(series.values.begin(), series.values.end());
  for (std::size_t c = 0; c <= changes.size(); ++c) {
    const std::size_t first = c == 0 ? 0 : changes[c - 1].first, end = c == changes.size() ? about.size() : changes[c].first;
    const double level = series.Mean(first, end);
    for (std::size_t t = first; t < end; ++t) about[t] -= level;
  }
  return about;
}

Result<void> CheckPositions(const Positions& position) {
  std::vector<std::size_t> counts(position.count, 0);
  for (const std::size_t p : position.of) ++counts[p];
  for (const std::size_t count : counts) {
    if (count < 3) return Error{ErrorCode::kNumeric, "a season needs at least three values at each of its " + std::to_string(position.count) + " positions"};
  }
  return {};
}

// The stretch whose level and a season explain most together: FindStretch with the season's means taken off the series and off the
// stretch alike (least squares of both at once). Cost: n^2 / 2 steps.
Stretch FindStretchBesideSeason(const Weighted& series, const Positions& position, std::size_t least) {
  const std::size_t n = series.values.size();
  const std::vector<double> effects = SeasonMeans(series, position);
  const double mean = series.Mean();
  const std::vector<double>& weight = series.scale.weight;
  std::vector<double> left(n), weights(position.count, 0);
  for (std::size_t t = 0; t < n; ++t) {
    left[t] = weight[t] * (series.values[t] - mean - effects[position.of[t]]);
    weights[position.of[t]] += weight[t];
  }
  Stretch best;
  std::vector<double> inside(position.count);
  for (std::size_t first = 0; first + least <= n; first = first == 0 ? least : first + 1) {
    std::fill(inside.begin(), inside.end(), 0.0);
    double sum = 0, all = 0, told = 0;  // of the stretch; its weight; how much of its indicator the season tells
    for (std::size_t end = first + 1; end <= n; ++end) {
      const std::size_t k = position.of[end - 1];
      const double w = weight[end - 1];
      sum += left[end - 1];
      all += w;
      told += (2 * inside[k] + w) * w / weights[k];
      inside[k] += w;
      const std::size_t length = end - first;
      if (length < least || n - length < least || (end != n && n - end < least)) continue;
      const double free = all - told;
      const double score = free > 1e-9 * all ? sum * sum / free : 0;
      if (score > best.score) best = {first, end, score};
    }
  }
  return best;
}

struct SeasonAndLevels {
  std::vector<double> about;    // the series without the levels before, in and after the best stretch
  std::vector<double> rest;     // nor the season, standardised
  std::vector<double> effects;  // per position
  double shift = 0;             // how far the stretch lies from the rest
};

SeasonAndLevels FitSeasonAndLevels(const Weighted& series, const Positions& position, std::size_t least) {
  constexpr int kRounds = 20;  // of fitting one about the other: converges to least squares
  const Stretch stretch = FindStretchBesideSeason(series, position, least);
  const std::size_t n = series.values.size(), ends[] = {0, stretch.first, stretch.end, n};
  SeasonAndLevels fit{{series.values.begin(), series.values.end()}, std::vector<double>(n), std::vector<double>(position.count, 0), 0};
  const auto without_season = [&](std::span<const double> values) {
    for (std::size_t t = 0; t < n; ++t) fit.rest[t] = values[t] - fit.effects[position.of[t]];
  };
  for (int round = 0; round < kRounds; ++round) {
    without_season(series.values);
    for (int part = 0; part < 3; ++part) {
      const double level = Weighted{fit.rest, series.scale}.Mean(ends[part], ends[part + 1]);
      for (std::size_t t = ends[part]; t < ends[part + 1]; ++t) fit.about[t] = series.values[t] - level;
    }
    fit.effects = SeasonMeans({fit.about, series.scale}, position);
  }
  without_season(fit.about);
  fit.rest = series.Standardised(fit.rest);
  fit.shift = Standing(stretch, fit.rest);
  return fit;
}

}  // namespace

Result<SeasonTest> TestSeason(const PeriodMeans& series, std::size_t period, std::size_t offset, const ChangeOptions& options) {
  const std::size_t n = series.means.size();
  if (period < 2 || n < 3 * period) {
    return Error{ErrorCode::kNumeric, "a season of " + std::to_string(period) + " periods needs at least " + std::to_string(3 * period) + " periods, there are " + std::to_string(n)};
  }
  std::vector<std::size_t> of;
  for (std::size_t t = 0; t < n; ++t) of.push_back((t + offset) % period);
  if (!internal::Varies(series.means)) return SeasonTest{1, std::vector<double>(period, 0)};
  const Positions position{of, period};
  const Scale scale = internal::ScaleOf(series);
  const Weighted weighted{series.means, scale};
  SeasonTest test;
  test.effects = SeasonMeans(weighted, position);
  std::vector<double> rest(n);
  const double mean = weighted.Mean();
  for (std::size_t t = 0; t < n; ++t) rest[t] = series.means[t] - mean - test.effects[of[t]];
  const NullSeries null(weighted, EstimatePhi(weighted.Standardised(rest)));
  test.p_value = SimulatedP(SeasonStatistic(weighted, position), null, options, "season", [&](const Weighted& drawn) { return SeasonStatistic(drawn, position); });
  return test;
}

Result<SeasonTest> TestSeasonBesideShifts(const PeriodMeans& series, std::span<const std::size_t> position_of, std::size_t num_positions, const ChangeOptions& options) {
  const Positions position{position_of, num_positions};
  ASSAY_TRY(CheckPositions(position));
  const std::size_t n = series.means.size();
  if (n < 2 * options.least_periods + 2) return Error{ErrorCode::kNumeric, "a season beside shifts needs at least " + std::to_string(2 * options.least_periods + 2) + " values"};
  if (!internal::Varies(series.means)) return SeasonTest{1, std::vector<double>(num_positions, 0)};
  const Scale scale = internal::ScaleOf(series);
  const Weighted weighted{series.means, scale};
  const auto fit_to = [&](const Weighted& any) { return FitSeasonAndLevels(any, position, options.least_periods); };
  const auto season_of = [&](const SeasonAndLevels& fit) { return SeasonStatistic({fit.about, scale}, position); };
  const SeasonAndLevels fit = fit_to(weighted);
  NullSeries null(weighted, EstimatePhi(fit.rest));
  CorrectPhi(options, [&](const Weighted& drawn) { return EstimatePhi(fit_to(drawn).rest); }, &null);
  SeasonTest test;
  test.p_value = SimulatedP(season_of(fit), null, options, "season beside shifts", [&](const Weighted& drawn) { return season_of(fit_to(drawn)); });
  test.effects = SeasonMeans(weighted, position);
  if (test.p_value > options.alpha) return test;
  // A stretch that chance makes belongs to the season's noise: only one that is shown takes part in the effects.
  const double shifted = SimulatedP(fit.shift, null, options, "shift beside season", [&](const Weighted& drawn) { return fit_to(drawn).shift; });
  if (shifted > options.alpha) return test;
  // Shifts beyond the one that was fitted with it.
  std::vector<double> rest(n);
  for (std::size_t t = 0; t < n; ++t) rest[t] = series.means[t] - fit.effects[position.of[t]];
  const std::vector<ChangePoint> changes = FindChangePoints({rest, series.rows, series.row_variance}, options);
  test.effects = changes.size() > 1 ? SeasonMeans({WithoutLevels(weighted, changes), scale}, position) : fit.effects;
  return test;
}

}  // namespace assay::stats
