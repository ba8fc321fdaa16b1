#include "lifecycle/score.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <filesystem>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/problem_flags.h"
#include "cli/session.h"
#include "lifecycle/model_paths.h"
#include "lifecycle/policy_score.h"

namespace assay::cli {

namespace {

using evidence::ScoreReport;

struct Arguments {
  std::string model, file, objective;
  lifecycle::ScoreOptions options;
  bool policy = false;
};

void RenderScore(const ScoreReport& report, Terminal& terminal) {
  terminal.Heading("'" + report.model.name + "' for '" + report.model.outcome + "' on " + report.header.data.source);
  terminal.Paragraph(base::ReadableCount(report.rows) + " rows scored by:", 2);
  terminal.Lines(report.model.explain, 4);
  std::vector<std::vector<std::string>> rows;
  for (const evidence::Figure& figure : report.predictions) rows.push_back({figure.label, base::ReadableNumber(figure.estimate.value, 4)});
  terminal.Table({{"predictions"}, {"on these rows"}}, rows);
  if (report.metrics.empty()) {
    terminal.Paragraph("No metrics: " + report.metrics_reason + ".", 2);
  } else {
    rows.clear();
    for (const auto& [name, estimate] : report.metrics) rows.push_back({name, ReadableEstimate(estimate)});
    rows.push_back({"calibration slope", ReadableEstimate(report.calibration_slope)});
    terminal.Line();
    terminal.Table({{"metric"}, {"value (95 %)"}}, rows);
    terminal.Paragraph("From " + base::ReadableCount(report.judged_rows) + " rows in " + base::ReadableCount(report.judged_units) + " independent units.", 2);
  }
  rows.clear();
  for (const evidence::UnseenFeature& feature : report.unseen) {
    if (feature.values > 0) rows.push_back({feature.feature, base::ReadableCount(feature.values), base::ReadableCount(feature.rows), base::Join(feature.most_frequent, ", ")});
  }
  if (!rows.empty()) {
    terminal.Line();
    terminal.Table({{"values never seen in training"}, {"values"}, {"rows"}, {"most frequent"}}, rows);
  }
  for (const std::string& note : report.notes) terminal.Paragraph("Note: " + note, 2);
  if (!report.out.empty()) terminal.Paragraph("Written: " + report.out + " (" + base::Join(report.output_columns, ", ") + ")", 2);
}

// A folder of models instead of one of them: an error that says which there are.
Result<void> NameTheModels(const std::filesystem::path& folder) {
  std::vector<std::string> models;
  std::error_code code;
  for (const auto& entry : std::filesystem::directory_iterator(folder, code)) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with(".json") && !name.ends_with(".xgboost.json")) models.push_back(entry.path().string());
  }
  if (models.empty()) return {};
  std::sort(models.begin(), models.end());
  return Error{ErrorCode::kInvalidInput, folder.string() + ": is a folder of models; name one of them: " + base::Join(models, ", ")};
}

void RenderPolicyScore(const evidence::PolicyScoreReport& report, Terminal& terminal) {
  terminal.Heading("Policy, version " + std::to_string(report.version) + ", on " + report.header.data.source);
  const bool single_rows = std::isfinite(report.threshold);
  terminal.Paragraph(single_rows ? base::ReadableCount(report.shown) + " of " + base::Counted(report.ranked, "row") + " that may be acted on reach the threshold " + base::PlainNumber(report.threshold, 4) + "."
                                 : base::Counted(report.ranked, "item") + " of " + base::Counted(report.rows, "row") + " ranked in " + base::Counted(report.queries, "list") + "; " + base::ReadableCount(report.shown) + " are among the first " + base::ReadableCount(report.k) + ".", 2);
  std::vector<std::vector<std::string>> rows;
  for (const evidence::PolicyScoreObjective& objective : report.objectives) rows.push_back({objective.name, objective.rung, base::PlainNumber(objective.weight, 3), base::ReadableNumber(objective.mean.estimate.value, 4)});
  terminal.Table({{"objective"}, {"scored by"}, {"weight", Terminal::Align::kRight}, {"mean score", Terminal::Align::kRight}}, rows);
  rows.clear();
  for (const auto& [name, value] : report.guardrails) {
    const std::string interval = std::isfinite(value.low) ? " (" + base::ReadableRange(value.low, value.high) + ")" : "";
    rows.push_back({name, std::isfinite(value.value) ? base::ReadableNumber(value.value, 3) + interval : "-", !std::isfinite(value.value) ? value.reason : value.holds ? "holds" : terminal.Paint("broken", Style::kBad)});
  }
  if (!rows.empty()) {
    terminal.Line();
    terminal.Table({{single_rows ? "guardrail, over rows" : "guardrail, over lists"}, {"value (95 %)", Terminal::Align::kRight}, {""}}, rows);
  }
  for (const std::string& note : report.notes) terminal.Paragraph("Note: " + note + ".", 2);
  if (!report.out.empty()) terminal.Paragraph("Written: " + report.out + " (" + base::Join(report.output_columns, ", ") + ")", 2);
}

