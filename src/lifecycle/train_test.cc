#include "lifecycle/train.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "base/file.h"
#include "base/random.h"
#include "base/step_clock.h"
#include "base/thread_pool.h"
#include "learn/comparison.h"
#include "lifecycle/gathered_for_test.h"
#include "lifecycle/internal/train_parts.h"
#include "lifecycle/model_paths.h"

namespace assay::lifecycle {
namespace {

using table::Column;

// 4,000 rows; the outcome follows `truth`: 0 nothing, 1 a threshold on x, 2 an interaction of x and z. Two columns are no
// features: the chance that was drawn from, and what an oracle says of the outcome.
Gathered Planted(int truth, std::uint64_t seed, const std::string& outcome = "y = 1") {
  base::RandomStream random(seed, "planted");
  std::vector<double> y, x, z, other, oracle;
  for (int i = 0; i < 4000; ++i) {
    x.push_back(random.Uniform());
    z.push_back(random.Uniform());
    double signal = 0;
    if (truth == 1) signal = x.back() > 0.6 ? 1 : -1;
    if (truth == 2) signal = 12 * (x.back() - 0.5) * (z.back() - 0.5);
    const double p = 1 / (1 + std::exp(-1.5 * signal));
    y.push_back(random.Uniform() < p ? 1 : 0);
    other.push_back(p);
    oracle.push_back(y.back() > 0 ? 0.97 : 0.03);
  }
  std::vector<Column> columns;
  columns.push_back(Column::Numbers("y", y));
  columns.push_back(Column::Numbers("x", x));
  columns.push_back(Column::Numbers("z", z));
  columns.push_back(Column::Numbers("other", other));
  columns.push_back(Column::Numbers("oracle", oracle));
  Problem problem;
  problem.outcome = outcome;
  problem.exclude = {"other", "oracle"};
  return GatherColumns(problem, std::move(columns));
}

TEST(Train, RecommendsTheLowestRungThatDoes) {
  EXPECT_EQ(Train(Planted(0, 1), {}, {})->recommended, "constant");
  EXPECT_EQ(Train(Planted(1, 1), {}, {})->recommended, "best rule");
  EXPECT_EQ(Train(Planted(2, 1), {}, {})->recommended, "boosted trees");
}

TEST(Train, OwnRulesImportedAndPublishedTakeTheirPlaces) {
  TrainOptions options;
  options.own_rules = {{"x is large", "x > 0.6"}};
  options.imported = {{"their model", "other", "the same days"}, {"unknown model", "other", ""}};
  options.published = {{"a paper", "auc", 0.9, "somebody 2020", "other data"}};
  std::int64_t opened = 0;
  options.open_holdout = [&](const std::string& fingerprint) -> Result<std::int64_t> {
    EXPECT_EQ(fingerprint.size(), 64U);
    return ++opened + 6;
  };
  const Result<evidence::TrainReport> report = Train(Planted(1, 2), options, {});
  ASSERT_TRUE(report) << report.error().message;
  std::vector<std::string> kinds;
  for (const evidence::RungReport& rung : report->rungs) kinds.push_back(rung.kind);
  EXPECT_EQ(kinds, (std::vector<std::string>{"random", "constant", "rule", "own_rule", "linear", "boosted", "imported", "published"}));
  EXPECT_EQ(opened, 1);
  EXPECT_EQ(report->split.holdout_openings, 7);
  EXPECT_NE(report->recommended, "their model");
  EXPECT_NE(report->recommended, "a paper");
  EXPECT_EQ(report->rungs.back().status, evidence::RungStatus::kNotCompared);
  bool noted = false;
  for (const std::string& note : report->notes) noted = noted || note.find("not said what") != std::string::npos;
  EXPECT_TRUE(noted);
}

TEST(Train, IdenticalPredictionsDifferByExactlyNothing) {
  const Gathered gathered = Planted(1, 3);
  learn::Rows rows;
  for (std::uint32_t i = 0; i < 4000; ++i) rows.push_back(i);
  const std::vector<double> half(4000, 0.5);
  const learn::Judge judge(gathered.examples, rows, half, {});
  for (const learn::Metric metric : learn::MetricsOf(learn::Task::kBinary)) {
    const Result<stats::Interval> same = judge.Improvement(metric, half, half);
    ASSERT_TRUE(same);
    EXPECT_EQ(same->value, 0);
    EXPECT_EQ(same->standard_error, 0);
  }
}

const evidence::RungReport& RungOf(const evidence::TrainReport& report, const std::string& name) {
  return *std::find_if(report.rungs.begin(), report.rungs.end(), [&](const evidence::RungReport& rung) { return rung.name == name; });
}

// Imported predictions can never be chosen, so that they are better says nothing against the choice.
TEST(Train, ABetterImportedModelIsNamedBesideTheRecommendation) {
  TrainOptions options;
  options.repeats = 0;
  const TrainOptions none = options;
  options.imported = {{"an oracle", "oracle", "the outcome"}};
  const Result<evidence::TrainReport> report = Train(Planted(1, 2), options, {});
  ASSERT_TRUE(report) << report.error().message;
  const Result<evidence::TrainReport> alone = Train(Planted(1, 2), none, {});
  EXPECT_EQ(report->recommended, "best rule");
  EXPECT_EQ(report->gate, "confirmed");
  EXPECT_TRUE(report->reason.starts_with(alone->reason)) << report->reason;
  EXPECT_NE(report->reason.find("the imported model 'an oracle' is better than '"), std::string::npos) << report->reason;
  for (std::size_t r = 0; r < alone->rungs.size(); ++r) EXPECT_EQ(base::WriteJson(evidence::ToJson(alone->rungs[r])), base::WriteJson(evidence::ToJson(report->rungs[r]))) << "an imported column changes nothing of ours";
  const evidence::RungReport& oracle = report->rungs.back();
  EXPECT_NE(oracle.status, evidence::RungStatus::kBest);
  EXPECT_LT(oracle.against_best->high, 0);
}

// What stands in for predictions that are not there would be judged instead of the model.
TEST(Train, AnImportedModelWithoutPredictionsForManyRowsIsNotCompared) {
  for (const double missing : {0.02, 0.2}) {
    Gathered gathered = Planted(1, 2);
    const std::int64_t at = gathered.examples.table->Find("oracle");
    std::vector<Column> columns = gathered.examples.table->columns();
    std::vector<double> values;
    base::RandomStream random(3, "missing predictions");
    for (std::int64_t row = 0; row < gathered.examples.num_rows(); ++row) values.push_back(random.Uniform() < missing ? std::nan("") : columns[static_cast<std::size_t>(at)].NumberAt(row));
    columns[static_cast<std::size_t>(at)] = Column::Numbers("oracle", values);
    gathered.examples.table = std::make_shared<const table::Table>(*table::Table::Create(std::move(columns)));
    TrainOptions options;
    options.repeats = 0;
    options.imported = {{"an oracle", "oracle", "the outcome"}};
    const Result<evidence::TrainReport> report = Train(gathered, options, {});
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->rungs.back().kind == "imported", missing < 0.05);
    const bool said = std::any_of(report->notes.begin(), report->notes.end(), [&](const std::string& note) { return note.find(missing < 0.05 ? "count as the constant" : "are not compared") != std::string::npos; });
    EXPECT_TRUE(said);
  }
}

TEST(Train, TheHoldoutIsTheSameHoweverTheOutcomeIsWritten) {
  const auto fingerprint = [](const std::string& outcome) {
    std::string found;
    TrainOptions options;
    options.repeats = 0;
    options.open_holdout = [&](const std::string& text) -> Result<std::int64_t> {
      found = text;
      return 1;
    };
    EXPECT_TRUE(Train(Planted(1, 2, outcome), options, {})) << outcome;
    return found;
  };
  const std::string plain = fingerprint("y = 1");
  for (const char* same : {"y  =  1", "y > 0.5"}) EXPECT_EQ(fingerprint(same), plain) << same;
  EXPECT_NE(fingerprint("x > 0.7"), plain) << "another outcome, another holdout";
}

TEST(Train, NamesOfRungsAreTheirOwn) {
  struct Case {
    std::vector<OwnRule> rules;
    std::vector<ImportedPredictions> imported;
    const char* says;
  };
  const std::vector<Case> cases = {
      {{{"r", "x > 0.1"}, {"r", "x > 0.2"}}, {}, "two rungs are called 'r'"},
      {{{"linear", "x > 0.1"}}, {}, "is that of a rung of every ladder"},
      {{{"Boosted Trees", "x > 0.1"}}, {}, "is that of a rung of every ladder"},
      {{{"a b", "x > 0.1"}, {"a-b", "x > 0.2"}}, {}, "would be kept in the same file (own_rule-a-b.json)"},
      {{{"old", "x > 0.1"}}, {{"old", "other", "days"}}, "two rungs are called 'old'"},
      {{{"", "x > 0.1"}}, {}, "needs a name"},
  };
  for (const Case& c : cases) {
    TrainOptions options;
    options.own_rules = c.rules;
    options.imported = c.imported;
    const Result<evidence::TrainReport> report = Train(Planted(1, 2), options, {});
    ASSERT_FALSE(report) << c.says;
    EXPECT_NE(report.error().message.find(c.says), std::string::npos) << report.error().message;
  }
}

TEST(Train, AHoldoutOfOneDayIsRefusedBeforeAnythingIsFitted) {
  Gathered gathered = Planted(1, 2);
  for (std::size_t i = 0; i < 4000; ++i) gathered.examples.time.push_back(static_cast<base::Micros>(i / 1000) * 30 * base::kMicrosPerDay);
  TrainOptions options;
  options.open_holdout = [](const std::string&) -> Result<std::int64_t> {
    ADD_FAILURE() << "the holdout was opened";
    return 1;
  };
  base::StepClock clock;
  RunContext context;
  context.clock = &clock;
  const Result<evidence::TrainReport> report = Train(gathered, options, context);
  ASSERT_FALSE(report);
  EXPECT_NE(report.error().message.find("all 1,000 rows of the holdout belong to one day (1970-04-01), and an interval needs at least two."), std::string::npos) << report.error().message;
  EXPECT_NE(report.error().message.find("--unit"), std::string::npos) << "it says what to do";
  EXPECT_TRUE(clock.seconds().empty()) << "nothing was fitted";
}

// What cannot be judged does not cost a holdout: the part is named, and what to do.
TEST(Train, OutcomesThatAreAllAlikeAreRefusedBeforeTheHoldoutIsOpened) {
  struct Case {
    learn::Task task;
    const char* metric;
    double (*outcome)(std::size_t i);
    const char* says;
    const char* advises;
  };
  using learn::Task;
  const Case cases[] = {
      {Task::kRegression, "r2", [](std::size_t i) { return i < 3160 ? static_cast<double>(i * 7 % 11) : 7.0; }, "all 800 rows of the holdout have the outcome 7, so r2 has no variation", "take skill, rmse or mae"},
      {Task::kRegression, "r2", [](std::size_t i) { return i < 300 || i > 3300 ? static_cast<double>(i * 7 % 11) : 7.0; }, "rows of the validation folds inside the training part have the outcome 7", "take skill, rmse or mae"},
      {Task::kRegression, "", [](std::size_t i) { return i < 3320 ? 5.0 : static_cast<double>(i * 7 % 11); }, "all 3,200 rows of the training part have the outcome 5, so there is nothing to learn", "a longer period"},
      {Task::kRegression, "", [](std::size_t i) { return i < 3200 ? static_cast<double>(i % 2) : 0.5; }, "the constant makes no error", "take rmse or mae"},
      {Task::kRanking, "", [](std::size_t i) { return i < 3000 && i % 5 == 0 ? 1.0 : 0.0; }, "no query of the holdout has rows of different outcomes", "give more queries"},
      {Task::kRanking, "ndcg", [](std::size_t i) { return i > 3300 && i % 5 == 0 ? 1.0 : 0.0; }, "no query of the training part has rows of different outcomes", "give more queries"},
      {Task::kBinary, "auc", [](std::size_t i) { return i < 3100 && i % 3 == 0 ? 1.0 : 0.0; }, "all rows of the holdout have the same outcome", "a longer period"},
      {Task::kBinary, "auc", [](std::size_t i) { return (i < 300 || i > 3300) && i % 3 == 0 ? 1.0 : 0.0; }, "rows of the validation folds inside the training part are of one class ('false'), so auc", "take skill or log_loss"},
  };
  for (const Case& c : cases) {
    Gathered gathered = Planted(1, 2);
    learn::Examples& examples = gathered.examples;
    examples.task = c.task;
    if (c.task != Task::kBinary) examples.classes.clear();
    for (std::size_t i = 0; i < 4000; ++i) {
      examples.outcome[i] = static_cast<float>(c.outcome(i));
      examples.time.push_back(static_cast<base::Micros>(c.task == Task::kRanking ? i / 5 * 5 : i) * 6 * base::kMicrosPerHour);
      if (c.task == Task::kRanking) examples.query.push_back(static_cast<std::uint32_t>(i / 5));
    }
    if (c.task == Task::kRanking) examples.num_queries = 800;
    TrainOptions options;
    options.metric = c.metric;
    options.repeats = 0;
    options.open_holdout = [](const std::string&) -> Result<std::int64_t> {
      ADD_FAILURE() << "the holdout was opened";
      return 1;
    };
    const Result<evidence::TrainReport> report = Train(gathered, options, {});
    ASSERT_FALSE(report) << c.says;
    EXPECT_NE(report.error().message.find(c.says), std::string::npos) << report.error().message;
    EXPECT_NE(report.error().message.find(c.advises), std::string::npos) << report.error().message;
  }
}

// A rule without a split is the constant, and as exactly without skill.
TEST(MetricEstimate, WhatEqualsTheConstantHasExactlyNoSkill) {
  const Gathered gathered = Planted(1, 3);
  learn::Rows rows(4000);
  for (std::uint32_t i = 0; i < 4000; ++i) rows[i] = i;
  const std::vector<double> constant(4000, 0.3), rounded(4000, 0.3 * (1 + 1e-15)), other(4000, 0.4);
  const learn::Judge judge(gathered.examples, rows, constant, {});
  for (const std::vector<double>* same : {&constant, &rounded}) {
    const evidence::Estimate skill = MetricEstimate(judge, learn::Metric::kSkill, *same);
    EXPECT_EQ(skill.value, 0);
    EXPECT_EQ(skill.low, 0);
    EXPECT_EQ(skill.high, 0);
    EXPECT_EQ(skill.reason, "exact: skill is measured against the constant");
  }
  EXPECT_LT(MetricEstimate(judge, learn::Metric::kSkill, other).low, MetricEstimate(judge, learn::Metric::kSkill, other).high);
}

// However many predictions are equal, every row stands in a point, and only what follows the equal ones may be few.
TEST(CalibrationCurve, EqualPredictionsLeaveNoPointsOfSingleRows) {
  const Gathered gathered = Planted(1, 3);
  learn::Rows rows;
  for (std::uint32_t i = 0; i < 600; ++i) rows.push_back(i);
  for (std::size_t equal = 1; equal <= rows.size(); ++equal) {
    std::vector<double> predictions;
    for (std::size_t i = 0; i < rows.size(); ++i) predictions.push_back(i < equal ? 0.1 : 0.1 + 0.001 * static_cast<double>(i));
    const std::vector<evidence::CalibrationPoint> curve = CalibrationCurve(gathered.examples, rows, predictions, {});
    std::int64_t total = 0;
    for (const evidence::CalibrationPoint& point : curve) {
      total += point.rows;
      EXPECT_TRUE(point.rows >= 25 || &point == &curve.back()) << equal << " equal: " << point.rows << " rows";
    }
    EXPECT_EQ(total, 600);
    EXPECT_LE(curve.size(), 12U);
  }
}

TEST(Train, PublishedResultsStandWhereTheirMetricExists) {
  TrainOptions options;
  options.repeats = 0;
  options.published = {{"without a value", "skill", std::nan(""), "somebody 2020", ""}, {"an error in dollars", "rmse", 3, "somebody 2020", ""}};
  const Result<evidence::TrainReport> report = Train(Planted(1, 2), options, {});
  ASSERT_TRUE(report) << report.error().message;
  const evidence::RungReport& last = report->rungs.back();
  EXPECT_EQ(last.name, "without a value");
  EXPECT_TRUE(std::isnan(last.metrics.at("skill").value));
  EXPECT_NE(last.metrics.at("skill").reason, "");
  EXPECT_TRUE(std::any_of(report->notes.begin(), report->notes.end(), [](const std::string& note) { return note.find("'an error in dollars' is left out: its metric rmse does not exist for the task binary") != std::string::npos; }));
}

// Three positives that two rungs put on top: their AUCs are equal, their predictions are not, and three are few.
TEST(Train, EqualFiguresOfDifferentPredictionsAreNotCalledIdentical) {
  learn::Examples examples;
  learn::Rows rows;
  std::vector<double> rule(90, 0.1), linear(90, 0.2);
  for (std::uint32_t i = 0; i < 90; ++i) {
    examples.outcome.push_back(i < 3 ? 1 : 0);
    rows.push_back(i);
    if (i < 3) rule[i] = 0.9, linear[i] = 0.6;
  }
  const std::vector<double> half(90, 0.5);
  const learn::Judge judge(examples, rows, half, {});
  const Result<Standing> standing = Compare(judge, learn::Metric::kAuc, {&half, &half, &rule, &linear}, 4);
  ASSERT_TRUE(standing);
  EXPECT_EQ(standing->best, 2U);
  evidence::RungReport report;
  report.kind = "linear";
  FillStatus(*standing, 3, judge, {}, {}, "best rule", &report);
  EXPECT_EQ(report.status, evidence::RungStatus::kUnclear) << report.status_text;
  EXPECT_EQ(report.against_best->difference, 0);
  EXPECT_LT(report.against_best->low, -0.1);
  EXPECT_GT(report.against_best->high, 0.1);
  EXPECT_EQ(report.against_best->reason.find("identical"), std::string::npos) << report.against_best->reason;
  const evidence::Comparison over_chance = *AgainstPrevious(judge, learn::Metric::kAuc, "constant", rule, half, {}, 1);
  EXPECT_EQ(over_chance.difference, 0.5);
  EXPECT_LT(over_chance.low, 0.5);
  EXPECT_NE(over_chance.reason, "");
  EXPECT_NE(AgainstPrevious(judge, learn::Metric::kAuc, "rule", rule, rule, {}, 1)->reason.find("identical"), std::string::npos);
  // One positive: no interval at all, which is unclear as well and no error.
  examples.outcome[1] = examples.outcome[2] = 0;
  const learn::Judge one(examples, rows, half, {});
  const Result<Standing> of_one = Compare(one, learn::Metric::kAuc, {&half, &half, &rule, &linear}, 4);
  ASSERT_TRUE(of_one);
  FillStatus(*of_one, 1, one, {}, {}, "best rule", &report);
  EXPECT_EQ(report.status, evidence::RungStatus::kUnclear);
  EXPECT_NE(report.status_text.find("there is no interval"), std::string::npos) << report.status_text;
}
TEST(Train, ProceduresAreComparedByFittingThemAnew) {
  TrainOptions options;
  options.own_rules = {{"x is large", "x > 0.6"}};
  options.imported = {{"their model", "other", "the same days"}};
  options.repeats = 6;
  const Result<evidence::TrainReport> report = Train(Planted(1, 2), options, {});
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->procedures.repeats, 6);
  EXPECT_EQ(report->procedures.groups, "rows");
  EXPECT_EQ(report->procedures.training_groups, 1600);
  EXPECT_EQ(report->procedures.judging_groups, 1600);
  EXPECT_EQ(report->procedures.reason, "");
  const evidence::Comparison& rule = *RungOf(*report, "best rule").procedure_against_previous;
  EXPECT_EQ(rule.other, "constant");
  EXPECT_GT(rule.low, 0.05);
  EXPECT_LT(rule.p_value, 0.001);
  EXPECT_EQ(RungOf(*report, "x is large").procedure_against_previous->other, "best rule");
  EXPECT_EQ(RungOf(*report, "linear").procedure_against_previous->other, "x is large");
  EXPECT_FALSE(RungOf(*report, "random").procedure_against_previous);
  EXPECT_FALSE(RungOf(*report, "their model").procedure_against_previous) << "it cannot be fitted anew";
}

