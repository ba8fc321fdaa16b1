#include "lifecycle/train.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>

#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/number_flags.h"
#include "cli/problem_flags.h"
#include "cli/render.h"
#include "cli/session.h"
#include "lifecycle/feasibility.h"
#include "lifecycle/model_paths.h"

namespace assay::cli {

namespace {

using evidence::RungReport;
using evidence::TrainReport;

struct Arguments {
  std::shared_ptr<ProblemFlags> problem;
  bool full = false;
  int repeats = lifecycle::TrainOptions{}.repeats;
  std::string models;
  std::vector<std::string> own_rules, imported;
};

// "NAME=EXPR" at the first '='; an EXPR that compares by '=' still works, because a name stands before it.
Result<std::pair<std::string, std::string>> NameAndText(const std::string& flag, const std::string& text, const char* example) {
  const std::size_t split = text.find('=');
  const std::string name(base::Trim(text.substr(0, split)));
  if (split == std::string::npos || name.empty() || base::Trim(text.substr(split + 1)).empty()) return Error{ErrorCode::kInvalidInput, flag + " '" + text + "': expected " + example};
  return std::pair{name, std::string(base::Trim(text.substr(split + 1)))};
}

Result<lifecycle::ImportedPredictions> ParseImported(const std::string& text) {
  constexpr const char* kExample = "NAME=COLUMN:WHAT IT WAS TRAINED ON, like 'their model=their_score:flights of 2000'";
  const auto [name, rest] = ASSAY_TRY(NameAndText("--imported", text, kExample));
  const std::size_t split = rest.find(':');
  const std::string column(base::Trim(rest.substr(0, split)));
  // Without a word on its training the column is read but not compared; the report says so.
  return lifecycle::ImportedPredictions{name, column, split == std::string::npos ? "" : std::string(base::Trim(rest.substr(split + 1)))};
}

// The steps up the ladder twice: these two models on the holdout, and both procedures fitted anew.
void RenderSteps(const TrainReport& report, Terminal& terminal) {
  if (report.procedures.repeats == 0) {
    terminal.Paragraph("Procedures are not compared: " + report.procedures.reason + ".", 2);
    return;
  }
  const auto words = [](const std::optional<evidence::Comparison>& c) -> std::string {
    if (!c) return "–";
    if (!std::isfinite(c->low)) return c->reason;
    if (c->low == c->high) return base::ReadableNumber(c->difference, 3) + ", exact" + (c->reason.empty() ? "" : ": " + c->reason);
    const evidence::Estimate difference{c->difference, c->low, c->high, 0.95, ""};
    return ReadableEstimate(difference) + (std::isfinite(c->p_value) ? ", p " + (c->p_value < 0.001 ? std::string("< 0.001") : "= " + base::ReadableNumber(c->p_value, 2)) : "");
  };
  std::vector<std::vector<std::string>> rows;
  for (const RungReport& rung : report.rungs) {
    if (!rung.against_previous || rung.kind == "constant") continue;
    rows.push_back({rung.name, rung.against_previous->other, words(rung.against_previous), words(rung.procedure_against_previous)});
  }
  if (terminal.width() < 100) {
    for (const std::vector<std::string>& row : rows) {
      terminal.Paragraph(row[0] + " over " + row[1] + ": these models on the holdout " + row[2] + "; fitted anew on other rows " + row[3] + ".", 2);
    }
    terminal.Line();
    terminal.Paragraph(report.procedures.how, 2);
    return;
  }
  terminal.Table({{"  step up to"}, {"from"}, {"these models, on the holdout"}, {"fitted anew on other rows"}}, rows, 2);
  terminal.Paragraph(report.procedures.how, 2);
}

Result<int> Run(const Arguments& arguments, Session& session) {
  // The ladder of a project belongs to its run, which counts in the ledger how often the holdout was opened.
  if (ASSAY_TRY(ProjectNamed(*arguments.problem))) return Error{ErrorCode::kInvalidInput, arguments.problem->source + ": is a project; its ladders are climbed by: assay run " + arguments.problem->source};
  lifecycle::Problem problem = ASSAY_TRY(ToProblem(*arguments.problem));
  lifecycle::TrainOptions options;
  for (const std::string& text : arguments.own_rules) {
    const auto [name, expression] = ASSAY_TRY(NameAndText("--own-rule", text, "NAME=EXPR, like 'far=distance > 1500'"));
    options.own_rules.push_back({name, expression});
  }
  for (const std::string& text : arguments.imported) {
    options.imported.push_back(ASSAY_TRY(ParseImported(text)));
    problem.exclude.push_back(options.imported.back().column);
  }
  if (!arguments.models.empty()) ASSAY_TRY(base::CheckWritable(arguments.models));
  store::Engine* engine = ASSAY_TRY(session.engine());
  lifecycle::Gathered gathered = ASSAY_TRY(lifecycle::Gather(problem, *engine, session.context()));
  // What was named by --features stays: it was asked for.
  if (problem.features.empty()) ASSAY_TRY(lifecycle::LeaveOutLeaks(&gathered, session.context()));
  options.metric = problem.metric;
  options.least_gain = problem.least_gain;
  options.target = problem.target;
  options.full = arguments.full;
  options.repeats = arguments.repeats;
  options.models_folder = arguments.models;
  TrainReport report = ASSAY_TRY(lifecycle::Train(gathered, options, session.context()));
  session.Print<TrainReport>(report, [](const TrainReport& r, Terminal& terminal) { RenderTrain(r, terminal); });
  return 0;
}

// The file of the recommended rung.
std::string ModelOf(const TrainReport& report) {
  const auto rung = std::find_if(report.rungs.begin(), report.rungs.end(), [&](const RungReport& r) { return r.name == report.recommended; });
  return rung == report.rungs.end() ? report.models_folder : lifecycle::ModelPath(report.models_folder, rung->kind, rung->name).string();
}

}  // namespace

void RenderTrain(const TrainReport& report, Terminal& terminal, Part part) {
  terminal.Heading("The ladder for '" + report.objective + "' (" + report.task + ", " + report.metric + " on the holdout)");
  double low = 0, high = 0;
  for (const RungReport& rung : report.rungs) {
    const auto found = rung.metrics.find(report.metric);
    if (found == rung.metrics.end() || rung.kind == "random") continue;
    for (const double v : {found->second.value, found->second.low, found->second.high}) {
      if (!std::isfinite(v)) continue;
      low = std::min(low, v);
      high = std::max(high, v);
    }
  }
  std::vector<std::vector<std::string>> rows;
  for (const RungReport& rung : report.rungs) {
    const auto found = rung.metrics.find(report.metric);
    const evidence::Estimate metric = found == rung.metrics.end() ? evidence::Estimate{} : found->second;
    // What was published is shown as it was: its own metric, its value, where it stands.
    const bool published = rung.kind == "published" && !rung.metrics.empty();
    const std::string figure = published ? rung.metrics.begin()->first + " " + base::ReadableNumber(rung.metrics.begin()->second.value, 4) : ReadableEstimate(metric);
    const std::string standing = rung.status_text + (rung.kind == "published" && !rung.source.empty() ? "; source: " + rung.source : "");
    const std::string name = (rung.name == report.recommended ? "→ " : "  ") + rung.name;
    rows.push_back({terminal.Paint(name, rung.name == report.recommended ? Style::kGood : Style::kPlain), Terminal::IntervalBar(metric.value, metric.low, metric.high, low, high, terminal.width() >= 110 ? 30 : terminal.width() >= 96 ? 20 : 12), figure, standing});
  }
  terminal.Table({{"  rung"}, {""}, {report.metric + " (95 %)"}, {"against the best"}}, rows, 0);
  terminal.Line();
  RenderSteps(report, terminal);
  terminal.Line();
  for (const RungReport& rung : report.rungs) {
    if (rung.kind != "rule") continue;
    terminal.Line("  " + terminal.Paint("Best rule", Style::kBold));
    terminal.Lines(rung.explain, 4);
  }
  terminal.Line();
  terminal.Paragraph(report.recommended.empty() ? terminal.Paint("No rung is recommended. ", Style::kBad) + report.reason : terminal.Paint("Recommended: " + report.recommended + ". ", Style::kGood) + report.reason, 2);
  const std::string openings = part == Part::kAlone ? "how often this holdout has been opened is not known: a bare file has no ledger" : "this holdout has been opened " + base::Counted(report.split.holdout_openings, "time");
  terminal.Paragraph("Split: " + report.split.how + "; " + openings + ".", 2);
  if (part == Part::kAlone) RenderDataNotes(report.header, terminal);
  for (const std::string& note : report.notes) terminal.Paragraph("Note: " + note, 2);
  if (!report.models_folder.empty()) terminal.Paragraph("Models: " + report.models_folder, 2);
  if (part == Part::kAlone) {
    terminal.Next(report.recommended.empty() ? "the holdout refutes the choice: collect more rows, or ask assay feasibility what stands in the way."
                  : report.models_folder.empty() ? "add --out FOLDER to keep the fitted rungs; assay score then applies one to a file."
                                                 : "assay score " + ModelOf(report) + " FILE --out scores.csv applies it to a file.");
  }
}

void AddTrain(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("train", "The baseline ladder: random, constant, best rule, linear, boosted trees, with evidence for each step");
  auto arguments = std::make_shared<Arguments>();
  arguments->problem = AddProblemFlags(command, Source::kFile);
  command->add_flag("--full", arguments->full, "Repeated fits use all training rows instead of a sample of whole units");
  AddWholeNumber(command, {"--repeats", "Fit every rung anew this often on random halves of the training part, to compare procedures; 0 = do not", "10"}, &arguments->repeats, 0, 1000)->default_str(std::to_string(arguments->repeats));
  command->add_option("--models,--out", arguments->models, "Save the fitted rungs into this folder, for 'assay score'");
  command->add_option("--own-rule", arguments->own_rules, "A rule of your own as a rung, NAME=EXPR; may be given several times")->take_all()->expected(1)->allow_extra_args(false);
  command->add_option("--imported", arguments->imported, "Another model's predictions in a column, NAME=COLUMN:WHAT IT WAS TRAINED ON")->take_all()->expected(1)->allow_extra_args(false);
  command->footer(
      "Examples:\n"
      "  assay train flights.parquet --outcome 'delay > 15' --time date --unit 'date(date)' --exclude date --out models\n"
      "  assay train prices.csv --outcome price --metric rmse --json > train.json\n"
      "  assay train results.csv --outcome clicked --query search --task ranking\n\n"
      "Everything is chosen inside the training part; the holdout is scored once, for all rungs together. The recommended rung is the\n"
      "lowest one that is good enough: the best is not better by the least gain, even at the upper end of its interval.");
  session.AddCommonFlags(command);
  command->callback([=, &session] { session.SetBody([=, &session] { return Run(*arguments, session); }); });
}

}  // namespace assay::cli
