#include "stats/learning_curve.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/random.h"
#include "base/text.h"

namespace assay::stats {

namespace {

constexpr int kDraws = 200;

struct Fit {
  double a = 0, b = 0, c = 0, error = std::numeric_limits<double>::infinity();
};

// For a fixed b the model is linear in a and c. a is kept >= 0 (more rows never hurt) and c at most `ceiling` (nothing is
// better than perfect): beyond a bound the least squares lie on it.
void Solve(double w, double mean_x, double mean_y, double xx, double xy, double ceiling, Fit* fit) {
  fit->a = xx > 0 ? std::max(0.0, -xy / xx) : 0;
  fit->c = mean_y + fit->a * mean_x;
  if (fit->c <= ceiling) return;
  fit->c = ceiling;
  fit->a = std::max(0.0, (ceiling * w * mean_x - xy - w * mean_x * mean_y) / (xx + w * mean_x * mean_x));
}

Fit FitForExponent(std::span<const CurveObservation> points, std::span<const double> scores, double b, double ceiling) {
  double w = 0, x = 0, y = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double weight = 1 / (points[i].standard_error * points[i].standard_error);
    w += weight;
    x += weight * std::pow(points[i].rows, -b);
    y += weight * scores[i];
  }
  const double mean_x = x / w, mean_y = y / w;
  double xx = 0, xy = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double weight = 1 / (points[i].standard_error * points[i].standard_error);
    const double dx = std::pow(points[i].rows, -b) - mean_x;
    xx += weight * dx * dx;
    xy += weight * dx * (scores[i] - mean_y);
  }
  Fit fit;
  fit.b = b;
  Solve(w, mean_x, mean_y, xx, xy, ceiling, &fit);
  fit.error = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double miss = (scores[i] - fit.c + fit.a * std::pow(points[i].rows, -b)) / points[i].standard_error;
    fit.error += miss * miss;
  }
  return fit;
}

// Exponents 0.025, 0.05, ..., 1.5, then golden section between the neighbours of the best.
Fit FitPower(std::span<const CurveObservation> points, std::span<const double> scores, double ceiling) {
  constexpr double kStep = 0.025, kGolden = 0.6180339887498949;
  Fit best;
  for (int step = 1; step <= 60; ++step) {
    const Fit fit = FitForExponent(points, scores, kStep * step, ceiling);
    if (fit.error < best.error) best = fit;
  }
  double low = std::max(kStep, best.b - kStep), high = std::min(60 * kStep, best.b + kStep);
  for (int step = 0; step < 40; ++step) {
    const double first = high - kGolden * (high - low), second = low + kGolden * (high - low);
    const Fit a = FitForExponent(points, scores, first, ceiling), b = FitForExponent(points, scores, second, ceiling);
    const Fit& better = a.error < b.error ? a : b;
    (a.error < b.error ? high : low) = a.error < b.error ? second : first;
    if (better.error < best.error) best = better;
  }
  return best;
}

// The exponents tried, and n^-b of every observation under each.
struct Grid {
  std::vector<double> exponents, powers;  // powers: exponents x observations
  explicit Grid(std::span<const CurveObservation> points) {
    for (int step = 1; step <= 60; ++step) {
      exponents.push_back(0.05 * step / 2);
      for (const CurveObservation& point : points) powers.push_back(std::pow(point.rows, -exponents.back()));
    }
  }
};

// The same on the grid alone, with its powers at hand: for the many redraws.
Fit FitOnGrid(const Grid& grid, std::span<const double> weights, std::span<const double> scores, double ceiling) {
  Fit best;
  const std::size_t n = scores.size();
  for (std::size_t g = 0; g < grid.exponents.size(); ++g) {
    const double* power = &grid.powers[g * n];
    double w = 0, x = 0, y = 0;
    for (std::size_t i = 0; i < n; ++i) {
      w += weights[i];
      x += weights[i] * power[i];
      y += weights[i] * scores[i];
    }
    const double mean_x = x / w, mean_y = y / w;
    double xx = 0, xy = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const double dx = power[i] - mean_x;
      xx += weights[i] * dx * dx;
      xy += weights[i] * dx * (scores[i] - mean_y);
    }
    Fit fit;
    fit.b = grid.exponents[g];
    Solve(w, mean_x, mean_y, xx, xy, ceiling, &fit);
    fit.error = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const double miss = scores[i] - fit.c + fit.a * power[i];
      fit.error += weights[i] * miss * miss;
    }
    if (fit.error < best.error) best = fit;
  }
  return best;
}

Interval Between(double value, std::vector<double> draws) {
  std::sort(draws.begin(), draws.end());
  const auto at = [&](double p) { return draws[static_cast<std::size_t>(std::lround(p * static_cast<double>(draws.size() - 1)))]; };
  Interval interval;
  interval.value = value;
  interval.low = at(0.025);
  interval.high = at(0.975);
  return interval;
}

double RowsOf(double a, double b, double c, double target) {
  if (target >= c) return std::numeric_limits<double>::infinity();
  if (a <= 0) return 0;
  return std::pow(a / (c - target), 1 / b);
}

double DistanceFromRising(std::span<const double> scores, std::span<const double> weights) {
  const std::vector<double> rising = Isotonic(scores, weights);
  double distance = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) distance += weights[i] * (scores[i] - rising[i]) * (scores[i] - rising[i]);
  return distance;
}

