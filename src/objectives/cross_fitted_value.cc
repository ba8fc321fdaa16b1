#include "objectives/cross_fitted_value.h"

#include <algorithm>

#include "stats/exact_sum.h"
#include "stats/unit_bootstrap.h"

namespace assay::objectives {

std::vector<std::uint8_t> HalvesOfUnits(const stats::Clusters& clusters, std::size_t num_rows, std::uint64_t seed) {
  std::vector<std::uint32_t> ids;
  const stats::Bundles halves = stats::BundleUnits(stats::Grouped(clusters, stats::Grouping::kUnits, &ids), num_rows, 2, seed);
  return {halves.of_row.begin(), halves.of_row.end()};
}

Result<CrossFit> ChooseOnHalves(const ProfitCurve& curve, const RowMoney& money, std::vector<std::uint8_t> half) {
  CrossFit fit;
  std::size_t rows[2] = {0, 0};
  for (const std::uint8_t h : half) ++rows[h];
  if (rows[0] == 0 || rows[1] == 0) return Error{ErrorCode::kInvalidInput, "a threshold chosen on one half and measured on the other needs rows of at least two units"};
  for (std::uint8_t h = 0; h < 2; ++h) fit.chosen[h] = curve.BestOfPart(half, h, money);
  fit.acts.resize(half.size());
  for (std::size_t i = 0; i < half.size(); ++i) {
    const std::uint32_t row = curve.rows()[i];
    fit.acts[row] = curve.scores()[i] >= fit.chosen[1 - half[row]].score ? 1 : 0;
  }
  fit.half = std::move(half);
  return fit;
}

Result<stats::Interval> MeanMoneyOf(std::span<const double> values, std::span<const std::uint8_t> half, const stats::Clusters& clusters, double level) {
  if (values.empty()) return Error{ErrorCode::kNumeric, "there is no row"};
  stats::ExactSum sum[2];
  double rows[2] = {0, 0};
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t h = half.empty() ? 0 : half[i];
    sum[h].Add(values[i]);
    rows[h] += 1;
  }
  const double mean[2] = {rows[0] > 0 ? sum[0].Value() / rows[0] : 0, rows[1] > 0 ? sum[1].Value() / rows[1] : 0};
  std::vector<double> influence(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) influence[i] = values[i] - mean[half.empty() ? 0 : half[i]];
  const double value = (sum[0].Value() + sum[1].Value()) / static_cast<double>(values.size());
  const stats::Interval interval = ASSAY_TRY(stats::FromInfluence(value, influence, clusters, level, half));
  return clusters.unit.empty() ? stats::AgainstSkewness(interval, level) : interval;
}

Result<stats::Interval> MeanDifferenceOf(std::span<const double> values, std::span<const std::uint8_t> half, const stats::Clusters& clusters, double level) {
  stats::Interval interval = ASSAY_TRY(MeanMoneyOf(values, half, clusters, level));
  if (half.empty() || !(interval.standard_error > 0)) return interval;
  double errors = 0;
  std::vector<double> influence(values.size());
  for (std::uint8_t h = 0; h < 2; ++h) {
    stats::ExactSum sum;
    double rows = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (half[i] != h) continue;
      sum.Add(values[i]);
      rows += 1;
    }
    for (std::size_t i = 0; i < values.size(); ++i) influence[i] = half[i] == h ? values[i] - sum.Value() / rows : 0;
    const stats::Interval alone = ASSAY_TRY(stats::FromInfluence(0, influence, clusters, level, half));
    errors += alone.standard_error;
  }
  const double wider = std::max(1.0, errors / interval.standard_error);
  interval.low = interval.value - wider * (interval.value - interval.low);
  interval.high = interval.value + wider * (interval.high - interval.value);
  interval.standard_error *= wider;
  return interval;
}

std::int64_t UnitsActedOn(std::span<const std::uint8_t> acts, const stats::Clusters& clusters) {
  if (clusters.unit.empty()) return 0;
  std::int64_t fewest = -1;
  for (const stats::Grouping grouping : {stats::Grouping::kUnits, stats::Grouping::kPeriods}) {
    std::vector<std::uint32_t> ids;
    const stats::Clusters grouped = clusters.crossing == nullptr ? clusters : stats::Grouped(clusters, grouping, &ids);
    std::vector<char> seen(grouped.num_units, 0);
    for (std::size_t i = 0; i < acts.size(); ++i) {
      if (acts[i] != 0) seen[grouped.unit[i]] = 1;
    }
    const std::int64_t count = std::count(seen.begin(), seen.end(), 1);
    fewest = fewest < 0 ? count : std::min(fewest, count);
  }
  return fewest;
}

}  // namespace assay::objectives
