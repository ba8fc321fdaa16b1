// How long after the decision the outcome was known, where a column says so.
#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "expression/expression.h"
#include "lifecycle/understand.h"
#include "stats/cluster_mean.h"

namespace assay::lifecycle {

namespace {

using evidence::Estimate;
using evidence::LabelDelay;
using table::Column;
using table::ColumnType;

// The time columns that may say when the outcome was known: not the decision's own, and never before it (one row in a
// hundred may be a slip). Those that the charter calls known after the decision come first.
std::vector<const Column*> Candidates(const Gathered& gathered, const std::vector<std::string>& of_decision) {
  std::vector<const Column*> declared, others;
  const learn::Examples& examples = gathered.examples;
  for (std::size_t c = 0; c < gathered.source->num_columns(); ++c) {
    const Column& column = examples.table->column(c);
    if (column.type() != ColumnType::kTime || base::IsAmong(of_decision, column.name())) continue;
    std::int64_t known = 0, before = 0, later = 0;
    for (std::int64_t row = 0; row < column.num_rows(); ++row) {
      const base::Micros time = column.TimeAt(row), decision = examples.time[static_cast<std::size_t>(row)];
      if (time == base::kMissingTime || decision == base::kMissingTime) continue;
      ++known;
      before += time < decision ? 1 : 0;
      later += time > decision ? 1 : 0;
    }
    if (known == 0 || before * 100 > known || later == 0) continue;
    const bool after = std::any_of(gathered.excluded.begin(), gathered.excluded.end(), [&](const ExcludedColumn& e) { return e.column == column.name() && e.reason.find("after the decision") != std::string::npos; });
    (after ? declared : others).push_back(&column);
  }
  declared.insert(declared.end(), others.begin(), others.end());
  return declared;
}

double QuantileOf(const std::vector<double>& sorted, double p) {
  const double at = std::clamp(p, 0.0, 1.0) * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[std::min(below + 1, sorted.size() - 1)] - sorted[below]);
}

// Woodruff 1952, doi:10.1080/01621459.1952.10483443: the interval of the share at or below the quantile, by units, carried
// back through the distribution.
Estimate QuantileEstimate(const std::vector<double>& hours, const std::vector<double>& sorted, double p, const stats::Clusters& clusters) {
  Estimate estimate;
  estimate.value = QuantileOf(sorted, p);
  std::vector<double> below(hours.size());
  for (std::size_t i = 0; i < hours.size(); ++i) below[i] = hours[i] <= estimate.value ? 1 : 0;
  const Result<stats::Interval> share = stats::ClusterMean(below, clusters);
  if (!share) {
    estimate.reason = share.error().message;
    return estimate;
  }
  estimate.low = QuantileOf(sorted, p - (share->value - share->low));
  estimate.high = QuantileOf(sorted, p + (share->high - share->value));
  return estimate;
}

LabelDelay Unknown(const std::string& why) {
  LabelDelay delay;
  delay.answer = why;
  for (Estimate* e : {&delay.median_hours, &delay.ninetieth_hours, &delay.within_wait}) e->reason = why;
  return delay;
}

}  // namespace

LabelDelay FindLabelDelay(const Gathered& gathered, const Dependence& dependence) {
  const learn::Examples& examples = gathered.examples;
  if (examples.time.empty()) return Unknown("how long the outcome takes to be known cannot be said: no time of the decision is named (--time)");
  const std::vector<const Column*> candidates = Candidates(gathered, expression::ColumnsOf(examples.time_text));
  if (candidates.empty()) {
    return Unknown("how long the outcome takes to be known cannot be said: besides the decision's own time no column holds times that follow it; record when each outcome became known");
  }
  const Column& column = *candidates.front();
  LabelDelay delay;
  delay.column = column.name();
  std::vector<double> hours, within;
  std::vector<std::uint32_t> unit;
  for (std::size_t i = 0; i < examples.time.size(); ++i) {
    const base::Micros known = column.TimeAt(static_cast<std::int64_t>(i));
    if (known == base::kMissingTime || examples.time[i] == base::kMissingTime) continue;
    hours.push_back(static_cast<double>(known - examples.time[i]) / static_cast<double>(base::kMicrosPerHour));
    within.push_back(known - examples.time[i] <= examples.wait ? 1 : 0);
    if (!dependence.unit.empty()) unit.push_back(dependence.unit[i]);
  }
  const stats::Clusters clusters{unit, dependence.num_units};
  delay.rows = static_cast<std::int64_t>(hours.size());
  std::vector<double> sorted = hours;
  std::sort(sorted.begin(), sorted.end());
  delay.median_hours = QuantileEstimate(hours, sorted, 0.5, clusters);
  delay.ninetieth_hours = QuantileEstimate(hours, sorted, 0.9, clusters);
  const auto words = [](double h) { return base::FormatDuration(static_cast<base::Micros>(std::llround(h * 3600)) * base::kMicrosPerSecond); };
  delay.answer = "if '" + column.name() + "' is when the outcome became known, half of the outcomes are known within " + words(delay.median_hours.value) + " of the decision and 90 % within " + words(delay.ninetieth_hours.value);
  if (examples.wait > 0) {
    delay.within_wait = ToEstimate(stats::ClusterMean(within, clusters));
    delay.answer += "; " + base::ReadableShare(delay.within_wait.value) + " within the wait of " + base::FormatDuration(examples.wait);
  } else {
    delay.within_wait.reason = "no wait is given (--wait)";
  }
  return delay;
}

}  // namespace assay::lifecycle
