// The data brought as far as the charter allows, and every EXPR held against it.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <numeric>
#include <utility>

#include "base/text.h"
#include "charter/fields.h"
#include "learn/metrics.h"
#include "lifecycle/internal/check_state.h"
#include "lifecycle/internal/withheld.h"

namespace assay::lifecycle::internal {

namespace {

std::string FirstLine(const std::string& text) { return text.substr(0, text.find('\n')); }

// The column of the file that an error inside an EXPR points to, by the error's "(position N)"; that of the answer where the file
// writes the EXPR otherwise (escapes, several lines).
int FileColumn(const Place& place, const std::string& text, const std::string& message, const std::string& charter_file) {
  const std::size_t at = message.rfind("(position ");
  if (at == std::string::npos || place.column == 0) return place.column;
  std::ifstream file(charter_file);
  std::string line;
  for (std::int64_t i = 0; i < place.line && std::getline(file, line); ++i) continue;
  const std::size_t begin = line.find(text, static_cast<std::size_t>(place.column));
  return begin == std::string::npos ? place.column : static_cast<int>(begin) + std::atoi(message.c_str() + at + 10);
}

const char* WantedName(Wanted wanted) {
  switch (wanted) {
    case Wanted::kCondition: return "a condition (true or false)";
    case Wanted::kTime: return "a time";
    case Wanted::kNumber: return "a number or a condition";
    case Wanted::kRule: return "a condition, a text or a number";
    case Wanted::kAnything: break;
  }
  return "a value";
}

bool Fits(table::ColumnType type, Wanted wanted) {
  switch (wanted) {
    case Wanted::kCondition:
    case Wanted::kNumber: return type == table::ColumnType::kBoolean || type == table::ColumnType::kNumber;
    case Wanted::kTime: return type == table::ColumnType::kTime;
    case Wanted::kRule: return type != table::ColumnType::kTime;
    case Wanted::kAnything: break;
  }
  return true;
}

void MakeDerived(CheckState& state) {
  const std::vector<Record>& derived = state.charter().list("data.derived");
  for (std::size_t i = 0; i < derived.size(); ++i) {
    const std::string name = derived[i].text("name");
    std::optional<table::Column> made = EvaluateField(state, "data.derived", derived[i], "expression", i, Wanted::kAnything);
    if (!made || name.empty()) continue;
    std::vector<table::Column> columns = state.table->columns();
    const auto same = std::find_if(columns.begin(), columns.end(), [&](const table::Column& c) { return c.name() == name; });
    if (same != columns.end()) {
      *same = made->Renamed(name);
    } else {
      columns.push_back(made->Renamed(name));
    }
    Result<table::Table> table = table::Table::Create(std::move(columns));
    if (table) state.table = std::make_shared<const table::Table>(std::move(*table));
  }
}

// Rows that the charter leaves out, each exclusion with its count.
void ExcludeRows(CheckState& state) {
  const std::vector<Record>& exclusions = state.charter().list("data.exclusions");
  for (std::size_t i = 0; i < exclusions.size(); ++i) {
    const std::optional<table::Column> named = EvaluateField(state, "data.exclusions", exclusions[i], "rows", i, Wanted::kCondition);
    if (!named) continue;
    const std::vector<std::uint8_t> out = Truths(*named);
    if (state.kept.empty()) state.kept.assign(out.size(), 1);
    for (std::size_t row = 0; row < out.size(); ++row) {
      if (out[row] == 1) state.kept[row] = 0;
    }
  }
}

void KeepRows(CheckState& state) {
  const Record& data = state.charter().section("data");
  if (!data.has("where")) return;
  const std::optional<table::Column> where = EvaluateField(state, "data", data, "where", 0, Wanted::kCondition);
  if (!where) return;
  std::vector<std::uint8_t> kept = Truths(*where);
  const auto rows = std::count(kept.begin(), kept.end(), 1);
  if (rows == 0) {
    state.Find("no_rows_kept", FieldStatus::kContradicted, PlaceOf("data", data, "where"), "the row filter '" + data.text("where") + "' keeps no row", base::ReadableCount(state.table->num_rows()) + " rows were read, none fulfils it", "Mend the condition.");
    return;
  }
  state.Confirm("data.where", "keeps " + base::ReadableCount(rows) + " of " + base::ReadableCount(state.table->num_rows()) + " rows");
  if (state.kept.empty()) state.kept.assign(kept.size(), 1);
  for (std::size_t row = 0; row < kept.size(); ++row) state.kept[row] = static_cast<std::uint8_t>(state.kept[row] & kept[row]);
}

void CheckMetric(CheckState& state, const Record& objective, std::size_t index, learn::Task task) {
  const Result<learn::Metric> metric = learn::ParseMetric(objective.has("metric") ? objective.text("metric") : "skill");
  if (!metric || learn::MetricApplies(*metric, task)) return;  // an unknown one is told where fields are judged
  const Place place = PlaceOf("objectives", objective, "metric", index);
  state.Find("metric_does_not_fit", FieldStatus::kContradicted, place, "the outcome '" + objective.text("outcome") + "' makes the task " + learn::TaskName(task) + ", for which '" + learn::MetricName(*metric) + "' does not exist", learn::RefuseMetricOf(*metric, task).error().message, "Write another metric, or state the task.");
}

// The analyses refuse it; the objective's own columns are the usual reason.
void CheckFeatures(CheckState& state, const Record& objective, std::size_t index, const Gathered& gathered) {
  if (!gathered.examples.features.empty()) return;
  state.Find("no_feature", FieldStatus::kContradicted, PlaceOf("objectives", objective, "outcome", index), "objective '" + objective.text("name") + "': no column is left as a feature", WhyExcluded(gathered), "Add columns that are known at the decision, leave out less, or name another outcome.");
}

}  // namespace

void GatherObjectives(CheckState& state) {
  const std::vector<Record>& records = state.charter().list("objectives");
  for (std::size_t i = 0; i < records.size(); ++i) {
    const std::string name = records[i].text("name");
    const std::string fault = name.empty() ? "" : FaultOfFolderName(name);  // that it is missing is told where fields are judged
    if (!fault.empty()) state.Find("bad_name", FieldStatus::kContradicted, PlaceOf("objectives", records[i], "name", i), "the objective's name '" + name + "' " + fault + "; it becomes a folder", "", "Give it a short name of letters, digits and blanks.");
  }
  // Names that no run takes are told above and in CheckNames; what the objectives say is looked at all the same.
  std::vector<Objective> objectives;
  for (const Record& record : records) {
    Result<Objective> objective = ObjectiveOf(state.project, record);
    if (!objective) return;
    objectives.push_back(std::move(*objective));
  }
  state.objectives = std::move(objectives);
  if (!state.table) return;
  for (std::size_t i = 0; i < state.objectives.size(); ++i) {
    Problem problem = state.objectives[i].problem;
    // The derived columns are in the table already; what may not be known because of them is said of each.
    const Withheld withheld = WithheldColumns(problem, *state.table);
    for (const auto& [name, why] : withheld.columns) {
      if (state.table->Find(name) >= 0) problem.known_after.push_back(name);
    }
    for (const auto& [name, clock] : withheld.clocks) problem.known_after.push_back("hour(" + name + ")");
    const std::vector<DerivedColumn> derived = std::exchange(problem.derived, {});
    Result<Gathered> gathered = GatherFromTable(problem, state.table, state.data.summary, state.context);
    if (gathered) {
      std::vector<learn::Derivation>& derivations = gathered->examples.derivations;
      for (auto it = derived.rbegin(); it != derived.rend(); ++it) derivations.insert(derivations.begin(), {it->name, it->expression});
      CheckMetric(state, records[i], i, gathered->examples.task);
      CheckFeatures(state, records[i], i, *gathered);
      if (i == 0) state.gathered = std::move(*gathered);
      continue;
    }
    // What the single EXPRs do not show by themselves: one class, a task that does not fit, no row left.
    const std::string message = FirstLine(gathered.error().message);
    const std::string own = PlaceOf("objectives", records[i], "", i).key;
    const bool told = std::any_of(state.report->findings.begin(), state.report->findings.end(), [&](const CheckFinding& f) {
      return f.status == FieldStatus::kContradicted && (f.key.starts_with(own) || f.key.starts_with("data.") || f.key.starts_with("baselines."));
    });
    if (!told) state.Find("objective_unusable", FieldStatus::kContradicted, PlaceOf("objectives", records[i], "outcome", i), "objective '" + records[i].text("name") + "' cannot be analysed", message, "Mend the outcome, the task or the row filter.");
  }
}

std::vector<std::uint8_t> Truths(const table::Column& column) {
  std::vector<double> numbers(static_cast<std::size_t>(column.num_rows()));
  column.CopyNumbers(0, numbers);
  std::vector<std::uint8_t> truths(numbers.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) truths[i] = !std::isnan(numbers[i]) && numbers[i] != 0 ? 1 : 0;
  return truths;
}

std::optional<table::Column> EvaluateField(CheckState& state, const std::string& section, const Record& record, const std::string& key, std::size_t index, Wanted wanted, const char* missing_kind, FieldStatus missing_status) {
  const std::string text = record.text(key);
  if (text.empty()) return std::nullopt;
  return EvaluateText(state, text, PlaceOf(section, record, key, index), charter::FindField(section, key)->example, wanted, missing_kind, missing_status);
}

std::optional<table::Column> EvaluateText(CheckState& state, const std::string& text, Place place, const std::string& example, Wanted wanted, const char* missing_kind, FieldStatus missing_status) {
  const Result<expression::Expression> parsed = expression::Expression::Parse(text);
  if (!parsed) {
    const std::string message = FirstLine(parsed.error().message);
    place.column = FileColumn(place, text, message, state.charter().path());
    state.Find("broken_expression", FieldStatus::kContradicted, place, "'" + place.key + "' cannot be read: " + message, "", "Mend the expression '" + text + "' (docs/expressions.md).");
    return std::nullopt;
  }
  if (!state.table) return std::nullopt;
  std::vector<std::string> unknown;
  std::string nearest;
  for (const std::string& column : parsed->columns()) {
    if (state.table->Find(column) >= 0) continue;
    unknown.push_back("'" + column + "'");
    nearest += base::DidYouMean(column, state.table->names());
  }
  if (!nearest.empty()) nearest = "." + nearest;
  if (!unknown.empty()) {
    const bool hypothesis = missing_status == FieldStatus::kVague;
    state.Find(missing_kind, missing_status, place, hypothesis ? "'" + place.key + "' cannot be tested yet: it speaks of " + base::Join(unknown, ", ") + nearest : "'" + place.key + "' speaks of " + base::Join(unknown, ", ") + nearest, "the data have the columns " + base::Join(state.table->names(), ", "),
               hypothesis ? "Collect that column, or leave the claim as one without data." : "Name a column of the data, or make it in [[data.derived]].");
    return std::nullopt;
  }
  const Result<expression::BoundExpression> bound = expression::BoundExpression::Bind(*parsed, state.table->schema());
  if (!bound) {
    const std::string message = FirstLine(bound.error().message);
    place.column = FileColumn(place, text, message, state.charter().path());
    state.Find("broken_expression", FieldStatus::kContradicted, place, "'" + place.key + "' does not fit the data: " + message, "", "Mend the expression '" + text + "' (docs/expressions.md).");
    return std::nullopt;
  }
  Result<table::Column> column = bound->Evaluate(*state.table, text, state.context);
  if (!column) return std::nullopt;  // stopped
  std::string why = "'" + text + "' on the data is a " + table::ColumnTypeName(column->type());
  if (wanted == Wanted::kTime && column->type() == table::ColumnType::kCategory) {
    // Texts that are all times count as times, as they do for the analyses.
    learn::Rows rows(static_cast<std::size_t>(column->num_rows()));
    std::iota(rows.begin(), rows.end(), 0U);
    Result<table::Column> times = TimesOfTexts(*column, text, rows);
    if (times) return std::move(*times);
    why = times.error().message;
  }
  if (!Fits(column->type(), wanted)) {
    state.Find("wrong_type", FieldStatus::kContradicted, place, "'" + place.key + "' is a " + table::ColumnTypeName(column->type()) + "; it must be " + WantedName(wanted), why, "Write an expression such as " + example + ".");
    return std::nullopt;
  }
  return std::move(*column);
}

void PrepareData(CheckState& state) {
  const Record& data = state.charter().section("data");
  if (!state.data.error.empty()) state.Find("source_unreadable", FieldStatus::kContradicted, PlaceOf("data", data, "source"), "the data cannot be read, so nothing could be held against them", FirstLine(state.data.error), "Name a CSV, Parquet or JSON file; the path is relative to the charter's folder.");
  MakeDerived(state);
  ExcludeRows(state);
  KeepRows(state);
  if (data.has("time")) state.time = EvaluateField(state, "data", data, "time", 0, Wanted::kTime);
  for (const char* key : {"unit", "query"}) EvaluateField(state, "data", data, key, 0, Wanted::kAnything);
  const std::vector<Record>& objectives = state.charter().list("objectives");
  for (std::size_t i = 0; i < objectives.size(); ++i) EvaluateField(state, "objectives", objectives[i], "outcome", i, Wanted::kAnything);
}

void CheckExpressions(CheckState& state) {
  const auto each = [&](const char* section, auto&& body) {
    const std::vector<Record>& records = state.charter().list(section);
    for (std::size_t i = 0; i < records.size(); ++i) body(records[i], i);
  };
  const bool ranking = state.charter().section("data").has("query");  // there a rule is a score
  each("guardrails", [&](const Record& record, std::size_t i) { EvaluateField(state, "guardrails", record, "expression", i, Wanted::kNumber); });
  each("baselines.rules", [&](const Record& record, std::size_t i) { EvaluateField(state, "baselines.rules", record, "expression", i, ranking ? Wanted::kNumber : Wanted::kRule); });
  each("problem.parts", [&](const Record& record, std::size_t i) {
    const std::optional<table::Column> where = EvaluateField(state, "problem.parts", record, "where", i, Wanted::kCondition);
    if (!where) return;
    const std::vector<std::uint8_t> inside = Truths(*where);
    for (evidence::CheckedPart& part : state.report->parts) {
      if (part.name != record.text("name")) continue;
      part.share.value = static_cast<double>(std::count(inside.begin(), inside.end(), 1)) / static_cast<double>(std::max<std::size_t>(1, inside.size()));
      part.share.reason = "counted over all rows of the data: no interval";
    }
  });
}

}  // namespace assay::lifecycle::internal
