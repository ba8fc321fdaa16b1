// What a new policy would have earned, from the decisions of the one that logged them.
//
// Row i: a decision with a reward r_i, which the logging policy took with the probability p_i and
// the new (target) policy would have taken with t_i. Its weight is w_i = t_i / p_i. A reward model
// says what a row would have earned: q_i with the action logged, Q_i = sum over all actions of the
// target's probability x the model's answer. It must not have seen the row (cross-fitting). Each
// estimate comes with an influence per row, of mean 0: the estimate's error is about its mean, so
// that every interval comes from one function (off_policy_interval.h). All spans have one finite
// entry per row; sums are taken in row order.
//
// Sources: IPW Horvitz, Thompson 1952, doi:10.1080/01621459.1952.10483446; SNIPW Swaminathan,
// Joachims 2015 (NeurIPS 28); DR Dudik, Langford, Li 2011, arXiv:1103.4601; switch-DR Wang,
// Agarwal, Dudik 2017, arXiv:1612.01205; DRos Su, Dimakopoulou, Krishnamurthy, Dudik 2020,
// arXiv:1907.09623. Pure, thread-safe.
#pragma once

#include <span>
#include <vector>

#include "base/result.h"
#include "stats/unit_variance.h"

namespace assay::objectives {

// target / logged. Requires logged > 0.
std::vector<double> ImportanceWeights(std::span<const double> target, std::span<const double> logged);

// (sum w)^2 / sum w^2 (Kish 1965): as many rows of equal weight say as much. 0 when no weight is
// above 0.
double EffectiveSize(std::span<const double> weights);

// Sums of each unit's rows; the values themselves where rows are independent.
std::vector<double> SumByUnit(std::span<const double> values, const stats::Clusters& clusters);

struct WeightSummary {
  double effective_size = 0;
  double largest = 0;
  double largest_share = 0;  // of the sum of all weights; 0 when that is 0
  double mean = 0;           // 1 on average where the propensities are right and every action of the target
                             // could be logged
};
// Requires at least one row.
WeightSummary SummariseWeights(std::span<const double> weights);

struct PolicyValue {
  double value = 0;
  std::vector<double> influence;
  std::vector<double> residual;  // what the weight of a row multiplies: r, r - value, or r - q
};

// mean(w r). Unbiased where p is right and above 0 wherever t is.
PolicyValue InverseWeighted(std::span<const double> weights, std::span<const double> rewards);
// sum(w r) / sum(w), influence by the delta method. kNumeric when no weight is above 0.
Result<PolicyValue> SelfNormalised(std::span<const double> weights, std::span<const double> rewards);

// Of the reward model, per row: q of the logged action and Q over the target policy.
struct ModelledRewards {
  std::vector<double> logged, target;
};
// mean(Q): as good as the model; its influence knows nothing of the model's own error.
PolicyValue DirectMethod(const ModelledRewards& model);
// mean(Q + w (r - q)). With the weights themselves doubly robust (dr); with Switched ones
// switch-DR; with Shrunk ones DRos.
PolicyValue DoublyRobust(std::span<const double> weights, std::span<const double> rewards, const ModelledRewards& model);

// w where w <= tau, else 0: there the model answers alone. Requires tau >= 0; infinity changes
// nothing.
std::vector<double> Switched(std::span<const double> weights, double tau);
// lambda w / (w^2 + lambda). Requires lambda >= 0; infinity changes nothing, 0 leaves the model
// alone.
std::vector<double> Shrunk(std::span<const double> weights, double lambda);

}  // namespace assay::objectives
