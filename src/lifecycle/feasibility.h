// Stage 3: is machine learning right for this at all? Nine questions, each decided by a test, and one verdict.
#pragma once

#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/run_context.h"
#include "evidence/reports/feasibility.h"
#include "lifecycle/gather.h"
#include "lifecycle/own_rules.h"

namespace assay::lifecycle {

class LeakFinder;

// What a charter adds to the data. Without one, questions that only people can answer become open questions.
struct FeasibilityOptions {
  std::string objective;
  std::string metric;                 // "" = skill; least gain and target are in its unit
  // Improvement of the metric worth having, > 0 whatever its direction; NaN: learn::DefaultLeastGain.
  double least_gain = std::numeric_limits<double>::quiet_NaN();
  double target = std::numeric_limits<double>::quiet_NaN();  // value of the metric that is the goal
  bool has_charter = false;
  std::vector<std::string> sensitive; // columns, features or not
  std::string harmed, worst_error;
  std::optional<bool> fatal;          // whether a single error can do irreparable harm, where people have said so
  double largest_error_rate = std::numeric_limits<double>::quiet_NaN();
  double decisions_per_day = std::numeric_limits<double>::quiet_NaN();
  std::string currency;
  double value_right = std::numeric_limits<double>::quiet_NaN();  // of a right alarm
  double value_wrong = std::numeric_limits<double>::quiet_NaN();  // of a false alarm, negative
  double value_silence = 0;           // of a right silence
  double value_miss = 0;              // of a miss, negative
  double cost_per_month = std::numeric_limits<double>::quiet_NaN();
  std::vector<OwnRule> own_rules;     // that a model must beat too, besides the best rule that is found
  LeakFinder* leaks = nullptr;        // what the run has found already; null: looked for anew
};

Result<evidence::FeasibilityReport> Feasibility(const Gathered& gathered, const FeasibilityOptions& options, const RunContext& context);

// The verdict of the whole, from its parts; the first rule that applies (see docs/feasibility.md). Pure, tested as a table.
struct VerdictFacts {
  bool outcome_unusable = false;
  std::string cap_exceeded;   // what exceeds it, "" nothing
  bool pattern_refuted = false;
  std::string person_needed;  // what no data can settle, "" nothing
  std::string few_judges;     // "2 queries" where they are too few for an interval to be relied on, "" where not
  double gain_low = 0, gain_high = 0;          // the best over the constant
  double over_rule_low = 0, over_rule_high = 0;  // best model over the best rule
  std::string rule = "the best rule";          // in words
  bool target_unmet = false, still_rising = false;
  bool rises_in_vain = false;                  // not even ten times the rows would reach the target
  double least_gain = 0.01;
};
struct DecidedVerdict {
  evidence::FeasibilityVerdict verdict;
  evidence::DecidedBy by;
  std::string reason;
};
DecidedVerdict DecideVerdict(const VerdictFacts& facts);
// What to do about it, in a clause without a full stop.
std::string NextStep(const DecidedVerdict& decided, const VerdictFacts& facts);

// learn::ThinRows of all rows.
learn::Rows ThinRows(const learn::Examples& examples, std::int64_t num_rows, std::uint64_t seed);

// Permutation test of "the features say nothing about the outcome". The statistic is the largest out-of-fold skill of three
// families (best rule, linear, boosted trees), refitted for every permutation. What is exchanged: see internal/exchange.h; where the
// outcome's level shifts in time a second test keeps the levels in place. p: see stats/monte_carlo_p.h, stopped early when 10
// permutations were as good (ties count as as good, and so does a permutation on which no family can be fitted). An error when
// none can be fitted to the labels as they are. Measured levels: docs/statistics.md.
struct PatternTest {
  double p_value = 1;
  double statistic = 0;
  int permutations = 0;
  std::string exchanged;  // in words
  int level_shifts = 0;   // of the outcome; with any, p is the smaller one of two tests, doubled
};
Result<PatternTest> TestPattern(const learn::Examples& examples, int permutations, const RunContext& context);

// Single features that tell more than is plausible, and why; see docs/feasibility.md. A column that people vouch for
// (gathered.vouched) is not accused for how much it tells alone (kind "vouched"); what tells of the future, an id or a time of
// day stays accused.
Result<std::vector<evidence::Finding>> FindLeaks(const Gathered& gathered, const RunContext& context);

// Takes the features that FindLeaks accuses out of gathered->examples, with a note in gathered->data.notes for each.
// kInvalidInput when no feature is left.
Result<void> LeaveOutLeaks(Gathered* gathered, const RunContext& context);

// The same, computed once per problem: the check and the feasibility of one run both ask. Serves one data set and charter.
class LeakFinder {
 public:
  Result<std::vector<evidence::Finding>> Find(const Gathered& gathered, const RunContext& context);

 private:
  std::map<std::string, std::vector<evidence::Finding>> found_;
};

}  // namespace assay::lifecycle
