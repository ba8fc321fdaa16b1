#include "lifecycle/tradeoff.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdlib>

#include "base/random.h"
#include "base/text.h"
#include "lifecycle/internal/tradeoff_parts.h"
#include "lifecycle/tradeoff_for_test.h"

namespace assay::lifecycle {
namespace {

TEST(FindTradeoff, DecidesSingleRowsByAThreshold) {
  Feed feed = MakeFeed("[tradeoff]\nshare = 0.1\n");
  const evidence::TradeoffReport report = Weigh(feed, 0.4);
  ASSERT_EQ(report.reason, "");
  EXPECT_EQ(report.k, 10);
  EXPECT_EQ(report.chosen_on.queries, 20);  // batches of a hundred of 2,000 rows
  ASSERT_TRUE(report.current->threshold);
  const evidence::ThresholdPoint& threshold = *report.current->threshold;
  // A tenth of the choosing rows reach it, and the holdout's figures are those of its rows that do.
  const auto reached = [&](const ObjectiveScores::Part& first, const ObjectiveScores::Part& second, double* quality) {
    double count = 0;
    *quality = 0;
    for (std::size_t i = 0; i < first.rows.size(); ++i) {
      if (0.6 * first.scores[i] / report.objectives[0].scale + 0.4 * second.scores[i] / report.objectives[1].scale < threshold.value) continue;
      ++count;
      *quality += first.gains[i];
    }
    *quality /= count;
    return count;
  };
  double quality = 0;
  EXPECT_EQ(reached(feed.scores[0].out_of_fold, feed.scores[1].out_of_fold, &quality), 200);
  // Acting on the best of batches is nearly acting on the best of all.
  EXPECT_NEAR(report.current->chosen_on.metrics.at("quality").value, quality, 0.1);
  EXPECT_NEAR(reached(feed.scores[0].holdout, feed.scores[1].holdout, &quality), 2000 * threshold.share.value, 1e-9);
  EXPECT_NEAR(report.current->measured_on.metrics.at("quality").value, quality, 1e-9);
  EXPECT_LT(report.current->measured_on.metrics.at("quality").low, quality);
}

TEST(DealBatches, KeepsUnitsInOneGroup) {
  std::vector<std::uint64_t> units;
  for (std::uint64_t u = 0; u < 70; ++u) units.insert(units.end(), 1 + u % 37, 1000 + u);
  const Dealt dealt = DealBatches(units, 20, 3);
  ASSERT_EQ(dealt.group_of_batch.size(), dealt.num_batches);
  std::map<std::uint64_t, std::uint32_t> group;
  std::vector<int> rows(dealt.num_batches + 1, 0);
  for (std::size_t i = 0; i < units.size(); ++i) {
    ++rows[dealt.batch[i]];
    if (dealt.batch[i] == dealt.num_batches) continue;
    const std::uint32_t g = dealt.group_of_batch[dealt.batch[i]];
    EXPECT_EQ(group.try_emplace(units[i], g).first->second, g) << units[i];
  }
  for (std::uint32_t b = 0; b < dealt.num_batches; ++b) EXPECT_EQ(rows[b], 20);
  EXPECT_LT(rows[dealt.num_batches], static_cast<int>(units.size()) / 3);
  EXPECT_TRUE(DealBatches({1, 2, 3, 4, 5, 6}, 3, 1).group_of_batch.empty());
}

// What acting from the threshold gives on rows held back: its share and metrics hold the truth, that of a very large sample, in 93 to 97 of 100 samples.
TEST(WeighedLists, FiguresOfAThresholdCoverTheTruth) {
  const bool whole = std::getenv("ASSAY_LONG") != nullptr;
  const int runs = whole ? 4000 : 400;
  Feed feed = MakeFeed("[tradeoff]\nshare = 0.1\n", 4);
  const TradeoffSettings settings = TradeoffSettingsOf(feed.project.charter);
  base::RandomStream truth_random(1, "truth");
  std::vector<std::array<double, 2>> large;
  for (int i = 0; i < 200'000; ++i) {
    const double quality = truth_random.Normal();
    large.push_back({quality, truth_random.Normal() - quality});
  }
  const auto chance = [](double click) { return 1 / (1 + std::exp(2 - click)); };
  std::vector<double> session(1000);
  for (std::size_t i = 0; i < session.size(); ++i) session[i] = static_cast<double>(i);
  feed.source = std::make_shared<const table::Table>(*table::Table::Create({table::Column::Numbers("session", session)}));
  int share = 0, quality_held = 0, engagement_held = 0;
  for (int run = 0; run < runs; ++run) {
    base::RandomStream random(static_cast<std::uint64_t>(run), "threshold coverage");
    for (ObjectiveScores& scores : feed.scores) scores.out_of_fold = scores.holdout = {};
    for (std::uint32_t row = 0; row < 1000; ++row) {
      const double quality = random.Normal(), click = random.Normal() - quality;
      const std::array<double, 2> scores = {3 + quality, chance(click)}, gains = {3 + quality + random.Normal(), random.Uniform() < chance(click) ? 1.0 : 0.0};
      for (std::size_t o = 0; o < 2; ++o) {
        ObjectiveScores::Part& part = row % 2 == 0 ? feed.scores[o].out_of_fold : feed.scores[o].holdout;
        part.rows.push_back(row);
        part.scores.push_back(scores[o]);
        part.gains.push_back(gains[o]);
      }
    }
    const TradeoffInput input{feed.project, feed.objectives, feed.scores, feed.source, {}};
    const TradeoffItems items = *GatherTradeoff(input, settings, {});
    evidence::FrontierAt at;
    const evidence::ThresholdPoint point = *WeighedLists(items, {0.6, 0.4}, {static_cast<std::size_t>(items.k)}, {}).Threshold(settings.share, &at);
    double reached = 0, quality = 0, clicks = 0;
    for (const auto& [q, click] : large) {
      if (0.6 * (3 + q) / items.scales[0] + 0.4 * chance(click) / items.scales[1] < point.value) continue;
      ++reached;
      quality += 3 + q;
      clicks += chance(click);
    }
    const auto holds = [](const evidence::Estimate& e, double true_value) { return e.low <= true_value && true_value <= e.high ? 1 : 0; };
    share += holds(point.share, reached / static_cast<double>(large.size()));
    quality_held += holds(at.metrics.at("quality"), quality / reached);
    engagement_held += holds(at.metrics.at("engagement"), clicks / reached);
  }
  const double by_chance = whole ? 0 : 2.33 * std::sqrt(0.95 * 0.05 / runs);
  for (const auto& [name, held] : {std::pair("share", share), std::pair("quality", quality_held), std::pair("engagement", engagement_held)}) {
    const double covered = static_cast<double>(held) / runs;
    if (whole) std::printf("%s at the threshold: %.4f\n", name, covered);
    EXPECT_GE(covered, 0.93 - by_chance) << name;
    EXPECT_LE(covered, 0.97 + by_chance) << name;
  }
}

}  // namespace
}  // namespace assay::lifecycle
