#include "lifecycle/tradeoff.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "base/file.h"
#include "base/random.h"
#include "base/text.h"
#include "lifecycle/policy.h"

namespace assay::lifecycle {
namespace {

constexpr const char* kCharter = R"(
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
Feed MakeFeed(const std::string& more_charter, std::uint32_t sessions = 200) {
  Feed feed;
  feed.project.charter = *charter::Charter::Parse(kCharter + more_charter, "assay.toml");
  feed.project.folder = std::filesystem::temp_directory_path();
  feed.objectives = *ObjectivesOf(feed.project);
  base::RandomStream random(5, "feed");
  std::vector<double> session, flag, boost;
  feed.scores.resize(2);
  feed.scores[0].rung = "linear";
  feed.scores[1].rung = "boosted trees";
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
evidence::TradeoffReport Weigh(const Feed& feed, std::optional<double> lambda = {}) {
  TradeoffInput input{feed.project, feed.objectives, feed.scores, feed.source, {}};
  input.lambda = lambda;
  const Result<evidence::TradeoffReport> report = FindTradeoff(input, {});
  EXPECT_TRUE(report) << report.error().message;
  return *report;
}

TEST(FindTradeoff, KeepsTheChartersWeightsWhereNothingSpeaksAgainstThem) {
  const evidence::TradeoffReport report = Weigh(MakeFeed(""));
  EXPECT_EQ(report.reason, "");
  EXPECT_EQ(report.current->lambda, 0.5);
  EXPECT_EQ(report.recommended->lambda, 0.5);
  EXPECT_EQ(report.chosen_on.queries, 100);
  EXPECT_EQ(report.measured_on.items, 2000);
  EXPECT_EQ(report.curve.pieces, report.frontier->breakpoints + 2);
  // The two pull apart, and at equal weights engagement costs quality.
  EXPECT_TRUE(report.clickbait.alarm) << report.clickbait.text;
  EXPECT_FALSE(report.lists.empty());
  EXPECT_EQ(report.lists[0].items.size(), 20U);
}

TEST(FindTradeoff, GoesToTheNearestWeightsThatMendABrokenGuardrail) {
  const Feed feed = MakeFeed("[tradeoff]\nk = 5\n[[guardrails]]\nname = \"explicit\"\nexpression = \"nsfw = 1\"\nlimit = 0.15\n");
  const evidence::TradeoffReport report = Weigh(feed, 0.95);
  EXPECT_FALSE(report.current->feasible);
  ASSERT_TRUE(report.recommended->feasible);
  EXPECT_LE(report.recommended->chosen_on.guardrails.at("explicit").value, 0.15);
  EXPECT_NE(report.nearest, "");
  // Nothing nearer is feasible: the guardrail is broken everywhere between.
  for (const evidence::LambdaRange& range : report.frontier->feasible) {
    EXPECT_FALSE(range.low < 0.95 && range.high > report.recommended->lambda + 2e-3) << range.low << " to " << range.high;
  }
  const evidence::TradeoffReport impossible = Weigh(MakeFeed("[[guardrails]]\nname = \"explicit\"\nexpression = \"nsfw = 1\"\nlimit = -1\n"));
  EXPECT_FALSE(impossible.recommended->feasible);
  EXPECT_EQ(impossible.recommended->lambda, 0.5);
  EXPECT_NE(impossible.nearest.find("No weights satisfy"), std::string::npos);
}

TEST(FindTradeoff, MovesForMoneyThatIsSure) {
  Feed feed = MakeFeed("");
  feed.project.charter = *charter::Charter::Parse(std::string(kCharter) + "amount = 50\n[value]\ncurrency = \"EUR\"\n", "assay.toml");
  const evidence::TradeoffReport report = Weigh(feed);
  EXPECT_GT(report.recommended->lambda, 0.5) << report.why;
  EXPECT_NE(report.why.find("EUR more per list"), std::string::npos) << report.why;
  EXPECT_GT(report.recommended->chosen_on.metrics.at("engagement").value, report.current->chosen_on.metrics.at("engagement").value);
}

// The blends that people use are sums in another guise, so the same exact curve serves them.
TEST(FindTradeoff, BlendsProductsAndMultipliers) {
  const Feed product = MakeFeed("[tradeoff]\nblend = \"product\"\nk = 3\n"), multiplied = MakeFeed("[tradeoff]\nblend = \"multiplier\"\nmultiplier = \"boost\"\nk = 3\n");
  for (const Feed* feed : {&product, &multiplied}) {
    Feed positive = *feed;
    for (double& score : positive.scores[0].out_of_fold.scores) score = std::abs(score) + 0.1;
    for (double& score : positive.scores[0].holdout.scores) score = std::abs(score) + 0.1;
    const evidence::TradeoffReport report = Weigh(positive);
    ASSERT_EQ(report.reason, "");
    const bool is_product = report.blend == "product";
    // Ranked again by what the blend says, at weights that the charter names.
    const ObjectiveScores::Part &first = positive.scores[0].out_of_fold, &second = positive.scores[1].out_of_fold;
    double quality = 0;
    for (std::size_t begin = 0; begin < first.rows.size(); begin += 20) {
      std::vector<std::size_t> order;
      for (std::size_t i = begin; i < begin + 20; ++i) order.push_back(i);
      const auto blend = [&](std::size_t i) {
        const double a = first.scores[i], b = second.scores[i];
        return is_product ? std::pow(a, 0.5) * std::pow(b, 0.5) : (0.5 * a / report.objectives[0].scale + 0.5 * b / report.objectives[1].scale) * positive.source->column(2).NumberAt(first.rows[i]);
      };
      std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return blend(a) > blend(b); });
      for (std::size_t r = 0; r < 3; ++r) quality += first.gains[order[r]] / 3;
    }
    EXPECT_NEAR(report.current->chosen_on.metrics.at("quality").value, quality / 100, 1e-9) << report.blend;
  }
  const evidence::TradeoffReport refused = Weigh([] {
    Feed feed = MakeFeed("[tradeoff]\nblend = \"product\"\n");
    feed.scores[0].out_of_fold.scores[3] = -1;
    return feed;
  }());
  EXPECT_NE(refused.reason.find("a product needs scores above 0"), std::string::npos) << refused.reason;
}

TEST(FindTradeoff, SaysWhyThereIsNone) {
  Feed apart = MakeFeed("");
  apart.scores[1].out_of_fold = {{21, 22}, {0.1, 0.2}, {0, 1}};  // rows of the other's holdout
  EXPECT_NE(Weigh(apart).reason.find("no out-of-fold row has a score of every objective"), std::string::npos);
  Feed flat = MakeFeed("");
  for (double& score : flat.scores[0].out_of_fold.scores) score = 1;
  EXPECT_NE(Weigh(flat).reason.find("gives every row the same score"), std::string::npos);
  Feed none = MakeFeed("");
  none.scores[0].out_of_fold = {};
  EXPECT_NE(Weigh(none).reason.find("no out-of-fold predictions"), std::string::npos);
}

TEST(ObjectiveScores, AreReadBackAndGuarded) {
  const std::filesystem::path path = std::filesystem::temp_directory_path() / "assay-objective-scores-test";
  const ObjectiveScores scores = MakeFeed("", 4).scores[0];
  ASSERT_TRUE(SaveObjectiveScores(path, scores));
  const Result<ObjectiveScores> read = LoadObjectiveScores(path);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->rung, "linear");
  EXPECT_EQ(read->out_of_fold.rows, scores.out_of_fold.rows);
  EXPECT_EQ(read->holdout.gains, scores.holdout.gains);
  std::string bytes = *base::ReadFile(path);
  bytes[bytes.size() / 2] ^= 1;
  ASSERT_TRUE(base::WriteFileAtomically(path, bytes));
  EXPECT_FALSE(LoadObjectiveScores(path));
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace assay::lifecycle