TEST(Train, ProceduresAreNotComparedWhenSwitchedOff) {
  TrainOptions options;
  options.repeats = 0;
  const Result<evidence::TrainReport> report = Train(Planted(0, 2), options, {});
  EXPECT_EQ(report->procedures.repeats, 0);
  EXPECT_NE(report->procedures.reason, "");
  for (const evidence::RungReport& rung : report->rungs) EXPECT_FALSE(rung.procedure_against_previous) << rung.name;
  options.repeats = 1;
  EXPECT_FALSE(Train(Planted(0, 2), options, {}));
}

TEST(Train, IntervalsOfTheSameDifferenceAgree) {
  TrainOptions options;
  options.repeats = 0;
  const Result<evidence::TrainReport> report = Train(Planted(2, 6), options, {});
  for (const evidence::RungReport& rung : report->rungs) {
    if (!rung.against_previous) continue;
    const evidence::Comparison& c = *rung.against_previous;
    ASSERT_TRUE(c.bootstrap) << rung.name;
    EXPECT_EQ(c.bootstrap->value, c.difference);
    EXPECT_NEAR(c.bootstrap->low, c.low, 0.15 * (c.high - c.low)) << rung.name;
    EXPECT_NEAR(c.bootstrap->high, c.high, 0.15 * (c.high - c.low)) << rung.name;
  }
  // The p value against the best says the same as its interval: both are corrected for having picked the best.
  for (const evidence::RungReport& rung : report->rungs) {
    const evidence::Comparison& c = *rung.against_best;
    EXPECT_TRUE(std::isnan(c.p_value) || (c.p_value < 0.05) == (c.low > 0 || c.high < 0)) << rung.name;
  }
}

