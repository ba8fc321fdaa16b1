#include "learn/learner.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>

#include "base/file.h"
#include "base/random.h"
#include "base/thread_pool.h"
#include "learn/examples_for_test.h"
#include "learn/metrics.h"
#include "learn/model_store.h"
#include "learn/split.h"
#include "learn/training_memory.h"

namespace assay::learn {
namespace {

using table::Column;

TEST(Learners, FindWhatIsPlantedAndNothingInNoise) {
  struct Case {
    Truth truth;
    RungKind kind;
    double least, most;
  };
  // The Bayes skill of a threshold or xor with p = .88 or .12 is about .47.
  const Case cases[] = {
      {Truth::kThreshold, RungKind::kRule, 0.40, 0.55}, {Truth::kThreshold, RungKind::kBoosted, 0.38, 0.55},
      {Truth::kXor, RungKind::kBoosted, 0.36, 0.55},    {Truth::kXor, RungKind::kLinear, -0.05, 0.02},
      {Truth::kLinear, RungKind::kLinear, 0.35, 0.75},  {Truth::kNoise, RungKind::kRule, -0.03, 0.01},
      {Truth::kNoise, RungKind::kLinear, -0.03, 0.01},  {Truth::kNoise, RungKind::kBoosted, -0.03, 0.01},
      {Truth::kNoise, RungKind::kRandom, -6, -1},
  };
  for (const Case& c : cases) {
    const double skill = SkillOf(c.kind, PlantedExamples(c.truth, Task::kBinary, 4000, 11));
    EXPECT_GE(skill, c.least) << RungKindName(c.kind) << " truth " << static_cast<int>(c.truth);
    EXPECT_LE(skill, c.most) << RungKindName(c.kind) << " truth " << static_cast<int>(c.truth);
  }
}

// A least child weight in units of p (1 - p) would keep the trees from leaves of rare classes.
TEST(Learners, TreesFindWhatTellsARareOutcome) {
  for (const std::size_t classes : {2, 4}) {
    Examples examples = PlantedExamples(Truth::kNoise, classes == 2 ? Task::kBinary : Task::kMulticlass, 6000, 3);
    if (classes == 4) examples.classes = {"a", "b", "c", "d"};
    std::vector<double> told;
    for (std::size_t i = 0; i < examples.outcome.size(); ++i) {
      examples.outcome[i] = i % 100 == 7 ? 1.0F : classes == 4 && i % 10 == 3 ? 2.0F : classes == 4 && i % 100 == 15 ? 3.0F : 0.0F;
      told.push_back(10 * static_cast<double>(examples.outcome[i]) + static_cast<double>(i % 3));
    }
    std::vector<Column> columns = examples.table->columns();
    columns.push_back(Column::Numbers("told", told));
    examples.table = std::make_shared<const table::Table>(*table::Table::Create(std::move(columns)));
    examples.features.push_back({5, "told", "told"});
    EXPECT_GT(SkillOf(RungKind::kBoosted, examples), 0.8) << classes;
    EXPECT_GT(SkillOf(RungKind::kBoosted, examples, {.quick = true}), 0.6) << classes;
  }
}

// Two categories of two values that say something only together; folds forward in time and none.
TEST(Learners, TreesAnswerAnInteractionOfCategoriesTheRightWayRound) {
  for (const bool with_time : {false, true}) {
    for (std::uint64_t seed = 0; seed < 6; ++seed) {
      Examples examples = PlantedExamples(Truth::kNoise, Task::kBinary, 2000, 50 + seed);
      base::RandomStream random(seed, "interaction");
      std::vector<std::uint32_t> a, b;
      for (std::size_t i = 0; i < 2000; ++i) {
        a.push_back(static_cast<std::uint32_t>(random.Below(2)));
        b.push_back(static_cast<std::uint32_t>(random.Below(2)));
        examples.outcome[i] = random.Uniform() < (a[i] == b[i] ? 0.75 : 0.25) ? 1.0F : 0.0F;
        if (with_time) examples.time.push_back(static_cast<base::Micros>(i) * base::kMicrosPerHour);
      }
      examples.table = std::make_shared<const table::Table>(*table::Table::Create({Column::Categories("a", a, {"m", "f"}), Column::Categories("b", b, {"u", "v"})}));
      examples.features = {{0, "a", "a"}, {1, "b", "b"}};
      EXPECT_GT(SkillOf(RungKind::kBoosted, examples), 0.08) << "seed " << seed << ", time " << with_time;
    }
  }
}

// A panel: 40 units at 60 times. Halves of the units are judged by the other halves, and tuned in halves of these.
TEST(Learners, RulesInAPanelGoAsDeepAsTheTruth) {
  Examples examples = PlantedExamples(Truth::kNoise, Task::kRegression, 2400, 9);
  examples.num_units = 40;
  std::vector<double> x(2400), z(2400);
  examples.table->column(0).CopyNumbers(0, x);
  examples.table->column(1).CopyNumbers(0, z);
  base::RandomStream random(9, "panel");
  for (std::size_t i = 0; i < 2400; ++i) {
    examples.unit.push_back(static_cast<std::uint32_t>(i % 40));
    examples.time.push_back(static_cast<base::Micros>(i / 40) * base::kMicrosPerDay);
    examples.outcome[i] = static_cast<float>((x[i] > 0.5 ? 2 : 0) + (z[i] > 0.5 ? 1 : 0) + 0.3 * random.Normal());
  }
  const std::vector<Split> halves = *CrossValidationFolds(examples, SplitHoldout(examples, {})->train, 4, RunContext().seed);
  ASSERT_EQ(halves.size(), 8U);
  for (const Split& half : halves) {
    if (half.train.size() < 400) continue;
    const auto model = MakeLearner(RungKind::kRule)->Fit(examples, half.train, {});
    ASSERT_TRUE(model) << model.error().message;
    EXPECT_EQ((*model)->columns().size(), 2U) << (*model)->Explain({});
  }
}

// What cannot be tuned says so.
TEST(Learners, OneUnitIsFittedWithoutFoldsAndSaysSo) {
  Examples examples = PlantedExamples(Truth::kThreshold, Task::kBinary, 300, 4);
  examples.unit.assign(300, 0);
  examples.num_units = 1;
  Rows rows(300);
  std::iota(rows.begin(), rows.end(), 0U);
  for (const RungKind kind : {RungKind::kRule, RungKind::kLinear, RungKind::kBoosted}) {
    const auto model = MakeLearner(kind)->Fit(examples, rows, {});
    ASSERT_TRUE(model) << model.error().message;
    EXPECT_NE((*model)->Explain({}).find("belong to one unit"), std::string::npos) << (*model)->Explain({});
  }
}

// One class is independent of everything; which of the two others it is depends on the category. With more classes than categories, and fewer.
TEST(Learners, ARuleOnCategoriesDoesNotHangOnTheOrderOfTheClasses) {
  struct Case {
    std::size_t categories, classes;
  };
  for (const Case& c : {Case{40, 3}, Case{4, 7}}) {
    std::vector<std::size_t> order(c.classes);
    std::iota(order.begin(), order.end(), std::size_t{0});
    double first = std::nan("");
    for (std::size_t turn = 0; turn < c.classes; ++turn, std::rotate(order.begin(), order.begin() + 1, order.end())) {
      base::RandomStream random(5, "classes");
      Examples examples;
      examples.task = Task::kMulticlass;
      std::vector<std::uint32_t> category;
      std::vector<std::string> names;
      for (std::size_t v = 0; v < c.categories; ++v) names.push_back("g" + std::to_string(v));
      for (std::size_t v = 0; v < c.classes; ++v) examples.classes.emplace_back(1, static_cast<char>('a' + v));
      for (int i = 0; i < 4000; ++i) {
        category.push_back(static_cast<std::uint32_t>(random.Below(c.categories)));
        const bool high = category.back() * 7 % 10 < 4 || category.back() == 2;
        const std::size_t truth = random.Uniform() < 0.2 ? random.Below(c.classes - 2) : c.classes - 2 + ((random.Uniform() < 0.95) == high ? 0 : 1);
        examples.outcome.push_back(static_cast<float>(order[truth]));
      }
      examples.table = std::make_shared<const table::Table>(*table::Table::Create({Column::Categories("g", category, names)}));
      examples.features = {{0, "g", "g"}};
      const double skill = SkillOf(RungKind::kRule, examples);
      if (turn == 0) first = skill;
      EXPECT_GT(skill, 0.25) << c.classes << " classes, turn " << turn;
      EXPECT_NEAR(skill, first, 1e-9) << c.classes << " classes, turn " << turn;
    }
  }
}

TEST(Learners, ARuleFindsAClearThresholdInFewRows) {
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const double skill = SkillOf(RungKind::kRule, PlantedExamples(Truth::kThreshold, Task::kBinary, 80, seed));
    EXPECT_GT(skill, 0.1) << seed;
  }
}

// One weak category among features of many cut points, folds forward in time: the first fold's few rows must not decide that nothing
// helps. Without the category hardly ever anything is split on.
TEST(Learners, ARuleFindsOneWeakCategoryAmongManyNumbersAndNothingInNoise) {
  int found = 0, split_on_noise = 0;
  std::vector<std::string> letters;
  for (char letter = 'a'; letter < 'p'; ++letter) letters.emplace_back(1, letter);
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    for (const bool informative : {true, false}) {
      base::RandomStream random(seed, "weak category");
      Examples examples;
      std::vector<std::uint32_t> channel;
      std::vector<Column> columns;
      for (std::size_t i = 0; i < 1200; ++i) {
        channel.push_back(static_cast<std::uint32_t>(random.Below(4)));
        examples.outcome.push_back(random.Uniform() < (informative && channel[i] == 1 ? 0.28 : 0.14) ? 1.0F : 0.0F);
        examples.time.push_back(static_cast<base::Micros>(i) * base::kMicrosPerHour);
      }
      columns.push_back(Column::Categories("channel", channel, {"mail", "phone", "shop", "web"}));
      for (int f = 0; f < 20; ++f) {
        std::vector<double> number;
        std::vector<std::uint32_t> code;
        for (std::size_t i = 0; i < 1200; ++i) {
          number.push_back(random.Normal());
          code.push_back(static_cast<std::uint32_t>(random.Below(15)));
        }
        const std::string name = "noise" + std::to_string(f);
        columns.push_back(f % 3 == 2 ? Column::Categories(name, code, letters) : Column::Numbers(name, number));
      }
      examples.table = std::make_shared<const table::Table>(*table::Table::Create(std::move(columns)));
      for (std::size_t c = 0; c < 21; ++c) examples.features.push_back({c, examples.table->column(c).name(), examples.table->column(c).name()});
      Rows rows(1200);
      std::iota(rows.begin(), rows.end(), 0U);
      const auto model = MakeLearner(RungKind::kRule)->Fit(examples, rows, {});
      const std::vector<std::string> used = (*model)->columns();
      (informative ? found : split_on_noise) += !used.empty() && (!informative || used[0] == "channel") ? 1 : 0;
      if (!used.empty()) continue;
      EXPECT_NE((*model)->Explain({}).find("no depth up to 3 beat the constant on 3 folds"), std::string::npos) << (*model)->Explain({});
    }
  }
  EXPECT_GE(found, 22);
  EXPECT_LE(split_on_noise, 3);
}

