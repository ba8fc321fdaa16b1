#include "stats/cluster_mean.h"

#include <cmath>

#include "stats/distributions.h"

namespace assay::stats {

namespace {

// Sum of squares of the per-unit sums of `influence`, and the number of units with rows.
struct UnitSquares {
  double sum_squares = 0;
  std::int64_t units = 0;
};

UnitSquares SquaresByUnit(std::span<const double> influence, const Clusters& clusters) {
  UnitSquares result;
  if (clusters.unit.empty()) {
    for (const double value : influence) result.sum_squares += value * value;
    result.units = static_cast<std::int64_t>(influence.size());
    return result;
  }
  std::vector<double> sums(clusters.num_units, 0.0);
  std::vector<char> seen(clusters.num_units, 0);
  for (std::size_t i = 0; i < influence.size(); ++i) {
    sums[clusters.unit[i]] += influence[i];
    seen[clusters.unit[i]] = 1;
  }
  for (std::size_t u = 0; u < sums.size(); ++u) {
    result.sum_squares += sums[u] * sums[u];
    result.units += seen[u];
  }
  return result;
}

double Mean(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

}  // namespace

std::int64_t CountUnits(const Clusters& clusters, std::size_t num_rows) {
  if (clusters.unit.empty()) return static_cast<std::int64_t>(num_rows);
  std::vector<char> seen(clusters.num_units, 0);
  std::int64_t units = 0;
  for (const std::uint32_t unit : clusters.unit) {
    units += seen[unit] == 0 ? 1 : 0;
    seen[unit] = 1;
  }
  return units;
}

Result<Interval> FromInfluence(double value, std::span<const double> influence, const Clusters& clusters, double level) {
  if (influence.empty()) return Error{ErrorCode::kNumeric, "there is no row"};
  const UnitSquares squares = SquaresByUnit(influence, clusters);
  if (squares.units < 2) return Error{ErrorCode::kNumeric, "an interval needs at least two independent units, there is " + std::to_string(squares.units)};
  const auto units = static_cast<double>(squares.units);
  const auto rows = static_cast<double>(influence.size());
  Interval interval;
  interval.value = value;
  interval.degrees = units - 1;
  // var(mean influence) = G/(G-1) * sum over units (sum of influence)^2 / n^2
  interval.standard_error = std::sqrt(units / (units - 1) * squares.sum_squares) / rows;
  const double margin = StudentQuantile(0.5 + level / 2, interval.degrees) * interval.standard_error;
  interval.low = value - margin;
  interval.high = value + margin;
  if (interval.standard_error > 0) {
    interval.p_value = TwoSidedStudentP(value / interval.standard_error, interval.degrees);
  } else {
    interval.p_value = value == 0 ? 1 : 0;
  }
  return interval;
}

Result<Interval> ClusterMean(std::span<const double> values, const Clusters& clusters, double level) {
  if (values.empty()) return Error{ErrorCode::kNumeric, "there is no row"};
  const double mean = Mean(values);
  std::vector<double> influence(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) influence[i] = values[i] - mean;
  return FromInfluence(mean, influence, clusters, level);
}

Result<Interval> ClusterRatio(std::span<const double> a, std::span<const double> b, const Clusters& clusters, double level) {
  if (a.empty()) return Error{ErrorCode::kNumeric, "there is no row"};
  const double mean_b = Mean(b);
  if (mean_b == 0) return Error{ErrorCode::kNumeric, "the denominator of the ratio is 0"};
  const double ratio = Mean(a) / mean_b;
  std::vector<double> influence(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) influence[i] = (a[i] - ratio * b[i]) / mean_b;
  return FromInfluence(ratio, influence, clusters, level);
}

Result<Difference> ClusterDifference(std::span<const double> values, std::span<const std::uint8_t> inside, const Clusters& clusters, double level) {
  Difference result;
  double sum_inside = 0, sum_outside = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (inside[i] != 0) {
      sum_inside += values[i];
      ++result.rows_inside;
    } else {
      sum_outside += values[i];
      ++result.rows_outside;
    }
  }
  if (result.rows_inside == 0 || result.rows_outside == 0) {
    return Error{ErrorCode::kNumeric, result.rows_inside == 0 ? "no row lies inside the segment" : "no row lies outside the segment"};
  }
  const auto n = static_cast<double>(values.size());
  const auto n_inside = static_cast<double>(result.rows_inside);
  const auto n_outside = static_cast<double>(result.rows_outside);
  const double mean_inside = sum_inside / n_inside;
  const double mean_outside = sum_outside / n_outside;
  std::vector<double> in(values.size()), out(values.size()), both(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    in[i] = inside[i] != 0 ? (values[i] - mean_inside) * n / n_inside : 0;
    out[i] = inside[i] != 0 ? 0 : (values[i] - mean_outside) * n / n_outside;
    both[i] = in[i] - out[i];
  }
  result.difference = ASSAY_TRY(FromInfluence(mean_inside - mean_outside, both, clusters, level));
  result.inside = ASSAY_TRY(FromInfluence(mean_inside, in, clusters, level));
  result.outside = ASSAY_TRY(FromInfluence(mean_outside, out, clusters, level));
  return result;
}

}  // namespace assay::stats
