#include "lifecycle/understand.h"

#include <CLI/CLI.hpp>
#include <algorithm>
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

// Up to `cells` block characters for a series, a dot where there are no rows, and what they stand for.
struct Sparkline {
  std::string line;
  double low = std::nan(""), high = std::nan("");  // means of the lowest and the highest block
  std::size_t periods = 1;   // of the series in each
};
Sparkline MakeSparkline(const std::vector<evidence::PeriodPoint>& points, std::size_t cells) {
  static constexpr const char* kBlocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  std::vector<double> means;
  Sparkline spark;
  spark.periods = points.size() / cells + 1;
  for (std::size_t i = 0; i < points.size(); i += spark.periods) {
    double sum = 0, count = 0;
    for (std::size_t k = i; k < std::min(points.size(), i + spark.periods); ++k) {
      if (!std::isfinite(points[k].mean.value)) continue;
      sum += points[k].mean.value;
      count += 1;
    }
    means.push_back(count > 0 ? sum / count : std::nan(""));
    if (count == 0) continue;
    spark.low = std::fmin(spark.low, means.back());
    spark.high = std::fmax(spark.high, means.back());
  }
  if (std::isnan(spark.low)) return spark;
  for (const double v : means) spark.line += std::isnan(v) ? "·" : kBlocks[spark.high > spark.low ? static_cast<int>((v - spark.low) / (spark.high - spark.low) * 7.999) : 3];
  return spark;
}

void RenderSeries(const UnderstandReport& report, Terminal& terminal) {
  const std::vector<evidence::PeriodPoint>& points = report.over_time.points;
  const Sparkline spark = MakeSparkline(points, static_cast<std::size_t>(std::min(72, terminal.width() - 4)));
  if (spark.line.empty()) return;
  terminal.Line("  " + spark.line);
  const base::ReadableEnds marks = base::ReadableInterval(spark.low, spark.low, spark.high);
  const std::string each = spark.periods == 1 ? "each mark a " + report.over_time.period : "each mark the mean of " + std::to_string(spark.periods) + " " + report.over_time.period + "s";
  terminal.Paragraph(terminal.Paint(points.front().start + " to " + points.back().start + "; lowest mark " + marks.low + ", highest " + marks.high + ", " + each, Style::kDim), 2);
}

// A file with flags, or the folder of a project: then an objective and the hypotheses.
Result<int> Run(const ProblemFlags& flags, Session& session) {
  lifecycle::Problem problem;
  std::vector<lifecycle::Hypothesis> hypotheses;
  if (const std::optional<lifecycle::Project> project = ASSAY_TRY(ProjectNamed(flags))) {
    problem = ASSAY_TRY(lifecycle::FindObjective(*project, flags.objective)).problem;
    problem.sample_rows = flags.sample;
    hypotheses = lifecycle::HypothesesOf(project->charter, problem.outcome);
  } else {
    problem = ASSAY_TRY(ToProblem(flags));
  }
  store::Engine* engine = ASSAY_TRY(session.engine());
  const lifecycle::Gathered gathered = ASSAY_TRY(lifecycle::Gather(problem, *engine, session.context()));
  UnderstandReport report = ASSAY_TRY(lifecycle::Understand(gathered, hypotheses, session.context()));
  session.Print<UnderstandReport>(report, [](const UnderstandReport& r, Terminal& terminal) { RenderUnderstand(r, terminal); });
  return 0;
}

}  // namespace

void RenderDataNotes(const evidence::ReportHeader& header, Terminal& terminal) {
  for (const std::string& note : header.data.notes) terminal.Paragraph("Note: " + note + ".", 2);
}

