#include "base/text.h"
#include "lifecycle/feasibility.h"

namespace assay::lifecycle {

using evidence::FeasibilityVerdict;

DecidedVerdict DecideVerdict(const VerdictFacts& f) {
  const auto number = [](double v) { return base::ReadableNumber(v, 3); };
  const std::string gain = number(f.gain_low) + " to " + number(f.gain_high);
  const std::string least = number(f.least_gain);
  if (f.outcome_unusable) return {FeasibilityVerdict::kStop, "The outcome cannot serve as an objective."};
  if (f.cap_exceeded) return {FeasibilityVerdict::kStop, "A cap of the charter is exceeded."};
  if (f.pattern_refuted && f.gain_high < f.least_gain) return {FeasibilityVerdict::kStop, "No pattern is shown, and even the upper limit of the gain over the constant (" + gain + ") lies below the least gain " + least + "."};
  if (f.person_needed) return {FeasibilityVerdict::kNeedsPerson, "The charter states something that no data can settle."};
  const bool straddles = f.gain_low <= f.least_gain && f.least_gain <= f.gain_high;
  if (straddles) return {FeasibilityVerdict::kCollectMore, "The gain over the constant (" + gain + ") may lie on either side of the least gain " + least + "."};
  if (f.target_unmet && f.still_rising) return {FeasibilityVerdict::kCollectMore, f.rises_in_vain ? "The target is not met; the learning curve still rises, but ten times the rows would not reach it: other columns are missing, not rows." : "The target is not met and the learning curve still rises."};
  const std::string over = number(f.over_rule_low) + " to " + number(f.over_rule_high);
  if (f.over_rule_high < f.least_gain) return {FeasibilityVerdict::kUseARule, "The best model is better than the best rule by " + over + " only, below the least gain " + least + "."};
  if (f.over_rule_low > f.least_gain) return {FeasibilityVerdict::kGo, "The best model is better than the best rule by " + over + ", above the least gain " + least + "."};
  return {FeasibilityVerdict::kCollectMore, "Whether the best model is better than the best rule by the least gain " + least + " is not decided (" + over + ")."};
}

}  // namespace assay::lifecycle