// 3,000 rows of three classes with the probabilities that another model gave them; some rows have none.
Gathered WithClassProbabilities() {
  base::RandomStream random(4, "imported classes");
  std::vector<double> x;
  std::vector<std::uint32_t> y;
  std::vector<double> p[3];
  for (int i = 0; i < 3000; ++i) {
    x.push_back(random.Uniform());
    double weight[3] = {x.back(), 1 - x.back(), 0.3};
    const double draw = random.Uniform() * 1.3;
    y.push_back(draw < weight[0] ? 0 : draw < 1 ? 1 : 2);
    for (int c = 0; c < 3; ++c) p[c].push_back(i % 30 == 0 ? std::nan("") : weight[c] / 1.3);
  }
  std::vector<Column> columns;
  columns.push_back(Column::Categories("y", y, {"red", "green", "blue"}));
  columns.push_back(Column::Numbers("x", x));
  columns.push_back(Column::Numbers("p_red", p[0]));
  columns.push_back(Column::Numbers("p_green", p[1]));
  columns.push_back(Column::Numbers("p_blue", p[2]));
  Problem problem;
  problem.outcome = "y";
  problem.exclude = {"p_*"};
  return GatherColumns(problem, std::move(columns));
}

bool Says(const std::vector<std::string>& notes, const std::string& words) {
  return std::any_of(notes.begin(), notes.end(), [&](const std::string& note) { return note.find(words) != std::string::npos; });
}