// A threshold in rows whose outcomes are known so late that the folds' first blocks train on next to nothing.
TEST(Learners, ARuleSplitsThoughTheWaitLeavesNoFolds) {
  base::RandomStream random(12, "wait");
  Examples examples;
  std::vector<double> x;
  for (std::size_t i = 0; i < 900; ++i) {
    x.push_back(random.Uniform());
    examples.outcome.push_back(random.Uniform() < (x[i] > 0.6 ? 0.4 : 0.06) ? 1.0F : 0.0F);
    examples.time.push_back(static_cast<base::Micros>(i) * base::kMicrosPerHour);
  }
  examples.table = std::make_shared<const table::Table>(*table::Table::Create({Column::Numbers("x", x)}));
  examples.features = {{0, "x", "x"}};
  Rows rows(900);
  std::iota(rows.begin(), rows.end(), 0U);
  for (const std::int64_t hours : {0, 590}) {
    examples.wait = hours * base::kMicrosPerHour;
    const std::string rule = (*MakeLearner(RungKind::kRule)->Fit(examples, rows, {}))->Explain({});
    EXPECT_EQ(rule.find("if x <= "), 0U) << rule;
    EXPECT_EQ(rule.find("the wait leaves too few earlier rows") != std::string::npos, hours > 0) << rule;
  }
}

