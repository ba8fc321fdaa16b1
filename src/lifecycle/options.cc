#include "lifecycle/options.h"

#include <algorithm>
#include <cctype>
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
  const double stated = CostPerDay(option.text("cost"), value.currency);
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

namespace {

bool IsLetter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// A currency at the start of `text` (the charter's, or three capitals): its length, 0 when there is none.
std::size_t CurrencyAt(std::string_view text, const std::string& currency) {
  const auto ends = [&](std::size_t size) { return text.size() == size || !IsLetter(text[size]) || !IsLetter(text[size - 1]); };
  if (!currency.empty() && text.size() >= currency.size() && base::Lowercase(std::string(text.substr(0, currency.size()))) == base::Lowercase(currency) && ends(currency.size())) return currency.size();
  const bool capitals = text.size() >= 3 && std::all_of(text.begin(), text.begin() + 3, [](char c) { return c >= 'A' && c <= 'Z'; });
  return capitals && ends(3) ? 3 : 0;
}

// Whether a number after this is a whole amount: neither the end of a range ("200-300") nor of a word ("Q3").
bool StandsAlone(std::string_view before, const std::string& currency) {
  for (const std::size_t size : {currency.size(), std::size_t{3}}) {
    if (before.size() >= size && CurrencyAt(before.substr(before.size() - size), currency) == size && size > 0) return true;
  }
  return before.empty() || !(IsLetter(before.back()) || before.back() == '-' || static_cast<unsigned char>(before.back()) >= 0x80);
}

// Days of the period that `text` starts with ("a month", "/day"), 0 when it starts with none.
double PeriodAt(std::string_view text) {
  constexpr struct { const char* word; double days; } kPeriods[] = {{"day", 1}, {"week", 7}, {"month", base::kDaysPerMonth}, {"year", 365.25}};
  const std::string lower = base::Lowercase(std::string(text.substr(0, 16)));
  for (const auto& period : kPeriods) {
    for (const char* before : {"a ", "per ", "/", "/ ", "every ", "each "}) {
      const std::string phrase = before + std::string(period.word);
      if (lower.starts_with(phrase) && (lower.size() == phrase.size() || !IsLetter(lower[phrase.size()]))) return period.days;
    }
  }
  return 0;
}

std::string_view WithoutSpaces(std::string_view text) { return text.substr(std::min(text.find_first_not_of(' '), text.size())); }

// "1,234.5": commas only between thousands.
bool ParseAmount(std::string_view digits, double* amount) {
  std::string plain;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (digits[i] != ',') {
      plain += digits[i];
      continue;
    }
    std::size_t group = 0;
    while (i + 1 + group < digits.size() && IsDigit(digits[i + 1 + group])) ++group;
    if (group != 3 || plain.find('.') != std::string::npos) return false;
  }
  return base::ParseNumber(plain, amount);
}

}  // namespace

double CostPerDay(const std::string& text, const std::string& currency) {
  const std::string_view all = text;
  double cost = std::nan("");
  int numbers = 0, costs = 0;
  bool zero = false;
  for (std::size_t begin = all.find_first_of("0123456789"); begin != std::string_view::npos;) {
    std::size_t end = std::min(all.find_first_not_of("0123456789.,", begin), all.size());
    const std::size_t next = all.find_first_of("0123456789", end);
    while (!IsDigit(all[end - 1])) --end;
    double amount = 0;
    const bool number = ParseAmount(all.substr(begin, end - begin), &amount);
    ++numbers;
    zero = number && amount == 0;
    std::string_view after = WithoutSpaces(all.substr(end));
    after = WithoutSpaces(after.substr(CurrencyAt(after, currency)));
    if (const double days = PeriodAt(after); days > 0) {
      ++costs;
      cost = number && StandsAlone(all.substr(0, begin), currency) ? amount / days : std::nan("");
    }
    begin = next;
  }
  if (costs == 1) return cost;
  return costs == 0 && numbers == 1 && zero ? 0 : std::nan("");  // nothing, however often it is paid
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
