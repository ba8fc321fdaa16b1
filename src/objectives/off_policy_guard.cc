#include "objectives/off_policy_guard.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "base/text.h"
#include "objectives/off_policy_interval.h"
#include "objectives/off_policy_tuning.h"

namespace assay::objectives {

namespace {

constexpr double kAlike = 1e-9;  // of the largest weight, by which rounding makes weights differ that are alike

double MostCommon(std::span<const double> rewards) {
  std::unordered_map<double, std::int64_t> counts;
  double most = 0;
  std::int64_t count = 0;
  for (const double reward : rewards) {
    const std::int64_t so_far = ++counts[reward];
    if (so_far > count) {
      count = so_far;
      most = reward;
    }
  }
  return most;
}

// Of the rows whose reward is other than `common`.
double EffectiveSizeWhereNot(double common, std::span<const double> rewards, std::span<const double> weights, const stats::Clusters& clusters) {
  std::vector<double> kept(weights.begin(), weights.end());
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (rewards[i] == common) kept[i] = 0;
  }
  return EffectiveSize(SumByUnit(kept, clusters));
}

// "one row has 16.7 % of the weight, at most 10 % may hang on one"
std::string TooMuchOnOne(const std::string& one, double share) {
  return "one " + one + " has " + base::ReadableShare(share) + " of the weight, at most " + base::ReadableShare(kMostShare) + " may hang on one";
}

std::string WhyNot(const WeightSummary& rows, const WeightSummary& units) {
  if (!(rows.largest > 0)) return "the target policy would have taken none of the logged actions";
  std::vector<std::string> why;
  if (rows.effective_size < kLeastEffectiveSize) {
    why.push_back("effective sample too small: the weights are worth " + base::ReadableNumber(rows.effective_size, 3) + " rows, at least " +
                  base::ReadableNumber(kLeastEffectiveSize) + " are needed");
  }
  if (rows.largest_share > kMostShare) {
    why.push_back(TooMuchOnOne("row", rows.largest_share));
  } else if (units.largest_share > kMostShare) {
    why.push_back(TooMuchOnOne("unit", units.largest_share));
  }
  return base::Join(why, "; ");
}

// `one`: "row" or "unit".
std::string WhyTooFewRewarded(double effective, const std::string& one) {
  const std::string number = base::ReadableNumber(effective, 3);
  return "too few rewards for an interval: with their weights they are worth " + number + " " + one + (number == "1" ? "" : "s") + ", at least " +
         base::ReadableNumber(kLeastRewarded) + " are needed; with fewer it misses too often";
}

bool MayBeOne(double low, double high) { return low <= 1 + kRounding && 1 - kRounding <= high; }

std::string WhyTooBiased(const ParameterBias& bias, double standard_error) {
  return bias.parameter + " may bring a bias of up to " + base::ReadableNumber(bias.bound, 2) + " beside a standard error of " +
         base::ReadableNumber(standard_error, 2) + ", and takes away " + base::ReadableShare(bias.share_moved) +
         " of the weights' squares; an interval can hold " + base::ReadableNumber(kMostBias) + " standard errors and " + base::ReadableShare(kMostMoved) +
         ". dr has no such bias, a larger --" + bias.parameter + " less";
}

}  // namespace

double EffectiveRewarded(std::span<const double> rewards, std::span<const double> weights, const stats::Clusters& clusters) {
  return std::min(EffectiveSizeWhereNot(0, rewards, weights, clusters), EffectiveSizeWhereNot(MostCommon(rewards), rewards, weights, clusters));
}

Reach ReachOfMatches(std::span<const double> weights, std::span<const double> rewards, const stats::Clusters& clusters) {
  Reach reach;
  reach.weights = SummariseWeights(weights);
  reach.rewarded_rows = EffectiveRewarded(rewards, weights);
  const bool by_unit = !clusters.unit.empty();
  reach.why_not = WhyNot(reach.weights, by_unit ? SummariseWeights(SumByUnit(weights, clusters)) : reach.weights);
  const double rewarded_units = by_unit ? EffectiveRewarded(rewards, weights, clusters) : reach.rewarded_rows;
  if (reach.rewarded_rows < kLeastRewarded) {
    reach.why_no_interval = WhyTooFewRewarded(reach.rewarded_rows, "row");
  } else if (rewarded_units < kLeastRewarded) {
    reach.why_no_interval = WhyTooFewRewarded(rewarded_units, "unit");
  }
  return reach;
}

std::string MeanWeightInWords(double mean) {
  std::string text = base::ReadableNumber(mean, 3);
  for (int digits = 4; text == "1" && digits <= 15; ++digits) text = base::ReadableNumber(mean, digits);
  return text;
}

MeanWeight CheckMeanWeight(std::span<const double> weights, const stats::Clusters& clusters) {
  MeanWeight mean;
  mean.value = SummariseWeights(weights).mean;
  const auto [least, most] = std::minmax_element(weights.begin(), weights.end());
  mean.alike = *most - *least <= kAlike * *most;
  mean.interval = MeanWeightInterval(weights, clusters);
  const Result<stats::Interval> sure = MeanWeightInterval(weights, clusters, kSureLevel);
  if (mean.alike) {
    mean.off = mean.surely_off = !MayBeOne(mean.value, mean.value);
  } else if (mean.interval && sure) {
    mean.off = !MayBeOne(mean.interval->low, mean.interval->high);
    mean.surely_off = !MayBeOne(sure->low, sure->high);
  }
  return mean;
}

Reach ReachOf(std::span<const double> weights, std::span<const double> rewards, const stats::Clusters& clusters, const MeanWeight& mean) {
  Reach reach = ReachOfMatches(weights, rewards, clusters);
  if (reach.why_no_interval.empty() && mean.surely_off) {
    reach.why_no_interval = "the mean weight is " + MeanWeightInWords(mean.value) + ", surely not 1 (" + base::ReadableShare(kSureLevel) +
                            "): propensities are wrong or the log lacks what the target policy would do, which no interval holds";
  }
  return reach;
}

ShownInterval IntervalToShow(const Reach& reach, const PolicyValue& estimate, std::span<const double> weights, const stats::Clusters& clusters,
                             const ParameterBias& bias) {
  ShownInterval shown;
  const Result<stats::Interval> interval = PolicyInterval(estimate, weights, clusters, bias.bound);
  if (!interval) {
    shown.reason = interval.error().message;
    return shown;
  }
  shown.standard_error = interval->standard_error;
  shown.reason = reach.why_no_interval;
  if (shown.reason.empty() && !IntervalHolds(bias.bound, bias.share_moved, interval->standard_error))
    shown.reason = WhyTooBiased(bias, interval->standard_error);
  if (shown.reason.empty()) shown.interval = *interval;
  return shown;
}

}  // namespace assay::objectives
