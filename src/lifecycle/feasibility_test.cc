#include "lifecycle/feasibility.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/random.h"
#include "base/thread_pool.h"
#include "lifecycle/gathered_for_test.h"
#include "lifecycle/time_leak.h"

namespace assay::lifecycle {
namespace {

using evidence::FeasibilityVerdict;
using table::Column;

enum class Plant { kNothing, kThreshold, kInteraction, kCopy, kLeakyId, kPlainId, kStrongHonest };

Gathered Make(Plant plant, std::size_t n, std::uint64_t seed) {
  base::RandomStream random(seed, "planted feasibility");
  std::vector<double> y, x, z, extra;
  for (std::size_t i = 0; i < n; ++i) {
    x.push_back(random.Uniform());
    z.push_back(random.Uniform());
    double signal = 0;
    if (plant == Plant::kThreshold) signal = x[i] > 0.6 ? 1.5 : -1.5;
    if (plant == Plant::kInteraction) signal = 14 * (x[i] - 0.5) * (z[i] - 0.5);
    if (plant == Plant::kStrongHonest) signal = 12 * (x[i] - 0.5);
    if (plant == Plant::kCopy || plant == Plant::kLeakyId || plant == Plant::kPlainId) signal = 2 * (z[i] - 0.5);
    y.push_back(random.Uniform() < 1 / (1 + std::exp(-signal)) ? 1 : 0);
    if (plant == Plant::kCopy) extra.push_back(y[i] * 100 + random.Normal());
    if (plant == Plant::kPlainId) extra.push_back(static_cast<double>(i));
  }
  if (plant == Plant::kLeakyId) {
    // Numbers were given out after the positives had been moved to the front.
    double next_positive = 0, next_negative = 600;
    for (std::size_t i = 0; i < n; ++i) extra.push_back(y[i] == 1 ? next_positive++ : 5000 + next_negative++);
  }
  std::vector<Column> columns;
  columns.push_back(Column::Numbers("y", y));
  columns.push_back(Column::Numbers("x", x));
  columns.push_back(Column::Numbers("z", z));
  if (!extra.empty()) columns.push_back(Column::Numbers("extra", extra));
  Problem problem;
  problem.outcome = "y = 1";
  return GatherColumns(problem, std::move(columns));
}

TEST(Feasibility, PlantedTruthsAreFoundAndInnocentTwinsNotAccused) {
  struct Case {
    Plant plant;
    FeasibilityVerdict verdict;
    std::vector<std::string> leaky;
  };
  const Case cases[] = {
      {Plant::kNothing, FeasibilityVerdict::kStop, {}},
      {Plant::kThreshold, FeasibilityVerdict::kUseARule, {}},
      {Plant::kInteraction, FeasibilityVerdict::kGo, {}},
  };
  for (const Case& c : cases) {
    const Result<evidence::FeasibilityReport> report = Feasibility(Make(c.plant, 6000, 3), {}, {});
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->verdict, c.verdict) << static_cast<int>(c.plant) << ": " << report->reason;
    EXPECT_EQ(report->leaky_columns, c.leaky);
    EXPECT_EQ(report->items.size(), 9U);
  }
  for (const auto& [plant, leaky] : {std::pair{Plant::kCopy, true}, {Plant::kLeakyId, true}, {Plant::kPlainId, false}, {Plant::kStrongHonest, false}}) {
    const Result<std::vector<evidence::Finding>> findings = FindLeaks(Make(plant, 4000, 5), {});
    ASSERT_TRUE(findings);
    std::vector<std::string> accused;
    for (const evidence::Finding& f : *findings) {
      if (f.accused) accused.push_back(f.name);
    }
    EXPECT_EQ(accused, leaky ? std::vector<std::string>{"extra"} : std::vector<std::string>{}) << static_cast<int>(plant);
  }
}

// A rule that people wrote is a rule to beat: one that knows the interaction leaves nothing to a model.
TEST(Feasibility, AnOwnRuleIsARuleToBeat) {
  const Gathered gathered = Make(Plant::kInteraction, 6000, 3);
  FeasibilityOptions options;
  options.own_rules = {{"both or neither", "(x - 0.5) * (z - 0.5)"}, {"one column", "x"}};
  const Result<evidence::FeasibilityReport> report = Feasibility(gathered, options, {});
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->verdict, FeasibilityVerdict::kUseARule) << report->reason;
  EXPECT_NE(report->reason.find("your rule 'both or neither'"), std::string::npos) << report->reason;
  EXPECT_NE(report->next.find("your rule 'both or neither'"), std::string::npos) << report->next;
  EXPECT_NEAR(report->gain.level, 1 - 0.05 / 5, 1e-12) << "three rules and two models";
  options.own_rules = {{"one column", "x"}};
  const Result<evidence::FeasibilityReport> weak = Feasibility(gathered, options, {});
  EXPECT_EQ(weak->verdict, FeasibilityVerdict::kGo) << weak->reason;
  EXPECT_NE(weak->reason.find("the best rule"), std::string::npos) << weak->reason;
  options.own_rules = {{"wrong", "x +"}};
  EXPECT_NE(Feasibility(gathered, options, {}).error().message.find("own rule"), std::string::npos);
  options.own_rules = {{"cheat", "y"}};
  EXPECT_NE(Feasibility(gathered, options, {}).error().message.find("part of the outcome"), std::string::npos);
}

