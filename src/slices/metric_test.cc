#include "slices/metric.h"

#include <gtest/gtest.h>

#include <cmath>

#include "slices/metric_tree.h"

namespace assay::slices {
namespace {

TEST(Metric, IsParsed) {
  struct Case {
    const char* text;
    ChangeForm form;
    const char* x;
    const char* y;
  };
  const Case cases[] = {
      {"sum(x)", ChangeForm::kSum, "x", ""},
      {" AVG( delay > 15 ) ", ChangeForm::kRate, "delay > 15", ""},
      {"mean(a * (b + 1))", ChangeForm::kRate, "a * (b + 1)", ""},
      {"count()", ChangeForm::kSum, "1", ""},
      {"count(*)", ChangeForm::kSum, "1", ""},
      {"sum(x)/sum(y)", ChangeForm::kRate, "x", "y"},
      {"sum(x) / count()", ChangeForm::kRate, "x", ""},
      {"count()/sum(hours)", ChangeForm::kRate, "1", "hours"},
      {"sum(\"price) net\" * (c = 'a(')) / sum(n)", ChangeForm::kRate, "\"price) net\" * (c = 'a(')", "n"},
  };
  for (const Case& c : cases) {
    const Result<Metric> metric = ParseMetric(c.text);
    ASSERT_TRUE(metric.has_value()) << c.text << ": " << metric.error().message;
    EXPECT_EQ(metric->form, c.form) << c.text;
    EXPECT_EQ(metric->x, c.x) << c.text;
    EXPECT_EQ(metric->y, c.y) << c.text;
  }
}

TEST(Metric, RefusesWhatIsNone) {
  struct Case {
    const char* text;
    const char* says;
  };
  const Case cases[] = {
      {"delay", "'delay' is no metric; write sum(delay), avg(delay)"},
      {"", "'' is no metric; write sum(x)"},
      {"sum(x", "is no metric"},
      {"sum()", "sum() needs an expression"},
      {"count(x > 1)", "write sum(x > 1)"},
      {"sum(avg(x))", "nests one metric in another"},
      {"avg(x)/sum(y)", "is no metric"},
      {"sum(x)/avg(y)", "is no metric"},
      {"sum(x)+sum(y)", "is no metric"},
      {"sum(x)/sum(y)/sum(z)", "is no metric"},
      {"sum(x == 1)", "write '=' to compare"},
      {"median(x)", "'median(x)' is no metric"},
  };
  for (const Case& c : cases) {
    const Result<Metric> metric = ParseMetric(c.text);
    ASSERT_FALSE(metric.has_value()) << c.text;
    EXPECT_EQ(metric.error().code, ErrorCode::kInvalidInput) << c.text;
    EXPECT_NE(metric.error().message.find(c.says), std::string::npos) << c.text << ": " << metric.error().message;
  }
}

std::vector<double> Shapley(std::vector<MetricDefinition> definitions, std::vector<double> before, std::vector<double> after) {
  const Result<MetricTree> tree = BuildMetricTree(definitions, "");
  EXPECT_TRUE(tree.has_value()) << tree.error().message;
  const Result<std::vector<double>> shapley = ShapleyOfLeaves(*tree, before, after);
  EXPECT_TRUE(shapley.has_value()) << shapley.error().message;
  return *shapley;
}

TEST(MetricTree, DividesAChangeExactly) {
  // By hand: of a product of two, the change of one times the middle of the other.
  const std::vector<double> two = Shapley({{"r", "a * b", ""}, {"a", "sum(x)", ""}, {"b", "avg(x)", ""}}, {10, 2}, {14, 3});
  EXPECT_NEAR(two[0], 4 * 2.5, 1e-12);
  EXPECT_NEAR(two[1], 1 * 12.0, 1e-12);
  // Of three, all six orders: a 100 -> 120, b .1 -> .12, c 50 -> 40.
  const std::vector<double> three = Shapley({{"revenue", "visits * conversion * basket", ""}, {"visits", "count()", ""}, {"conversion", "avg(o)", ""}, {"basket", "sum(v)/sum(o)", ""}}, {100, .1, 50}, {120, .12, 40});
  EXPECT_NEAR(three[0], 20 * (.1 * 50 * 2 + .12 * 50 + .1 * 40 + .12 * 40 * 2) / 6, 1e-12);
  EXPECT_NEAR(three[0] + three[1] + three[2], 120 * .12 * 40 - 100 * .1 * 50, 1e-9);
  // Zeros, negative values, sums and quotients; a metric used twice is one leaf; a middle formula.
  const std::vector<double> margin = Shapley({{"profit", "income - cost", ""}, {"income", "n * price", ""}, {"cost", "n * 2 - rebate / 4", ""}, {"n", "count()", ""}, {"price", "avg(p)", ""}, {"rebate", "sum(b)", ""}}, {0, -3, 8}, {5, 0, -4});
  EXPECT_EQ(margin.size(), 3U);
  EXPECT_NEAR(margin[0] + margin[1] + margin[2], (5 * 0 - (5 * 2 + 1)) - (0 - (0 - 2)), 1e-12);
}

TEST(MetricTree, RefusesWhatIsNone) {
  struct Case {
    const char* name;
    std::vector<MetricDefinition> definitions;
    const char* root;
    const char* says;
  };
  const Case cases[] = {
      {"none", {}, "", "there are no [[metrics]]"},
      {"a circle", {{"a", "b + 1", "line 1"}, {"b", "a * 2", "line 2"}}, "", "line 1: the metrics go round in a circle: 'a' needs 'b' needs 'a'"},
      {"unknown", {{"revenue", "visit * 2", "line 1"}, {"visits", "count()", "line 2"}}, "", "speaks of 'visit', which is no metric. Did you mean 'visits'"},
      {"unknown root", {{"visits", "count()", "line 2"}}, "visit", "there is no metric 'visit'. Did you mean 'visits'"},
      {"twice", {{"a", "count()", "line 1"}, {"A", "count()", "line 2"}}, "", "line 2: the metric's name 'A' is taken"},
      {"no expression", {{"a", "count() +", "line 1"}}, "", "line 1: 'is' of the metric 'a'"},
      {"a constant", {{"a", "3", "line 1"}}, "", "names no other metric"},
      {"a condition", {{"a", "b > 3", "line 1"}, {"b", "count()", "line 2"}}, "", "gives a boolean, not a number"},
  };
  for (const Case& c : cases) {
    const Result<MetricTree> tree = BuildMetricTree(c.definitions, c.root);
    ASSERT_FALSE(tree.has_value()) << c.name;
    EXPECT_NE(tree.error().message.find(c.says), std::string::npos) << c.name << ": " << tree.error().message;
  }
  const std::vector<MetricDefinition> quotient = {{"rate", "a / b", "line 1"}, {"a", "sum(x)", ""}, {"b", "sum(y)", ""}};
  const Result<MetricTree> tree = BuildMetricTree(quotient, "");
  const Result<std::vector<double>> shapley = ShapleyOfLeaves(*tree, std::vector<double>{1, 0}, std::vector<double>{2, 1});
  ASSERT_FALSE(shapley.has_value());
  EXPECT_NE(shapley.error().message.find("'rate' has no value before"), std::string::npos) << shapley.error().message;
}

}  // namespace
}  // namespace assay::slices