// What the first condition sends elsewhere does not stand in the second.
TEST(Learners, ARuleNamesOnlyValuesThatGetThere) {
  base::RandomStream random(13, "values");
  Examples examples;
  std::vector<std::uint32_t> code;
  const std::vector<std::string> words = {"invoice", "login", "price", "refund"};
  const double chance[] = {0.5, 0.05, 0.95, 0.5};
  std::vector<double> x;
  for (std::size_t i = 0; i < 4000; ++i) {
    code.push_back(static_cast<std::uint32_t>(random.Below(4)));
    x.push_back(random.Uniform());
    const double p = code[i] == 0 || code[i] == 3 ? (x[i] > 0.5 ? 0.9 : 0.1) : chance[code[i]];
    examples.outcome.push_back(random.Uniform() < p ? 1.0F : 0.0F);
  }
  examples.table = std::make_shared<const table::Table>(*table::Table::Create({Column::Categories("word", code, words), Column::Numbers("x", x)}));
  examples.features = {{0, "word", "word"}, {1, "x", "x"}};
  Rows rows(4000);
  std::iota(rows.begin(), rows.end(), 0U);
  const auto model = MakeLearner(RungKind::kRule)->Fit(examples, rows, {});
  const nlohmann::json nodes = (*model)->ToJson().at("nodes");
  std::size_t nested = 0;
  // The values that may reach each node, from the root down; a node stands before those below it.
  std::vector<std::set<std::string>> reach(nodes.size());
  reach[0] = {words.begin(), words.end()};
  for (std::size_t n = 0; n < nodes.size(); ++n) {
    if (nodes[n].at("left").get<int>() < 0) continue;
    std::set<std::string> left = reach[n], right = reach[n];
    if (nodes[n].at("category").get<bool>()) {
      const auto values = nodes[n].at("values").get<std::set<std::string>>(), others = nodes[n].at("right_values").get<std::set<std::string>>();
      nested += n > 0 ? 1 : 0;
      for (const std::set<std::string>& side : {values, others}) {
        for (const std::string& value : side) EXPECT_TRUE(reach[n].contains(value)) << value << " at node " << n << "\n" << (*model)->Explain({});
      }
      left = values;
      right = others;
    }
    reach[nodes[n].at("left").get<std::size_t>()] = left;
    reach[nodes[n].at("right").get<std::size_t>()] = right;
  }
  EXPECT_GT(nested, 0U) << (*model)->Explain({});
}

