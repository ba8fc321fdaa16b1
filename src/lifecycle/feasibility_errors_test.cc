// Fatal errors in rankings and the noise of labels, judged on predictions that are given.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/random.h"
#include "lifecycle/feasibility_for_test.h"
#include "lifecycle/gathered_for_test.h"
#include "lifecycle/internal/feasibility_items.h"

namespace assay::lifecycle {
namespace {

using evidence::FeasibilityItem;
using evidence::Verdict;
using table::Column;

Gains GainsOf(const Gathered& gathered, std::vector<double> best) {
  Gains gains;
  gains.all.rows.resize(best.size());
  std::iota(gains.all.rows.begin(), gains.all.rows.end(), 0U);
  gains.all.constant.assign(best.size(), 0.5);
  gains.all.fold.assign(best.size(), 0);
  gains.all.boosted = std::move(best);
  gains.best_name = "boosted trees";
  EXPECT_EQ(gathered.examples.num_rows(), static_cast<std::int64_t>(gains.all.rows.size()));
  return gains;
}

FeasibilityOptions Charter() {
  FeasibilityOptions options;
  options.has_charter = true;
  options.harmed = "readers";
  options.worst_error = "a dull list";
  options.fatal = false;
  return options;
}

// 60 lists of 20 items: items of region "a" stand where they belong, those of "b" anywhere.
TEST(FatalErrors, InARankingTheGroupWhoseItemsStandInTheWrongPlacesIsFound) {
  base::RandomStream random(11, "lists");
  std::vector<double> relevance, scores;
  std::vector<std::uint32_t> region, query;
  std::vector<std::string> names;
  for (std::uint32_t q = 0; q < 60; ++q) {
    names.push_back("list " + std::to_string(q));
    for (int item = 0; item < 20; ++item) {
      relevance.push_back(static_cast<double>(random.Below(5)));
      region.push_back(static_cast<std::uint32_t>(random.Below(2)));
      query.push_back(q);
      scores.push_back(region.back() == 0 ? relevance.back() + 0.1 * random.Uniform() : 5 * random.Uniform());
    }
  }
  Problem problem;
  problem.outcome = "relevance";
  problem.query = "list";
  problem.task = "ranking";
  const Gathered gathered = GatherColumns(problem, {Column::Numbers("relevance", relevance), Column::Categories("region", region, {"a", "b"}), Column::Categories("list", query, names)});
  const FeasibilityOptions options = Charter();
  const Dependence dependence = DependenceOf(gathered.examples);
  const RunContext context;
  const Ground ground{gathered, gathered.examples, options, dependence, learn::Metric::kSkill, context};
  Gains gains = GainsOf(gathered, scores);
  gains.best = &gains.all.boosted;
  VerdictFacts facts;
  const FeasibilityItem item = FatalErrorsItem(ground, gains, &facts);
  ASSERT_EQ(item.findings.size(), 2U);
  EXPECT_EQ(item.findings[0].name, "region = b");
  EXPECT_GT(item.findings[0].estimate.low, 0.9) << "as good as no order";
  EXPECT_LT(item.findings[1].estimate.high, 0.5);
  EXPECT_EQ(FigureOf(item, "worst_group_bound")->value, item.findings[0].estimate.high);
  EXPECT_EQ(item.verdict, Verdict::kSupported);
  EXPECT_EQ(facts.cap_exceeded, "");

  FeasibilityOptions strict = Charter();
  strict.largest_error_rate = 0.6;
  const FeasibilityItem capped = FatalErrorsItem({gathered, gathered.examples, strict, dependence, learn::Metric::kSkill, context}, gains, &facts);
  EXPECT_EQ(capped.verdict, Verdict::kRefuted);
  EXPECT_EQ(FigureOf(capped, "error_cap")->value, 0.6);
  EXPECT_TRUE(capped.findings[0].accused) << "it may err more than the cap";
  EXPECT_FALSE(capped.findings[1].accused);
  EXPECT_FALSE(item.findings[0].accused) << "no cap is stated";
  EXPECT_NE(facts.cap_exceeded.find("above the charter's ethics.largest_error_rate of "), std::string::npos) << facts.cap_exceeded;
}

TEST(Collection, LabelsThatMostlyFitTheFeaturesAreCleanAndOthersAreLeftOpen) {
  const struct { const char* what; double wrong; Verdict verdict; } kCases[] = {{"clean labels", 0.01, Verdict::kSupported}, {"a quarter of them wrong", 0.25, Verdict::kInconclusive}};
  for (const auto& c : kCases) {
    base::RandomStream random(12, c.what);
    std::vector<double> y, x, p;
    for (int i = 0; i < 2000; ++i) {
      const bool truth = random.Uniform() < 0.5;
      x.push_back(truth ? 1 : 0);
      y.push_back((random.Uniform() < c.wrong) != truth ? 1 : 0);
      p.push_back(truth ? 1 - c.wrong : c.wrong);
    }
    Problem problem;
    problem.outcome = "y = 1";
    const Gathered gathered = GatherColumns(problem, {Column::Numbers("y", y), Column::Numbers("x", x)});
    const FeasibilityOptions options = Charter();
    const Dependence dependence = DependenceOf(gathered.examples);
    const RunContext context;
    Gains gains = GainsOf(gathered, p);
    gains.best = &gains.all.boosted;
    const FeasibilityItem item = CollectionItem({gathered, gathered.examples, options, dependence, learn::Metric::kSkill, context}, gains);
    EXPECT_EQ(item.verdict, c.verdict) << c.what << ": " << item.answer;
    EXPECT_NEAR(FigureOf(item, "label_noise")->value, c.wrong, 0.03) << c.what;
    EXPECT_NE(item.answer.find(c.verdict == Verdict::kSupported ? "so they are clean" : "second look"), std::string::npos) << item.answer;
  }
}

}  // namespace
}  // namespace assay::lifecycle
