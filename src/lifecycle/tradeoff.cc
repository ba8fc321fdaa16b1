#include "lifecycle/tradeoff.h"

#include <cmath>

#include "base/text.h"
#include "learn/learner.h"
#include "lifecycle/internal/tradeoff_parts.h"

namespace assay::lifecycle {

namespace {

using evidence::Estimate;
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
  if (std::isnan(settings.lists_per_day)) report.lists_per_day_reason = std::isfinite(settings.share) ? "the charter does not say data.rows_per_day" : "the charter does not say tradeoff.lists_per_day";
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
  settings.lists_per_day = std::isfinite(settings.share) ? settings.share * charter.section("data").number("rows_per_day", std::nan("")) : section.number("lists_per_day", settings.lists_per_day);
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
  // Figures are told apart by these names.
  std::vector<std::string> names;
  double weights = 0;
  for (const Objective& objective : objectives) names.push_back(objective.name);
  for (const charter::Record& objective : project.charter.list("objectives")) weights += objective.number("weight", 1);
  if (!(weights > 0)) return "all weights of the charter's objectives are 0, so nothing would be ranked; give one of them a weight above 0";
  for (const charter::Record& guardrail : project.charter.list("guardrails")) {
    if (guardrail.has("limit") && guardrail.has("least")) return "the guardrail '" + guardrail.text("name") + "' has both a limit and a least value; write it as two guardrails with names of their own";
    if (!guardrail.has("limit") && !guardrail.has("least")) continue;
    if (base::IsAmong(names, guardrail.text("name"))) return "two guardrails, or a guardrail and an objective, are called '" + guardrail.text("name") + "'; give each a name of its own";
    names.push_back(guardrail.text("name"));
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
  if (std::isfinite(settings.share)) {
    report.notes.push_back("single rows are decided: the curve is of random batches of " + base::ReadableCount(BatchesOf(input, settings.share).size) + " rows, of each of which the " + base::ReadableCount(items->k) + " with the highest blend are acted on; the policy itself acts on every row that reaches its threshold, which is what was measured on rows held back");
    const Estimate& reached = report.recommended->threshold->share;
    const bool far = std::isfinite(reached.low) ? reached.low > settings.share || reached.high < settings.share : reached.value != settings.share;
    if (far) report.notes.push_back("of the rows held back " + base::ReadableNumber(100 * reached.value, 3) + " % reach the threshold, not the " + base::ReadableNumber(100 * settings.share, 3) + " % that was asked for: scores have ties there, or the models score new rows otherwise; look at the threshold again on new rows");
  }
  report.notes.push_back("only items of which every outcome is known are ranked: what showing the others would have brought cannot be counted");
  if (input.objectives.size() > 2) report.notes.push_back("the weights of " + std::to_string(input.objectives.size()) + " objectives are looked at on the lines through the current ones, each exactly, and by a search that is not exhaustive");
  report.summary = TradeoffSummary(report);
  return report;
}

}  // namespace assay::lifecycle
