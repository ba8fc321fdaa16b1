// Planted leaks are found and innocent twins are not accused, over many seeds.
#include <gtest/gtest.h>

#include <algorithm>
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

// Columns, the name of one of them, and whether it is accused.
struct Planted {
  std::vector<Column> columns;
  std::string outcome;
  bool timed = false;
};

// How often the column "extra" is accused over the seeds; no other may be.
int TimesAccused(const char* what, const std::function<Planted(base::RandomStream&)>& plant) {
  int accused = 0;
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    base::RandomStream random(seed, what);
    Planted planted = plant(random);
    Problem problem;
    problem.outcome = planted.outcome;
    if (planted.timed) problem.time = "at";
    const Result<Gathered> gathered = GatherFromTable(problem, std::make_shared<const table::Table>(*table::Table::Create(std::move(planted.columns))), {}, {});
    EXPECT_TRUE(gathered) << what << ": " << gathered.error().message;
    const Result<std::vector<evidence::Finding>> findings = FindLeaks(*gathered, {});
    EXPECT_TRUE(findings) << what << ": " << findings.error().message;
    for (const evidence::Finding& finding : *findings) {
      accused += finding.accused && finding.name == "extra" ? 1 : 0;
      EXPECT_TRUE(!finding.accused || finding.name == "extra") << what << ": " << finding.message;
    }
  }
  return accused;
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
      Planted planted;
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
        Planted planted;
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

TEST(Leaks, OutcomesOfLaterRowsAreFoundInEveryTask) {
  enum class Kind { kNextClass, kOtherClass, kNextValue, kChange, kNoise };
  struct Case {
    const char* what;
    Kind kind;
    bool leaky;
  };
  const Case cases[] = {
      {"the next row's class", Kind::kNextClass, true},      {"classes that tell nothing", Kind::kOtherClass, false},
      {"the next row's value", Kind::kNextValue, true},      {"the change to the next row's value", Kind::kChange, true},
      {"an honest column of the value's size", Kind::kNoise, false},
  };
  for (const Case& c : cases) {
    const bool classes = c.kind == Kind::kNextClass || c.kind == Kind::kOtherClass;
    const int accused = TimesAccused(c.what, [&](base::RandomStream& random) {
      Planted planted;
      std::vector<double> value, extra;
      std::vector<std::uint32_t> code, other;
      std::vector<base::Micros> at;
      double last = 0;
      for (std::size_t i = 0; i < 1500; ++i) {
        last = 0.6 * last + random.Normal();
        value.push_back(last);
        code.push_back(static_cast<std::uint32_t>(random.Below(4)));
        at.push_back(static_cast<base::Micros>(i) * base::kMicrosPerDay);
      }
      for (std::size_t i = 0; i < 1500; ++i) {
        const bool is_last = i + 1 == 1500;
        other.push_back(c.kind == Kind::kOtherClass ? static_cast<std::uint32_t>(random.Below(4)) : is_last ? table::kMissingCode : code[i + 1]);
        extra.push_back(c.kind == Kind::kNoise ? random.Normal() : is_last ? std::nan("") : c.kind == Kind::kChange ? value[i + 1] - value[i] : value[i + 1]);
      }
      planted.columns.push_back(classes ? Column::Categories("y", code, {"a", "b", "c", "d"}) : Column::Numbers("y", value));
      planted.columns.push_back(classes ? Column::Categories("extra", other, {"p", "q", "r", "s"}) : Column::Numbers("extra", extra));
      planted.columns.push_back(Column::Times("at", at));
      planted.outcome = "y";
      planted.timed = true;
      return planted;
    });
    EXPECT_EQ(accused, c.leaky ? 5 : 0) << c.what;
  }
}

