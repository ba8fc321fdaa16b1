#include "stats/cluster_mean.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace assay::stats {

namespace {

double Mean(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

}  // namespace

Result<Interval> FromInfluence(double value, std::span<const double> influence, const Clusters& clusters, double level, std::span<const std::uint8_t> part) {
  const UnitVariance variance = ASSAY_TRY(VarianceByUnits(influence, part, clusters));
  Interval interval = StudentInterval(value, std::sqrt(variance.variance), variance.degrees, level);
  interval.units = variance.units;
  interval.skewness = variance.skewness;
  return interval;
}

Result<Interval> ClusterMean(std::span<const double> values, const Clusters& clusters, double level) {
  if (values.empty()) return Error{ErrorCode::kNumeric, "there is no row"};
  const double mean = Mean(values);
  std::vector<double> influence(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) influence[i] = values[i] - mean;
  return FromInfluence(mean, influence, clusters, level);
}

Result<Interval> ClusterShare(std::span<const double> values, const Clusters& clusters, double level) {
  const Interval interval = ASSAY_TRY(ClusterMean(values, clusters, level));
  return interval.value == 0 || interval.value == 1 ? AllAlike(interval.value, interval.units, level) : OnLogitScale(interval, level);
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
  std::vector<double> influence(values.size()), values_of[2];
  std::vector<std::uint32_t> unit_of[2];
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool in = inside[i] != 0;
    influence[i] = in ? (values[i] - mean_inside) * n / n_inside : (mean_outside - values[i]) * n / n_outside;
    values_of[in ? 1 : 0].push_back(values[i]);
    if (!clusters.unit.empty()) unit_of[in ? 1 : 0].push_back(clusters.unit[i]);
  }
  result.difference = ASSAY_TRY(FromInfluence(mean_inside - mean_outside, influence, clusters, level, inside));
  const bool shares = std::all_of(values.begin(), values.end(), [](double v) { return v == 0 || v == 1; });
  const auto mean_of = shares ? ClusterShare : ClusterMean;
  result.inside = ASSAY_TRY(mean_of(values_of[1], {unit_of[1], clusters.num_units, clusters.crossing}, level));
  result.outside = ASSAY_TRY(mean_of(values_of[0], {unit_of[0], clusters.num_units, clusters.crossing}, level));
  return result;
}

}  // namespace assay::stats
