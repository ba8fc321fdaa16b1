#include "lifecycle/internal/copies.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "base/random.h"
#include "lifecycle/feasibility.h"
#include "lifecycle/gathered_for_test.h"

namespace assay::lifecycle {
namespace {

using table::Column;

// Row i of the data is row `of(i)` of what was drawn; the outcome is "y".
struct CopiesCase {
  const char* what;
  std::size_t rows, drawn;
  std::function<std::size_t(std::size_t)> of;
  std::function<std::vector<double>(base::RandomStream&)> draw;  // features, then y
  bool numbered;                                                // a running number stands beside the rows
  std::int64_t copied;                                          // 0: none are copies
};

std::vector<double> Noise(base::RandomStream& random) { return {random.Normal(), random.Normal(), random.Normal(), static_cast<double>(random.Below(2))}; }
// What goes together, in coarse steps.
std::vector<double> Latent(base::RandomStream& random) {
  const double latent = random.Normal();
  const auto step = [&](double size) { return std::round((latent + 0.4 * random.Normal()) / size); };
  return {step(1), step(1.5), step(1), step(2), step(1.5), random.Uniform() < 1 / (1 + std::exp(-2 * latent)) ? 1.0 : 0.0};
}
// A product's number, weight and price say the same; a few of its sales come back.
std::vector<double> Sale(base::RandomStream& random) {
  const auto product = static_cast<double>(random.Below(150));
  return {product, 1000 - 3 * product, std::round(1000 * std::sin(product)) / 10, random.Uniform() < 0.03 ? 1.0 : 0.0};
}

const std::vector<CopiesCase>& Cases() {
  static const std::vector<CopiesCase> cases = {
      {"noise five times", 1500, 300, [](std::size_t i) { return i % 300; }, Noise, false, 1500},
      {"half of the rows twice", 900, 600, [](std::size_t i) { return i % 600; }, Noise, false, 600},
      {"four times beside a running number", 1600, 400, [](std::size_t i) { return i / 4; }, Noise, true, 1600},
      {"two numbers and the outcome, twice", 1000, 500, [](std::size_t i) { return i % 500; }, [](base::RandomStream& r) { return std::vector<double>{std::round(1000 * r.Normal()), std::round(1000 * r.Normal()), static_cast<double>(r.Below(2))}; }, false, 1000},
      {"a yes or no, two numbers and the outcome, twice", 884, 442, [](std::size_t i) { return i % 442; }, [](base::RandomStream& r) { return std::vector<double>{static_cast<double>(r.Below(2)), std::round(1000 * r.Normal()), std::round(30 * r.Normal()), static_cast<double>(r.Below(2))}; }, false, 884},
      {"every row once", 1000, 1000, [](std::size_t i) { return i; }, Noise, false, 0},
      {"two of a thousand", 1000, 999, [](std::size_t i) { return i % 999; }, Noise, false, 0},
      {"three categories", 1000, 1000, [](std::size_t i) { return i; }, [](base::RandomStream& r) { return std::vector<double>{static_cast<double>(r.Below(8)), static_cast<double>(r.Below(5)), static_cast<double>(r.Below(6)), static_cast<double>(r.Below(2))}; }, false, 0},
      {"three categories that decide", 1000, 1000, [](std::size_t i) { return i; }, [](base::RandomStream& r) { std::vector<double> x{static_cast<double>(r.Below(8)), static_cast<double>(r.Below(5)), static_cast<double>(r.Below(6))}; x.push_back(x[0] + x[1] > 5 ? 1 : 0); return x; }, true, 0},
      {"a column that says nearly what the outcome does", 2000, 2000, [](std::size_t i) { return i; }, [](base::RandomStream& r) { const auto y = static_cast<double>(r.Below(2)); return std::vector<double>{r.Uniform() < 0.01 ? 1 - y : y, y}; }, false, 0},
      {"two words for the outcome", 600, 600, [](std::size_t i) { return i; }, [](base::RandomStream& r) { const auto y = static_cast<double>(r.Below(2)); return std::vector<double>{10 + y, y}; }, false, 0},
      {"two numbers of two digits", 3000, 3000, [](std::size_t i) { return i; }, [](base::RandomStream& r) { return std::vector<double>{std::round(20 * r.Normal()), std::round(20 * r.Normal()), static_cast<double>(r.Below(2))}; }, false, 0},
      {"steps that go together", 3000, 3000, [](std::size_t i) { return i; }, Latent, true, 0},
      {"sales of products", 3000, 3000, [](std::size_t i) { return i; }, Sale, true, 0},
  };
  return cases;
}

Gathered GatherCase(const CopiesCase& c, bool timed) {
  base::RandomStream random(3, c.what);
  std::vector<std::vector<double>> drawn;
  for (std::size_t i = 0; i < c.drawn; ++i) drawn.push_back(c.draw(random));
  std::vector<Column> columns;
  for (std::size_t f = 0; f < drawn[0].size(); ++f) {
    std::vector<double> values;
    for (std::size_t i = 0; i < c.rows; ++i) values.push_back(drawn[c.of(i)][f]);
    columns.push_back(Column::Numbers(f + 1 == drawn[0].size() ? "y" : "x" + std::to_string(f), values));
  }
  std::vector<double> line;
  std::vector<base::Micros> at;
  for (std::size_t i = 0; i < c.rows; ++i) {
    line.push_back(static_cast<double>(i + 1));
    at.push_back(static_cast<base::Micros>(c.of(i)) * base::kMicrosPerDay);
  }
  if (c.numbered) columns.push_back(Column::Numbers("line", line));
  if (timed) columns.push_back(Column::Times("at", at));
  Problem problem;
  problem.outcome = "y = 1";
  if (timed) problem.time = "at";
  return GatherColumns(problem, std::move(columns));
}

TEST(Copies, AreHeldTogetherAndWhatRecursByItselfIsNot) {
  for (const CopiesCase& c : Cases()) {
    const Gathered gathered = GatherCase(c, false);
    EXPECT_EQ(gathered.copied_rows, c.copied) << c.what;
    EXPECT_EQ(gathered.examples.unit.empty(), c.copied == 0) << c.what;
    if (c.copied == 0) continue;
    EXPECT_EQ(gathered.examples.num_units, c.drawn) << c.what;
    for (std::size_t i = 1; i < c.rows; ++i) {
      for (std::size_t j = i > 700 ? i - 700 : 0; j < i; ++j) ASSERT_EQ(gathered.examples.unit[i] == gathered.examples.unit[j], c.of(i) == c.of(j)) << c.what;
    }
    EXPECT_NE(gathered.data.notes.back().find(c.numbered ? "every column but line" : "every column, "), std::string::npos) << gathered.data.notes.back();
    EXPECT_TRUE(GatherCase(c, true).examples.unit.empty()) << c.what << ": equal rows have the same time";
  }
}

TEST(Copies, NoiseThatIsRepeatedIsNoPattern) {
  for (const std::size_t c : {0U, 2U}) {
    const Result<evidence::FeasibilityReport> report = Feasibility(GatherCase(Cases()[c], false), {}, {});
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_NE(report->verdict, evidence::FeasibilityVerdict::kGo) << Cases()[c].what << ": " << report->reason;
    EXPECT_LT(report->gain.low, 0.01) << Cases()[c].what;
    for (const evidence::FeasibilityItem& item : report->items) {
      EXPECT_EQ(item.answer.find("are copies of another one") != std::string::npos, item.id == "leakage") << item.answer;
    }
  }
}

}  // namespace
}  // namespace assay::lifecycle
