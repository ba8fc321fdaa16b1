#include "lifecycle/train.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "base/file.h"
#include "base/json.h"
#include "base/thread_pool.h"
#include "learn/comparison.h"
#include "lifecycle/model_paths.h"
#include "lifecycle/train_for_test.h"

namespace assay::lifecycle {
namespace {

TEST(Train, RecommendsTheLowestRungThatDoes) {
  EXPECT_EQ(Train(Planted(0, 1), {}, {})->recommended, "constant");
  EXPECT_EQ(Train(Planted(1, 1), {}, {})->recommended, "best rule");
  EXPECT_EQ(Train(Planted(2, 1), {}, {})->recommended, "boosted trees");
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