TEST(Learners, ManyWeakFeaturesGetThePenaltyTheyNeed) {
  base::RandomStream random(7, "weak features");
  Examples examples;
  std::vector<std::vector<double>> x(150, std::vector<double>(2000));
  std::vector<double> weight;
  for (std::size_t f = 0; f < x.size(); ++f) weight.push_back(0.08 * random.Normal());
  for (std::size_t i = 0; i < 2000; ++i) {
    double margin = 0;
    for (std::size_t f = 0; f < x.size(); ++f) margin += weight[f] * (x[f][i] = random.Normal());
    examples.outcome.push_back(random.Uniform() < 1 / (1 + std::exp(-margin)) ? 1.0F : 0.0F);
  }
  std::vector<Column> columns;
  for (std::size_t f = 0; f < x.size(); ++f) columns.push_back(Column::Numbers("f" + std::to_string(f), x[f]));
  examples.table = std::make_shared<const table::Table>(*table::Table::Create(std::move(columns)));
  for (std::size_t f = 0; f < x.size(); ++f) examples.features.push_back({f, examples.table->column(f).name(), examples.table->column(f).name()});
  EXPECT_GT(SkillOf(RungKind::kLinear, examples), 0.0);
}

// Under the absolute error each rung answers with medians: in a skewed outcome far below means. The saved models do as well.
TEST(Learners, RungsThatAimAtTheMedianHaveTheSmallerAbsoluteError) {
  Examples examples = PlantedExamples(Truth::kNoise, Task::kRegression, 3000, 21);
  std::vector<double> x(3000);
  examples.table->column(0).CopyNumbers(0, x);
  base::RandomStream random(21, "skewed");
  for (std::size_t i = 0; i < 3000; ++i) examples.outcome[i] = static_cast<float>(100 * std::exp(x[i] + 1.5 * random.Normal()));
  const Split split = *SplitHoldout(examples, {});
  const auto error = [&](RungKind kind, Centre centre) {
    Examples aimed = examples;
    aimed.centre = centre;
    const auto model = MakeLearner(kind)->Fit(aimed, split.train, {});
    EXPECT_TRUE(model) << (model ? "" : model.error().message);
    const std::filesystem::path path = std::filesystem::temp_directory_path() / "assay-median-test.json";
    EXPECT_TRUE(SaveModel(path, "a model", aimed, {split.train, {0.5}}, **model));
    const Result<SavedModel> back = LoadModel(path);
    EXPECT_TRUE(back) << (back ? "" : back.error().message);
    EXPECT_EQ(back->model->Explain({}), (*model)->Explain({}));
    std::vector<double> predictions(split.test.size()), again(split.test.size()), losses(split.test.size());
    EXPECT_TRUE((*model)->Predict(*examples.table, split.test, predictions, {}));
    EXPECT_TRUE(back->model->Predict(*examples.table, split.test, again, {}));
    EXPECT_EQ(predictions, again);
    RowLosses(Metric::kMae, examples, split.test, predictions, losses);
    return std::accumulate(losses.begin(), losses.end(), 0.0) / static_cast<double>(losses.size());
  };
  const double constant = error(RungKind::kConstant, Centre::kMedian);
  EXPECT_LT(constant, 0.95 * error(RungKind::kConstant, Centre::kMean));
  for (const RungKind kind : {RungKind::kRule, RungKind::kLinear, RungKind::kBoosted}) {
    EXPECT_LT(error(kind, Centre::kMedian), 0.95 * error(kind, Centre::kMean)) << RungKindName(kind);
    EXPECT_LT(error(kind, Centre::kMedian), constant) << RungKindName(kind);
  }
}

