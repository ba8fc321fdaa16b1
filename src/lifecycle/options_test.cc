#include "lifecycle/options.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <cmath>
#include <cstdio>
#include <filesystem>

#include "base/file.h"
#include "base/random.h"
#include "lifecycle/conclusions.h"
#include "lifecycle/exit_criteria.h"
#include "lifecycle/step_store.h"
#include "lifecycle/value.h"

namespace assay::lifecycle {
namespace {

TEST(CostPerDay, ReadsCostsThatComeAgain) {
  struct Case {
    const char* text;
    double expected;  // NaN: does not say how often
  };
  const double none = std::nan("");
  const Case cases[] = {
      {"30.4375 USD a month", 1},  {"3 USD/day", 3},         {"7 EUR per week", 1},      {"365.25 EUR a year", 1}, {"0 USD a month", 0}, {"0 EUR", 0}, {"0", 0},
      {"12,175 USD per month", 400}, {"40,000 USD", none},   {"", none},                 {"a month", none},        {"5 USD, a Nigeria month", none},
      {"5 Nigeria month", none},   {"about 14 EUR every week, rising", 2},
      {"5,000 EUR once, then 304.375 EUR a month", 10}, {"2 hours a week, 3043.75 EUR a month", 100}, {"2 hours a week", none},
      {"14 Taler a week", 2},      {"14 taler/week", 2},     {"14 crowns a week", none}, {"EUR 14 a week", 2},   {"EUR14 per week", 2},
      {"14 per week (EUR)", 2},    {"(14 EUR a week)", 2},   {"10-14 EUR a week", none}, {"Q3 a week", none},    {"3 a weekend", none},
      {"7 EUR a week and 3 EUR a day", none},                {"0 EUR once, 7 EUR a week", 1}, {"5k EUR a week", none}, {"2,5 EUR a day", none}, {"0 EUR once, 300 EUR later", none},
  };
  for (const Case& c : cases) {
    const double cost = CostPerDay(c.text, "Taler");
    if (std::isnan(c.expected)) EXPECT_TRUE(std::isnan(cost)) << c.text << ": " << cost;
    else EXPECT_NEAR(cost, c.expected, 1e-12) << c.text;
  }
}

// Four holdout rows in two units, scores of one ML rung; the threshold comes from the out-of-fold rows, not from these.
DecisionRows SmallRows() {
  DecisionRows rows;
  rows.choice_positive = {1, 1, 0, 0};
  rows.holdout_positive = {1, 0, 1, 0};
  rows.holdout_unit = {0, 0, 1, 1};
  rows.num_units = 2;
  rows.dependence = "by unit";
  rows.rungs.push_back({"trees", "boosted", {0.9, 0.6, 0.4, 0.1}, {0.7, 0.65, 0.5, 0.2}});
  rows.rungs.push_back({"old model", "imported", {}, {0.25, 0.1, 0.3, 0.15}});
  rows.rungs.push_back({"random", "random", {0.1, 0.2, 0.3, 0.4}, {0.1, 0.2, 0.3, 0.4}});
  return rows;
}

MoneySettings SmallMoney() {
  MoneySettings settings;
  settings.currency = "EUR";
  settings.money = {4, -1, 0, 0};
  settings.decisions_per_day = 10;
  settings.cost_per_month = base::kDaysPerMonth;  // 1 a day
  return settings;
}

TEST(WhyNoValue, AdvisesAnOutcomeThatIsYesOrNo) {
  MoneySettings settings;
  const std::vector<std::string> classes = {"o'hare", "jfk"};
  EXPECT_NE(WhyNoValue(settings, learn::Task::kRegression, "price", "price", {}).find("such as 'price >= LIMIT' with the limit"), std::string::npos);
  const std::string of_classes = WhyNoValue(settings, learn::Task::kMulticlass, "airport", "origin", classes);
  EXPECT_NE(of_classes.find("such as origin = 'o''hare' with the class"), std::string::npos) << of_classes;
}

TEST(ValueOfRungs, ByHand) {
  const Result<evidence::ValueReport> report = ValueOfRungs(SmallRows(), SmallMoney());
  ASSERT_TRUE(report) << report.error().message;
  ASSERT_EQ(report->rungs.size(), 3U) << "nothing, trees, old model; random is left out";
  const evidence::RungValue& trees = report->rungs[1];
  // From 0.6 on: acts on rows 1 and 2 of 4, one right, one false alarm: (4 - 1) / 4 a decision.
  EXPECT_EQ(trees.threshold, 0.6);
  EXPECT_EQ(trees.share_acted, 0.5);
  EXPECT_DOUBLE_EQ(trees.money_per_decision.value, 0.75);
  EXPECT_DOUBLE_EQ(trees.money_per_day.value, 7.5);
  EXPECT_DOUBLE_EQ(trees.value_per_day.value, 6.5);
  EXPECT_DOUBLE_EQ(trees.against_nothing.value, 6.5);
  EXPECT_LT(trees.value_per_day.low, 6.5);
  // Imported: no out-of-fold predictions, so the break-even chance 0.2 decides: rows 1 and 3, both right; no cost of ours.
  const evidence::RungValue& old = report->rungs[2];
  EXPECT_DOUBLE_EQ(old.threshold, 0.2);
  EXPECT_DOUBLE_EQ(old.value_per_day.value, 20);
  EXPECT_EQ(report->best, "old model");
  EXPECT_EQ(report->rungs[0].value_per_day.value, 0);
}

// A rule gives shares of training rows, which differ a little from fold to fold: what decides is whether the share reaches the
// chance from which acting pays, here 0.2, and not the share that one fold had.
TEST(ValueOfRungs, RulesActWhereTheirShareReachesTheBreakEvenChance) {
  DecisionRows rows = SmallRows();
  rows.rungs = {{"busy days", "own_rule", {0.31, 0.3, 0.1, 0.12}, {0.29, 0.11, 0.29, 0.11}},
                {"best rule", "rule", {0.31, 0.3, 0.1, 0.12}, {0.19, 0.11, 0.19, 0.11}},
                {"constant", "constant", {0.3, 0.3, 0.31, 0.31}, {0.3, 0.3, 0.3, 0.3}}};
  const Result<evidence::ValueReport> report = ValueOfRungs(rows, SmallMoney());
  ASSERT_TRUE(report);
  EXPECT_EQ(report->rungs[1].threshold, 0.2);
  EXPECT_EQ(report->rungs[1].share_acted, 0.5);
  EXPECT_DOUBLE_EQ(report->rungs[1].money_per_decision.value, 2);
  EXPECT_EQ(report->rungs[2].share_acted, 0);
  EXPECT_EQ(report->rungs[3].share_acted, 1);
  // No chance from which acting pays: a right alarm is worth less than a miss. Then the folds decide.
  MoneySettings settings = SmallMoney();
  settings.money = {-1, 2, 0, 0};
  EXPECT_TRUE(std::isnan(settings.money.BreakEvenChance()));
  EXPECT_EQ(ValueOfRungs(rows, settings)->rungs[3].share_acted, 0) << "the folds' best is from 0.31 on";
}

// Where acting is never worse than silence every rung acts always, and where it is never better none does: there is no threshold
// to choose.
TEST(ValueOfRungs, EveryRungActsWhereActingIsNeverWorse) {
  DecisionRows rows = SmallRows();
  rows.rungs.push_back({"constant", "constant", {0.3, 0.3, 0.3, 0.3}, {0, 0, 0, 0}});
  rows.rungs.push_back({"best rule", "rule", {0.4, 0.4, 0.2, 0.2}, {0.01, 0.1, 0.19, 0.9}});
  MoneySettings settings = SmallMoney();
  settings.money = {5, 1, 0, 0};
  const Result<evidence::ValueReport> always = ValueOfRungs(rows, settings);
  ASSERT_TRUE(always);
  EXPECT_EQ(always->break_even_chance, 0);
  EXPECT_EQ(always->break_even_chance_reason, "");
  ASSERT_EQ(always->rungs.size(), 5U);
  for (std::size_t i = 1; i < always->rungs.size(); ++i) {
    EXPECT_EQ(always->rungs[i].share_acted, 1) << always->rungs[i].name;
    EXPECT_DOUBLE_EQ(always->rungs[i].money_per_decision.value, 3) << always->rungs[i].name;
  }
  settings.money = {-1, -2, 0, 0};
  const Result<evidence::ValueReport> never = ValueOfRungs(rows, settings);
  ASSERT_TRUE(never);
  EXPECT_NE(never->break_even_chance_reason.find("never brings more"), std::string::npos) << never->break_even_chance_reason;
  ASSERT_EQ(never->rungs.size(), 5U);
  for (const evidence::RungValue& rung : never->rungs) EXPECT_EQ(rung.share_acted, 0) << rung.name;
  EXPECT_EQ(never->best, "nothing");
  // What always acting brings, whatever the outcome, is exact.
  settings.money = {2, 2, 0, 0};
  const evidence::RungValue exact = ValueOfRungs(rows, settings)->rungs[1];
  EXPECT_EQ(exact.money_per_decision.low, 2);
  EXPECT_EQ(exact.money_per_decision.high, 2);
  EXPECT_NE(exact.money_per_decision.reason.find("always acts"), std::string::npos) << exact.money_per_decision.reason;
  const std::string of_neither = NoValue([] { MoneySettings s = SmallMoney(); s.money = {}; return s; }(), "").break_even_chance_reason;
  EXPECT_NE(of_neither.find("brings the same"), std::string::npos) << of_neither;
  const std::string turned = NoValue([] { MoneySettings s = SmallMoney(); s.money = {-1, 2, 0, 0}; return s; }(), "").break_even_chance_reason;
  EXPECT_NE(turned.find("only where the outcome is not positive"), std::string::npos) << turned;
}

// The most valuable of many rungs is picked on the rows that judge it. Of 16 that act at random and are worth nothing one would be
// called better than doing nothing in far more than 2.5 % of the runs; the joint level keeps that.
TEST(ValueOfRungs, ThePickOfManyWorthlessRungsIsNotSupported) {
  constexpr int kRuns = 300, kRungs = 16, kRows = 400;
  int supported = 0, alone = 0;
  for (int run = 0; run < kRuns; ++run) {
    base::RandomStream random(static_cast<std::uint64_t>(run), "worthless rungs");
    DecisionRows rows;
    rows.choice_positive = {1, 0};
    for (int i = 0; i < kRows; ++i) rows.holdout_positive.push_back(random.Uniform() < 0.5 ? 1 : 0);
    for (int r = 0; r < kRungs; ++r) {
      DecisionRows::Rung rung{"r" + std::to_string(r), "own_rule", {0.6, 0.4}, {}};
      for (int i = 0; i < kRows; ++i) rung.holdout.push_back(random.Uniform() < 0.5 ? 0.6 : 0.4);
      rows.rungs.push_back(std::move(rung));
    }
    MoneySettings settings = SmallMoney();
    settings.money = {1, -1, 0, 0};
    const Result<evidence::ValueReport> report = ValueOfRungs(rows, settings);
    ASSERT_TRUE(report);
    const evidence::Evidence conclusion = ConclusionsOf(*report)[0];
    supported += conclusion.verdict == evidence::Verdict::kSupported ? 1 : 0;
    for (const evidence::RungValue& rung : report->rungs) alone += rung.name == report->best && rung.against_nothing.low > 0 ? 1 : 0;
    if (run > 0 || report->best == "nothing") continue;
    EXPECT_DOUBLE_EQ(report->best_against_nothing.level, 1 - 0.05 / kRungs);
    EXPECT_NE(conclusion.answer.find("(99.7 % interval"), std::string::npos) << conclusion.answer;
  }
  std::printf("the best of %d worthless rungs is supported in %.1f %% of the runs, by its interval alone in %.1f %%\n", kRungs, 100.0 * supported / kRuns, 100.0 * alone / kRuns);
  EXPECT_LE(supported, 18);  // 99.9 % of binomial(300, .025)
  EXPECT_GE(alone, 30);
}

// What a policy cannot do has no part in its interval.
TEST(ValueOfRungs, NeverActingIsWorthExactlyWhatSilenceBrings) {
  DecisionRows rows = SmallRows();
  rows.rungs = {{"useless", "linear", {0.1, 0.2, 0.8, 0.9}, {0.3, 0.3, 0.3, 0.3}}};
  struct Case {
    const char* name;
    objectives::DecisionMoney money;
    double value, low, high;  // per decision, of doing nothing
  };
  const Case cases[] = {
      {"silence is free", {4, -5, 0, 0}, 0, 0, 0},
      {"silence always brings the same", {4, -5, 2, 2}, 2, 2, 2},
  };
  for (const Case& c : cases) {
    MoneySettings settings = SmallMoney();
    settings.money = c.money;
    const Result<evidence::ValueReport> report = ValueOfRungs(rows, settings);
    ASSERT_TRUE(report) << c.name;
    for (const evidence::RungValue& rung : report->rungs) {
      SCOPED_TRACE(std::string(c.name) + ": " + rung.name);
      ASSERT_TRUE(std::isnan(rung.threshold)) << "it should never act";
      EXPECT_EQ(rung.money_per_decision.value, c.value);
      EXPECT_EQ(rung.money_per_decision.low, c.low);
      EXPECT_EQ(rung.money_per_decision.high, c.high);
      EXPECT_EQ(rung.value_per_day.low, 10 * c.low - rung.cost_per_day);
      EXPECT_EQ(rung.value_per_day.high, rung.value_per_day.low);
      EXPECT_EQ(rung.against_nothing.low, -rung.cost_per_day);
      EXPECT_EQ(rung.against_nothing.high, -rung.cost_per_day);
      EXPECT_NE(rung.money_per_decision.reason.find("never acts"), std::string::npos) << rung.money_per_decision.reason;
      EXPECT_NE(rung.against_nothing.reason.find("never acts"), std::string::npos) << rung.against_nothing.reason;
    }
    EXPECT_EQ(report->best, "nothing");
  }
  // Misses cost: what silence brings depends on the outcome, so there is something to estimate; not against itself.
  MoneySettings settings = SmallMoney();
  settings.money = {1, -9, 0, -1};
  rows.holdout_positive = {1, 1, 1, 0};
  const Result<evidence::ValueReport> report = ValueOfRungs(rows, settings);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->rungs[0].money_per_decision.value, -0.75);
  EXPECT_LT(report->rungs[0].money_per_decision.low, report->rungs[0].money_per_decision.high);
  EXPECT_EQ(report->rungs[0].against_nothing.high, 0);
}

// A rung that might act, but does on none of these rows, brings what silence brings here; the reason says that this is all
// that is known.
TEST(ValueOfRungs, NoActionOnTheHoldoutIsExactForItsRows) {
  DecisionRows rows = SmallRows();
  rows.rungs = {{"shy", "rule", {0.9, 0.6, 0.4, 0.1}, {0.1, 0.1, 0.1, 0.1}}};
  const Result<evidence::ValueReport> report = ValueOfRungs(rows, SmallMoney());
  ASSERT_TRUE(report);
  const evidence::RungValue& shy = report->rungs[1];
  ASSERT_TRUE(std::isfinite(shy.threshold));
  ASSERT_EQ(shy.share_acted, 0);
  for (const evidence::Estimate* e : {&shy.money_per_decision, &shy.value_per_day, &shy.against_nothing}) {
    EXPECT_EQ(e->low, 0);
    EXPECT_EQ(e->high, 0);
    EXPECT_NE(e->reason.find("none of its 4 rows"), std::string::npos) << e->reason;
  }
}

// Acting rightly on every row does not make false alarms impossible: with two units up to 1 - 0.025^(1/2) of the decisions may
// still be some.
TEST(ValueOfRungs, AlikeRowsOfARungThatActsLeaveRoomForTheOtherCells) {
  DecisionRows rows = SmallRows();
  rows.holdout_positive = {1, 1, 1, 1};
  rows.rungs = {{"eager", "rule", {0.9, 0.6, 0.4, 0.1}, {0.7, 0.7, 0.7, 0.7}}};
  const Result<evidence::ValueReport> report = ValueOfRungs(rows, SmallMoney());
  ASSERT_TRUE(report);
  const evidence::RungValue& eager = report->rungs[1];
  ASSERT_EQ(eager.share_acted, 1);
  EXPECT_EQ(eager.money_per_decision.value, 4);
  EXPECT_EQ(eager.money_per_decision.high, 4);
  EXPECT_NEAR(eager.money_per_decision.low, 4 - 5 * (1 - std::sqrt(0.025)), 1e-12);
  EXPECT_EQ(eager.money_per_decision.reason, "");
}

TEST(ValueOfRungs, WithoutDecisionsPerDayOnlyMoneyPerDecision) {
  MoneySettings settings = SmallMoney();
  settings.decisions_per_day = std::nan("");
  const Result<evidence::ValueReport> report = ValueOfRungs(SmallRows(), settings);
  ASSERT_TRUE(report);
  EXPECT_DOUBLE_EQ(report->rungs[1].money_per_decision.value, 0.75);
  EXPECT_TRUE(std::isnan(report->rungs[1].value_per_day.value));
  EXPECT_NE(report->rungs[1].value_per_day.reason.find("value.decisions_per_day"), std::string::npos);
}

class Folder : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "assay-steps-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path folder_;
};

