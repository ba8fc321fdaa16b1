// A slice's loss over time.
#include <algorithm>
#include <cmath>

#include "lifecycle/estimates.h"
#include "lifecycle/internal/periods.h"
#include "lifecycle/internal/slice_parts.h"
#include "stats/cluster_mean.h"

namespace assay::lifecycle {

namespace {
constexpr std::int64_t kMostPeriods = 31;
}

PeriodsOfRows PeriodsOf(const SliceRows& rows, const learn::Rows& measured) {
  PeriodsOfRows periods;
  if (rows.time.empty()) return periods;
  base::Micros first = INT64_MAX, last = INT64_MIN;
  for (const std::uint32_t row : measured) {
    if (rows.time[row] == base::kMissingTime) continue;
    first = std::min(first, rows.time[row]);
    last = std::max(last, rows.time[row]);
  }
  if (first > last) return periods;
  const PeriodRow* chosen = &kPeriods[4];
  for (const PeriodRow& row : kPeriods) {
    if (row.length == PeriodLength::kHour || PeriodOf(last, row.length) - PeriodOf(first, row.length) >= kMostPeriods) continue;
    chosen = &row;
    break;
  }
  const std::int64_t begin = PeriodOf(first, chosen->length), count = PeriodOf(last, chosen->length) - begin + 1;
  if (count > 10 * kMostPeriods) return periods;  // years far apart: nothing to draw
  periods.name = chosen->name;
  for (std::int64_t p = 0; p < count; ++p) periods.starts.push_back(base::FormatTime(StartOf(begin + p, chosen->length)));
  for (const std::uint32_t row : measured) periods.of_row.push_back(rows.time[row] == base::kMissingTime ? static_cast<std::uint32_t>(count) : static_cast<std::uint32_t>(PeriodOf(rows.time[row], chosen->length) - begin));
  return periods;
}

std::vector<evidence::SlicePeriod> LossOverTime(const PeriodsOfRows& periods, std::span<const double> losses, std::span<const std::uint8_t> inside, const Dependence& dependence, std::span<const std::uint32_t> unit) {
  std::vector<evidence::SlicePeriod> series;
  if (periods.starts.size() < 2) return series;
  std::vector<std::vector<std::uint32_t>> rows(periods.starts.size());
  std::vector<double> others(periods.starts.size(), 0), num_others(periods.starts.size(), 0);
  for (std::uint32_t m = 0; m < inside.size(); ++m) {
    const std::uint32_t period = periods.of_row[m];
    if (period >= rows.size()) continue;
    if (inside[m] != 0) {
      rows[period].push_back(m);
    } else {
      others[period] += losses[m];
      num_others[period] += 1;
    }
  }
  for (std::size_t p = 0; p < rows.size(); ++p) {
    evidence::SlicePeriod point;
    point.start = periods.starts[p];
    point.rows = static_cast<std::int64_t>(rows[p].size());
    if (num_others[p] > 0) {
      point.others = others[p] / num_others[p];
    } else {
      point.reason = "there are no other rows";
    }
    std::vector<double> values;
    std::vector<std::uint32_t> units;
    for (const std::uint32_t m : rows[p]) {
      values.push_back(losses[m]);
      if (!unit.empty()) units.push_back(unit[m]);
    }
    if (values.empty()) {
      point.loss_mean = WithoutInterval(std::nan(""), "no rows");
    } else {
      const Result<stats::Interval> mean = stats::ClusterMean(values, dependence.Clusters(units));
      double sum = 0;
      for (const double value : values) sum += value;
      point.loss_mean = mean ? WithInterval(*mean) : WithoutInterval(sum / static_cast<double>(values.size()), mean.error().message);
    }
    series.push_back(std::move(point));
  }
  return series;
}

}  // namespace assay::lifecycle
