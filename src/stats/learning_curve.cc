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

// For a fixed b the model is linear in a and c; a is kept >= 0 (more rows never hurt).
Fit FitForExponent(std::span<const CurveObservation> points, std::span<const double> scores, double b) {
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
  fit.a = xx > 0 ? std::max(0.0, -xy / xx) : 0;
  fit.c = mean_y + fit.a * mean_x;
  fit.error = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double miss = (scores[i] - fit.c + fit.a * std::pow(points[i].rows, -b)) / points[i].standard_error;
    fit.error += miss * miss;
  }
  return fit;
}

// Exponents 0.025, 0.05, ..., 1.5, then golden section between the neighbours of the best.
Fit FitPower(std::span<const CurveObservation> points, std::span<const double> scores) {
  constexpr double kStep = 0.025, kGolden = 0.6180339887498949;
  Fit best;
  for (int step = 1; step <= 60; ++step) {
    const Fit fit = FitForExponent(points, scores, kStep * step);
    if (fit.error < best.error) best = fit;
  }
  double low = std::max(kStep, best.b - kStep), high = std::min(60 * kStep, best.b + kStep);
  for (int step = 0; step < 40; ++step) {
    const double first = high - kGolden * (high - low), second = low + kGolden * (high - low);
    const Fit a = FitForExponent(points, scores, first), b = FitForExponent(points, scores, second);
    const Fit& better = a.error < b.error ? a : b;
    (a.error < b.error ? high : low) = a.error < b.error ? second : first;
    if (better.error < best.error) best = better;
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

}  // namespace

double LearningCurve::At(double rows) const { return c - a * std::pow(rows, -b); }

Interval LearningCurve::Range(double rows) const {
  std::vector<double> values;
  for (const std::vector<double>& d : draws) values.push_back(d[2] - d[0] * std::pow(rows, -d[1]));
  return Between(At(rows), std::move(values));
}

Interval LearningCurve::RowsFor(double target) const {
  std::vector<double> values;
  for (const std::vector<double>& d : draws) values.push_back(RowsOf(d[0], d[1], d[2], target));
  return Between(RowsOf(a, b, c, target), std::move(values));
}

Result<LearningCurve> FitLearningCurve(std::span<const CurveObservation> observations, std::uint64_t seed) {
  if (observations.size() < 4) return Error{ErrorCode::kNumeric, "a learning curve needs at least four sizes, there are " + std::to_string(observations.size())};
  for (std::size_t i = 0; i < observations.size(); ++i) {
    for (std::size_t j = i + 1; j < observations.size(); ++j) {
      const double error = std::hypot(observations[i].standard_error, observations[j].standard_error);
      if (observations[i].score - observations[j].score > 2 * error) {
        return Error{ErrorCode::kNumeric, "the curve is not monotone: with " + base::ReadableNumber(observations[j].rows) + " rows the score is lower than with " + base::ReadableNumber(observations[i].rows) + ", so it is not extrapolated"};
      }
    }
  }
  std::vector<double> scores;
  for (const CurveObservation& o : observations) scores.push_back(o.score);
  const Fit fit = FitPower(observations, scores);
  LearningCurve curve;
  curve.a = fit.a;
  curve.b = fit.b;
  curve.c = fit.c;
  std::vector<double> asymptotes, gains;
  const double most = observations.back().rows;
  for (int draw = 0; draw < kDraws; ++draw) {
    base::RandomStream random(seed, "learning curve", static_cast<std::uint64_t>(draw));
    std::vector<double> redrawn = scores;
    for (std::size_t i = 0; i < redrawn.size(); ++i) redrawn[i] += observations[i].standard_error * random.Normal();
    const Fit again = FitPower(observations, redrawn);
    curve.draws.push_back({again.a, again.b, again.c});
    asymptotes.push_back(again.c);
    gains.push_back(again.a * (std::pow(most, -again.b) - std::pow(2 * most, -again.b)));
  }
  curve.asymptote = Between(curve.c, std::move(asymptotes));
  std::sort(gains.begin(), gains.end());
  curve.still_rising = gains[kDraws / 20] > 0;
  return curve;
}

}  // namespace assay::stats
