// The finding of `assay value` in a few sentences.
#include <cmath>

#include "base/text.h"
#include "lifecycle/decision_value.h"
#include "lifecycle/internal/decision_value_parts.h"

namespace assay::lifecycle {

namespace {

using evidence::DecisionValueReport;
using evidence::Estimate;
using evidence::PolicyValue;
using evidence::Verdict;

std::string InWords(const Estimate& e, const std::string& unit = "") {
  if (!std::isfinite(e.value)) return "not known: " + e.reason;
  if (!std::isfinite(e.low)) return base::ReadableNumber(e.value, 3) + unit + " (no interval: " + e.reason + ")";
  if (e.low == e.high) return base::ReadableNumber(e.value, 4) + unit + " exactly";
  const base::ReadableEnds ends = base::ReadableInterval(e.value, e.low, e.high);
  return ends.value + unit + " (" + ends.low + " to " + ends.high + ")";
}

std::string ThresholdInWords(double threshold) { return base::PlainNumber(threshold, 4); }

const PolicyValue* Find(const DecisionValueReport& report, const std::string& name) {
  for (const PolicyValue& policy : report.policies) {
    if (policy.name == name) return &policy;
  }
  return nullptr;
}

std::string WhatItIsWorth(const DecisionValueReport& r, const PolicyValue& chosen) {
  const std::string unit = r.currency.empty() ? "" : " " + r.currency;
  if (!std::isfinite(r.threshold)) {
    return chosen.share_acted == 0 ? "No threshold brings more than never acting on these rows." : "On all rows no threshold brings more than never acting; one half of them found one, which brings " + InWords(chosen.against_never, unit) + " per decision over never acting.";
  }
  std::string text = "Acting from a score of " + ThresholdInWords(r.threshold) + " on (" + base::ReadableShare(r.threshold_share_acted) + " of the rows) ";
  if (r.verdict == Verdict::kSupported) text += "pays: ";
  else text += r.verdict == Verdict::kRefuted ? "does not pay: " : "is not shown to pay: ";
  text += "thresholds so chosen bring " + InWords(chosen.money_per_decision, unit) + " per decision on rows that had no say: " + InWords(chosen.against_never) + " over never acting, " + InWords(chosen.against_always) + " over always acting.";
  return text;
}

std::string PerDay(const DecisionValueReport& r, const PolicyValue& chosen) {
  if (!std::isfinite(r.decisions_per_day)) return "";
  const std::string cost = r.cost_per_day > 0 ? ", less " + base::ReadableNumber(r.cost_per_day, 4) + " a day of cost" : "";
  return " At " + base::ReadableNumber(r.decisions_per_day, 6) + " decisions a day" + cost + ", that is " + InWords(chosen.against_never_per_day, r.currency.empty() ? "" : " " + r.currency) + " a day over never acting.";
}

std::string Calibrated(const DecisionValueReport& r) {
  const PolicyValue* even = Find(r, "break_even");
  // With one amount for all that decide everything, it does not matter whether scores are chances.
  if (r.break_even_chance <= 0) return " Acting never loses by these amounts, so it pays at any chance.";
  if (std::isnan(r.break_even_chance) && !r.amounts_differ) return " There is no break-even chance: " + r.break_even_chance_reason + ".";
  const bool chance = std::isfinite(r.break_even_chance);
  const std::string p = std::isfinite(r.calibration.p_value) ? (r.calibration.p_value < 0.0001 ? std::string("p below 0.0001") : "p = " + base::ReadableNumber(r.calibration.p_value, 2)) : "";
  const std::string policy = chance ? "the break-even chance of " + ThresholdInWords(r.break_even_chance) : "deciding each row by its own break-even chance";
  if (r.calibration.verdict == Verdict::kSupported) {
    if (even == nullptr) return " The scores are not refuted as chances (" + p + "), but " + r.break_even_missing + ".";
    return " The scores are not refuted as chances (" + p + "), so by theory " + policy + (chance ? " is the threshold" : " is best") + ": it brings " + InWords(even->money_per_decision) + " per decision" +
           (r.threshold_against_break_even.high < 0 ? ", and the chosen threshold " + InWords(r.threshold_against_break_even) + " against it" : "") + ".";
  }
  if (r.calibration.verdict == Verdict::kRefuted) {
    return " The scores are not calibrated (" + p + "): " + (even == nullptr ? r.break_even_missing : policy + (chance ? " would be the wrong threshold" : " would decide wrongly") + " (it brings " + InWords(even->money_per_decision) + " per decision)") + ", and the threshold chosen by money stands.";
  }
  return " Whether the scores are chances was not tested: " + r.calibration.reason + ".";
}

std::string NotWorse(const DecisionValueReport& r) {
  const evidence::ThresholdSetReport& set = r.best_thresholds;
  if (!set.reason.empty()) return " Which thresholds are as good cannot be told: " + set.reason + ".";
  if (set.kept == set.candidates) return " No threshold at all is shown to be worse than the best.";
  std::string text;
  for (std::size_t i = 0; i < set.intervals.size() && i < 3; ++i) {
    const evidence::ThresholdInterval& interval = set.intervals[i];
    if (i > 0) text += i + 1 == set.intervals.size() ? " and " : ", ";
    const std::string high = std::isfinite(interval.high) ? ThresholdInWords(interval.high) : interval.never ? "never acting" : "the highest score";
    const std::string low = std::isfinite(interval.low) ? ThresholdInWords(interval.low) : "always acting";
    text += "between " + low + " and " + high;
  }
  if (set.intervals.size() > 3) text += " and " + base::ReadableCount(static_cast<std::int64_t>(set.intervals.size() - 3)) + " more stretches";
  return " Thresholds " + text + " are not shown to be worse than the best (95 % for all at once).";
}

}  // namespace

std::string DecisionValueInWords(const DecisionValueReport& report) {
  const PolicyValue& chosen = *Find(report, "threshold");
  return WhatItIsWorth(report, chosen) + PerDay(report, chosen) + Calibrated(report) + NotWorse(report);
}

}  // namespace assay::lifecycle
