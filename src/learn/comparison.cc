#include "learn/comparison.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "stats/auc.h"

namespace assay::learn {

namespace {

double Mean(std::span<const double> values) {
  double sum = 0;
  for (const double v : values) sum += v;
  return sum / static_cast<double>(values.size());
}

// Equal but for the rounding of two ways to compute the same: a rule without a split is the constant. `spread`: of what is predicted; a
// mean near 0 is rounded by the size of the values, not by its own.
bool Alike(std::span<const double> a, std::span<const double> b, double spread) {
  constexpr double kRounding = 1e-12;
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](double x, double y) { return x == y || std::abs(x - y) <= kRounding * std::max({std::abs(x), std::abs(y), spread}); });
}

double SpreadOf(const Examples& examples, const Rows& rows) {
  if (examples.task != Task::kRegression || rows.empty()) return 0;
  double sum = 0, squares = 0;
  for (const std::uint32_t row : rows) sum += static_cast<double>(examples.outcome[row]);
  const double mean = sum / static_cast<double>(rows.size());
  for (const std::uint32_t row : rows) squares += (static_cast<double>(examples.outcome[row]) - mean) * (static_cast<double>(examples.outcome[row]) - mean);
  return std::sqrt(squares / static_cast<double>(rows.size()));
}

MetricParts MeanParts(std::vector<double> values, double sign, double offset) {
  MetricParts parts;
  const double mean = Mean(values);
  parts.value = offset + sign * mean;
  for (double& v : values) v = sign * (v - mean);
  parts.influence = std::move(values);
  return parts;
}

// 1 - mean(a) / mean(b). `without`: why there is none where b is 0.
Result<MetricParts> OneMinusRatio(std::vector<double> a, std::span<const double> b, const char* without) {
  const double mean_b = Mean(b);
  if (mean_b <= 0) return Error{ErrorCode::kNumeric, without};
  const double ratio = Mean(a) / mean_b;
  MetricParts parts;
  parts.value = 1 - ratio;
  for (std::size_t i = 0; i < a.size(); ++i) a[i] = -(a[i] - ratio * b[i]) / mean_b;
  parts.influence = std::move(a);
  return parts;
}

}  // namespace

Judge::Judge(const Examples& examples, Rows rows, std::vector<double> constant, const stats::Clusters& clusters)
    : examples_(examples), rows_(std::move(rows)), constant_(std::move(constant)), num_units_(clusters.num_units), crossing_(clusters.crossing) {
  const std::span<const std::uint32_t> unit = clusters.unit;
  if (examples.task == Task::kRanking) {
    // Items are queries in order of first appearance.
    std::unordered_map<std::uint32_t, std::uint32_t> unit_of_query;
    for (const std::uint32_t row : rows_) {
      const std::uint32_t unit_of_row = unit.empty() ? 0 : unit[row];
      const auto [found, added] = unit_of_query.emplace(examples.query[row], unit_of_row);
      ASSAY_CHECK(found->second == unit_of_row);
      if (added && !unit.empty()) unit_of_item_.push_back(unit_of_row);
    }
    num_items_ = unit_of_query.size();
    return;
  }
  num_items_ = rows_.size();
  for (const std::uint32_t row : rows_) {
    if (!unit.empty()) unit_of_item_.push_back(unit[row]);
    if (examples.task == Task::kBinary) positive_.push_back(examples.outcome[row] > 0.5F ? 1 : 0);
  }
}

bool Judge::EqualsConstant(std::span<const double> predictions) const { return Alike(predictions, constant_, SpreadOf(examples_, rows_)); }

std::int64_t Judge::num_units() const { return stats::CountUnits(Clusters(), num_items_); }

std::vector<double> Judge::ItemLosses(Metric metric, std::span<const double> predictions) const {
  if (examples_.task == Task::kRanking) {
    std::vector<double> losses = QueryNdcg(examples_, rows_, predictions, 0);
    for (double& v : losses) v = 1 - v;
    return losses;
  }
  const Metric by_task = examples_.task == Task::kRegression ? Metric::kRmse : Metric::kLogLoss;
  std::vector<double> losses(rows_.size());
  RowLosses(metric == Metric::kSkill || metric == Metric::kR2 ? by_task : metric, examples_, rows_, predictions, losses);
  return losses;
}

std::vector<double> Judge::ReferenceLosses(Metric metric) const {
  if (metric == Metric::kSkill) return ItemLosses(metric, constant_);
  double mean = 0;
  for (const std::uint32_t row : rows_) mean += static_cast<double>(examples_.outcome[row]);
  mean /= static_cast<double>(rows_.size());
  std::vector<double> losses;
  for (const std::uint32_t row : rows_) losses.push_back((static_cast<double>(examples_.outcome[row]) - mean) * (static_cast<double>(examples_.outcome[row]) - mean));
  return losses;
}

