#include "lifecycle/frontier.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <span>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/number_flags.h"
#include "cli/render.h"
#include "cli/session.h"
#include "expression/split.h"

namespace assay::cli {

namespace {

using evidence::FrontierReport;

struct Flags {
  lifecycle::FrontierProblem problem;
  lifecycle::FrontierSettings settings;
  std::vector<std::string> objectives, guardrails, money;
  std::string discount = "none";
  std::optional<std::string> at, reference;
  double current = std::nan("");
  std::int64_t lines = 0;
};

// "0.1,0.5": numbers with commas between.
Result<std::vector<double>> NumberList(const std::string& flag, const std::optional<std::string>& text, const std::string& example) {
  std::vector<double> numbers;
  if (!text) return numbers;
  for (const std::string& part : expression::SplitOutsideBrackets(*text, ',')) {
    double number = 0;
    if (!base::ParseNumber(part, &number)) return Error{ErrorCode::kInvalidInput, flag + ": '" + *text + "' is no list of numbers with commas between, like " + example};
    numbers.push_back(number);
  }
  return numbers;
}

// "engagement=0.4", each name once.
Result<std::map<std::string, double>> Amounts(const std::vector<std::string>& texts) {
  std::map<std::string, double> amounts;
  for (const std::string& text : texts) {
    const std::size_t equals = text.rfind('=');
    double amount = 0;
    if (equals == std::string::npos || !base::ParseNumber(base::Trim(std::string_view(text).substr(equals + 1)), &amount)) return Error{ErrorCode::kInvalidInput, "--money: '" + text + "' is no NAME=AMOUNT, like 'engagement=0.4'"};
    const std::string name(base::Trim(std::string_view(text).substr(0, equals)));
    if (!amounts.emplace(name, amount).second) return Error{ErrorCode::kInvalidInput, "--money: '" + name + "' stands twice; give each objective one amount"};
  }
  return amounts;
}

Result<int> Run(const Flags& flags, Session& session) {
  lifecycle::FrontierProblem problem = flags.problem;
  lifecycle::FrontierSettings settings = flags.settings;
  for (const std::string& text : flags.objectives) problem.objectives.push_back(ASSAY_TRY(lifecycle::ParseFrontierObjective(text)));
  for (const std::string& text : flags.guardrails) problem.guardrails.push_back(ASSAY_TRY(lifecycle::ParseFrontierGuardrail(text)));
  settings.discount = flags.discount == "log2" ? objectives::Discount::kLog2 : objectives::Discount::kNone;
  settings.at = ASSAY_TRY(NumberList("--at", flags.at, "0,0.25,0.5"));
  settings.reference = ASSAY_TRY(NumberList("--reference", flags.reference, "0,0"));
  settings.amounts = ASSAY_TRY(Amounts(flags.money));
  if (!std::isnan(flags.current)) settings.current = flags.current;
  if (flags.lines > 0) settings.lines = flags.lines;
  ASSAY_TRY(settings.Validate(problem));
  store::Engine* engine = ASSAY_TRY(session.engine());
  FrontierReport report = ASSAY_TRY(lifecycle::FindFrontier(problem, settings, *engine, session.context()));
  session.Print<FrontierReport>(report, [](const FrontierReport& r, Terminal& terminal) { RenderFrontier(r, terminal); });
  return 0;
}

// The points of the curve that nothing beats, first metric to the right, second upwards.
void RenderPicture(const FrontierReport& report, Terminal& terminal) {
  const std::string &x = report.objectives[0].name, &y = report.objectives[1].name;
  double low_x = INFINITY, high_x = -INFINITY, low_y = INFINITY, high_y = -INFINITY;
  const auto widen = [&](double a, double b) {
    low_x = std::min(low_x, a);
    high_x = std::max(high_x, a);
    low_y = std::min(low_y, b);
    high_y = std::max(high_y, b);
  };
  for (const auto& point : report.pareto) widen(point.metrics.at(x), point.metrics.at(y));
  for (const auto& at : report.at) widen(at.metrics.at(x).value, at.metrics.at(y).value);
  if (!(high_x > low_x) || !(high_y > low_y)) return;
  const int width = std::min(terminal.width() - 20, 64), height = 14;
  std::vector<std::vector<std::string>> cells(height, std::vector<std::string>(width, " "));
  const auto put = [&](double a, double b, const std::string& mark) {
    const auto column = static_cast<std::size_t>(std::lround((a - low_x) / (high_x - low_x) * (width - 1)));
    const auto row = static_cast<std::size_t>(std::lround((high_y - b) / (high_y - low_y) * (height - 1)));
    cells[row][column] = mark;
  };
  for (const auto& point : report.pareto) put(point.metrics.at(x), point.metrics.at(y), point.feasible ? "·" : terminal.Paint("×", Style::kBad));
  for (const auto& at : report.at) put(at.metrics.at(x).value, at.metrics.at(y).value, at.feasible ? terminal.Paint("●", Style::kGood) : terminal.Paint("×", Style::kBad));
  const std::string top = base::ReadableNumber(high_y), bottom = base::ReadableNumber(low_y);
  const std::size_t margin = std::max(top.size(), bottom.size());
  terminal.Line();
  terminal.Line("  " + std::string(margin, ' ') + " " + terminal.Paint(y, Style::kDim));
  for (int row = 0; row < height; ++row) {
    const std::string label = row == 0 ? top : row + 1 == height ? bottom : "";
    std::string line;
    for (const std::string& cell : cells[row]) line += cell;
    terminal.Line("  " + std::string(margin - label.size(), ' ') + label + " │" + line);
  }
  const std::string left = base::ReadableNumber(low_x), right = base::ReadableNumber(high_x);
  terminal.Line("  " + std::string(margin, ' ') + " └" + [&] { std::string rule; for (int i = 0; i < width; ++i) rule += "─"; return rule; }());
  terminal.Line("  " + std::string(margin + 2, ' ') + left + std::string(std::max(1, width - static_cast<int>(left.size() + right.size())), ' ') + right + " " + terminal.Paint(x, Style::kDim));
  std::string key = "● lambdas below   · points that no other beats";
  if (!report.guardrails.empty()) key += "   × a guardrail is broken";
  terminal.Line("  " + terminal.Paint(key, Style::kDim));
}

void RenderAt(const FrontierReport& report, Terminal& terminal) {
  std::vector<Terminal::ColumnHead> heads = {{"lambda", Terminal::Align::kRight}};
  for (const auto& objective : report.objectives) heads.push_back({objective.name, Terminal::Align::kRight});
  for (const auto& guardrail : report.guardrails) heads.push_back({guardrail.name, Terminal::Align::kRight});
  const auto text = [](double value, double low, double high) {
    if (std::isnan(low)) return base::ReadableNumber(value, 4);
    const base::ReadableEnds ends = base::ReadableInterval(value, low, high);
    return ends.value + " (" + ends.low + " to " + ends.high + ")";
  };
  std::vector<std::vector<std::string>> rows;
  for (const auto& at : report.at) {
    std::vector<std::string> row = {base::PlainNumber(at.lambda, 6)};
    for (const auto& objective : report.objectives) {
      const evidence::Estimate& e = at.metrics.at(objective.name);
      row.push_back(text(e.value, e.low, e.high));
    }
    for (const auto& guardrail : report.guardrails) {
      const evidence::GuardrailValue& g = at.guardrails.at(guardrail.name);
      row.push_back(terminal.Paint(text(g.value, g.low, g.high) + (g.holds ? "  " : " ×"), g.holds ? Style::kPlain : Style::kBad));
    }
    rows.push_back(std::move(row));
  }
  terminal.Line();
  terminal.Table(heads, rows);
  terminal.Paragraph("95 % intervals by " + report.band + ".", 2);
}

void RenderPoints(const FrontierReport& report, Terminal& terminal) {
  std::vector<Terminal::ColumnHead> heads;
  for (const auto& objective : report.objectives) heads.push_back({objective.name, Terminal::Align::kRight});
  heads.push_back({"weights"});
  std::vector<std::vector<std::string>> rows;
  constexpr std::size_t kShown = 20;
  const std::size_t shown = std::min(kShown, report.pareto.size());
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& point = report.pareto[shown == 1 ? 0 : i * (report.pareto.size() - 1) / (shown - 1)];
    std::vector<std::string> row;
    for (const auto& objective : report.objectives) row.push_back(base::ReadableNumber(point.metrics.at(objective.name)));
    std::vector<std::string> weights;
    for (const auto& objective : report.objectives) weights.push_back(base::FixedNumber(point.weights.at(objective.name), 3));
    row.push_back(base::Join(weights, ", "));
    rows.push_back(std::move(row));
  }
  terminal.Line();
  terminal.Table(heads, rows);
  if (report.pareto.size() > shown) terminal.Paragraph(std::to_string(shown) + " of " + base::ReadableCount(static_cast<std::int64_t>(report.pareto.size())) + " points, evenly spaced; --json has all. Weights in the order of the objectives.", 2);
}

}  // namespace

