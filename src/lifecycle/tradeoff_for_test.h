// A feed whose two objectives pull apart, for tests of the trade-off.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "lifecycle/tradeoff.h"

namespace assay::lifecycle {

inline constexpr const char* kFeedCharter = R"(
[project]
name = "Feed"
[data]
source = "feed.csv"
query = "session"
[[objectives]]
name = "quality"
outcome = "rating"
weight = 0.5
[[objectives]]
name = "engagement"
outcome = "clicked"
weight = 0.5
)";

// A feed of which a part chooses and a part measures: scores that pull apart, gains that follow them, and a flag that goes with engagement.
struct Feed {
  Project project;
  std::vector<Objective> objectives;
  std::vector<ObjectiveScores> scores;
  std::shared_ptr<const table::Table> source;
};
inline Feed MakeFeed(const std::string& more_charter, std::uint32_t sessions = 200) {
  Feed feed;
  feed.project.charter = *charter::Charter::Parse(kFeedCharter + more_charter, "assay.toml");
  feed.project.folder = std::filesystem::temp_directory_path() / "assay-tradeoff-test-without-policy";
  feed.objectives = *ObjectivesOf(feed.project);
  base::RandomStream random(5, "feed");
  std::vector<double> session, flag, boost;
  feed.scores.resize(2);
  feed.scores[0].rung = "linear";
  feed.scores[1].rung = "boosted trees";
  feed.scores[0].task = "regression";
  feed.scores[1].task = "binary";
  for (std::uint32_t s = 0; s < sessions; ++s) {
    for (int i = 0; i < 20; ++i) {
      const auto row = static_cast<std::uint32_t>(session.size());
      session.push_back(s);
      const double quality = random.Normal(), click = random.Normal() - quality;
      flag.push_back(click + random.Normal() > 1.5 ? 1 : 0);
      boost.push_back(i % 2 == 0 ? 1 : 0.5);
      const auto add = [&](ObjectiveScores* scores, double score, double gain) {
        ObjectiveScores::Part& part = s % 2 == 0 ? scores->out_of_fold : scores->holdout;
        part.rows.push_back(row);
        part.scores.push_back(score);
        part.gains.push_back(gain);
      };
      add(&feed.scores[0], 3 + quality, 3 + quality + random.Normal());
      add(&feed.scores[1], 1 / (1 + std::exp(2 - click)), random.Uniform() < 1 / (1 + std::exp(2 - click)) ? 1 : 0);
    }
  }
  feed.source = std::make_shared<const table::Table>(*table::Table::Create({table::Column::Numbers("session", session), table::Column::Numbers("nsfw", flag), table::Column::Numbers("boost", boost)}));
  return feed;
}
inline evidence::TradeoffReport Weigh(const Feed& feed, std::optional<double> lambda = {}) {
  TradeoffInput input{feed.project, feed.objectives, feed.scores, feed.source, {}};
  if (lambda) input.asked = {1 - *lambda, *lambda};
  const Result<evidence::TradeoffReport> report = FindTradeoff(input, {});
  EXPECT_TRUE(report) << report.error().message;
  return *report;
}

}  // namespace assay::lifecycle
