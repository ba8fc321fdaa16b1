// Declared columns against those that are there, and the steps of the business against what arrives from them.
#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "lifecycle/availability.h"
#include "lifecycle/internal/check_state.h"
#include "lifecycle/personal_data.h"

namespace assay::lifecycle::internal {

namespace {

// Presence of a column's values, and in time.
struct Presence {
  std::int64_t rows = 0, present = 0;
  base::Micros last = base::kMissingTime, last_row = base::kMissingTime, first_row = base::kMissingTime;
  std::int64_t present_before = 0, rows_before = 0, rows_after = 0;  // up to and after the column's last value
};

Presence PresenceOf(const CheckState& state, const table::Column& column) {
  Presence p;
  p.rows = column.num_rows();
  for (std::int64_t row = 0; row < p.rows; ++row) {
    const bool there = !column.IsMissing(row);
    p.present += there ? 1 : 0;
    if (!state.time) continue;
    const base::Micros time = state.time->TimeAt(row);
    if (time == base::kMissingTime) continue;
    if (there && (p.last == base::kMissingTime || time > p.last)) p.last = time;
    if (p.last_row == base::kMissingTime || time > p.last_row) p.last_row = time;
    if (p.first_row == base::kMissingTime || time < p.first_row) p.first_row = time;
  }
  if (!state.time || p.last == base::kMissingTime) return p;
  for (std::int64_t row = 0; row < p.rows; ++row) {
    const base::Micros time = state.time->TimeAt(row);
    if (time == base::kMissingTime) continue;
    if (time > p.last) {
      ++p.rows_after;
    } else {
      ++p.rows_before;
      p.present_before += column.IsMissing(row) ? 0 : 1;
    }
  }
  return p;
}

// Stale: values stop, and at their former rate at least this many would have come since.
constexpr double kExpectedSince = 30;
constexpr double kThin = 0.5;

void CheckArrival(CheckState& state, const std::string& step, const Place& place, const table::Column& column) {
  const Presence p = PresenceOf(state, column);
  const std::string name = "'" + column.name() + "'";
  const double share = static_cast<double>(p.present) / static_cast<double>(std::max<std::int64_t>(1, p.rows));
  const auto wait = static_cast<base::Micros>(state.charter().section("problem").number("wait", 0));
  const double expected = p.rows_before > 0 ? static_cast<double>(p.present_before) / static_cast<double>(p.rows_before) * static_cast<double>(p.rows_after) : 0;
  if (p.present == 0) {
    state.Find("step_column_empty", FieldStatus::kContradicted, place, "step '" + step + "': " + name + " never has a value", "missing in all " + base::ReadableCount(p.rows) + " rows", "Find out why nothing is recorded there, or take the column out of the step.");
  } else if (expected >= kExpectedSince && p.last_row - p.last > wait + 2 * base::kMicrosPerDay) {
    state.Find("step_column_stale", FieldStatus::kContradicted, place, "step '" + step + "': " + name + " has stopped arriving", "its last value is of " + base::FormatTime(p.last) + ", the data go on to " + base::FormatTime(p.last_row) + "; " + base::ReadableCount(p.rows_after) + " rows since then have none, where about " + base::ReadableCount(static_cast<std::int64_t>(expected)) + " values were to be expected",
               "Find out what changed in that step; a model that needs the column would be blind now.");
  } else if (share < kThin) {
    state.Find("step_column_thin", FieldStatus::kContradicted, place, "step '" + step + "': " + name + " is mostly missing", "it has a value in " + base::ReadableShare(share) + " of " + base::ReadableCount(p.rows) + " rows", "Find out which cases leave no data there, or take the column out of the step.");
  }
}

void CheckBusinessSteps(CheckState& state) {
  const std::vector<Record>& steps = state.charter().list("business.steps");
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const std::string step = steps[i].text("name");
    const Place place = PlaceOf("business.steps", steps[i], "columns", i);
    std::vector<std::string> columns = steps[i].list("columns");
    for (const Record& column : state.charter().list("data.columns")) {
      if (column.text("business_step") == step && std::find(columns.begin(), columns.end(), column.text("name")) == columns.end()) columns.push_back(column.text("name"));
    }
    if (columns.empty()) {
      state.Find("step_without_data", FieldStatus::kVague, place, "step '" + step + "' names no data that arises there", "", "Name its columns, or write columns = [] and say so in its value.");
      continue;
    }
    if (!state.table) continue;
    for (const std::string& name : columns) {
      const std::int64_t index = state.table->Find(name);
      if (index < 0) {
        state.Find("step_column_missing", FieldStatus::kContradicted, place, "step '" + step + "' should give the column '" + name + "', which is not in the data." + base::DidYouMean(name, state.table->names()), "the data have the columns " + base::Join(state.table->names(), ", "), "Collect it, or take it out of the step.");
      } else {
        CheckArrival(state, step, place, state.table->column(static_cast<std::size_t>(index)));
      }
    }
  }
}

void CheckDeclared(CheckState& state) {
  const std::vector<Record>& columns = state.charter().list("data.columns");
  std::vector<std::string> declared;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::string name = columns[i].text("name");
    declared.push_back(base::Lowercase(name));
    if (!state.table || name.empty()) continue;
    // A calendar part such as "hour(date)" may be declared on its own.
    const std::int64_t index = state.table->Find(name);
    if (index < 0) {
      if (state.gathered && std::any_of(state.gathered->examples.features.begin(), state.gathered->examples.features.end(), [&](const learn::Feature& f) { return f.name == name; })) continue;
      if (name.ends_with(")") && state.table->Find(name.substr(name.find('(') + 1, name.size() - name.find('(') - 2)) >= 0) continue;
      state.Find("column_missing", FieldStatus::kContradicted, PlaceOf("data.columns", columns[i], "name", i), "the charter declares the column '" + name + "', which is not in the data." + base::DidYouMean(name, state.table->names()), "the data have the columns " + base::Join(state.table->names(), ", "), "Name it as the data do, make it in [[data.derived]], or remove the block.");
      continue;
    }
    const table::Column& column = state.table->column(static_cast<std::size_t>(index));
    if (column.type() == table::ColumnType::kNumber && !columns[i].has("unit") && !HasDistinctValues(column)) {
      state.Find("unit_missing", FieldStatus::kVague, PlaceOf("data.columns", columns[i], "unit", i), "'" + name + "' is a number without a unit", "", "Write its unit, such as unit = \"minutes\", or unit = \"count\".");
    }
    if (const std::string reason = SensitiveReason(column); !reason.empty() && !columns[i].has("sensitive")) {
      state.Find("sensitive_unsaid", FieldStatus::kVague, PlaceOf("data.columns", columns[i], "sensitive", i), "'" + name + "' " + reason + ", and the charter does not say whether it needs care", "", "Write sensitive = true, or sensitive = false where it does not.");
    }
  }
  if (!state.table) return;
  std::vector<std::string> undeclared;
  for (const std::string& name : state.table->names()) {
    if (std::find(declared.begin(), declared.end(), base::Lowercase(name)) == declared.end()) undeclared.push_back("'" + name + "'");
  }
  if (!undeclared.empty() && !columns.empty()) {
    Place place{"data.columns", columns[0].line, 0};
    const std::size_t all = undeclared.size();
    if (all > 8) undeclared.resize(8);
    state.Find("columns_undeclared", FieldStatus::kVague, place, std::to_string(all) + (all == 1 ? " column of the data is" : " columns of the data are") + " not described: " + base::Join(undeclared, ", ") + (all > 8 ? ", ..." : ""), "", "Add a [[data.columns]] block for each: what it means, and whether it is known before the decision.");
  }
}

void CheckImported(CheckState& state) {
  if (!state.table) return;
  const std::vector<Record>& imported = state.charter().list("baselines.imported");
  for (std::size_t i = 0; i < imported.size(); ++i) {
    const std::string name = imported[i].text("column");
    if (name.empty() || state.table->Find(ColumnsLike(*state.table, name).front()) >= 0) continue;
    state.Find("column_missing", FieldStatus::kContradicted, PlaceOf("baselines.imported", imported[i], "column", i), "the predictions '" + imported[i].text("name") + "' should be in column '" + name + "', which is not in the data." + base::DidYouMean(name, state.table->names()), "the data have the columns " + base::Join(state.table->names(), ", "), "Name the column that holds them.");
  }
}

}  // namespace

void CheckColumns(CheckState& state) {
  CheckDeclared(state);
  CheckBusinessSteps(state);
  CheckImported(state);
}

}  // namespace assay::lifecycle::internal
