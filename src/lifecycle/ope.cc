#include "lifecycle/ope.h"

#include <algorithm>
#include <cmath>

#include "base/step_clock.h"
#include "base/text.h"
#include "lifecycle/estimates.h"
#include "lifecycle/internal/logged_decisions.h"
#include "lifecycle/internal/ope_words.h"
#include "lifecycle/internal/reward_model.h"
#include "lifecycle/internal/target_policy.h"
#include "objectives/off_policy_guard.h"
#include "objectives/off_policy_interval.h"
#include "objectives/off_policy_tuning.h"
#include "stats/cluster_mean.h"

namespace assay::lifecycle {

namespace {

using evidence::OpeEstimate;
using evidence::OpeReport;
using objectives::PolicyValue;
using objectives::WeightChange;

constexpr double kThinShare = 0.1;       // of the rows, that weights should be worth
constexpr double kLargestWeight = 1e30;  // so that no power of it, which intervals take, leaves the range of numbers

bool NeedsModel(const std::string& name) { return name != "ipw" && name != "snipw"; }

// The estimators asked for, each once, in the order given.
Result<std::vector<std::string>> EstimatorsOf(const OpeProblem& problem) {
  const std::vector<std::string> known(std::begin(kOpeEstimators), std::end(kOpeEstimators));
  if (problem.estimators.empty()) return known;
  std::vector<std::string> wanted;
  for (const std::string& name : problem.estimators) {
    if (std::find(known.begin(), known.end(), name) == known.end())
      return Error{ErrorCode::kInvalidInput,
                   "--estimators: there is no '" + name + "'." + base::DidYouMean(name, known) + " Expected some of " + base::Join(known, ", ")};
    if (std::find(wanted.begin(), wanted.end(), name) == wanted.end()) wanted.push_back(name);
  }
  return wanted;
}

// All that the estimators share.
struct Evaluation {
  const OpeProblem& problem;
  const LoggedDecisions& log;
  const TargetPolicy& target;
  std::vector<double> weights;
  objectives::Reach reach;
  std::string why_no_model;
  RewardModel model;
  double on_policy = 0;
};

PolicyValue LessOnPolicy(PolicyValue value, const Evaluation& e) {
  value.value -= e.on_policy;
  double largest = 0;
  for (const double influence : value.influence) largest = std::max(largest, std::abs(influence));
  for (std::size_t i = 0; i < value.influence.size(); ++i) {
    double& influence = value.influence[i];
    influence -= e.log.rewards[i] - e.on_policy;
    if (std::abs(influence) <= 1e-12 * largest) influence = 0;  // what rounding leaves of a policy compared with itself
  }
  return value;
}

// Value, and interval where there may be one.
void FillIn(const PolicyValue& value, std::span<const double> weights, const Evaluation& e, OpeEstimate* estimate, const objectives::ParameterBias& bias = {}) {
  estimate->evaluable = true;
  estimate->value = value.value;
  const PolicyValue difference = LessOnPolicy(value, e);
  if (estimate->name == "dm") {
    estimate->reason =
        "the reward model's own error is in no interval of its answers; dr measures it with the "
        "weights and has one";
    estimate->difference = WithoutInterval(difference.value, estimate->reason);
    return;
  }
  const objectives::ShownInterval shown = objectives::IntervalToShow(e.reach, value, weights, e.log.clusters(), bias);
  if (shown.standard_error) estimate->standard_error = *shown.standard_error;
  if (!shown.interval) {
    estimate->reason = shown.reason;
    estimate->difference = WithoutInterval(difference.value, shown.reason);
    return;
  }
  estimate->low = shown.interval->low;
  estimate->high = shown.interval->high;
  estimate->difference = ToEstimate(objectives::PolicyInterval(difference, weights, e.log.clusters(), estimate->bias_bound));
  estimate->difference.value = difference.value;
}

void ChangedEstimate(WeightChange change, double stated, const Evaluation& e, OpeEstimate* estimate) {
  const objectives::ChangedWeights changed = std::isnan(stated) ? objectives::TuneWeights(change, e.weights, e.log.rewards, e.model.rewards, e.log.clusters())
                                                                : objectives::ChangeWeights(change, stated, e.weights, e.log.rewards, e.model.rewards);
  if (std::isfinite(changed.parameter)) estimate->parameter = changed.parameter;
  for (std::size_t i = 0; i < e.weights.size(); ++i) estimate->rows_changed += changed.weights[i] != e.weights[i] ? 1 : 0;
  estimate->bias_bound = changed.bias_bound;
  FillIn(objectives::DoublyRobust(changed.weights, e.log.rewards, e.model.rewards), changed.weights, e, estimate,
         {changed.bias_bound, changed.share_moved, change == WeightChange::kShrink ? "lambda" : "tau"});
}

OpeEstimate EstimateBy(const std::string& name, const Evaluation& e) {
  OpeEstimate estimate;
  estimate.name = name;
  estimate.label = EstimatorLabel(name);
  estimate.reason = NeedsModel(name) && !e.target.knows_all() ? e.target.why_not_all
                    : !e.reach.why_not.empty()                ? e.reach.why_not
                    : NeedsModel(name)                        ? e.why_no_model
                                                              : "";
  if (!estimate.reason.empty()) {
    estimate.difference = WithoutInterval(std::nan(""), estimate.reason);
    return estimate;
  }
  if (name == "ipw") {
    FillIn(objectives::InverseWeighted(e.weights, e.log.rewards), e.weights, e, &estimate);
  } else if (name == "snipw") {
    FillIn(*objectives::SelfNormalised(e.weights, e.log.rewards), e.weights, e, &estimate);
  } else if (name == "dm") {
    FillIn(objectives::DirectMethod(e.model.rewards), e.weights, e, &estimate);
  } else if (name == "dr") {
    FillIn(objectives::DoublyRobust(e.weights, e.log.rewards, e.model.rewards), e.weights, e, &estimate);
  } else {
    const bool is_switch = name == "switch-dr";
    ChangedEstimate(is_switch ? WeightChange::kSwitch : WeightChange::kShrink, is_switch ? e.problem.tau : e.problem.lambda, e, &estimate);
  }
  return estimate;
}

void WarnOfUnlogged(const Evaluation& e, OpeReport* report, const RunContext& context) {
  std::vector<std::string> names;
  double mass = 0;
  for (std::size_t a = 0; a < e.target.actions.size(); ++a) {
    if (e.target.actions[a].logged) continue;
    const Result<std::vector<double>> probabilities = e.target.of_action(a, context);
    double sum = 0;
    for (const double p : *probabilities) sum += p;
    if (sum > 0) names.push_back(e.target.actions[a].text);
    mass += sum / static_cast<double>(e.log.size());
  }
  if (!names.empty()) report->warnings.push_back(UnloggedWarning(names, mass));
}

Result<void> CheckWeights(const Evaluation& e) {
  for (std::size_t i = 0; i < e.weights.size(); ++i) {
    if (e.weights[i] <= kLargestWeight) continue;
    return Error{ErrorCode::kInvalidInput, "--propensity: " + e.log.RowName(i) + " has the propensity " + base::ShortestNumber(e.log.propensities[i]) +
                                               ", so small that the target policy's probability divided by it is above " +
                                               base::ShortestNumber(kLargestWeight) + "; mend it, or leave such rows out with --where"};
  }
  return {};
}

Result<void> EvaluateOffPolicy(const std::vector<std::string>& names, Evaluation* e, OpeReport* report, const RunContext& context) {
  e->weights = objectives::ImportanceWeights(e->target.of_logged, e->log.propensities);
  ASSAY_TRY(CheckWeights(*e));
  const objectives::MeanWeight mean = objectives::CheckMeanWeight(e->weights, e->log.clusters());
  e->reach = objectives::ReachOf(e->weights, e->log.rewards, e->log.clusters(), mean);
  report->metrics = "off_policy";
  report->effective_sample_size = e->reach.weights.effective_size;
  report->max_weight = e->reach.weights.largest;
  report->max_weight_share = e->reach.weights.largest_share;
  report->mean_weight = mean.value;
  report->effective_rewarded_rows = e->reach.rewarded_rows;
  report->mean_weight_estimate = ToEstimate(mean.interval);
  report->mean_weight_estimate.value = mean.value;
  if (mean.off) report->warnings.push_back(MeanWeightWarning(mean));
  WarnOfUnlogged(*e, report, context);
  const double worth = e->reach.weights.effective_size / static_cast<double>(e->log.size());
  if (e->reach.why_not.empty() && worth < kThinShare) report->notes.push_back(ThinNote(worth));
  if (e->reach.why_not.empty() && e->target.knows_all() && std::any_of(names.begin(), names.end(), NeedsModel)) {
    const base::ScopedStep step(context, "reward model");
    Result<RewardModel> model = CrossFitRewardModel(e->log, e->target, context);
    if (model) {
      e->model = std::move(*model);
      report->reward_model = e->model.text;
      if (e->log.features.empty())
        report->notes.push_back("the reward model knows the action" + std::string(e->log.position ? " and the position" : "") +
                                " only; --features adds what was known when a decision was made, "
                                "never what came after");
    } else if (model.error().code == ErrorCode::kCancelled || model.error().code == ErrorCode::kInternal) {
      return model.error();
    } else {
      e->why_no_model = "no reward model: " + model.error().message;
    }
  }
  for (const std::string& name : names) report->estimates.push_back(EstimateBy(name, *e));
  return {};
}

// Without propensities: the rows in which the target policy would have done the same.
void Replay(const std::vector<std::string>& names, Evaluation* e, OpeReport* report) {
  report->metrics = "replay";
  report->reason = kNoPropensities;
  report->mean_weight_estimate = WithoutInterval(std::nan(""), report->reason);
  OpeEstimate replay;
  replay.name = "replay";
  replay.label = EstimatorLabel("replay");
  const std::span<const double> matched = e->target.of_logged;
  e->reach = objectives::ReachOfMatches(matched, e->log.rewards, e->log.clusters());
  const std::string& why_not = e->reach.why_not;
  if (why_not.empty()) {
    FillIn(*objectives::SelfNormalised(matched, e->log.rewards), matched, *e, &replay);
    if (std::isfinite(replay.difference.value) && replay.difference.reason.empty()) replay.difference.reason = kOnlyReplay;
  } else {
    replay.difference = WithoutInterval(std::nan(""), why_not);
  }
  replay.reason = std::string(kOnlyReplay) + (!why_not.empty() ? "; " + why_not : replay.reason.empty() ? "" : "; no interval: " + replay.reason);
  report->estimates.push_back(std::move(replay));
  for (const std::string& name : names) {
    OpeEstimate estimate;
    estimate.name = name;
    estimate.label = EstimatorLabel(name);
    estimate.reason = kNoPropensities;
    estimate.difference = WithoutInterval(std::nan(""), kNoPropensities);
    report->estimates.push_back(std::move(estimate));
  }
}

}  // namespace

Result<OpeReport> EvaluatePolicy(const OpeProblem& problem, store::Engine& engine, const RunContext& context) {
  const std::vector<std::string> names = ASSAY_TRY(EstimatorsOf(problem));
  if (problem.tau < 0)
    return Error{ErrorCode::kInvalidInput, "--tau: " + base::ShortestNumber(problem.tau) + " is below 0; weights above it are left to the reward model"};
  if (problem.lambda < 0)
    return Error{ErrorCode::kInvalidInput, "--lambda: " + base::ShortestNumber(problem.lambda) + " is below 0; 0 leaves all to the reward model"};
  LoggedDecisions log = ASSAY_TRY(ReadLoggedDecisions(problem, engine, context));
  const TargetPolicy target = ASSAY_TRY(ReadTargetPolicy(problem, log, engine, context));
  OpeReport report;
  report.header.report = "ope";
  report.header.data = log.data;
  report.reward = problem.reward;
  report.target_policy = target.text;
  report.rows = static_cast<std::int64_t>(log.size());
  report.actions = target.knows_all() ? static_cast<std::int64_t>(target.actions.size()) : 0;
  report.actions_from = target.knows_all() ? target.actions_from : "";
  report.dependence = log.unit.empty() ? "by row: rows are taken to be independent; --unit names what they depend on"
                                       : "by " + problem.unit + " (" + base::Counted(stats::CountUnits(log.clusters(), log.size()), "unit") + ")";
  const bool shares = std::all_of(log.rewards.begin(), log.rewards.end(), [](double r) { return r == 0 || r == 1; });
  report.on_policy = ToEstimate(shares ? stats::ClusterShare(log.rewards, log.clusters()) : stats::ClusterMean(log.rewards, log.clusters()));
  Evaluation e{problem, log, target, {}, {}, "", {}, 0};
  for (const double reward : log.rewards) e.on_policy += reward;
  e.on_policy /= static_cast<double>(log.size());
  if (!std::isfinite(report.on_policy.value)) report.on_policy.value = e.on_policy;
  if (log.propensities.empty()) {
    Replay(names, &e, &report);
  } else {
    ASSAY_TRY(EvaluateOffPolicy(names, &e, &report, context));
  }
  report.answer = OpeAnswer(report);
  return report;
}

}  // namespace assay::lifecycle