TEST(Train, PredictionsOfSeveralClassesAreImportedFromAColumnEach) {
  const Gathered gathered = WithClassProbabilities();
  ASSERT_EQ(gathered.examples.features.size(), 1U) << "'p_*' is no feature";
  TrainOptions options;
  options.repeats = 0;
  options.imported = {{"theirs", "p_*", "other rows"}, {"labels", "y", "other rows"}};
  const Result<evidence::TrainReport> report = Train(gathered, options, {});
  ASSERT_TRUE(report) << report.error().message;
  const evidence::RungReport& theirs = RungOf(*report, "theirs");
  EXPECT_EQ(theirs.kind, "imported");
  EXPECT_GT(theirs.metrics.at("skill").low, 0.02);
  // It says the truth in 29 rows of 30 and the constant in the others: no model can be better in the 29.
  EXPECT_GT(theirs.metrics.at("skill").value, 0.96 * RungOf(*report, "linear").metrics.at("skill").value);
  EXPECT_TRUE(Says(report->notes, "holdout rows have no usable prediction"));
  EXPECT_TRUE(Says(report->notes, "'y' are not compared: several classes need a column of probabilities each"));
  options.imported = {{"theirs", "q_*", "other rows"}};
  const Result<evidence::TrainReport> missing = Train(gathered, options, {});
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find("Did you mean"), std::string::npos) << missing.error().message;
}