Result<MetricParts> Judge::Parts(Metric metric, std::span<const double> predictions) const {
  if (rows_.empty()) return Error{ErrorCode::kNumeric, "there is no row to judge by"};
  if (metric == Metric::kAuc) {
    stats::AucParts auc = ASSAY_TRY(stats::Auc(predictions, positive_));
    return MetricParts{auc.auc, std::move(auc.influence)};
  }
  if (metric == Metric::kSkill && EqualsConstant(predictions)) predictions = constant_;
  std::vector<double> losses = ItemLosses(metric, predictions);
  if (metric == Metric::kSkill) return OneMinusRatio(std::move(losses), ReferenceLosses(metric), "the constant makes no error on these rows, and skill is measured against its errors");
  if (metric == Metric::kR2) return OneMinusRatio(std::move(losses), ReferenceLosses(metric), "all outcomes of these rows are the same, and r2 is the share of their variation that is explained");
  if (metric == Metric::kAccuracy || metric == Metric::kNdcg) return MeanParts(std::move(losses), -1, 1);
  MetricParts parts = MeanParts(std::move(losses), 1, 0);
  if (metric == Metric::kRmse) {
    parts.value = std::sqrt(parts.value);
    for (double& v : parts.influence) v = parts.value > 0 ? v / (2 * parts.value) : 0;
  }
  return parts;
}

Result<stats::Interval> Judge::Estimate(Metric metric, std::span<const double> predictions, double level) const {
  const MetricParts parts = ASSAY_TRY(Parts(metric, predictions));
  if (metric == Metric::kAuc) return stats::AucInterval({parts.value, parts.influence, 0, 0}, positive_, Clusters(), level);
  stats::Interval interval = ASSAY_TRY(stats::FromInfluence(parts.value, parts.influence, Clusters(), level));
  if (metric == Metric::kAccuracy || metric == Metric::kNdcg) {
    return interval.standard_error == 0 && (parts.value == 0 || parts.value == 1) ? stats::AllAlike(parts.value, interval.units, level) : stats::OnLogitScale(interval, level);
  }
  if (metric != Metric::kRmse) {
    interval = stats::AgainstSkewness(interval, level);
    // No prediction is better than perfect: beyond that the interval holds nothing.
    if (HigherIsBetter(metric)) interval.high = std::min(interval.high, std::max(1.0, parts.value));
    else interval.low = std::max(interval.low, std::min(0.0, parts.value));
    return interval;
  }
  // The mean of squares is what the rows' losses add up to; its interval is carried to the root.
  stats::Interval squares = interval;
  squares.value = parts.value * parts.value;
  squares.standard_error = 2 * parts.value * interval.standard_error;
  const double margin = 2 * parts.value * (interval.high - interval.value);
  squares.low = squares.value - margin;
  squares.high = squares.value + margin;
  squares = stats::AgainstSkewness(squares, level);
  interval.low = std::sqrt(std::max(0.0, squares.low));
  interval.high = std::sqrt(squares.high);
  return interval;
}

Result<stats::Interval> Judge::Improvement(Metric metric, std::span<const double> a, std::span<const double> b, double level) const {
  const auto units = num_units();
  if (Alike(a, b, SpreadOf(examples_, rows_))) {
    stats::Interval none;
    none.units = units;
    none.degrees = static_cast<double>(units - 1);
    return none;
  }
  const MetricParts of_a = ASSAY_TRY(Parts(metric, a));
  const MetricParts of_b = ASSAY_TRY(Parts(metric, b));
  const double sign = HigherIsBetter(metric) ? 1 : -1;
  std::vector<double> influence(of_a.influence.size());
  for (std::size_t i = 0; i < influence.size(); ++i) influence[i] = sign * (of_a.influence[i] - of_b.influence[i]);
  // Positives and negatives are centred apart only in an AUC.
  const std::span<const std::uint8_t> part = metric == Metric::kAuc ? std::span<const std::uint8_t>(positive_) : std::span<const std::uint8_t>();
  const stats::Interval interval = ASSAY_TRY(stats::FromInfluence(sign * (of_a.value - of_b.value), influence, Clusters(), level, part));
  return interval.standard_error > 0 ? interval : NothingVaries(metric, interval, level);
}

stats::Interval Judge::NothingVaries(Metric metric, stats::Interval interval, double level) const {
  const MetricLimits limits = LimitsOf(metric);
  const double width = limits.most - limits.least;
  // Two units make one pair of a positive and a negative.
  const std::int64_t trials = metric == Metric::kAuc && !unit_of_item_.empty() ? std::max<std::int64_t>(1, interval.units / 2) : interval.units;
  if (std::isfinite(width)) {
    const stats::Interval alike = stats::AllAlikeDifference(interval.value / width, trials, level);
    interval.low = width * alike.low;
    interval.high = width * alike.high;
    return interval;
  }
  interval.low = interval.high = std::nan("");
  return interval;
}

}  // namespace assay::learn