// Two daily connections over 120 days. The outcome is "late"; the column holds the planned time, or the actual one.
TEST(Feasibility, AnActualTimeIsToldFromAPlannedOne) {
  for (const bool actual : {true, false}) {
    base::RandomStream random(9, "connections");
    std::vector<double> delay;
    std::vector<base::Micros> time;
    std::vector<std::uint32_t> line;
    for (int day = 0; day < 120; ++day) {
      for (std::uint32_t l = 0; l < 8; ++l) {
        const double late = std::max(-5.0, 20 * random.Normal() + 10);
        delay.push_back(late);
        line.push_back(l);
        const double planned = 480 + 60.0 * l;
        time.push_back(day * base::kMicrosPerDay + static_cast<base::Micros>((planned + (actual ? late : 0) + (random.Uniform() < 0.1 ? 5 : 0)) * 6e7));
      }
    }
    std::vector<Column> columns;
    columns.push_back(Column::Numbers("delay", delay));
    columns.push_back(Column::Categories("line", line, {"a", "b", "c", "d", "e", "f", "g", "h"}));
    columns.push_back(Column::Times("departure", time));
    Problem problem;
    problem.outcome = "delay > 15";
    problem.time = "departure";
    const Gathered gathered = GatherColumns(problem, std::move(columns));
    const std::optional<TimeLeak> leak = FindTimeLeak(gathered.examples);
    ASSERT_TRUE(leak.has_value());
    EXPECT_EQ(leak->accused, actual) << leak->message;
  }
}

TEST(Feasibility, VerdictsFollowTheirOrder) {
  struct Case {
    const char* what;
    VerdictFacts facts;
    FeasibilityVerdict verdict;
  };
  VerdictFacts good;
  good.gain_low = 0.1, good.gain_high = 0.2, good.over_rule_low = 0.05, good.over_rule_high = 0.1;
  std::vector<Case> cases = {{"good", good, FeasibilityVerdict::kGo}};
  const auto add = [&](const char* what, FeasibilityVerdict verdict, auto change) {
    VerdictFacts facts = good;
    change(facts);
    cases.push_back({what, facts, verdict});
  };
  add("unusable", FeasibilityVerdict::kStop, [](VerdictFacts& f) { f.outcome_unusable = true; });
  add("cap", FeasibilityVerdict::kStop, [](VerdictFacts& f) { f.cap_exceeded = f.person_needed = "something"; });
  add("no pattern but room for gain", FeasibilityVerdict::kCollectMore, [](VerdictFacts& f) { f.pattern_refuted = true, f.gain_low = -0.1; });
  add("no pattern, no gain", FeasibilityVerdict::kStop, [](VerdictFacts& f) { f.pattern_refuted = true, f.gain_low = -0.1, f.gain_high = 0.005; });
  add("person", FeasibilityVerdict::kNeedsPerson, [](VerdictFacts& f) { f.person_needed = "something"; });
  add("straddles", FeasibilityVerdict::kCollectMore, [](VerdictFacts& f) { f.gain_low = 0.005; });
  add("target unmet, rising", FeasibilityVerdict::kCollectMore, [](VerdictFacts& f) { f.target_unmet = f.still_rising = true; });
  add("target unmet, rising in vain", FeasibilityVerdict::kCollectMore, [](VerdictFacts& f) { f.target_unmet = f.still_rising = f.rises_in_vain = true; });
  add("target unmet, flat", FeasibilityVerdict::kGo, [](VerdictFacts& f) { f.target_unmet = true; });
  add("rule does", FeasibilityVerdict::kUseARule, [](VerdictFacts& f) { f.over_rule_low = -0.01, f.over_rule_high = 0.005; });
  add("rule undecided", FeasibilityVerdict::kCollectMore, [](VerdictFacts& f) { f.over_rule_low = 0.005, f.over_rule_high = 0.05; });
  add("few queries judge", FeasibilityVerdict::kCollectMore, [](VerdictFacts& f) { f.few_judges = "2 queries"; });
  for (const Case& c : cases) EXPECT_EQ(DecideVerdict(c.facts).verdict, c.verdict) << c.what;
}

// A rule is not worth its work where not even the best model gains over doing nothing.
TEST(Feasibility, ARuleThatGainsTooLittleIsNotPutToWork) {
  VerdictFacts facts;
  facts.over_rule_low = -0.001, facts.over_rule_high = 0.001;
  facts.gain_low = 0.1, facts.gain_high = 0.2;
  const DecidedVerdict worth = DecideVerdict(facts);
  EXPECT_EQ(worth.reason.find("over the constant"), std::string::npos) << worth.reason;
  EXPECT_NE(NextStep(worth, facts).find("put the best rule to work"), std::string::npos);
  facts.gain_low = 0.001, facts.gain_high = 0.004;
  const DecidedVerdict worthless = DecideVerdict(facts);
  EXPECT_EQ(worthless.verdict, FeasibilityVerdict::kUseARule);
  EXPECT_NE(worthless.reason.find("over the constant it gains 0.001 to 0.004 only, below the least gain too"), std::string::npos) << worthless.reason;
  EXPECT_EQ(NextStep(worthless, facts), "leave the decision as it is, or look for better features");
}

TEST(Feasibility, SameBytesWithOneAndTwoThreads) {
  const Gathered gathered = Make(Plant::kThreshold, 2000, 8);
  base::ThreadPool one(1), two(2);
  RunContext with_one, with_two;
  with_one.pool = &one;
  with_two.pool = &two;
  EXPECT_EQ(base::WriteJson(evidence::ToJson(*Feasibility(gathered, {}, with_one))), base::WriteJson(evidence::ToJson(*Feasibility(gathered, {}, with_two))));
}

}  // namespace
}  // namespace assay::lifecycle
