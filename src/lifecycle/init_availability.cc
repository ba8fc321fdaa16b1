#include <algorithm>
#include <optional>

#include "base/text.h"
#include "expression/expression.h"
#include "lifecycle/availability.h"
#include "lifecycle/feasibility.h"
#include "lifecycle/internal/init_parts.h"
#include "lifecycle/personal_data.h"

namespace assay::lifecycle {

namespace {

using evidence::ProposedColumn;
using expression::ColumnsOf;

ProposedColumn* FindColumn(Availability* availability, const std::string& name) {
  for (ProposedColumn& column : availability->columns) {
    if (base::Lowercase(column.name) == base::Lowercase(name)) return &column;
  }
  return nullptr;
}

}  // namespace

Availability FirstGuess(const Problem& problem, const table::Table& table, const RunContext& context) {
  Availability availability;
  const std::vector<std::string> outcome = ColumnsOf(problem.outcome), time = ColumnsOf(problem.time), unit = ColumnsOf(problem.unit), query = ColumnsOf(problem.query);
  for (const table::Column& column : table.columns()) {
    ProposedColumn proposed{column.name(), table::ColumnTypeName(column.type()), "before", false, true, ""};
    if (const std::string care = SensitiveReason(column); !care.empty()) {
      proposed.sensitive = true;
      proposed.reason = "it " + care;
    }
    if (base::IsAmong(outcome, column.name())) {
      proposed.known = "after";
      proposed.feature = false;
      proposed.reason = "it is part of the outcome";
    } else if (base::IsAmong(time, column.name())) {
      proposed.reason = "it is the time of the decision";
    } else if (base::IsAmong(unit, column.name()) || base::IsAmong(query, column.name())) {
      proposed.feature = false;
      proposed.reason = base::IsAmong(unit, column.name()) ? "it names the unit" : "it names the query";
    } else if (const std::string late = LateNameReason(column.name()); !late.empty()) {
      proposed.known = "after";
      proposed.feature = false;
      proposed.reason = late + "; write before if it is not so";
    }
    availability.columns.push_back(std::move(proposed));
  }
  const Result<table::Column> value = expression::EvaluateText(problem.outcome, "--outcome", table, "outcome", context);
  if (!value) return availability;
  std::optional<table::Column> when;
  if (!problem.time.empty()) {
    const Result<table::Column> evaluated = expression::EvaluateText(problem.time, "--time", table, "time", context);
    if (evaluated && evaluated->type() == table::ColumnType::kTime) when = *evaluated;
  }
  std::vector<std::string> skip = outcome;
  skip.insert(skip.end(), time.begin(), time.end());
  for (const LateColumn& late : FindLateColumns(table, KnownOutcomes(*value), when ? &*when : nullptr, skip)) {
    ProposedColumn* column = FindColumn(&availability, late.column);
    column->known = "after";
    column->feature = false;
    column->reason = late.evidence + (late.certain ? "" : "; write before if it is a plan made earlier");
  }
  return availability;
}

Result<void> FindLeaky(const Gathered& gathered, const RunContext& context, Availability* availability) {
  const Result<std::vector<evidence::Finding>> leaks = FindLeaks(gathered, context);
  if (!leaks) return leaks.error().code == ErrorCode::kCancelled ? Result<void>(leaks.error()) : Result<void>();
  for (const evidence::Finding& leak : *leaks) {
    if (!leak.accused) continue;
    if (leak.kind == "time") {
      availability->clock = leak.message;
      continue;
    }
    ProposedColumn* column = FindColumn(availability, SourceOf(gathered.examples, leak.name));
    if (column == nullptr) continue;
    column->known = "after";
    column->feature = false;
    column->reason = leak.message;
  }
  return {};
}

}  // namespace assay::lifecycle