void RenderFrontier(const FrontierReport& report, Terminal& terminal) {
  std::vector<std::string> names;
  for (const auto& objective : report.objectives) names.push_back(objective.name);
  terminal.Heading("What " + base::Join(std::span(names).first(names.size() - 1), ", ") + " and " + names.back() + " give and take");
  terminal.Paragraph(report.summary, 2);
  RenderDataNotes(report.header, terminal);
  for (const std::string& note : report.notes) terminal.Paragraph("Note: " + note + ".", 2);
  if (report.objectives.size() == 2) {
    RenderPicture(report, terminal);
    RenderAt(report, terminal);
  } else {
    RenderPoints(report, terminal);
  }
  const std::string volume = std::isfinite(report.hypervolume) ? "Hypervolume " + base::ReadableNumber(report.hypervolume, 5) + ". " : "";
  terminal.Paragraph(volume + base::Counted(report.items, "item") + " in " + base::Counted(report.queries, "query", "queries") + (report.orderings >= 0 ? ", " + base::ReadableCount(report.orderings) + " orders of them, " + base::ReadableCount(report.distinct_top_k) + " lists of the first " + base::ReadableCount(report.k) : std::string()) + "." + (names.size() == 2 ? " Lambda is the weight of " + names.back() + "; " + names.front() + " has the rest." : ""), 2);
  if (!report.out.empty()) terminal.Paragraph("The whole curve: " + report.out, 2);
  terminal.Next(report.guardrails.empty() ? "--guardrail 'NAME: EXPR <= X' shows where a bound holds." : names.size() > 2 ? "take two of the objectives for the whole curve, with intervals." : report.money ? "--out FILE.parquet writes the whole curve." : "--money NAME=AMOUNT shows which lambdas are sure to bring more.");
}

