#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "learn/out_of_fold.h"
#include "learn/own_rule.h"
#include "lifecycle/internal/feasibility_items.h"
#include "lifecycle/internal/judged_metrics.h"

namespace assay::lifecycle {

namespace {

using learn::Metric;
using learn::RungKind;

constexpr int kFolds = 4;

// Returns the predictions of the own rules.
Result<std::vector<std::vector<double>>> Predict(const learn::Examples& examples, const Dependence& dependence, Metric metric, const std::vector<OwnRule>& own_rules, std::string_view step, const RunContext& context, OutOfFold* all) {
  constexpr RungKind kMembers[] = {RungKind::kConstant, RungKind::kRule, RungKind::kLinear, RungKind::kBoosted};
  const learn::Rows thin = ThinRows(examples, kGainRows, context.seed);
  const std::vector<learn::Split> folds = ASSAY_TRY(learn::CrossValidationFolds(examples, thin, kFolds, context.seed));
  for (std::size_t f = 0; f < folds.size(); ++f) {
    all->rows.insert(all->rows.end(), folds[f].test.begin(), folds[f].test.end());
    all->fold.insert(all->fold.end(), folds[f].test.size(), static_cast<std::uint8_t>(f));
  }
  ASSAY_TRY(RefuseOneUnit("the validation folds", examples, all->rows, dependence));
  ASSAY_TRY(RefuseUnjudgeable("the validation folds", examples, all->rows, metric));
  constexpr std::size_t kNumMembers = std::size(kMembers);
  const auto fit = [&](std::size_t member, std::span<const std::uint32_t> rows, const RunContext& serial) {
    return member < kNumMembers ? learn::MakeRepeatedLearner(kMembers[member])->Fit(examples, rows, serial) : learn::FitOwnRule(own_rules[member - kNumMembers].expression, examples, rows, serial);
  };
  const std::vector<learn::MemberOutOfFold> members = ASSAY_TRY(learn::PredictOutOfFold(examples, folds, kNumMembers + own_rules.size(), fit, context, step));
  all->constant = members[0].All();
  all->rule = members[1].All();
  all->linear = members[2].All();
  all->boosted = members[3].All();
  std::vector<std::vector<double>> own;
  for (std::size_t member = kNumMembers; member < members.size(); ++member) own.push_back(members[member].All());
  return own;
}

}  // namespace

Result<std::unique_ptr<Gains>> MeasureGains(const learn::Examples& examples, const Dependence& dependence, Metric metric, const std::vector<OwnRule>& own_rules, std::string_view step, const RunContext& context) {
  auto gains = std::make_unique<Gains>();
  std::vector<std::vector<double>> own = ASSAY_TRY(Predict(examples, dependence, metric, own_rules, step, context, &gains->all));
  OutOfFold& all = gains->all;
  const learn::Judge judge(examples, all.rows, all.constant, dependence.Clusters());
  const double sign = learn::HigherIsBetter(metric) ? 1 : -1;
  const auto goodness = [&](const std::vector<double>& predictions) {
    const auto parts = judge.Parts(metric, predictions);
    return parts ? sign * parts->value : -1e300;
  };
  double rule = goodness(all.rule);
  gains->rule_name = "the best rule";
  gains->num_own_rules = own.size();
  for (std::size_t r = 0; r < own.size(); ++r) {
    if (const double its = goodness(own[r]); its > rule) {
      rule = its;
      all.rule = std::move(own[r]);
      gains->rule_name = "your rule '" + own_rules[r].name + "'";
    }
  }
  // One of the rules and one of two models was picked.
  const auto rules = static_cast<double>(1 + own_rules.size());
  gains->level = 1 - 0.05 / (rules + 2);
  gains->over_rule_level = 1 - 0.05 / (2 * rules);
  const double linear = goodness(all.linear), boosted = goodness(all.boosted);
  const bool linear_better = linear > boosted;
  gains->model = linear_better ? RungKind::kLinear : RungKind::kBoosted;
  gains->model_name = linear_better ? "the linear model" : "boosted trees";
  const std::vector<double>& model = linear_better ? all.linear : all.boosted;
  const bool rule_best = rule >= std::max(linear, boosted);
  gains->best_name = rule_best ? gains->rule_name : gains->model_name;
  gains->best = rule_best ? &all.rule : &model;
  gains->gain = ASSAY_TRY(judge.Improvement(metric, *gains->best, all.constant, gains->level));
  // No prediction is better than perfect. What the constant reaches is the same in all data but for the accuracy and the order of lists.
  if (learn::HigherIsBetter(metric)) {
    const double least = metric == Metric::kAccuracy || metric == Metric::kNdcg ? 0 : goodness(all.constant);
    gains->gain.high = std::min(gains->gain.high, std::max(gains->gain.value, 1 - least));
  }
  gains->over_rule = ASSAY_TRY(judge.Improvement(metric, model, all.rule, gains->over_rule_level));
  gains->reached = ASSAY_TRY(judge.Estimate(metric, *gains->best, gains->level));
  return gains;
}

evidence::FeasibilityItem ComplexityItem(const Ground& ground, const Gains& gains) {
  using evidence::Verdict;
  const double least = ground.options.least_gain;
  evidence::FeasibilityItem item = StartItem("complexity");
  item.method = std::string("best rule of depth at most 3, its depth chosen inside the training part, ") + (gains.num_own_rules > 0 ? "or the best of your own rules, whichever is better, " : "") + "against the better of linear model and boosted trees, out of fold, paired by unit; level shared among the pairs that might have been picked (Bonferroni)";
  const evidence::Estimate over = WithInterval(gains.over_rule, gains.over_rule_level);
  item.figures.push_back(MakeFigure("over_rule", "gain of the best model over " + gains.rule_name, over, learn::MetricName(ground.metric)));
  item.verdict = gains.over_rule.low > least ? Verdict::kSupported : gains.over_rule.high < least ? Verdict::kRefuted : Verdict::kInconclusive;
  const std::string range = EstimateInWords(over);
  item.answer = item.verdict == Verdict::kSupported ? "Yes: the best model (" + gains.model_name + ") is better than " + gains.rule_name + " by " + range + "." : item.verdict == Verdict::kRefuted ? "No: " + gains.rule_name + " does as well; the best model adds " + range + ", less than the least gain." : "Not decided: the best model adds " + range + " to " + gains.rule_name + ", which includes the least gain.";
  return item;
}

}  // namespace assay::lifecycle
