// What more rows would bring, and outcomes that no number of rows makes usable.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/random.h"
#include "lifecycle/feasibility.h"
#include "lifecycle/feasibility_for_test.h"
#include "lifecycle/gathered_for_test.h"

namespace assay::lifecycle {
namespace {

using evidence::FeasibilityItem;
using evidence::FeasibilityReport;
using evidence::FeasibilityVerdict;
using evidence::Verdict;
using table::Column;

// Twelve features that add up, of variance 6 together: a few hundred rows are not enough, and the curve says so.
Gathered Additive(double noise) {
  base::RandomStream random(6, "rising");
  constexpr std::size_t kRows = 3000, kFeatures = 12;
  std::vector<std::vector<double>> x(kFeatures);
  std::vector<double> y;
  for (std::size_t i = 0; i < kRows; ++i) {
    double signal = 0;
    for (std::size_t f = 0; f < kFeatures; ++f) {
      x[f].push_back(random.Uniform());
      signal += std::sin(6.28 * x[f][i]);
    }
    y.push_back(signal + noise * random.Normal());
  }
  std::vector<Column> columns;
  columns.push_back(Column::Numbers("y", y));
  for (std::size_t f = 0; f < kFeatures; ++f) columns.push_back(Column::Numbers("x" + std::to_string(f), x[f]));
  Problem problem;
  problem.outcome = "y";
  return GatherColumns(problem, std::move(columns));
}

// On pure noise the curve of what overfits small samples rises, to nothing.
TEST(FeasibilityItems, RowsThatCannotGainTheLeastGainDoNotHelp) {
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    base::RandomStream random(seed, "no signal");
    std::vector<double> y, x, z;
    for (int i = 0; i < 800; ++i) {
      x.push_back(random.Normal());
      z.push_back(random.Normal());
      y.push_back(random.Uniform() < 0.3 ? 1 : 0);
    }
    Problem problem;
    problem.outcome = "y = 1";
    const Result<FeasibilityReport> report = Feasibility(GatherColumns(problem, {Column::Numbers("y", y), Column::Numbers("x", x), Column::Numbers("z", z)}), {}, {});
    EXPECT_NE(Item(*report, "data").verdict, Verdict::kRefuted) << seed << ": " << Item(*report, "data").answer;
  }
}

// One price of billions among prices of thousands: squares are about it alone; absolute errors are not, and their least gain is in the unit.
TEST(FeasibilityItems, AnOutcomeWhoseSquaresAreOneRowsIsUnusableButByAbsoluteErrors) {
  base::RandomStream random(4, "heavy");
  std::vector<double> y, x;
  for (int i = 0; i < 600; ++i) {
    x.push_back(random.Normal());
    y.push_back(i == 300 ? 2.5e9 : std::round(2e5 * std::exp(0.6 * x.back() + 0.3 * random.Normal())));
  }
  Problem problem;
  problem.outcome = "y";
  const Gathered gathered = GatherColumns(problem, {Column::Numbers("y", y), Column::Numbers("x", x)});
  const Result<FeasibilityReport> squares = Feasibility(gathered, {}, {});
  EXPECT_EQ(squares->verdict, FeasibilityVerdict::kStop);
  EXPECT_NE(Item(*squares, "objective").answer.find("one row, whose outcome is 2,500,000,000, makes"), std::string::npos) << Item(*squares, "objective").answer;
  FeasibilityOptions options;
  options.metric = "mae";
  const Result<FeasibilityReport> absolute = Feasibility(gathered, options, {});
  EXPECT_EQ(Item(*absolute, "objective").verdict, Verdict::kSupported);
  double sum = 0, median = 0;
  std::vector<double> sorted = y;
  std::nth_element(sorted.begin(), sorted.begin() + 300, sorted.end());
  median = sorted[300];
  for (const double v : y) sum += std::abs(v - median);
  EXPECT_NEAR(absolute->least_gain, 0.01 * sum / 600, 1e-3 * sum / 600);
}

TEST(FeasibilityItems, ACurveThatStillRisesBelowItsTargetAsksForMore) {
  FeasibilityOptions options;
  options.target = 0.97;
  const Result<FeasibilityReport> report = Feasibility(Additive(0.3), options, {});
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->verdict, FeasibilityVerdict::kCollectMore) << report->reason;
  EXPECT_NE(report->reason.find("curve still rises"), std::string::npos) << report->reason;
  EXPECT_EQ(Item(*report, "data").verdict, Verdict::kRefuted);
  EXPECT_NE(Item(*report, "data").answer.find("More would help"), std::string::npos) << Item(*report, "data").answer;
  EXPECT_NE(Item(*report, "data").answer.find("The target 0.97 is not surely reached; "), std::string::npos) << Item(*report, "data").answer;
  EXPECT_NE(FigureOf(Item(*report, "data"), "rows_for_target"), nullptr);
}

// Noise of variance 9 leaves at most 6 / 15 = .4 of skill to any number of rows.
TEST(FeasibilityItems, ACurveThatRisesInVainDoesNotAskForRows) {
  struct Case {
    double least_gain, target;
    FeasibilityVerdict verdict;
    const char *answer, *reason;
  };
  const Case cases[] = {
      {0.01, 0.7, FeasibilityVerdict::kCollectMore, "short of the target 0.7.", "other columns are missing, not rows"},
      {0.6, std::nan(""), FeasibilityVerdict::kUseARule, "short of the least gain over the constant, 0.6.", ""},
  };
  const Gathered additive = Additive(3);
  for (const Case& c : cases) {
    FeasibilityOptions options;
    options.least_gain = c.least_gain;
    options.target = c.target;
    const Result<FeasibilityReport> report = Feasibility(additive, options, {});
    ASSERT_TRUE(report) << report.error().message;
    const FeasibilityItem& data = Item(*report, "data");
    EXPECT_EQ(data.verdict, Verdict::kSupported);
    EXPECT_EQ(data.answer.find("Rows are not what is missing: the curve still rises"), 0U) << data.answer;
    EXPECT_NE(data.answer.find(c.answer), std::string::npos) << data.answer;
    const evidence::Estimate* tenfold = FigureOf(data, "tenfold");
    ASSERT_NE(tenfold, nullptr);
    EXPECT_LT(tenfold->high, 0.6);
    EXPECT_EQ(report->verdict, c.verdict) << report->reason;
    EXPECT_NE(report->reason.find(c.reason), std::string::npos) << report->reason;
  }
}

}  // namespace
}  // namespace assay::lifecycle
