#include "objectives/off_policy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/random.h"
#include "objectives/off_policy_interval.h"
#include "objectives/off_policy_tuning.h"

namespace assay::objectives {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Log {
  std::vector<double> weights, rewards;
  ModelledRewards model;
};
const Log kSmall = {ImportanceWeights(std::vector<double>{.5, .1, .2, .7, .05, .9, .3, .25}, std::vector<double>{.25, .4, .2, .35, .5, .3, .1, .25}),
                    {1, 0, 2, .5, 0, 3, -1, 1},
                    {{.8, .2, 1.5, .6, .1, 2., -.5, .9}, {.7, .5, 1.1, .9, .4, 1.6, .2, .6}}};

// The formulas of Open Bandit Pipeline 0.5.4 (docs/estimators.rst), computed with NumPy 2.4 on
// kSmall; standard errors: std(ddof=1) / sqrt(8).
TEST(OffPolicy, ReferenceValues) {
  constexpr double kSlack = 1e-14;  // rounding of eight terms
  const struct {
    const char* name;
    PolicyValue got;
    double value, standard_error;
  } cases[] = {
      {"ipw", InverseWeighted(kSmall.weights, kSmall.rewards), 1.5, 1.2100767390069582},
      {"snipw", *SelfNormalised(kSmall.weights, kSmall.rewards), 0.97165991902834015, 0.74480979205544029},
      {"dm", DirectMethod(kSmall.model), 0.75, std::nan("")},
      {"dr", DoublyRobust(kSmall.weights, kSmall.rewards, kSmall.model), 1.03, 0.58960337758288228},
      {"switch-dr, tau 2", DoublyRobust(Switched(kSmall.weights, 2), kSmall.rewards, kSmall.model), 0.8425, std::nan("")},
      {"dros, lambda 4", DoublyRobust(Shrunk(kSmall.weights, 4), kSmall.rewards, kSmall.model), 0.87279157874544411, std::nan("")},
  };
  for (const auto& c : cases) {
    EXPECT_NEAR(c.got.value, c.value, kSlack) << c.name;
    double sum = 0;
    for (const double influence : c.got.influence) sum += influence;
    EXPECT_NEAR(sum, 0, 1e-13) << c.name;
    const Result<stats::Interval> interval = PolicyInterval(c.got, kSmall.weights, {});
    ASSERT_TRUE(interval) << c.name;
    if (!std::isnan(c.standard_error)) {
      EXPECT_NEAR(interval->standard_error, c.standard_error, 1e-13) << c.name;
    }
  }
  EXPECT_NEAR(EffectiveSize(kSmall.weights), 5.4331641285956005, 1e-13);
  EXPECT_NEAR(ChangeWeights(WeightChange::kSwitch, 2, kSmall.weights, kSmall.rewards, kSmall.model).bias_bound, 2.2485226046065563, 1e-13);
}

// A world of two contexts, three actions and rewards of 0 or 1, small enough to go through all that
// a row of its log can be. Means over all of it are expectations without error.
struct World {
  double context[2] = {0.3, 0.7};
  double logged[2][3] = {{0.6, 0.3, 0.1}, {0.05, 0.15, 0.8}};
  double target[2][3] = {{0.1, 0.1, 0.8}, {0.5, 0.5, 0}};
  double reward[2][3] = {{0.2, 0.9, 0.4}, {0.7, 0.05, 0.3}};
  double model[2][3] = {{0.9, 0.1, 0.2}, {0.3, 0.3, 0.6}};  // wrong everywhere

