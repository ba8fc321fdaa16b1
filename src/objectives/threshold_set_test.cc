#include "objectives/threshold_set.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>

#include "base/thread_pool.h"
#include "objectives/value_designs_for_test.h"

namespace assay::objectives {
namespace {

bool Contains(const ThresholdSet& set, double score) {
  for (const ThresholdRange& range : set.ranges) {
    if ((score < range.above || range.never) && (score > range.below || range.always)) return true;
  }
  return false;
}

TEST(ThresholdSet, HoldsTheBestOfTheSampleAndIsInOrder) {
  for (const ValueDesign& design : ValueDesigns()) {
    for (std::uint64_t run = 0; run < 10; ++run) {
      const ValueSample sample = Draw(design, run);
      const ProfitCurve curve = *ProfitCurve::Create(sample.scores, sample.money);
      const ThresholdSet set = *ThresholdsNotShownWorse(curve, sample.Clusters(), {200, 0.95, 60}, {});
      EXPECT_TRUE(Contains(set, curve.Best().score)) << design.name;
      EXPECT_EQ(set.candidates.front().acted, 0);
      EXPECT_EQ(set.candidates.back().acted, static_cast<std::int64_t>(sample.scores.size()));
      for (std::size_t r = 1; r < set.ranges.size(); ++r) EXPECT_LE(set.ranges[r].above, set.ranges[r - 1].below + 1e-12);
    }
  }
}

// The truly best threshold lies in the set in at least 95 of 100 samples, less what chance allows so many runs; so does the best candidate.
TEST(ThresholdSet, HoldsTheTrulyBestThreshold) {
  const bool whole = std::getenv("ASSAY_LONG") != nullptr;
  const int runs = whole ? 2000 : 200;
  for (const ValueDesign& design : ValueDesigns()) {
    int held = 0, held_candidate = 0;
    double width = 0;
    for (int run = 0; run < runs; ++run) {
      const ValueSample sample = Draw(design, static_cast<std::uint64_t>(run));
      const ProfitCurve curve = *ProfitCurve::Create(sample.scores, sample.money);
      base::RunContext context;
      context.seed = static_cast<std::uint64_t>(run);
      const ThresholdSet set = *ThresholdsNotShownWorse(curve, sample.Clusters(), {300, 0.95, 50}, context);
      held += Contains(set, BestScore(design)) ? 1 : 0;
      std::size_t best = 0, kept = 0;
      for (std::size_t c = 0; c < set.candidates.size(); ++c) {
        if (TrueValue(design, set.candidates[c].score) > TrueValue(design, set.candidates[best].score)) best = c;
        kept += set.kept[c];
      }
      held_candidate += set.kept[best];
      width += static_cast<double>(kept) / static_cast<double>(set.candidates.size()) / runs;
    }
    const double share = static_cast<double>(held) / runs, share_candidate = static_cast<double>(held_candidate) / runs;
    if (whole) std::printf("%s: best threshold %.4f, best candidate %.4f, share of candidates kept %.3f\n", design.name.c_str(), share, share_candidate, width);
    const double least = 0.95 - 2.33 * std::sqrt(0.95 * 0.05 / runs);
    EXPECT_GE(share, least) << design.name;
    EXPECT_GE(share_candidate, least) << design.name;
    // It says something: scores that say nothing keep nearly all candidates, those that do say something fewer.
    if (design.informed) {
      EXPECT_LT(width, 0.8) << design.name;
    } else {
      EXPECT_GT(width, 0.9) << design.name;
    }
  }
}

TEST(ThresholdSet, ThousandsOfRowsNarrowIt) {
  ValueDesign design = ValueDesigns()[0];
  double kept[2];
  for (int i = 0; i < 2; ++i) {
    design.units = i == 0 ? 500 : 50'000;
    const ValueSample sample = Draw(design, 5);
    const ThresholdSet set = *ThresholdsNotShownWorse(*ProfitCurve::Create(sample.scores, sample.money), {}, {}, {});
    EXPECT_EQ(set.bundled, i == 1);
    kept[i] = 0;
    for (const std::uint8_t k : set.kept) kept[i] += k;
  }
  EXPECT_LT(kept[1], kept[0] / 3);
}

TEST(ThresholdSet, SameBytesWithAnyNumberOfThreadsAndFewUnitsAreRefused) {
  const ValueSample sample = Draw(ValueDesigns()[3], 2);
  const ProfitCurve curve = *ProfitCurve::Create(sample.scores, sample.money);
  base::ThreadPool pool(2);
  base::RunContext two;
  two.pool = &pool;
  const ThresholdSet a = *ThresholdsNotShownWorse(curve, sample.Clusters(), {}, {}), b = *ThresholdsNotShownWorse(curve, sample.Clusters(), {}, two);
  EXPECT_EQ(a.kept, b.kept);
  const RowMoney money{{1, -1, 1}, {0, 0, 0}};
  const Result<ThresholdSet> few = ThresholdsNotShownWorse(*ProfitCurve::Create(std::vector<double>{1, 2, 3}, money), {}, {}, {});
  ASSERT_FALSE(few);
  EXPECT_NE(few.error().message.find("only 3 independent units"), std::string::npos);
}

}  // namespace
}  // namespace assay::objectives