TEST(Train, ImportedPredictionsAreNumbers) {
  TrainOptions options;
  options.repeats = 0;
  Gathered gathered = WithClassProbabilities();
  gathered.examples.task = learn::Task::kBinary;
  for (float& y : gathered.examples.outcome) y = y > 0 ? 1 : 0;
  options.imported = {{"labels", "y", "other rows"}};
  const Result<evidence::TrainReport> report = Train(gathered, options, {});
  ASSERT_FALSE(report);
  EXPECT_NE(report.error().message.find("holds no numbers"), std::string::npos) << report.error().message;
}

TEST(ColumnsLike, AStarStandsForAnyText) {
  const Gathered gathered = WithClassProbabilities();
  const table::Table& table = *gathered.source;
  EXPECT_EQ(ColumnsLike(table, "p_*"), (std::vector<std::string>{"p_red", "p_green", "p_blue"}));
  EXPECT_EQ(ColumnsLike(table, "*_blue"), std::vector<std::string>{"p_blue"});
  EXPECT_EQ(ColumnsLike(table, "x"), std::vector<std::string>{"x"});
  EXPECT_EQ(ColumnsLike(table, "z*"), std::vector<std::string>{"z*"});
}

// Twenty machines, each with a row an hour: their later rows are judged by their own past, and the report says so.
TEST(Train, PanelsHaveATrainingPart) {
  int rules = 0;
  for (const std::uint64_t seed : {1, 2, 3}) {
    Gathered gathered = Planted(1, seed);
    for (std::uint32_t i = 0; i < 4000; ++i) {
      gathered.examples.unit.push_back(i % 20);
      gathered.examples.time.push_back(static_cast<base::Micros>(i / 20) * base::kMicrosPerHour);
    }
    gathered.examples.num_units = 20;
    gathered.examples.unit_text = "machine";
    TrainOptions options;
    options.repeats = 4;
    const Result<evidence::TrainReport> report = Train(gathered, options, {});
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->split.training_rows, 3200);
    EXPECT_EQ(report->split.training_units, 20);
    EXPECT_NE(report->split.how.find("both sides"), std::string::npos);
    EXPECT_EQ(report->procedures.groups, "units");
    EXPECT_EQ(report->procedures.training_groups, 10);
    EXPECT_EQ(report->procedures.judging_groups, 10);
    rules += report->recommended == "best rule" ? 1 : 0;
  }
  EXPECT_GE(rules, 2) << "the truth is one threshold; 20 machines leave room for chance";
}

