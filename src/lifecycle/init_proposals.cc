// What the data propose where flags and people do not say: time, unit, wait.
#include <algorithm>
#include <array>
#include <unordered_map>

#include "base/text.h"
#include "expression/expression.h"
#include "lifecycle/availability.h"
#include "lifecycle/init.h"

namespace assay::lifecycle {

namespace {

// A column's name as an EXPR: quoted only where it must be.
std::string AsExpression(const std::string& column) {
  std::string quoted = "\"";
  for (const char c : column) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  quoted += '"';
  const Result<expression::Expression> parsed = expression::Expression::Parse(quoted);
  return parsed ? parsed->Canonical() : quoted;
}

}  // namespace

std::string ProposeTime(const table::Table& table) {
  std::string fallback;
  for (const table::Column& column : table.columns()) {
    if (column.type() != table::ColumnType::kTime) continue;
    if (LateNameReason(column.name()).empty()) return AsExpression(column.name());
    if (fallback.empty()) fallback = AsExpression(column.name());
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
    return AsExpression(column.name());
  }
  const std::vector<std::string> columns = expression::ColumnsOf(time);
  const std::int64_t index = columns.size() == 1 ? table.Find(columns[0]) : -1;
  if (index < 0 || table.column(static_cast<std::size_t>(index)).type() != table::ColumnType::kTime) return "";
  std::unordered_map<std::int64_t, std::int64_t> days;
  std::int64_t rows = 0;
  for (std::int64_t row = 0; row < table.num_rows(); ++row) {
    const base::Micros t = table.column(static_cast<std::size_t>(index)).TimeAt(row);
    if (t == base::kMissingTime) continue;
    ++days[t / base::kMicrosPerDay - (t % base::kMicrosPerDay < 0 ? 1 : 0)];
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
  const LabelDelay delay = FindLabelDelay(KnownOutcomes(*value), *when);
  return delay.delay > 0 ? base::FormatDuration(delay.delay) : "";
}

}  // namespace assay::lifecycle
