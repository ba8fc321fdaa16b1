// How far weights may be cut (switch-DR) or shrunk (DRos): chosen from the data, and what bias that
// may bring.
//
// Other weights v in the place of w change the estimate by mean((w - v)(r - q)) on average: its
// bias. That is bounded with probability 0.95 by the direct estimate and Bernstein's inequality
// with the sample's own variance and largest term,
//     B = |mean d| + sqrt(2 mean(d^2) log(2 / 0.05) / n) + 2 max|d| log(2 / 0.05) / (3 n),   d = (w
//     - v)(r - q),
// (Su, Dimakopoulou, Krishnamurthy, Dudik 2020, arXiv:1907.09623, section 5; the idea of weighing a
// bias bound against the variance: Wang, Agarwal, Dudik 2017, arXiv:1612.01205, section 4). The
// candidate with the least variance of the estimate + B^2 wins of those whose B an interval can hold;
// weights left as they are (B = 0) are always among them, and win ties. Pure; cost: a few passes per
// candidate.
#pragma once

#include <span>
#include <vector>

#include "objectives/off_policy.h"
#include "stats/unit_variance.h"

namespace assay::objectives {

// What an interval can hold: a bias bound of this many standard errors, and weights that moved by this share of their sum of squares.
// The second limit is the one that decides, on purpose: it knows nothing of rewards. A bound goes with the error of the estimate itself,
// so that the logs it lets through are those whose estimates lie nearer to the truth (or, of revenue, further below) than others.
inline constexpr double kMostBias = 0.5, kMostMoved = 0.001;
bool IntervalHolds(double bias_bound, double share_moved, double standard_error);

enum class WeightChange { kSwitch, kShrink };

struct ChangedWeights {
  double parameter = 0;  // tau or lambda; infinity: the weights are left as they are
  std::vector<double> weights;
  double bias_bound = 0;   // B above; 0 when no weight changed
  double share_moved = 0;  // sum (w - v)^2 / sum w^2
};

ChangedWeights ChangeWeights(WeightChange change, double parameter, std::span<const double> weights, std::span<const double> rewards,
                             const ModelledRewards& model);

// tau: infinity and 20 steps of equal ratio from the median of the weights above 0 up to their
// largest. lambda: infinity and 30 such steps from 0.01 times the square of their 5 % point to 100
// times the square of their 95 % point.
std::vector<double> CandidateParameters(WeightChange change, std::span<const double> weights);

// By the variance of rows, or of units where there are clusters.
ChangedWeights TuneWeights(WeightChange change, std::span<const double> weights, std::span<const double> rewards, const ModelledRewards& model,
                           const stats::Clusters& clusters = {});

}  // namespace assay::objectives