void AddFrontier(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("frontier", "What do objectives that pull apart give and take? Metrics at every weight of a blended ranking, exactly, with guardrails and money");
  auto flags = std::make_shared<Flags>();
  lifecycle::FrontierProblem& problem = flags->problem;
  lifecycle::FrontierSettings& settings = flags->settings;
  const char* data = "Data";
  command->add_option("FILE", problem.source, "CSV, gzip CSV, Parquet, JSON or a pattern like 'data/*.parquet': one row per item of a query, with a score per objective")->required();
  command->add_option("--query", problem.query, "Items are ranked within a query: a column or expression such as 'search_id' or 'date(shown)'")->required()->group(data);
  command->add_option("--objective", flags->objectives, "NAME=SCORE[,GAIN], twice or more: the score to rank by, and what a shown item brings in (default: the score itself); columns or expressions")->required()->allow_extra_args(false)->group(data);
  command->add_option("--guardrail", flags->guardrails, "'NAME: EXPR <= X' or '>= X': a value per item, averaged over the items shown, then over queries; may be given more than once")->allow_extra_args(false)->group(data);
  command->add_option("--where", problem.where, "Rows to keep: a condition")->group(data);
  AddWholeNumber(command, {"--sample", "Use a random sample of this many rows (default: all)", "100000"}, &problem.sample_rows, 1)->group(data);
  const char* curve = "Curve";
  AddWholeNumber(command, {"--k", "Ranks that count (default: 10)", "10"}, &settings.k, 1, 1'000'000)->group(curve);
  command->add_option("--discount", flags->discount, "What a rank weighs: none (all alike, divided by k; default) or log2 (as in DCG)")->check(CLI::IsMember({"none", "log2"}))->group(curve);
  command->add_option("--at", flags->at, "Lambdas to show, with commas between, 1,000 at most (default: 0,0.1,...,1)")->group(curve);
  command->add_option("--reference", flags->reference, "The point that the hypervolume is measured from, one number per objective (default: 0,0)")->group(curve);
  command->add_option("--money", flags->money, "NAME=AMOUNT: what one unit of an objective's metric is worth per query; shows which lambdas are sure to bring more than --current")->allow_extra_args(false)->group(curve);
  AddNumber(command, {"--current", "The lambda in use, which --money compares with (default: 0.5)", "0.5"}, &flags->current)->group(curve);
  AddWholeNumber(command, {"--lines", "Lines searched through the weights of more than two objectives (default: 200)", "200"}, &flags->lines, 1, 1'000'000)->group(curve);
  AddWholeNumber(command, {"--draws", "Draws of the bootstrap over queries (default: 2,000)", "2000"}, &settings.draws, 100, 1'000'000)->group(curve);
  command->add_option("--out", settings.out, "Write the whole curve: .parquet, .csv or .json, a row per piece")->group(curve);
  command->footer(
      "Examples:\n"
      "  assay frontier feed.parquet --query session --objective 'quality=p_quality,rating' --objective 'engagement=p_click,clicked'\n"
      "  assay frontier feed.parquet --query session --objective 'quality=p_quality,rating' --objective 'engagement=p_click,clicked' --guardrail 'explicit: nsfw <= 0.02' --at 0.2,0.4 --json\n"
      "  assay frontier feed.csv --query day --objective 'a=score_a,gain_a' --objective 'b=score_b,gain_b' --discount log2 --money a=2 --money b=0.4 --current 0.3 --out curve.parquet\n\n"
      "Items are ranked by (1 - lambda) x the first score + lambda x the second. Every lambda at which a list changes is found, so the curve is exact and nothing is\n"
      "trained again. Scores should be on comparable scales. Method and limits: docs/tradeoff.md.");
  session.AddCommonFlags(command);
  command->callback([=, &session] { session.SetBody([=, &session] { return Run(*flags, session); }); });
}

}  // namespace assay::cli
