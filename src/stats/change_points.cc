#include "stats/change_points.h"

#include <algorithm>
#include <cmath>

#include "base/random.h"
#include "stats/monte_carlo_p.h"

namespace assay::stats {

namespace {

// A stretch [first, end) whose mean differs most from the mean of the rest; one of its ends may be the series' end.
struct BestStretch {
  std::size_t first = 0, end = 0;
  double statistic = 0;  // standardised by the noise of the residuals about the levels
};

double MeanOf(std::span<const double> values) {
  double sum = 0;
  for (const double v : values) sum += v;
  return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

double LongRunDeviation(std::span<const double> residuals) {
  const double phi = EstimatePhi(residuals);
  double squares = 0;
  for (std::size_t i = 1; i < residuals.size(); ++i) {
    const double innovation = residuals[i] - phi * residuals[i - 1];
    squares += innovation * innovation;
  }
  const double degrees = std::max(1.0, static_cast<double>(residuals.size()) - 3.0);
  return std::sqrt(squares / degrees) / (1 - phi);
}

// The series minus the mean of each of its up to three parts.
std::vector<double> AboutLevels(std::span<const double> series, const BestStretch& stretch) {
  std::vector<double> residuals(series.begin(), series.end());
  const std::size_t ends[] = {0, stretch.first, stretch.end, series.size()};
  for (int part = 0; part < 3; ++part) {
    const double level = MeanOf(series.subspan(ends[part], ends[part + 1] - ends[part]));
    for (std::size_t i = ends[part]; i < ends[part + 1]; ++i) residuals[i] -= level;
  }
  return residuals;
}

// max over stretches of |mean inside - mean outside| * sqrt(m (n - m) / n): the stretch first, then the noise about it.
// Cost: n^2 / 2 steps.
BestStretch FindBestStretch(std::span<const double> series, std::size_t least) {
  const std::size_t n = series.size();
  std::vector<double> sums(n + 1, 0.0);
  for (std::size_t i = 0; i < n; ++i) sums[i + 1] = sums[i] + series[i];
  std::vector<double> weight(n + 1, 0.0);  // squared score = gap^2 * weight[m], gap = sum inside - m * mean of all
  const auto total = static_cast<double>(n);
  for (std::size_t m = 1; m < n; ++m) {
    const auto inside = static_cast<double>(m);
    weight[m] = total / (inside * (total - inside));
  }
  const double mean = sums[n] / total;
  BestStretch best;
  double largest = -1;
  for (std::size_t first = 0; first + least <= n; first = first == 0 ? least : first + 1) {
    for (std::size_t end = first + least; end <= n; ++end) {
      const std::size_t inside = end - first;
      if (n - inside < least || (end != n && n - end < least)) continue;
      const double gap = sums[end] - sums[first] - static_cast<double>(inside) * mean;
      const double score = gap * gap * weight[inside];
      if (score > largest) {
        largest = score;
        best.first = first;
        best.end = end;
      }
    }
  }
  if (largest <= 0) return best;
  const double deviation = LongRunDeviation(AboutLevels(series, best));
  // A series that is constant within its parts has no noise at all.
  best.statistic = deviation > 0 ? std::sqrt(largest) / deviation : 1e300;
  return best;
}

std::vector<double> SimulateAr1(std::size_t n, double phi, base::RandomStream* random) {
  std::vector<double> series(n);
  double value = random->Normal() / std::sqrt(1 - phi * phi);
  for (double& x : series) {
    x = value;
    value = phi * value + random->Normal();
  }
  return series;
}

// Share of simulated series with at least this statistic; stops early when it is clear that p > alpha.
template <class Statistic>
double SimulatedP(double observed, std::size_t n, double phi, const ChangeOptions& options, std::string_view purpose, const Statistic& statistic) {
  int as_large = 0;
  const int enough = static_cast<int>(options.alpha * options.simulations * 4) + 10;
  for (int b = 0; b < options.simulations; ++b) {
    base::RandomStream random(options.seed, purpose, static_cast<std::uint64_t>(b));
    if (statistic(SimulateAr1(n, phi, &random)) >= observed) ++as_large;
    if (as_large >= enough) return MonteCarloP(as_large, b + 1, enough);
  }
  return MonteCarloP(as_large, options.simulations, enough);
}

// The phi whose simulated series show, on average, the phi that was observed about what was fitted: fitting levels and seasons
// that are not there takes correlation away, more so in short series.
template <class Estimate>
double UnbiasedPhi(double observed, std::size_t n, const ChangeOptions& options, const Estimate& estimate) {
  constexpr int kSimulations = 100;
  double phi = observed;
  for (int round = 0; round < 2; ++round) {
    double sum = 0;
    for (int b = 0; b < kSimulations; ++b) {
      base::RandomStream random(options.seed, "phi", static_cast<std::uint64_t>(b));
      const std::vector<double> series = SimulateAr1(n, phi, &random);
      sum += estimate(series);
    }
    phi = std::clamp(phi + observed - sum / kSimulations, -0.5, 0.95);
  }
  return phi;
}

void Segment(std::span<const double> series, std::size_t offset, const ChangeOptions& options, std::vector<ChangePoint>* found) {
  if (series.size() < 2 * options.least_periods + 2) return;
  const BestStretch best = FindBestStretch(series, options.least_periods);
  if (best.statistic <= 0) return;
  const double phi = UnbiasedPhi(EstimatePhi(AboutLevels(series, best)), series.size(), options,
                                 [&](const std::vector<double>& simulated) { return EstimatePhi(AboutLevels(simulated, FindBestStretch(simulated, options.least_periods))); });
  const double p = SimulatedP(best.statistic, series.size(), phi, options, "change points",
                              [&](const std::vector<double>& simulated) { return FindBestStretch(simulated, options.least_periods).statistic; });
  // The fewer periods, the more the estimated phi scatters and the more the test would report.
  const auto periods = static_cast<double>(series.size());
  if (p > options.alpha * periods / (periods + 8)) return;
  Segment(series.subspan(0, best.first), offset, options, found);
  if (best.first > 0) found->push_back({offset + best.first, p});
  Segment(series.subspan(best.first, best.end - best.first), offset + best.first, options, found);
  if (best.end < series.size()) found->push_back({offset + best.end, p});
  Segment(series.subspan(best.end), offset + best.end, options, found);
}

std::vector<double> SeasonMeans(std::span<const double> series, std::span<const std::size_t> position, std::size_t num_positions) {
  std::vector<double> sums(num_positions, 0), counts(num_positions, 0);
  for (std::size_t t = 0; t < series.size(); ++t) {
    sums[position[t]] += series[t];
    counts[position[t]] += 1;
  }
  const double mean = MeanOf(series);
  for (std::size_t k = 0; k < num_positions; ++k) sums[k] = counts[k] > 0 ? sums[k] / counts[k] - mean : 0;
  return sums;
}

// Share of the variance between positions of the season, against the innovations of what is left.
double SeasonStatistic(std::span<const double> series, std::span<const std::size_t> position, std::size_t num_positions) {
  const std::vector<double> effects = SeasonMeans(series, position, num_positions);
  const double mean = MeanOf(series);
  double between = 0, within = 0;
  for (std::size_t t = 0; t < series.size(); ++t) {
    const double effect = effects[position[t]];
    between += effect * effect;
    const double rest = series[t] - mean - effect;
    within += rest * rest;
  }
  return within > 0 ? between / within : (between > 0 ? 1e300 : 0);
}

// The series about its own level in each stretch that begins with a change.
std::vector<double> WithoutLevels(std::span<const double> series, std::span<const ChangePoint> changes) {
  std::vector<double> about(series.begin(), series.end());
  for (std::size_t c = 0; c <= changes.size(); ++c) {
    const std::size_t first = c == 0 ? 0 : changes[c - 1].first, end = c == changes.size() ? series.size() : changes[c].first;
    const double level = MeanOf(series.subspan(first, end - first));
    for (std::size_t t = first; t < end; ++t) about[t] -= level;
  }
  return about;
}

Result<void> CheckPositions(std::span<const std::size_t> position, std::size_t num_positions) {
  std::vector<std::size_t> counts(num_positions, 0);
  for (const std::size_t p : position) ++counts[p];
  for (const std::size_t count : counts) {
    if (count < 3) return Error{ErrorCode::kNumeric, "a season needs at least three values at each of its " + std::to_string(num_positions) + " positions"};
  }
  return {};
}

// The stretch whose level and a season explain most together: FindBestStretch with the season's means taken off the series and
// off the stretch alike (least squares of both at once). Cost: n^2 / 2 steps.
BestStretch BestStretchBesideSeason(std::span<const double> series, std::span<const std::size_t> position, std::size_t num_positions, std::size_t least) {
  const std::size_t n = series.size();
  const std::vector<double> effects = SeasonMeans(series, position, num_positions);
  const double mean = MeanOf(series);
  std::vector<double> left(n), share(num_positions, 0);
  for (std::size_t t = 0; t < n; ++t) {
    left[t] = series[t] - mean - effects[position[t]];
    share[position[t]] += 1;
  }
  for (double& s : share) s = s > 0 ? 1 / s : 0;
  BestStretch best;
  std::vector<double> inside(num_positions);
  for (std::size_t first = 0; first + least <= n; first = first == 0 ? least : first + 1) {
    std::fill(inside.begin(), inside.end(), 0.0);
    double sum = 0, told = 0;  // of the stretch; of its indicator by the season
    for (std::size_t end = first + 1; end <= n; ++end) {
      const std::size_t k = position[end - 1];
      sum += left[end - 1];
      told += (2 * inside[k] + 1) * share[k];
      inside[k] += 1;
      const std::size_t length = end - first;
      if (length < least || n - length < least || (end != n && n - end < least)) continue;
      const double free = static_cast<double>(length) - told;
      const double score = free > 1e-9 ? sum * sum / free : 0;
      if (score > best.statistic) best = {first, end, score};
    }
  }
  return best;
}

struct SeasonAndLevels {
  std::vector<double> about;    // the series without the levels before, in and after the best stretch
  std::vector<double> rest;     // nor the season
  std::vector<double> effects;  // per position
  double shift = 0;             // the stretch's difference, standardised by the noise of the rest
};

SeasonAndLevels FitSeasonAndLevels(std::span<const double> series, std::span<const std::size_t> position, std::size_t num_positions, std::size_t least) {
  constexpr int kRounds = 20;  // of fitting one about the other: converges to least squares
  const BestStretch stretch = BestStretchBesideSeason(series, position, num_positions, least);
  SeasonAndLevels fit{{series.begin(), series.end()}, {}, std::vector<double>(num_positions, 0), 0};
  const std::size_t ends[] = {0, stretch.first, stretch.end, series.size()};
  for (int round = 0; round < kRounds; ++round) {
    for (int part = 0; part < 3; ++part) {
      double level = 0;
      for (std::size_t t = ends[part]; t < ends[part + 1]; ++t) level += series[t] - fit.effects[position[t]];
      level /= static_cast<double>(std::max<std::size_t>(1, ends[part + 1] - ends[part]));
      for (std::size_t t = ends[part]; t < ends[part + 1]; ++t) fit.about[t] = series[t] - level;
    }
    fit.effects = SeasonMeans(fit.about, position, num_positions);
  }
  fit.rest = fit.about;
  for (std::size_t t = 0; t < fit.rest.size(); ++t) fit.rest[t] -= fit.effects[position[t]];
  const double deviation = LongRunDeviation(fit.rest);
  fit.shift = stretch.statistic <= 0 ? 0 : deviation > 0 ? std::sqrt(stretch.statistic) / deviation : 1e300;
  return fit;
}

}  // namespace

double EstimatePhi(std::span<const double> residuals) {
  double product = 0, squares = 0;
  for (std::size_t i = 0; i < residuals.size(); ++i) {
    squares += residuals[i] * residuals[i];
    if (i > 0) product += residuals[i] * residuals[i - 1];
  }
  if (squares <= 0) return 0;
  const double raw = product / squares;
  const double corrected = raw + (1 + 4 * raw) / static_cast<double>(residuals.size());
  return std::clamp(corrected, -0.5, 0.95);
}

Result<Interval> SeriesMean(std::span<const double> series, double level) {
  if (series.size() < 3) return Error{ErrorCode::kNumeric, "the mean of a stretch needs at least three periods for an interval, there are " + std::to_string(series.size())};
  const double mean = MeanOf(series);
  std::vector<double> residuals(series.begin(), series.end());
  for (double& r : residuals) r -= mean;
  const auto n = static_cast<double>(series.size());
  // Values that alternate count as independent, no better.
  const double phi = std::max(0.0, EstimatePhi(residuals));
  double squares = 0;
  for (const double r : residuals) squares += r * r;
  // Independent values in the stretch; what the mean took away from the squares is given back by the same count.
  const double independent = std::max(3.0, n * (1 - phi) / (1 + phi));
  Interval interval = StudentInterval(mean, std::sqrt(squares / n / (independent - 1)), independent - 2, level);
  interval.units = static_cast<std::int64_t>(independent);
  return interval;
}

std::vector<ChangePoint> FindChangePoints(std::span<const double> series, const ChangeOptions& options) {
  std::vector<ChangePoint> found;
  Segment(series, 0, options, &found);
  return found;
}

Result<SeasonTest> TestSeason(std::span<const double> series, std::size_t period, std::size_t offset, const ChangeOptions& options) {
  if (period < 2 || series.size() < 3 * period) {
    return Error{ErrorCode::kNumeric, "a season of " + std::to_string(period) + " periods needs at least " + std::to_string(3 * period) + " periods, there are " + std::to_string(series.size())};
  }
  std::vector<std::size_t> position;
  for (std::size_t t = 0; t < series.size(); ++t) position.push_back((t + offset) % period);
  SeasonTest test;
  test.effects = SeasonMeans(series, position, period);
  std::vector<double> rest(series.begin(), series.end());
  const double mean = MeanOf(series);
  for (std::size_t t = 0; t < rest.size(); ++t) rest[t] -= mean + test.effects[position[t]];
  test.p_value = SimulatedP(SeasonStatistic(series, position, period), series.size(), EstimatePhi(rest), options, "season",
                            [&](const std::vector<double>& simulated) { return SeasonStatistic(simulated, position, period); });
  return test;
}

Result<SeasonTest> TestSeasonBesideShifts(std::span<const double> series, std::span<const std::size_t> position, std::size_t num_positions, const ChangeOptions& options) {
  ASSAY_TRY(CheckPositions(position, num_positions));
  if (series.size() < 2 * options.least_periods + 2) return Error{ErrorCode::kNumeric, "a season beside shifts needs at least " + std::to_string(2 * options.least_periods + 2) + " values"};
  const auto fit_to = [&](std::span<const double> any) { return FitSeasonAndLevels(any, position, num_positions, options.least_periods); };
  const SeasonAndLevels fit = fit_to(series);
  SeasonTest test;
  const double phi = UnbiasedPhi(EstimatePhi(fit.rest), series.size(), options, [&](const std::vector<double>& simulated) { return EstimatePhi(fit_to(simulated).rest); });
  test.p_value = SimulatedP(SeasonStatistic(fit.about, position, num_positions), series.size(), phi, options, "season beside shifts",
                            [&](const std::vector<double>& simulated) { return SeasonStatistic(fit_to(simulated).about, position, num_positions); });
  test.effects = SeasonMeans(series, position, num_positions);
  if (test.p_value > options.alpha) return test;
  // A stretch that chance makes belongs to the season's noise: only one that is shown takes part in the effects.
  const double shifted = SimulatedP(fit.shift, series.size(), phi, options, "shift beside season", [&](const std::vector<double>& simulated) { return fit_to(simulated).shift; });
  if (shifted > options.alpha) return test;
  // Shifts beyond the one that was fitted with it.
  std::vector<double> rest(series.begin(), series.end());
  for (std::size_t t = 0; t < rest.size(); ++t) rest[t] -= fit.effects[position[t]];
  const std::vector<ChangePoint> changes = FindChangePoints(rest, options);
  test.effects = changes.size() > 1 ? SeasonMeans(WithoutLevels(series, changes), position, num_positions) : fit.effects;
  return test;
}

}  // namespace assay::stats
