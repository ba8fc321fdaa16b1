// Values frozen from scipy and statsmodels (tests/reference/freeze_statistics.py says how), one test per kind.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/json.h"
#include "stats/change_points.h"
#include "stats/cluster_mean.h"
#include "stats/distributions.h"
#include "stats/learning_curve.h"
#include "stats/monte_carlo_p.h"
#include "stats/multiple_testing.h"

namespace assay::stats {
namespace {

Json Frozen(const char* kind) {
  const std::ifstream file("tests/reference/values/statistics.json");
  std::stringstream text;
  text << file.rdbuf();
  const Result<Json> all = base::ParseJson(text.str(), "tests/reference/values/statistics.json");
  EXPECT_TRUE(all) << (all ? "" : all.error().message);
  const Json cases = all ? all->at(kind) : Json::array();
  EXPECT_FALSE(cases.empty());
  return cases;
}

std::vector<double> Numbers(const Json& json) { return json.get<std::vector<double>>(); }

// Relative where the value is large or tiny, so that far tails count.
void ExpectClose(double value, double expected, double tolerance, const std::string& what) {
  EXPECT_LE(std::abs(value - expected), tolerance * std::max(std::abs(expected), std::abs(expected) > 0 && std::abs(expected) < 1 ? std::abs(expected) : 1.0)) << what << ": " << value << " instead of " << expected;
}

TEST(FrozenValues, Distributions) {
  using Arguments = std::vector<double>;
  const auto whole = [](double v) { return static_cast<std::int64_t>(v); };
  const std::map<std::string, std::function<double(const Arguments&)>> functions = {
      {"NormalCdf", [](const Arguments& a) { return NormalCdf(a[0]); }},
      {"NormalQuantile", [](const Arguments& a) { return NormalQuantile(a[0]); }},
      {"TwoSidedNormalP", [](const Arguments& a) { return TwoSidedNormalP(a[0]); }},
      {"StudentCdf", [](const Arguments& a) { return StudentCdf(a[0], a[1]); }},
      {"StudentQuantile", [](const Arguments& a) { return StudentQuantile(a[0], a[1]); }},
      {"TwoSidedStudentP", [](const Arguments& a) { return TwoSidedStudentP(a[0], a[1]); }},
      {"ChiSquareUpperP", [](const Arguments& a) { return ChiSquareUpperP(a[0], a[1]); }},
      {"FisherUpperP", [](const Arguments& a) { return FisherUpperP(a[0], a[1], a[2]); }},
      {"BinomialCdf", [&](const Arguments& a) { return BinomialCdf(whole(a[0]), whole(a[1]), a[2]); }},
      {"BinomialTwoSidedP", [&](const Arguments& a) { return BinomialTwoSidedP(whole(a[0]), whole(a[1])); }},
      {"BetaQuantile", [](const Arguments& a) { return BetaQuantile(a[0], a[1], a[2]); }},
  };
  for (const Json& c : Frozen("distributions")) ExpectClose(functions.at(c["function"])(Numbers(c["arguments"])), c["value"], 1e-9, c["call"]);
}

TEST(FrozenValues, MeansAndDifferencesByUnits) {
  for (const Json& c : Frozen("clusters")) {
    const std::string what = c["what"];
    const std::vector<double> values = Numbers(c["values"]);
    const auto unit = c["unit"].get<std::vector<std::uint32_t>>();
    const auto inside = c["inside"].get<std::vector<std::uint8_t>>();
    const Clusters clusters{unit, 10};
    Interval interval;
    if (inside.empty()) {
      interval = *ClusterMean(values, clusters);
    } else {
      interval = ClusterDifference(values, inside, clusters)->difference;
    }
    ExpectClose(interval.value, c["value"], 1e-12, what);
    ExpectClose(interval.standard_error, c["standard_error"], 1e-10, what);
    ExpectClose(interval.degrees, c["degrees"], 1e-9, what);
    ExpectClose(interval.p_value, c["p_value"], 1e-9, what);
    ExpectClose(interval.low, c["low"], 1e-9, what);
    ExpectClose(interval.high, c["high"], 1e-9, what);
  }
}

TEST(FrozenValues, SharesThatCameOutAllAlike) {
  for (const Json& c : Frozen("shares")) {
    const std::vector<double> ones(c["units"].get<std::size_t>(), 1.0), zeros(ones.size(), 0.0);
    const double level = c["level"];
    ExpectClose(ClusterShare(ones, {}, level)->low, c["low"], 1e-10, c["call"]);
    EXPECT_EQ(ClusterShare(ones, {}, level)->high, 1);
    ExpectClose(1 - ClusterShare(zeros, {}, level)->high, c["low"], 1e-10, c["call"]);
    EXPECT_EQ(ClusterShare(zeros, {}, level)->low, 0);
  }
}

TEST(FrozenValues, MultipleTesting) {
  const std::map<std::string, std::vector<double> (*)(std::span<const double>)> functions = {{"BenjaminiHochberg", &BenjaminiHochberg}, {"BenjaminiYekutieli", &BenjaminiYekutieli}, {"Holm", &Holm}};
  for (const Json& c : Frozen("multiple_testing")) {
    const std::vector<double> p = Numbers(c["p_values"]), expected = Numbers(c["adjusted"]);
    const std::vector<double> adjusted = functions.at(c["function"])(p);
    ASSERT_EQ(adjusted.size(), expected.size());
    for (std::size_t i = 0; i < p.size(); ++i) ExpectClose(adjusted[i], expected[i], 1e-12, c["call"]);
  }
}

TEST(FrozenValues, FirstAutocorrelation) {
  for (const Json& c : Frozen("autocorrelations")) {
    const std::vector<double> series = Numbers(c["series"]);
    const double raw = c["first"];
    // Marriott and Pope's correction on top of it, then the bounds.
    const double corrected = std::clamp(raw + (1 + 4 * raw) / static_cast<double>(series.size()), -0.5, 0.95);
    ExpectClose(EstimatePhi(series), corrected, 1e-9, c["call"]);
  }
}

TEST(FrozenValues, LearningCurves) {
  for (const Json& c : Frozen("learning_curves")) {
    const std::vector<double> rows = Numbers(c["rows"]), score = Numbers(c["score"]), error = Numbers(c["standard_error"]);
    std::vector<CurveObservation> points;
    for (std::size_t i = 0; i < rows.size(); ++i) points.push_back({rows[i], score[i], error[i]});
    const Result<LearningCurve> curve = FitLearningCurve(points, 1);
    ASSERT_TRUE(curve);
    // Both minimise the same sum; where they stop differs in its flat bottom.
    ExpectClose(curve->a, c["a"], 1e-5, c["call"]);
    ExpectClose(curve->b, c["b"], 1e-5, c["call"]);
    ExpectClose(curve->c, c["c"], 1e-6, c["call"]);
  }
}

// scikit-learn 0.18's page on the permutation test prints p 0.00990099 for 100 permutations of which none was as good.
TEST(MonteCarloP, CountsTheObservedAsOneMore) {
  EXPECT_NEAR(MonteCarloP(0, 100, 10), 0.00990099, 5e-9);
  EXPECT_NEAR(MonteCarloP(4, 199, 10), 0.025, 1e-15);
  EXPECT_EQ(MonteCarloP(10, 40, 10), 0.25);  // stopped early: Besag and Clifford's h / l
  EXPECT_EQ(MonteCarloP(3, 3, 10), 1);
}

TEST(MultipleTesting, FollowsThePaperAndPassesOverWhatIsNoTest) {
  // Benjamini and Hochberg 1995, table 1: four of fifteen hypotheses are rejected at 0.05.
  const std::vector<double> p = {0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0};
  const std::vector<double> q = BenjaminiHochberg(p);
  EXPECT_EQ(std::count_if(q.begin(), q.end(), [](double v) { return v <= 0.05; }), 4);
  const double nan = std::nan("");
  for (const auto function : {&BenjaminiHochberg, &BenjaminiYekutieli, &Holm}) {
    const std::vector<double> with = function(std::vector<double>{0.01, nan, 0.04});
    EXPECT_TRUE(std::isnan(with[1]));
    EXPECT_EQ(with[0], function(std::vector<double>{0.01, 0.04})[0]);
    EXPECT_TRUE(function({}).empty());
  }
}

}  // namespace
}  // namespace assay::stats
