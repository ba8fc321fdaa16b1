// The trade-off of a project after its run: as the run found it, or at other weights, from the scores that it kept. Nothing is trained.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/text.h"
#include "lifecycle/gather.h"
#include "lifecycle/internal/step_recorder.h"
#include "lifecycle/project_report.h"
#include "lifecycle/step_store.h"
#include "lifecycle/tradeoff.h"

namespace assay::lifecycle {

namespace {

Result<std::vector<double>> WeightsAsked(const Project& project, const std::map<std::string, double>& weights) {
  std::vector<std::string> names;
  for (const charter::Record& record : project.charter.list("objectives")) names.push_back(record.text("name"));
  double largest = 0;
  for (const auto& [name, weight] : weights) {
    if (!base::IsAmong(names, name)) return Error{ErrorCode::kInvalidInput, "--weight: there is no objective '" + name + "'." + base::DidYouMean(name, names) + " The objectives are: " + base::Join(names, ", ")};
    if (!(weight >= 0)) return Error{ErrorCode::kInvalidInput, "--weight: '" + name + "' has the weight " + base::PlainNumber(weight) + "; a weight is not negative"};
    largest = std::max(largest, weight);
  }
  if (!weights.empty() && !(largest > 0)) return Error{ErrorCode::kInvalidInput, "--weight: all weights are 0, so nothing would be ranked"};
  std::vector<double> asked;
  for (const std::string& name : names) {
    if (!weights.contains(name)) return Error{ErrorCode::kInvalidInput, "--weight: the weight of '" + name + "' is missing; give every objective one"};
    asked.push_back(weights.at(name));
  }
  double sum = std::accumulate(asked.begin(), asked.end(), 0.0);
  if (!std::isfinite(sum)) {
    for (double& weight : asked) weight /= largest;
    sum = std::accumulate(asked.begin(), asked.end(), 0.0);
  }
  for (double& weight : asked) weight /= sum;
  return asked;
}

learn::Task TaskOfReport(const evidence::ProjectReport& report, const std::string& objective) {
  for (const evidence::TrainReport& train : report.train) {
    if (train.objective == objective && train.task == learn::TaskName(learn::Task::kMulticlass)) return learn::Task::kMulticlass;
  }
  return learn::Task::kRegression;  // any other: only several classes cannot be blended
}

}  // namespace

Result<evidence::TradeoffReport> TradeoffOfProject(const Project& project, const std::map<std::string, double>& weights, bool retrain, store::Engine& engine, const RunContext& context) {
  const evidence::ProjectReport report = ASSAY_TRY(LoadProjectReport(project));
  if (!report.tradeoff) return Error{ErrorCode::kNotFound, project.folder.string() + ": its last run has no trade-off" + (project.charter.list("objectives").size() < 2 ? ", because the charter names fewer than two objectives" : "") + "; run it with: assay run " + base::ShellWord(project.folder.string())};
  std::optional<std::vector<double>> asked;
  if (!weights.empty()) asked = ASSAY_TRY(WeightsAsked(project, weights));
  const std::vector<Objective> objectives = ASSAY_TRY(ObjectivesOf(project));
  std::vector<learn::Task> tasks;
  for (const Objective& objective : objectives) tasks.push_back(TaskOfReport(report, objective.name));
  if (const std::string why = WhyNoTradeoff(project, objectives, tasks); !why.empty()) return NoTradeoff(project, why);
  store::ReadOptions how;
  how.seed = context.seed;
  store::ReadResult read = ASSAY_TRY(engine.Read(objectives.front().problem.source, how, context));
  evidence::DataSummary data{objectives.front().problem.source, read.table.num_rows(), static_cast<std::int64_t>(read.table.num_columns()), read.fingerprint, read.notes, read.sampled_from()};
  if (read.fingerprint != report.tradeoff->header.data.fingerprint) return Error{ErrorCode::kConflict, data.source + ": the data are not those of the last run" + (report.header.command.find("--sample") != std::string::npos ? ", which took a sample" : "") + "; run it again with: assay run " + base::ShellWord(project.folder.string())};
  const auto shared = std::make_shared<const table::Table>(std::move(read.table));
  const StepStore store(project.state());
  std::vector<ObjectiveScores> scores;
  for (const Objective& objective : objectives) {
    const std::filesystem::path path = ASSAY_TRY(store.Find("train " + objective.name + ".scores-"));
    scores.push_back(ASSAY_TRY(LoadObjectiveScores(path)));
    if (scores.back().learned_from != LearnedFrom(project, objective.name, data)) return Error{ErrorCode::kConflict, project.charter.path() + ": what '" + objective.name + "' is learned from has changed since the last run (weights, guardrails, amounts and [tradeoff] may change; data, outcomes, metrics and baselines may not); run it again with: assay run " + base::ShellWord(project.folder.string())};
  }
  // As the run found it, where nothing has changed since.
  if (!asked && !retrain && report.tradeoff->settings_fingerprint == SettingsFingerprint(project)) return *report.tradeoff;
  TradeoffInput input{project, objectives, scores, nullptr, data};
  input.asked = asked;
  for (std::size_t o = 0; o < (retrain ? objectives.size() : 1); ++o) {
    const Gathered gathered = ASSAY_TRY_WITH(GatherFromTable(objectives[o].problem, shared, data, context), project.charter.path());
    if (!input.source) input.source = gathered.source;
    if (!retrain) break;
    std::vector<std::string> leaky;
    for (const evidence::FeasibilityReport& feasibility : report.feasibility) {
      if (feasibility.objective == objectives[o].name) leaky = feasibility.leaky_columns;
    }
    input.examples.push_back(std::make_shared<const learn::Examples>(WithoutFeatures(gathered.examples, leaky)));
    input.source_rows.push_back(gathered.source_rows);
  }
  evidence::TradeoffReport tradeoff = ASSAY_TRY(FindTradeoff(input, context));
  const evidence::TradeoffReport& before = *report.tradeoff;
  // Of other weights nothing is trained: what was trained is of the same lists.
  const bool same_share = before.share == tradeoff.share || (std::isnan(before.share) && std::isnan(tradeoff.share));
  if (!retrain && same_share && before.k == tradeoff.k && before.discount == tradeoff.discount && before.query == tradeoff.query && before.filter == tradeoff.filter) tradeoff.retrain = before.retrain;
  return tradeoff;
}

}  // namespace assay::lifecycle
