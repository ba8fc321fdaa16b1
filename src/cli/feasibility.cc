#include "lifecycle/feasibility.h"

#include <CLI/CLI.hpp>
#include <cmath>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/problem_flags.h"
#include "cli/render.h"
#include "cli/session.h"

namespace assay::cli {

namespace {

using evidence::FeasibilityReport;
using evidence::FeasibilityVerdict;
using evidence::Verdict;

Result<int> Run(const ProblemFlags& flags, const std::vector<std::string>& sensitive, Session& session) {
  lifecycle::Problem problem;
  lifecycle::FeasibilityOptions options;
  if (const std::optional<lifecycle::Project> project = ASSAY_TRY(ProjectNamed(flags))) {
    const lifecycle::Objective objective = ASSAY_TRY(lifecycle::FindObjective(*project, flags.objective));
    problem = objective.problem;
    problem.sample_rows = flags.sample;
    options = lifecycle::FeasibilityOptionsOf(project->charter, objective);
  } else {
    problem = ASSAY_TRY(ToProblem(flags));
    options.metric = problem.metric;
    options.least_gain = problem.least_gain;
    options.target = problem.target;
  }
  for (std::string& name : ASSAY_TRY(ColumnNames(sensitive, "--sensitive"))) options.sensitive.push_back(std::move(name));
  store::Engine* engine = ASSAY_TRY(session.engine());
  const lifecycle::Gathered gathered = ASSAY_TRY(lifecycle::Gather(problem, *engine, session.context()));
  FeasibilityReport report = ASSAY_TRY(lifecycle::Feasibility(gathered, options, session.context()));
  session.Print<FeasibilityReport>(report, [](const FeasibilityReport& r, Terminal& terminal) { RenderFeasibility(r, terminal); });
  return report.verdict == FeasibilityVerdict::kStop ? 1 : 0;
}

Style StyleOf(Verdict verdict) {
  switch (verdict) {
    case Verdict::kSupported: return Style::kGood;
    case Verdict::kRefuted: return Style::kBad;
    default: return Style::kWarn;
  }
}
const char* MarkOf(Verdict verdict) {
  switch (verdict) {
    case Verdict::kSupported: return "✓";
    case Verdict::kRefuted: return "✕";
    case Verdict::kInconclusive: return "~";
    case Verdict::kNeedsPerson: return "?";
  }
  return "";
}

}  // namespace

std::string VerdictMark(Verdict verdict, const Terminal& terminal) {
  static constexpr const char* kWords[] = {"supported", "refuted", "open", "for people"};
  return terminal.Paint(std::string(MarkOf(verdict)) + " " + kWords[static_cast<std::size_t>(verdict)], StyleOf(verdict));
}

void RenderFeasibility(const FeasibilityReport& report, Terminal& terminal, Part part) {
  static constexpr const char* kVerdicts[] = {"STOP", "A PERSON MUST ANSWER", "COLLECT MORE", "USE A RULE", "GO"};
  terminal.Heading("Is machine learning right for '" + report.objective + "'?");
  const Style style = report.verdict == FeasibilityVerdict::kGo ? Style::kGood : report.verdict == FeasibilityVerdict::kStop ? Style::kBad : Style::kWarn;
  terminal.Paragraph(terminal.Paint(kVerdicts[static_cast<std::size_t>(report.verdict)], style) + "  " + report.reason, 2);
  terminal.Line();
  for (const evidence::FeasibilityItem& item : report.items) {
    terminal.Paragraph(terminal.Paint(MarkOf(item.verdict), StyleOf(item.verdict)) + " " + terminal.Paint(item.question, Style::kBold), 2);
    terminal.Paragraph(item.answer, 4);
  }
  terminal.Line();
  if (std::isfinite(report.gain.value)) {
    std::string line = "Gain of " + (report.best.empty() ? "the best model" : report.best) + " over the constant answer, in " + report.metric + ": " + ReadableEstimate(report.gain) + "; worth having from " + base::ReadableNumber(report.least_gain, 3) + " on";
    if (std::isfinite(report.gain_with_leaks.value)) line += ". With " + base::Join(report.leaky_columns, ", ") + " it would seem to be " + ReadableEstimate(report.gain_with_leaks);
    terminal.Paragraph(line + ".", 2);
  }
  if (part == Part::kAlone) RenderDataNotes(report.header, terminal);
  for (const std::string& note : report.notes) terminal.Paragraph("Note: " + note, 2);
  for (const evidence::OpenQuestion& question : report.open_questions) terminal.Paragraph(terminal.Paint("?", Style::kWarn) + " " + question.question, 2);
  if (part == Part::kAlone) {
    static constexpr const char* kHow[] = {" (Exit code 1.)", "", "", " assay train with the same flags shows the rule itself and what it reaches on rows that nothing was chosen by.", " That is assay train with the same flags."};
    terminal.Next(report.next + "." + kHow[static_cast<std::size_t>(report.verdict)]);
  }
}

void AddFeasibility(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("feasibility", "Is machine learning right at all? Nine questions, each decided by a test (exit code 1 on stop)");
  const auto flags = AddProblemFlags(command);
  const auto sensitive = std::make_shared<std::vector<std::string>>();
  command->add_option("--sensitive", *sensitive, "Columns about people that need care: groups are compared, proxies searched, and a person must answer")->group("Problem");
  command->footer(
      "Examples:\n"
      "  assay feasibility flights.parquet --outcome 'delay > 15' --time date --unit 'date(date)' --wait '12 hours'\n"
      "  assay feasibility users.csv --outcome churned --unit user --least-gain 0.02 --target 0.2\n"
      "  assay feasibility prices.csv --outcome price --exclude invoice_id,paid_on --json | jq .verdict\n\n"
      "Verdicts: go; use_a_rule (a model adds too little); collect_more (the data cannot yet say); needs_person; stop (exit code 1).\n"
      "Columns that know the outcome beforehand are named, left out, and everything is judged without them.");
  session.AddCommonFlags(command);
  command->callback([=, &session] { session.SetBody([=, &session] { return Run(*flags, *sensitive, session); }); });
}

}  // namespace assay::cli
