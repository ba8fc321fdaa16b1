// Columns that tell of later rows or of the time, planted and innocent.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "base/random.h"
#include "lifecycle/internal/leaks.h"
#include "lifecycle/leaks_for_test.h"

namespace assay::lifecycle {
namespace {

using table::Column;

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
      PlantedColumns planted;
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
  enum class Kind { kCopy, kCounter, kLag, kHonest, kStrong };
  struct Case {
    const char* what;
    Kind kind;
    bool grows, leaky;  // the outcome is a sum that grows by whole numbers
  };
  const Case cases[] = {
      {"a multiple of a trend", Kind::kCopy, false, true}, {"a copy of a growing count", Kind::kCopy, true, true},
      {"a counter beside a trend", Kind::kCounter, false, false}, {"a counter beside a growing count", Kind::kCounter, true, false},
      {"the value before", Kind::kLag, false, false}, {"an honest part of it", Kind::kHonest, false, false},
      {"nearly all of a sum without drift, beside its parts", Kind::kStrong, false, false},
  };
  for (const Case& c : cases) {
    const int accused = TimesAccused(c.what, [&](base::RandomStream& random) {
      PlantedColumns planted;
      std::vector<double> y, x, extra, honests, parts;
      std::vector<base::Micros> at;
      double level = 1000;
      for (std::size_t i = 0; i < 1200; ++i) {
        const double last = level, honest = random.Normal();
        level += c.grows ? 1 + static_cast<double>(random.Below(50)) : 3 + 10 * honest + 10 * random.Normal();
        y.push_back(level);
        x.push_back(random.Normal());
        at.push_back(static_cast<base::Micros>(i) * base::kMicrosPerDay);
        honests.push_back(honest);
        parts.push_back(random.Normal());
        if (c.kind == Kind::kStrong) y.back() = honest + x.back() + parts.back() + 0.22 * random.Normal();
        extra.push_back(c.kind == Kind::kStrong ? honest + x.back() + parts.back() + 0.22 * random.Normal() : c.kind == Kind::kCopy ? (c.grows ? level : std::round(119 * level) / 100) : c.kind == Kind::kCounter ? static_cast<double>(i) : c.kind == Kind::kLag ? last : honest);
      }
      planted.columns = {Column::Numbers("y", y), Column::Numbers("x", x), Column::Numbers("extra", extra), Column::Times("at", at)};
      if (c.kind == Kind::kStrong) planted.columns.push_back(Column::Numbers("honest", honests)), planted.columns.push_back(Column::Numbers("part", parts));
      planted.outcome = "y";
      planted.timed = true;
      return planted;
    });
    EXPECT_EQ(accused, c.leaky ? 5 : 0) << c.what;
  }
}

}  // namespace
}  // namespace assay::lifecycle
