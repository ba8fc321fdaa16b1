#include "slices/change.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "base/thread_pool.h"
#include "slices/change_designs_test.h"

namespace assay::slices {
namespace {

// Kitagawa's own kind of example: every group's rate rises, the total falls.
TEST(Effect, SplitsARateIntoMixAndRate) {
  struct Case {
    const char* name;
    ChangeForm form;
    BothSums first, second;       // rows, x, y before and after
    double change, mix, rate;
  };
  const Case cases[] = {
      {"weights .5/.5 to .3/.7, rates .10/.02 to .11/.03", ChangeForm::kRate, {{{500, 50, 500}, {300, 33, 300}}}, {{{500, 10, 500}, {700, 21, 700}}}, -.006, -.016, .010},
      {"the same weighed: a ratio of sums", ChangeForm::kRate, {{{1, 50, 500}, {2, 33, 300}}}, {{{3, 10, 500}, {4, 21, 700}}}, -.006, -.016, .010},
      {"a group that is new is all mix", ChangeForm::kRate, {{{0, 0, 0}, {10, 5, 10}}}, {{{10, 1, 10}, {10, 1, 10}}}, .2, .2, 0},
      {"a sum: twice the rows of the same mean", ChangeForm::kSum, {{{10, 20, 10}, {20, 40, 20}}}, {{{5, 5, 5}, {5, 10, 5}}}, 25, 20, 5},
  };
  for (const Case& c : cases) {
    const BothSums total = Add(c.first, c.second);
    const Effect a = EffectOf(c.first, total, c.form), b = EffectOf(c.second, total, c.form);
    EXPECT_NEAR(a.contribution + b.contribution, c.change, 1e-12) << c.name;
    EXPECT_NEAR(MetricOf(total[1], c.form) - MetricOf(total[0], c.form), c.change, 1e-12) << c.name;
    EXPECT_NEAR(a.mix + b.mix, c.mix, 1e-12) << c.name;
    EXPECT_NEAR(a.rate + b.rate, c.rate, 1e-12) << c.name;
  }
}

std::string TextOf(const ChangeRows& rows, const ChangeFound& found) {
  std::string text;
  for (const ChangePart& part : found.parts) text += (text.empty() ? "" : "; ") + DescriptionText(rows.features, part.predicates);
  return text;
}

struct Planted {
  const char* name;
  std::function<bool(const std::vector<std::uint32_t>&)> in_cause;
  const char* text;
};

TEST(ExplainChange, FindsPlantedCauses) {
  const Planted causes[] = {
      {"one", [](const auto& c) { return c[0] == 1; }, "a = a1"},
      {"two", [](const auto& c) { return c[0] == 0 && c[1] == 2; }, "a = a0 and b = b2"},
      {"three", [](const auto& c) { return c[0] == 0 && c[1] == 2 && c[2] == 1; }, "a = a0 and b = b2 and c = c1"},
  };
  for (const Figure metric : {Figure::kMean, Figure::kSum, Figure::kRatio}) {
    for (const Planted& cause : causes) {
      // Shares of a sum also scatter by how many rows there are, and the ratio's denominators are heavy-tailed.
      const Design design{cause.name, Noise::kDayShocks, metric, 24, metric == Figure::kMean ? 200 : 400};
      const double factor = metric == Figure::kMean ? 1.3 : 2.0;
      // Four fifths, of so many that the share found (89 to 99 %) decides, not luck.
      constexpr int kRuns = 200;
      int exact = 0;
      for (std::uint64_t run = 0; run < kRuns; ++run) {
        const Made made = Make(design, run, [&](const auto& code, double x) { return cause.in_cause(code) ? x * factor : x; });
        const ChangeFound found = Explain(made.rows, run);
        exact += TextOf(made.rows, found) == cause.text ? 1 : 0;
      }
      EXPECT_GE(exact, kRuns * 8 / 10) << cause.name << ", metric " << static_cast<int>(metric);
    }
  }
}

// A mean that rose by a tenth in a fifth of the rows: how many rows there are hides it from the shares of a sum.
TEST(ExplainChange, SumsWhoseSharesAreNoisyAreExplainedByMeans) {
  int of_sum = 0, of_mean = 0, by_means = 0;
  for (std::uint64_t run = 0; run < 20; ++run) {
    for (const Figure metric : {Figure::kSum, Figure::kMean}) {
      const Design design{"a sum", Noise::kDayShocks, metric, 24, 100};
      const Made made = Make(design, run, [](const auto& code, double x) { return code[0] == 1 ? x * 1.1 : x; });
      const ChangeFound found = Explain(made.rows, run);
      (metric == Figure::kSum ? of_sum : of_mean) += TextOf(made.rows, found) == "a = a1" ? 1 : 0;
      by_means += found.as_mean ? 1 : 0;
    }
  }
  EXPECT_GE(of_mean, 15);
  EXPECT_GE(of_sum, of_mean - 3);
  EXPECT_GE(by_means, of_sum - 3);
}

void Reverse(ChangeRows* rows) {
  const auto reverse = [](auto& values) { std::reverse(values.begin(), values.end()); };
  reverse(rows->x);
  reverse(rows->y);
  reverse(rows->side);
  reverse(rows->block);
  for (Feature& f : rows->features) std::visit(reverse, f.atom_of_row);
}

// What must hold whatever the data: of rows with a cause, changed in ways that change the answer in a known way.
TEST(ExplainChange, KeepsItsLaws) {
  struct Law {
    const char* name;
    std::function<void(ChangeRows*)> change;
    double factor;  // of all contributions
  };
  const Law laws[] = {
      {"the same", [](ChangeRows*) {}, 1},
      {"x in another unit", [](ChangeRows* rows) { for (double& x : rows->x) x *= 1024; }, 1024},
      {"x with the other sign", [](ChangeRows* rows) { for (double& x : rows->x) x = -x; }, -1},
      {"before and after exchanged", [](ChangeRows* rows) { for (std::uint8_t& s : rows->side) s ^= 1; }, -1},
      {"blocks renamed", [](ChangeRows* rows) { rows->num_blocks += 7; for (std::uint32_t& b : rows->block) b += 7; }, 1},
      {"rows in the reverse order", Reverse, 1},
      {"features renamed", [](ChangeRows* rows) { for (Feature& f : rows->features) f.name += "'"; }, 1},
  };
  for (const Figure metric : {Figure::kMean, Figure::kSum, Figure::kRatio}) {
    const Design design{"laws", Noise::kDayShocks, metric, 24, metric == Figure::kMean ? 100 : 300};
    const Made made = Make(design, 5, [](const auto& code, double x) { return code[0] == 1 ? x * 2 : code[1] == 3 && code[0] == 0 ? x * 0.4 : x; });
    const ChangeFound expected = Explain(made.rows);
    ASSERT_GE(expected.parts.size(), 1U);
    for (const Law& law : laws) {
      ChangeRows rows = made.rows;
      law.change(&rows);
      const ChangeFound found = Explain(rows);
      ASSERT_EQ(found.parts.size(), expected.parts.size()) << law.name;
      const double scale = std::abs(expected.change * law.factor);
      double sum = found.rest.contribution;
      for (std::size_t k = 0; k < found.parts.size(); ++k) {
        const Effect& effect = found.parts[k].effect;
        EXPECT_EQ(found.parts[k].predicates, expected.parts[k].predicates) << law.name;
        EXPECT_NEAR(effect.contribution, law.factor * expected.parts[k].effect.contribution, 1e-9 * scale) << law.name;
        EXPECT_NEAR(effect.mix + effect.rate, effect.contribution, 1e-9 * scale) << law.name;
        EXPECT_LE(found.parts[k].q_value, 0.05) << law.name;
        EXPECT_LE(found.parts[k].low, found.parts[k].estimate) << law.name;
        sum += effect.contribution;
      }
      EXPECT_NEAR(sum, found.change, 1e-9 * scale) << law.name;
      for (const FeatureEffect& f : found.features) EXPECT_NEAR(f.mix + f.rate, found.change, 1e-9 * scale) << law.name;
    }
    base::ThreadPool pool(2);
    const ChangeFound both = Explain(made.rows, 42, &pool);
    ASSERT_EQ(both.parts.size(), expected.parts.size());
    for (std::size_t k = 0; k < both.parts.size(); ++k) {
      EXPECT_EQ(both.parts[k].predicates, expected.parts[k].predicates);
      EXPECT_EQ(both.parts[k].effect.contribution, expected.parts[k].effect.contribution);
      EXPECT_EQ(both.parts[k].p_value, expected.parts[k].p_value);
      EXPECT_EQ(both.parts[k].low, expected.parts[k].low);
    }
  }
}

TEST(ExplainChange, OneDayIsNoCauseAndFewBlocksTestNothing) {
  const Design design{"one day", Noise::kRows, Figure::kMean, 12, 100};
  Made made = Make(design, 3, {});
  for (std::size_t i = 0; i < made.rows.x.size(); ++i) {
    if (made.rows.block[i] == 20 && made.codes[0][i] == 1) made.rows.x[i] += 500;
  }
  const ChangeFound one_day = Explain(made.rows);
  EXPECT_TRUE(one_day.parts.empty()) << TextOf(made.rows, one_day);
  EXPECT_TRUE(one_day.tested);
  const Design few{"few", Noise::kRows, Figure::kMean, 6, 100};
  const ChangeFound untested = Explain(Make(few, 3, [](const auto& code, double x) { return code[0] == 1 ? x + 3 : x; }).rows);
  EXPECT_FALSE(untested.tested);
  ASSERT_FALSE(untested.parts.empty());
  EXPECT_TRUE(std::isnan(untested.parts[0].q_value));
  EXPECT_NE(untested.why_untested.find("6 on a side; it takes 8"), std::string::npos);
}

TEST(ExplainChange, RefusesWhatHasNoChange) {
  ChangeRows rows;
  rows.x = {1, 2};
  rows.side = {0, 0};
  const Result<ChangeFound> one_side = ExplainChange(rows, {}, {});
  ASSERT_FALSE(one_side.has_value());
  EXPECT_NE(one_side.error().message.find("no row lies after"), std::string::npos);
  rows.side = {0, 1};
  rows.y = {1, 0};
  const Result<ChangeFound> no_rate = ExplainChange(rows, {}, {});
  ASSERT_FALSE(no_rate.has_value());
  EXPECT_NE(no_rate.error().message.find("the denominator sums to 0 after"), std::string::npos);
}

}  // namespace
}  // namespace assay::slices