  double Truth() const {
    double truth = 0;
    for (int x = 0; x < 2; ++x) {
      for (int a = 0; a < 3; ++a) truth += context[x] * target[x][a] * reward[x][a];
    }
    return truth;
  }
  double Modelled(int x) const { return target[x][0] * model[x][0] + target[x][1] * model[x][1] + target[x][2] * model[x][2]; }
};

TEST(OffPolicy, WeightedEstimatorsAreUnbiasedInAnEnumeratedWorld) {
  const World world;
  double ipw = 0, dr = 0, dm = 0, mean_weight = 0;
  for (int x = 0; x < 2; ++x) {
    for (int a = 0; a < 3; ++a) {
      for (int r = 0; r < 2; ++r) {
        const double chance = world.context[x] * world.logged[x][a] * (r == 1 ? world.reward[x][a] : 1 - world.reward[x][a]);
        const std::vector<double> weight = ImportanceWeights(std::vector<double>{world.target[x][a]}, std::vector<double>{world.logged[x][a]});
        const std::vector<double> reward = {static_cast<double>(r)};
        const ModelledRewards model = {{world.model[x][a]}, {world.Modelled(x)}};
        ipw += chance * InverseWeighted(weight, reward).value;
        dr += chance * DoublyRobust(weight, reward, model).value;
        dm += chance * DirectMethod(model).value;
        mean_weight += chance * weight[0];
      }
    }
  }
  EXPECT_NEAR(ipw, world.Truth(), 1e-15);
  EXPECT_NEAR(dr, world.Truth(), 1e-15);  // whatever the model
  EXPECT_NEAR(mean_weight, 1, 1e-15);
  EXPECT_GT(std::abs(dm - world.Truth()), 0.1);  // the wrong model alone is wrong
}

// Of a log in which every row occurs just as often as it should, SNIPW is exact too, and the
// estimates do not depend on the order of rows.
TEST(OffPolicy, ExactOnALogOfExpectedCountsInAnyOrder) {
  const World world;
  Log log;
  for (int x = 0; x < 2; ++x) {
    for (int a = 0; a < 3; ++a) {
      for (int r = 0; r < 2; ++r) {
        const auto count =
            static_cast<int>(std::lround(100000 * world.context[x] * world.logged[x][a] * (r == 1 ? world.reward[x][a] : 1 - world.reward[x][a])));
        for (int i = 0; i < count; ++i) {
          log.weights.push_back(world.target[x][a] / world.logged[x][a]);
          log.rewards.push_back(r);
        }
      }
    }
  }
  ASSERT_EQ(log.weights.size(), 100000U);
  for (std::uint64_t order = 0; order < 2; ++order) {
    EXPECT_NEAR(SelfNormalised(log.weights, log.rewards)->value, world.Truth(), 1e-10);
    EXPECT_NEAR(InverseWeighted(log.weights, log.rewards).value, world.Truth(), 1e-10);
    base::RandomStream a(order, "order"), b(order, "order");
    a.Shuffle(std::span<double>(log.weights));
    b.Shuffle(std::span<double>(log.rewards));
  }
}

TEST(OffPolicy, Laws) {
  const auto& [w, r, model] = kSmall;
  // Rewards in another unit and from another zero.
  std::vector<double> moved = r;
  for (double& reward : moved) reward = 3 * reward + 7;
  EXPECT_NEAR(SelfNormalised(w, moved)->value, 3 * SelfNormalised(w, r)->value + 7, 1e-13);
  ModelledRewards moved_model = model;
  for (double& q : moved_model.logged) q = 3 * q + 7;
  for (double& q : moved_model.target) q = 3 * q + 7;
  EXPECT_NEAR(DoublyRobust(w, moved, moved_model).value, 3 * DoublyRobust(w, r, model).value + 7, 1e-13);
  const Result<stats::Interval> plain = PolicyInterval(DoublyRobust(w, r, model), w, {}), scaled = PolicyInterval(DoublyRobust(w, moved, moved_model), w, {});
  EXPECT_NEAR(scaled->low, 3 * plain->low + 7, 1e-12);
  EXPECT_NEAR(scaled->high, 3 * plain->high + 7, 1e-12);
  // The logging policy itself: every estimator is the mean of the log.
  const std::vector<double> ones(r.size(), 1);
  EXPECT_DOUBLE_EQ(InverseWeighted(ones, r).value, SelfNormalised(ones, r)->value);
  // Ends of the families.
  EXPECT_EQ(Switched(w, kInfinity), w);
  EXPECT_EQ(Shrunk(w, kInfinity), w);
  EXPECT_EQ(DoublyRobust(Switched(w, 0), r, model).value, DirectMethod(model).value);
  EXPECT_EQ(DoublyRobust(Shrunk(w, 0), r, model).value, DirectMethod(model).value);
  for (const double weight : Shrunk(w, 4)) EXPECT_LE(weight, 1);  // lambda w / (w^2 + lambda) <= sqrt(lambda) / 2
  // Weights of any size.
  EXPECT_NEAR(EffectiveSize(std::vector<double>{1e200, 1e200, 0}), 2, 1e-12);
  EXPECT_EQ(EffectiveSize(std::vector<double>{0, 0}), 0);
  EXPECT_FALSE(SelfNormalised(std::vector<double>{0, 0}, std::vector<double>{1, 1}));
}

TEST(OffPolicyTuning, ChoosesTheLeastBoundAndNeverAWorseOne) {
  for (std::uint64_t run = 0; run < 50; ++run) {
    base::RandomStream random(run, "tuning");
    Log log;
    for (int i = 0; i < 500; ++i) {
      log.weights.push_back(std::exp(1.5 * random.Normal()));
      const double q = random.Uniform();
      log.rewards.push_back(q + 0.3 * random.Normal());
      log.model.logged.push_back(q);
      log.model.target.push_back(random.Uniform());
    }
    const auto error = [&](const ChangedWeights& changed) {
      const double standard_error = PolicyInterval(DoublyRobust(changed.weights, log.rewards, log.model), changed.weights, {})->standard_error;
      if (!IntervalHolds(changed.bias_bound, changed.share_moved, standard_error)) return kInfinity;
      return standard_error * standard_error + changed.bias_bound * changed.bias_bound;
    };
    for (const WeightChange change : {WeightChange::kSwitch, WeightChange::kShrink}) {
      const ChangedWeights chosen = TuneWeights(change, log.weights, log.rewards, log.model);
      const std::vector<double> candidates = CandidateParameters(change, log.weights);
      EXPECT_TRUE(std::isinf(candidates.front()));
      for (const double parameter : candidates)
        EXPECT_LE(error(chosen), error(ChangeWeights(change, parameter, log.weights, log.rewards, log.model)) * (1 + 1e-12)) << parameter;
    }
  }
}

// With every weight at 1 a rule without that bound chose a lambda of 8 here, and the estimate lost its interval for it.
TEST(OffPolicyTuning, NeverTakesTheIntervalAway) {
  int changed_logs = 0;
  for (std::uint64_t run = 0; run < 20; ++run) {
    for (const double spread : {0.0, 1.0}) {
      base::RandomStream random(run, "tuning of weights alike");
      Log log;
      for (int i = 0; i < 2000; ++i) {
        log.weights.push_back(std::exp(spread * random.Normal()));
        log.rewards.push_back(random.Uniform() < 0.3 ? 1 : 0);
        log.model.logged.push_back(0.3);
        log.model.target.push_back(0.3);
      }
      for (const WeightChange change : {WeightChange::kSwitch, WeightChange::kShrink}) {
        const ChangedWeights chosen = TuneWeights(change, log.weights, log.rewards, log.model);
        const Result<stats::Interval> interval = PolicyInterval(DoublyRobust(chosen.weights, log.rewards, log.model), chosen.weights, {});
        ASSERT_TRUE(interval);
        EXPECT_TRUE(IntervalHolds(chosen.bias_bound, chosen.share_moved, interval->standard_error)) << run << " " << spread << " " << chosen.parameter;
        changed_logs += chosen.bias_bound > 0 ? 1 : 0;
      }
    }
  }
  EXPECT_GT(changed_logs, 0);
}

// What a unit of the mean weight may add is in the variance already: with units alike nothing is added to Hall's interval.
TEST(OffPolicyInterval, UnitsAlikeAreNotMadeWider) {
  base::RandomStream random(2, "units alike");
  std::vector<double> weights, rewards;
  std::vector<std::uint32_t> unit;
  for (std::uint32_t i = 0; i < 400; ++i) {
    weights.push_back(i % 4 < 2 ? 0.5 : 1.5);
    rewards.push_back(1 + random.Normal());
    unit.push_back(i / 4);
  }
  const PolicyValue value = InverseWeighted(weights, rewards);
  const stats::Clusters by_unit = {unit, 100};
  const Result<stats::Interval> interval = PolicyInterval(value, weights, by_unit), plain = stats::FromInfluence(value.value, value.influence, by_unit);
  const stats::Interval hall = stats::AgainstSkewness(*plain, 0.95);
  EXPECT_NEAR(interval->low, hall.low, 1e-12);
  EXPECT_NEAR(interval->high, hall.high, 1e-12);
  EXPECT_GT(PolicyInterval(value, weights, {})->high, stats::AgainstSkewness(*stats::FromInfluence(value.value, value.influence, {}), 0.95).high + 5e-4);
}

TEST(OffPolicyInterval, OneUnitMoreAndABiasMakeItWider) {
  base::RandomStream random(1, "interval");
  std::vector<double> weights, rewards;
  std::vector<std::uint32_t> unit;
  for (std::uint32_t i = 0; i < 400; ++i) {
    weights.push_back(0.5 + random.Uniform());
    rewards.push_back(random.Normal());
    unit.push_back(i / 4);
  }
  const PolicyValue value = InverseWeighted(weights, rewards);
  const Result<stats::Interval> plain = PolicyInterval(value, weights, {}), biased = PolicyInterval(value, weights, {}, 0.02),
                                student = stats::FromInfluence(value.value, value.influence, {});
  const stats::Interval hall = stats::AgainstSkewness(*student, 0.95);
  EXPECT_LT(plain->low, hall.low);
  EXPECT_GT(plain->high, hall.high);
  EXPECT_LT(biased->low, plain->low);
  EXPECT_GT(biased->high, plain->high);
  EXPECT_DOUBLE_EQ(biased->standard_error, plain->standard_error);
  // Rows of a unit that are copies of each other say no more than one: four times fewer rows, twice
  // the standard error.
  std::vector<double> copied_weights, copied_rewards;
  for (std::size_t i = 0; i < 400; ++i) {
    copied_weights.push_back(weights[i - i % 4]);
    copied_rewards.push_back(rewards[i - i % 4]);
  }
  const PolicyValue copied = InverseWeighted(copied_weights, copied_rewards);
  const Result<stats::Interval> by_row = PolicyInterval(copied, copied_weights, {}), by_unit = PolicyInterval(copied, copied_weights, {unit, 100});
  EXPECT_NEAR(by_unit->standard_error / by_row->standard_error, 2, 0.02);
  EXPECT_FALSE(PolicyInterval(InverseWeighted(std::vector<double>(9, 1), std::vector<double>(9, 1)), std::vector<double>(9, 1), {}));
}

}  // namespace
}  // namespace assay::objectives
