#include "lifecycle/time_leak.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "base/text.h"
#include "expression/expression.h"
#include "lifecycle/understand.h"
#include "stats/auc.h"

namespace assay::lifecycle {

namespace {

// The time as people call it: of a column its name in the data.
std::string NameOfTime(const learn::Examples& examples) {
  const std::vector<std::string> columns = expression::ColumnsOf(examples.time_text);
  const std::int64_t index = columns.size() == 1 ? examples.table->Find(columns[0]) : -1;
  return index < 0 ? examples.time_text : examples.table->column(static_cast<std::size_t>(index)).name();
}

}  // namespace

std::optional<TimeLeak> FindTimeLeak(const learn::Examples& examples) {
  if (examples.time.empty() || examples.task == learn::Task::kRanking) return std::nullopt;
  std::vector<std::size_t> categories;
  for (const learn::Feature& feature : examples.features) {
    if (examples.table->column(feature.column).type() == table::ColumnType::kCategory) categories.push_back(feature.column);
  }
  if (categories.empty()) return std::nullopt;

  // Rows by case, with day and minute of the day.
  const std::size_t n = examples.outcome.size();
  std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> cases;
  std::vector<std::uint64_t> key(n, 1469598103934665603ULL);
  std::vector<std::uint32_t> codes(n);
  for (const std::size_t c : categories) {
    examples.table->column(c).CopyCodes(0, codes);
    for (std::size_t i = 0; i < n; ++i) key[i] = (key[i] ^ codes[i]) * 1099511628211ULL;
  }
  std::int64_t first_day = INT64_MAX, last_day = INT64_MIN;
  const auto day_of = [&](std::size_t i) { return base::FloorDivide(examples.time[i], base::kMicrosPerDay); };
  for (std::size_t i = 0; i < n; ++i) {
    if (examples.time[i] == base::kMissingTime) continue;
    cases[key[i]].push_back(static_cast<std::uint32_t>(i));
    first_day = std::min(first_day, day_of(i));
    last_day = std::max(last_day, day_of(i));
  }
  const auto days = static_cast<double>(last_day - first_day + 1);
  if (cases.empty() || days < 20) return std::nullopt;

  std::vector<double> outcome = OutcomeNumbers(examples);
  if (examples.task == learn::Task::kRegression) {
    std::vector<double> sorted = outcome;
    std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(n / 2), sorted.end());
    const double median = sorted[n / 2];
    for (double& y : outcome) y = y > median ? 1 : 0;
  }
  std::vector<double> stray;
  std::vector<std::uint8_t> positive;
  std::vector<std::uint32_t> day;
  double near_sum = 0, near_count = 0, late_sum = 0, late_count = 0;
  bool any_clock = false;
  std::vector<std::uint64_t> order;  // a map's order is not the data's: cases in order of their first row
  for (const auto& [k, rows] : cases) {
    if (static_cast<double>(rows.size()) >= 20 && static_cast<double>(rows.size()) <= 1.2 * days) order.push_back(k);
  }
  std::sort(order.begin(), order.end(), [&](std::uint64_t a, std::uint64_t b) { return cases[a][0] < cases[b][0]; });
  for (const std::uint64_t k : order) {
    const std::vector<std::uint32_t>& rows = cases[k];
    std::vector<double> minutes;
    for (const std::uint32_t row : rows) minutes.push_back(static_cast<double>(examples.time[row] - day_of(row) * base::kMicrosPerDay) / 6e7);
    std::vector<double> sorted = minutes;
    std::sort(sorted.begin(), sorted.end());
    const double usual = sorted[sorted.size() / 2];
    // Only cases that keep a time: half of them within half an hour of it.
    if (sorted[sorted.size() * 3 / 4] - sorted[sorted.size() / 4] > 60) continue;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const double off = minutes[i] - usual;
      if (off != 0) any_clock = true;
      if (std::abs(off) > 360) continue;  // another case under the same categories, or past midnight
      stray.push_back(off);
      positive.push_back(outcome[rows[i]] > 0.5 ? 1 : 0);
      day.push_back(static_cast<std::uint32_t>(day_of(rows[i]) - first_day));
      if (std::abs(off) <= 5) near_sum += outcome[rows[i]], near_count += 1;
      if (off >= 30) late_sum += outcome[rows[i]], late_count += 1;
    }
  }
  if (stray.size() < 500 || !any_clock) return std::nullopt;
  const Result<stats::AucParts> auc = stats::Auc(stray, positive);
  if (!auc) return std::nullopt;
  const Result<stats::Interval> interval = stats::AucInterval(*auc, positive, {day, static_cast<std::uint32_t>(days)});
  if (!interval) return std::nullopt;
  TimeLeak leak;
  leak.auc = *interval;
  leak.rows = static_cast<std::int64_t>(stray.size());
  leak.late_early = near_count > 0 ? near_sum / near_count : std::nan("");
  leak.late_late = late_count > 0 ? late_sum / late_count : std::nan("");
  leak.accused = interval->low > 0.65;
  const base::ReadableEnds shown = base::ReadableInterval(leak.auc.value, leak.auc.low, leak.auc.high);
  const std::string figures = "in " + base::ReadableCount(leak.rows) + " rows of cases that recur about once a day, how far the time of day strays from the case's usual one tells the outcome with AUC " +
                              shown.value + " (95 % interval " + shown.low + " to " + shown.high + ")" +
                              (late_count >= 50 ? ": it is " + base::ReadableShare(leak.late_early) + " within 5 minutes of the usual time and " + base::ReadableShare(leak.late_late) + " half an hour or more after it" : "");
  leak.message = leak.accused ? "The time of day in '" + NameOfTime(examples) + "' is what happened, not what was planned: " + figures + ". It is known only after the decision." : "The time of day in '" + NameOfTime(examples) + "' behaves like a plan: " + figures + ".";
  return leak;
}

}  // namespace assay::lifecycle
