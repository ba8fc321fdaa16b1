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

// Rows of the source that have no outcome, or are left out.
std::vector<std::int64_t> UnusedRows(const Gathered& gathered) {
  std::vector<char> used(static_cast<std::size_t>(gathered.source->num_rows()), 0);
  for (const std::uint32_t row : gathered.source_rows) used[row] = 1;
  std::vector<std::int64_t> unused;
  for (std::size_t row = 0; row < used.size(); ++row) {
    if (used[row] == 0) unused.push_back(static_cast<std::int64_t>(row));
  }
  return unused;
}

// A time column that may say when the outcome was known: not the decision's own, and never before it (one row in a hundred
// may be a slip).
struct Candidate {
  const Column* column = nullptr;
  bool follows_outcome = false;  // known in nearly all rows with an outcome, and in hardly any without
  bool declared = false;         // the charter calls it known after the decision
};

// The likeliest first.
std::vector<Candidate> Candidates(const Gathered& gathered) {
  const learn::Examples& examples = gathered.examples;
  const std::vector<std::string> of_decision = expression::ColumnsOf(examples.time_text);
  const std::vector<std::int64_t> unused = UnusedRows(gathered);
  std::vector<Candidate> candidates;
  for (std::size_t c = 0; c < gathered.source->num_columns(); ++c) {
    const Column& column = examples.table->column(c);
    if (column.type() != ColumnType::kTime || base::IsAmong(of_decision, column.name())) continue;
    std::int64_t known = 0, before = 0, later = 0, without = 0;
    for (std::int64_t row = 0; row < column.num_rows(); ++row) {
      const base::Micros time = column.TimeAt(row), decision = examples.time[static_cast<std::size_t>(row)];
      if (time == base::kMissingTime || decision == base::kMissingTime) continue;
      ++known;
      before += time < decision ? 1 : 0;
      later += time > decision ? 1 : 0;
    }
    if (known == 0 || before * 100 > known || later == 0) continue;
    for (const std::int64_t row : unused) without += gathered.source->column(c).IsMissing(row) ? 1 : 0;
    const auto num_unused = static_cast<double>(unused.size());
    const bool follows = static_cast<double>(known) >= 0.95 * static_cast<double>(column.num_rows()) && unused.size() >= 10 && static_cast<double>(without) >= 0.95 * num_unused;
    const bool declared = std::any_of(gathered.excluded.begin(), gathered.excluded.end(), [&](const ExcludedColumn& e) { return e.column == column.name() && e.known_after; });
    candidates.push_back({&column, follows, declared});
  }
  std::stable_sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) { return std::pair(a.follows_outcome, a.declared) > std::pair(b.follows_outcome, b.declared); });
  return candidates;
}

double QuantileOf(const std::vector<double>& sorted, double p) {
  const double at = std::clamp(p, 0.0, 1.0) * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[std::min(below + 1, sorted.size() - 1)] - sorted[below]);
}

LabelDelay Unknown(const std::string& why) {
  LabelDelay delay;
  delay.answer = why;
  for (Estimate* e : {&delay.median_hours, &delay.ninetieth_hours, &delay.within_wait}) e->reason = why;
  return delay;
}

}  // namespace

std::optional<OutcomeDelays> MeasureDelays(const Gathered& gathered, const Dependence& dependence) {
  const learn::Examples& examples = gathered.examples;
  if (examples.time.empty()) return std::nullopt;
  const std::vector<Candidate> candidates = Candidates(gathered);
  if (candidates.empty()) return std::nullopt;
  const Column& column = *candidates.front().column;
  OutcomeDelays delays;
  delays.column = column.name();
  delays.follows_outcome = candidates.front().follows_outcome;
  delays.dependence = dependence;
  delays.dependence.unit.clear();
  for (std::size_t i = 0; i < examples.time.size(); ++i) {
    const base::Micros known = column.TimeAt(static_cast<std::int64_t>(i));
    if (known == base::kMissingTime || examples.time[i] == base::kMissingTime) continue;
    delays.hours.push_back(static_cast<double>(known - examples.time[i]) / static_cast<double>(base::kMicrosPerHour));
    if (!dependence.unit.empty()) delays.dependence.unit.push_back(dependence.unit[i]);
  }
  return delays;
}

// Woodruff 1952, doi:10.1080/01621459.1952.10483443: the interval of the share at or below the quantile, by units, carried
// back through the distribution.
Estimate OutcomeDelays::Quantile(double p) const {
  std::vector<double> sorted = hours;
  std::sort(sorted.begin(), sorted.end());
  Estimate estimate;
  estimate.value = QuantileOf(sorted, p);
  std::vector<double> below(hours.size());
  for (std::size_t i = 0; i < hours.size(); ++i) below[i] = hours[i] <= estimate.value ? 1 : 0;
  const Result<stats::Interval> share = stats::ClusterShare(below, dependence.Clusters());
  if (!share) {
    estimate.reason = share.error().message;
    return estimate;
  }
  estimate.low = QuantileOf(sorted, p - (share->value - share->low));
  estimate.high = QuantileOf(sorted, p + (share->high - share->value));
  return estimate;
}

LabelDelay FindLabelDelay(const Gathered& gathered, const Dependence& dependence) {
  const learn::Examples& examples = gathered.examples;
  if (examples.time.empty()) return Unknown("how long the outcome takes to be known cannot be said: no time of the decision is named (data.time in the charter, --time on a bare file)");
  const std::optional<OutcomeDelays> delays = MeasureDelays(gathered, dependence);
  if (!delays) {
    return Unknown("how long the outcome takes to be known cannot be said: besides the decision's own time no column holds times that follow it; record when each outcome became known");
  }
  LabelDelay delay;
  delay.column = delays->column;
  delay.rows = static_cast<std::int64_t>(delays->hours.size());
  delay.median_hours = delays->Quantile(0.5);
  delay.ninetieth_hours = delays->Quantile(0.9);
  const auto words = [](double h) { return base::FormatDuration(static_cast<base::Micros>(std::llround(h * 3600)) * base::kMicrosPerSecond); };
  delay.answer = "if '" + delay.column + "' is when the outcome became known, half of the outcomes are known within " + words(delay.median_hours.value) + " of the decision and 90 % within " + words(delay.ninetieth_hours.value);
  if (examples.wait > 0) {
    std::vector<double> within;
    const double wait = static_cast<double>(examples.wait) / static_cast<double>(base::kMicrosPerHour);
    for (const double h : delays->hours) within.push_back(h <= wait ? 1 : 0);
    delay.within_wait = ToEstimate(stats::ClusterShare(within, delays->dependence.Clusters()));
    delay.answer += "; " + base::ReadableShare(delay.within_wait.value) + " within the wait of " + base::FormatDuration(examples.wait);
  } else {
    delay.within_wait.reason = "no wait is given (--wait)";
  }
  return delay;
}

}  // namespace assay::lifecycle
