// Planted leaks are found and innocent twins are not accused, over many seeds.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <functional>
#include <string>

#include "base/random.h"
#include "lifecycle/feasibility.h"
#include "lifecycle/internal/leaks.h"

namespace assay::lifecycle {
namespace {

using table::Column;

constexpr std::size_t kRows = 1200;
constexpr int kSeeds = 15;

// What a case's column may be made from.
struct Drawn {
  std::vector<double> y, x, z;
  std::vector<base::Micros> time;
  base::RandomStream& random;
};

struct LeakCase {
  const char* name;
  bool leaky;
  bool timed;  // the rows have a time of decision
  std::function<Column(Drawn&)> column;
};

std::vector<double> Each(const std::function<double(std::size_t)>& value) {
  std::vector<double> values;
  for (std::size_t i = 0; i < kRows; ++i) values.push_back(value(i));
  return values;
}

Column Texts(const std::string& name, const std::function<std::string(std::size_t)>& value) {
  std::vector<std::uint32_t> codes;
  std::vector<std::string> dictionary;
  for (std::size_t i = 0; i < kRows; ++i) {
    codes.push_back(static_cast<std::uint32_t>(i));
    dictionary.push_back(value(i));
  }
  return Column::Categories(name, std::move(codes), std::move(dictionary));
}

// Positives get the first numbers, negatives the later ones.
std::vector<double> SortedByOutcome(const std::vector<double>& y) {
  double positive = 0, negative = static_cast<double>(kRows);
  return Each([&](std::size_t i) { return y[i] == 1 ? positive++ : negative++; });
}

const std::vector<LeakCase>& Cases() {
  static const std::vector<LeakCase> cases = {
      {"a copy with noise", true, false, [](Drawn& d) { return Column::Numbers("extra", Each([&](std::size_t i) { return d.y[i] * 100 + d.random.Normal(); })); }},
      {"an id given out in order of the outcome", true, false, [](Drawn& d) { return Column::Numbers("extra", SortedByOutcome(d.y)); }},
      {"an id whose parity is the outcome", true, false, [](Drawn& d) { return Column::Numbers("extra", Each([&](std::size_t i) { return 2 * static_cast<double>(i) + d.y[i]; })); }},
      {"a text id whose last letter is the outcome", true, false, [](Drawn& d) { return Texts("extra", [&](std::size_t i) { return "order-" + std::to_string(i) + (d.y[i] == 1 ? "P" : "N"); }); }},
      {"the next row's outcome", true, true, [](Drawn& d) { return Column::Numbers("extra", Each([&](std::size_t i) { return i + 1 < kRows ? d.y[i + 1] : 0; })); }},
      {"a moment after the decision that tells the outcome", true, true,
       [](Drawn& d) {
         std::vector<base::Micros> later;
         for (std::size_t i = 0; i < kRows; ++i) later.push_back(d.time[i] + static_cast<base::Micros>((d.y[i] == 1 ? 2 : 30) + 20 * d.random.Uniform()) * base::kMicrosPerHour);
         return Column::Times("extra", later);
       }},
      {"a plain id", false, false, [](Drawn&) { return Column::Numbers("id", Each([](std::size_t i) { return static_cast<double>(i); })); }},
      {"a plain text id", false, false, [](Drawn& d) { return Texts("id", [&](std::size_t i) { return "order-" + std::to_string(i) + std::string(1, static_cast<char>('A' + d.random.Below(26))); }); }},
      {"a plain id in time", false, true, [](Drawn&) { return Column::Numbers("id", Each([](std::size_t i) { return static_cast<double>(i) + 1000; })); }},
      {"a strong honest feature", false, false, [](Drawn& d) { return Column::Numbers("extra", Each([&](std::size_t i) { return (d.y[i] == 1 ? 1.0 : -1.0) + 0.9 * d.random.Normal(); })); }},
      {"a strong honest whole number with distinct values", false, false, [](Drawn& d) { return Column::Numbers("extra", Each([&](std::size_t i) { return std::round(1e6 * std::exp((d.y[i] == 1 ? 1.0 : -1.0) + 0.9 * d.random.Normal())); })); }},
      {"the previous row's outcome, known by then", false, true, [](Drawn& d) { return Column::Numbers("extra", Each([&](std::size_t i) { return i > 0 ? d.y[i - 1] : 0; })); }},
      {"a plan for a later day", false, true,
       [](Drawn& d) {
         std::vector<base::Micros> later;
         for (std::size_t i = 0; i < kRows; ++i) later.push_back(d.time[i] + static_cast<base::Micros>(1 + d.random.Below(20)) * base::kMicrosPerDay);
         return Column::Times("extra", later);
       }},
  };
  return cases;
}

TEST(Leaks, PlantedOnesAreFoundAndInnocentTwinsAreNotAccused) {
  for (const LeakCase& c : Cases()) {
    int accused = 0;
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
      base::RandomStream random(seed, c.name);
      Drawn drawn{{}, {}, {}, {}, random};
      for (std::size_t i = 0; i < kRows; ++i) {
        drawn.x.push_back(random.Uniform());
        drawn.y.push_back(random.Uniform() < 1 / (1 + std::exp(-2 * (drawn.x[i] - 0.5))) ? 1 : 0);
        drawn.time.push_back(static_cast<base::Micros>(i) * base::kMicrosPerHour * 6);
      }
      Column extra = c.column(drawn);
      const std::string name = extra.name();
      std::vector<Column> columns;
      columns.push_back(Column::Numbers("y", drawn.y));
      columns.push_back(Column::Numbers("x", drawn.x));
      columns.push_back(std::move(extra));
      if (c.timed) columns.push_back(Column::Times("at", drawn.time));
      Problem problem;
      problem.outcome = "y = 1";
      if (c.timed) problem.time = "at";
      const Result<Gathered> gathered = GatherFromTable(problem, std::make_shared<const table::Table>(*table::Table::Create(std::move(columns))), {}, {});
      ASSERT_TRUE(gathered) << c.name << ": " << gathered.error().message;
      const Result<std::vector<evidence::Finding>> findings = FindLeaks(gathered->examples, {});
      ASSERT_TRUE(findings) << c.name << ": " << findings.error().message;
      bool found = false;
      for (const evidence::Finding& finding : *findings) {
        if (!finding.accused) continue;
        const bool planted = finding.name == name || finding.name.find("(" + name + ")") != std::string::npos;
        EXPECT_TRUE(planted) << c.name << ": " << finding.message;
        found = found || planted;
      }
      accused += found ? 1 : 0;
    }
    std::printf("%s: accused in %d of %d\n", c.name, accused, kSeeds);
    EXPECT_EQ(accused, c.leaky ? kSeeds : 0) << c.name;
  }
}

TEST(Leaks, OnlyWhatCountsOrNamesLooksLikeAnId) {
  base::RandomStream random(1, "ids");
  struct Case {
    const char* what;
    Column column;
    bool id;
  };
  std::vector<double> counting, money, parts, few;
  std::vector<std::int64_t> long_digits;
  std::vector<std::uint32_t> codes;
  std::vector<std::string> words, decimals, times, prose, keys;
  for (std::size_t i = 0; i < 500; ++i) {
    counting.push_back(static_cast<double>(i));
    money.push_back(std::round(1e6 * std::exp(random.Normal())));
    parts.push_back(random.Uniform());
    few.push_back(static_cast<double>(i % 50));
    long_digits.push_back(static_cast<std::int64_t>(random.Below(1ULL << 62U)) | (std::int64_t{1} << 60));
    codes.push_back(static_cast<std::uint32_t>(i));
    words.push_back("person " + std::to_string(i));
    keys.push_back(std::to_string(random.Below(1ULL << 62U)) + "-ab" + std::to_string(i));
    decimals.push_back(i % 100 == 7 ? "n/a " + std::to_string(i) : std::to_string(random.Normal()));
    times.push_back(base::FormatTime(static_cast<base::Micros>(i) * base::kMicrosPerDay));
    prose.push_back("the parcel number " + std::to_string(i) + " came late again");
  }
  const Case cases[] = {
      {"counting", Column::Numbers("n", counting), true},
      {"amounts of money", Column::Numbers("income", money), false},
      {"the same, called an id", Column::Numbers("customer_id", money), true},
      {"fractions", Column::Numbers("share", parts), false},
      {"few values", Column::Numbers("id", few), false},
      {"more digits than a measurement has", Column::Integers("reference", long_digits), true},
      {"names", Column::Categories("who", codes, words), true},
      {"keys", Column::Categories("order", codes, keys), true},
      {"decimals with a few words among them", Column::Categories("reading", codes, decimals), false},
      {"times", Column::Categories("when", codes, times), false},
      {"prose", Column::Categories("remark", codes, prose), false},
  };
  for (const Case& c : cases) EXPECT_EQ(CountsOrNames(c.column), c.id) << c.what;
}

}  // namespace
}  // namespace assay::lifecycle