TEST_F(Folder, DecisionRowsReadBackAndDamageIsFound) {
  const std::filesystem::path path = folder_ / "rows";
  ASSERT_TRUE(SaveDecisionRows(path, SmallRows()));
  const Result<DecisionRows> rows = LoadDecisionRows(path);
  ASSERT_TRUE(rows) << rows.error().message;
  const Result<evidence::ValueReport> before = ValueOfRungs(SmallRows(), SmallMoney()), after = ValueOfRungs(*rows, SmallMoney());
  EXPECT_EQ(base::WriteJson(evidence::ToJson(*before)), base::WriteJson(evidence::ToJson(*after)));
  const std::string bytes = *base::ReadFile(path);
  for (std::size_t size = 0; size < bytes.size(); size += 7) {
    ASSERT_TRUE(base::WriteFileAtomically(path, bytes.substr(0, size)));
    const Result<DecisionRows> cut = LoadDecisionRows(path);
    ASSERT_FALSE(cut) << "cut after " << size << " bytes";
    EXPECT_NE(cut.error().message.find("--fresh"), std::string::npos);
  }
  for (std::size_t at = 0; at < bytes.size(); at += 5) {
    std::string flipped = bytes;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x40);
    ASSERT_TRUE(base::WriteFileAtomically(path, flipped));
    EXPECT_FALSE(LoadDecisionRows(path)) << "a bit of byte " << at << " was turned";
  }
}

