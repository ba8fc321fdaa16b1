#include "lifecycle/tradeoff.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/file.h"
#include "base/random.h"
#include "base/sha256.h"
#include "base/text.h"
#include "lifecycle/internal/tradeoff_parts.h"
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
evidence::TradeoffReport Weigh(const Feed& feed, std::optional<double> lambda = {}) {
  TradeoffInput input{feed.project, feed.objectives, feed.scores, feed.source, {}};
  if (lambda) input.asked = {1 - *lambda, *lambda};
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
  EXPECT_EQ(report.lines.at(0).curve.pieces, report.frontier->breakpoints + 2);
  EXPECT_EQ(report.decided_by, "nothing");
  EXPECT_EQ(report.weights_from, "charter");
  // The two pull apart, and at equal weights engagement costs quality.
  EXPECT_TRUE(report.recommended->clickbait.alarm) << report.recommended->clickbait.text;
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
  EXPECT_EQ(report.decided_by, "guardrails");
  // Nothing nearer is feasible: the guardrail is broken everywhere between, but for a stretch too short to write down.
  for (const evidence::LambdaRange& range : report.frontier->feasible) {
    if (range.high - range.low < 3e-9) continue;
    EXPECT_FALSE(range.low < 0.95 && range.high > report.recommended->lambda + 1e-2) << range.low << " to " << range.high;
  }
  // At the bound it is a toss-up on other rows: further on the interval keeps to it as well, and that is said once.
  const std::string head = "For the 95 % interval of every guardrail to keep to its bound as well, the weight of engagement would be ";
  ASSERT_EQ(report.nearest_certain.substr(0, head.size()), head);
  const double certain = std::stod(report.nearest_certain.substr(head.size()));
  EXPECT_LT(certain, report.recommended->lambda);
  const evidence::TradeoffReport there = Weigh(feed, certain);
  EXPECT_LE(there.current->chosen_on.guardrails.at("explicit").high, 0.15);
  EXPECT_EQ(there.nearest_certain, "");
  EXPECT_GT(Weigh(feed, certain + 0.1).current->chosen_on.guardrails.at("explicit").high, 0.15);
  const evidence::TradeoffReport impossible = Weigh(MakeFeed("[[guardrails]]\nname = \"explicit\"\nexpression = \"nsfw = 1\"\nlimit = -1\n"));
  EXPECT_EQ(impossible.nearest_certain.substr(0, 12), "At none of t");
  EXPECT_FALSE(impossible.recommended->feasible);
  EXPECT_EQ(impossible.recommended->lambda, 0.5);
  EXPECT_NE(impossible.nearest.find("No weights satisfy"), std::string::npos);
}

// Lists ranked anew by the digits that a policy file holds: no guardrail is broken by rounding.
TEST(FindTradeoff, RecommendsWeightsThatKeepToTheGuardrailAsWritten) {
  for (const double limit : {0.05, 0.1, 0.13, 0.15, 0.17, 0.2}) {
    const Feed feed = MakeFeed("[tradeoff]\nk = 5\n[[guardrails]]\nname = \"explicit\"\nexpression = \"nsfw = 1\"\nlimit = " + base::PlainNumber(limit) + "\n");
    const evidence::TradeoffReport report = Weigh(feed, 0.97);
    if (!report.recommended->feasible) continue;
    std::vector<double> weights;
    for (const auto& objective : report.objectives) {
      weights.push_back(0);
      ASSERT_TRUE(base::ParseNumber(base::PlainNumber(report.recommended->weights.at(objective.name), 12), &weights.back()));
    }
    EXPECT_LE(base::PlainNumber(weights[1], 15).size(), 6U) << limit;  // a number that people can read
    const ObjectiveScores::Part &first = feed.scores[0].out_of_fold, &second = feed.scores[1].out_of_fold;
    double flagged = 0;
    for (std::size_t begin = 0; begin < first.rows.size(); begin += 20) {
      std::vector<std::size_t> order;
      for (std::size_t i = begin; i < begin + 20; ++i) order.push_back(i);
      const auto blend = [&](std::size_t i) { return weights[0] * first.scores[i] / report.objectives[0].scale + weights[1] * second.scores[i] / report.objectives[1].scale; };
      std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return blend(a) > blend(b); });
      for (std::size_t r = 0; r < 5; ++r) flagged += feed.source->column(1).NumberAt(first.rows[order[r]]);
    }
    EXPECT_LE(flagged / 500, limit + 1e-12);
    EXPECT_NEAR(report.recommended->chosen_on.guardrails.at("explicit").value, flagged / 500, 1e-12);
  }
}

