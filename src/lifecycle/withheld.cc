#include "lifecycle/internal/withheld.h"

#include "base/text.h"
#include "expression/expression.h"
#include "lifecycle/gather.h"

namespace assay::lifecycle {

namespace {

constexpr const char* kKnownAfter = "the charter says it is known only after the decision";

bool IsTime(const table::Table& table, const std::string& name) {
  const std::int64_t index = table.Find(name);
  return index >= 0 && table.column(static_cast<std::size_t>(index)).type() == table::ColumnType::kTime;
}

// 'date' of "hour(date)"; "" of other names.
std::string TimeOfHour(const std::string& name) {
  return base::Lowercase(name).starts_with("hour(") && name.ends_with(")") ? name.substr(5, name.size() - 6) : "";
}

}  // namespace

const Withholding* Withheld::Find(const std::string& column) const {
  const auto found = columns.find(base::Lowercase(column));
  return found == columns.end() ? nullptr : &found->second;
}

bool Withheld::HasClockOf(const std::string& column) const { return clocks.contains(base::Lowercase(column)); }

void AddSources(const std::vector<DerivedColumn>& derived, std::vector<std::string>* names) {
  // The last derived first, as each sees those before it.
  for (auto column = derived.rbegin(); column != derived.rend(); ++column) {
    if (!base::IsAmong(*names, column->name)) continue;
    for (std::string& name : expression::ColumnsOf(column->expression)) names->push_back(std::move(name));
  }
}

std::map<std::string, std::string> ClockColumns(const std::vector<DerivedColumn>& derived, std::vector<std::string> times, const table::Table& table) {
  AddSources(derived, &times);
  std::map<std::string, std::string> clocks;
  for (const std::string& time : times) {
    if (IsTime(table, time)) clocks.emplace(base::Lowercase(time), table.column(static_cast<std::size_t>(table.Find(time))).name());
  }
  for (const DerivedColumn& column : derived) {
    for (const std::string& name : expression::ColumnsBeyondTheDay(column.expression)) {
      if (const auto clock = clocks.find(base::Lowercase(name)); clock != clocks.end()) {
        clocks.emplace(base::Lowercase(column.name), clock->second);
        break;
      }
    }
  }
  return clocks;
}

std::vector<std::string> ClockFeatures(const learn::Examples& examples) {
  std::vector<DerivedColumn> derived;
  for (const learn::Derivation& derivation : examples.derivations) derived.push_back({derivation.name, derivation.expression});
  const std::map<std::string, std::string> clocks = ClockColumns(derived, expression::ColumnsOf(examples.time_text), *examples.table);
  std::vector<std::string> names;
  for (const learn::Feature& feature : examples.features) {
    if (clocks.contains(base::Lowercase(feature.name))) names.push_back(feature.name);
  }
  return names;
}

Withheld WithheldColumns(const Problem& problem, const table::Table& table) {
  Withheld withheld;
  const auto withhold = [&](std::vector<std::string> names, const Withholding& why) {
    for (const std::string& name : names) withheld.columns.emplace(base::Lowercase(name), why);
  };
  std::vector<std::string> outcome = expression::ColumnsOf(problem.outcome);
  AddSources(problem.derived, &outcome);
  withhold(outcome, {kPartOfTheOutcome, true, false});
  withhold(problem.known_after, {kKnownAfter, false, true});
  for (const OtherOutcome& other : problem.other_outcomes) {
    std::vector<std::string> columns = expression::ColumnsOf(other.outcome);
    AddSources(problem.derived, &columns);
    withhold(columns, {std::string(kPartOfTheOutcome) + " of the objective '" + other.objective + "'", false, true});
  }

  std::vector<std::string> times;
  if (problem.calendar_day_only) times = expression::ColumnsOf(problem.time);
  for (const std::string& name : problem.known_after) {
    if (const std::string time = TimeOfHour(name); table.Find(name) < 0 && !time.empty()) times.push_back(time);
  }
  const std::map<std::string, std::string> clocks = ClockColumns(problem.derived, times, table);
  for (const auto& [name, clock] : clocks) {
    if (IsTime(table, name)) withheld.clocks.emplace(name, clock);
  }
  for (const DerivedColumn& derived : problem.derived) {
    const std::string column = base::Lowercase(derived.name);
    if (withheld.columns.contains(column)) continue;
    for (const std::string& name : expression::ColumnsOf(derived.expression)) {
      const Withholding* source = withheld.Find(name);
      if (source == nullptr) continue;
      const bool is_root = !source->reason.starts_with(kDerivedFrom);
      withheld.columns[column] = {is_root ? std::string(kDerivedFrom) + "'" + name + "': " + source->reason : source->reason, source->part_of_outcome, source->known_after};
      break;
    }
    const auto clock = clocks.find(column);
    if (withheld.columns.contains(column) || clock == clocks.end() || withheld.clocks.contains(column)) continue;
    withheld.columns[column] = {std::string(kDerivedFrom) + "the time of day in '" + clock->second + "', which is known only after the decision", false, true};
  }
  return withheld;
}

}  // namespace assay::lifecycle
