// The nine items of feasibility: what they share, and one function for each, in a file of its own.
#pragma once

#include <string>
#include <vector>

#include "learn/comparison.h"
#include "learn/learner.h"
#include "learn/split.h"
#include "lifecycle/feasibility.h"
#include "lifecycle/internal/traits.h"
#include "lifecycle/understand.h"
#include "objectives/value.h"

namespace assay::lifecycle {

// The items in their order. Every item begins as one of them.
struct AskedItem {
  const char* id;
  const char* question;
};
inline constexpr AskedItem kAskedItems[] = {
    {"pattern", "Is there a pattern that can be learned?"},
    {"objective", "Is the outcome usable as an objective?"},
    {"complexity", "Is it too complex for a simple rule?"},
    {"data", "Is there enough data?"},
    {"repetition", "Does the decision come often enough to be worth a model?"},
    {"leakage", "Does any column know the outcome beforehand?"},
    {"collection", "Can outcomes be collected, soon and clean enough?"},
    {"fatal_errors", "Can we live with its errors, in every group?"},
    {"ethics", "Is it right to do this?"},
};
// Requires: one of the ids above.
evidence::FeasibilityItem StartItem(const std::string& id);

// Out-of-fold predictions of the constant, the best rule, the linear model and boosted trees on the same rows: each row by
// fits that did not see it. Everything, the rule's depth included, is chosen inside the training part of its fold.
struct OutOfFold {
  learn::Rows rows;
  std::vector<std::uint8_t> fold;  // per row
  std::vector<double> constant, rule, linear, boosted;
};

// What every item is handed. `examples` is without leaky columns; views outlive the items.
struct Ground {
  const Gathered& gathered;
  const learn::Examples& examples;
  const FeasibilityOptions& options;
  const Dependence& dependence;
  learn::Metric metric = learn::Metric::kSkill;
  const RunContext& context;
};

// The gains that decide. Improvements are positive whatever the metric's direction; intervals are corrected for having
// picked the best of rules and models (gain) and the best rule and better model (over_rule).
struct Gains {
  OutOfFold all;
  std::string best_name;           // the best rule, an own rule, linear or boosted trees
  const std::vector<double>* best = nullptr;  // into `all`
  learn::RungKind model = learn::RungKind::kBoosted;  // the better of linear and boosted
  std::string model_name;          // in words
  std::size_t num_own_rules = 0;   // that took part
  std::string rule_name;           // the best rule, or an own one: its predictions stand in all.rule
  double level = 1 - 0.05 / 3, over_rule_level = 1 - 0.05 / 2;  // of the intervals: for gain and reached, for over_rule
  stats::Interval gain;            // best over the constant
  stats::Interval over_rule;       // better model over the best rule
  stats::Interval reached;         // value of the metric
};

// In feasibility_gain.cc. At most kGainRows rows, drawn evenly from all units, are judged.
inline constexpr std::int64_t kGainRows = 400'000;
Result<std::unique_ptr<Gains>> MeasureGains(const learn::Examples& examples, const Dependence& dependence, learn::Metric metric, const std::vector<OwnRule>& own_rules, std::string_view step, const RunContext& context);
evidence::FeasibilityItem ComplexityItem(const Ground& ground, const Gains& gains);

evidence::FeasibilityItem ObjectiveItem(const learn::Examples& examples, const Dependence& dependence, bool* unusable);
Result<evidence::FeasibilityItem> PatternItem(const Ground& ground, const stats::Interval& gain, bool* refuted);
// `in_vain`: it rises, but even ten times the rows would not reach the target, or without one the least gain.
struct MoreRows {
  bool still_rising = false, in_vain = false;
};
Result<evidence::FeasibilityItem> DataItem(const Ground& ground, const Gains& gains, MoreRows* more);
// In feasibility_repetition.cc: the score from which to act in a fold, that with the most money on the other folds; with time on
// their rows whose outcome was known when the fold began, and without any the chance from which acting pays.
Result<double> ThresholdForFold(const learn::Examples& examples, const OutOfFold& all, std::span<const double> scores, std::uint8_t fold, const objectives::DecisionMoney& money);
evidence::FeasibilityItem RepetitionItem(const Ground& ground, const Gains& gains);
Result<evidence::FeasibilityItem> LeakageItem(const Gathered& gathered, LeakFinder* leaks, const RunContext& context, std::vector<std::string>* leaky);
// Adds what the gain is without rows that stand in the data more than once.
void JudgeDuplicates(const Ground& ground, const Gains& gains, evidence::FeasibilityItem* leakage);
evidence::FeasibilityItem CollectionItem(const Ground& ground, const Gains& gains);
evidence::FeasibilityItem FatalErrorsItem(const Ground& ground, const Gains& gains, VerdictFacts* facts);
Result<evidence::FeasibilityItem> EthicsItem(const Ground& ground, const Gains& gains, VerdictFacts* facts);
// Puts an item before a person, and says to the verdict why.
void AskPerson(const std::string& why, VerdictFacts* facts, evidence::FeasibilityItem* item);

// Whether an entry of the charter leaves its question open: it says or begins with so ("unknown", "to be decided by legal"), or
// asks back ("?").
bool IsUndecided(const std::string& entry);

// Money of the charter, when all that a value needs is stated.
bool HasMoney(const FeasibilityOptions& options);

}  // namespace assay::lifecycle
