#include "lifecycle/init.h"

#include <algorithm>
#include <cmath>

#include "base/file.h"
#include "base/text.h"
#include "expression/expression.h"
#include "learn/metrics.h"
#include "learn/split.h"
#include "lifecycle/check.h"
#include "lifecycle/internal/init_parts.h"

namespace assay::lifecycle {

namespace {

using evidence::ProposedColumn;

std::string MetricFor(learn::Task task, const std::string& wanted) {
  if (!wanted.empty()) return wanted;
  return learn::MetricName(learn::MetricsOf(task).front());
}

}  // namespace

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
  if (!answers.metric.empty()) ASSAY_TRY_WITH(learn::ParseMetric(answers.metric), "--metric");  // before the data are looked at

  Availability availability = FirstGuess(problem, *table, context);
  const auto late = [&] {
    std::vector<std::string> names;
    for (const ProposedColumn& column : availability.columns) {
      if (column.known == "after" && !base::IsAmong(expression::ColumnsOf(problem.outcome), column.name)) names.push_back(column.name);
    }
    return names;
  };
  problem.known_after = late();
  Gathered gathered = ASSAY_TRY(GatherFromTable(problem, table, summary, context));
  if (!answers.metric.empty()) ASSAY_TRY_WITH(learn::RefuseMetricOf(*learn::ParseMetric(answers.metric), gathered.examples.task), "--metric");
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
  charter::Draft draft = MakeDraft(answers, folder, problem, report, availability);
  if (given.wait.empty() && !answers.wait.empty()) draft.sections["problem"]["wait"].note = "the newest rows have no outcome for that long";
  Project project;
  project.folder = folder;
  const std::string path = (folder / "assay.toml").string();
  project.charter = ASSAY_TRY(charter::Charter::Parse(charter::WriteDraft(draft), path));
  LeakFinder leaks;
  evidence::CheckReport check = ASSAY_TRY(CheckCharter(project, {table, summary, "", &leaks}, context));
  if (std::isfinite(check.rows_per_day.value) && check.rows_per_day.value >= 1 && !answers.sampled && !answers.texts.contains("data.rows_per_day")) {
    const double digits = std::pow(10, std::floor(std::log10(check.rows_per_day.value)) - 2);
    const double rounded = digits > 1 ? std::round(check.rows_per_day.value / digits) * digits : std::round(check.rows_per_day.value);
    draft.sections["data"]["rows_per_day"] = {base::ShortestNumber(rounded), "counted in the data"};
  }
  plan.text = charter::WriteDraft(draft);
  // Counted in what is written, so that the check of the file says the same.
  project.charter = ASSAY_TRY(charter::Charter::Parse(plan.text, path));
  if (draft.sections["data"].contains("rows_per_day")) check = ASSAY_TRY(CheckCharter(project, {table, summary, "", &leaks}, context));
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
