#include "lifecycle/project.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "charter/fields.h"
#include "charter/limits.h"
#include "lifecycle/internal/rung_names.h"

namespace assay::lifecycle {

namespace {

using charter::Charter;
using charter::Record;

Error Missing(const Charter& charter, const std::string& key, const std::string& example) {
  return {ErrorCode::kInvalidInput, charter.path() + ": '" + key + "' is missing; write for example: " + example};
}

Result<Problem> ProblemOf(const Project& project, const Record& objective) {
  const Charter& charter = project.charter;
  const Record& data = charter.section("data");
  Problem problem;
  if (!data.has("source")) return Missing(charter, "data.source", "source = \"flights.parquet\"");
  const std::filesystem::path source = data.text("source");
  problem.source = source.is_absolute() ? source.string() : (project.folder / source).lexically_normal().string();
  if (!objective.has("outcome")) return Missing(charter, "objectives.outcome", "outcome = \"delay > 15\"");
  problem.outcome = objective.text("outcome");
  problem.task = objective.text("task");
  problem.metric = objective.text("metric");
  problem.time = data.text("time");
  problem.unit = data.text("unit");
  problem.query = data.text("query");
  problem.where = data.text("where");
  problem.calendar_day_only = !data.flag("time_of_day_known", true);
  // Within bounds where it is used; `assay check` looks at charters with an impossible one too.
  problem.least_query_rows = static_cast<std::int64_t>(std::clamp(data.number("least_query_rows", 2), 2.0, 1e9));
  problem.target = objective.number("target", problem.target);
  problem.least_gain = objective.number("least_gain", problem.least_gain);
  if (charter.section("problem").has("wait")) problem.wait = ASSAY_TRY(base::ParseDuration(charter.section("problem").text("wait")));
  for (const Record& derived : charter.list("data.derived")) problem.derived.push_back({derived.text("name"), derived.text("expression")});
  for (const Record& e : charter.list("data.exclusions")) problem.exclusions.push_back({e.text("reason"), e.text("rows")});
  for (const Record& column : charter.list("data.columns")) {
    const std::string known = base::Lowercase(column.text("known"));
    if (known.starts_with("after")) problem.known_after.push_back(column.text("name"));
    if (!column.flag("feature", true)) problem.exclude.push_back(column.text("name"));
    if (known.starts_with("before") && column.flag("feature", false)) problem.vouched.push_back(column.text("name"));
  }
  // Another model's predictions are compared with, not learned from.
  for (const Record& imported : charter.list("baselines.imported")) problem.exclude.push_back(imported.text("column"));
  return problem;
}

TrainOptions TrainOptionsOf(const Project& project, const Record& objective, const Problem& problem) {
  TrainOptions options;
  options.objective = objective.text("name");
  options.metric = problem.metric;
  options.least_gain = problem.least_gain;
  options.target = problem.target;
  const auto meant = [&](const Record& r) { return !r.has("objective") || r.text("objective") == options.objective; };
  for (const Record& r : project.charter.list("baselines.rules")) {
    if (meant(r)) options.own_rules.push_back({r.text("name"), r.text("expression")});
  }
  for (const Record& r : project.charter.list("baselines.imported")) {
    if (meant(r)) options.imported.push_back({r.text("name"), r.text("column"), r.text("trained_on")});
  }
  for (const Record& r : project.charter.list("baselines.published")) {
    if (meant(r)) options.published.push_back({r.text("name"), r.text("metric"), r.number("value", std::nan("")), r.text("source"), r.text("dataset")});
  }
  options.models_folder = project.state() / "models" / objective.text("name");
  return options;
}

// A baseline that is meant for one objective names one that there is.
Result<void> RefuseUnknownObjectives(const Charter& charter) {
  std::vector<std::string> names;
  for (const Record& objective : charter.list("objectives")) names.push_back(objective.text("name"));
  for (const char* section : {"baselines.rules", "baselines.imported", "baselines.published"}) {
    for (const Record& record : charter.list(section)) {
      const std::string name = record.text("objective");
      if (!name.empty() && !base::IsAmong(names, name)) return Error{ErrorCode::kInvalidInput, charter.path() + ": line " + std::to_string(record.line) + ": [[" + section + "]] is meant for the objective '" + name + "', which does not exist." + base::DidYouMean(name, names)};
    }
  }
  return {};
}

}  // namespace

Result<Project> OpenProject(const std::filesystem::path& folder) {
  std::error_code code;
  Project project;
  const bool is_file = std::filesystem::is_regular_file(folder, code);
  project.folder = is_file ? folder.parent_path() : folder;
  if (project.folder.empty()) project.folder = ".";
  const std::filesystem::path path = is_file ? folder : folder / "assay.toml";
  if (!std::filesystem::exists(path, code)) {
    return Error{ErrorCode::kNotFound, path.string() + ": there is no charter; write one with: assay init " + folder.string() + " --data FILE --outcome EXPR"};
  }
  project.charter = ASSAY_TRY(charter::Charter::Load(path.string()));
  return project;
}

Result<Objective> ObjectiveOf(const Project& project, const Record& record) {
  Objective objective;
  objective.name = record.text("name");
  objective.problem = ASSAY_TRY(ProblemOf(project, record));
  for (const Record& other : project.charter.list("objectives")) {
    if (&other != &record) objective.problem.other_outcomes.push_back({other.text("name"), other.text("outcome")});
  }
  // Lists of several objectives are blended, so they are held back whole, also where a task looks at single rows.
  Problem& problem = objective.problem;
  if (!problem.other_outcomes.empty() && problem.unit.empty() && problem.time.empty() && !project.charter.section("tradeoff").has("share")) problem.unit = problem.query;
  objective.train = TrainOptionsOf(project, record, objective.problem);
  return objective;
}

std::string FaultOfFolderName(const std::string& name) {
  constexpr std::size_t kLongest = 100;
  if (name.empty()) return "is empty";
  if (name == "." || name == "..") return "stands for another folder";
  if (name.find('/') != std::string::npos) return "holds a '/'";
  if (name.size() > kLongest) return "is longer than " + std::to_string(kLongest) + " bytes";
  if (std::any_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; })) return "holds a line end or another control character";
  return "";
}