TEST(Leaks, TheNextDaysOutcomeIsFoundHoweverMuchItPersists) {
  enum class Kind { kTomorrow, kTomorrowScaled, kYesterday, kLevel, kState };
  struct Case {
    const char* what;
    double persistence, levels;  // of a unit's outcome from day to day; deviation between units
    bool classes;                // the outcome is whether the value is positive
    Kind kind;
    bool leaky;
  };
  const Case cases[] = {
      {"tomorrow", 0.95, 0, false, Kind::kTomorrow, true},
      {"tomorrow, hardly moving", 0.995, 0, false, Kind::kTomorrow, true},
      {"tomorrow of units with levels", 0.2, 20, false, Kind::kTomorrow, true},
      {"tomorrow in another unit of units with levels", 0.2, 20, false, Kind::kTomorrowScaled, true},
      {"tomorrow's class", 0.995, 0, true, Kind::kTomorrow, true},
      {"yesterday", 0.99, 0, false, Kind::kYesterday, false},
      {"yesterday of units with levels", 0.2, 20, false, Kind::kYesterday, false},
      {"yesterday's class", 0.995, 0, true, Kind::kYesterday, false},
      {"the unit's level", 0.2, 20, false, Kind::kLevel, false},
      {"what the outcome is measured of", 0.99, 0, false, Kind::kState, false},
  };
  for (const Case& c : cases) {
    constexpr std::size_t kUnits = 8, kDays = 250;
    int accused = 0;
    for (std::uint64_t seed = 0; seed < 3; ++seed) {
      base::RandomStream random(seed, c.what);
      std::vector<double> y, extra;
      std::vector<std::uint32_t> unit;
      std::vector<std::string> names;
      std::vector<base::Micros> at;
      for (std::uint32_t u = 0; u < kUnits; ++u) {
        names.push_back("u" + std::to_string(u));
        const double level = c.levels * random.Normal();
        std::vector<double> state = {random.Normal()}, value;
        for (std::size_t day = 0; day <= kDays; ++day) {
          state.push_back(c.persistence * state.back() + std::sqrt(1 - c.persistence * c.persistence) * random.Normal());
          const double measured = level + state.back() + (c.kind == Kind::kState ? 0.02 * random.Normal() : 0);
          value.push_back(c.classes ? (measured > 0 ? 1.0 : 0.0) : measured);
        }
        for (std::size_t day = 0; day < kDays; ++day) {
          y.push_back(value[day]);
          const double last = day == 0 ? std::nan("") : value[day - 1];
          extra.push_back(c.kind == Kind::kTomorrow ? value[day + 1] : c.kind == Kind::kTomorrowScaled ? 3 * value[day + 1] + 7 : c.kind == Kind::kYesterday ? last : c.kind == Kind::kLevel ? level : state[day + 1]);
          unit.push_back(u);
          at.push_back(static_cast<base::Micros>(day) * base::kMicrosPerDay);
        }
      }
      Problem problem;
      problem.outcome = c.classes ? "y = 1" : "y";
      problem.time = "at";
      problem.unit = "unit";
      problem.wait = base::kMicrosPerHour;
      std::vector<Column> columns = {Column::Numbers("y", y), Column::Numbers("extra", extra), Column::Categories("unit", unit, names), Column::Times("at", at)};
      const Result<Gathered> gathered = GatherFromTable(problem, std::make_shared<const table::Table>(*table::Table::Create(std::move(columns))), {}, {});
      ASSERT_TRUE(gathered) << gathered.error().message;
      const Result<std::vector<evidence::Finding>> findings = FindLeaks(*gathered, {});
      ASSERT_TRUE(findings) << findings.error().message;
      for (const evidence::Finding& finding : *findings) accused += finding.accused && finding.name == "extra" && finding.kind == "future" ? 1 : 0;
    }
    EXPECT_EQ(accused, c.leaky ? 3 : 0) << c.what;
  }
}

// Flights that leave daily at a usual time, by how late they are; the column holds the actual departure.
TEST(Leaks, TheTimeOfDayIsFoundHoweverTheTimeIsSpelled) {
  struct Case {
    const char *column, *time;
  };
  const Case cases[] = {{"dep", "dep"}, {"dep", "DEP"}, {"Dep Time", "\"Dep Time\""}, {"Dep Time", "\"dep time\""}};
  for (const Case& c : cases) {
    base::RandomStream random(7, "departures");
    std::vector<double> y;
    std::vector<std::uint32_t> route;
    std::vector<base::Micros> dep;
    for (int day = 0; day < 80; ++day) {
      for (std::uint32_t r = 0; r < 20; ++r) {
        const double minutes = random.Uniform() < 0.3 ? 20 + 60 * random.Uniform() : 10 * random.Uniform();
        y.push_back(minutes + 5 * random.Normal() > 15 ? 1 : 0);
        route.push_back(r);
        dep.push_back(day * base::kMicrosPerDay + (6 + r % 12) * base::kMicrosPerHour + static_cast<base::Micros>(minutes * 6e7));
      }
    }
    std::vector<std::string> routes;
    for (int r = 0; r < 20; ++r) routes.push_back("route " + std::to_string(r));
    std::vector<Column> columns;
    columns.push_back(Column::Numbers("y", y));
    columns.push_back(Column::Categories("route", route, routes));
    columns.push_back(Column::Times(c.column, dep));
    const std::string quoted = "\"" + std::string(c.column) + "\"";
    Problem problem;
    problem.outcome = "y = 1";
    problem.time = c.time;
    problem.unit = "date(" + std::string(c.time) + ")";
    problem.derived = {{"clock", "hour(" + quoted + ") + minute(" + quoted + ") / 60"}, {"summer", "month(" + quoted + ") > 1"}};
    const Result<Gathered> gathered = GatherFromTable(problem, std::make_shared<const table::Table>(*table::Table::Create(std::move(columns))), {}, {});
    ASSERT_TRUE(gathered) << gathered.error().message;
    const Result<std::vector<evidence::Finding>> findings = FindLeaks(*gathered, {});
    ASSERT_TRUE(findings) << findings.error().message;
    std::vector<std::string> accused;
    for (const evidence::Finding& finding : *findings) {
      if (finding.accused) accused.push_back(finding.name);
    }
    EXPECT_EQ(accused, (std::vector<std::string>{"clock", "hour(" + std::string(c.column) + ")"})) << c.time;
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
              Planted planted{{}, "y = 1", true};
              planted.columns.push_back(Column::Numbers("y", y));
              planted.columns.push_back(Column::Numbers("x", x));
              planted.columns.push_back(Column::Numbers("extra", copy));
              planted.columns.push_back(Column::Times("at", at));
              return planted;
            }),
            5);
}

