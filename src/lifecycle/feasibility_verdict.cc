#include "base/text.h"
#include "lifecycle/feasibility.h"
#include "lifecycle/internal/feasibility_items.h"

namespace assay::lifecycle {

using evidence::DecidedBy;
using evidence::FeasibilityVerdict;

DecidedVerdict DecideVerdict(const VerdictFacts& f) {
  const auto number = [](double v) { return base::ReadableNumber(v, 3); };
  const bool as_constant = f.gain_low == f.gain_high;
  const std::string gain = number(f.gain_low) + " to " + number(f.gain_high);
  const std::string least = number(f.least_gain);
  if (f.outcome_unusable) return {FeasibilityVerdict::kStop, DecidedBy::kObjective, "The outcome cannot serve as an objective."};
  if (!f.cap_exceeded.empty()) return {FeasibilityVerdict::kStop, DecidedBy::kCap, "A cap of the charter is exceeded: " + f.cap_exceeded + "."};
  if (f.pattern_refuted && f.gain_high < f.least_gain) return {FeasibilityVerdict::kStop, DecidedBy::kPattern, as_constant ? "No pattern is shown, and the best predictions are those of the constant: they gain nothing, where the least gain is " + least + "." : "No pattern is shown, and even the upper limit of the gain over the constant (" + gain + ") lies below the least gain " + least + "."};
  if (!f.person_needed.empty()) return {FeasibilityVerdict::kNeedsPerson, DecidedBy::kPerson, "No data can settle what the charter states: " + f.person_needed + "."};
  if (!f.few_judges.empty()) return {FeasibilityVerdict::kCollectMore, DecidedBy::kGain, "The gain over the constant (" + gain + ") is judged by " + f.few_judges + " only, too few to rely on."};
  const bool straddles = f.gain_low <= f.least_gain && f.least_gain <= f.gain_high;
  if (straddles) return {FeasibilityVerdict::kCollectMore, DecidedBy::kGain, "The gain over the constant (" + gain + ") may lie on either side of the least gain " + least + "."};
  if (f.target_unmet && f.still_rising) return {FeasibilityVerdict::kCollectMore, DecidedBy::kTarget, f.rises_in_vain ? "The target is not met; the learning curve still rises, but ten times the rows would not reach it: other columns are missing, not rows." : "The target is not met and the learning curve still rises."};
  const std::string over = number(f.over_rule_low) + " to " + number(f.over_rule_high);
  if (f.over_rule_high < f.least_gain) return {FeasibilityVerdict::kUseARule, DecidedBy::kRule, "The best model is better than " + f.rule + " by " + over + " only, below the least gain " + least + (f.gain_high < f.least_gain ? ", and over the constant it gains " + gain + " only, below the least gain too." : ".")};
  if (f.over_rule_low > f.least_gain) return {FeasibilityVerdict::kGo, DecidedBy::kRule, "The best model is better than " + f.rule + " by " + over + ", above the least gain " + least + "."};
  return {FeasibilityVerdict::kCollectMore, DecidedBy::kRule, "Whether the best model is better than " + f.rule + " by the least gain " + least + " is not decided (" + over + ")."};
}

std::string NextStep(const DecidedVerdict& decided, const VerdictFacts& facts) {
  switch (decided.by) {
    case DecidedBy::kObjective: return "state another outcome; the item about the objective says what is wrong with this one";
    case DecidedBy::kCap: return "make the error of that group smaller (more of its rows, features that tell it), leave the group to people, or agree on another cap";
    case DecidedBy::kPattern: return "look for better features or another question; the refuted items say which";
    case DecidedBy::kPerson: return "let the people who answer for it decide whether this may be done (" + facts.person_needed + "), and write down what they decided; the ladder shows meanwhile what could be gained";
    case DecidedBy::kTarget: if (facts.rises_in_vain) return "look for other columns, or agree on another target: more rows alone do not reach it";
      [[fallthrough]];
    case DecidedBy::kGain: if (!facts.few_judges.empty()) return "give data of more than these " + facts.few_judges + ": rows of one of them say the same again, however many they are";
      return "collect more rows or sharper features; the answer to 'Is there enough data?' says how many rows would do";
    case DecidedBy::kRule: break;
  }
  if (decided.verdict == FeasibilityVerdict::kUseARule && facts.gain_high < facts.least_gain) return "leave the decision as it is, or look for better features";
  if (decided.verdict == FeasibilityVerdict::kUseARule) return "put " + facts.rule + " to work; a model would add too little";
  if (decided.verdict == FeasibilityVerdict::kGo) return "climb the ladder: the lowest rung that is good enough wins";
  return "collect more rows or sharper features: whether a model adds enough to " + facts.rule + " is what is open; the ladder says what to use meanwhile, if anything";
}

void AskPerson(const std::string& why, VerdictFacts* facts, evidence::FeasibilityItem* item) {
  item->verdict = evidence::Verdict::kNeedsPerson;
  item->answer = "A person must answer: " + why;
  facts->person_needed += (facts->person_needed.empty() ? "" : "; ") + why;
}

}  // namespace assay::lifecycle