// 40 users with 20 lists of five each: what is split and counted is the users, and where lists hold rows of several users, the lists.
TEST(Train, RankingGoesByUnitsOfQueriesElseByQuery) {
  for (const bool crossing : {false, true}) {
    Gathered gathered = Planted(1, 7);
    gathered.examples.task = learn::Task::kRanking;
    gathered.examples.classes.clear();
    for (std::uint32_t i = 0; i < 4000; ++i) {
      gathered.examples.query.push_back(i / 5);
      gathered.examples.unit.push_back((crossing ? i : i / 5) % 40);
    }
    gathered.examples.num_queries = 800;
    gathered.examples.num_units = 40;
    gathered.examples.unit_text = "user";
    TrainOptions options;
    options.repeats = 4;
    const Result<evidence::TrainReport> report = Train(gathered, options, {});
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->split.holdout_units, crossing ? 160 : 8);
    EXPECT_EQ(report->split.training_units, crossing ? 640 : 32);
    EXPECT_EQ(report->procedures.groups, crossing ? "queries" : "units");
    EXPECT_NE(report->split.how.find(crossing ? "whole queries" : "whole units"), std::string::npos) << report->split.how;
    EXPECT_NE(report->notes.back().find(crossing ? "Intervals are by query" : "Intervals are by unit"), std::string::npos) << report->notes.back();
    EXPECT_NE(report->rungs[2].against_previous->method.find(crossing ? "by query" : "by unit"), std::string::npos);
  }
}

