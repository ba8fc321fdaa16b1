// The trade-off in sentences.
#include <cmath>

#include "base/text.h"
#include "lifecycle/estimates.h"
#include "lifecycle/internal/tradeoff_parts.h"

namespace assay::lifecycle {

namespace {

std::string Words(const evidence::Estimate& e) { return std::isfinite(e.low) ? EstimateInWords(e) : base::ReadableNumber(e.value, 4); }

std::string WeightsInWords(const evidence::TradeoffReport& report, const evidence::PolicyPoint& point) {
  std::vector<std::string> parts;
  for (const auto& objective : report.objectives) parts.push_back(objective.name + " " + base::PlainNumber(point.weights.at(objective.name), 3));
  return base::Join(parts, ", ");
}

}  // namespace

std::string TradeoffSummary(const evidence::TradeoffReport& report) {
  const evidence::PolicyPoint& chosen = *report.recommended;
  std::string text = "Recommended weights: " + WeightsInWords(report, chosen) + (chosen.weights == report.current->weights ? ", as they are. " : "; so far " + WeightsInWords(report, *report.current) + ". ") + report.why;
  std::vector<std::string> figures;
  for (const auto& objective : report.objectives) figures.push_back(objective.name + " " + Words(chosen.measured_on.metrics.at(objective.name)));
  for (const auto& guardrail : report.guardrails) {
    const evidence::GuardrailValue& value = chosen.measured_on.guardrails.at(guardrail.name);
    figures.push_back("'" + guardrail.name + "' " + base::ReadableNumber(value.value, 3) + (value.holds ? " (holds)" : " (broken)"));
  }
  text += " On " + base::Counted(report.measured_on.queries, std::isfinite(report.share) ? "batch" : "query", std::isfinite(report.share) ? "batches" : "queries") + " held back: " + base::Join(figures, ", ") + ".";
  if (report.money_on_holdout) text += " Money per list there against the weights so far: " + Words(*report.money_on_holdout) + (report.currency.empty() ? "" : " " + report.currency) + ".";
  if (chosen.threshold) text += " Rows whose blend reaches " + base::PlainNumber(chosen.threshold->value, 4) + " are acted on: " + Words(chosen.threshold->share) + " of the rows held back.";
  if (!report.nearest.empty()) text += " " + report.nearest;
  if (chosen.clickbait.alarm) text += " " + chosen.clickbait.text;
  return text;
}

}  // namespace assay::lifecycle
