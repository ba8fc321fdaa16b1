#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/number_flags.h"
#include "cli/render.h"
#include "cli/session.h"
#include "lifecycle/decision_value.h"
#include "lifecycle/project.h"

namespace assay::cli {

namespace {

using evidence::DecisionValueReport;
using evidence::Estimate;
using evidence::PolicyValue;
using evidence::Verdict;

struct ValueFlags {
  lifecycle::DecisionValueProblem problem;
  std::vector<std::string> gains;
  std::string charter;
};

Result<int> Run(const ValueFlags& flags, Session& session) {
  std::error_code code;
  lifecycle::DecisionValueProblem problem = flags.problem;
  if (std::filesystem::is_directory(problem.source, code)) {
    return Error{ErrorCode::kInvalidInput, problem.source + " is a folder; name a data file with scores and outcomes in it. Of a project: assay score " + problem.source + " DATA --out scored.parquet, then assay value scored.parquet --score prediction --outcome outcome --charter " + problem.source};
  }
  if (!flags.gains.empty()) problem.gains = ASSAY_TRY(objectives::ParseGains(flags.gains));
  if (!flags.charter.empty()) {
    const lifecycle::Project project = ASSAY_TRY_WITH(lifecycle::OpenProject(flags.charter), "--charter");
    ASSAY_TRY(lifecycle::RefuseImpossibleNumbers(project.charter));
    ASSAY_TRY(lifecycle::TakeMoneyOf(project.charter, &problem));
  }
  if (flags.gains.empty() && flags.charter.empty()) return Error{ErrorCode::kInvalidInput, "--gain is missing: money per right and wrong decision, like --gain tp=4,fp=-1; or --charter DIR, whose [value] says it"};
  store::Engine* engine = ASSAY_TRY(session.engine());
  DecisionValueReport report = ASSAY_TRY(lifecycle::DecisionValue(problem, *engine, session.context()));
  const bool reached = std::isnan(report.least) || report.least_verdict == Verdict::kSupported;
  session.Print<DecisionValueReport>(report, [](const DecisionValueReport& r, Terminal& terminal) { RenderDecisionValue(r, terminal); });
  return reached ? 0 : 1;
}

std::string FromWhere(double threshold, double share_acted) { return std::isfinite(threshold) ? base::PlainNumber(threshold, 4) : share_acted == 0 ? "never" : "-"; }

std::string Short(const Estimate& e) {
  if (!std::isfinite(e.low) && std::isfinite(e.value)) return base::ReadableNumber(e.value, 3) + ", no interval";
  if (!std::isfinite(e.value)) return "-";
  if (e.low == e.high) return base::ReadableNumber(e.value, 4) + ", exact";
  return ReadableEstimate(e);
}

void RenderPolicies(const DecisionValueReport& report, Terminal& terminal) {
  const bool per_day = std::isfinite(report.decisions_per_day);
  std::vector<std::vector<std::string>> rows;
  for (const PolicyValue& p : report.policies) {
    const std::string name = p.name == "threshold" ? "chosen threshold" : p.name == "break_even" ? (std::isfinite(p.threshold) ? "break-even chance" : "break-even by row") : p.name + " act";
    std::vector<std::string> row = {name, p.name == "always" ? "any" : FromWhere(p.threshold, p.share_acted), base::ReadableShare(p.share_acted), Short(p.money_per_decision), Short(per_day ? p.against_never_per_day : p.against_never)};
    if (p.name == "threshold") row[0] = terminal.Paint(row[0], Style::kBold);
    rows.push_back(std::move(row));
  }
  terminal.Line();
  const std::string currency = report.currency.empty() ? "" : ", " + report.currency;
  terminal.Table({{"policy"}, {"acts from", Terminal::Align::kRight}, {"acted on", Terminal::Align::kRight}, {"money a decision" + currency}, {per_day ? "over never, a day" : "over never"}}, rows);
}

// Money over the share acted on, one line for each tenth.
void RenderCurve(const DecisionValueReport& report, Terminal& terminal) {
  double low = 0, high = 0;
  for (const evidence::ProfitAt& at : report.curve_grid) {
    for (const double v : {at.money_per_decision.value, at.money_per_decision.low, at.money_per_decision.high}) {
      low = std::fmin(low, v);
      high = std::fmax(high, v);
    }
  }
  if (high <= low) return;
  terminal.Line();
  terminal.Paragraph("Money per decision when acting on the highest scores (each line alone, 95 %):", 2);
  const int cells = std::clamp(terminal.width() - 44, 16, 48);
  std::vector<std::vector<std::string>> rows;
  for (std::size_t k = 0; k < report.curve_grid.size(); ++k) {
    const evidence::ProfitAt& at = report.curve_grid[k];
    if (report.curve_grid.size() > 12 && k % 2 == 1) continue;
    const Estimate& e = at.money_per_decision;
    rows.push_back({base::ReadableShare(at.share_acted), FromWhere(at.threshold, at.share_acted), Terminal::IntervalBar(e.value, e.low, e.high, low, high, cells), base::ReadableNumber(e.value, 3)});
  }
  terminal.Table({{"acted on", Terminal::Align::kRight}, {"from", Terminal::Align::kRight}, {base::ReadableNumber(low, 3) + " to " + base::ReadableNumber(high, 3)}, {"money", Terminal::Align::kRight}}, rows);
}

void RenderCalibration(const DecisionValueReport& report, Terminal& terminal) {
  if (report.calibration.verdict != Verdict::kRefuted || report.calibration.curve.empty()) return;
  terminal.Line();
  std::vector<std::vector<std::string>> rows;
  for (const evidence::CalibrationPoint& point : report.calibration.curve) rows.push_back({base::FixedNumber(point.predicted, 3), ReadableEstimate(point.observed), base::ReadableCount(point.rows)});
  terminal.Table({{"mean score", Terminal::Align::kRight}, {"positive"}, {"rows", Terminal::Align::kRight}}, rows);
}

std::string WhatNext(const DecisionValueReport& report) {
  if (report.verdict != Verdict::kSupported) return "Before acting: more rows, a score that tells more, or amounts of money that are surer.";
  if (report.calibration.verdict == Verdict::kRefuted && !report.break_even_missing.empty()) return "Choose a threshold in the stretch above; acting less often within it costs less if you are wrong.";
  if (report.calibration.verdict == Verdict::kRefuted) return "Calibrate the score (assay train does), or act from the threshold above and measure it again on new rows.";
  return "Act from the threshold above and measure it again on new rows; --least N makes a gate of it.";
}

}  // namespace

void RenderDecisionValue(const DecisionValueReport& report, Terminal& terminal) {
  terminal.Heading("What decisions by " + report.score + " are worth");
  terminal.Paragraph(report.summary, 2);
  if (std::isfinite(report.least)) {
    const bool per_day = std::isfinite(report.decisions_per_day);
    const std::string asked = base::ReadableNumber(report.least, 6) + (report.currency.empty() ? "" : " " + report.currency) + (per_day ? " a day" : " per decision") + " over never acting";
    const std::string answer = report.least_verdict == Verdict::kSupported ? "is reached by the whole interval" : report.least_verdict == Verdict::kRefuted ? "is not reached" : "is not shown to be reached";
    terminal.Paragraph("Asked for: " + asked + " " + terminal.Paint(answer, report.least_verdict == Verdict::kSupported ? Style::kGood : Style::kBad) + ".", 2);
  }
  RenderDataNotes(report.header, terminal);
  RenderPolicies(report, terminal);
  RenderCurve(report, terminal);
  RenderCalibration(report, terminal);
  terminal.Line();
  terminal.Paragraph("Halves: " + report.split + ". Intervals " + report.dependence + ".", 2);
  terminal.Next(WhatNext(report));
}

void AddValue(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("value", "What are decisions by a score worth, and from which score to act? Money with intervals, thresholds, the profit curve");
  auto flags = std::make_shared<ValueFlags>();
  lifecycle::DecisionValueProblem& problem = flags->problem;
  command->add_option("FILE", problem.source, "CSV, gzip CSV, Parquet, JSON or a pattern like 'data/*.parquet'")->required();
  const char* data = "Data";
  command->add_option("--score", problem.score, "What is decided by, high for acting: a column or expression. Chances between 0 and 1 are tested for being that")->required()->group(data);
  command->add_option("--outcome", problem.outcome, "Whether acting was right: a condition such as \"status = 'paid'\", or a column of 0 and 1")->required()->group(data);
  command->add_option("--where", problem.where, "Rows to keep: a condition")->group(data);
  command->add_option("--unit", problem.unit, "Rows of one unit depend on each other: a column or expression such as 'date(t)'")->group(data);
  command->add_option("--time", problem.time, "When: a time column or expression; without --unit rows of a day depend on each other")->group(data);
  AddWholeNumber(command, {"--sample", "Use a random sample of this many rows (default: all)", "100000"}, &problem.sample_rows, 1)->group(data);
  const char* money = "Money";
  command->add_option("--gain", flags->gains, "Money per decision: tp=,fp=,tn=,fn= (acting rightly, a false alarm, silence rightly, a miss), each a number or an expression per row; tn and fn are 0 unless given")->allow_extra_args(false)->group(money);
  command->add_option("--charter", flags->charter, "A project: amounts (unless --gain gives them), currency, decisions per day and cost per month of its [value]")->group(money);
  command->add_option("--currency", problem.currency, "What amounts are in, for people")->group(money);
  AddNumber(command, {"--decisions-per-day", "How many decisions a day, for money per day", "16500"}, &problem.decisions_per_day, 0)->group(money);
  AddNumberFrom(command, {"--cost-per-day", "What deciding by the score costs a day", "200"}, &problem.cost_per_day, 0)->group(money);
  AddNumber(command, {"--least", "A gate: least money over never acting, per day where decisions per day are known, else per decision; exit code 1 unless the whole interval reaches it", "0"}, &problem.least)->group(money);
  command->footer(
      "Examples:\n"
      "  assay value scored.csv --score p --outcome churned --gain tp=40,fp=-5\n"
      "  assay value loans.parquet --score p --outcome \"status = 'default'\" --gain 'tp=0,fp=-margin,tn=0,fn=-0.6 * loan' --unit customer\n"
      "  assay value scored.parquet --score prediction --outcome outcome --charter my-project --least 100\n\n"
      "The threshold is chosen on one half of the units and measured on the other, and the other way round, so its value is not flattered.\n"
      "Whether the score is a calibrated chance is tested first: only then the break-even chance is the right threshold. Method and\n"
      "measured coverage: docs/value.md.");
  session.AddCommonFlags(command);
  command->callback([=, &session] { session.SetBody([=, &session] { return Run(*flags, session); }); });
}

}  // namespace assay::cli