// A rhythm of the week lets the weekday tell tomorrow's outcome; nobody needs tomorrow for that.
TEST(Leaks, PartsOfTheTimeOfDecisionAreNotAccused) {
  base::RandomStream random(3, "weekly");
  std::vector<double> y, x, next;
  std::vector<base::Micros> at;
  const double of_weekday[] = {60, 10, 20, 30, 40, 50, 0};
  for (std::size_t i = 0; i < 1000; ++i) {
    y.push_back(of_weekday[i % 7] + random.Normal());
    x.push_back(random.Normal());
    at.push_back(static_cast<base::Micros>(i) * base::kMicrosPerDay);
  }
  for (std::size_t i = 0; i < 1000; ++i) next.push_back(i + 1 < 1000 ? y[i + 1] : std::nan(""));
  Problem problem;
  problem.outcome = "y";
  problem.time = "at";
  problem.derived = {{"day", "weekday(at)"}};
  const std::vector<Column> columns = {Column::Numbers("y", y), Column::Numbers("x", x), Column::Numbers("next", next), Column::Times("at", at)};
  const Result<Gathered> gathered = GatherFromTable(problem, std::make_shared<const table::Table>(*table::Table::Create(columns)), {}, {});
  ASSERT_TRUE(gathered) << gathered.error().message;
  const Result<std::vector<evidence::Finding>> findings = FindLeaks(*gathered, {});
  ASSERT_TRUE(findings) << findings.error().message;
  int future = 0;
  for (const evidence::Finding& finding : *findings) {
    EXPECT_EQ(finding.accused, finding.name == "next") << finding.message;
    future += finding.kind == "future" ? 1 : 0;
  }
  EXPECT_EQ(future, 1);
}

TEST(Leaks, CopiesOfAnOutcomeThatDriftsAreFound) {
  enum class Kind { kCopy, kCounter, kLag, kHonest };
  struct Case {
    const char* what;
    Kind kind;
    bool grows, leaky;  // the outcome is a sum that grows by whole numbers
  };
  const Case cases[] = {
      {"a multiple of a trend", Kind::kCopy, false, true}, {"a copy of a growing count", Kind::kCopy, true, true},
      {"a counter beside a trend", Kind::kCounter, false, false}, {"a counter beside a growing count", Kind::kCounter, true, false},
      {"the value before", Kind::kLag, false, false}, {"an honest part of it", Kind::kHonest, false, false},
  };
  for (const Case& c : cases) {
    const int accused = TimesAccused(c.what, [&](base::RandomStream& random) {
      Planted planted;
      std::vector<double> y, x, extra;
      std::vector<base::Micros> at;
      double level = 1000;
      for (std::size_t i = 0; i < 1200; ++i) {
        const double last = level, honest = random.Normal();
        level += c.grows ? 1 + static_cast<double>(random.Below(50)) : 3 + 10 * honest + 10 * random.Normal();
        y.push_back(level);
        x.push_back(random.Normal());
        at.push_back(static_cast<base::Micros>(i) * base::kMicrosPerDay);
        extra.push_back(c.kind == Kind::kCopy ? (c.grows ? level : std::round(119 * level) / 100) : c.kind == Kind::kCounter ? static_cast<double>(i) : c.kind == Kind::kLag ? last : honest);
      }
      planted.columns = {Column::Numbers("y", y), Column::Numbers("x", x), Column::Numbers("extra", extra), Column::Times("at", at)};
      planted.outcome = "y";
      planted.timed = true;
      return planted;
    });
    EXPECT_EQ(accused, c.leaky ? 5 : 0) << c.what;
  }
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
