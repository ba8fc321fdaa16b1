// Planted leaks are found and innocent twins are not accused, over many seeds. What tells of later: leak_future_test.cc.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <string>

#include "base/random.h"
#include "lifecycle/feasibility.h"
#include "lifecycle/internal/leaks.h"
#include "lifecycle/leaks_for_test.h"

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

// Texts of few values.
Column Labels(const std::string& name, const std::function<std::string(std::size_t)>& value) {
  std::vector<std::uint32_t> codes;
  std::vector<std::string> dictionary;
  for (std::size_t i = 0; i < kRows; ++i) {
    const std::string text = value(i);
    auto at = std::find(dictionary.begin(), dictionary.end(), text);
    if (at == dictionary.end()) at = dictionary.insert(dictionary.end(), text);
    codes.push_back(static_cast<std::uint32_t>(at - dictionary.begin()));
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
      {"a number given out with gaps whose last digit is the outcome", true, false,
       [](Drawn& d) {
         double next = 1000;
         return Column::Numbers("extra", Each([&](std::size_t i) { return 10 * (next += std::floor(1 - 8 * std::log(1 - d.random.Uniform()))) + d.y[i]; }));
       }},
      {"a number of no order whose last digit is the outcome", true, false, [](Drawn& d) { return Column::Numbers("extra", Each([&](std::size_t i) { return 10 * static_cast<double>(d.random.Below(1'000'000)) + d.y[i]; })); }},
      {"a text id whose last letter is the outcome", true, false, [](Drawn& d) { return Texts("extra", [&](std::size_t i) { return "order-" + std::to_string(i) + (d.y[i] == 1 ? "P" : "N"); }); }},
      {"a text id with the outcome in its middle", true, false, [](Drawn& d) { return Texts("extra", [&](std::size_t i) { return std::string("ORD-2024-") + (d.y[i] == 1 ? "F" : "P") + "-" + std::to_string(100'000 + i); }); }},
      {"a text id with the outcome at one of its places", true, false, [](Drawn& d) { return Texts("extra", [&](std::size_t i) { return "xq" + std::to_string(1000 + d.random.Below(9000)) + (d.y[i] == 1 ? "F" : "P") + std::to_string(100'000 + i); }); }},
      {"the next row's outcome as a text", true, true, [](Drawn& d) { return Labels("extra", [&](std::size_t i) { return i + 1 < kRows && d.y[i + 1] == 1 ? "bad" : "good"; }); }},
      {"the difference to the next row's outcome", true, true, [](Drawn& d) { return Column::Numbers("extra", Each([&](std::size_t i) { return i + 1 < kRows ? d.y[i + 1] - d.y[i] : std::nan(""); })); }},
      {"the next row's outcome", true, true, [](Drawn& d) { return Column::Numbers("extra", Each([&](std::size_t i) { return i + 1 < kRows ? d.y[i + 1] : 0; })); }},
      {"a moment after the decision that tells the outcome", true, true,
       [](Drawn& d) {
         std::vector<base::Micros> later;
         for (std::size_t i = 0; i < kRows; ++i) later.push_back(d.time[i] + static_cast<base::Micros>((d.y[i] == 1 ? 2 : 30) + 20 * d.random.Uniform()) * base::kMicrosPerHour);
         return Column::Times("extra", later);
       }},
      {"a plain id", false, false, [](Drawn&) { return Column::Numbers("id", Each([](std::size_t i) { return static_cast<double>(i); })); }},
      {"a plain text id", false, false, [](Drawn& d) { return Texts("id", [&](std::size_t i) { return "order-" + std::to_string(i) + std::string(1, static_cast<char>('A' + d.random.Below(26))); }); }},
      {"a text id with a letter of no meaning in its middle", false, false, [](Drawn& d) { return Texts("id", [&](std::size_t i) { return "ORD-2024-" + std::string(1, static_cast<char>('A' + d.random.Below(3))) + "-" + std::to_string(100'000 + i); }); }},
      {"an id of random letters", false, false,
       [](Drawn& d) {
         return Texts("id", [&](std::size_t) {
           std::string id;
           for (int c = 0; c < 32; ++c) id += "0123456789abcdef"[d.random.Below(16)];
           return id;
         });
       }},
      {"a text that begins with an honest value", false, false, [](Drawn& d) { return Texts("title", [&](std::size_t i) { return std::string((d.random.Uniform() < 0.8) == (d.y[i] == 1) ? "BMW" : "Kia") + " in blue, offer " + std::to_string(d.random.Below(1'000'000)); }); }},
      {"a text of two values that tells nothing", false, true, [](Drawn& d) { return Labels("extra", [&](std::size_t) { return d.random.Below(2) == 1 ? "bad" : "good"; }); }},
      {"the previous row's outcome as a text, known by then", false, true, [](Drawn& d) { return Labels("extra", [&](std::size_t i) { return i > 0 && d.y[i - 1] == 1 ? "bad" : "good"; }); }},
      {"the difference to the previous row's outcome", false, true, [](Drawn& d) { return Column::Numbers("extra", Each([&](std::size_t i) { return i > 1 ? d.y[i - 1] - d.y[i - 2] : std::nan(""); })); }},
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
      const Result<std::vector<evidence::Finding>> findings = FindLeaks(*gathered, {});
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

TEST(Leaks, CopiesOfRareOutcomesAreFoundAndHonestColumnsAreNotAccused) {
  struct Case {
    const char* what;
    std::vector<double> share;  // of the classes
    std::size_t rows;
    double noise;  // 0: a copy; else the deviation of an honest column whose classes are 1 apart
    bool leaky;
  };
  const Case cases[] = {
      {"3 % of 1,000 rows", {0.97, 0.03}, 1000, 0, true},      {"5 % of 500 rows", {0.95, 0.05}, 500, 0, true},
      {"10 % of 200 rows", {0.9, 0.1}, 200, 0, true},          {"30 % of 150 rows", {0.7, 0.3}, 150, 0, true},
      {"1 % of 5,000 rows", {0.99, 0.01}, 5000, 0, true},      {"0.5 % of 20,000 rows", {0.995, 0.005}, 20000, 0, true},
      {"four classes", {0.9, 0.05, 0.03, 0.02}, 3000, 0, true}, {"honest at 3 %", {0.97, 0.03}, 1000, 0.4, false},
      {"honest at 10 %", {0.9, 0.1}, 200, 0.35, false},         {"honest at 1 %", {0.99, 0.01}, 5000, 0.3, false},
      {"honest, four classes", {0.9, 0.05, 0.03, 0.02}, 3000, 0.3, false},
  };
  for (const Case& c : cases) {
    const int accused = TimesAccused(c.what, [&](base::RandomStream& random) {
      std::vector<double> x, extra;
      std::vector<std::uint32_t> y;
      for (std::size_t i = 0; i < c.rows; ++i) {
        double u = random.Uniform();
        std::uint32_t k = 0;
        while (k + 1 < c.share.size() && u >= c.share[k]) u -= c.share[k++];
        y.push_back(k);
        x.push_back(random.Normal());
        extra.push_back(c.noise == 0 ? 25.0 * k : k + c.noise * random.Normal());
      }
      const std::vector<std::string> names = {"ok", "a", "b", "c"};
      PlantedColumns planted;
      planted.columns.push_back(Column::Categories("y", y, {names.begin(), names.begin() + static_cast<std::ptrdiff_t>(c.share.size())}));
      planted.columns.push_back(Column::Numbers("x", x));
      planted.columns.push_back(Column::Numbers("extra", extra));
      planted.outcome = c.share.size() == 2 ? "y = 'a'" : "y";
      return planted;
    });
    EXPECT_EQ(accused, c.leaky ? 5 : 0) << c.what;
  }
}

TEST(Leaks, AnIdThatFollowsTheRowsIsNotAccusedWhenTheOutcomeDrifts) {
  for (const bool timed : {false, true}) {
    for (const bool holds_outcome : {false, true}) {
      const std::string what = std::string(timed ? "in time" : "by row") + (holds_outcome ? ", parity is the outcome" : "");
      const int accused = TimesAccused(what.c_str(), [&](base::RandomStream& random) {
        PlantedColumns planted;
        std::vector<double> y, x, id;
        std::vector<base::Micros> at;
        for (std::size_t i = 0; i < 2000; ++i) {
          y.push_back(random.Uniform() < 0.05 + 0.65 * static_cast<double>(i) / 2000 ? 1 : 0);
          x.push_back(random.Normal());
          id.push_back(holds_outcome ? 2.0 * static_cast<double>(i) + y[i] : static_cast<double>(i));
          at.push_back(static_cast<base::Micros>(i) * 3 * base::kMicrosPerHour);
        }
        planted.columns.push_back(Column::Numbers("y", y));
        planted.columns.push_back(Column::Numbers("x", x));
        planted.columns.push_back(Column::Numbers("extra", id));
        if (timed) planted.columns.push_back(Column::Times("at", at));
        planted.outcome = "y = 1";
        planted.timed = timed;
        return planted;
      });
      EXPECT_EQ(accused, holds_outcome ? 5 : 0) << what;
    }
  }
}

// The latest rows judge: that a copy of the outcome says nothing there does not make it honest in the rows that train.
TEST(Leaks, ACopyInTheTrainingPartIsNotHiddenByTheHoldout) {
  EXPECT_EQ(TimesAccused("copy up to the holdout", [](base::RandomStream& random) {
              std::vector<double> y, x, copy;
              std::vector<base::Micros> at;
              for (int i = 0; i < 2000; ++i) {
                x.push_back(random.Uniform());
                copy.push_back(random.Uniform() < 0.3 + 0.4 * x.back() ? 1 : 0);
                y.push_back(i < 1600 ? copy.back() : static_cast<double>(random.Below(2)));
                at.push_back(i * 5 * base::kMicrosPerHour);
              }
              PlantedColumns planted{{}, "y = 1", true};
              planted.columns.push_back(Column::Numbers("y", y));
              planted.columns.push_back(Column::Numbers("x", x));
              planted.columns.push_back(Column::Numbers("extra", copy));
              planted.columns.push_back(Column::Times("at", at));
              return planted;
            }),
            5);
}

TEST(Leaks, AnIdThatPeopleVouchForIsNotAccused) {
  for (const bool vouched : {false, true}) {
    base::RandomStream random(5, "vouched");
    std::vector<double> y, x, id;
    for (std::size_t i = 0; i < 1000; ++i) {
      y.push_back(static_cast<double>(random.Below(2)));
      x.push_back(random.Normal());
      id.push_back(2.0 * static_cast<double>(i) + y[i]);
    }
    Problem problem;
    problem.outcome = "y = 1";
    if (vouched) problem.vouched = {"order_id"};
    const std::vector<Column> columns = {Column::Numbers("y", y), Column::Numbers("x", x), Column::Numbers("order_id", id)};
    const Result<Gathered> gathered = GatherFromTable(problem, std::make_shared<const table::Table>(*table::Table::Create(columns)), {}, {});
    ASSERT_TRUE(gathered) << gathered.error().message;
    const Result<std::vector<evidence::Finding>> findings = FindLeaks(*gathered, {});
    ASSERT_TRUE(findings) << findings.error().message;
    for (const evidence::Finding& finding : *findings) {
      if (finding.name == "order_id") {
        EXPECT_EQ(finding.kind, vouched ? "vouched" : "id") << finding.message;
      }
      EXPECT_EQ(finding.accused, finding.name == "order_id" && !vouched) << finding.message;
    }
  }
}

TEST(Leaks, OnlyWhatCountsOrNamesLooksLikeAnId) {
  base::RandomStream random(1, "ids");
  struct Case {
    const char* what;
    Column column;
    bool id;
  };
  std::vector<double> counting, money, parts, few, given_out;
  std::vector<std::int64_t> long_digits;
  std::vector<std::uint32_t> codes;
  std::vector<std::string> words, decimals, times, prose, keys;
  for (std::size_t i = 0; i < 500; ++i) {
    counting.push_back(static_cast<double>(i));
    money.push_back(std::round(1e6 * std::exp(random.Normal())));
    parts.push_back(random.Uniform());
    few.push_back(static_cast<double>(i % 50));
    given_out.push_back(1000.0 * static_cast<double>(i) + static_cast<double>(random.Below(100)));
    long_digits.push_back(static_cast<std::int64_t>(random.Below(1ULL << 62U)) | (std::int64_t{1} << 60));
    codes.push_back(static_cast<std::uint32_t>(i));
    words.push_back("person " + std::to_string(i));
    keys.push_back(std::to_string(random.Below(1ULL << 62U)) + "-ab" + std::to_string(i));
    decimals.push_back(i % 100 == 7 ? "n/a " + std::to_string(i) : std::to_string(random.Normal()));
    times.push_back(base::FormatTime(static_cast<base::Micros>(i) * base::kMicrosPerDay));
    prose.push_back("the parcel number " + std::to_string(i) + " came late again");
  }
  std::vector<double> sorted_money = money;
  std::sort(sorted_money.begin(), sorted_money.end());
  const Case cases[] = {
      {"counting", Column::Numbers("n", counting), true},
      {"amounts of money", Column::Numbers("income", money), false},
      {"the same, called an id", Column::Numbers("customer_id", money), true},
      {"called an id in one word with a hump", Column::Numbers("customerId", money), true},
      {"a word that ends like an id", Column::Numbers("TOTAL_PAID", money), false},
      {"a word that holds one", Column::Numbers("guide_price", money), false},
      {"amounts in a sorted file", Column::Numbers("revenue", sorted_money), false},
      {"numbers given out with gaps", Column::Numbers("number", given_out), true},
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
