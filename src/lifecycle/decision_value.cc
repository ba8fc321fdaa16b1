#include "lifecycle/decision_value.h"

#include <algorithm>
#include <cmath>

#include "base/step_clock.h"
#include "base/text.h"
#include "lifecycle/estimates.h"
#include "lifecycle/internal/decision_value_parts.h"
#include "lifecycle/value.h"
#include "stats/cluster_mean.h"

namespace assay::lifecycle {

using evidence::DecisionValueReport;
using evidence::Estimate;
using evidence::PolicyValue;
using evidence::Verdict;
using objectives::ProfitCurve;

namespace {

constexpr std::int64_t kLeastUnits = 4;

Verdict VerdictOf(const Estimate& gain, double least) {
  if (!std::isfinite(gain.low) || !std::isfinite(gain.high)) return Verdict::kInconclusive;
  return gain.low >= least ? Verdict::kSupported : gain.high < least ? Verdict::kRefuted : Verdict::kInconclusive;
}

Result<void> RefuseFewUnits(const DecisionValueRows& rows, const DecisionDependence& dependence) {
  const std::int64_t units = stats::CountUnits(dependence.Clusters(), rows.scores.size());
  if (units >= kLeastUnits) return {};
  const Dependence& d = dependence.dependence;
  const std::string what = d.one == "day" ? "give a longer period, name what rows depend on (--unit), or leave out --time" : "give more data" + std::string(rows.unit.empty() ? "" : ", or name a finer unit (--unit)");
  return Error{ErrorCode::kInvalidInput, "the rows are of " + base::Counted(units, units == 1 ? d.one : d.many, d.many) + ", and a threshold chosen on one half and measured on the other needs four at least; " + what};
}

// Where one threshold serves all rows by theory; NaN where there is none.
double BreakEvenOf(const DecisionValueRows& rows, DecisionValueReport* report) {
  if (rows.AmountsDiffer()) {
    report->break_even_chance_reason = kAmountsDiffer;
    report->amounts_differ = true;
    return std::nan("");
  }
  const objectives::DecisionMoney money{rows.amounts[0][0], rows.amounts[1][0], rows.amounts[2][0], rows.amounts[3][0]};
  const double chance = money.BreakEvenChance();
  if (std::isfinite(chance)) report->break_even_chance = chance;
  else report->break_even_chance_reason = WhyNoChance(money);
  return chance;
}

struct BreakEven {
  std::vector<std::uint8_t> acts;  // empty: there is no such policy
  std::string certain;
};

BreakEven BreakEvenPolicy(const DecisionValueRows& rows, DecisionValueReport* report) {
  const double chance = BreakEvenOf(rows, report);
  if (!AreChances(rows.scores)) {
    report->break_even_missing = "scores do not lie between 0 and 1, so they are no chances";
    return {};
  }
  report->break_even_missing = rows.break_even_missing;
  if (!rows.break_even_missing.empty()) return {};
  const std::string certain = std::isinf(chance) ? "exact: it never acts" : chance <= 0 ? "exact: it always acts" : "";
  return {objectives::ActsAtBreakEven(rows.scores, rows.Amounts()), certain};
}

void FillPolicies(const DecisionValueRows& rows, const MoneyEstimates& estimates, const objectives::CrossFit& fit, DecisionValueReport* report) {
  const std::size_t n = rows.scores.size();
  PolicyValue never = estimates.Policy("never", std::vector<std::uint8_t>(n, 0), {}, "exact: it never acts", false);
  never.text = "never act";
  never.threshold_reason = kNeverActs;
  PolicyValue always = estimates.Policy("always", std::vector<std::uint8_t>(n, 1), {}, "exact: it always acts", false);
  always.text = "always act";
  always.threshold_reason = "it acts whatever the score";
  const bool none = std::isinf(fit.chosen[0].score) && std::isinf(fit.chosen[1].score);
  PolicyValue chosen = estimates.Policy("threshold", fit.acts, fit.half, none ? "exact: neither half found a threshold worth acting from" : "", true);
  chosen.text = "act from the threshold chosen on the other half";
  chosen.threshold = report->threshold;
  chosen.threshold_reason = report->threshold_reason;
  report->policies = {std::move(never), std::move(always), std::move(chosen)};
  const BreakEven policy = BreakEvenPolicy(rows, report);
  if (policy.acts.empty()) {
    report->threshold_against_break_even = WithoutInterval(std::nan(""), "there is no break-even policy: " + report->break_even_missing);
    return;
  }
  PolicyValue even = estimates.Policy("break_even", policy.acts, {}, policy.certain, true);
  even.text = std::isfinite(report->break_even_chance) ? "act from the break-even chance" : "act on each row where acting is expected to bring more";
  even.threshold = report->break_even_chance;
  even.threshold_reason = report->break_even_chance_reason;
  report->policies.push_back(std::move(even));
  report->threshold_against_break_even = estimates.Difference(fit.acts, policy.acts, fit.half);
}

void FillHalves(const objectives::RowMoney& money, const objectives::CrossFit& fit, DecisionValueReport* report) {
  stats::ExactSum sums[2];
  std::int64_t rows[2] = {0, 0};
  for (std::size_t i = 0; i < fit.half.size(); ++i) {
    sums[fit.half[i]].Add(money.silent[i]);
    if (fit.acts[i] != 0) sums[fit.half[i]].Add(money.gain[i]);
    ++rows[fit.half[i]];
  }
  for (int h = 0; h < 2; ++h) {
    evidence::HalfThreshold half;
    half.rows = rows[h];
    SetThreshold(fit.chosen[h].score, &half.threshold, &half.reason);
    half.money_where_chosen = fit.chosen[h].money_per_decision;
    half.money_on_the_other = sums[1 - h].Value() / static_cast<double>(rows[1 - h]);
    report->halves.push_back(std::move(half));
  }
}

}  // namespace

Result<DecisionValueReport> DecisionValueOf(const DecisionValueRows& rows, const DecisionValueProblem& problem, const RunContext& context) {
  DecisionValueReport report;
  report.header.report = "decision-value";
  report.score = problem.score;
  report.outcome = problem.outcome;
  report.true_positive = problem.gains.true_positive;
  report.false_positive = problem.gains.false_positive;
  report.true_negative = problem.gains.true_negative;
  report.false_negative = problem.gains.false_negative;
  report.amounts_from = problem.amounts_from;
  report.currency = problem.currency;
  report.decisions_per_day = problem.decisions_per_day;
  if (std::isnan(problem.decisions_per_day)) report.decisions_per_day_reason = "not stated";
  report.cost_per_day = problem.cost_per_day;

  const objectives::RowMoney money = objectives::RowMoneyOf(rows.positive, rows.Amounts());
  const auto sorted = [&] {
    const base::ScopedStep step(context, "sort");
    return ProfitCurve::Create(rows.scores, money);
  };
  const ProfitCurve curve = ASSAY_TRY(sorted());
  const objectives::Threshold best = curve.Best();
  SetThreshold(best.score, &report.threshold, &report.threshold_reason);
  report.threshold_share_acted = best.share_acted;
  report.threshold_money_where_chosen = best.money_per_decision;
  std::vector<double> at_best(rows.scores.size());
  for (std::size_t i = 0; i < at_best.size(); ++i) at_best[i] = money.silent[i] + (rows.scores[i] >= best.score ? money.gain[i] : 0);
  const DecisionDependence dependence = DependenceOfDecisions(rows, at_best);
  ASSAY_TRY(RefuseFewUnits(rows, dependence));
  const stats::Clusters clusters = dependence.Clusters();
  report.units = stats::CountUnits(clusters, rows.scores.size());
  report.dependence = dependence.dependence.words;
  {
    const base::ScopedStep step(context, "calibration");
    report.calibration = CalibrationOf(rows, curve, dependence);
    const std::vector<double> outcomes(rows.positive.begin(), rows.positive.end());
    report.positive_share = dependence.why_untested.empty() ? ToEstimate(stats::ClusterShare(outcomes, clusters)) : WithoutInterval(std::nan(""), dependence.why_untested);
  }
  const MoneyEstimates estimates(rows, money, dependence, problem);
  {
    const base::ScopedStep step(context, "value");
    const objectives::CrossFit fit = ASSAY_TRY(objectives::ChooseOnHalves(curve, money, objectives::HalvesOfUnits(clusters, rows.scores.size(), context.seed)));
    report.split = "two halves of " + (dependence.dependence.one == "row" ? std::string("the rows") : "whole " + dependence.dependence.many) + ", by seed; every row is decided by the threshold that the other half chose";
    FillHalves(money, fit, &report);
    FillPolicies(rows, estimates, fit, &report);
  }
  {
    const base::ScopedStep step(context, "thresholds");
    report.best_thresholds = ASSAY_TRY(ThresholdSetOf(curve, dependence, context));
  }
  {
    const base::ScopedStep step(context, "profit curve");
    ASSAY_TRY(FillCurve(curve, estimates, context, &report));
  }
  const PolicyValue& chosen = report.policies[2];
  const bool per_day = std::isfinite(problem.decisions_per_day);
  const Estimate& gain = per_day ? chosen.against_never_per_day : chosen.against_never;
  report.verdict = gain.low > 0 ? Verdict::kSupported : gain.high < 0 ? Verdict::kRefuted : Verdict::kInconclusive;
  report.least = problem.least;
  if (std::isnan(problem.least)) report.least_reason = "no least value was asked for (--least)";
  else report.least_verdict = VerdictOf(gain, problem.least);
  report.summary = DecisionValueInWords(report);
  return report;
}

Result<DecisionValueReport> DecisionValue(const DecisionValueProblem& problem, store::Engine& engine, const RunContext& context) {
  if (problem.cost_per_day != 0 && std::isnan(problem.decisions_per_day)) return Error{ErrorCode::kInvalidInput, "a cost per day is stated, but no decisions per day that it could be set against; state --decisions-per-day (in a charter value.decisions_per_day)"};
  evidence::DataSummary data;
  const DecisionValueRows rows = ASSAY_TRY(GatherDecisionValue(problem, engine, &data, context));
  DecisionValueReport report = ASSAY_TRY(DecisionValueOf(rows, problem, context));
  report.header.data = std::move(data);
  return report;
}

}  // namespace assay::lifecycle