// The curve that a page holds says what the exact one says wherever the slider can stand.
TEST(FindTradeoff, ThinsTheCurveWithoutChangingWhatHoldsAtTheSlidersPlaces) {
  const Feed feed = MakeFeed("[[guardrails]]\nname = \"explicit\"\nexpression = \"nsfw = 1\"\nlimit = 0.12\n", 800);
  const evidence::TradeoffReport report = Weigh(feed, 0.777);
  const evidence::TradeoffCurve& curve = report.lines.at(0).curve;
  ASSERT_LT(curve.lambda.size(), static_cast<std::size_t>(curve.pieces));
  const auto at = [&](double lambda, const std::string& name) { return curve.values.at(name)[static_cast<std::size_t>(std::upper_bound(curve.lambda.begin(), curve.lambda.end(), lambda) - curve.lambda.begin() - 1)]; };
  for (const evidence::FrontierAt& point : report.frontier->at) {
    for (const auto& [name, metric] : point.metrics) EXPECT_EQ(at(point.lambda, name), metric.value) << name << " at " << point.lambda;
  }
  for (const evidence::PolicyPoint* point : {&*report.current, &*report.recommended}) {
    for (const auto& [name, metric] : point->chosen_on.metrics) EXPECT_EQ(at(point->lambda, name), metric.value) << name << " at " << point->lambda;
  }
  for (const evidence::LambdaRange& range : report.frontier->feasible) EXPECT_LE(at(range.low, "explicit"), 0.12) << range.low;
}

TEST(FindTradeoff, OfThreeObjectivesLooksAlongTheLinesThroughTheWeights) {
  const std::string third = "[[objectives]]\nname = \"freshness\"\noutcome = \"fresh\"\nweight = 1\n";
  Feed feed = MakeFeed(third + "[tradeoff]\nk = 5\n[[guardrails]]\nname = \"explicit\"\nexpression = \"nsfw = 1\"\nlimit = 0.12\n");
  feed.scores.push_back(feed.scores[0]);
  base::RandomStream random(6, "fresh");
  for (ObjectiveScores::Part* part : {&feed.scores[2].out_of_fold, &feed.scores[2].holdout}) {
    for (std::size_t i = 0; i < part->scores.size(); ++i) part->gains[i] = (part->scores[i] = random.Normal()) + random.Normal();
  }
  TradeoffInput input{feed.project, feed.objectives, feed.scores, feed.source, {}};
  input.asked = {0.1, 0.8, 0.1};
  const Result<evidence::TradeoffReport> found = FindTradeoff(input, {});
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_EQ(found->reason, "");
  ASSERT_EQ(found->lines.size(), 3U);
  EXPECT_GT(found->frontier->pareto.size(), 10U);
  EXPECT_FALSE(found->current->feasible);
  ASSERT_TRUE(found->recommended->feasible) << found->summary;
  double sum = 0;
  for (const auto& [name, weight] : found->recommended->weights) sum += weight;
  EXPECT_NEAR(sum, 1, 1e-12);
  for (const evidence::TradeoffLine& line : found->lines) {
    // All lines pass through the weights in use, so all of them say the same there.
    const auto piece = static_cast<std::size_t>(std::upper_bound(line.curve.lambda.begin(), line.curve.lambda.end(), line.current) - line.curve.lambda.begin() - 1);
    for (const auto& [name, metric] : found->current->chosen_on.metrics) EXPECT_NEAR(line.curve.values.at(name)[piece], metric.value, 1e-9) << name << " on the line of " << line.objective;
    // Nothing nearer is feasible on any line.
    for (const evidence::LambdaRange& range : line.feasible) {
      const double distance = range.low > line.current ? range.low - line.current : line.current - range.high;
      if (range.high - range.low <= 1e-8) continue;
      EXPECT_GT(distance, std::abs(found->recommended->lambda - found->current->weights.at(found->recommended->line)) - 1e-2) << line.objective;
    }
  }
}

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

