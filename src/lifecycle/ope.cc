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
#include "objectives/off_policy_interval.h"
#include "objectives/off_policy_tuning.h"
#include "stats/cluster_mean.h"

namespace assay::lifecycle {

namespace {

using evidence::OpeEstimate;
using evidence::OpeReport;
using objectives::PolicyValue;
using objectives::WeightChange;

constexpr double kThinShare = 0.1;   // of the rows, that weights should be worth
constexpr double kSureLevel = 0.99;  // at which a mean weight that cannot be 1 takes the intervals away

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
  objectives::WeightSummary summary;
  std::string why_not;          // why nothing is evaluable; "" when something may be
  std::string why_no_interval;  // of all that use weights; "" when there may be one
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
void FillIn(const PolicyValue& value, std::span<const double> weights, const Evaluation& e, OpeEstimate* estimate) {
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
  const Result<stats::Interval> interval = objectives::PolicyInterval(value, weights, e.log.clusters(), estimate->bias_bound);
  if (!interval) {
    estimate->reason = interval.error().message;
    estimate->difference = WithoutInterval(difference.value, estimate->reason);
    return;
  }
  estimate->standard_error = interval->standard_error;
  estimate->reason = e.why_no_interval;
  if (estimate->reason.empty() && estimate->bias_bound > objectives::kMostBias * estimate->standard_error) estimate->reason = WhyTooBiased(*estimate);
  if (!estimate->reason.empty()) {
    estimate->difference = WithoutInterval(difference.value, estimate->reason);
    return;
  }
  estimate->low = interval->low;
  estimate->high = interval->high;
  estimate->difference = ToEstimate(objectives::PolicyInterval(difference, weights, e.log.clusters(), estimate->bias_bound));
  estimate->difference.value = difference.value;
}

void ChangedEstimate(WeightChange change, double stated, const Evaluation& e, OpeEstimate* estimate) {
  const objectives::ChangedWeights changed = std::isnan(stated) ? objectives::TuneWeights(change, e.weights, e.log.rewards, e.model.rewards)
                                                                : objectives::ChangeWeights(change, stated, e.weights, e.log.rewards, e.model.rewards);
  if (std::isfinite(changed.parameter)) estimate->parameter = changed.parameter;
  for (std::size_t i = 0; i < e.weights.size(); ++i) estimate->rows_changed += changed.weights[i] != e.weights[i] ? 1 : 0;
  estimate->bias_bound = changed.bias_bound;
  FillIn(objectives::DoublyRobust(changed.weights, e.log.rewards, e.model.rewards), changed.weights, e, estimate);
}

OpeEstimate EstimateBy(const std::string& name, const Evaluation& e) {
  OpeEstimate estimate;
  estimate.name = name;
  estimate.label = EstimatorLabel(name);
  estimate.reason = NeedsModel(name) && !e.target.knows_all() ? e.target.why_not_all : !e.why_not.empty() ? e.why_not : NeedsModel(name) ? e.why_no_model : "";
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

// The mean weight, what it warns of, and whether it takes the intervals away.
void JudgeMeanWeight(Evaluation* e, OpeReport* report) {
  const stats::Clusters clusters = e->log.clusters();
  report->mean_weight_estimate = ToEstimate(objectives::MeanWeight(e->weights, clusters));
  report->mean_weight_estimate.value = e->summary.mean;
  const Result<stats::Interval> sure = objectives::MeanWeight(e->weights, clusters, kSureLevel);
  const bool exact = !sure;  // all weights are alike
  const bool off = exact ? std::abs(e->summary.mean - 1) > 1e-6 : !(report->mean_weight_estimate.low <= 1 && 1 <= report->mean_weight_estimate.high);
  if (off) report->warnings.push_back(MeanWeightWarning(report->mean_weight_estimate));
  const bool surely_off = exact ? off : !(sure->low <= 1 && 1 <= sure->high);
  if (surely_off && e->why_no_interval.empty())
    e->why_no_interval = "the mean weight is " + base::ReadableNumber(e->summary.mean, 3) + ", surely not 1 (" + LevelInWords(kSureLevel) +
                         "): propensities are wrong or the log lacks what the target policy would "
                         "do, which no interval holds";
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

Result<void> EvaluateOffPolicy(const std::vector<std::string>& names, Evaluation* e, OpeReport* report, const RunContext& context) {
  e->weights = objectives::ImportanceWeights(e->target.of_logged, e->log.propensities);
  e->summary = objectives::SummariseWeights(e->weights);
  if (!std::isfinite(e->summary.largest))
    return Error{ErrorCode::kInvalidInput, "--propensity: a propensity is so small that the weight of its row is no number"};
  report->metrics = "off_policy";
  report->effective_sample_size = e->summary.effective_size;
  report->max_weight = e->summary.largest;
  report->max_weight_share = e->summary.largest_share;
  report->mean_weight = e->summary.mean;
  report->effective_rewarded_rows = objectives::EffectiveRewardedRows(e->log.rewards, e->weights);
  e->why_not = objectives::WhyNotEvaluable(e->summary);
  if (report->effective_rewarded_rows < objectives::kLeastRewardedRows) e->why_no_interval = WhyTooFewRewarded(report->effective_rewarded_rows);
  JudgeMeanWeight(e, report);
  WarnOfUnlogged(*e, report, context);
  if (e->why_not.empty() && e->summary.effective_size < kThinShare * static_cast<double>(e->log.size()))
    report->notes.push_back(ThinNote(e->summary.effective_size / static_cast<double>(e->log.size())));
  if (e->why_not.empty() && e->target.knows_all() && std::any_of(names.begin(), names.end(), NeedsModel)) {
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
  e->why_not = objectives::WhyNotEvaluable(objectives::SummariseWeights(matched));
  const double rewarded = objectives::EffectiveRewardedRows(e->log.rewards, matched);
  if (rewarded < objectives::kLeastRewardedRows) e->why_no_interval = WhyTooFewRewarded(rewarded);
  if (e->why_not.empty()) {
    FillIn(*objectives::SelfNormalised(matched, e->log.rewards), matched, *e, &replay);
    if (std::isfinite(replay.difference.value) && replay.difference.reason.empty()) replay.difference.reason = kOnlyReplay;
  } else {
    replay.difference = WithoutInterval(std::nan(""), e->why_not);
  }
  replay.reason = std::string(kOnlyReplay) + (!e->why_not.empty() ? "; " + e->why_not : replay.reason.empty() ? "" : "; no interval: " + replay.reason);
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
  Evaluation e{problem, log, target, {}, {}, "", "", "", {}, 0};
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
