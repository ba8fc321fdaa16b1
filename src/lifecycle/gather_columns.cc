#include <algorithm>
#include <limits>
#include <set>

#include "base/text.h"
#include "expression/expression.h"
#include "lifecycle/internal/gather_parts.h"

namespace assay::lifecycle {

namespace {

using table::Column;
using table::ColumnType;
using table::Table;

constexpr const char* kKnownAfter = "the charter says it is known only after the decision";

Result<std::vector<std::string>> ColumnsOf(const std::string& text, const std::string& where) {
  if (text.empty()) return std::vector<std::string>{};
  const expression::Expression parsed = ASSAY_TRY_WITH(expression::Expression::Parse(text), where);
  return parsed.columns();
}

// Calendar features of a time column, cheap to evaluate by our own expressions.
std::vector<DerivedColumn> CalendarParts(const Column& column, bool day_only) {
  const std::string quoted = "\"" + column.name() + "\"";
  std::set<std::string> parts;
  bool any_clock = false;
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  std::int64_t most = std::numeric_limits<std::int64_t>::min();
  for (std::int64_t row = 0; row < column.num_rows(); ++row) {
    const base::Micros time = column.TimeAt(row);
    if (time == base::kMissingTime) continue;
    least = std::min(least, time);
    most = std::max(most, time);
    if (!any_clock && time % base::kMicrosPerDay != 0) any_clock = true;
  }
  std::vector<DerivedColumn> derived;
  const auto add = [&](const char* part) { derived.push_back({std::string(part) + "(" + column.name() + ")", std::string(part) + "(" + quoted + ")"}); };
  if (most <= least) return derived;
  if (base::ToCivil(least).year != base::ToCivil(most).year) add("year");
  add("month");
  add("day");
  add("weekday");
  if (any_clock && !day_only) add("hour");
  return derived;
}

// "hour(date)" of a time column 'date'.
bool NamesCalendarPart(const std::string& name, const Table& table) {
  const std::size_t open = name.find('(');
  if (open == std::string::npos || name.back() != ')') return false;
  const std::int64_t column = table.Find(name.substr(open + 1, name.size() - open - 2));
  return column >= 0 && table.column(static_cast<std::size_t>(column)).type() == ColumnType::kTime;
}

// "'US Gross' is repaired as 'case ...': 66 values changed, 66 of them to missing".
std::string RepairNote(const Column& before, const Column& after, const std::string& expression) {
  std::int64_t changed = 0, to_missing = 0, from_missing = 0;
  const bool same_kind = before.type() == after.type() && before.type() != ColumnType::kCategory;
  for (std::int64_t row = 0; row < before.num_rows(); ++row) {
    if (before.IsMissing(row) && after.IsMissing(row)) continue;
    const bool both = !before.IsMissing(row) && !after.IsMissing(row);
    if (both && (same_kind ? before.NumberAt(row) == after.NumberAt(row) : before.TextAt(row) == after.TextAt(row))) continue;
    ++changed;
    to_missing += after.IsMissing(row) ? 1 : 0;
    from_missing += before.IsMissing(row) ? 1 : 0;
  }
  std::string note = "'" + before.name() + "' is repaired as '" + expression + "': " + base::ReadableCount(changed) + " values changed";
  if (to_missing > 0) note += ", " + base::ReadableCount(to_missing) + " of them to missing";
  if (from_missing > 0) note += ", " + base::ReadableCount(from_missing) + " of them were missing";
  return note;
}

// What is derived from columns is made of these too; the last derived first, as each sees those before it.
void AddSources(const Problem& problem, std::vector<std::string>* names) {
  for (auto derived = problem.derived.rbegin(); derived != problem.derived.rend(); ++derived) {
    if (!base::IsAmong(*names, derived->name)) continue;
    for (std::string& name : expression::ColumnsOf(derived->expression)) names->push_back(std::move(name));
  }
}

// Why it may not be known at the decision.
std::string ReasonToWithhold(const std::string& name, const Problem& problem, const Roles& roles) {
  if (base::IsAmong(roles.outcome, name)) return kPartOfTheOutcome;
  if (base::IsAmong(problem.known_after, name)) return kKnownAfter;
  const auto other = roles.other_outcomes.find(base::Lowercase(name));
  return other == roles.other_outcomes.end() ? "" : std::string(kPartOfTheOutcome) + " of the objective '" + other->second + "'";
}

std::string ReasonToExclude(const std::string& name, const Problem& problem, const Roles& roles) {
  if (const std::string withheld = ReasonToWithhold(name, problem, roles); !withheld.empty()) return withheld;
  if (base::IsAmong(roles.time, name)) return "it is the time; its calendar parts are features instead";
  if (base::IsAmong(roles.unit, name)) return "it names the unit";
  if (base::IsAmong(roles.query, name)) return "it names the query";
  if (base::IsAmong(problem.exclude, name)) return "excluded on request";
  if (!problem.features.empty() && !base::IsAmong(problem.features, name)) return "not among the features asked for";
  return "";
}

}  // namespace

std::vector<std::string> ColumnsLike(const Table& table, const std::string& name) {
  const std::size_t star = name.find('*');
  if (table.Find(name) >= 0 || star == std::string::npos) return {name};
  const std::string before = name.substr(0, star), after = name.substr(star + 1);
  std::vector<std::string> like;
  for (const std::string& column : table.names()) {
    if (column.size() + 1 >= name.size() && column.starts_with(before) && column.ends_with(after)) like.push_back(column);
  }
  return like.empty() ? std::vector<std::string>{name} : like;
}

Result<std::shared_ptr<const Table>> WithDerived(const Problem& problem, const std::shared_ptr<const Table>& table, const RunContext& context, std::vector<std::string>* notes) {
  if (problem.derived.empty()) return table;
  std::vector<Column> columns = table->columns();
  for (const DerivedColumn& derived : problem.derived) {
    const Table so_far = ASSAY_TRY(Table::Create(columns));
    Column made = ASSAY_TRY(expression::EvaluateText(derived.expression, "derived column '" + derived.name + "'", so_far, derived.name, context));
    // A derived column of the same name repairs the column; how much it changed is said.
    const auto same = std::find_if(columns.begin(), columns.end(), [&](const Column& c) { return c.name() == derived.name; });
    if (same != columns.end()) {
      notes->push_back(RepairNote(*same, made, derived.expression));
      *same = std::move(made);
    } else {
      columns.push_back(std::move(made));
    }
  }
  return std::make_shared<const Table>(ASSAY_TRY(Table::Create(std::move(columns))));
}

Result<Roles> RolesOf(const Problem& problem, const Table& table) {
  Roles roles;
  roles.outcome = ASSAY_TRY(ColumnsOf(problem.outcome, "--outcome"));
  AddSources(problem, &roles.outcome);
  roles.time = ASSAY_TRY(ColumnsOf(problem.time, "--time"));
  roles.unit = ASSAY_TRY(ColumnsOf(problem.unit, "--unit"));
  roles.query = ASSAY_TRY(ColumnsOf(problem.query, "--query"));
  for (const OtherOutcome& other : problem.other_outcomes) {
    std::vector<std::string> columns = expression::ColumnsOf(other.outcome);
    AddSources(problem, &columns);
    for (const std::string& column : columns) roles.other_outcomes.emplace(base::Lowercase(column), other.objective);
  }
  for (const auto* names : {&problem.features, &problem.exclude, &problem.known_after}) {
    for (const std::string& name : *names) {
      if (!NamesCalendarPart(name, table)) ASSAY_TRY(table.IndexOf(name));
    }
  }
  return roles;
}

Result<ChosenColumns> ChooseFeatures(const Problem& problem, const Roles& roles, const Table& table, const RunContext& context, std::vector<ExcludedColumn>* excluded) {
  ChosenColumns chosen;
  chosen.columns = table.columns();
  std::vector<Column>& columns = chosen.columns;
  std::vector<learn::Feature>& features = chosen.features;
  std::vector<learn::Derivation>& derivations = chosen.derivations;
  for (const DerivedColumn& derived : problem.derived) derivations.push_back({derived.name, derived.expression});
  for (std::size_t c = 0; c < table.num_columns(); ++c) {
    const Column& column = table.column(c);
    std::string reason = ReasonToExclude(column.name(), problem, roles);
    const bool is_time = column.type() == ColumnType::kTime;
    const bool is_decision_time = is_time && base::IsAmong(roles.time, column.name());
    const bool usable = reason.empty() || (is_decision_time && ReasonToWithhold(column.name(), problem, roles).empty() && !base::IsAmong(problem.exclude, column.name()) && (problem.features.empty() || base::IsAmong(problem.features, column.name())));
    if (is_time && usable) {
      for (const DerivedColumn& part : CalendarParts(column, is_decision_time && problem.calendar_day_only)) {
        if (base::IsAmong(problem.exclude, part.name)) {
          excluded->push_back({part.name, "excluded on request", false});
          continue;
        }
        if (base::IsAmong(problem.known_after, part.name)) {
          excluded->push_back({part.name, kKnownAfter, true});
          continue;
        }
        Column made = ASSAY_TRY(expression::EvaluateText(part.expression, "calendar part", table, part.name, context));
        features.push_back({columns.size(), part.name, column.name()});
        derivations.push_back({part.name, part.expression});
        columns.push_back(std::move(made));
      }
      if (reason.empty()) reason = "it is a time; its calendar parts are features instead";
    }
    if (is_time || !reason.empty()) {
      const bool known_after = base::IsAmong(problem.known_after, column.name()) || roles.other_outcomes.contains(base::Lowercase(column.name()));
      excluded->push_back({column.name(), reason, known_after && !base::IsAmong(roles.outcome, column.name())});
    } else {
      features.push_back({c, column.name(), column.name()});
    }
  }
  std::sort(features.begin(), features.end(), [](const learn::Feature& a, const learn::Feature& b) { return a.column < b.column; });
  return chosen;
}

}  // namespace assay::lifecycle