// Every row right: how far others may lie is not known, so neither is whether the target is reached.
TEST(Train, ATargetIsNotReachedByAFigureWithoutAnInterval) {
  std::vector<double> y, x;
  for (int i = 0; i < 400; ++i) {
    x.push_back(i * 7 % 4);
    y.push_back(1.5 * (i * 7 % 4));
  }
  Problem problem;
  problem.outcome = "y";
  const auto table = std::make_shared<const table::Table>(*table::Table::Create({table::Column::Numbers("y", y), table::Column::Numbers("x", x)}));
  const Gathered gathered = *GatherFromTable(problem, table, {}, {});
  TrainOptions options;
  options.metric = "mae";
  options.own_rules = {{"mine", "x"}};
  options.target = 0.1;
  options.repeats = 0;
  const Result<evidence::TrainReport> report = Train(gathered, options, {});
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(Says(report->notes, "The target 0.1 is neither surely reached nor surely missed"));
}

TEST(Train, SameBytesWithOneAndTwoThreads) {
  const Gathered gathered = Planted(2, 4);
  base::ThreadPool one(1), two(2);
  RunContext with_one, with_two;
  with_one.pool = &one;
  with_two.pool = &two;
  EXPECT_EQ(base::WriteJson(evidence::ToJson(*Train(gathered, {}, with_one))), base::WriteJson(evidence::ToJson(*Train(gathered, {}, with_two))));
}