TEST(Learners, WorkForEveryTask) {
  for (const Task task : {Task::kMulticlass, Task::kRegression, Task::kRanking}) {
    for (const RungKind kind : {RungKind::kRule, RungKind::kLinear, RungKind::kBoosted}) {
      EXPECT_GT(SkillOf(kind, PlantedExamples(Truth::kLinear, task, 3000, 5)), 0.1) << TaskName(task) << " " << RungKindName(kind);
    }
  }
}

TEST(Learners, SavedModelsPredictTheSame) {
  for (const Task task : {Task::kBinary, Task::kMulticlass, Task::kRegression, Task::kRanking}) {
    const Examples examples = PlantedExamples(Truth::kLinear, task, 600, 3);
    Rows rows(600);
    std::iota(rows.begin(), rows.end(), 0U);
    for (const RungKind kind : {RungKind::kRandom, RungKind::kConstant, RungKind::kRule, RungKind::kLinear, RungKind::kBoosted}) {
      const auto model = MakeLearner(kind, {.quick = true})->Fit(examples, rows, {});
      ASSERT_TRUE(model);
      const std::filesystem::path path = std::filesystem::temp_directory_path() / "assay-model-test.json";
      ASSERT_TRUE(SaveModel(path, "a model", examples, {rows, std::vector<double>(examples.num_outputs(), 0.5)}, **model));
      const Result<SavedModel> back = LoadModel(path);
      ASSERT_TRUE(back) << back.error().message;
      std::vector<double> before(600 * examples.num_outputs()), after(before.size());
      ASSERT_TRUE((*model)->Predict(*examples.table, rows, before, {}));
      ASSERT_TRUE(back->model->Predict(*examples.table, rows, after, {}));
      EXPECT_EQ(before, after) << TaskName(task) << " " << RungKindName(kind);
    }
  }
}