// A corner is a point without width: the second objective alone, say, where all others break the guardrail.
TEST(FindTradeoff, FindsTheCornerThatAloneKeepsToAGuardrail) {
  const std::string guardrail = "[tradeoff]\nk = 5\n[[guardrails]]\nname = \"dull\"\nexpression = \"boost\"\nlimit = ";
  Feed feed = MakeFeed(guardrail + "0.5\n");
  // Coarse scores: ties at the corner stand in the order of the data, where the dull ones come last.
  for (ObjectiveScores::Part* part : {&feed.scores[1].out_of_fold, &feed.scores[1].holdout}) {
    for (std::size_t i = 0; i < part->scores.size(); ++i) part->scores[i] = part->rows[i] % 2 == 1 ? 1 : 0;
  }
  for (ObjectiveScores::Part* part : {&feed.scores[0].out_of_fold, &feed.scores[0].holdout}) {
    for (std::size_t i = 0; i < part->scores.size(); ++i) part->scores[i] = part->rows[i] % 2 == 1 ? -1e12 : part->scores[i];
  }
  const evidence::TradeoffReport report = Weigh(feed, 0.1);
  ASSERT_EQ(report.frontier->feasible.size(), 1U);
  EXPECT_FALSE(report.current->feasible);
  EXPECT_TRUE(report.recommended->feasible) << report.summary;
}