Result<int> RunPolicy(const Arguments& arguments, Session& session) {
  if (!arguments.objective.empty()) return Error{ErrorCode::kInvalidInput, "--objective names one model; --policy blends those of all objectives. Leave one of them out"};
  const lifecycle::Project project = ASSAY_TRY_WITH(lifecycle::OpenProject(arguments.model), "--policy needs the folder of a project");
  lifecycle::ScoreOptions options = arguments.options;
  options.keep = ASSAY_TRY(ColumnNames(options.keep, "--keep"));
  store::Engine* engine = ASSAY_TRY(session.engine());
  evidence::PolicyScoreReport report = ASSAY_TRY(lifecycle::ScoreByPolicy(project, arguments.file, options, *engine, session.context()));
  session.Print<evidence::PolicyScoreReport>(report, RenderPolicyScore);
  const bool broken = std::any_of(report.guardrails.begin(), report.guardrails.end(), [](const auto& guardrail) { return !guardrail.second.holds; });
  return broken ? 1 : 0;
}

Result<int> Run(const Arguments& arguments, Session& session) {
  if (arguments.policy) return RunPolicy(arguments, session);
  std::filesystem::path path = arguments.model;
  std::error_code code;
  if (std::filesystem::is_directory(path, code)) {
    if (!std::filesystem::exists(path / "assay.toml", code)) ASSAY_TRY(NameTheModels(path));
    const lifecycle::Project project = ASSAY_TRY_WITH(lifecycle::OpenProject(path), "a folder must be a project, or name a model file in it");
    path = ASSAY_TRY(lifecycle::RecommendedModel(project, arguments.objective));
  }
  const learn::SavedModel model = ASSAY_TRY(learn::LoadModel(path));
  lifecycle::ScoreOptions options = arguments.options;
  options.keep = ASSAY_TRY(ColumnNames(options.keep, "--keep"));
  store::Engine* engine = ASSAY_TRY(session.engine());
  ScoreReport report = ASSAY_TRY(lifecycle::Score(model, arguments.file, options, *engine, session.context()));
  session.Print<ScoreReport>(report, RenderScore);
  return 0;
}

}  // namespace

void AddScore(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("score", "Apply a saved model to a file: predictions, and metrics with intervals where the outcome is there");
  auto arguments = std::make_shared<Arguments>();
  command->add_option("MODEL", arguments->model, "A model that 'assay train --models DIR' saved, or the folder of a project: its recommended rung")->required();
  command->add_option("FILE", arguments->file, "CSV, gzip CSV, Parquet, JSON or a pattern like 'data/*.parquet'")->required();
  command->add_option("--out", arguments->options.out, "Write the predictions: .parquet, .csv, .csv.gz, .json (a list), .jsonl or .ndjson (an object a line)");
  command->add_option("--keep", arguments->options.keep, "Columns of FILE to carry along into the output");
  command->add_option("--objective", arguments->objective, "Of a project: which objective (default: the first)");
  command->add_flag("--policy", arguments->policy, "Of a project: blend the objectives' scores by its policy (assay tradeoff --write) and rank the items of each list; exit code 1 when a guardrail is broken on this file");
  session.AddCommonFlags(command);
  command->callback([=, &session] { session.SetBody([=, &session] { return Run(*arguments, session); }); });
}

}  // namespace assay::cli
