// Do the intervals cover what is true? Simulated logs of which the truth is known, with the guard:
// a log that it refuses does not count.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "base/random.h"
#include "objectives/off_policy.h"
#include "objectives/off_policy_interval.h"
#include "objectives/off_policy_tuning.h"

namespace assay::objectives {
namespace {

enum class Reward { kBinary, kNormal, kRevenue };

// Contexts of 20 kinds; the logging policy is a softmax of random scores times `sharpness`, the
// target uniform or a softmax of the true mean rewards.
struct Design {
  const char* name;
  std::size_t rows, actions;
  double sharpness;  // of the logging policy: the larger, the weaker the overlap
  Reward reward;
  double level;        // of binary rewards and of the chance of a revenue
  bool good_target;    // knows the mean rewards; else uniform
  double model_truth;  // what the reward model knows of the mean rewards: 1 all, 0 a constant
  std::size_t units = 0;
};

const Design kDesigns[] = {
    {"rare clicks, strong overlap", 10000, 34, 0.5, Reward::kBinary, 0.01, false, 0.5},
    {"rare clicks, medium overlap", 10000, 34, 1, Reward::kBinary, 0.03, false, 0.5},
    {"clicks, weak overlap", 10000, 34, 1.5, Reward::kBinary, 0.1, false, 0.5},
    {"clicks, very weak overlap", 10000, 34, 2, Reward::kBinary, 0.3, false, 0.5},
    {"clicks, logged at random", 3000, 10, 0, Reward::kBinary, 0.05, true, 1},
    {"normal rewards, strong overlap", 1000, 10, 0.5, Reward::kNormal, 0, true, 0.8},
    {"normal rewards, medium overlap", 5000, 10, 1, Reward::kNormal, 0, true, 0.8},
    {"normal rewards, model knows nothing", 5000, 10, 0.5, Reward::kNormal, 0, true, 0},
    {"revenue, strong overlap", 2000, 10, 0.5, Reward::kRevenue, 0.1, true, 0.5},
    {"revenue, weak overlap", 10000, 10, 1.5, Reward::kRevenue, 0.1, false, 0.5},
    {"normal rewards, weak overlap", 2000, 10, 1.5, Reward::kNormal, 0, true, 0.8},
    {"normal rewards, weak overlap, more rows", 5000, 10, 1.5, Reward::kNormal, 0, true, 0.8},
    {"clicks, 300 users", 3000, 10, 0.7, Reward::kBinary, 0.2, false, 0.5, 300},
};
constexpr std::size_t kContexts = 20;

struct Environment {
  std::vector<std::vector<double>> logged, target, mean;  // [context][action]
  double truth = 0;
};

std::vector<double> Softmax(std::vector<double> scores) {
  double sum = 0;
  for (double& score : scores) sum += score = std::exp(score);
  for (double& score : scores) score /= sum;
  return scores;
}

// Each log has a world of its own.
Environment MakeEnvironment(const Design& design, std::uint64_t run) {
  base::RandomStream random(run, "world of an off-policy log");
  Environment e;
  for (std::size_t x = 0; x < kContexts; ++x) {
    std::vector<double> scores(design.actions), mean(design.actions);
    for (double& score : scores) score = design.sharpness * random.Normal();
    for (double& m : mean) {
      const double z = random.Normal();
      m = design.reward == Reward::kNormal ? 1 + z : std::min(0.9, design.level * std::exp(0.6 * z));
    }
    e.logged.push_back(Softmax(scores));
    std::vector<double> wishes = mean;
    for (double& wish : wishes) wish = !design.good_target ? 0 : design.reward == Reward::kNormal ? wish : std::log(wish / design.level);
    e.target.push_back(Softmax(wishes));
    if (design.reward == Reward::kRevenue) {
      for (double& m : mean) m *= std::exp(0.5);
    }
    e.mean.push_back(mean);
    for (std::size_t a = 0; a < design.actions; ++a) e.truth += e.target[x][a] * mean[a] / kContexts;
  }
  return e;
}

struct SimulatedLog {
  std::vector<double> weights, rewards;
  ModelledRewards model;
  std::vector<std::uint32_t> unit;
};

SimulatedLog Simulate(const Design& design, const Environment& e, std::uint64_t run) {
  base::RandomStream random(run, design.name);
  SimulatedLog log;
  std::vector<double> taste(design.units), centre(kContexts, 0);
  for (double& t : taste) t = 0.7 * random.Normal();
  double constant = 0;
  for (const std::vector<double>& mean : e.mean) {
    for (const double m : mean) constant += m / static_cast<double>(kContexts * design.actions);
  }
  const auto modelled = [&](std::size_t x, std::size_t a) { return design.model_truth * e.mean[x][a] + (1 - design.model_truth) * constant; };
  for (std::size_t i = 0; i < design.rows; ++i) {
    // Of users the context is their own for good, and so are the rewards' ups and downs.
    const std::size_t u = design.units > 0 ? i % design.units : 0;
    const std::size_t x = design.units > 0 ? u % kContexts : random.Below(kContexts);
    std::size_t a = 0;
    double left = random.Uniform();
    while (a + 1 < design.actions && left >= e.logged[x][a]) left -= e.logged[x][a++];
    double reward = 0;
    if (design.reward == Reward::kNormal) reward = e.mean[x][a] + random.Normal();
    if (design.reward == Reward::kBinary) {
      // A user's taste moves chances up and down by as much, so that the mean over users stays.
      const double swing = design.units > 0 ? std::tanh(taste[u]) * std::min(e.mean[x][a], 1 - e.mean[x][a]) : 0;
      reward = random.Uniform() < e.mean[x][a] + swing ? 1 : 0;
    }
    if (design.reward == Reward::kRevenue && random.Uniform() < e.mean[x][a] / std::exp(0.5)) reward = std::exp(random.Normal());
    double target = 0;
    for (std::size_t b = 0; b < design.actions; ++b) target += e.target[x][b] * modelled(x, b);
    log.weights.push_back(e.target[x][a] / e.logged[x][a]);
    log.rewards.push_back(reward);
    log.model.logged.push_back(modelled(x, a));
    log.model.target.push_back(target);
    if (design.units > 0) log.unit.push_back(static_cast<std::uint32_t>(u));
  }
  return log;
}

struct Tally {
  int given = 0, covered = 0, below = 0;
  void Add(const PolicyValue& value, std::span<const double> weights, const stats::Clusters& clusters, double bias_bound, double truth) {
    const Result<stats::Interval> interval = PolicyInterval(value, weights, clusters, bias_bound);
    if (!interval || bias_bound > kMostBias * interval->standard_error) return;
    ++given;
    covered += interval->low <= truth && truth <= interval->high ? 1 : 0;
    below += interval->high < truth ? 1 : 0;
  }
};

struct Tallies {
  Tally ipw, snipw, dr, switched, shrunk;
  double effective = 0;
};

Tallies CoverageOf(const Design& design, int runs) {
  Tallies all;
  for (int run = 0; run < runs; ++run) {
    const Environment e = MakeEnvironment(design, static_cast<std::uint64_t>(run));
    const SimulatedLog log = Simulate(design, e, static_cast<std::uint64_t>(run));
    const WeightSummary summary = SummariseWeights(log.weights);
    all.effective += summary.effective_size / runs;
    if (!WhyNotEvaluable(summary).empty() || EffectiveRewardedRows(log.rewards, log.weights) < kLeastRewardedRows) continue;
    const stats::Clusters clusters = {log.unit, static_cast<std::uint32_t>(design.units)};
    const Result<stats::Interval> mean = MeanWeight(log.weights, clusters, 0.99);
    if (mean && !(mean->low <= 1 && 1 <= mean->high)) continue;
    all.ipw.Add(InverseWeighted(log.weights, log.rewards), log.weights, clusters, 0, e.truth);
    all.snipw.Add(*SelfNormalised(log.weights, log.rewards), log.weights, clusters, 0, e.truth);
    all.dr.Add(DoublyRobust(log.weights, log.rewards, log.model), log.weights, clusters, 0, e.truth);
    for (const WeightChange change : {WeightChange::kSwitch, WeightChange::kShrink}) {
      const ChangedWeights changed = TuneWeights(change, log.weights, log.rewards, log.model);
      (change == WeightChange::kSwitch ? all.switched : all.shrunk)
          .Add(DoublyRobust(changed.weights, log.rewards, log.model), changed.weights, clusters, changed.bias_bound, e.truth);
    }
  }
  return all;
}

void Print(const Design& design, const Tallies& all) {
  std::printf("%-38s effective %5.0f", design.name, all.effective);
  for (const Tally* tally : {&all.ipw, &all.snipw, &all.dr, &all.switched, &all.shrunk})
    std::printf("  %.3f (%d)", static_cast<double>(tally->covered) / tally->given, tally->given);
  std::printf("\n");
  std::fflush(stdout);
}

// Coverage of 93 to 97 %: of 250 runs a design, or 2,000 with ASSAY_LONG=1, which prints the
// figures of docs/ope.md. The limits are the 99.99 % points of the binomial about those two ends,
// there being 65 figures.
TEST(OffPolicyCoverage, IntervalsCoverInEveryDesign) {
  const bool whole = std::getenv("ASSAY_LONG") != nullptr;
  const int runs = whole ? 2000 : 250;
  for (const Design& design : kDesigns) {
    const Tallies all = CoverageOf(design, runs);
    if (whole) Print(design, all);
    for (const Tally* tally : {&all.ipw, &all.snipw, &all.dr, &all.switched, &all.shrunk}) {
      ASSERT_GT(tally->given, runs / 4) << design.name;
      const double share = static_cast<double>(tally->covered) / tally->given;
      EXPECT_GE(share, 0.93 - 3.72 * std::sqrt(0.93 * 0.07 / tally->given)) << design.name;
      EXPECT_LE(share, 0.97 + 3.72 * std::sqrt(0.97 * 0.03 / tally->given)) << design.name;
    }
  }
}

// The limit that docs/ope.md states: the target gives 2 % of its decisions to an action that the
// log takes once in 2,000 rows and that earns 5 where others earn nothing. In a third of the logs
// it is never seen, and then no figure of the log tells of it: the mean weight is 0.98 and may well
// be 1.
TEST(OffPolicyCoverage, WhatWasNeverLoggedIsInNoInterval) {
  constexpr int kRuns = 500;
  Tally snipw;
  for (std::uint64_t run = 0; run < kRuns; ++run) {
    base::RandomStream random(run, "never logged");
    std::vector<double> weights, rewards;
    for (int i = 0; i < 2000; ++i) {
      const double u = random.Uniform();
      const int action = u < 0.0005 ? 0 : u < 0.5 ? 1 : 2;
      weights.push_back(action == 0 ? 0.02 / 0.0005 : action == 1 ? 0.28 / 0.4995 : 0.7 / 0.5);
      rewards.push_back((action == 0 ? 5 : 0) + random.Normal());
    }
    if (!WhyNotEvaluable(SummariseWeights(weights)).empty()) continue;
    const Result<stats::Interval> mean = MeanWeight(weights, {}, 0.99);
    if (!(mean->low <= 1 && 1 <= mean->high)) continue;
    snipw.Add(*SelfNormalised(weights, rewards), weights, {}, 0, 0.1);
  }
  ASSERT_GT(snipw.given, kRuns / 2);
  const double share = static_cast<double>(snipw.covered) / snipw.given;
  if (std::getenv("ASSAY_LONG") != nullptr) std::printf("never logged: %.3f (%d)\n", share, snipw.given);
  EXPECT_LT(share, 0.9);
  EXPECT_GT(share, 0.5);
}

}  // namespace
}  // namespace assay::objectives