// What a run chose and predicted: everything but the figures of the holdout itself.
struct Chosen {
  std::string rung;
  std::vector<std::string> explained, models;
  std::vector<std::vector<double>> out_of_fold, holdout;
  learn::Rows holdout_rows;
  bool operator==(const Chosen& other) const = default;
};

Chosen ChosenOf(const Gathered& gathered, const std::string& folder) {
  Chosen chosen;
  TrainOptions options;
  options.own_rules = {{"x is large", "x > 0.6"}};
  options.models_folder = std::filesystem::temp_directory_path() / folder;
  options.on_predictions = [&](const LadderPredictions& all) -> Result<void> {
    chosen.holdout_rows = all.holdout_rows;
    for (const RungPredictions& rung : all.rungs) {
      chosen.out_of_fold.emplace_back(rung.out_of_fold.begin(), rung.out_of_fold.end());
      chosen.holdout.emplace_back(rung.holdout.begin(), rung.holdout.end());
    }
    return {};
  };
  const Result<evidence::TrainReport> report = Train(gathered, options, {});
  EXPECT_TRUE(report) << (report ? "" : report.error().message);
  chosen.rung = report->chosen;
  for (const evidence::RungReport& rung : report->rungs) {
    chosen.explained.push_back(rung.explain);
    chosen.models.push_back(*base::ReadFile(ModelPath(options.models_folder, rung.kind, rung.name)));
  }
  std::filesystem::remove_all(options.models_folder);
  return chosen;
}

TEST(Train, OutcomesOfTheHoldoutChangeNothingThatIsChosenOrPredicted) {
  for (const bool with_time : {false, true}) {
    Gathered gathered = Planted(2, 5);
    for (std::size_t i = 0; with_time && i < gathered.examples.outcome.size(); ++i) gathered.examples.time.push_back(static_cast<base::Micros>(i) * base::kMicrosPerHour);
    const Chosen before = ChosenOf(gathered, "assay-chosen-before");
    ASSERT_FALSE(before.holdout_rows.empty());
    for (const std::uint32_t row : before.holdout_rows) gathered.examples.outcome[row] = 1 - gathered.examples.outcome[row];
    EXPECT_TRUE(before == ChosenOf(gathered, "assay-chosen-after")) << "with time: " << with_time;
    // The same law for one training row would not hold: the comparison can fail.
    std::uint32_t training_row = 0;
    while (std::binary_search(before.holdout_rows.begin(), before.holdout_rows.end(), training_row)) ++training_row;
    gathered.examples.outcome[training_row] = 1 - gathered.examples.outcome[training_row];
    EXPECT_FALSE(before == ChosenOf(gathered, "assay-chosen-control"));
  }
}

}  // namespace
}  // namespace assay::lifecycle
