// What the data propose where flags and people do not say: time, unit, wait.
#include <algorithm>
#include <array>
#include <limits>
#include <unordered_map>

#include "base/text.h"
#include "expression/expression.h"
#include "lifecycle/availability.h"
#include "lifecycle/init.h"

namespace assay::lifecycle {

namespace {

// Whether later rows can be judged by what earlier ones teach. Without a unit the rows of a day count as one observation, and the
// last fifth of the rows, which judges, needs two of them.
bool SplitsRows(const table::Column& times, bool has_unit) {
  constexpr std::size_t kFewestPeriods = 5;
  constexpr double kHoldout = 0.2;
  std::unordered_map<std::int64_t, std::int64_t> periods;
  const base::Micros length = has_unit ? base::kMicrosPerHour : base::kMicrosPerDay;
  std::int64_t rows = 0, last = std::numeric_limits<std::int64_t>::min();
  for (std::int64_t row = 0; row < times.num_rows(); ++row) {
    const base::Micros t = times.TimeAt(row);
    if (t == base::kMissingTime) continue;
    const std::int64_t period = base::FloorDivide(t, length);
    ++periods[period];
    ++rows;
    last = std::max(last, period);
  }
  return periods.size() >= kFewestPeriods && (has_unit || static_cast<double>(periods[last]) < kHoldout * static_cast<double>(rows));
}

// Within which 95 % of the outcomes are known, by the times that hardly exist before the outcome does and follow the decision;
// in whole days from two on, else in whole hours. 0 where there is no such column.
base::Micros LongestUsualDelay(const table::Table& table, const std::string& outcome, const std::string& time, const std::vector<std::uint8_t>& known, const table::Column& when) {
  std::vector<std::string> skip = expression::ColumnsOf(outcome);
  for (const std::string& name : expression::ColumnsOf(time)) skip.push_back(name);
  base::Micros longest = 0;
  for (const LateColumn& late : FindLateColumns(table, known, &when, skip)) {
    const table::Column& column = table.column(static_cast<std::size_t>(table.Find(late.column)));
    if (!late.certain || column.type() != table::ColumnType::kTime) continue;
    const Delays delays = DelaysAfter(column, when, known);
    if (delays.follow_the_decision()) longest = std::max(longest, delays.percentile_95());
  }
  const base::Micros whole = longest > 2 * base::kMicrosPerDay ? base::kMicrosPerDay : base::kMicrosPerHour;
  return (longest + whole - 1) / whole * whole;
}

}  // namespace

std::string ProposeTime(const table::Table& table, const std::string& unit) {
  const bool has_unit = !unit.empty() || !ProposeUnit(table, "").empty();
  std::string fallback;
  for (const table::Column& column : table.columns()) {
    if (column.type() != table::ColumnType::kTime || !SplitsRows(column, has_unit)) continue;
    if (LateNameReason(column.name()).empty()) return expression::ColumnAsExpression(column.name());
    if (fallback.empty()) fallback = expression::ColumnAsExpression(column.name());
  }
  return fallback;
}

std::string ProposeUnit(const table::Table& table, const std::string& time) {
  static constexpr std::array kWho = {"user", "customer", "client", "patient", "account", "person", "member", "passenger", "device", "machine", "driver", "director", "student", "employee", "household", "subject", "store", "shop", "vehicle"};
  for (const table::Column& column : table.columns()) {
    const bool discrete = column.type() == table::ColumnType::kCategory || (column.type() == table::ColumnType::kNumber && column.is_integer());
    const std::string lower = base::Lowercase(column.name());
    const bool named = std::any_of(kWho.begin(), kWho.end(), [&](const char* who) { return lower == who || lower == std::string(who) + "_id" || lower == std::string(who) + "id" || lower == std::string(who) + "_name"; });
    if (!discrete || !named || HasDistinctValues(column)) continue;
    if (column.type() == table::ColumnType::kCategory && column.dictionary().size() < 10) continue;
    return expression::ColumnAsExpression(column.name());
  }
  const std::vector<std::string> columns = expression::ColumnsOf(time);
  const std::int64_t index = columns.size() == 1 ? table.Find(columns[0]) : -1;
  if (index < 0 || table.column(static_cast<std::size_t>(index)).type() != table::ColumnType::kTime) return "";
  std::unordered_map<std::int64_t, std::int64_t> days;
  std::int64_t rows = 0;
  for (std::int64_t row = 0; row < table.num_rows(); ++row) {
    const base::Micros t = table.column(static_cast<std::size_t>(index)).TimeAt(row);
    if (t == base::kMissingTime) continue;
    ++days[base::FloorDivide(t, base::kMicrosPerDay)];
    ++rows;
  }
  constexpr std::int64_t kFewestDays = 20, kFewestPerDay = 5;
  const auto num_days = static_cast<std::int64_t>(days.size());
  return num_days >= kFewestDays && rows >= kFewestPerDay * num_days ? "date(" + time + ")" : "";
}

std::string ProposeWait(const table::Table& table, const std::string& outcome, const std::string& time, const RunContext& context) {
  if (time.empty()) return "";
  const Result<table::Column> value = expression::EvaluateText(outcome, "--outcome", table, "outcome", context);
  const Result<table::Column> when = expression::EvaluateText(time, "--time", table, "time", context);
  if (!value || !when || when->type() != table::ColumnType::kTime) return "";
  const std::vector<std::uint8_t> known = KnownOutcomes(*value);
  const base::Micros wait = std::max(FindLabelDelay(known, *when).delay, LongestUsualDelay(table, outcome, time, known, *when));
  return wait > 0 ? base::FormatDuration(wait) : "";
}

}  // namespace assay::lifecycle
