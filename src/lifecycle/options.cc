#include "lifecycle/options.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "lifecycle/value.h"

namespace assay::lifecycle {

namespace {

using charter::Record;
using evidence::OptionResult;

// The rung of this kind; of several own rules the one that the option is named after.
template <class Rungs>
auto FindRung(const Rungs& rungs, const std::string& kind, const std::string& name, std::string* reason) -> decltype(&rungs[0]) {
  decltype(&rungs[0]) found = nullptr;
  int same_kind = 0;
  for (const auto& rung : rungs) {
    if (rung.kind != kind) continue;
    if (rung.name == name) return &rung;
    ++same_kind;
    found = &rung;
  }
  if (same_kind > 1) {
    *reason = "the ladder has " + std::to_string(same_kind) + " rungs of the kind " + kind + "; name the option like the one that is meant";
    return nullptr;
  }
  if (found == nullptr) *reason = "no rung of the ladder has the kind '" + kind + "'";
  return found;
}

void FillValue(const evidence::ValueReport& value, const Record& option, OptionResult* result) {
  if (!value.reason.empty()) {
    result->value_per_day.reason = result->against_nothing.reason = result->cost_per_day_reason = value.reason;
    return;
  }
  std::string reason;
  const evidence::RungValue* rung = FindRung(value.rungs, result->kind, result->name, &reason);
  if (rung == nullptr) {
    result->value_per_day.reason = result->against_nothing.reason = result->cost_per_day_reason = reason;
    return;
  }
  result->value_per_day = rung->value_per_day;
  result->against_nothing = rung->against_nothing;
  result->cost_per_day = rung->cost_per_day;
  result->cost_per_day_reason.clear();
  const bool is_ml = rung->kind == "linear" || rung->kind == "boosted";
  const double stated = CostPerDay(option.text("cost"));
  // The cost of ML stands in [value]; any other option's own cost is taken off where it says how often it is paid.
  if (!is_ml && stated > 0) {
    result->cost_per_day = stated;
    for (evidence::Estimate* e : {&result->value_per_day, &result->against_nothing}) {
      e->value -= stated;
      e->low -= stated;
      e->high -= stated;
    }
  }
  result->note = std::isfinite(rung->threshold) ? "acts from a prediction of " + base::ReadableNumber(rung->threshold, 3) + ", in " + base::ReadableShare(rung->share_acted) + " of the decisions" : "never acts";
  if (!is_ml && option.has("cost") && std::isnan(stated)) result->note += "; its cost '" + option.text("cost") + "' does not say how often it is paid and is not taken off";
}

void FillFromLadder(const evidence::TrainReport& train, OptionResult* result) {
  // Doing nothing is measured as predicting always the same.
  const std::string kind = result->kind == "nothing" ? "constant" : result->kind;
  std::string reason;
  const evidence::RungReport* rung = FindRung(train.rungs, kind, result->name, &reason);
  if (rung == nullptr) {
    result->measured.reason = reason;
    return;
  }
  result->rung = rung->name;
  const auto metric = rung->metrics.find(train.metric);
  if (metric != rung->metrics.end()) result->measured = metric->second;
  else result->measured.reason = "the rung has no " + train.metric;
  const bool fitted = kind != "imported" && kind != "published" && result->kind != "nothing";
  if (fitted) result->timing_step = FitTimingStep(train.objective, rung->name);
}

}  // namespace

std::string FitTimingStep(const std::string& objective, const std::string& rung) { return "train " + objective + ": fit " + rung; }

double CostPerDay(const std::string& text) {
  const std::size_t begin = text.find_first_of("0123456789");
  if (begin == std::string::npos) return std::nan("");
  std::string digits;
  std::size_t end = begin;
  for (; end < text.size() && std::string_view("0123456789.,").find(text[end]) != std::string_view::npos; ++end) {
    if (text[end] != ',') digits += text[end];
  }
  double amount = 0;
  if (!base::ParseNumber(digits, &amount)) return std::nan("");
  if (amount == 0) return 0;  // nothing, however often it is paid
  const std::string rest = base::Lowercase(text.substr(end));
  constexpr struct { const char* word; double days; } kPeriods[] = {{"day", 1}, {"week", 7}, {"month", base::kDaysPerMonth}, {"year", 365.25}};
  for (const auto& period : kPeriods) {
    for (const char* before : {"a ", "per ", "/", "/ ", "every ", "each "}) {
      const std::size_t found = rest.find(before + std::string(period.word));
      // "a month" begins a word: "Nigeria month" does not.
      if (found != std::string::npos && (found == 0 || before[0] == '/' || rest[found - 1] == ' ')) return amount / period.days;
    }
  }
  return std::nan("");
}

std::vector<OptionResult> JudgeOptions(const charter::Charter& charter, const evidence::ProjectReport& report) {
  std::vector<OptionResult> results;
  for (const Record& option : charter.list("problem.options")) {
    for (const Record& objective : charter.list("objectives")) {
      OptionResult result;
      result.name = option.text("name");
      result.objective = objective.text("name");
      result.kind = option.text("kind");
      result.stated_cost = option.text("cost");
      result.stated_time = option.text("time");
      const auto train = std::find_if(report.train.begin(), report.train.end(), [&](const auto& t) { return t.objective == result.objective; });
      const auto value = std::find_if(report.value.begin(), report.value.end(), [&](const auto& v) { return v.objective == result.objective; });
      const bool measurable = result.kind != "other" && !result.kind.empty();
      const std::string unmeasured = measurable ? "the ladder has not been climbed for '" + result.objective + "'" : "no rung of the ladder stands for it";
      result.measured.reason = result.value_per_day.reason = result.against_nothing.reason = result.cost_per_day_reason = unmeasured;
      if (measurable && train != report.train.end()) {
        result.measured.reason.clear();
        FillFromLadder(*train, &result);
      }
      if (measurable && value != report.value.end()) FillValue(*value, option, &result);
      results.push_back(std::move(result));
    }
  }
  return results;
}

}  // namespace assay::lifecycle
