#include "lifecycle/understand.h"

#include <CLI/CLI.hpp>
#include <cmath>
#include <filesystem>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/problem_flags.h"
#include "cli/render.h"
#include "cli/session.h"
#include "lifecycle/project.h"

namespace assay::cli {

namespace {

using evidence::UnderstandReport;

std::string Between(const evidence::Estimate& e) {
  if (!std::isfinite(e.low)) return "";
  return base::ReadableNumber(e.low, 3) + " to " + base::ReadableNumber(e.high, 3);
}

// Up to `cells` block characters for a series.
std::string Sparkline(const std::vector<evidence::PeriodPoint>& points, std::size_t cells) {
  static constexpr const char* kBlocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  std::vector<double> means;
  const std::size_t step = points.size() / cells + 1;
  for (std::size_t i = 0; i < points.size(); i += step) {
    double sum = 0, count = 0;
    for (std::size_t k = i; k < std::min(points.size(), i + step); ++k) {
      if (!std::isfinite(points[k].mean.value)) continue;
      sum += points[k].mean.value;
      count += 1;
    }
    if (count > 0) means.push_back(sum / count);
  }
  if (means.empty()) return "";
  const auto [low, high] = std::minmax_element(means.begin(), means.end());
  std::string line;
  for (const double v : means) line += kBlocks[*high > *low ? static_cast<int>((v - *low) / (*high - *low) * 7.999) : 3];
  return line;
}

// A file with flags, or the folder of a project: then its first objective and its hypotheses.
Result<int> Run(const ProblemFlags& flags, Session& session) {
  lifecycle::Problem problem;
  std::vector<lifecycle::Hypothesis> hypotheses;
  std::error_code code;
  const std::filesystem::path charter = std::filesystem::path(flags.source) / "assay.toml";
  if (flags.outcome.empty() && std::filesystem::exists(charter, code)) {
    const lifecycle::Project project = ASSAY_TRY(lifecycle::OpenProject(flags.source));
    problem = ASSAY_TRY(lifecycle::ObjectivesOf(project)).front().problem;
    problem.sample_rows = flags.sample;
    hypotheses = lifecycle::HypothesesOf(project.charter);
  } else {
    problem = ASSAY_TRY(ToProblem(flags));
  }
  store::Engine* engine = ASSAY_TRY(session.engine());
  const lifecycle::Gathered gathered = ASSAY_TRY(lifecycle::Gather(problem, *engine, session.context()));
  UnderstandReport report = ASSAY_TRY(lifecycle::Understand(gathered, hypotheses, session.context()));
  session.Print<UnderstandReport>(report, RenderUnderstand);
  return 0;
}

}  // namespace

void RenderUnderstand(const UnderstandReport& report, Terminal& terminal) {
  terminal.Heading("What happens");
  terminal.Paragraph(report.summary, 2);
  for (const std::string& note : report.header.data.notes) terminal.Paragraph("Note: " + note + ".", 2);
  if (report.over_time.reason.empty()) {
    terminal.Heading("Outcome over time, by " + report.over_time.period);
    terminal.Line("  " + Sparkline(report.over_time.points, 72));
    if (!report.over_time.points.empty()) terminal.Line(terminal.Paint("  " + report.over_time.points.front().start + " to " + report.over_time.points.back().start, Style::kDim));
    for (const evidence::ChangePoint& change : report.over_time.changes) {
      const std::string by = std::isfinite(change.difference.low) ? ", by " + base::ReadableNumber(change.difference.value, 3) + " (95 % interval " + Between(change.difference) + ")" : "";
      terminal.Line("  shift at " + change.start + ": " + base::ReadableNumber(change.before.value, 3) + " → " + base::ReadableNumber(change.after.value, 3) + by);
    }
    if (report.over_time.changes.empty()) terminal.Line("  no level shift beyond noise");
    terminal.Paragraph("season: " + report.over_time.seasonality, 2);
    for (const evidence::Season& season : report.seasons) terminal.Paragraph("by " + season.name + ": " + season.answer, 2);
  }
  terminal.Heading("What goes with it");
  std::vector<std::vector<std::string>> rows;
  for (const evidence::Association& a : report.associations) {
    rows.push_back({a.feature, base::ReadableShare(a.strength.value), Between(a.strength), a.q_value <= 0.05 ? "yes" : "not shown"});
    if (rows.size() == 15) break;
  }
  terminal.Table({{"feature"}, {"variance explained", Terminal::Align::kRight}, {"95 % interval"}, {"beyond noise (FDR 5 %)"}}, rows);
  if (!report.hypotheses.empty()) {
    terminal.Heading("Hypotheses");
    rows.clear();
    for (const evidence::HypothesisResult& h : report.hypotheses) rows.push_back({h.name, evidence::EnumNames(h.verdict)[static_cast<std::size_t>(h.verdict)], h.answer});
    terminal.Table({{"claim"}, {"verdict"}, {"what the data say"}}, rows);
  }
  terminal.Heading("Columns");
  rows.clear();
  for (const evidence::ColumnProfile& c : report.columns) {
    const std::string range = c.least.empty() ? base::Join(std::vector<std::string>(c.top_values.begin(), c.top_values.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(4, c.top_values.size()))), ", ") : c.least + " to " + c.most;
    rows.push_back({c.name, c.type, base::ReadableCount(c.missing), base::ReadableCount(c.distinct), range});
  }
  terminal.Table({{"column"}, {"type"}, {"missing", Terminal::Align::kRight}, {"distinct", Terminal::Align::kRight}, {"values"}}, rows);
  if (!report.alerts.empty()) {
    terminal.Heading("To know about the data");
    for (const evidence::Alert& alert : report.alerts) terminal.Paragraph("• " + alert.message, 2);
  }
  if (!report.label_delay.answer.empty()) terminal.Paragraph("• " + report.label_delay.answer, 2);
  if (!report.open_questions.empty()) {
    terminal.Heading("Open questions for people");
    for (const evidence::OpenQuestion& question : report.open_questions) terminal.Paragraph("? " + question.question, 2);
  }
}

void AddUnderstand(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("understand", "What happens? Data quality, the outcome over time, what goes with it; FILE may be a project's folder: then its hypotheses are tested too");
  const auto flags = AddProblemFlags(command);
  session.AddCommonFlags(command);
  command->callback([=, &session] { session.SetBody([=, &session] { return Run(*flags, session); }); });
}

}  // namespace assay::cli
