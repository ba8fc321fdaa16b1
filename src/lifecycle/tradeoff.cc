#include "lifecycle/tradeoff.h"

#include <cmath>

#include "base/text.h"
#include "learn/learner.h"
#include "lifecycle/internal/tradeoff_parts.h"

namespace assay::lifecycle {

namespace {

using evidence::TradeoffReport;

TradeoffReport Begin(const charter::Charter& charter, const TradeoffSettings& settings) {
  TradeoffReport report;
  report.header.report = "tradeoff";
  report.k = settings.k;
  report.discount = settings.discount;
  report.blend = settings.blend;
  report.multiplier = settings.multiplier;
  report.currency = settings.currency;
  report.filter = settings.filter;
  report.share = settings.share;
  if (std::isnan(settings.share)) report.share_reason = "lists are ranked, not single rows decided";
  report.lists_per_day = settings.lists_per_day;
  if (std::isnan(settings.lists_per_day)) report.lists_per_day_reason = "the charter does not say tradeoff.lists_per_day";
  report.guardrails = GuardrailsOf(charter);
  return report;
}

}  // namespace

TradeoffSettings TradeoffSettingsOf(const charter::Charter& charter) {
  const charter::Record& section = charter.section("tradeoff");
  TradeoffSettings settings;
  settings.k = static_cast<std::int64_t>(section.number("k", 10));
  if (section.has("discount")) settings.discount = section.text("discount");
  if (section.has("blend")) settings.blend = section.text("blend");
  settings.multiplier = section.text("multiplier");
  settings.filter = section.text("filter");
  settings.share = section.number("share", settings.share);
  settings.calibrate = section.flag("calibrate", false);
  settings.lists_per_day = section.number("lists_per_day", settings.lists_per_day);
  settings.currency = charter.section("value").text("currency");
  for (const charter::Record& objective : charter.list("objectives")) settings.amounts.push_back(objective.number("amount", std::nan("")));
  return settings;
}

std::vector<evidence::FrontierGuardrail> GuardrailsOf(const charter::Charter& charter) {
  std::vector<evidence::FrontierGuardrail> guardrails;
  for (const charter::Record& guardrail : charter.list("guardrails")) {
    if (!guardrail.has("limit") && !guardrail.has("least")) continue;
    const bool at_least = !guardrail.has("limit");
    guardrails.push_back({guardrail.text("name"), guardrail.text("expression"), guardrail.number(at_least ? "least" : "limit", 0), at_least});
  }
  return guardrails;
}

std::string WhyNoTradeoff(const Project& project, const std::vector<Objective>& objectives, const std::vector<learn::Task>& tasks) {
  if (objectives.size() < 2) return "there is one objective, which conflicts with nothing";
  for (std::size_t o = 0; o < tasks.size(); ++o) {
    if (tasks[o] == learn::Task::kMulticlass) return "'" + objectives[o].name + "' is one of several classes, which is no score to rank by; name the class that matters, like outcome = \"kind = 'good'\"";
  }
  const charter::Record& section = project.charter.section("tradeoff");
  if (section.has("share") && section.has("k")) return "[tradeoff] names both k, for lists, and share, for single rows; leave one of them out";
  if (section.has("share") && section.text("discount") == "log2") return "[tradeoff] names a share of single rows, which have no ranks that a discount could weigh; leave discount out";
  if (!section.has("share") && objectives[0].problem.query.empty() && objectives[0].problem.time.empty()) return "the charter names no list within which items are ranked (query = \"...\" in [data]), and no share of single rows that is acted on (share = 0.1 in [tradeoff]); write one of them";
  if (section.text("blend") == "multiplier" && !section.has("multiplier")) return "blend = \"multiplier\" needs tradeoff.multiplier, an expression such as \"case when followed then 1 else 0.75 end\"";
  for (const charter::Record& guardrail : project.charter.list("guardrails")) {
    if (guardrail.has("limit") && guardrail.has("least")) return "the guardrail '" + guardrail.text("name") + "' has both a limit and a least value; write it as two guardrails";
  }
  return "";
}

TradeoffReport NoTradeoff(const Project& project, const std::string& reason) {
  TradeoffReport report = Begin(project.charter, TradeoffSettingsOf(project.charter));
  report.reason = reason;
  report.summary = "No trade-off: " + reason + ".";
  return report;
}

Result<TradeoffReport> FindTradeoff(const TradeoffInput& input, const RunContext& context) {
  const TradeoffSettings settings = TradeoffSettingsOf(input.project.charter);
  const Result<TradeoffItems> items = GatherTradeoff(input, settings, context);
  if (!items && items.error().code != ErrorCode::kNumeric) return items.error();
  if (!items) {
    TradeoffReport report = NoTradeoff(input.project, items.error().message);
    report.header.data = input.data;
    return report;
  }
  TradeoffReport report = Begin(input.project.charter, settings);
  report.header.data = input.data;
  report.settings_fingerprint = SettingsFingerprint(input.project);
  report.query = items->problem.query;
  report.k = items->k;
  const CurrentWeights current = CurrentWeightsOf(input, settings, *items);
  report.weights_from = current.from;
  for (std::size_t o = 0; o < input.objectives.size(); ++o) {
    const ObjectiveScores& scores = input.scores[o];
    report.objectives.push_back({input.objectives[o].name, scores.task, input.objectives[o].problem.outcome, scores.rung, scores.kind, current.weights[o], items->scales[o], settings.calibrate ? CalibrationName(CalibrationTask(scores.task)) : "", items->maps[o].intercept, items->maps[o].slope});
  }
  const auto rows = [](const FrontierItems& part, const std::string& how) {
    return evidence::TradeoffRows{how, part.items.num_queries(), static_cast<std::int64_t>(part.items.num_items())};
  };
  report.chosen_on = rows(items->choice, "rows of the training part that every objective's model scored without having seen them");
  report.measured_on = rows(items->holdout, "rows held back for every objective");
  ASSAY_TRY(WeighItems(*items, settings, current, &report, context));
  if (!input.examples.empty()) {
    report.retrain = RetrainGap(input, settings, *learn::MakeLearner(learn::RungKind::kBoosted), context);
    if (context.cancelled()) return Error{ErrorCode::kCancelled, "stopped on request"};
  }
  report.lists = ExampleLists(*items, *input.source, report.query);
  for (const std::vector<std::string>* notes : {&current.notes, &items->notes}) report.notes.insert(report.notes.end(), notes->begin(), notes->end());
  if (!report.query.empty() && report.query != input.objectives.front().problem.query) report.notes.push_back("the charter names no query, so the items of a day are ranked together");
  if (std::isfinite(settings.share)) report.notes.push_back("single rows are decided: the curve is of random batches of " + std::to_string(BatchesOf(settings.share, std::min(input.scores[0].holdout.rows.size(), input.scores[0].out_of_fold.rows.size())).size) + " rows, of each of which the " + base::ReadableCount(items->k) + " with the highest blend are acted on; the policy itself acts on every row that reaches its threshold");
  report.notes.push_back("only items of which every outcome is known are ranked: what showing the others would have brought cannot be counted");
  if (input.objectives.size() > 2) report.notes.push_back("the weights of " + std::to_string(input.objectives.size()) + " objectives are looked at on the lines through the current ones, each exactly, and by a search that is not exhaustive");
  report.summary = TradeoffSummary(report);
  return report;
}

}  // namespace assay::lifecycle
