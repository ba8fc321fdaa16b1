#include "lifecycle/ope.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <memory>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/number_flags.h"
#include "cli/problem_flags.h"
#include "cli/render.h"
#include "cli/session.h"

namespace assay::cli {

namespace {

using evidence::OpeEstimate;
using evidence::OpeReport;

struct OpeFlags {
  lifecycle::OpeProblem problem;
  std::vector<std::string> features, estimators;
};

Result<int> Run(const OpeFlags& flags, Session& session) {
  lifecycle::OpeProblem problem = flags.problem;
  problem.features = ASSAY_TRY(ColumnNames(flags.features, "--features"));
  problem.estimators = ASSAY_TRY(ColumnNames(flags.estimators, "--estimators"));
  store::Engine* engine = ASSAY_TRY(session.engine());
  OpeReport report = ASSAY_TRY(lifecycle::EvaluatePolicy(problem, *engine, session.context()));
  session.Print<OpeReport>(report, [](const OpeReport& r, Terminal& terminal) { RenderOpe(r, terminal); });
  return 0;
}

// The reasons of several estimators, each once with all that it holds for.
struct SharedReason {
  std::string reason, names;
};
std::vector<SharedReason> ReasonsOf(const OpeReport& report) {
  std::vector<SharedReason> reasons;
  for (const OpeEstimate& estimate : report.estimates) {
    if (estimate.reason.empty()) continue;
    const auto found = std::find_if(reasons.begin(), reasons.end(), [&](const SharedReason& r) { return r.reason == estimate.reason; });
    if (found == reasons.end()) {
      reasons.push_back({estimate.reason, estimate.name});
    } else {
      found->names += ", " + estimate.name;
    }
  }
  return reasons;
}

void RenderEstimates(const OpeReport& report, Terminal& terminal) {
  double low = report.on_policy.value, high = report.on_policy.value, width = 0;
  for (const OpeEstimate& estimate : report.estimates) {
    for (const double end : {estimate.low, estimate.high, estimate.value}) {
      low = std::fmin(low, end);
      high = std::fmax(high, end);
    }
    width = std::fmax(width, estimate.high - estimate.low);
  }
  const auto cell = [&](double value) {
    return !std::isfinite(value) ? std::string("-") : width > 0 ? base::FixedNumber(value, base::DecimalsFor(width) + 1) : base::ReadableNumber(value, 4);
  };
  std::vector<std::vector<std::string>> rows;
  const evidence::Estimate& log = report.on_policy;
  rows.push_back(
      {"the log", cell(log.value), cell(log.low), cell(log.high),
       std::isfinite(log.low) && high > low ? Terminal::IntervalBar(log.value, std::fmax(log.low, low), std::fmin(log.high, high), low, high, 30) : ""});
  for (const OpeEstimate& e : report.estimates) {
    const std::string bar = !e.evaluable                             ? terminal.Paint("not evaluable", Style::kDim)
                            : !std::isfinite(e.low) || !(high > low) ? terminal.Paint("no interval", Style::kDim)
                                                                     : Terminal::IntervalBar(e.value, e.low, e.high, low, high, 30);
    rows.push_back({e.name, cell(e.value), cell(e.low), cell(e.high), bar});
  }
  const auto right = Terminal::Align::kRight;
  terminal.Table({{"estimator"}, {"value", right}, {"low", right}, {"high", right}, {""}}, rows);
}

}  // namespace

void RenderOpe(const OpeReport& report, Terminal& terminal) {
  terminal.Heading("What another policy would earn");
  terminal.Paragraph(report.answer, 2);
  for (const std::string& warning : report.warnings) terminal.Paragraph(terminal.Paint("Warning: ", Style::kWarn) + warning + ".", 2);
  terminal.Line();
  RenderEstimates(report, terminal);
  for (const SharedReason& shared : ReasonsOf(report)) terminal.Paragraph(terminal.Paint(shared.names + ": ", Style::kBold) + shared.reason + ".", 2);
  std::string labels;
  for (const OpeEstimate& e : report.estimates) labels += (labels.empty() ? "" : "; ") + e.name + ": " + e.label;
  terminal.Paragraph(terminal.Paint(labels + ".", Style::kDim), 2);
  terminal.Heading("How far the log reaches");
  if (report.metrics == "off_policy") {
    terminal.Paragraph(base::Counted(report.rows, "logged decision") + " with their weights are worth " +
                           base::ReadableNumber(report.effective_sample_size, 3) + " under the target policy, of those with a reward " +
                           base::ReadableNumber(report.effective_rewarded_rows, 3) + ". The largest weight is " + base::ReadableNumber(report.max_weight, 4) +
                           " (" + base::ReadableShare(report.max_weight_share) + " of all), the mean weight " + base::ReadableNumber(report.mean_weight, 4) +
                           "; it should be 1.",
                       2);
  } else {
    terminal.Paragraph(base::Counted(report.rows, "logged decision") + " without propensities: how far they are from the target policy is not known.", 2);
  }
  for (const OpeEstimate& e : report.estimates) {
    if (e.rows_changed > 0)
      terminal.Paragraph(e.name + ": " + (e.name == "dros" ? "lambda " : "tau ") + base::ReadableNumber(e.parameter.value_or(0), 4) +
                             " changed the weights of " + base::Counted(e.rows_changed, "row") + ", with a bias of at most " +
                             base::ReadableNumber(e.bias_bound, 2) + ".",
                         2);
  }
  if (report.actions > 0) terminal.Paragraph("Actions: " + base::ReadableCount(report.actions) + ", " + report.actions_from + ".", 2);
  if (!report.reward_model.empty()) terminal.Paragraph("Reward model: " + report.reward_model + ".", 2);
  terminal.Paragraph("Intervals " + report.dependence + ".", 2);
  for (const std::string& note : report.notes) terminal.Paragraph("Note: " + note + ".", 2);
  RenderDataNotes(report.header, terminal);
  terminal.Next(report.metrics == "replay" ? "Log the probability of each action beside it, and name it with --propensity."
                                           : "What no log can show, a trial does: give the target policy a part of the "
                                             "decisions, and log their probabilities.");
}

void AddOpe(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("ope",
                                         "What would another policy have earned? Off-policy evaluation of logged "
                                         "decisions, with a guard that says where the log cannot tell");
  auto flags = std::make_shared<OpeFlags>();
  lifecycle::OpeProblem& problem = flags->problem;
  command
      ->add_option("FILE", problem.source,
                   "The log: CSV, gzip CSV, Parquet, JSON or a pattern like 'log/*.parquet'; one "
                   "row per decision")
      ->required();
  const char* log = "The log";
  command->add_option("--reward", problem.reward, "What a decision brought: a column or expression, a number or a condition")->required()->group(log);
  command
      ->add_option("--propensity", problem.propensity,
                   "Probability, above 0 and at most 1, with which the log's policy took the row's "
                   "action; without it only replay metrics are given")
      ->group(log);
  command->add_option("--action", problem.action, "The column with the action that was taken")->group(log);
  command
      ->add_option("--position", problem.position,
                   "The column with the slot that was filled, where one decision fills several: all "
                   "probabilities are those of the row's slot, and the reward model knows the slot")
      ->group(log);
  command
      ->add_option("--features", flags->features,
                   "Columns known when the decision was made, for the reward model, with commas "
                   "between (default: action and position only)")
      ->group(log);
  command->add_option("--unit", problem.unit, "Rows of one unit depend on each other: a column or expression such as 'user'")->group(log);
  command->add_option("--where", problem.where, "Rows to keep: a condition")->group(log);
  const char* target = "The policy to evaluate";
  command
      ->add_option("--target-policy", problem.target_policy,
                   "Its probability of the row's action: an expression, or 'uniform' over all actions. An "
                   "expression over the action's column is also asked about every other action")
      ->group(target);
  command
      ->add_option("--target-table", problem.target_table,
                   "Its probability of every action: a file with the columns of a key that the log has too "
                   "(or 'row', the log's row number), the action's column and 'probability'")
      ->group(target);
  const char* how = "Estimators";
  command->add_option("--estimators", flags->estimators, "Some of ipw, snipw, dm, dr, switch-dr, dros, with commas between (default: all)")->group(how);
  AddNumber(command,
            {"--tau",
             "switch-dr leaves rows with a weight above this to the reward model (default: chosen "
             "from the data)",
             "10"},
            &problem.tau)
      ->group(how);
  AddNumber(command, {"--lambda", "dros makes of a weight w: lambda w / (w^2 + lambda) (default: chosen from the data)", "100"}, &problem.lambda)->group(how);
  command->footer(
      "Examples:\n"
      "  assay ope log.csv --reward click --propensity p --action item --target-policy uniform "
      "--features country,device\n"
      "  assay ope log.parquet --reward revenue --propensity p --target-policy new_p --unit user "
      "--json\n"
      "  assay ope log.csv --reward click --propensity p --action item --target-policy 'case when "
      "item = 7 then 0.9 else 0.1 / 4 end'\n"
      "  assay ope log.csv --reward click --propensity p --action item --target-table "
      "new_policy.csv --estimators snipw,dr\n"
      "  assay ope log.csv --reward click --action item --target-policy 'item = best_item'      "
      "(no propensities: replay only)\n\n"
      "dm, dr, switch-dr and dros need the new policy's probability of all actions. A figure is "
      "given only where the weights are worth 100 rows and no\n"
      "row (or unit) has more than a tenth of it; an interval only with 30 rewarded rows in effect. Method, "
      "limits and measured coverage: docs/ope.md.");
  session.AddCommonFlags(command);
  command->callback([=, &session] { session.SetBody([=, &session] { return Run(*flags, session); }); });
}

}  // namespace assay::cli
