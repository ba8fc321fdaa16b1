#include "lifecycle/tradeoff.h"

#include <CLI/CLI.hpp>
#include <cmath>
#include <memory>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/number_flags.h"
#include "cli/render.h"
#include "cli/session.h"
#include "lifecycle/estimates.h"
#include "lifecycle/policy.h"

namespace assay::cli {

namespace {

using evidence::TradeoffReport;

struct Flags {
  std::string folder;
  std::vector<std::string> weights;
  bool write = false, retrain = false;
  std::int64_t restore = 0;
};

void SayHandEdits(const lifecycle::WrittenPolicy& written, Session& session) {
  if (written.hand_edits > 0) session.Say("What was changed by hand in the policy file is kept as version " + std::to_string(written.hand_edits) + ".");
}

Result<int> Run(const Flags& flags, Session& session) {
  const lifecycle::Project project = ASSAY_TRY(lifecycle::OpenProject(flags.folder));
  if (flags.restore > 0) {
    if (flags.write || flags.retrain || !flags.weights.empty()) return Error{ErrorCode::kInvalidInput, "--restore takes a version as it was; leave --write, --retrain and --weight out"};
    if (session.json()) return Error{ErrorCode::kInvalidInput, "--restore makes no report; leave --json out, and look at the policy with: assay tradeoff " + base::ShellWord(flags.folder) + " --json"};
    const lifecycle::WrittenPolicy restored = ASSAY_TRY(lifecycle::RestorePolicy(project, flags.restore));
    session.Say("Version " + std::to_string(flags.restore) + " of the policy is in use again, as version " + std::to_string(restored.policy.version) + ": " + lifecycle::PolicyPath(project).string());
    SayHandEdits(restored, session);
    return 0;
  }
  std::map<std::string, double> weights;
  for (const std::string& text : flags.weights) {
    const std::size_t equals = text.rfind('=');
    double weight = 0;
    if (equals == std::string::npos || !base::ParseNumber(base::Trim(std::string_view(text).substr(equals + 1)), &weight)) return Error{ErrorCode::kInvalidInput, "--weight: '" + text + "' is no NAME=WEIGHT, like 'quality=0.6'"};
    const std::string name(base::Trim(std::string_view(text).substr(0, equals)));
    if (!weights.try_emplace(name, weight).second) return Error{ErrorCode::kInvalidInput, "--weight: '" + name + "' has two weights; give it one"};
  }
  store::Engine* engine = ASSAY_TRY(session.engine());
  TradeoffReport report = ASSAY_TRY(lifecycle::TradeoffOfProject(project, weights, flags.retrain, *engine, session.context()));
  session.Print<TradeoffReport>(report, [](const TradeoffReport& r, Terminal& terminal) { RenderTradeoff(r, terminal); });
  const std::optional<evidence::PolicyPoint>& point = weights.empty() ? report.recommended : report.current;
  if (flags.write) {
    const lifecycle::WrittenPolicy written = ASSAY_TRY(lifecycle::WritePolicyOf(project, report, !weights.empty()));
    session.Say("Policy written, version " + std::to_string(written.policy.version) + ": " + lifecycle::PolicyPath(project).string() + (written.policy.version > 1 ? "\nTake it back with: assay tradeoff " + base::ShellWord(flags.folder) + " --restore " + std::to_string(written.policy.version - 1) : ""));
    SayHandEdits(written, session);
    for (const auto& [name, value] : point->chosen_on.guardrails) {
      if (!value.holds) session.Say("Warning: with these weights '" + name + "' is " + (std::isfinite(value.value) ? base::ReadableNumber(value.value, 3) : "not known of any item shown") + ", which breaks the guardrail.");
    }
  }
  return point && !point->feasible ? 1 : 0;
}

std::string MetricText(const evidence::Estimate& e) {
  const bool millions = lifecycle::IsInMillions(e);
  const evidence::Estimate scaled = millions ? lifecycle::Scaled(e, 1e-6, 0) : e;
  const std::string unit = millions ? " M" : "";
  return std::isfinite(e.low) ? ReadableEstimate(scaled, 1, unit) : base::ReadableNumber(scaled.value) + unit;
}

void RenderPolicy(const TradeoffReport& report, const std::string& name, const evidence::PolicyPoint& point, Terminal& terminal) {
  std::vector<std::string> weights;
  for (const auto& objective : report.objectives) weights.push_back(objective.name + " " + base::PlainNumber(point.weights.at(objective.name), 3));
  terminal.Line();
  terminal.Line("  " + terminal.Paint(name + ": " + base::Join(weights, ", "), Style::kBold));
  std::vector<std::vector<std::string>> rows;
  for (const auto& objective : report.objectives) rows.push_back({objective.name, MetricText(point.chosen_on.metrics.at(objective.name)), MetricText(point.measured_on.metrics.at(objective.name))});
  for (const auto& guardrail : report.guardrails) {
    const auto text = [&](const evidence::FrontierAt& at) {
      const evidence::GuardrailValue& value = at.guardrails.at(guardrail.name);
      const std::string figure = !std::isfinite(value.value) ? "-" : std::isfinite(value.low) ? ReadableEstimate({value.value, value.low, value.high, 0.95, ""}) : base::ReadableNumber(value.value, 3);
      return value.holds ? figure + ", holds" : terminal.Paint(figure + ", broken", Style::kBad);
    };
    rows.push_back({guardrail.name + (guardrail.at_least ? " ≥ " : " ≤ ") + base::PlainNumber(guardrail.limit), text(point.chosen_on), text(point.measured_on)});
  }
  terminal.Table({{"figure"}, {"on " + (std::isfinite(report.share) ? base::Counted(report.chosen_on.queries, "batch", "batches") : base::Counted(report.chosen_on.queries, "query", "queries")) + " that choose", Terminal::Align::kRight}, {std::isfinite(report.share) ? "on " + base::ReadableCount(report.measured_on.items) + " rows held back" : "on " + base::ReadableCount(report.measured_on.queries) + " held back", Terminal::Align::kRight}}, rows);
}

void RenderRetrain(const TradeoffReport& report, Terminal& terminal) {
  std::vector<std::string> names;
  for (const auto& objective : report.objectives) names.push_back(objective.name);
  terminal.Line();
  terminal.Paragraph(report.retrain->text + (report.retrain->points.empty() ? "" : " Trained on blended labels less blended, by the weights of " + base::Join(names, " : ") + ":"), 2);
  std::vector<Terminal::ColumnHead> heads;
  heads.push_back({"weights", Terminal::Align::kRight});
  for (const std::string& name : names) heads.push_back({name, Terminal::Align::kRight});
  std::vector<std::vector<std::string>> rows;
  for (const evidence::RetrainPoint& point : report.retrain->points) {
    std::vector<std::string> row, weights;
    for (const std::string& name : names) weights.push_back(base::PlainNumber(point.weights.at(name), 2));
    row.push_back(base::Join(weights, " : "));
    for (const auto& objective : report.objectives) row.push_back(MetricText(point.gaps.at(objective.name)));
    rows.push_back(std::move(row));
  }
  if (!rows.empty()) terminal.Table(heads, rows);
  const auto seconds = [&](const std::string& step) {
    const auto found = report.timing.steps.find(step);
    return found == report.timing.steps.end() ? std::string() : base::ReadableNumber(found->second, 2) + " s";
  };
  const std::string each = seconds(report.retrain->each_step), blended = seconds(report.retrain->blended_step);
  if (!each.empty() && !blended.empty()) terminal.Paragraph(base::Counted(static_cast<std::int64_t>(report.objectives.size()), "training") + " for every weight took " + each + "; " + base::Counted(static_cast<std::int64_t>(report.retrain->points.size()), "training") + " for as many weights took " + blended + ".", 2);
}

}  // namespace

void RenderTradeoff(const TradeoffReport& report, Terminal& terminal, Part part) {
  terminal.Heading("What to give up for what");
  terminal.Paragraph(report.summary, 2);
  if (report.recommended) {
    const bool stays = report.current->weights == report.recommended->weights;
    if (!stays) RenderPolicy(report, std::string("So far (") + (report.weights_from == "asked" ? "as asked" : report.weights_from == "policy" ? "the policy in use" : "the charter") + ")", *report.current, terminal);
    RenderPolicy(report, stays ? "Recommended, as they are" : "Recommended", *report.recommended, terminal);
    terminal.Line();
    if (!report.recommended->clickbait.alarm) terminal.Paragraph(report.recommended->clickbait.text, 2);
    std::int64_t breakpoints = 0;
    for (const evidence::TradeoffLine& line : report.lines) breakpoints += line.breakpoints;
    terminal.Paragraph("Chosen on " + report.chosen_on.how + "; measured on " + report.measured_on.how + ". " + base::Counted(breakpoints, "weight") + " at which a list changes" + (report.lines.size() > 1 ? " on " + std::to_string(report.lines.size()) + " lines" : "") + ", all of them looked at.", 2);
  }
  if (report.retrain) RenderRetrain(report, terminal);
  for (const std::string& note : report.notes) terminal.Paragraph("Note: " + note + ".", 2);
  if (part == Part::kAlone && report.recommended) terminal.Next("assay tradeoff DIR --write puts the recommended weights into the policy; --weight NAME=W shows others. The report has the whole curve to move along.");
}

void AddTradeoff(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("tradeoff", "A project's objectives against each other: the policy recommended, what others would give, and the policy file");
  auto flags = std::make_shared<Flags>();
  command->add_option("DIR", flags->folder, "A project's folder, run before with assay run")->required();
  command->add_option("--weight", flags->weights, "NAME=WEIGHT, one per objective: look at these weights in place of the charter's; nothing is trained")->allow_extra_args(false);
  command->add_flag("--retrain", flags->retrain, "Train models on blended labels, for a few weights, and show what that gives against blending scores (a run does that too)");
  command->add_flag("--write", flags->write, "Write the recommended weights (with --weight: those) into DIR/.assay/policy.toml as a new version");
  AddWholeNumber(command, {"--restore", "Make this earlier version of the policy the one in use, as a new version", "2"}, &flags->restore, 1);
  command->footer(
      "Examples:\n"
      "  assay tradeoff my-project\n"
      "  assay tradeoff my-project --weight quality=0.7 --weight engagement=0.3\n"
      "  assay tradeoff my-project --weight quality=0.7 --weight engagement=0.3 --write\n"
      "  assay tradeoff my-project --restore 1\n\n"
      "One model per objective is trained by assay run; their scores are blended, so weights change without training. The policy is chosen on rows that the\n"
      "models did not see, and measured on the holdout. Exit code 1: the weights recommended (with --weight: those asked for) break a guardrail. Method and limits:\n"
      "docs/tradeoff.md.");
  session.AddCommonFlags(command);
  command->callback([=, &session] { session.SetBody([=, &session] { return Run(*flags, session); }); });
}

}  // namespace assay::cli