void RenderUnderstand(const UnderstandReport& report, Terminal& terminal, Part part) {
  terminal.Heading("What happens");
  terminal.Paragraph(report.summary, 2);
  if (part == Part::kAlone) RenderDataNotes(report.header, terminal);
  if (report.over_time.reason.empty()) {
    terminal.Heading("Outcome over time, by " + report.over_time.period);
    RenderSeries(report, terminal);
    for (const evidence::ChangePoint& change : report.over_time.changes) {
      const std::string by = std::isfinite(change.difference.low) ? ", by " + ReadableEstimate(change.difference) : "";
      terminal.Paragraph("A shift at " + change.start + ": from " + ReadableEstimate(change.before) + " to " + ReadableEstimate(change.after) + by + ".", 2);
    }
    if (report.over_time.changes.empty()) terminal.Line("  No level shift beyond noise.");
    if (!report.over_time.outside.empty()) terminal.Paragraph("Note: " + report.over_time.outside + ".", 2);
    terminal.Paragraph("Season: " + report.over_time.seasonality + ".", 2);
    for (const evidence::Season& season : report.seasons) terminal.Paragraph("By " + season.name + ": " + season.answer, 2);
  }
  terminal.Heading("What goes with it");
  constexpr std::size_t kShown = 15;
  std::vector<std::vector<std::string>> rows;
  for (const evidence::Association& a : report.associations) {
    if (rows.size() < kShown) rows.push_back({a.feature, ReadableEstimate(a.strength, 100, " %"), a.q_value <= 0.05 ? "yes" : "not shown"});
  }
  terminal.Table({{"feature"}, {"of the outcome's variance (95 %)", Terminal::Align::kRight}, {"beyond noise"}}, rows);
  if (report.associations.size() > kShown) terminal.Line("  and " + std::to_string(report.associations.size() - kShown) + " more");
  terminal.Paragraph("Share of the outcome's variance that each explains alone; beyond noise at a false discovery rate of 5 %. A strong one may be known too late: assay feasibility looks for that.", 2);
  if (report.carriers) {
    terminal.Heading("Which segments carry it");
    terminal.Paragraph(report.carriers->summary, 2);
    if (std::any_of(report.carriers->slices.begin(), report.carriers->slices.end(), [](const evidence::Slice& s) { return s.q_value < 0.05; })) {
      rows.clear();
      for (const evidence::Slice& s : report.carriers->slices) {
        const base::ReadableEnds ends = base::ReadableInterval(s.difference, s.low, s.high);
        if (s.q_value < 0.05) rows.push_back({s.text, base::ReadableShare(s.share), base::ReadableNumber(s.loss_mean, 3), ends.value + " (" + ends.low + " to " + ends.high + ")"});
      }
      terminal.Table({{"segment"}, {"of the rows", Terminal::Align::kRight}, {"mean", Terminal::Align::kRight}, {"above the rest (95 %)", Terminal::Align::kRight}}, rows);
    }
  }
  if (!report.hypotheses.empty()) {
    terminal.Heading("What people believed, tested");
    rows.clear();
    for (const evidence::HypothesisResult& h : report.hypotheses) rows.push_back({VerdictMark(h.verdict, terminal), h.name, h.answer});
    terminal.Table({{"verdict"}, {"claim"}, {"what the data say"}}, rows);
  }
  terminal.Heading("Columns");
  rows.clear();
  for (const evidence::ColumnProfile& c : report.columns) {
    const std::string range = c.least.empty() ? base::Join(std::vector<std::string>(c.top_values.begin(), c.top_values.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(4, c.top_values.size()))), ", ") : base::GroupedDigits(c.least) + " to " + base::GroupedDigits(c.most);
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
  if (part == Part::kAlone) terminal.Next("assay feasibility with the same flags says whether machine learning is right for it at all.");
}

void AddUnderstand(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("understand", "What happens? Data quality, the outcome over time, what goes with it; FILE may be a project's folder: then its hypotheses are tested too");
  const auto flags = AddProblemFlags(command);
  command->footer(
      "Examples:\n"
      "  assay understand flights.parquet --outcome 'delay > 15' --time date --unit 'date(date)'\n"
      "  assay understand 'sales/*.csv' --outcome revenue --time day --sample 100000\n"
      "  assay understand users.csv --outcome churned --unit user --json > understand.json\n\n"
      "It tells how often or how much, whether and when the level shifted, what repeats, which columns go with it, and what is odd\n"
      "about the data. Give --unit where rows depend on each other (a person's visits, a day's flights): on millions of rows\n"
      "everything is significant otherwise.");
  session.AddCommonFlags(command);
  command->callback([=, &session] { session.SetBody([=, &session] { return Run(*flags, session); }); });
}

}  // namespace assay::cli
