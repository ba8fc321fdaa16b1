#include <algorithm>
#include <cmath>
#include <limits>

#include "base/text.h"
#include "lifecycle/estimates.h"
#include "lifecycle/internal/slice_parts.h"
#include "lifecycle/memory_need.h"
#include "stats/exact_sum.h"
#include "stats/cluster_mean.h"

namespace assay::lifecycle {

namespace {

constexpr std::size_t kExamples = 5, kExampleFeatures = 8;
constexpr const char* kTooFewDays = "too few independent days for an interval";

// Of the measured rows alone: units and days that have none do not count.
Dependence DependenceOfRows(const SliceRows& rows, const learn::Rows& measured) {
  learn::Examples examples;
  examples.table = rows.table;
  examples.task = learn::Task::kRegression;
  examples.unit_text = rows.unit_text;
  examples.time_text = rows.time_text;
  std::vector<std::uint32_t> place(rows.num_units, UINT32_MAX);
  for (const std::uint32_t row : measured) {
    if (!rows.time.empty()) examples.time.push_back(rows.time[row]);
    if (rows.unit.empty()) continue;
    std::uint32_t& at = place[rows.unit[row]];
    if (at == UINT32_MAX) at = examples.num_units++;
    examples.unit.push_back(at);
  }
  return DependenceOf(examples);
}

}  // namespace

std::int64_t BitmapBytes(const SliceRows& rows, const RunContext& context) {
  return BytesLeft(2 * static_cast<std::int64_t>(rows.table->size_bytes()) + 24 * rows.num_rows(), context);
}

SliceMeasures::SliceMeasures(const SliceRows& rows, const learn::Rows& measured) : rows_(rows), measured_(measured), dependence_(DependenceOfRows(rows, measured)) {
  stats::ExactSum sum;
  for (const std::uint32_t row : measured) {
    losses_.push_back(rows.losses[row]);
    sum.Add(rows.losses[row]);
  }
  loss_sum_ = sum.Value();
  joined_ = {dependence_, dependence_.unit, 1, ""};
  periods_ = PeriodsOf(rows, measured);
}

std::vector<std::uint8_t> SliceMeasures::InsideOf(std::span<const std::uint32_t> of_slice) const {
  std::vector<std::uint8_t> inside(measured_.size(), 0);
  for (std::size_t m = 0, s = 0; m < measured_.size() && s < of_slice.size();) {
    if (measured_[m] < of_slice[s]) {
      ++m;
    } else if (of_slice[s] < measured_[m]) {
      ++s;
    } else {
      inside[m] = 1;
      ++m;
      ++s;
    }
  }
  return inside;
}

void SliceMeasures::JoinDaysOf(std::size_t num_slices, const std::function<learn::Rows(std::size_t)>& rows_of) {
  joined_ = JoinDays(rows_, measured_, losses_, num_slices, [&](std::size_t slice) { return InsideOf(rows_of(slice)); }, dependence_);
}

evidence::Estimate SliceMeasures::MeanLoss() const {
  if (losses_.empty()) return WithoutInterval(std::nan(""), "there are no rows");
  const double value = loss_sum_ / static_cast<double>(losses_.size());
  if (!joined_.why_untested.empty()) return WithoutInterval(value, joined_.why_untested);
  const Result<stats::Interval> mean = stats::ClusterMean(losses_, Clusters());
  return mean ? WithInterval(*mean) : WithoutInterval(value, mean.error().message);
}

void SliceMeasures::Measure(std::span<const std::uint32_t> of_slice, bool tested, evidence::Slice* slice) const {
  const std::vector<std::uint8_t> inside = InsideOf(of_slice);
  std::vector<std::uint32_t> rows;  // places in measured_
  for (std::uint32_t m = 0; m < inside.size(); ++m) {
    if (inside[m] != 0) rows.push_back(m);
  }
  stats::ExactSum sum;
  for (const std::uint32_t m : rows) sum.Add(losses_[m]);
  slice->size = static_cast<std::int64_t>(rows.size());
  slice->share = measured_.empty() ? 0 : static_cast<double>(rows.size()) / static_cast<double>(measured_.size());
  slice->loss_sum = sum.Value();
  const std::size_t others = measured_.size() - rows.size();
  if (!rows.empty()) {
    slice->loss_mean = slice->loss_sum / static_cast<double>(rows.size());
    slice->loss_max = losses_[*std::max_element(rows.begin(), rows.end(), [&](std::uint32_t a, std::uint32_t b) { return losses_[a] < losses_[b]; })];
    if (loss_sum_ > 0) slice->lift = slice->loss_mean / (loss_sum_ / static_cast<double>(losses_.size()));
    if (others > 0) slice->difference = slice->loss_mean - (loss_sum_ - slice->loss_sum) / static_cast<double>(others);
  }
  if (tested) {
    Compare(inside, slice);
  } else {
    slice->reason = "searched and measured on the same rows";
  }
  slice->value_at_stake = Stake(inside);
  if (!tested && std::isfinite(slice->value_at_stake.value)) slice->value_at_stake = WithoutInterval(slice->value_at_stake.value, slice->reason);
  slice->over_time = LossOverTime(periods_, losses_, inside, dependence_, dependence_.unit);
  const std::size_t shown = std::min(kExamples, rows.size());
  std::partial_sort(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(shown), rows.end(), [&](std::uint32_t a, std::uint32_t b) { return losses_[a] != losses_[b] ? losses_[a] > losses_[b] : a < b; });
  for (std::size_t i = 0; i < shown; ++i) slice->examples.push_back(Example(measured_[rows[i]], *slice));
}

evidence::SliceExample SliceMeasures::Example(std::uint32_t row, const evidence::Slice& slice) const {
  evidence::SliceExample example;
  example.row = static_cast<std::int64_t>(rows_.source_rows.empty() ? row : rows_.source_rows[row]) + 1;
  example.loss = rows_.losses[row];
  for (const evidence::Predicate& predicate : slice.predicates) example.features.push_back(predicate.feature);
  for (const std::size_t column : rows_.columns) {
    const std::string& name = rows_.table->column(column).name();
    if (example.features.size() < kExampleFeatures && std::find(example.features.begin(), example.features.end(), name) == example.features.end()) example.features.push_back(name);
  }
  for (const std::string& name : example.features) example.values.push_back(rows_.table->column(static_cast<std::size_t>(rows_.table->Find(name))).TextAt(row));
  return example;
}

void SliceMeasures::Compare(const std::vector<std::uint8_t>& inside, evidence::Slice* slice) const {
  if (slice->size == 0) {
    slice->reason = "none of the rows that the search did not see lies in it";
    return;
  }
  if (!joined_.why_untested.empty()) {
    slice->reason = kTooFewDays;
    return;
  }
  const Result<stats::Difference> difference = stats::SkewedDifference(losses_, inside, Clusters());
  if (!difference) {
    slice->reason = difference.error().message;
    return;
  }
  slice->low = difference->difference.low;
  slice->high = difference->difference.high;
  // Searched for being worse: one that is better is no finding, however sure.
  slice->p_value = slice->difference < 0 ? 1 : difference->difference.p_value;
  if (std::isnan(slice->p_value)) slice->reason = "the losses do not vary on one side, so there is no test";
}

evidence::Estimate SliceMeasures::Stake(const std::vector<std::uint8_t>& inside) const {
  if (rows_.stake.empty()) return WithoutInterval(std::nan(""), rows_.no_stake);
  std::vector<double> stake;
  for (std::size_t m = 0; m < measured_.size(); ++m) stake.push_back(inside[m] != 0 ? rows_.stake[measured_[m]] : 0);
  evidence::Estimate money = ToEstimate(stats::ClusterMean(stake, Clusters()));
  if (!joined_.why_untested.empty()) money = WithoutInterval(money.value, kTooFewDays);
  return Scaled(money, rows_.decisions_per_day, 0);
}

}  // namespace assay::lifecycle