Result<std::vector<Objective>> ObjectivesOf(const Project& project) {
  std::vector<Objective> objectives;
  for (const Record& record : project.charter.list("objectives")) {
    const std::string name = record.text("name");
    const std::string where = project.charter.path() + ": line " + std::to_string(record.line) + ": ";
    if (const std::string fault = FaultOfFolderName(name); !fault.empty()) return Error{ErrorCode::kInvalidInput, where + "the objective's name '" + base::WithoutControls(name) + "' " + fault + "; it becomes a folder: give it another one"};
    const bool again = std::any_of(objectives.begin(), objectives.end(), [&](const Objective& o) { return o.name == name; });
    if (again) return Error{ErrorCode::kInvalidInput, where + "the objective's name '" + name + "' is taken; give it another one"};
    Objective objective = ASSAY_TRY(ObjectiveOf(project, record));
    ASSAY_TRY_WITH(RefuseNameClashes(objective.train), project.charter.path());
    objectives.push_back(std::move(objective));
  }
  ASSAY_TRY(RefuseUnknownObjectives(project.charter));
  if (objectives.empty()) return Missing(project.charter, "[[objectives]]", "[[objectives]] with name = \"late\" and outcome = \"delay > 15\"");
  return objectives;
}

Result<void> RefuseImpossibleNumbers(const Charter& charter) {
  const auto refuse = [&](const char* section, const Record& record, const char* key) -> Result<void> {
    if (!record.has(key)) return {};
    const std::string why = charter::ImpossibleNumber(section, key, record.number(key, 0));
    if (why.empty()) return {};
    const charter::Answer& answer = record.answers.at(key);
    return Error{ErrorCode::kInvalidInput, charter.path() + ": line " + std::to_string(answer.line) + ", column " + std::to_string(answer.column) + ": '" + section + "." + key + "' is " + answer.text + ": " + why + "; write for example: " + key + " = " + charter::FindField(section, key)->example};
  };
  ASSAY_TRY(refuse("data", charter.section("data"), "least_query_rows"));
  for (const Record& objective : charter.list("objectives")) ASSAY_TRY(refuse("objectives", objective, "least_gain"));
  return {};
}

