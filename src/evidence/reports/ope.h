// What `assay ope` found: what a new policy would have earned, by estimators that say where they
// cannot tell.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "evidence/reports/common.h"

namespace assay::evidence {

// One estimator's answer.
struct OpeEstimate {
  std::string name;   // ipw, snipw, dm, dr, switch-dr, dros; replay
  std::string label;  // as people read it
  double value = std::numeric_limits<double>::quiet_NaN();
  double low = std::numeric_limits<double>::quiet_NaN(), high = std::numeric_limits<double>::quiet_NaN();
  double standard_error = std::numeric_limits<double>::quiet_NaN();
  bool evaluable = false;
  std::string reason;  // why value is null, or why low and high are; "" when all are there
  Estimate difference;
  std::optional<double> parameter;
  std::int64_t rows_changed = 0;
  double bias_bound = 0;
};
template <class V>
void Describe(V& v, OpeEstimate& e) {
  v("name", e.name,
    "ipw, snipw, dm, dr, switch-dr, dros; replay: no off-policy estimate, the mean reward of the "
    "rows in which both policies agree");
  v("label", e.label, "the estimator as people read it");
  v("value", e.value, "mean reward per row under the target policy; null with a reason when not evaluable");
  v("low", e.low, "lower end of the 95 % interval; null with a reason");
  v("high", e.high, "upper end of that interval; null with a reason");
  v("standard_error", e.standard_error, "standard error of value by unit; null with a reason");
  v("evaluable", e.evaluable, "whether the log can answer at all");
  v("reason", e.reason, "why value, low, high or standard_error is null; for replay also what it is not");
  v("difference", e.difference, "value less the mean reward of the log, with its interval");
  v("parameter", e.parameter,
    "tau of switch-dr, lambda of dros; null for others, and where the weights were left as they "
    "are");
  v("rows_changed", e.rows_changed, "rows whose weight tau or lambda changed");
  v("bias_bound", e.bias_bound, "bias that this may bring, at most with probability 0.95; it widens the interval");
}
inline const char* DescribedName(const OpeEstimate*) { return "OpeEstimate"; }

struct OpeReport {
  ReportHeader header;
  std::string metrics;  // off_policy or replay
  std::string answer;
  std::string reward, target_policy;
  std::int64_t rows = 0;
  double effective_sample_size = std::numeric_limits<double>::quiet_NaN();
  double max_weight = std::numeric_limits<double>::quiet_NaN();
  double max_weight_share = std::numeric_limits<double>::quiet_NaN();
  double mean_weight = std::numeric_limits<double>::quiet_NaN();
  Estimate mean_weight_estimate;
  double effective_rewarded_rows = std::numeric_limits<double>::quiet_NaN();
  std::string reason;  // why those are null: there are no weights; "" otherwise
  Estimate on_policy;
  std::int64_t actions = 0;
  std::string actions_from;  // where the list of actions comes from; "" when none is known
  std::string reward_model;  // what it is made of; "" when none was fitted
  std::string dependence;    // what intervals are by
  std::vector<OpeEstimate> estimates;
  std::vector<std::string> warnings, notes;
  Timing timing;
};
template <class V>
void Describe(V& v, OpeReport& r) {
  DescribeHeader(v, r.header);
  v("metrics", r.metrics,
    "off_policy; or replay, where the log has no propensities: no estimate of what the target "
    "policy would earn");
  v("answer", r.answer, "the finding in a sentence or two");
  v("reward", r.reward, "the reward of a row");
  v("target_policy", r.target_policy, "the policy that is evaluated");
  v("rows", r.rows, "logged decisions with a reward");
  v("effective_sample_size", r.effective_sample_size,
    "rows of equal weight that say as much: (sum of weights)^2 / sum of squares; null with a "
    "reason");
  v("max_weight", r.max_weight, "largest weight, target probability over propensity; null with a reason");
  v("max_weight_share", r.max_weight_share, "its share of the sum of all weights; null with a reason");
  v("mean_weight", r.mean_weight,
    "mean weight, 1 on average where propensities are right and all actions of the target could be "
    "logged; null with a reason");
  v("mean_weight_estimate", r.mean_weight_estimate, "the same with its interval");
  v("effective_rewarded_rows", r.effective_rewarded_rows,
    "effective size of the weights of the rows with a reward (or without, where those are fewer); "
    "null with a reason");
  v("reason", r.reason, "why the figures of the weights are null; empty otherwise");
  v("on_policy", r.on_policy, "mean reward in the log, under the policy that wrote it");
  v("actions", r.actions, "actions that the target policy may choose from; 0 when they are not known");
  v("actions_from", r.actions_from, "where the list of actions comes from; empty when there is none");
  v("reward_model", r.reward_model, "what the reward model is and on which columns; empty when none was fitted");
  v("dependence", r.dependence, "what intervals are by");
  v("estimates", r.estimates, "the estimators asked for, in that order");
  v("warnings", r.warnings, "what makes the estimates doubtful");
  v("notes", r.notes, "what to know when reading it");
  v("timing", r.timing, "when and how long; the only part that differs between equal runs");
}
inline const char* DescribedName(const OpeReport*) { return "OpeReport"; }

}  // namespace assay::evidence
