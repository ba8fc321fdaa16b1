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

constexpr const char* kNotAskedFor = "not among the features asked for";

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

std::string ReasonToExclude(const std::string& name, const Problem& problem, const Roles& roles) {
  if (const Withholding* withheld = roles.withheld.Find(name); withheld != nullptr) return withheld->reason;
  if (base::IsAmong(roles.time, name)) return "it is the time; its calendar parts are features instead";
  if (base::IsAmong(roles.unit, name)) return "it names the unit";
  if (base::IsAmong(roles.query, name)) return "it names the query";
  if (base::IsAmong(problem.exclude, name)) return "excluded on request";
  if (!problem.features.empty() && !base::IsAmong(problem.features, name)) return kNotAskedFor;
  return "";
}

// Whether calendar parts of a time column are features: it may be known and is not excluded, and it or a part of it is asked for.
bool HasFeatures(const Column& column, const std::vector<DerivedColumn>& parts, const Problem& problem, const Roles& roles) {
  if (roles.withheld.Find(column.name()) != nullptr || base::IsAmong(problem.exclude, column.name())) return false;
  if (!base::IsAmong(roles.time, column.name()) && (base::IsAmong(roles.unit, column.name()) || base::IsAmong(roles.query, column.name()))) return false;
  if (problem.features.empty() || base::IsAmong(problem.features, column.name())) return true;
  return std::any_of(parts.begin(), parts.end(), [&](const DerivedColumn& part) { return base::IsAmong(problem.features, part.name); });
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

std::string WhyExcluded(const Gathered& gathered) {
  constexpr std::size_t kShown = 5;
  std::vector<std::string> reasons;
  for (const ExcludedColumn& excluded : gathered.excluded) {
    if (excluded.reason != kNotAskedFor) reasons.push_back("'" + excluded.column + "': " + excluded.reason);
  }
  const std::size_t more = reasons.size() > kShown ? reasons.size() - kShown : 0;
  reasons.resize(reasons.size() - more);
  return base::Join(reasons, "; ") + (more > 0 ? "; and " + std::to_string(more) + " more" : "");
}

Result<void> RefuseWithoutFeatures(const Gathered& gathered) {
  if (!gathered.examples.features.empty()) return {};
  const std::string why = WhyExcluded(gathered);
  return Error{ErrorCode::kInvalidInput, "no column is left as a feature" + (why.empty() ? "" : " (" + why + ")") + ". Give data with a column that is known at the decision, or leave out less"};
}

Result<Roles> RolesOf(const Problem& problem, const Table& table) {
  Roles roles;
  ASSAY_TRY(ColumnsOf(problem.outcome, "--outcome"));
  roles.time = ASSAY_TRY(ColumnsOf(problem.time, "--time"));
  roles.unit = ASSAY_TRY(ColumnsOf(problem.unit, "--unit"));
  roles.query = ASSAY_TRY(ColumnsOf(problem.query, "--query"));
  roles.withheld = WithheldColumns(problem, table);
  for (const auto* names : {&problem.features, &problem.exclude, &problem.known_after}) {
    for (const std::string& name : *names) {
      if (!NamesCalendarPart(name, table)) ASSAY_TRY(table.IndexOf(name));
    }
  }
  return roles;
}

Result<ChosenColumns> ChooseFeatures(const Problem& problem, const Roles& roles, const Table& table, const RunContext& context, std::vector<ExcludedColumn>* excluded, std::vector<std::string>* notes) {
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
    // An hour that the charter names itself is listed as left out for that reason.
    const bool day_only = roles.withheld.HasClockOf(column.name()) && roles.withheld.Find("hour(" + column.name() + ")") == nullptr;
    const std::vector<DerivedColumn> parts = is_time ? CalendarParts(column, day_only) : std::vector<DerivedColumn>{};
    if (is_time && HasFeatures(column, parts, problem, roles)) {
      const bool all_asked_for = problem.features.empty() || base::IsAmong(problem.features, column.name());
      for (const DerivedColumn& part : parts) {
        if (table.Find(part.name) >= 0) {
          notes->push_back("'" + part.name + "' is the column of that name in the data, not the part of '" + column.name() + "'");
          continue;
        }
        const bool asked_for = all_asked_for || base::IsAmong(problem.features, part.name);
        const Withholding* withheld = roles.withheld.Find(part.name);
        if (withheld != nullptr || !asked_for || base::IsAmong(problem.exclude, part.name)) {
          excluded->push_back({part.name, withheld != nullptr ? withheld->reason : asked_for ? "excluded on request" : kNotAskedFor, withheld != nullptr && withheld->known_after});
          continue;
        }
        Column made = ASSAY_TRY(expression::EvaluateText(part.expression, "calendar part", table, part.name, context));
        features.push_back({columns.size(), part.name, column.name()});
        derivations.push_back({part.name, part.expression});
        columns.push_back(std::move(made));
      }
      if (reason.empty() || reason == kNotAskedFor) reason = "it is a time; its calendar parts are features instead";
    }
    if (is_time || !reason.empty()) {
      const Withholding* withheld = roles.withheld.Find(column.name());
      if (base::IsAmong(problem.features, column.name()) && (!is_time || withheld != nullptr)) notes->push_back("'" + column.name() + "' is asked for by --features, but is no feature: " + reason);
      excluded->push_back({column.name(), reason, withheld != nullptr && withheld->known_after, withheld != nullptr && withheld->part_of_outcome});
    } else {
      features.push_back({c, column.name(), column.name()});
    }
  }
  std::sort(features.begin(), features.end(), [](const learn::Feature& a, const learn::Feature& b) { return a.column < b.column; });
  const auto is_said = [&](const std::string& name) {
    const std::string lower = base::Lowercase(name);
    return table.Find(name) >= 0 || std::any_of(features.begin(), features.end(), [&](const learn::Feature& f) { return base::Lowercase(f.name) == lower; }) ||
           std::any_of(excluded->begin(), excluded->end(), [&](const ExcludedColumn& e) { return base::Lowercase(e.column) == lower; });
  };
  for (const std::string& name : problem.features) {
    if (!is_said(name)) return Error{ErrorCode::kInvalidInput, "--features: '" + name + "' cannot be a feature: it is the same in every row, or not known at the decision; leave it out"};
  }
  return chosen;
}

}  // namespace assay::lifecycle
