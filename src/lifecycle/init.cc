#include "lifecycle/init.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_map>

#include "base/file.h"
#include "base/text.h"
#include "charter/draft.h"
#include "charter/fields.h"
#include "expression/expression.h"
#include "learn/metrics.h"
#include "learn/split.h"
#include "lifecycle/availability.h"
#include "lifecycle/check.h"
#include "lifecycle/feasibility.h"
#include "lifecycle/gather.h"

namespace assay::lifecycle {

namespace {

using charter::Draft;
using charter::DraftAnswer;
using charter::DraftRecord;
using charter::TomlString;
using evidence::ProposedColumn;

bool Among(const std::vector<std::string>& names, const std::string& name) {
  return std::any_of(names.begin(), names.end(), [&](const std::string& n) { return base::Lowercase(n) == base::Lowercase(name); });
}

std::vector<std::string> ColumnsOf(const std::string& text) {
  const Result<expression::Expression> parsed = expression::Expression::Parse(text);
  return parsed ? parsed->columns() : std::vector<std::string>{};
}

// A column's name as an EXPR: quoted only where it must be.
std::string AsExpression(const std::string& column) {
  std::string quoted = "\"";
  for (const char c : column) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  quoted += '"';
  const Result<expression::Expression> parsed = expression::Expression::Parse(quoted);
  return parsed ? parsed->Canonical() : quoted;
}

std::string ObjectiveName(const std::string& outcome) {
  const std::vector<std::string> columns = ColumnsOf(outcome);
  std::string name;
  for (const char c : columns.empty() ? std::string() : columns[0]) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (plain) name += c;
    if (!plain && !name.empty() && name.back() != '_') name += '_';
  }
  while (!name.empty() && name.back() == '_') name.pop_back();
  return name.empty() ? "outcome" : base::Lowercase(name);
}

// data.source as seen from the charter's folder, when that leads back to the same file.
std::string RelativeSource(const std::string& source, const std::filesystem::path& folder) {
  std::error_code code;
  const std::filesystem::path plain = std::filesystem::absolute(folder, code).lexically_normal();
  const std::filesystem::path from = std::filesystem::weakly_canonical(plain, code);
  const std::filesystem::path absolute = std::filesystem::absolute(source, code).lexically_normal();
  // ".." of a folder that is a link leads elsewhere: then both are taken where they really are.
  if (!code && from == (plain.has_filename() ? plain : plain.parent_path())) return absolute.lexically_relative(from).generic_string();
  const std::filesystem::path parent = std::filesystem::weakly_canonical(absolute.parent_path(), code);
  if (code) return absolute.string();
  const std::filesystem::path relative = (parent / absolute.filename()).lexically_relative(from);
  return relative.empty() ? absolute.string() : relative.generic_string();
}

// When every column is known, with the reason; `clock`: why the time of day is not known, "" when it is.
struct Availability {
  std::vector<ProposedColumn> columns;
  std::string clock;
};

ProposedColumn* FindColumn(Availability* availability, const std::string& name) {
  for (ProposedColumn& column : availability->columns) {
    if (base::Lowercase(column.name) == base::Lowercase(name)) return &column;
  }
  return nullptr;
}

Availability FirstGuess(const Problem& problem, const table::Table& table, const RunContext& context) {
  Availability availability;
  const std::vector<std::string> outcome = ColumnsOf(problem.outcome), time = ColumnsOf(problem.time), unit = ColumnsOf(problem.unit), query = ColumnsOf(problem.query);
  for (const table::Column& column : table.columns()) {
    ProposedColumn proposed{column.name(), table::ColumnTypeName(column.type()), "before", false, true, ""};
    if (const std::string care = SensitiveReason(column); !care.empty()) {
      proposed.sensitive = true;
      proposed.reason = "it " + care;
    }
    if (Among(outcome, column.name())) {
      proposed.known = "after";
      proposed.feature = false;
      proposed.reason = "it is part of the outcome";
    } else if (Among(time, column.name())) {
      proposed.reason = "it is the time of the decision";
    } else if (Among(unit, column.name()) || Among(query, column.name())) {
      proposed.feature = false;
      proposed.reason = Among(unit, column.name()) ? "it names the unit" : "it names the query";
    } else if (const std::string late = LateNameReason(column.name()); !late.empty()) {
      proposed.known = "after";
      proposed.feature = false;
      proposed.reason = late + "; write before if it is not so";
    }
    availability.columns.push_back(std::move(proposed));
  }
  const Result<table::Column> value = expression::EvaluateText(problem.outcome, "--outcome", table, "outcome", context);
  if (!value) return availability;
  std::vector<std::uint8_t> known(static_cast<std::size_t>(value->num_rows()));
  for (std::int64_t row = 0; row < value->num_rows(); ++row) known[static_cast<std::size_t>(row)] = value->IsMissing(row) ? 0 : 1;
  std::optional<table::Column> when;
  if (!problem.time.empty()) {
    const Result<table::Column> evaluated = expression::EvaluateText(problem.time, "--time", table, "time", context);
    if (evaluated && evaluated->type() == table::ColumnType::kTime) when = *evaluated;
  }
  std::vector<std::string> skip = outcome;
  skip.insert(skip.end(), time.begin(), time.end());
  for (const LateColumn& late : FindLateColumns(table, known, when ? &*when : nullptr, skip)) {
    ProposedColumn* column = FindColumn(&availability, late.column);
    column->known = "after";
    column->feature = false;
    column->reason = late.evidence + (late.certain ? "" : "; write before if it is a plan made earlier");
  }
  return availability;
}

// Takes out what leaks, by the same tests as the leakage question of feasibility.
Result<void> FindLeaky(const Gathered& gathered, const RunContext& context, Availability* availability) {
  const Result<std::vector<evidence::Finding>> leaks = FindLeaks(gathered.examples, context);
  if (!leaks) return leaks.error().code == ErrorCode::kCancelled ? Result<void>(leaks.error()) : Result<void>();
  for (const evidence::Finding& leak : *leaks) {
    if (!leak.accused) continue;
    if (leak.kind == "time") {
      availability->clock = leak.message;
      continue;
    }
    std::string source = leak.name;
    for (const learn::Feature& feature : gathered.examples.features) {
      if (feature.name == leak.name) source = feature.source;
    }
    ProposedColumn* column = FindColumn(availability, source);
    if (column == nullptr) continue;
    column->known = "after";
    column->feature = false;
    column->reason = leak.message;
  }
  return {};
}

void SetAnswer(Draft* draft, const std::string& key, const std::string& text, const std::string& note = "") {
  if (text.empty()) return;
  const std::size_t dot = key.rfind('.');
  const charter::Field* field = charter::FindField(key.substr(0, dot), key.substr(dot + 1));
  if (field == nullptr) return;
  const bool quoted = field->kind != charter::FieldKind::kNumber && field->kind != charter::FieldKind::kBoolean;
  const std::string value = field->kind == charter::FieldKind::kList ? charter::TomlList({text}) : quoted ? TomlString(text) : text;
  draft->sections[field->section][field->key] = {value, note};
}

Draft MakeDraft(const InitAnswers& answers, const std::filesystem::path& folder, const Problem& problem, const evidence::InitReport& report, const Availability& availability) {
  Draft draft;
  std::error_code code;
  std::string name = std::filesystem::weakly_canonical(std::filesystem::absolute(folder), code).filename().string();
  draft.head = {"The charter of this project: the problem definition, read by every command of Assay.",
                "Answers below were given or are proposed from the data (the lines with -> say why). Every other question stands as a comment: remove the # and answer it. `assay check` judges the answers, `assay run` does the rest; docs/charter.md explains every key."};
  SetAnswer(&draft, "project.name", name.empty() ? "project" : name);
  SetAnswer(&draft, "problem.wait", problem.wait ? answers.wait : "", report.wait == answers.wait ? "" : "the newest rows have no outcome for that long");
  SetAnswer(&draft, "data.source", RelativeSource(answers.source, folder));
  SetAnswer(&draft, "data.time", answers.time);
  if (!availability.clock.empty()) draft.sections["data"]["time_of_day_known"] = {"false", availability.clock};
  SetAnswer(&draft, "data.unit", answers.unit);
  SetAnswer(&draft, "data.query", answers.query);
  draft.remarks["data"] = {"Which rows will judge: " + report.split};
  for (const auto& [key, text] : answers.texts) SetAnswer(&draft, key, text);

  for (const ProposedColumn& column : availability.columns) {
    DraftRecord record;
    record["name"] = {TomlString(column.name), ""};
    record["known"] = {TomlString(column.known), column.reason.empty() || column.sensitive ? "" : column.reason};
    if (column.sensitive) record["sensitive"] = {"true", column.reason};
    draft.lists["data.columns"].push_back(std::move(record));
  }
  DraftRecord objective;
  objective["name"] = {TomlString(ObjectiveName(answers.outcome)), ""};
  objective["outcome"] = {TomlString(answers.outcome), ""};
  objective["task"] = {TomlString(report.task), answers.task.empty() ? "from the values of the outcome" : ""};
  objective["metric"] = {TomlString(report.metric), answers.metric.empty() ? "skill = 1 - loss / loss of the constant" : ""};
  objective["least_gain"] = {"0.01", "a hundredth of the metric, until somebody says what is worth having"};
  draft.lists["objectives"].push_back(std::move(objective));

  const auto option = [&](const char* title, const char* kind) { draft.lists["problem.options"].push_back({{"name", {TomlString(title), ""}}, {"kind", {TomlString(kind), ""}}}); };
  option("do nothing", "constant");
  option("a rule", "rule");
  option("a model", "boosted");
  const auto step = [&](const char* title, const char* exit) { draft.lists["problem.steps"].push_back({{"name", {TomlString(title), ""}}, {"exit", {TomlString(exit), ""}}}); };
  step("a gain is shown", "gain_low >= 0.01");
  step("no column leaks", "leaky_columns = 0");
  return draft;
}

std::string MetricFor(learn::Task task, const std::string& wanted) {
  if (!wanted.empty()) return wanted;
  return learn::MetricName(learn::MetricsOf(task).front());
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
    if (!discrete || !named || IsIdLike(column)) continue;
    if (column.type() == table::ColumnType::kCategory && column.dictionary().size() < 10) continue;
    return AsExpression(column.name());
  }
  const std::vector<std::string> columns = ColumnsOf(time);
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
  std::vector<std::uint8_t> known(static_cast<std::size_t>(value->num_rows()));
  for (std::int64_t row = 0; row < value->num_rows(); ++row) known[static_cast<std::size_t>(row)] = value->IsMissing(row) ? 0 : 1;
  const LabelDelay delay = FindLabelDelay(known, *when);
  return delay.delay > 0 ? base::FormatDuration(delay.delay) : "";
}