Result<Objective> FindObjective(const Project& project, const std::string& name) {
  ASSAY_TRY(RefuseImpossibleNumbers(project.charter));
  std::vector<Objective> objectives = ASSAY_TRY(ObjectivesOf(project));
  if (name.empty()) return std::move(objectives.front());
  std::vector<std::string> names;
  for (Objective& objective : objectives) {
    if (objective.name == name) return std::move(objective);
    names.push_back(objective.name);
  }
  return Error{ErrorCode::kNotFound, "--objective: there is no objective '" + name + "'." + base::DidYouMean(name, names) + " The charter has: " + base::Join(names, ", ")};
}

namespace {
// A metric that is nothing but a column has that column's unit; without a metric the outcome of the first objective is averaged.
std::string UnitOfMetric(const charter::Charter& charter, std::string metric) {
  if (metric.empty() && !charter.list("objectives").empty()) metric = charter.list("objectives").front().text("outcome");
  if (metric.size() > 2 && metric.front() == '"' && metric.back() == '"') metric = metric.substr(1, metric.size() - 2);
  for (const Record& column : charter.list("data.columns")) {
    if (base::Lowercase(column.text("name")) == base::Lowercase(metric)) return column.text("unit");
  }
  return "";
}
}  // namespace

std::vector<Hypothesis> HypothesesOf(const charter::Charter& charter, const std::string& outcome) {
  const std::vector<Record>& objectives = charter.list("objectives");
  const std::string first = objectives.empty() ? outcome : objectives.front().text("outcome");
  const std::string unstated = first == outcome ? "" : first;
  std::vector<Hypothesis> hypotheses;
  for (const Record& r : charter.list("phenomenon.hypotheses")) hypotheses.push_back({r.text("name"), r.text("claim"), r.text("segment"), r.text("metric").empty() ? unstated : r.text("metric"), r.text("direction"), r.text("period"), UnitOfMetric(charter, r.text("metric"))});
  return hypotheses;
}

FeasibilityOptions FeasibilityOptionsOf(const charter::Charter& charter, const Objective& objective) {
  FeasibilityOptions options;
  const Record& ethics = charter.section("ethics");
  const Record& value = charter.section("value");
  const double none = std::numeric_limits<double>::quiet_NaN();
  options.objective = objective.name;
  options.metric = objective.problem.metric;
  options.least_gain = objective.problem.least_gain;
  options.target = objective.problem.target;
  options.has_charter = true;
  for (const Record& column : charter.list("data.columns")) {
    if (column.flag("sensitive", false)) options.sensitive.push_back(column.text("name"));
  }
  options.harmed = ethics.text("harmed");
  options.worst_error = ethics.text("worst_error");
  if (ethics.has("fatal")) options.fatal = ethics.flag("fatal", false);
  options.largest_error_rate = ethics.number("largest_error_rate", none);
  options.decisions_per_day = value.number("decisions_per_day", none);
  options.currency = value.text("currency");
  options.value_right = value.number("true_positive", none);
  options.value_wrong = value.number("false_positive", none);
  options.value_silence = value.number("true_negative", 0);
  options.value_miss = value.number("false_negative", 0);
  options.cost_per_month = value.number("cost_per_month", none);
  options.own_rules = objective.train.own_rules;
  return options;
}

}  // namespace assay::lifecycle
