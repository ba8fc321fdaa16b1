// The trade-off in sentences.
#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "lifecycle/estimates.h"
#include "lifecycle/internal/tradeoff_parts.h"

namespace assay::lifecycle {

std::string MetricInWords(const evidence::Estimate& e) {
  const bool millions = IsInMillions(e);
  const evidence::Estimate scaled = millions ? Scaled(e, 1e-6, 0) : e;
  const std::string unit = millions ? " million" : "";
  if (!std::isfinite(e.low)) return base::ReadableNumber(scaled.value, 4) + unit;
  const base::ReadableEnds ends = base::ReadableInterval(scaled.value, scaled.low, scaled.high);
  return ends.value + unit + " (" + LevelInWords(e.level) + " interval " + ends.low + " to " + ends.high + ")";
}

namespace {

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
  for (const auto& objective : report.objectives) figures.push_back(objective.name + " " + MetricInWords(chosen.measured_on.metrics.at(objective.name)));
  for (const auto& guardrail : report.guardrails) {
    const evidence::GuardrailValue& value = chosen.measured_on.guardrails.at(guardrail.name);
    figures.push_back("'" + guardrail.name + "' " + (std::isfinite(value.value) ? base::ReadableNumber(value.value, 3) : "not measured") + (value.holds ? " (holds)" : " (broken)"));
  }
  text += " On " + (std::isfinite(report.share) ? base::Counted(report.measured_on.items, "row") : base::Counted(report.measured_on.queries, "query", "queries")) + " held back: " + base::Join(figures, ", ") + ".";
  if (report.money_on_holdout) text += std::string(" Money per ") + (std::isfinite(report.share) ? "row acted on" : "list") + " there against the weights so far: " + MetricInWords(*report.money_on_holdout) + (report.currency.empty() ? "" : " " + report.currency) + ".";
  if (chosen.threshold) text += " Rows whose blend reaches " + base::PlainNumber(chosen.threshold->value, 4) + " are acted on: " + MetricInWords(chosen.threshold->share) + " of the rows held back.";
  for (const std::string& nearest : {report.nearest, report.nearest_certain}) text += nearest.empty() ? "" : " " + nearest;
  if (chosen.clickbait.alarm) text += " " + chosen.clickbait.text;
  return text;
}

}  // namespace assay::lifecycle