Result<InitPlan> PlanCharter(const InitAnswers& given, const std::filesystem::path& folder, std::shared_ptr<const table::Table> table, const evidence::DataSummary& summary, const RunContext& context) {
  InitAnswers answers = given;
  Problem problem;
  problem.source = answers.source;
  problem.outcome = answers.outcome;
  problem.time = answers.time;
  problem.unit = answers.unit;
  problem.query = answers.query;
  problem.task = answers.task;
  problem.metric = answers.metric;
  if (answers.wait.empty()) answers.wait = ProposeWait(*table, answers.outcome, answers.time, context);
  if (!answers.wait.empty()) problem.wait = ASSAY_TRY_WITH(base::ParseDuration(answers.wait), "--wait");
  if (!answers.metric.empty()) ASSAY_TRY_WITH(learn::ParseMetric(answers.metric), "--metric");

  Availability availability = FirstGuess(problem, *table, context);
  const auto late = [&] {
    std::vector<std::string> names;
    for (const ProposedColumn& column : availability.columns) {
      if (column.known == "after" && !Among(ColumnsOf(problem.outcome), column.name)) names.push_back(column.name);
    }
    return names;
  };
  problem.known_after = late();
  Gathered gathered = ASSAY_TRY(GatherFromTable(problem, table, summary, context));
  ASSAY_TRY(FindLeaky(gathered, context, &availability));
  problem.known_after = late();
  problem.calendar_day_only = !availability.clock.empty();
  gathered = ASSAY_TRY(GatherFromTable(problem, table, summary, context));

  InitPlan plan;
  evidence::InitReport& report = plan.report;
  report.header.report = "init";
  report.header.data = gathered.data;
  report.outcome = answers.outcome;
  report.task = learn::TaskName(gathered.examples.task);
  report.metric = MetricFor(gathered.examples.task, answers.metric);
  report.time = answers.time;
  report.unit = answers.unit;
  report.query = answers.query;
  report.wait = given.wait.empty() ? answers.wait : given.wait;
  report.time_of_day_known = availability.clock.empty();
  const Result<learn::Split> split = learn::SplitHoldout(gathered.examples, {});
  report.split = split ? learn::ExplainSplit(gathered.examples, *split) : "no split is possible: " + split.error().message;
  for (ProposedColumn& column : availability.columns) {
    column.feature = std::any_of(gathered.examples.features.begin(), gathered.examples.features.end(), [&](const learn::Feature& f) { return f.source == column.name; });
  }
  report.columns = availability.columns;

  // The text is checked as any other charter is; what the check measures goes into it.
  Draft draft = MakeDraft(answers, folder, problem, report, availability);
  if (given.wait.empty() && !answers.wait.empty()) draft.sections["problem"]["wait"].note = "the newest rows have no outcome for that long";
  Project project;
  project.folder = folder;
  const std::string path = (folder / "assay.toml").string();
  project.charter = ASSAY_TRY(charter::Charter::Parse(charter::WriteDraft(draft), path));
  evidence::CheckReport check = ASSAY_TRY(CheckCharter(project, {table, summary, ""}, context));
  if (std::isfinite(check.rows_per_day.value) && check.rows_per_day.value >= 1 && !answers.sampled && !answers.texts.contains("data.rows_per_day")) {
    const double digits = std::pow(10, std::floor(std::log10(check.rows_per_day.value)) - 2);
    const double rounded = digits > 1 ? std::round(check.rows_per_day.value / digits) * digits : std::round(check.rows_per_day.value);
    draft.sections["data"]["rows_per_day"] = {base::ShortestNumber(rounded), "counted in the data"};
    std::erase_if(check.open_questions, [](const evidence::OpenQuestion& q) { return q.key == "data.rows_per_day"; });
  }
  plan.text = charter::WriteDraft(draft);
  ASSAY_TRY(charter::Charter::Parse(plan.text, path));
  report.check = check.summary;
  report.contradicted = std::count_if(check.findings.begin(), check.findings.end(), [](const auto& f) { return f.status == evidence::FieldStatus::kContradicted; });
  report.open_questions = check.open_questions;
  return plan;
}

Result<void> RefuseExisting(const std::filesystem::path& folder, bool force) {
  std::error_code code;
  const std::filesystem::path path = folder / "assay.toml";
  if (force || !std::filesystem::exists(std::filesystem::symlink_status(path, code))) return {};
  return Error{ErrorCode::kConflict, path.string() + ": there is a charter already, and it is not overwritten; edit it, or write a new one with --force (the old one is then kept beside it)"};
}

Result<void> SaveCharter(const std::filesystem::path& folder, bool force, InitPlan* plan) {
  ASSAY_TRY(RefuseExisting(folder, force));
  std::error_code code;
  const std::filesystem::path path = folder / "assay.toml";
  if (std::filesystem::exists(path, code)) {
    std::filesystem::path backup;
    for (int number = 1; backup.empty() || std::filesystem::exists(backup, code); ++number) backup = path.string() + ".before-" + std::to_string(number);
    const std::string old = ASSAY_TRY(base::ReadFile(path));
    ASSAY_TRY(base::WriteFileAtomically(backup, old));
    plan->report.backup = backup.string();
  }
  ASSAY_TRY(base::WriteFileAtomically(path, plan->text));
  plan->report.charter = path.string();
  return {};
}

}  // namespace assay::lifecycle
