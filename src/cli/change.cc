#include "lifecycle/change.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <filesystem>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/number_flags.h"
#include "cli/problem_flags.h"
#include "cli/render.h"
#include "cli/session.h"

namespace assay::cli {

namespace {

using evidence::ChangePart;
using evidence::ChangeReport;

struct Arguments {
  lifecycle::ChangeProblem problem;
  std::vector<std::string> features, exclude;
  const CLI::App* command = nullptr;
};

// A bar from `from` to `to` on a scale, at least a mark wide, with a stroke where the metric began.
struct Scale {
  double low = 0, high = 1;
  int cells = 20;
  int Place(double value) const { return high > low ? std::clamp(static_cast<int>(std::lround((value - low) / (high - low) * (cells - 1))), 0, cells - 1) : 0; }
};
std::string Bar(const Scale& scale, double from, double to, bool solid) {
  const int a = scale.Place(std::min(from, to)), b = scale.Place(std::max(from, to));
  std::string bar;
  for (int i = 0; i < scale.cells; ++i) bar += i < a || i > b ? "·" : solid ? "█" : "░";
  return bar;
}

std::string Signed(double value, int digits = 4) { return (value > 0 ? "+" : "") + base::ReadableNumber(value, digits); }

std::string IntervalOf(const ChangePart& part) {
  if (std::isnan(part.low)) return "not tested";
  const base::ReadableEnds ends = base::ReadableInterval(part.estimate, part.low, part.high);
  return ends.low + " to " + ends.high;
}

// From before to after, one step per part, the last what is left: it adds up.
void RenderWaterfall(const ChangeReport& report, Terminal& terminal) {
  double at = report.total.before, low = std::min(at, report.total.after), high = std::max(at, report.total.after);
  for (const ChangePart& part : report.parts) {
    at += part.contribution;
    low = std::min(low, at);
    high = std::max(high, at);
  }
  for (const evidence::ChangeOfMetric& metric : report.metrics) {
    at += metric.unexplained.value_or(0);
    low = std::min(low, at);
    high = std::max(high, at);
  }
  const Scale scale{low, high, terminal.width() >= 100 ? 30 : 16};
  std::vector<std::vector<std::string>> rows;
  rows.push_back({"before", base::ReadableNumber(report.total.before), Bar(scale, report.total.before, report.total.before, true), "", ""});
  at = report.total.before;
  for (const ChangePart& part : report.parts) {
    rows.push_back({(part.metric.empty() ? "" : part.metric + ": ") + part.text, Signed(part.contribution), Bar(scale, at, at + part.contribution, true), IntervalOf(part), std::isnan(part.q_value) ? "" : part.q_value < 0.0001 ? "< 0.0001" : base::ReadableNumber(part.q_value, 2)});
    at += part.contribution;
  }
  const auto left = [&](const std::string& whose, double moved, const std::string& text, const std::string& interval) {
    const bool parts = std::any_of(report.parts.begin(), report.parts.end(), [&](const ChangePart& p) { return whose.empty() || whose == p.metric + ": "; });
    const std::string what = text.starts_with("moved together") ? (parts ? "all other rows together" : "all rows together") : !report.tested ? "left over" : "too noisy to explain";
    rows.push_back({whose + what, Signed(moved), terminal.Paint(Bar(scale, at, at + moved, false), Style::kDim), interval, ""});
    at += moved;
  };
  for (const evidence::ChangeOfMetric& metric : report.metrics) {
    if (metric.unexplained && !metric.unexplained_text.empty()) left(metric.name + ": ", *metric.unexplained, metric.unexplained_text, "");
  }
  if (report.metrics.empty() && (!report.unexplained_text.empty() || report.parts.empty())) left("", report.unexplained, report.unexplained_text, std::isnan(report.rest.low) ? "not tested" : base::ReadableRange(report.rest.low, report.rest.high));
  rows.push_back({"after", base::ReadableNumber(report.total.after), Bar(scale, report.total.after, report.total.after, true), "", ""});
  terminal.Table({{"step"}, {"moved by", Terminal::Align::kRight}, {""}, {"95 % of unseen blocks", Terminal::Align::kRight}, {"q", Terminal::Align::kRight}}, rows);
}

void RenderMixAndRate(const ChangeReport& report, Terminal& terminal) {
  std::vector<std::vector<std::string>> rows;
  const auto level = [](const std::optional<double>& value) { return value ? base::ReadableNumber(*value) : "none"; };
  for (const ChangePart& part : report.parts) rows.push_back({(part.metric.empty() ? "" : part.metric + ": ") + part.text, Signed(part.mix), Signed(part.rate), level(part.before) + " → " + level(part.after), base::ReadableCount(part.rows_before) + " → " + base::ReadableCount(part.rows_after)});
  if (report.metrics.empty() && !report.parts.empty()) rows.push_back({"all other rows", Signed(report.rest.mix), Signed(report.rest.rate), level(report.rest.before) + " → " + level(report.rest.after), base::ReadableCount(report.rest.rows_before) + " → " + base::ReadableCount(report.rest.rows_after)});
  if (rows.empty()) return;
  terminal.Heading("More of them, or another level?");
  terminal.Table({{"part"}, {"mix", Terminal::Align::kRight}, {"rate", Terminal::Align::kRight}, {"level", Terminal::Align::kRight}, {"rows", Terminal::Align::kRight}}, rows);
}

void RenderFeatures(const ChangeReport& report, Terminal& terminal) {
  if (report.features.empty()) return;
  terminal.Heading("By each column alone");
  std::vector<std::vector<std::string>> rows;
  for (const evidence::ChangeByFeature& f : report.features) rows.push_back({f.feature, base::ReadableCount(f.segments), Signed(f.mix), Signed(f.rate), f.reversal ? terminal.Paint("reversal", Style::kWarn) : ""});
  terminal.Table({{"column"}, {"values", Terminal::Align::kRight}, {"mix", Terminal::Align::kRight}, {"rate", Terminal::Align::kRight}, {""}}, rows);
  terminal.Paragraph("mix: other shares of its values; rate: its values at other levels. Both add up to the change.", 2);
}

void RenderTree(const ChangeReport& report, Terminal& terminal) {
  if (report.metrics.empty()) return;
  terminal.Heading("What it is made of");
  std::vector<std::vector<std::string>> rows;
  for (auto m = report.metrics.rbegin(); m != report.metrics.rend(); ++m) {
    rows.push_back({m->name, m->is, base::ReadableNumber(m->before) + " → " + base::ReadableNumber(m->after), m->contribution ? Signed(*m->contribution) : "", m->share ? base::ReadableShare(*m->share) : ""});
  }
  terminal.Table({{"metric"}, {"is"}, {"before → after", Terminal::Align::kRight}, {"moved it by", Terminal::Align::kRight}, {"share", Terminal::Align::kRight}}, rows);
  for (const evidence::ChangeOfMetric& metric : report.metrics) {
    if (metric.leaf) terminal.Paragraph("• " + metric.text, 2);
  }
}

Result<int> Run(const Arguments& arguments, Session& session) {
  lifecycle::ChangeProblem problem = arguments.problem;
  problem.features = ASSAY_TRY(ColumnNames(arguments.features, "--features"));
  problem.exclude = ASSAY_TRY(ColumnNames(arguments.exclude, "--exclude"));
  std::error_code code;
  if (std::filesystem::exists(std::filesystem::path(problem.source) / "assay.toml", code)) {
    for (const char* flag : {"--unit", "--time", "--where"}) {
      if (arguments.command->count(flag) > 0) return Error{ErrorCode::kInvalidInput, std::string(flag) + ": " + problem.source + " is a project, whose data is described in its assay.toml; change '" + std::string(flag).substr(2) + "' in [data] there, or name the data file instead of the folder"};
    }
    const lifecycle::Project project = ASSAY_TRY(lifecycle::OpenProject(problem.source));
    lifecycle::ChangeProblem of_project = ASSAY_TRY(lifecycle::ChangeProblemOf(project, problem.metric, problem.before, problem.after));
    of_project.features = std::move(problem.features);
    of_project.exclude = std::move(problem.exclude);
    of_project.depth = problem.depth;
    of_project.parts = problem.parts;
    problem = std::move(of_project);
  }
  store::Engine* engine = ASSAY_TRY(session.engine());
  ChangeReport report = ASSAY_TRY(lifecycle::ExplainChange(problem, *engine, session.context()));
  session.Print<ChangeReport>(report, [](const ChangeReport& r, Terminal& terminal) { RenderChange(r, terminal); });
  return 0;
}

}  // namespace

void RenderChange(const ChangeReport& report, Terminal& terminal, Part part) {
  terminal.Heading("Why " + report.metric + " moved");
  terminal.Paragraph(report.answer, 2);
  terminal.Line();
  RenderWaterfall(report, terminal);
  RenderTree(report, terminal);
  RenderMixAndRate(report, terminal);
  RenderFeatures(report, terminal);
  terminal.Heading("How it was found");
  terminal.Paragraph("Noise is measured " + report.unit_of_noise + ". " + base::ReadableCount(report.cells_looked_at) + " sets of rows were looked at" + (report.tested ? ", " + base::ReadableCount(report.cells_tested) + " of them tested on blocks that had not chosen them; q is the false discovery rate. An interval comes from those blocks alone, what a part moved is counted exactly in all rows." : ". Nothing was tested."), 2);
  if (part == Part::kAlone) RenderDataNotes(report.header, terminal);
  if (report.parts.empty()) return;
  terminal.Next("assay understand shows the metric over time; a shift there says when it moved.");
}

void AddChange(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("change", "Why did a metric move? The rows that moved it, adding up to the change, and what is noise; FILE may be a project's folder: then a metric of its charter");
  auto arguments = std::make_shared<Arguments>();
  arguments->command = command;
  lifecycle::ChangeProblem& problem = arguments->problem;
  const char* group = "Problem";
  command->add_option("FILE", problem.source, "CSV, gzip CSV, Parquet, JSON, a pattern like 'data/*.parquet', or a project's folder")->required();
  command->add_option("--metric", problem.metric, "What moved: 'sum(x)', 'avg(x)', 'count()' or 'sum(x)/sum(y)', where x and y are columns or expressions; of a project the name of one of its [[metrics]] (default: the first)")->group(group);
  command->add_option("--before", problem.before, "The rows to compare with: a condition such as \"date < '2001-04-01'\"")->group(group);
  command->add_option("--after", problem.after, "The rows that are to be explained: a condition that excludes the other")->group(group);
  command->add_option("--features", arguments->features, "Describe parts by these columns or expressions such as 'hour(date)', with commas between (default: all that can)")->group(group);
  command->add_option("--exclude", arguments->exclude, "Never use these columns")->group(group);
  command->add_option("--unit", problem.unit, "Rows of one unit depend on each other: a column or expression such as 'customer' or 'week(date)'")->group(group);
  command->add_option("--time", problem.time, "A time column or expression: rows of one day depend on each other, those of one unit as well")->group(group);
  command->add_option("--where", problem.where, "Rows to keep: a condition")->group(group);
  AddWholeNumber(command, {"--depth", "Conditions that describe a part, at most (default: 3)", "2"}, &problem.depth, 1, 3)->group(group);
  AddWholeNumber(command, {"--parts", "Parts, at most (default: 10)", "5"}, &problem.parts, 1, 100)->group(group);
  command->footer(
      "Examples:\n"
      "  assay change flights.parquet --metric 'avg(delay)' --before 'month(date) = 5' --after 'month(date) = 6' --time date\n"
      "  assay change orders.csv --metric 'sum(revenue)' --before \"day < '2024-06-01'\" --after \"day >= '2024-06-01'\" --time day --features country,channel,device\n"
      "  assay change visits.csv --metric 'sum(orders)/sum(visits)' --before 'version = 1' --after 'version = 2' --unit user --json > change.json\n"
      "  assay change my-project --metric revenue --before 'month(day) = 5' --after 'month(day) = 6'\n\n"
      "Parts are disjoint; what they moved, with what is left, adds up to the change. mix: more or fewer of these rows; rate: the same rows at another\n"
      "level. Give --unit or --time: on millions of rows everything is beyond noise otherwise. docs/change.md says how it is done.");
  session.AddCommonFlags(command);
  command->callback([=, &session] { session.SetBody([=, &session] { return Run(*arguments, session); }); });
}

}  // namespace assay::cli
