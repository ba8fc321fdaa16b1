// Simulated logs of which the truth is known, for the tests of intervals.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/random.h"
#include "objectives/off_policy.h"

namespace assay::objectives {

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
  bool always = false;  // else with ASSAY_LONG=1
  bool moods = false;   // the logging policy is sharper in some rows than in others, so that no two weights are alike
};

inline constexpr std::size_t kContexts = 20;

struct Environment {
  std::vector<std::vector<double>> logged, target, mean;  // [context][action]
  double truth = 0;
};

inline std::vector<double> Softmax(std::vector<double> scores) {
  double sum = 0;
  for (double& score : scores) sum += score = std::exp(score);
  for (double& score : scores) score /= sum;
  return scores;
}

// Each log has a world of its own.
inline Environment MakeEnvironment(const Design& design, std::uint64_t run) {
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

inline SimulatedLog Simulate(const Design& design, const Environment& e, std::uint64_t run) {
  base::RandomStream random(run, design.name);
  SimulatedLog log;
  std::vector<double> taste(design.units);
  for (double& t : taste) t = 0.7 * random.Normal();
  std::vector<std::size_t> kind(design.units);
  for (std::size_t& x : kind) x = random.Below(kContexts);
  double constant = 0;
  for (const std::vector<double>& mean : e.mean) {
    for (const double m : mean) constant += m / static_cast<double>(kContexts * design.actions);
  }
  const auto modelled = [&](std::size_t x, std::size_t a) { return design.model_truth * e.mean[x][a] + (1 - design.model_truth) * constant; };
  for (std::size_t i = 0; i < design.rows; ++i) {
    // Of users the context is their own for good, and so are the rewards' ups and downs.
    const std::size_t u = design.units > 0 ? i % design.units : 0;
    const std::size_t x = design.units > 0 ? kind[u] : random.Below(kContexts);
    std::vector<double> logged = e.logged[x];
    if (design.moods) {
      const double mood = 0.5 + random.Uniform();
      for (double& p : logged) p = mood * std::log(p);
      logged = Softmax(std::move(logged));
    }
    std::size_t a = 0;
    double left = random.Uniform();
    while (a + 1 < design.actions && left >= logged[a]) left -= logged[a++];
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
    log.weights.push_back(e.target[x][a] / logged[a]);
    log.rewards.push_back(reward);
    log.model.logged.push_back(modelled(x, a));
    log.model.target.push_back(target);
    if (design.units > 0) log.unit.push_back(static_cast<std::uint32_t>(u));
  }
  return log;
}

// A tau that cuts, and a lambda that shrinks away, this share of the sum of squares.
inline double TauThatCuts(double share, std::vector<double> weights) {
  std::sort(weights.begin(), weights.end());
  double left = 0;
  for (const double weight : weights) left += share * weight * weight;
  while (weights.size() > 1 && weights.back() * weights.back() <= left) {
    left -= weights.back() * weights.back();
    weights.pop_back();
  }
  return weights.back();
}

inline double LambdaThatShrinks(double share, const std::vector<double>& weights) {
  double low = 1e-6, high = 1e12;
  for (int step = 0; step < 40; ++step) {
    const double lambda = std::sqrt(low * high);
    double moved = 0, sum = 0;
    for (const double weight : weights) {
      const double change = weight * weight * weight / (weight * weight + lambda);
      moved += change * change;
      sum += weight * weight;
    }
    (moved > share * sum ? low : high) = lambda;
  }
  return high;
}

}  // namespace assay::objectives
