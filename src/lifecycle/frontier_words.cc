// The frontier in sentences.
#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "lifecycle/internal/frontier_parts.h"

namespace assay::lifecycle {

namespace {

using evidence::FrontierAt;
using evidence::FrontierReport;

std::string MetricsInWords(const FrontierReport& report, const FrontierAt& at) {
  std::vector<std::string> parts;
  for (const evidence::FrontierObjective& objective : report.objectives) parts.push_back(objective.name + " " + base::ReadableNumber(at.metrics.at(objective.name).value, 4));
  return base::Join(parts, " and ");
}

std::string Stretches(const std::vector<evidence::LambdaRange>& ranges) {
  std::vector<std::string> parts;
  for (const evidence::LambdaRange& range : ranges) parts.push_back(range.low == range.high ? base::PlainNumber(range.low, 4) : base::PlainNumber(range.low, 4) + " to " + base::PlainNumber(range.high, 4));
  if (parts.size() > 4) {
    const std::size_t more = parts.size() - 3;
    parts.resize(3);
    parts.push_back(std::to_string(more) + " stretches more");
  }
  return base::Join(parts, ", ");
}

const FrontierAt* AtLambda(const FrontierReport& report, double lambda) {
  const auto found = std::find_if(report.at.begin(), report.at.end(), [&](const FrontierAt& at) { return at.lambda == lambda; });
  return found == report.at.end() ? nullptr : &*found;
}

std::string GuardrailsInWords(const FrontierReport& report) {
  if (report.guardrails.empty()) return "";
  const std::string which = report.guardrails.size() == 1 ? "The guardrail '" + report.guardrails[0].name + "' holds" : "All " + std::to_string(report.guardrails.size()) + " guardrails hold";
  if (report.objectives.size() > 2) {
    const auto feasible = std::count_if(report.pareto.begin(), report.pareto.end(), [](const auto& p) { return p.feasible; });
    return " " + which + " at " + base::ReadableCount(feasible) + " of them.";
  }
  if (report.feasible.empty()) return " " + which + " at no lambda.";
  if (report.feasible.front().low == 0 && report.feasible.front().high == 1) return " " + which + " at every lambda.";
  return " " + which + " for lambda " + Stretches(report.feasible) + ".";
}

std::string MoneyInWords(const FrontierReport& report) {
  if (!report.money) return "";
  const std::string current = base::PlainNumber(report.money->current, 4);
  std::string text = report.money->more.empty() ? " No lambda is sure to bring more money than " + current : " More money than at lambda " + current + " is certain for lambda " + Stretches(report.money->more);
  if (!report.money->less.empty()) text += "; less for " + Stretches(report.money->less);
  return text + ".";
}

}  // namespace

std::string FrontierSummary(const FrontierReport& report) {
  const auto points = static_cast<std::int64_t>(report.pareto.size());
  if (report.objectives.size() > 2) {
    return base::Counted(report.lines, "line") + " through the weights of " + std::to_string(report.objectives.size()) + " objectives found " + base::Counted(points, "point") + " that no other found beats. Each line is exact; the search is not exhaustive." + GuardrailsInWords(report);
  }
  std::string text;
  const FrontierAt *zero = AtLambda(report, 0), *one = AtLambda(report, 1);
  if (zero != nullptr && one != nullptr) {
    text = "Ranked by " + report.objectives[0].name + " alone (lambda 0): " + MetricsInWords(report, *zero) + "; by " + report.objectives[1].name + " alone (lambda 1): " + MetricsInWords(report, *one) + ". ";
  }
  text += std::string(text.empty() ? "Lists" : "Between, lists") + " of " + base::ReadableCount(report.k) + " change at " + base::Counted(report.breakpoints, "lambda") + "; " + base::Counted(points, "point of the curve is", "points of the curve are") + " beaten by no other.";
  return text + GuardrailsInWords(report) + MoneyInWords(report);
}

void AddFrontierNotes(FrontierReport* report) {
  const auto dropped = [&](std::int64_t count, const std::string& one, const std::string& many) {
    if (count > 0) report->notes.push_back(base::Counted(count, one, many));
  };
  dropped(report->dropped.query, "row has no query and is left out", "rows have no query and are left out");
  dropped(report->dropped.score, "row has no score and is left out", "rows have no score and are left out");
  dropped(report->dropped.gain, "row has no gain and is left out: what showing it brings is not known", "rows have no gain and are left out: what showing them brings is not known");
  dropped(report->dropped.guardrail, "row has no value of a guardrail and is left out", "rows have no value of a guardrail and are left out");
  for (const evidence::FrontierObjective& objective : report->objectives) {
    if (objective.score == objective.gain) report->notes.push_back("'" + objective.name + "' is measured by its own score, which says what a model promises, not what happens; give a gain: NAME=SCORE,GAIN");
  }
  if (report->hypervolume == 0) report->notes.push_back("no point lies above the reference in every objective, so the hypervolume is 0; set --reference to the worst that would still count");
}

}  // namespace assay::lifecycle