// Sessions of one user depend on each other: copied six times they say no more than once.
TEST(FindTradeoff, IntervalsAreByUnitsWhereUnitsHaveSeveralLists) {
  Feed once = MakeFeed("", 120), copied = MakeFeed("", 0);
  copied.project.charter = *charter::Charter::Parse(std::string(kCharter).insert(std::string(kCharter).find("query ="), "unit = \"user\"\n"), "assay.toml");
  copied.objectives = *ObjectivesOf(copied.project);
  copied.scores = once.scores;
  for (ObjectiveScores& scores : copied.scores) scores.out_of_fold = scores.holdout = {};
  std::vector<double> session, user;
  for (int copy = 0; copy < 6; ++copy) {
    for (std::uint32_t row = 0; row < 2400; ++row) {
      session.push_back(copy * 120 + row / 20);
      user.push_back(row / 20);
    }
    for (std::size_t o = 0; o < 2; ++o) {
      for (const bool holdout : {false, true}) {
        const ObjectiveScores::Part& from = holdout ? once.scores[o].holdout : once.scores[o].out_of_fold;
        ObjectiveScores::Part& to = holdout ? copied.scores[o].holdout : copied.scores[o].out_of_fold;
        for (std::size_t i = 0; i < from.rows.size(); ++i) {
          to.rows.push_back(from.rows[i] + static_cast<std::uint32_t>(copy) * 2400);
          to.scores.push_back(from.scores[i]);
          to.gains.push_back(from.gains[i]);
        }
      }
    }
  }
  copied.source = std::make_shared<const table::Table>(*table::Table::Create({table::Column::Numbers("session", session), table::Column::Numbers("user", user)}));
  const evidence::TradeoffReport a = Weigh(once), b = Weigh(copied);
  ASSERT_EQ(b.reason, "");
  EXPECT_EQ(b.chosen_on.queries, 6 * a.chosen_on.queries);
  EXPECT_NE(b.lines[0].band.find("draws of units"), std::string::npos);
  for (const char* name : {"quality", "engagement"}) {
    const evidence::Estimate one = a.current->chosen_on.metrics.at(name), six = b.current->chosen_on.metrics.at(name);
    EXPECT_NEAR(one.value, six.value, 1e-9);
    EXPECT_NEAR(one.high - one.low, six.high - six.low, 0.02 * (one.high - one.low)) << name;
  }
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

TEST(FindTradeoff, CalibratesScoresBeforeBlending) {
  Feed feed = MakeFeed("[tradeoff]\ncalibrate = true\nblend = \"product\"\n");
  // Scores of a ranker: an order without a scale, below 0 too. Calibrated they are the ratings expected, and a product can be made.
  for (ObjectiveScores::Part* part : {&feed.scores[0].out_of_fold, &feed.scores[0].holdout}) {
    for (double& score : part->scores) score = 0.1 * (score - 3);
    for (double& gain : part->gains) gain += 3;
  }
  feed.scores[0].task = "ranking";
  const evidence::TradeoffReport report = Weigh(feed);
  ASSERT_EQ(report.reason, "");
  EXPECT_EQ(report.objectives[0].calibration, "linear");
  EXPECT_NEAR(report.objectives[0].slope, 10, 0.5);
  EXPECT_NEAR(report.objectives[0].intercept, 6, 0.1);
  EXPECT_EQ(report.objectives[1].calibration, "logistic");
  EXPECT_NEAR(report.objectives[1].slope, 1, 0.2);
}

TEST(FindTradeoff, MovesForMoneyThatIsSure) {
  Feed feed = MakeFeed("");
  feed.project.charter = *charter::Charter::Parse(std::string(kCharter) + "amount = 50\n[value]\ncurrency = \"EUR\"\n", "assay.toml");
  const evidence::TradeoffReport report = Weigh(feed);
  EXPECT_GT(report.recommended->lambda, 0.5) << report.why;
  EXPECT_NE(report.why.find("EUR more per list"), std::string::npos) << report.why;
  EXPECT_EQ(report.decided_by, "money");
  // What decided is looked at again where it decided nothing: 50 EUR for each click among ten items, no quality.
  ASSERT_TRUE(report.money_on_holdout);
  EXPECT_NEAR(report.money_on_holdout->value, 10 * 50 * (report.recommended->measured_on.metrics.at("engagement").value - report.current->measured_on.metrics.at("engagement").value), 1e-9);
  EXPECT_LT(report.money_on_holdout->low, report.money_on_holdout->value);
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
  Feed constant = MakeFeed("");
  constant.scores[1].kind = "constant";
  EXPECT_NE(Weigh(constant).reason.find("knows nothing of single items"), std::string::npos);
  // Each objective held single rows back, so that a held-back list is a fragment.
  Feed torn = MakeFeed("");
  for (ObjectiveScores& scores : torn.scores) {
    ObjectiveScores::Part all = scores.out_of_fold;
    scores.out_of_fold = scores.holdout = {};
    for (std::size_t i = 0; i < all.rows.size(); ++i) {
      ObjectiveScores::Part& part = i % 4 == 0 ? scores.holdout : scores.out_of_fold;
      part.rows.push_back(all.rows[i]);
      part.scores.push_back(all.scores[i]);
      part.gains.push_back(all.gains[i]);
    }
  }
  EXPECT_NE(Weigh(torn).reason.find("lists are torn: of a query's items only 25 % are holdout rows"), std::string::npos) << Weigh(torn).reason;
  Feed none = MakeFeed("");
  none.scores[0].out_of_fold = {};
  EXPECT_NE(Weigh(none).reason.find("no out-of-fold predictions"), std::string::npos);
}

// Predicts the mean label of the nearest rows, whatever the labels are: a linear smoother.
class Nearest : public learn::Learner {
 public:
  class Fitted : public learn::Model {
   public:
    std::vector<double> at, label;
    learn::RungKind kind() const override { return learn::RungKind::kLinear; }
    Result<void> Predict(const table::Table& table, std::span<const std::uint32_t> rows, std::span<double> out, const RunContext&) const override {
      for (std::size_t i = 0; i < rows.size(); ++i) {
        std::vector<std::pair<double, double>> near;
        for (std::size_t j = 0; j < at.size(); ++j) near.emplace_back(std::abs(at[j] - table.column(0).NumberAt(rows[i])), label[j]);
        std::partial_sort(near.begin(), near.begin() + 5, near.end());
        out[i] = 0;
        for (int j = 0; j < 5; ++j) out[i] += near[j].second / 5;
      }
      return {};
    }
    std::vector<std::string> columns() const override { return {}; }
    Json ToJson() const override { return {}; }
    std::string Explain(std::span<const std::string>) const override { return ""; }
  };
  learn::RungKind kind() const override { return learn::RungKind::kLinear; }
  std::string name() const override { return "nearest"; }
  Result<std::unique_ptr<learn::Model>> Fit(const learn::Examples& examples, std::span<const std::uint32_t> rows, const RunContext&) const override {
    auto fitted = std::make_unique<Fitted>();
    for (const std::uint32_t row : rows) {
      fitted->at.push_back(examples.table->column(0).NumberAt(row));
      fitted->label.push_back(examples.outcome[row]);
    }
    return std::unique_ptr<learn::Model>(std::move(fitted));
  }
};

// For a linear smoother the two ways are the same (shared/references/objectives-change-value.md 4.7); trees adapt, and may differ.
TEST(RetrainGap, IsNothingForALinearSmootherAndIsMeasuredForTrees) {
  base::RandomStream random(8, "retrain");
  std::vector<double> x, session;
  learn::Examples first;
  std::vector<float> second;
  for (int i = 0; i < 3000; ++i) {
    x.push_back(random.Normal());
    session.push_back(i / 20);
    first.outcome.push_back(static_cast<float>(std::sin(2 * x.back()) + 0.3 * random.Normal()));
    second.push_back(static_cast<float>(1e6 * (std::abs(x.back()) + random.Normal())));
  }
  const auto table = std::make_shared<const table::Table>(*table::Table::Create({table::Column::Numbers("x", x), table::Column::Numbers("session", session)}));
  first.table = table;
  first.task = learn::Task::kRegression;
  first.features = {{0, "x", "x"}};
  learn::Examples other = first;
  other.outcome = second;
  Feed feed = MakeFeed("", 4);
  learn::Rows rows(3000);
  for (std::uint32_t i = 0; i < 3000; ++i) rows[i] = i;
  const TradeoffInput input{feed.project, feed.objectives, feed.scores, table, {}, {std::make_shared<const learn::Examples>(first), std::make_shared<const learn::Examples>(other)}, {rows, rows}};
  const TradeoffSettings settings = TradeoffSettingsOf(feed.project.charter);
  const evidence::RetrainReport same = RetrainGap(input, settings, Nearest(), {});
  ASSERT_EQ(same.reason, "");
  ASSERT_EQ(same.points.size(), 3U);
  EXPECT_EQ(same.items, 20 * same.queries);  // whole lists are held back
  for (const evidence::RetrainPoint& point : same.points) {
    for (const auto& [name, gap] : point.gaps) EXPECT_NEAR(gap.value, 0, name == "quality" ? 1e-3 : 1e3) << name;  // float labels swap a pair now and then
  }
  const evidence::RetrainReport trees = RetrainGap(input, settings, *learn::MakeLearner(learn::RungKind::kBoosted), {});
  ASSERT_EQ(trees.reason, "");
  EXPECT_NE(trees.points[1].gaps.at("quality").value, 0);
  EXPECT_TRUE(std::isfinite(trees.points[1].gaps.at("quality").low));
}

// A policy in use stands before the charter; what people wrote into it is never lost, and its bounds are kept to.
TEST(Policy, InUseIsWhereTheTradeoffStarts) {
  Feed feed = MakeFeed("");
  feed.project.folder = std::filesystem::temp_directory_path() / "assay-tradeoff-test-policy";
  std::filesystem::remove_all(feed.project.folder);
  for (const Objective& objective : feed.objectives) {
    const std::filesystem::path models = feed.project.state() / "models" / objective.name;
    std::filesystem::create_directories(models);
    ASSERT_TRUE(base::WriteFileAtomically(models / "model.json", "{\"of\": \"" + objective.name + "\"}"));
  }
  charter::Policy policy;
  policy.query = "session";
  for (const Objective& objective : feed.objectives) policy.objectives.push_back({objective.name, objective.name == "quality" ? 0.8 : 0.2, 0, 1, 1, "rung", base::Sha256Hex("{\"of\": \"" + objective.name + "\"}")});
  const evidence::TradeoffReport before = Weigh(feed);
  for (std::size_t o = 0; o < 2; ++o) policy.objectives[o].scale = before.objectives[o].scale;
  policy.objectives[1].most = 0.4;
  policy.guardrails.push_back({"explicit", "nsfw = 1", 0.1, false});
  ASSERT_TRUE(base::WriteFileAtomically(PolicyPath(feed.project), charter::WritePolicy(policy, "Feed")));
  const evidence::TradeoffReport report = Weigh(feed);
  EXPECT_EQ(report.weights_from, "policy");
  EXPECT_NEAR(report.current->lambda, 0.2, 1e-12);
  EXPECT_NE(SettingsFingerprint(feed.project), before.settings_fingerprint);
  EXPECT_NE(report.notes.at(0).find("the policy in use differs from the charter in guardrails"), std::string::npos) << report.notes.at(0);
  // What is recommended keeps to the bounds that a person set.
  Feed guarded = MakeFeed("[tradeoff]\nk = 5\n[[guardrails]]\nname = \"clicks\"\nexpression = \"nsfw = 1\"\nleast = 0.2\n");
  guarded.project.folder = feed.project.folder;
  const evidence::TradeoffReport within = Weigh(guarded);
  if (within.recommended->feasible) EXPECT_LE(within.recommended->lambda, 0.4);
  else EXPECT_NE(within.nearest.find("within the bounds that the policy in use sets"), std::string::npos) << within.nearest;
  // Scores on another scale now: the same lists by other weights.
  policy.objectives[0].scale *= 2;
  ASSERT_TRUE(base::WriteFileAtomically(PolicyPath(feed.project), charter::WritePolicy(policy, "Feed")));
  EXPECT_NEAR(Weigh(feed).current->lambda, 0.2 / 0.6, 1e-12);
  // A policy of models that are gone is not looked at, and that is said.
  policy.objectives[0].model = std::string(64, '0');
  ASSERT_TRUE(base::WriteFileAtomically(PolicyPath(feed.project), charter::WritePolicy(policy, "Feed")));
  const evidence::TradeoffReport stale = Weigh(feed);
  EXPECT_EQ(stale.weights_from, "charter");
  EXPECT_NE(stale.notes.at(0).find("the policy file is not looked at"), std::string::npos);
  std::filesystem::remove_all(feed.project.folder);
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
