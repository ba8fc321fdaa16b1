#include "lifecycle/tradeoff.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdlib>

#include "base/file.h"
#include "base/random.h"
#include "base/text.h"
#include "lifecycle/internal/tradeoff_parts.h"
#include "lifecycle/tradeoff_for_test.h"

namespace assay::lifecycle {
namespace {

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
  copied.project.charter = *charter::Charter::Parse(std::string(kFeedCharter).insert(std::string(kFeedCharter).find("query ="), "unit = \"user\"\n"), "assay.toml");
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
  feed.project.charter = *charter::Charter::Parse(std::string(kFeedCharter) + "amount = 50\n[value]\ncurrency = \"EUR\"\n", "assay.toml");
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

}  // namespace
}  // namespace assay::lifecycle