// Written with a right seal, as somebody could who means harm: what does not fit together is refused all the same.
TEST_F(Folder, UnitsThatDoNotFitTheirRowsAreRefused) {
  const std::filesystem::path path = folder_ / "rows";
  void (*const changes[])(DecisionRows*) = {[](DecisionRows* r) { r->holdout_unit = {0, 1}; }, [](DecisionRows* r) { r->holdout_unit = {0, 1, 2, 0}; }, [](DecisionRows* r) { r->num_units = 4'000'000'000U; }};
  for (const auto& change : changes) {
    DecisionRows rows = SmallRows();
    change(&rows);
    ASSERT_TRUE(SaveDecisionRows(path, rows));
    EXPECT_FALSE(LoadDecisionRows(path));
  }
}

TEST_F(Folder, AStepIsTakenOverOnlyUnderItsKey) {
  const StepStore store(folder_);
  EXPECT_FALSE(store.Load("train a", "k"));
  ASSERT_TRUE(store.Save("train a", "k", {{{"fit", 1.5}}, Json{{"x", 1}}, "hash"}));
  const std::optional<FinishedStep> step = store.Load("train a", "k");
  ASSERT_TRUE(step);
  EXPECT_EQ(step->seconds.at("fit"), 1.5);
  EXPECT_EQ(step->record, "hash");
  EXPECT_FALSE(store.Load("train a", "other"));
  ASSERT_TRUE(base::WriteFileAtomically(store.PathOf("train a", ".json"), "{\"key\":\"k\""));
  EXPECT_FALSE(store.Load("train a", "k")) << "a damaged file is as good as none";
  ASSERT_TRUE(store.Clear());
  EXPECT_FALSE(std::filesystem::exists(folder_ / "steps"));
  EXPECT_NE(StepKey({"ab", "c"}), StepKey({"a", "bc"}));
  EXPECT_TRUE(ProgramFingerprint());
}

TEST(Charter, SectionsTextDependsOnAnswersOnly) {
  const auto text = [](const std::string& toml) { return SectionsText(*charter::Charter::Parse(toml, "t"), {"value", "objectives"}); };
  const std::string base = text("[value]\ntrue_positive = 4\n[[objectives]]\nname = \"a\"\n");
  EXPECT_EQ(base, text("# a comment\n[[objectives]]\nname = \"a\"\n\n[value]\ntrue_positive = 4 # four\n[project]\nname = \"x\"\n"));
  EXPECT_NE(base, text("[value]\ntrue_positive = 5\n[[objectives]]\nname = \"a\"\n"));
}

TEST(JudgeSteps, MetNotMetNotMeasurable) {
  evidence::ProjectReport report;
  report.header.data.rows = 100;
  evidence::FeasibilityReport feasibility;
  feasibility.objective = "late";
  feasibility.gain.value = 0.05;
  feasibility.gain.low = 0.02;
  feasibility.gain.high = std::numeric_limits<double>::infinity();
  report.feasibility.push_back(feasibility);
  struct Case {
    const char* exit;
    const char* state;
    const char* detail;
  };
  // Of "slow" there is a ladder that recommends nothing, and a rung without an auc; the value was not measured.
  evidence::TrainReport train;
  train.objective = "slow";
  evidence::RungReport rung;
  rung.name = "linear";
  rung.status = evidence::RungStatus::kBest;
  rung.metrics["skill"] = {0.2, 0.1, 0.3, 0.95, ""};
  train.rungs.push_back(rung);
  report.train.push_back(train);
  const Case cases[] = {
      {"gain_low >= 0.01", "met", "gain_low = 0.02"},
      {"late_gain > 0.1", "not_met", "late_gain = 0.05"},
      {"GAIN_LOW >= 0.01", "met", "gain_low = 0.02"},
      {"gain_high > 1", "not_measurable", "gain_high does not exist in this run: its interval has no upper end"},
      {"recommended_skill > 0", "not_measurable", "recommended_skill does not exist in this run: the ladder has not been climbed for 'late'"},
      {"slow_recommended_skill > 0", "not_measurable", "slow_recommended_skill does not exist in this run: no rung is recommended for 'slow'"},
      {"slow_best_auc_low > 0", "not_measurable", "slow_best_auc_low does not exist in this run: 'linear' has no auc"},
      {"slow_best_skill > 0.15", "met", "slow_best_skill = 0.2"},
      {"slow_value_per_day > 0", "not_measurable", "the value of decisions has not been measured for 'slow'"},
      {"slow_go = 1", "not_measurable", "feasibility has not been judged for 'slow'"},
      {"hypotheses_decided > 0", "not_measurable", "the hypotheses have not been tested"},
      // Decided by the figures that are there; the other one is named all the same.
      {"gain_low >= 0.01 or recommended_skill > 0", "met", "gain_low = 0.02, recommended_skill does not exist"},
      {"recomended_skill > 0", "not_measurable", "it cannot be measured: a run does not measure 'recomended_skill'. Did you mean 'recommended_skill'"},
      {"gain >", "not_measurable", "it is no EXPR"},
      {"", "not_measurable", "no exit criterion"},
      {"'done'", "not_measurable", "expected a condition"},
      {"1 = 1", "not_measurable", "names no figure"},
      {"gain / (go * 1) > 0", "not_measurable", "it has no value for these figures: gain = 0.05, go = 0"},
      {"rows = 100 and go = 0", "met", "rows = 100"},
  };
  for (const Case& c : cases) {
    const Result<charter::Charter> parsed = charter::Charter::Parse(std::string("[[objectives]]\nname = \"late\"\n[[objectives]]\nname = \"slow\"\n[[problem.steps]]\nname = \"s\"\nexit = \"") + c.exit + "\"\n", "t");
    ASSERT_TRUE(parsed) << parsed.error().message;
    const std::vector<evidence::StepResult> steps = JudgeSteps(*parsed, report, {});
    ASSERT_EQ(steps.size(), 1U);
    EXPECT_EQ(steps[0].state, c.state) << c.exit << ": " << steps[0].detail;
    EXPECT_NE(steps[0].detail.find(c.detail), std::string::npos) << c.exit << ": " << steps[0].detail;
  }
}

TEST(JudgeSteps, FiguresSayWhoseTheyAreWhereOneNameBeginsWithAnother) {
  const Result<charter::Charter> parsed = charter::Charter::Parse("[[objectives]]\nname = \"late\"\n[[objectives]]\nname = \"late_long\"\n[[problem.steps]]\nname = \"s\"\nexit = \"late_long_gain_low > 5 and late_gain > 0 and stop = 0 and rows > 10\"\n", "t");
  ASSERT_TRUE(parsed) << parsed.error().message;
  std::vector<std::string> whose;
  const std::vector<evidence::StepResult> steps = JudgeSteps(*parsed, {}, {});
  for (const evidence::StepFigure& f : steps[0].figures) whose.push_back(f.name + ": " + f.figure + " of " + f.objective);
  EXPECT_EQ(whose, std::vector<std::string>({"late_long_gain_low: gain_low of late_long", "late_gain: gain of late", "stop: stop of late", "rows: rows of "}));
}

}  // namespace
}  // namespace assay::lifecycle
