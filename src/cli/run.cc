#include "lifecycle/run.h"

#include <CLI/CLI.hpp>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/render.h"
#include "cli/session.h"
#include "lifecycle/html_report.h"

namespace assay::cli {

namespace {

using evidence::ProjectReport;

struct RunArguments {
  std::string folder = ".";
  bool full = false;
};

void RenderRun(const ProjectReport& report, Terminal& terminal) {
  terminal.Line(terminal.Paint(report.name, Style::kBold));
  terminal.Paragraph(report.headline);
  if (report.check) {
    terminal.Heading("The charter");
    terminal.Paragraph(report.check->summary + (report.check->contradicted > 0 ? " See: assay check" : ""), 2);
  }
  if (report.understand) RenderUnderstand(*report.understand, terminal);
  for (const evidence::FeasibilityReport& f : report.feasibility) RenderFeasibility(f, terminal);
  for (const evidence::TrainReport& t : report.train) RenderTrain(t, terminal);
  if (!report.steps.empty()) {
    terminal.Heading("Steps");
    std::vector<std::vector<std::string>> rows;
    for (const evidence::StepResult& s : report.steps) rows.push_back({s.state == "met" ? "✓ met" : s.state == "not_met" ? "✕ not met" : "– not measurable", s.name, s.criterion, s.detail});
    terminal.Table({{"state"}, {"step"}, {"exit criterion"}, {"figures"}}, rows);
  }
  terminal.Heading("Verdict");
  terminal.Paragraph(report.headline, 2);
}

Result<int> Run(const RunArguments& arguments, Session& session) {
  const lifecycle::Project project = ASSAY_TRY(lifecycle::OpenProject(arguments.folder));
  store::Engine* engine = ASSAY_TRY(session.engine());
  lifecycle::RunOptions options;
  options.full = arguments.full;
  options.command = session.command_line;
  options.after_step = [&](const ProjectReport& so_far) -> Result<void> {
    ProjectReport stamped = so_far;
    session.Stamp(stamped);
    return lifecycle::SaveProjectReport(project, stamped);
  };
  ProjectReport report = ASSAY_TRY(lifecycle::RunProject(project, options, *engine, session.context()));
  session.Stamp(report);
  ASSAY_TRY(lifecycle::SaveProjectReport(project, report));
  session.Print<ProjectReport>(report, RenderRun);
  if (!session.json()) {
    session.terminal().Line();
    session.terminal().Paragraph("Report: " + std::filesystem::absolute(lifecycle::HtmlReportPath(project)).string(), 2);
    session.terminal().Paragraph("Ledger: " + std::to_string(report.ledger.records) + " records, head " + report.ledger.head, 2);
  }
  for (const evidence::FeasibilityReport& f : report.feasibility) {
    if (f.verdict == evidence::FeasibilityVerdict::kStop) return 1;
  }
  return 0;
}

Result<int> Report(const std::string& folder, const std::string& out, Session& session) {
  const lifecycle::Project project = ASSAY_TRY(lifecycle::OpenProject(folder));
  const ProjectReport report = ASSAY_TRY(lifecycle::LoadProjectReport(project));
  if (session.json()) {
    session.PrintJson(evidence::ToJson(report));
    return 0;
  }
  const std::filesystem::path path = out.empty() ? lifecycle::HtmlReportPath(project) : std::filesystem::path(out);
  ASSAY_TRY(lifecycle::WriteHtmlReport(report, path));
  session.terminal().Line("Report: " + std::filesystem::absolute(path).string());
  return 0;
}

}  // namespace

void AddRun(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("run", "The main job: from a project's charter and data to a verdict with evidence");
  auto arguments = std::make_shared<RunArguments>();
  command->add_option("DIR", arguments->folder, "Folder with assay.toml")->capture_default_str();
  command->add_flag("--full", arguments->full, "Repeated fits use all rows instead of a sample of whole units");
  command->footer(
      "Examples:\n"
      "  assay run examples/flights\n"
      "  assay run examples/flights --threads 1 --seed 7\n"
      "  assay run . --json > project.json\n\n"
      "In order: understand, feasibility, train, per objective of assay.toml. Each step's report goes to the ledger in DIR/.assay/ and the\n"
      "page DIR/.assay/report.html is written anew after each, so that a run that stops early leaves what was done. Exit code 1 on stop.");
  session.AddCommonFlags(command);
  command->callback([=, &session] { session.SetBody([=, &session] { return Run(*arguments, session); }); });
}

void AddReport(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("report", "Write the last run of a project as one self-contained HTML file");
  auto folder = std::make_shared<std::string>(".");
  auto out = std::make_shared<std::string>();
  command->add_option("DIR", *folder, "Folder with assay.toml")->capture_default_str();
  command->add_option("--out", *out, "Where to write it (default: DIR/.assay/report.html)");
  command->footer(
      "Examples:\n"
      "  assay report examples/flights\n"
      "  assay report examples/flights --out flights.html\n"
      "  assay report examples/flights --json > project.json\n\n"
      "The file loads nothing: it opens without a network, on a phone, on paper, light and dark. It holds at most 3 MB of data; what a\n"
      "very wide project shows less of is counted at its end.");
  session.AddCommonFlags(command);
  command->callback([=, &session] { session.SetBody([=, &session] { return Report(*folder, *out, session); }); });
}

}  // namespace assay::cli