std::vector<std::vector<double>> IndependentErrors(std::span<const CurveObservation> observations, std::uint64_t seed) {
  std::vector<std::vector<double>> errors;
  for (int draw = 0; draw < kDraws; ++draw) {
    base::RandomStream random(seed, "learning curve", static_cast<std::uint64_t>(draw));
    std::vector<double> error;
    for (const CurveObservation& o : observations) error.push_back(o.standard_error * random.Normal());
    errors.push_back(std::move(error));
  }
  return errors;
}

}  // namespace

double LearningCurve::At(double rows) const { return c - a * std::pow(rows, -b); }

Interval LearningCurve::Range(double rows) const {
  std::vector<double> values;
  for (const std::vector<double>& d : draws) values.push_back(d[2] - d[0] * std::pow(rows, -d[1]));
  return Between(At(rows), std::move(values));
}

Interval LearningCurve::RiseByDoubling(double rows) const {
  const auto rise = [&](double by, double exponent) { return by * (std::pow(rows, -exponent) - std::pow(2 * rows, -exponent)); };
  std::vector<double> values;
  for (const std::vector<double>& d : draws) values.push_back(rise(d[0], d[1]));
  return Between(rise(a, b), std::move(values));
}

Interval LearningCurve::RowsFor(double target) const {
  std::vector<double> values;
  for (const std::vector<double>& d : draws) values.push_back(RowsOf(d[0], d[1], d[2], target));
  return Between(RowsOf(a, b, c, target), std::move(values));
}

double LearningCurve::ShareThatNever(double target) const {
  double never = 0;
  for (const std::vector<double>& d : draws) never += target >= d[2] ? 1 : 0;
  return draws.empty() ? 0 : never / static_cast<double>(draws.size());
}

std::vector<double> Isotonic(std::span<const double> values, std::span<const double> weights) {
  struct Pool {
    double mean, weight;
    std::size_t size;
  };
  std::vector<Pool> pools;
  for (std::size_t i = 0; i < values.size(); ++i) {
    pools.push_back({values[i], weights[i], 1});
    while (pools.size() > 1 && pools[pools.size() - 2].mean > pools.back().mean) {
      const Pool last = pools.back();
      pools.pop_back();
      Pool& before = pools.back();
      before.mean = (before.mean * before.weight + last.mean * last.weight) / (before.weight + last.weight);
      before.weight += last.weight;
      before.size += last.size;
    }
  }
  std::vector<double> rising;
  for (const Pool& pool : pools) rising.insert(rising.end(), pool.size, pool.mean);
  return rising;
}

Result<LearningCurve> FitLearningCurve(std::span<const CurveObservation> observations, std::uint64_t seed, std::span<const std::vector<double>> given_errors, double ceiling) {
  if (observations.size() < 4) return Error{ErrorCode::kNumeric, "a learning curve needs at least four sizes, there are " + std::to_string(observations.size())};
  const std::vector<std::vector<double>> errors = given_errors.empty() ? IndependentErrors(observations, seed) : std::vector<std::vector<double>>(given_errors.begin(), given_errors.end());
  std::vector<double> scores, weights;
  for (const CurveObservation& o : observations) {
    scores.push_back(o.score);
    weights.push_back(1 / (o.standard_error * o.standard_error));
  }
  LearningCurve curve;
  const double distance = DistanceFromRising(scores, weights);
  double as_far = 0;
  for (const std::vector<double>& error : errors) as_far += DistanceFromRising(error, weights) >= distance ? 1 : 0;
  curve.monotone_p = distance > 0 ? (as_far + 1) / (static_cast<double>(errors.size()) + 1) : 1;
  if (curve.monotone_p <= 0.05) {
    // Name the deepest fall.
    std::size_t from = 0, to = 1;
    for (std::size_t i = 0; i < scores.size(); ++i) {
      for (std::size_t j = i + 1; j < scores.size(); ++j) {
        if (scores[i] - scores[j] > scores[from] - scores[to]) from = i, to = j;
      }
    }
    return Error{ErrorCode::kNumeric, "the curve is not monotone (p = " + base::ReadableNumber(curve.monotone_p, 2) + "): with " + base::ReadableNumber(observations[to].rows) + " rows the score is lower than with " + base::ReadableNumber(observations[from].rows) + ", so it is not extrapolated"};
  }
  const Grid grid(observations);
  const Fit fit = FitPower(observations, scores, ceiling);
  curve.a = fit.a;
  curve.b = fit.b;
  curve.c = fit.c;
  curve.misfit = std::sqrt(fit.error / static_cast<double>(scores.size()));
  std::vector<double> asymptotes;
  const double most = observations.back().rows;
  std::size_t rising = 0;
  for (const std::vector<double>& error : errors) {
    std::vector<double> redrawn = scores;
    for (std::size_t i = 0; i < redrawn.size(); ++i) redrawn[i] += error[i];
    const Fit again = FitOnGrid(grid, weights, redrawn, ceiling);
    curve.draws.push_back({again.a, again.b, again.c});
    asymptotes.push_back(again.c);
    if (again.a * (std::pow(most, -again.b) - std::pow(2 * most, -again.b)) > 0) ++rising;
  }
  curve.asymptote = Between(curve.c, std::move(asymptotes));
  curve.still_rising = static_cast<double>(rising) > 0.975 * static_cast<double>(errors.size());
  return curve;
}

}  // namespace assay::stats
