#include "cli/problem_flags.h"

#include <CLI/CLI.hpp>
#include <filesystem>

#include "base/text.h"
#include "base/time.h"
#include "cli/number_flags.h"
#include "learn/metrics.h"

namespace assay::cli {

std::shared_ptr<ProblemFlags> AddProblemFlags(CLI::App* command, Source source) {
  auto flags = std::make_shared<ProblemFlags>();
  flags->command = command;
  const char* group = "Problem";
  const bool project = source == Source::kFileOrProject;
  command->add_option("FILE", flags->source, project ? "CSV, gzip CSV, Parquet, JSON, a pattern like 'data/*.parquet', or a project's folder" : "CSV, gzip CSV, Parquet, JSON or a pattern like 'data/*.parquet'")->required();
  if (project) command->add_option("--objective", flags->objective, "Of a project's folder: which objective (default: the first)")->group(group);
  command->add_option("--outcome", flags->outcome, "What is to be known: an expression such as 'delay > 15' or a column")->group(group);
  command->add_option("--time", flags->time, "When the decision is taken: a time column or expression")->group(group);
  command->add_option("--unit", flags->unit, "Rows of one unit depend on each other: a column or expression such as 'date(t)'")->group(group);
  command->add_option("--query", flags->query, "The list within which rows are ranked")->group(group);
  command->add_option("--wait", flags->wait, "How long after the decision the outcome is known, like '2 hours'")->group(group);
  command->add_option("--where", flags->where, "Rows to keep: a condition")->group(group);
  command->add_option("--features", flags->features, "Use only these columns, with commas between; one that has a comma itself stands in double quotes")->group(group);
  command->add_option("--exclude", flags->exclude, "Never use these columns")->group(group);
  command->add_option("--task", flags->task, "binary, multiclass, regression or ranking (default: from the outcome)")->group(group);
  command->add_option("--metric", flags->metric, "skill (default), auc, log_loss, brier, accuracy, rmse, mae, r2, ndcg")->group(group);
  AddNumber(command, {"--target", "The metric's goal", "0.1"}, &flags->target)->group(group);
  AddNumber(command, {"--least-gain", "Smallest gain of the metric worth having (default: 0.01; of rmse and mae a hundredth of what the constant reaches)", "0.01"}, &flags->least_gain, 0)->group(group);
  AddWholeNumber(command, {"--sample", "Use a random sample of this many rows (default: all)", "100000"}, &flags->sample, 1)->group(group);
  return flags;
}

Result<std::vector<std::string>> ColumnNames(const std::vector<std::string>& given, const std::string& flag) {
  std::vector<std::string> names;
  for (const std::string& text : given) {
    std::string name;
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const bool quote = text[i] == '"' && (quoted || name.empty());
      if (quote && quoted && i + 1 < text.size() && text[i + 1] == '"') {
        name += text[i++];
      } else if (quote) {
        quoted = !quoted;
      } else if (text[i] == ',' && !quoted) {
        names.push_back(std::move(name));
        name.clear();
      } else {
        name += text[i];
      }
    }
    if (quoted) return Error{ErrorCode::kInvalidInput, flag + ": in '" + text + "' a double quote is opened and not closed; write for example: " + flag + " '\"price, net\",colour'"};
    names.push_back(std::move(name));
  }
  std::erase(names, "");
  return names;
}

namespace {
// What a project states in its charter instead of by flags.
struct CharterKey {
  const char* flag;
  const char* instead;
};
constexpr CharterKey kCharterKeys[] = {
    {"--outcome", "'outcome' in [[objectives]]"},
    {"--time", "'time' in [data]"},
    {"--unit", "'unit' in [data]"},
    {"--query", "'query' in [data]"},
    {"--wait", "'wait' in [problem]"},
    {"--where", "'where' in [data]"},
    {"--features", "'feature' in [[data.columns]]: false for every column that no model is to use"},
    {"--exclude", "'feature' in [[data.columns]]: false for a column that no model is to use"},
    {"--task", "'task' in [[objectives]]"},
    {"--metric", "'metric' in [[objectives]]"},
    {"--target", "'target' in [[objectives]]"},
    {"--least-gain", "'least_gain' in [[objectives]]"},
};
}  // namespace

Result<std::optional<lifecycle::Project>> ProjectNamed(const ProblemFlags& flags) {
  std::error_code code;
  if (!std::filesystem::exists(std::filesystem::path(flags.source) / "assay.toml", code)) {
    if (!flags.objective.empty()) return Error{ErrorCode::kInvalidInput, "--objective: " + flags.source + " is no project's folder (it has no assay.toml), so it has no objectives; state the outcome by --outcome"};
    return std::optional<lifecycle::Project>();
  }
  for (const CharterKey& key : kCharterKeys) {
    if (flags.command->count(key.flag) == 0) continue;
    return Error{ErrorCode::kInvalidInput, std::string(key.flag) + ": " + flags.source + " is a project, whose problem stands in its assay.toml; change " + key.instead + " there, or name the data file instead of the folder"};
  }
  return std::optional<lifecycle::Project>(ASSAY_TRY(lifecycle::OpenProject(flags.source)));
}

Result<lifecycle::Problem> ToProblem(const ProblemFlags& flags) {
  lifecycle::Problem problem;
  problem.source = flags.source;
  problem.outcome = flags.outcome;
  problem.task = flags.task;
  problem.metric = flags.metric;
  problem.time = flags.time;
  problem.unit = flags.unit;
  problem.query = flags.query;
  problem.where = flags.where;
  problem.features = ASSAY_TRY(ColumnNames(flags.features, "--features"));
  problem.exclude = ASSAY_TRY(ColumnNames(flags.exclude, "--exclude"));
  problem.target = flags.target;
  problem.least_gain = flags.least_gain;
  problem.sample_rows = flags.sample;
  // A metric that is not known is refused where it is used.
  const Result<learn::Metric> metric = learn::ParseMetric(flags.metric.empty() ? "skill" : flags.metric);
  const std::string limit = metric ? learn::LimitPassed(*metric, flags.target) : "";
  if (!limit.empty()) return Error{ErrorCode::kInvalidInput, "--target is " + base::ShortestNumber(flags.target) + ", but '" + learn::MetricName(*metric) + "' is " + limit + "; write such a value, or another metric (--metric)"};
  if (!flags.wait.empty()) problem.wait = ASSAY_TRY_WITH(base::ParseDuration(flags.wait), "--wait");
  return problem;
}

}  // namespace assay::cli
