// The items beyond pattern and leaks: verdicts that need a person, money, groups, metrics. The curve: feasibility_data_test.cc.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/random.h"
#include "lifecycle/feasibility.h"
#include "lifecycle/feasibility_for_test.h"
#include "lifecycle/gathered_for_test.h"
#include "lifecycle/internal/feasibility_items.h"

namespace assay::lifecycle {
namespace {

using evidence::FeasibilityItem;
using evidence::FeasibilityReport;
using evidence::FeasibilityVerdict;
using evidence::Verdict;
using table::Column;

// y goes with x; "sex" goes with "height"; errors are more frequent in region "b".
Gathered People(const std::string& outcome, std::size_t rows) {
  base::RandomStream random(4, "people");
  std::vector<double> y, amount, x, height;
  std::vector<std::uint32_t> sex, region;
  for (std::size_t i = 0; i < rows; ++i) {
    x.push_back(std::floor(10 * random.Uniform()) / 10);
    region.push_back(static_cast<std::uint32_t>(random.Below(2)));
    sex.push_back(static_cast<std::uint32_t>(random.Below(2)));
    height.push_back(sex[i] == 1 ? 178 + 7 * random.Normal() : 165 + 7 * random.Normal());
    const double sharpness = region[i] == 1 ? 2 : 20;
    y.push_back(random.Uniform() < 1 / (1 + std::exp(-sharpness * (x[i] - 0.45))) ? 1 : 0);
    amount.push_back(10 * x[i] + (region[i] == 1 ? 4 : 1) * random.Normal());
  }
  std::vector<Column> columns;
  columns.push_back(Column::Numbers("y", y));
  columns.push_back(Column::Numbers("amount", amount));
  columns.push_back(Column::Numbers("x", x));
  columns.push_back(Column::Numbers("height", height));
  columns.push_back(Column::Categories("sex", sex, {"f", "m"}));
  columns.push_back(Column::Categories("region", region, {"a", "b"}));
  Problem problem;
  problem.outcome = outcome;
  problem.exclude = {outcome == "amount" ? "y" : "amount", "sex"};
  return GatherColumns(problem, std::move(columns));
}

TEST(FeasibilityItems, ASensitiveColumnNeedsAPersonAndNamesItsProxies) {
  FeasibilityOptions options;
  options.sensitive = {"sex"};
  const Result<FeasibilityReport> report = Feasibility(People("y = 1", 2500), options, {});
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->verdict, FeasibilityVerdict::kNeedsPerson) << report->reason;
  const FeasibilityItem& ethics = Item(*report, "ethics");
  EXPECT_EQ(ethics.verdict, Verdict::kNeedsPerson);
  const auto proxy = std::find_if(ethics.findings.begin(), ethics.findings.end(), [](const evidence::Finding& f) { return f.kind == "proxy"; });
  ASSERT_NE(proxy, ethics.findings.end());
  EXPECT_TRUE(proxy->accused);
  EXPECT_GT(proxy->estimate.low, 0.8);
  EXPECT_NE(proxy->message.find("strongest alone: height"), std::string::npos) << proxy->message;
  for (const char* kind : {"gap_error", "gap_missed", "gap_false_alarms", "gap_base_rate", "gap_mean_score"}) {
    const auto gap = std::find_if(ethics.findings.begin(), ethics.findings.end(), [&](const evidence::Finding& f) { return f.kind == kind; });
    ASSERT_NE(gap, ethics.findings.end()) << kind;
    EXPECT_LE(gap->estimate.low, 0) << "no gap was planted: " << gap->message;
    EXPECT_GE(gap->estimate.high, 0) << "no gap was planted: " << gap->message;
    EXPECT_NEAR(gap->estimate.level, 0.99, 1e-9) << "five measures of one group";
  }
}

// However many rows two lists have, two of them judge.
TEST(FeasibilityItems, TwoQueriesDecideNothing) {
  base::RandomStream random(12, "two queries");
  std::vector<double> relevance, x;
  std::vector<std::uint32_t> query;
  for (std::uint32_t i = 0; i < 400; ++i) {
    query.push_back(i % 2);
    x.push_back(random.Normal());
    relevance.push_back(std::floor(std::clamp(x.back() + 0.7 * random.Normal() + 1.5, 0.0, 3.0)));
  }
  std::vector<Column> columns = {Column::Numbers("relevance", relevance), Column::Numbers("x", x), Column::Categories("query", query, {"a", "b"})};
  Problem problem;
  problem.outcome = "relevance";
  problem.query = "query";
  problem.task = "ranking";
  const FeasibilityReport report = *Feasibility(GatherColumns(problem, std::move(columns)), {}, {});
  EXPECT_EQ(report.verdict, FeasibilityVerdict::kCollectMore) << report.reason;
  EXPECT_NE(report.reason.find("2 queries"), std::string::npos) << report.reason;
  EXPECT_LE(report.gain.high, 1);
  EXPECT_EQ(Item(report, "data").verdict, Verdict::kInconclusive);
}

// One in a hundred, which x hardly tells: doubts that are few of all labels are many of the rare ones'.
TEST(FeasibilityItems, RareLabelsAreNotCleanBecauseTheyAreRare) {
  base::RandomStream random(13, "rare");
  std::vector<double> y, x, z;
  for (int i = 0; i < 3000; ++i) {
    x.push_back(random.Normal());
    z.push_back(random.Normal());
    y.push_back(random.Uniform() < 1 / (1 + std::exp(5 - x.back())) ? 1 : 0);
  }
  std::vector<Column> columns = {Column::Numbers("y", y), Column::Numbers("x", x), Column::Numbers("z", z)};
  Problem problem;
  problem.outcome = "y";
  const FeasibilityReport report = *Feasibility(GatherColumns(problem, std::move(columns)), {}, {});
  const FeasibilityItem& collection = Item(report, "collection");
  EXPECT_EQ(collection.answer.find("clean"), std::string::npos) << collection.answer;
  EXPECT_EQ(collection.verdict, Verdict::kInconclusive) << collection.answer;
  ASSERT_NE(FigureOf(collection, "label_noise"), nullptr);
  EXPECT_EQ(FigureOf(collection, "accuracy_ceiling"), nullptr) << "the constant is right more often";
}

TEST(FeasibilityItems, AnEntryIsOpenWhereItSaysSo) {
  for (const char* open : {"?", "??", "unknown", "Unknown.", "unknown, nobody asked", "to be decided", "To be decided by the board", "TBD", "tbd (legal)", "not decided yet", "Nobody knows", "unclear: see the minutes", "Who would know?"}) EXPECT_TRUE(IsUndecided(open)) << open;
  for (const char* settled : {"", "an unknown customer is refused", "Unknown customers are refused", "unclear pictures are sent back", "a letter too many", "Is it bad? A dull evening.", "undecided voters are called twice"}) EXPECT_FALSE(IsUndecided(settled)) << settled;
}

// What people earn, by quarters: the limits are those of the judged rows, which with time are not all.
TEST(FeasibilityItems, GroupsOfANumberAreTheSameForGapsAndProxies) {
  base::RandomStream random(8, "income");
  std::vector<double> y, income, pension, x;
  std::vector<base::Micros> time;
  for (int i = 0; i < 3000; ++i) {
    income.push_back(1000 + i / 10.0 + 300 * random.Normal());
    pension.push_back(income.back() + 30 * random.Normal());
    x.push_back(random.Uniform());
    y.push_back(random.Uniform() < x.back() ? 1 : 0);
    time.push_back(base::FromCivil({2001, 1, 1, 0, 0, 0, 0, 0}) + i * base::kMicrosPerHour);
  }
  std::vector<Column> columns = {Column::Numbers("y", y), Column::Numbers("income", income), Column::Numbers("pension", pension), Column::Numbers("x", x), Column::Times("time", time)};
  Problem problem;
  problem.outcome = "y = 1";
  problem.time = "time";
  problem.exclude = {"income"};
  FeasibilityOptions options;
  options.sensitive = {"income"};
  const Result<FeasibilityReport> report = Feasibility(GatherColumns(problem, std::move(columns)), options, {});
  ASSERT_TRUE(report) << report.error().message;
  int proxies = 0;
  for (const evidence::Finding& finding : Item(*report, "ethics").findings) {
    if (finding.kind != "proxy") continue;
    ++proxies;
    EXPECT_TRUE(finding.accused) << finding.message;
    EXPECT_GT(finding.estimate.low, 0.75) << finding.message;
  }
  EXPECT_EQ(proxies, 4);
}

// Every row of branch "b" comes from one unit, and its errors are many; "branch" is sensitive and no feature.
TEST(FeasibilityItems, AGroupOfOneUnitLeavesTheCapOpen) {
  base::RandomStream random(10, "one unit");
  std::vector<double> y, x;
  std::vector<std::uint32_t> branch, unit;
  std::vector<std::string> names;
  for (std::uint32_t i = 0; i < 1500; ++i) {
    unit.push_back(i < 150 ? 0 : 1 + i % 60);
    branch.push_back(i < 150 ? 1 : 0);
    x.push_back(random.Uniform());
    y.push_back((x.back() > 0.5) != (i < 150) ? 1 : 0);
  }
  for (int u = 0; u < 61; ++u) names.push_back("u" + std::to_string(u));
  std::vector<Column> columns = {Column::Numbers("y", y), Column::Numbers("x", x), Column::Categories("branch", branch, {"a", "b"}), Column::Categories("unit", unit, names)};
  Problem problem;
  problem.outcome = "y = 1";
  problem.unit = "unit";
  problem.exclude = {"branch"};
  const Gathered gathered = GatherColumns(problem, std::move(columns));
  FeasibilityOptions options;
  options.has_charter = true;
  options.harmed = "customers";
  options.worst_error = "a letter too many";
  options.largest_error_rate = 0.95;
  options.sensitive = {"branch"};
  const FeasibilityReport report = *Feasibility(gathered, options, {});
  const FeasibilityItem& errors = Item(report, "fatal_errors");
  EXPECT_EQ(FigureOf(errors, "groups_searched")->value, 6) << "four quarters of x and two branches";
  EXPECT_LT(FigureOf(errors, "worst_group_bound")->value, 0.95);
  EXPECT_EQ(FigureOf(errors, "groups_unbounded")->value, 1);
  EXPECT_EQ(errors.verdict, Verdict::kInconclusive) << errors.answer;
  EXPECT_EQ(errors.findings.front().name, "branch = b");
  EXPECT_NE(errors.answer.find("nothing bounds the error of branch = b"), std::string::npos) << errors.answer;
}

TEST(FeasibilityItems, MoneyAndTheWorstGroupAreMeasured) {
  FeasibilityOptions options;
  options.has_charter = true;
  options.harmed = "customers";
  options.worst_error = "a letter too many";
  options.fatal = false;
  options.decisions_per_day = 1000;
  options.value_right = 4;
  options.value_wrong = -4;
  options.cost_per_month = 1000;
  const Gathered people = People("y = 1", 2500);
  const Result<FeasibilityReport> report = Feasibility(people, options, {});
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_NE(report->verdict, FeasibilityVerdict::kNeedsPerson) << report->reason;
  const FeasibilityItem& repetition = Item(*report, "repetition");
  EXPECT_EQ(repetition.verdict, Verdict::kSupported) << repetition.answer;
  const evidence::Estimate *gain = FigureOf(repetition, "gain_per_decision"), *net = FigureOf(repetition, "net_per_month");
  ASSERT_TRUE(gain != nullptr && net != nullptr);
  EXPECT_NEAR(net->value, gain->value * 1000 * 365.25 / 12 - 1000, 1e-6);
  EXPECT_NEAR(net->low, gain->low * 1000 * 365.25 / 12 - 1000, 1e-6);
  // Acting from x = .5 on brings 4 x (2 p - 1) for half of the people: 4 x .5 x (.8704 + .2404) / 2 over the two regions;
  // always and never acting bring 0.
  EXPECT_LT(gain->low, 1.111);
  EXPECT_GT(gain->high, 1.111);
  EXPECT_GT(gain->low, 0.8);
  const FeasibilityItem& errors = Item(*report, "fatal_errors");
  EXPECT_EQ(errors.verdict, Verdict::kSupported);
  ASSERT_FALSE(errors.findings.empty());
  const evidence::Estimate* groups = FigureOf(errors, "groups_searched");
  ASSERT_NE(groups, nullptr);
  // 10 values of x, 4 quarters of height, 2 regions: one family.
  EXPECT_EQ(groups->value, 16);
  EXPECT_NEAR(errors.findings[0].estimate.level, 1 - 0.05 / 16, 1e-12);
  const evidence::Estimate *bound = FigureOf(errors, "worst_group_bound"), *cost = FigureOf(errors, "worst_case_cost");
  ASSERT_TRUE(bound != nullptr && cost != nullptr);
  EXPECT_NEAR(cost->value, 4 * bound->value, 1e-9);

  // What nobody has said is asked, not answered.
  options.fatal.reset();
  const Result<FeasibilityReport> open = Feasibility(people, options, {});
  EXPECT_EQ(Item(*open, "fatal_errors").verdict, Verdict::kInconclusive) << Item(*open, "fatal_errors").answer;
  EXPECT_TRUE(std::any_of(open->open_questions.begin(), open->open_questions.end(), [](const auto& q) { return q.key == "ethics.fatal"; }));

  options.largest_error_rate = bound->value - 0.01;
  EXPECT_EQ(Feasibility(people, options, {})->verdict, FeasibilityVerdict::kStop);
}

// Where a false alarm costs a hundred times what a right one brings, nobody acts, with or without a model.
TEST(FeasibilityItems, WhereActingNeverPaysAModelDoesNot) {
  base::RandomStream random(9, "never");
  std::vector<double> x, y;
  for (int i = 0; i < 1500; ++i) {
    x.push_back(std::floor(10 * random.Uniform()) / 10);
    y.push_back(random.Uniform() < 0.2 + 0.6 * x.back() ? 1 : 0);
  }
  Problem problem;
  problem.outcome = "y = 1";
  std::vector<Column> columns = {Column::Numbers("x", x), Column::Numbers("y", y)};
  const Gathered gathered = GatherColumns(problem, std::move(columns));
  FeasibilityOptions options;
  options.decisions_per_day = 100'000;
  options.value_right = 10;
  options.value_wrong = -1000;
  options.cost_per_month = 5000;
  const Result<FeasibilityReport> report = Feasibility(gathered, options, {});
  ASSERT_TRUE(report) << report.error().message;
  const FeasibilityItem& repetition = Item(*report, "repetition");
  const evidence::Estimate *gain = FigureOf(repetition, "gain_per_decision"), *net = FigureOf(repetition, "net_per_month");
  ASSERT_TRUE(gain != nullptr && net != nullptr);
  EXPECT_EQ(gain->value, 0);
  EXPECT_EQ(gain->low, 0);
  EXPECT_EQ(gain->high, 0);
  EXPECT_NE(gain->reason.find("never acts"), std::string::npos) << gain->reason;
  EXPECT_EQ(net->low, -5000);
  EXPECT_EQ(net->high, -5000);
  EXPECT_EQ(repetition.verdict, Verdict::kRefuted) << repetition.answer;
}

TEST(FeasibilityItems, AThresholdIsChosenOnWhatWasKnownByThen) {
  learn::Examples examples;
  OutOfFold all;
  std::vector<double> scores;
  // Three folds of ten rows, a row an hour. Acting pays from .2 on in the first, from .6 in the second and from .9 in the third.
  for (std::uint32_t row = 0; row < 30; ++row) {
    const auto fold = static_cast<std::uint8_t>(row / 10);
    scores.push_back(static_cast<double>(row % 10) / 10);
    examples.outcome.push_back(scores.back() >= (fold == 0 ? 0.2 : fold == 1 ? 0.6 : 0.9) ? 1.0F : 0.0F);
    examples.time.push_back(row * base::kMicrosPerHour);
    all.rows.push_back(row);
    all.fold.push_back(fold);
  }
  const objectives::DecisionMoney money{1, -3, 0, 0};
  const auto threshold = [&](std::uint8_t fold) { return *ThresholdForFold(examples, all, scores, fold, money); };
  EXPECT_EQ(threshold(0), 0.75) << "nothing is known yet: the chance from which acting pays";
  EXPECT_EQ(threshold(1), 0.2);
  EXPECT_EQ(threshold(2), 0.6) << "both folds before it";
  examples.wait = 5 * base::kMicrosPerHour;
  EXPECT_EQ(threshold(1), 0.2);
  examples.wait = 11 * base::kMicrosPerHour;
  EXPECT_EQ(threshold(1), 0.75) << "no outcome of the first fold is known when the second begins";
  EXPECT_EQ(threshold(2), 0.2);
  examples.time.clear();
  EXPECT_EQ(threshold(1), 0.9) << "without time all other folds";
}

TEST(FeasibilityItems, LeastGainAndTargetAreInTheMetricAskedFor) {
  struct Case {
    const char* outcome;
    const char* metric;
    double least_gain;
    bool enough;  // the gain is shown to be larger
  };
  const Case cases[] = {
      {"y = 1", "auc", 0.2, true}, {"y = 1", "auc", 0.49, false}, {"y = 1", "log_loss", 0.1, true}, {"y = 1", "accuracy", 0.1, true}, {"amount", "rmse", 0.5, true}, {"amount", "mae", 5, false}, {"amount", "r2", 0.2, true},
  };
  for (const Case& c : cases) {
    FeasibilityOptions options;
    options.metric = c.metric;
    options.least_gain = c.least_gain;
    const Result<FeasibilityReport> report = Feasibility(People(c.outcome, 1200), options, {});
    ASSERT_TRUE(report) << c.metric << ": " << report.error().message;
    EXPECT_EQ(report->metric, c.metric);
    EXPECT_EQ(report->gain.low > c.least_gain, c.enough) << c.metric << " " << report->gain.low << " to " << report->gain.high;
    EXPECT_EQ(report->gain.high < c.least_gain, !c.enough) << c.metric << " " << report->gain.low << " to " << report->gain.high;
  }
  FeasibilityOptions wrong;
  wrong.metric = "rmse";
  EXPECT_FALSE(Feasibility(People("y = 1", 300), wrong, {}));
}

TEST(FeasibilityItems, AnOutcomeWithoutEnoughRowsAndOnlyLeakyFeaturesStop) {
  base::RandomStream random(7, "stops");
  std::vector<double> rare, y, copy, x;
  for (int i = 0; i < 400; ++i) {
    rare.push_back(i % 80 == 0 ? 1 : 0);
    y.push_back(static_cast<double>(random.Below(2)));
    copy.push_back(5 * y.back() + random.Uniform());
    x.push_back(random.Uniform());
  }
  const auto gather = [&](const char* name, const std::vector<double>& outcome, const std::vector<double>& feature) {
    std::vector<Column> columns;
    columns.push_back(Column::Numbers("y", outcome));
    columns.push_back(Column::Numbers(name, feature));
    Problem problem;
    problem.outcome = "y = 1";
    return GatherColumns(problem, std::move(columns));
  };
  const Result<FeasibilityReport> unusable = Feasibility(gather("x", rare, x), {}, {});
  ASSERT_TRUE(unusable) << unusable.error().message;
  EXPECT_EQ(unusable->verdict, FeasibilityVerdict::kStop);
  EXPECT_EQ(unusable->items.size(), 9U);
  EXPECT_EQ(Item(*unusable, "objective").verdict, Verdict::kRefuted);
  const Result<FeasibilityReport> leaky = Feasibility(gather("copy", y, copy), {}, {});
  ASSERT_TRUE(leaky) << leaky.error().message;
  EXPECT_EQ(leaky->verdict, FeasibilityVerdict::kStop);
  EXPECT_EQ(leaky->leaky_columns, std::vector<std::string>{"copy"});
  EXPECT_EQ(leaky->items.size(), 9U);
}

// One column that explains nearly all is a copy until people vouch for it; so is a time that comes later, named as the file names it, until they
// vouch that it is a plan.
TEST(FeasibilityItems, PeopleMayVouchForAColumnThatTellsMuchAndForAPlan) {
  base::RandomStream random(12, "houses");
  std::vector<double> price, area, rooms;
  std::vector<base::Micros> at, refunded;
  for (int i = 0; i < 1500; ++i) {
    area.push_back(50 + 30 * random.Uniform() * 5);
    rooms.push_back(static_cast<double>(random.Below(7)));
    price.push_back(3000 * area.back() + 15000 * rooms.back() + 20000 * random.Normal());
    at.push_back(i * base::kMicrosPerHour);
    refunded.push_back(at.back() + (price.back() > 400000 ? 40 : 2) * base::kMicrosPerDay);
  }
  std::vector<Column> columns;
  columns.push_back(Column::Numbers("price", price));
  columns.push_back(Column::Numbers("area", area));
  columns.push_back(Column::Numbers("rooms", rooms));
  columns.push_back(Column::Times("at", at));
  columns.push_back(Column::Times("refunded_at", refunded));
  Problem problem;
  problem.outcome = "price";
  problem.time = "at";
  const std::vector<Column> copied = columns;
  const Result<FeasibilityReport> report = Feasibility(GatherColumns(problem, std::vector<Column>(copied)), {}, {});
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->leaky_columns, (std::vector<std::string>{"area", "refunded_at"}));
  problem.vouched = {"Area", "refunded_at"};
  const Result<FeasibilityReport> vouched = Feasibility(GatherColumns(problem, std::move(columns)), {}, {});
  EXPECT_TRUE(vouched->leaky_columns.empty());
  EXPECT_EQ(Item(*vouched, "leakage").verdict, Verdict::kNeedsPerson);
  EXPECT_NE(Item(*vouched, "leakage").answer.find("'area' alone explains"), std::string::npos) << Item(*vouched, "leakage").answer;
  const std::string& answer = Item(*vouched, "leakage").answer;
  const std::size_t asked = answer.find("'refunded_at' lies after the decision");
  EXPECT_NE(asked, std::string::npos) << answer;
  EXPECT_EQ(answer.find("'refunded_at' lies after the decision", asked + 1), std::string::npos) << answer;
  EXPECT_GT(vouched->gain.low, 0.8);
}

TEST(FeasibilityItems, RowsThatDifferBeyond53BitsAreNoDuplicates) {
  base::RandomStream random(9, "big numbers");
  std::vector<std::int64_t> ids;
  std::vector<double> y;
  for (int i = 0; i < 300; ++i) {
    ids.push_back(1'000'000'000'000'000'000 + i);
    y.push_back(random.Uniform() < 0.5 ? 1 : 0);
  }
  Problem problem;
  problem.outcome = "y";
  const Gathered gathered = GatherColumns(problem, {Column::Integers("id", ids), Column::Numbers("y", y)});
  const Result<FeasibilityReport> report = Feasibility(gathered, {}, {});
  ASSERT_TRUE(report) << report.error().message;
  const evidence::Estimate* duplicates = FigureOf(Item(*report, "leakage"), "duplicates");
  ASSERT_NE(duplicates, nullptr);
  EXPECT_EQ(duplicates->value, 0);
  EXPECT_EQ(FigureOf(Item(*report, "repetition"), "recurring")->value, 0);
}

}  // namespace
}  // namespace assay::lifecycle