// A file may be sealed by whoever wrote it, so the shape of the tree is checked as well: no node in two places, no more of them
// than a rule can have.
TEST(Learners, ARuleThatIsNoTreeIsRefused) {
  const Examples examples = PlantedExamples(Truth::kXor, Task::kBinary, 2000, 3);
  Rows rows(2000);
  std::iota(rows.begin(), rows.end(), 0U);
  const auto model = MakeLearner(RungKind::kRule, {})->Fit(examples, rows, {});
  const std::filesystem::path path = std::filesystem::temp_directory_path() / "assay-rule-test.json";
  ASSERT_TRUE(SaveModel(path, "a rule", examples, {rows, {0.5}}, **model));
  const Json good = Json::parse(*base::ReadFile(path));
  const auto message = [](const Json& json) {
    const Result<SavedModel> read = ReadModel(base::WriteJson(json), "rule.json", false);
    return read ? std::string() : read.error().message;
  };
  EXPECT_EQ(message(good), "");
  Json earlier = good;
  ASSERT_EQ(earlier.erase("source_types"), 1U);
  EXPECT_EQ(message(earlier), "") << "files of earlier versions have no types of source columns";
  Json twice = good;
  ASSERT_GE(twice["model"]["nodes"][0]["left"].get<int>(), 1) << "the rule has a split";
  twice["model"]["nodes"][0]["right"] = twice["model"]["nodes"][0]["left"];
  EXPECT_NE(message(twice).find("reached in two ways"), std::string::npos) << message(twice);
  // 40 nodes in a row, each with the next one on both sides: 2^40 ways down.
  Json chain = good, node = good["model"]["nodes"][0];
  chain["model"]["nodes"] = Json::array();
  for (int i = 0; i < 40; ++i) {
    node["left"] = node["right"] = i + 1;
    chain["model"]["nodes"].push_back(node);
  }
  node["column"] = "";
  node["left"] = node["right"] = -1;
  chain["model"]["nodes"].push_back(node);
  EXPECT_NE(message(chain).find("at most 15"), std::string::npos) << message(chain);
}

TEST(Learners, SameModelWithOneAndTwoThreads) {
  const Examples examples = PlantedExamples(Truth::kLinear, Task::kBinary, 30000, 8);
  const Split split = *SplitHoldout(examples, {});
  ASSERT_GE(static_cast<std::int64_t>(split.train.size()) * EncodedColumns(examples), static_cast<std::int64_t>(kSharedValues)) << "with fewer all fits take one thread";
  base::ThreadPool one(1), two(2);
  RunContext with_one, with_two;
  with_one.pool = &one;
  with_two.pool = &two;
  for (const RungKind kind : {RungKind::kRule, RungKind::kLinear, RungKind::kBoosted}) {
    const auto a = MakeLearner(kind)->Fit(examples, split.train, with_one);
    const auto b = MakeLearner(kind)->Fit(examples, split.train, with_two);
    EXPECT_EQ(base::WriteJson((*a)->ToJson()), base::WriteJson((*b)->ToJson())) << RungKindName(kind);
  }
}

