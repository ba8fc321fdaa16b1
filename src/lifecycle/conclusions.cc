#include "lifecycle/conclusions.h"

#include <cmath>

#include "base/text.h"
#include "lifecycle/estimates.h"

namespace assay::lifecycle {

namespace {

using evidence::Evidence;
using evidence::Figure;
using evidence::Verdict;

Evidence Start(const evidence::ReportHeader& header, const std::string& objective, const std::string& item, const std::string& question) {
  Evidence evidence;
  evidence.report = header.report;
  evidence.objective = objective;
  evidence.item = item;
  evidence.question = question;
  evidence.data_fingerprint = header.data.fingerprint;
  evidence.seed = header.seed;
  evidence.assay_version = header.assay_version;
  evidence.command = header.command;
  return evidence;
}

Verdict VerdictOf(evidence::FeasibilityVerdict verdict) {
  switch (verdict) {
    case evidence::FeasibilityVerdict::kGo: return Verdict::kSupported;
    case evidence::FeasibilityVerdict::kStop:
    case evidence::FeasibilityVerdict::kUseARule: return Verdict::kRefuted;
    case evidence::FeasibilityVerdict::kNeedsPerson: return Verdict::kNeedsPerson;
    case evidence::FeasibilityVerdict::kCollectMore: break;
  }
  return Verdict::kInconclusive;
}

// A figure of a report that keeps its interval beside it.
evidence::Estimate Figured(double value, double low, double high, const std::string& reason) {
  evidence::Estimate estimate;
  estimate.value = value;
  estimate.low = low;
  estimate.high = high;
  estimate.reason = reason;
  return estimate;
}

evidence::Estimate FromComparison(const evidence::Comparison& comparison) { return Figured(comparison.difference, comparison.low, comparison.high, comparison.reason); }

}  // namespace

std::vector<Evidence> ConclusionsOf(const evidence::CheckReport& report) {
  Evidence one = Start(report.header, "", "charter", "Is the charter answered, concrete and true of the data?");
  one.verdict = report.contradicted > 0 ? Verdict::kRefuted : report.vague > 0 ? Verdict::kInconclusive : report.empty > 0 ? Verdict::kNeedsPerson : Verdict::kSupported;
  one.answer = report.summary;
  const auto count = [](std::int64_t fields) {
    evidence::Estimate estimate;
    estimate.value = static_cast<double>(fields);
    estimate.reason = "a count of fields has no interval";
    return estimate;
  };
  one.figures = {{"answered", "fields answered", count(report.answered), "fields"}, {"empty", "fields empty", count(report.empty), "fields"},
                 {"vague", "fields vague", count(report.vague), "fields"}, {"contradicted", "fields contradicted", count(report.contradicted), "fields"}};
  one.method = "every field of the charter judged against the data";
  return {std::move(one)};
}

std::vector<Evidence> ConclusionsOf(const evidence::UnderstandReport& report) {
  std::vector<Evidence> conclusions;
  Evidence summary = Start(report.header, "", "summary", "What happens?");
  summary.verdict = Verdict::kSupported;
  summary.answer = report.summary;
  summary.method = "description of the data, intervals by unit where rows depend on each other";
  conclusions.push_back(std::move(summary));
  for (const evidence::HypothesisResult& h : report.hypotheses) {
    Evidence one = Start(report.header, "", h.name, h.claim.empty() ? h.name : h.claim);
    one.verdict = h.verdict;
    one.answer = h.answer;
    one.figures = {{"effect", "inside the segment minus outside", h.effect, ""}, {"inside", "inside the segment", h.inside, ""}, {"outside", "outside", h.outside, ""}};
    one.method = "difference of means by unit, false discovery rate over all hypotheses";
    conclusions.push_back(std::move(one));
  }
  return conclusions;
}

std::vector<Evidence> ConclusionsOf(const evidence::FeasibilityReport& report) {
  std::vector<Evidence> conclusions;
  Evidence overall = Start(report.header, report.objective, "verdict", "Is machine learning right for '" + report.objective + "'?");
  overall.verdict = VerdictOf(report.verdict);
  overall.answer = report.reason;
  overall.figures = {{"gain", "gain of the best over the constant", report.gain, report.metric}, {"gain_with_leaks", "the same with the leaky columns", report.gain_with_leaks, report.metric}};
  overall.method = std::string("first rule of the verdict that applies: ") + evidence::EnumNames(report.verdict)[static_cast<std::size_t>(report.verdict)];
  conclusions.push_back(std::move(overall));
  for (const evidence::FeasibilityItem& item : report.items) {
    Evidence one = Start(report.header, report.objective, item.id, item.question);
    one.verdict = item.verdict;
    one.answer = item.answer;
    one.figures = item.figures;
    one.method = item.method;
    conclusions.push_back(std::move(one));
  }
  return conclusions;
}

std::vector<Evidence> ConclusionsOf(const evidence::TrainReport& report) {
  Evidence one = Start(report.header, report.objective, "recommended", "Which is the lowest rung that is good enough for '" + report.objective + "'?");
  one.verdict = report.recommended.empty() ? Verdict::kRefuted : report.gate == "confirmed" ? Verdict::kSupported : Verdict::kInconclusive;
  one.answer = report.reason;
  one.method = report.split.how;
  for (const evidence::RungReport& rung : report.rungs) {
    const auto metric = rung.metrics.find(report.metric);
    if (metric != rung.metrics.end()) one.figures.push_back({report.metric, report.metric + " of '" + rung.name + "'", metric->second, ""});
    if (rung.procedure_against_previous) one.figures.push_back({"procedure_against_previous", "'" + rung.name + "' minus '" + rung.procedure_against_previous->other + "', both fitted anew", FromComparison(*rung.procedure_against_previous), report.metric});
    if (rung.against_previous) one.figures.push_back({"against_previous", "'" + rung.name + "' minus '" + rung.against_previous->other + "'", FromComparison(*rung.against_previous), report.metric});
  }
  return {std::move(one)};
}

std::vector<Evidence> ConclusionsOf(const evidence::ValueReport& report) {
  Evidence one = Start(report.header, report.objective, "value", "What are decisions by the ladder's rungs worth for '" + report.objective + "'?");
  one.method = report.method;
  if (!report.reason.empty()) {
    one.verdict = Verdict::kNeedsPerson;
    one.answer = "Not measured: " + report.reason + ".";
    return {std::move(one)};
  }
  const std::string unit = report.currency + "/day";
  for (const evidence::RungValue& rung : report.rungs) {
    one.figures.push_back({"value_per_day", "value of '" + rung.name + "' a day", rung.value_per_day, unit});
    one.figures.push_back({"against_nothing", "'" + rung.name + "' minus doing nothing", rung.against_nothing, unit});
    if (rung.name != report.best) continue;
    const evidence::Estimate& gain = report.best_against_nothing;
    one.verdict = gain.low > 0 ? Verdict::kSupported : gain.high < 0 ? Verdict::kRefuted : Verdict::kInconclusive;
    if (rung.kind == "nothing") {
      one.answer = "No rung's decisions bring more than doing nothing.";
      continue;
    }
    const base::ReadableEnds more = std::isfinite(gain.low) && std::isfinite(gain.high) ? base::ReadableInterval(gain.value, gain.low, gain.high) : base::ReadableEnds{base::ReadableNumber(gain.value, 3), "n/a", "n/a"};
    one.answer = "'" + rung.name + "' has the most value" + (std::isfinite(gain.value) ? ", " + more.value + " " + unit + " more than doing nothing (" + LevelInWords(gain.level) + " interval " + more.low + " to " + more.high + ")." : " per decision; " + gain.reason + ".");
  }
  return {std::move(one)};
}

std::vector<Evidence> ConclusionsOf(const evidence::TradeoffReport& report) {
  Evidence one = Start(report.header, "", "tradeoff", "With which weights should the objectives be blended?");
  one.method = "exact curve over all weights on out-of-fold scores, measured on the holdout; intervals by bootstrap over queries";
  if (!report.recommended) {
    one.verdict = Verdict::kNeedsPerson;
    one.answer = report.summary;
    return {std::move(one)};
  }
  // Supported is what something decided and the holdout, which chose nothing, agrees with.
  const bool holds = report.recommended->measured_on.feasible && !(report.decided_by == "money" && !(report.money_on_holdout && report.money_on_holdout->low > 0));
  one.verdict = !report.recommended->feasible ? Verdict::kNeedsPerson : report.decided_by != "nothing" && holds ? Verdict::kSupported : Verdict::kInconclusive;
  one.answer = report.summary;
  for (const auto& [name, metric] : report.recommended->measured_on.metrics) one.figures.push_back({name, "'" + name + "' at the recommended weights, on the holdout", metric, "per list"});
  if (report.money_on_holdout) one.figures.push_back({"money", "money per list against the current weights, on the holdout", *report.money_on_holdout, report.currency});
  for (const auto& [name, value] : report.recommended->measured_on.guardrails) one.figures.push_back({name, "guardrail '" + name + "' there", Figured(value.value, value.low, value.high, value.reason), ""});
  return {std::move(one)};
}

std::vector<Evidence> ConclusionsOf(const evidence::SlicesReport& report) {
  Evidence one = Start(report.header, report.objective, "slices", "Are there slices on which '" + report.objective + "' is answered worse than elsewhere?");
  one.verdict = Verdict::kInconclusive;
  one.answer = report.summary;
  one.method = "exact search for the highest scores (SliceLine), " + (report.split.empty() ? std::string("not tested") : report.split + "; difference of means " + report.dependence + ", false discovery rate over the slices found");
  for (const evidence::Slice& slice : report.slices) {
    one.figures.push_back({"difference", "mean loss where " + slice.text + ", minus elsewhere", Figured(slice.difference, slice.low, slice.high, slice.reason), ""});
    if (slice.q_value < 0.05 && slice.difference > 0) one.verdict = Verdict::kSupported;
  }
  return {std::move(one)};
}

std::vector<Evidence> ConclusionsOf(const evidence::ChangeReport& report) {
  Evidence one = Start(report.header, "", "change", "Why did " + report.metric + " move?");
  one.answer = report.answer;
  one.method = report.method;
  one.figures.push_back({"change", report.metric + ", after less before", Figured(report.total.change, report.total.low, report.total.high, report.total.reason), ""});
  for (const evidence::ChangePart& part : report.parts) {
    // What it moved is counted in all rows; the interval is of the blocks that did not choose it, so it stands with their figure.
    one.figures.push_back({"contribution", part.text, Figured(part.contribution, std::nan(""), std::nan(""), "counted exactly in all rows"), ""});
    if (report.tested) one.figures.push_back({"estimate", part.text + ", by the blocks that did not choose it", Figured(part.estimate, part.low, part.high, part.reason), ""});
  }
  one.verdict = report.tested && !report.parts.empty() ? Verdict::kSupported : Verdict::kInconclusive;
  return {std::move(one)};
}

std::vector<Evidence> ConclusionsOf(const evidence::ProjectReport& report) {
  std::vector<Evidence> conclusions;
  for (const evidence::StepResult& step : report.steps) {
    Evidence one = Start(report.header, "", step.name, "Is the step '" + step.name + "' done?");
    one.report = "run";
    one.verdict = step.state == "met" ? Verdict::kSupported : step.state == "not_met" ? Verdict::kRefuted : Verdict::kInconclusive;
    one.answer = (step.state == "met" ? "Met: " : step.state == "not_met" ? "Not met: " : "Not measurable: ") + step.detail + ".";
    one.method = "exit criterion " + step.criterion;
    conclusions.push_back(std::move(one));
  }
  return conclusions;
}

}  // namespace assay::lifecycle
