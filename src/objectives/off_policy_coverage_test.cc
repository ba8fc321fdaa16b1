// Do the intervals cover what is true? Simulated logs of which the truth is known, those that the guard lets through.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "base/random.h"
#include "objectives/off_policy.h"
#include "objectives/off_policy_guard.h"
#include "objectives/off_policy_tuning.h"
#include "objectives/off_policy_worlds_for_test.h"

namespace assay::objectives {
namespace {

const Design kDesigns[] = {
    {"rare clicks, strong overlap", 10000, 34, 0.5, Reward::kBinary, 0.01, false, 0.5},
    {"rare clicks, medium overlap", 10000, 34, 1, Reward::kBinary, 0.03, false, 0.5},
    {"clicks, weak overlap", 10000, 34, 1.5, Reward::kBinary, 0.1, false, 0.5},
    {"clicks, very weak overlap", 10000, 34, 2, Reward::kBinary, 0.3, false, 0.5},
    {"clicks, logged at random", 3000, 10, 0, Reward::kBinary, 0.05, true, 1, 0, true},
    {"normal rewards, strong overlap", 1000, 10, 0.5, Reward::kNormal, 0, true, 0.8, 0, true},
    {"normal rewards, medium overlap", 5000, 10, 1, Reward::kNormal, 0, true, 0.8},
    {"normal rewards, model knows nothing", 5000, 10, 0.5, Reward::kNormal, 0, true, 0},
    {"revenue, strong overlap", 2000, 10, 0.5, Reward::kRevenue, 0.1, true, 0.5, 0, true},
    {"revenue, weak overlap", 10000, 10, 1.5, Reward::kRevenue, 0.1, false, 0.5},
    {"normal rewards, weak overlap", 2000, 10, 1.5, Reward::kNormal, 0, true, 0.8},
    {"normal rewards, weak overlap, more rows", 5000, 10, 1.5, Reward::kNormal, 0, true, 0.8},
    {"clicks, 300 users", 3000, 10, 0.7, Reward::kBinary, 0.2, false, 0.5, 300, true},
    {"clicks, 40 users", 3000, 10, 0.7, Reward::kBinary, 0.3, false, 0.5, 40, true},
    {"clicks, logged in moods", 20000, 5, 0.3, Reward::kBinary, 0.2, false, 0.5, 0, true, true},
    {"normal rewards, logged in moods", 20000, 5, 0.3, Reward::kNormal, 0, false, 0.5, 0, false, true},
};

struct Tally {
  const char* name;
  int given = 0, covered = 0;
  void Add(const ShownInterval& shown, double truth) {
    if (!shown.interval) return;
    ++given;
    covered += shown.interval->low <= truth && truth <= shown.interval->high ? 1 : 0;
  }
  double share() const { return static_cast<double>(covered) / given; }
};

// switch-dr and dros twice: with a parameter that changes weights, of the logs in which it did; and with the chosen one, of all.
struct Tallies {
  Tally ipw{"ipw"}, snipw{"snipw"}, dr{"dr"}, switched{"switch-dr"}, shrunk{"dros"}, tuned_switch{"switch-dr, tau chosen"}, tuned_shrink{"dros, lambda chosen"};
  int tuned_changed = 0;
  double effective = 0;
  std::vector<const Tally*> all() const { return {&ipw, &snipw, &dr, &switched, &shrunk, &tuned_switch, &tuned_shrink}; }
};

constexpr double kShareMoved = 0.0008;  // of the mean square of the weights, by the stated tau and lambda

Tallies CoverageOf(const Design& design, int runs, bool tune) {
  Tallies all;
  for (int run = 0; run < runs; ++run) {
    const Environment e = MakeEnvironment(design, static_cast<std::uint64_t>(run));
    const SimulatedLog log = Simulate(design, e, static_cast<std::uint64_t>(run));
    const std::vector<double> pilot =
        Simulate(design, e, static_cast<std::uint64_t>(run) + 1000000).weights;  // so that parameters do not hang on the log itself
    const stats::Clusters clusters = {log.unit, static_cast<std::uint32_t>(design.units)};
    const Reach reach = ReachOf(log.weights, log.rewards, clusters, CheckMeanWeight(log.weights, clusters));
    all.effective += reach.weights.effective_size / runs;
    if (!reach.why_not.empty()) continue;
    all.ipw.Add(IntervalToShow(reach, InverseWeighted(log.weights, log.rewards), log.weights, clusters), e.truth);
    all.snipw.Add(IntervalToShow(reach, *SelfNormalised(log.weights, log.rewards), log.weights, clusters), e.truth);
    all.dr.Add(IntervalToShow(reach, DoublyRobust(log.weights, log.rewards, log.model), log.weights, clusters), e.truth);
    const auto shown = [&](const ChangedWeights& changed) {
      return IntervalToShow(reach, DoublyRobust(changed.weights, log.rewards, log.model), changed.weights, clusters,
                            {changed.bias_bound, changed.share_moved, "it"});
    };
    for (const WeightChange change : {WeightChange::kSwitch, WeightChange::kShrink}) {
      const bool is_switch = change == WeightChange::kSwitch;
      const double parameter = is_switch ? TauThatCuts(kShareMoved, pilot) : LambdaThatShrinks(kShareMoved, pilot);
      const ChangedWeights stated = ChangeWeights(change, parameter, log.weights, log.rewards, log.model);
      if (stated.bias_bound > 0) (is_switch ? all.switched : all.shrunk).Add(shown(stated), e.truth);
      if (!tune) continue;
      const ChangedWeights tuned = TuneWeights(change, log.weights, log.rewards, log.model, clusters);
      all.tuned_changed += tuned.bias_bound > 0 ? 1 : 0;
      (is_switch ? all.tuned_switch : all.tuned_shrink).Add(shown(tuned), e.truth);
    }
  }
  return all;
}

void Print(const Design& design, const Tallies& all) {
  std::printf("%-40s effective %5.0f", design.name, all.effective);
  for (const Tally* tally : all.all()) std::printf("  %.4f (%d)", tally->share(), tally->given);
  std::printf("  chosen parameters changed weights %d times\n", all.tuned_changed);
  std::fflush(stdout);
}

// Coverage of 93 to 97 %: of 2,000 logs of each design with ASSAY_LONG=1, which prints the figures of docs/ope.md, else of 1,000
// of some. Seeds are fixed, so the limits are those two ends themselves. Where an estimator shows an interval in fewer than a
// quarter of the logs its share tells little; ipw, snipw and dr have to show more.
TEST(OffPolicyCoverage, IntervalsCoverInEveryDesign) {
  const bool whole = std::getenv("ASSAY_LONG") != nullptr;
  const int runs = whole ? 2000 : 1000;
  int told[7] = {};
  for (const Design& design : kDesigns) {
    if (!whole && !design.always) continue;
    const Tallies all = CoverageOf(design, runs, whole);
    if (whole) Print(design, all);
    const std::vector<const Tally*> tallies = all.all();
    for (std::size_t t = 0; t < tallies.size(); ++t) {
      const Tally& tally = *tallies[t];
      if (tally.given < runs / 4) {
        EXPECT_GE(t, 3U) << design.name << ": " << tally.name;
        continue;
      }
      ++told[t];
      EXPECT_GE(tally.share(), 0.93) << design.name << ": " << tally.name;
      EXPECT_LE(tally.share(), 0.97) << design.name << ": " << tally.name;
    }
  }
  for (std::size_t t = 0; t < (whole ? 7U : 5U); ++t) EXPECT_GE(told[t], whole ? 2 : 1) << t;
}

// The limit that docs/ope.md states: the target gives 2 % of its decisions to an action that the
// log takes once in 2,000 rows and that earns 5 where others earn nothing. In a third of the logs
// it is never seen, and then no figure of the log tells of it: the mean weight is 0.98 and may well
// be 1.
TEST(OffPolicyCoverage, WhatWasNeverLoggedIsInNoInterval) {
  constexpr int kRuns = 500;
  Tally snipw{"snipw"};
  for (std::uint64_t run = 0; run < kRuns; ++run) {
    base::RandomStream random(run, "never logged");
    std::vector<double> weights, rewards;
    for (int i = 0; i < 2000; ++i) {
      const double u = random.Uniform();
      const int action = u < 0.0005 ? 0 : u < 0.5 ? 1 : 2;
      weights.push_back(action == 0 ? 0.02 / 0.0005 : action == 1 ? 0.28 / 0.4995 : 0.7 / 0.5);
      rewards.push_back((action == 0 ? 5 : 0) + random.Normal());
    }
    const Reach reach = ReachOf(weights, rewards, {}, CheckMeanWeight(weights, {}));
    if (reach.why_not.empty()) snipw.Add(IntervalToShow(reach, *SelfNormalised(weights, rewards), weights, {}), 0.1);
  }
  ASSERT_GT(snipw.given, kRuns / 2);
  const double share = snipw.share();
  if (std::getenv("ASSAY_LONG") != nullptr) std::printf("never logged: %.3f (%d)\n", share, snipw.given);
  EXPECT_LT(share, 0.9);
  EXPECT_GT(share, 0.5);
}

}  // namespace
}  // namespace assay::objectives