TEST(Learners, UnseenCategoriesMissingColumnsAndWrongTypes) {
  const Examples examples = PlantedExamples(Truth::kLinear, Task::kBinary, 500, 4);
  Rows rows(500);
  std::iota(rows.begin(), rows.end(), 0U);
  std::vector<Column> other;
  const double nan = std::nan("");
  other.push_back(Column::Numbers("x", {0.5, nan}));
  other.push_back(Column::Numbers("z", {nan, 0.2}));
  other.push_back(Column::Numbers("w", {nan, nan}));
  other.push_back(Column::Categories("colour", {0, table::kMissingCode}, {"violet"}));
  other.push_back(Column::Categories("id", {0, 0}, {"new"}));
  const table::Table strange = *table::Table::Create(other);
  std::vector<Column> wrong = other;
  wrong[3] = Column::Numbers("colour", {1, 2});
  const table::Table wrong_type = *table::Table::Create(wrong);
  other.pop_back();
  const table::Table short_table = *table::Table::Create(other);
  const Rows two = {0, 1};
  for (const RungKind kind : {RungKind::kLinear, RungKind::kBoosted}) {
    const auto model = MakeLearner(kind, {.quick = true})->Fit(examples, rows, {});
    std::vector<double> out(2);
    ASSERT_TRUE((*model)->Predict(strange, two, out, {}));
    for (const double p : out) EXPECT_TRUE(p > 0 && p < 1);
    EXPECT_EQ((*model)->Predict(short_table, two, out, {}).error().code, ErrorCode::kNotFound);
    EXPECT_FALSE((*model)->Predict(wrong_type, two, out, {}));
  }
}

TEST(Splits, TimeGoesForwardWithTheGapAndUnitsStayWhole) {
  Examples examples = PlantedExamples(Truth::kNoise, Task::kBinary, 1000, 2);
  for (std::size_t i = 0; i < 1000; ++i) {
    examples.time.push_back(static_cast<base::Micros>((i * 37) % 1000) * base::kMicrosPerHour);
    examples.unit.push_back(static_cast<std::uint32_t>((i * 37) % 1000 / 24));
  }
  examples.num_units = 42;
  examples.wait = 5 * base::kMicrosPerHour;
  const auto check = [&](const Split& split) {
    base::Micros last_train = INT64_MIN, first_test = INT64_MAX;
    std::vector<int> side(42, 0);
    for (const std::uint32_t r : split.train) last_train = std::max(last_train, examples.time[r]), side[examples.unit[r]] |= 1;
    for (const std::uint32_t r : split.test) first_test = std::min(first_test, examples.time[r]), side[examples.unit[r]] |= 2;
    EXPECT_LE(last_train + examples.wait, first_test);
    for (const int s : side) EXPECT_NE(s, 3);
  };
  check(*SplitHoldout(examples, {}));
  const std::vector<Split> folds = *CrossValidationFolds(examples, SplitHoldout(examples, {})->train, 4, 1);
  EXPECT_EQ(folds.size(), 4U);
  for (const Split& fold : folds) check(fold);
}

TEST(Metrics, ConstantLogLossIsTheEntropy) {
  const Examples examples = PlantedExamples(Truth::kThreshold, Task::kBinary, 1000, 6);
  Rows rows(1000);
  std::iota(rows.begin(), rows.end(), 0U);
  double positives = 0;
  for (const float y : examples.outcome) positives += static_cast<double>(y);
  const double p = positives / 1000;
  std::vector<double> predictions(1000, p), losses(1000);
  RowLosses(Metric::kLogLoss, examples, rows, predictions, losses);
  EXPECT_NEAR(std::accumulate(losses.begin(), losses.end(), 0.0) / 1000, -p * std::log(p) - (1 - p) * std::log(1 - p), 1e-12);
}

}  // namespace
}  // namespace assay::learn
