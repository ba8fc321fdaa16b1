#include "lifecycle/run.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdio>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/number_flags.h"
#include "cli/render.h"
#include "cli/session.h"
#include "lifecycle/html_report.h"
#include "lifecycle/project_report.h"

namespace assay::cli {

namespace {

using evidence::ProjectReport;

struct RunArguments {
  std::string folder = ".";
  bool full = false;
  bool fresh = false;
  std::int64_t sample = 0;
  int repeats = lifecycle::RunOptions{}.repeats;
};

// In a table there is no room for why there is no interval; the page says it.
std::string CellText(const evidence::Estimate& estimate) {
  if (!std::isfinite(estimate.value)) return "–";
  if (!std::isfinite(estimate.low) || !std::isfinite(estimate.high)) return base::ReadableNumber(estimate.value, 3) + ", no interval";
  return ReadableEstimate(estimate);
}

// Which metric measured the options of an objective; "" where its ladder was not climbed.
std::string MetricOf(const ProjectReport& report, const std::string& objective) {
  const auto train = std::find_if(report.train.begin(), report.train.end(), [&](const evidence::TrainReport& t) { return t.objective == objective; });
  return train == report.train.end() ? "" : train->metric;
}

void RenderOptions(const ProjectReport& report, Terminal& terminal) {
  if (report.options.empty()) return;
  const std::string currency = report.value.empty() ? "money" : report.value.front().currency;
  terminal.Heading("Options");
  // The metric stands above its figures where all have the same, else beside each.
  std::string metric = report.train.empty() ? "" : report.train.front().metric;
  for (const evidence::TrainReport& t : report.train) metric = t.metric == metric ? metric : "";
  std::vector<std::vector<std::string>> rows;
  std::vector<Terminal::ColumnHead> heads = {{"option"}, {metric.empty() ? "measured" : metric + " on the holdout"}, {currency + " a day"}, {"more than nothing"}, {"fitted in", Terminal::Align::kRight}, {"note"}};
  for (const evidence::OptionResult& o : report.options) {
    const auto seconds = report.timing.steps.find(o.timing_step);
    const std::string measured = metric.empty() && std::isfinite(o.measured.value) ? MetricOf(report, o.objective) + " " + CellText(o.measured) : CellText(o.measured);
    rows.push_back({o.name + (report.feasibility.size() > 1 ? " (" + o.objective + ")" : ""), measured, CellText(o.value_per_day), CellText(o.against_nothing),
                    seconds == report.timing.steps.end() ? "–" : base::ReadableNumber(seconds->second, 2) + " s", o.note.empty() && !std::isfinite(o.measured.value) ? o.measured.reason : o.note});
  }
  // Columns that say nothing in this run are left out; on a narrow terminal also what the page shows better.
  for (std::size_t c = heads.size(); c-- > 1;) {
    const bool empty = std::all_of(rows.begin(), rows.end(), [&](const auto& row) { return row[c].empty() || row[c] == "–"; });
    if (!empty && !(terminal.width() < 100 && heads[c].name == "fitted in")) continue;
    heads.erase(heads.begin() + static_cast<std::ptrdiff_t>(c));
    for (auto& row : rows) row.erase(row.begin() + static_cast<std::ptrdiff_t>(c));
  }
  terminal.Table(heads, rows);
  for (const evidence::ValueReport& value : report.value) {
    if (!value.reason.empty()) terminal.Paragraph("No value: " + value.reason + ".", 2);
    else terminal.Paragraph("How: " + value.method + ".", 2);
  }
}

void RenderSteps(const ProjectReport& report, Terminal& terminal) {
  if (report.steps.empty()) return;
  terminal.Heading("Steps");
  for (const evidence::StepResult& s : report.steps) {
    const bool met = s.state == "met", missed = s.state == "not_met";
    terminal.Paragraph(terminal.Paint(met ? "✓" : missed ? "✕" : "–", met ? Style::kGood : missed ? Style::kBad : Style::kWarn) + " " + terminal.Paint(s.name, Style::kBold), 2);
    terminal.Paragraph(std::string(met ? "met" : missed ? "not met" : "not measurable") + ": " + s.criterion, 4);
    if (!s.detail.empty()) terminal.Paragraph(s.detail, 4);
  }
}

// The questions that only people can answer, and what to do with the verdicts.
void RenderNext(const ProjectReport& report, Terminal& terminal) {
  constexpr std::size_t kShown = 3;
  std::vector<std::string> questions;
  const auto add = [&](const std::vector<evidence::OpenQuestion>& open) {
    for (const evidence::OpenQuestion& q : open) {
      if (!base::IsAmong(questions, q.question)) questions.push_back(q.question);
    }
  };
  for (const evidence::FeasibilityReport& f : report.feasibility) add(f.open_questions);
  if (report.understand) add(report.understand->open_questions);
  if (!questions.empty()) {
    terminal.Heading("Open questions for people");
    for (std::size_t i = 0; i < std::min(kShown, questions.size()); ++i) terminal.Paragraph(terminal.Paint("?", Style::kWarn) + " " + questions[i], 2);
    if (questions.size() > kShown) terminal.Line("  and " + std::to_string(questions.size() - kShown) + " more in the report");
  }
  std::string text;
  for (const evidence::FeasibilityReport& f : report.feasibility) {
    const bool refuted = std::any_of(report.train.begin(), report.train.end(), [&](const evidence::TrainReport& t) { return t.objective == f.objective && t.recommended.empty(); });
    const bool go = f.verdict == evidence::FeasibilityVerdict::kGo;
    const std::string next = !go ? f.next : refuted ? "the holdout refutes the rung that was chosen: find out why, then run again on new data" : "apply the recommended rung with assay score DIR FILE, and prove the gain in an experiment";
    text += (text.empty() ? "" : " ") + (report.feasibility.size() > 1 ? "For '" + f.objective + "': " : std::string()) + next + ".";
  }
  if (!text.empty()) terminal.Next(text);
}

// As one word of a command.
std::string FolderOf(const std::string& charter) {
  const std::string folder = std::filesystem::path(charter).parent_path().string();
  return base::ShellWord(folder.empty() ? "." : folder);
}

void RenderRun(const ProjectReport& report, Terminal& terminal) {
  terminal.Paragraph(terminal.Paint(report.name, Style::kBold));
  if (report.check) {
    terminal.Heading("The charter");
    terminal.Paragraph(report.check->summary + (report.check->contradicted > 0 ? " What rests on that is to be read with care; it is named by: assay check " + FolderOf(report.check->charter) : ""), 2);
  }
  if (!report.header.data.notes.empty()) {
    terminal.Heading("What was done to the data");
    RenderDataNotes(report.header, terminal);
  }
  if (report.understand) RenderUnderstand(*report.understand, terminal, Part::kOfRun);
  for (const evidence::ChangeReport& c : report.change) RenderChange(c, terminal, Part::kOfRun);
  for (const evidence::FeasibilityReport& f : report.feasibility) RenderFeasibility(f, terminal, Part::kOfRun);
  for (const evidence::TrainReport& t : report.train) RenderTrain(t, terminal, Part::kOfRun);
  for (const evidence::SlicesReport& slices : report.slices) RenderSlices(slices, terminal, Part::kOfRun);
  if (report.tradeoff) RenderTradeoff(*report.tradeoff, terminal, Part::kOfRun);
  RenderOptions(report, terminal);
  RenderSteps(report, terminal);
  terminal.Heading("Verdict");
  terminal.Paragraph(report.headline, 2);
  RenderNext(report, terminal);
}

// What repeats the run: flags that cannot change its result (--threads, --json, ...) are left out, so that reports are the same bytes.
std::string CommandOf(const RunArguments& arguments, std::uint64_t seed) {
  std::string command = "assay run " + base::ShellWord(arguments.folder);
  if (arguments.full) command += " --full";
  if (arguments.repeats != lifecycle::RunOptions{}.repeats) command += " --repeats " + std::to_string(arguments.repeats);
  if (arguments.sample > 0) command += " --sample " + std::to_string(arguments.sample);
  if (seed != 42) command += " --seed " + std::to_string(seed);
  return command;
}

// A link that terminals open; its characters beyond the plain ones are percent-encoded.
std::string FileLink(const std::filesystem::path& path) {
  std::string link = "file://";
  for (const unsigned char c : std::filesystem::absolute(path).lexically_normal().string()) {
    const bool plain = std::isalnum(c) != 0 || std::string_view("/-._~").find(static_cast<char>(c)) != std::string_view::npos;
    char buffer[4];
    std::snprintf(buffer, sizeof buffer, "%%%02X", c);
    link += plain ? std::string(1, static_cast<char>(c)) : std::string(buffer);
  }
  return link;
}

Result<int> Run(const RunArguments& arguments, Session& session) {
  const lifecycle::Project project = ASSAY_TRY(lifecycle::OpenProject(arguments.folder));
  store::Engine* engine = ASSAY_TRY(session.engine());
  lifecycle::RunOptions options;
  options.full = arguments.full;
  options.repeats = arguments.repeats;
  options.fresh = arguments.fresh;
  options.sample_rows = arguments.sample;
  options.command = CommandOf(arguments, session.context().seed);
  const auto save = [&](const ProjectReport& so_far) -> Result<void> {
    ProjectReport stamped = so_far;
    stamped.timing = session.timing();
    return lifecycle::SaveProjectReport(project, stamped);
  };
  bool saved = false;
  options.after_step = [&](const ProjectReport& so_far) -> Result<void> {
    ASSAY_TRY(save(so_far));
    saved = true;
    return {};
  };
  options.say = [&](const std::string& line) { session.Say(line); };
  Result<lifecycle::RunResult> result = lifecycle::RunProject(project, options, *engine, session.context());
  if (!result) {
    std::error_code code;
    if (!saved && std::filesystem::exists(lifecycle::HtmlReportPath(project), code)) session.Say("this run has no result yet; " + FileLink(lifecycle::HtmlReportPath(project)) + " still shows the run before it");
    if (saved) session.Say("what was done until then is in " + FileLink(lifecycle::HtmlReportPath(project)) + "; go on with: " + options.command);
    return result.error();
  }
  ProjectReport& report = result->report;
  report.timing = session.timing();
  if (session.json()) {
    session.PrintJson(evidence::ToJson(report));
  } else {
    RenderRun(report, session.terminal());
    session.terminal().Line();
    session.terminal().Line("  Report: " + FileLink(lifecycle::HtmlReportPath(project)));
    session.terminal().Paragraph("Ledger: " + base::ReadableCount(report.ledger.records) + " records, head " + report.ledger.head, 2);
  }
  // Objectives that failed: the rest is printed, the errors follow, the exit code is the first one's.
  for (std::size_t i = 1; i < result->failures.size(); ++i) session.Say(result->failures[i].message);
  if (!result->failures.empty()) return result->failures.front();
  const bool stop = std::any_of(report.feasibility.begin(), report.feasibility.end(), [](const evidence::FeasibilityReport& f) { return f.verdict == evidence::FeasibilityVerdict::kStop; });
  return stop ? 1 : 0;
}

Result<int> Report(const std::string& folder, const std::string& out, Session& session) {
  const lifecycle::Project project = ASSAY_TRY(lifecycle::OpenProject(folder));
  ProjectReport report = ASSAY_TRY(lifecycle::LoadProjectReport(project));
  const Result<evidence::LedgerState> state = evidence::Ledger(project.state()).Read();
  if (const std::string against = state ? lifecycle::AgainstLedger(project, report, *state) : state.error().message; !against.empty()) report.ledger.notice += (report.ledger.notice.empty() ? "" : "; ") + against;
  if (session.json()) {
    session.PrintJson(evidence::ToJson(report));
    return 0;
  }
  const std::filesystem::path path = out.empty() ? lifecycle::HtmlReportPath(project) : std::filesystem::path(out);
  ASSAY_TRY(lifecycle::WriteHtmlReport(report, path));
  session.terminal().Line("Report: " + FileLink(path));
  session.terminal().Paragraph("Ledger: " + base::ReadableCount(report.ledger.records) + " records, head " + report.ledger.head);
  if (!report.ledger.notice.empty()) session.terminal().Paragraph("Notice: " + report.ledger.notice);
  return 0;
}

}  // namespace

void AddRun(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("run", "The main job: from a project's charter and data to a verdict with evidence");
  auto arguments = std::make_shared<RunArguments>();
  command->add_option("DIR", arguments->folder, "Folder with assay.toml")->capture_default_str();
  command->add_flag("--fresh", arguments->fresh, "Start over: take over no step of an earlier run");
  AddWholeNumber(command, {"--sample", "Use a random sample of this many rows of the source (default: all)", "100000"}, &arguments->sample, 1);
  command->add_flag("--full", arguments->full, "Repeated fits use all rows instead of a sample of whole units");
  AddWholeNumber(command, {"--repeats", "Fit every rung anew this often to compare procedures; 0 = do not", "10"}, &arguments->repeats, 0, 1000)->default_str(std::to_string(arguments->repeats));
  command->footer(
      "Examples:\n"
      "  assay run examples/flights\n"
      "  assay run examples/flights --threads 1 --seed 7\n"
      "  assay run . --json > project.json\n"
      "  assay run examples/flights --fresh\n\n"
      "In order: check, understand, then feasibility, train and value per objective of assay.toml. Each step's conclusions go to the ledger in\n"
      "DIR/.assay/ and the page DIR/.assay/report.html is written anew after each. A run that was stopped goes on with the same command; steps\n"
      "that are done are taken over while data, charter, seed and program are the same. Exit code 1 when feasibility says stop.");
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
