#include "stats/confident_learning.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

namespace assay::stats {

namespace {
constexpr double kComparison = 1e-6;             // a probability this far below its threshold still reaches it
constexpr double kLeastThreshold = 2 * kComparison;
}  // namespace

Result<ConfidentJoint> FindConfidentJoint(std::span<const std::uint32_t> labels, std::span<const double> probabilities, std::size_t num_classes) {
  const std::size_t k = num_classes;
  if (k < 2) return Error{ErrorCode::kInvalidInput, "label noise needs at least two classes, there are " + std::to_string(k)};
  if (labels.empty() || probabilities.size() != labels.size() * k) return Error{ErrorCode::kInvalidInput, "label noise needs rows, and one probability per row and class"};
  ConfidentJoint result;
  std::vector<double> sum(k, 0), labelled(k, 0);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    sum[labels[i]] += probabilities[i * k + labels[i]];
    labelled[labels[i]] += 1;
  }
  for (std::size_t c = 0; c < k; ++c) result.thresholds.push_back(labelled[c] > 0 ? std::max(kLeastThreshold, sum[c] / labelled[c]) : std::numeric_limits<double>::quiet_NaN());

  result.counts.assign(k * k, 0);
  result.guess.assign(labels.size(), -1);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const double* p = &probabilities[i * k];
    int reached = 0;
    std::size_t first = 0;
    for (std::size_t c = 0; c < k; ++c) {
      // A comparison with NaN is false: a class without labels is never reached.
      if (!(p[c] >= result.thresholds[c] - kComparison)) continue;
      if (reached == 0) first = c;
      ++reached;
    }
    if (reached == 0) continue;
    const std::size_t guess = reached == 1 ? first : static_cast<std::size_t>(std::max_element(p, p + k) - p);
    result.guess[i] = static_cast<std::int32_t>(guess);
    ++result.counts[labels[i] * k + guess];
  }
  for (std::size_t c = 0; c < k; ++c) result.counts[c * k + c] = std::max<std::int64_t>(1, result.counts[c * k + c]);

  result.joint.assign(k * k, 0);
  const auto n = static_cast<double>(labels.size());
  for (std::size_t given = 0; given < k; ++given) {
    double row = 0;
    for (std::size_t guess = 0; guess < k; ++guess) row += static_cast<double>(result.counts[given * k + guess]);
    for (std::size_t guess = 0; guess < k; ++guess) {
      result.joint[given * k + guess] = static_cast<double>(result.counts[given * k + guess]) / row * labelled[given] / n;
      if (guess != given) result.noise += result.joint[given * k + guess];
    }
  }
  return result;
}

Result<Interval> NoiseInterval(const ConfidentJoint& joint, std::span<const std::uint32_t> labels, const Clusters& clusters, double level) {
  const std::size_t k = joint.thresholds.size();
  std::vector<double> labelled(k, 0), counted(k, 0), off(k, 0);
  for (const std::uint32_t label : labels) labelled[label] += 1;
  for (std::size_t given = 0; given < k; ++given) {
    for (std::size_t guess = 0; guess < k; ++guess) {
      counted[given] += static_cast<double>(joint.counts[given * k + guess]);
      if (guess != given) off[given] += static_cast<double>(joint.counts[given * k + guess]);
    }
  }
  // noise = sum over given classes of (share of the class) x (off / counted): the influence of a row through both factors.
  std::vector<double> influence(labels.size());
  double mean = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const std::size_t given = labels[i];
    const double rate = off[given] / counted[given];
    influence[i] = rate - joint.noise;
    if (joint.guess[i] >= 0) influence[i] += ((static_cast<std::size_t>(joint.guess[i]) != given ? 1.0 : 0.0) - rate) * labelled[given] / counted[given];
    mean += influence[i];
  }
  mean /= static_cast<double>(labels.size());
  for (double& value : influence) value -= mean;  // a diagonal raised to 1 leaves a trace
  Interval interval = ASSAY_TRY(FromInfluence(joint.noise, influence, clusters, level));
  interval.low = std::max(0.0, interval.low);
  interval.high = std::min(1.0, interval.high);
  return interval;
}

}  // namespace assay::stats
