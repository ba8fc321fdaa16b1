// The pattern test keeps its level when outcomes resemble each other for reasons of their own, and finds planted patterns.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/random.h"
#include "base/thread_pool.h"
#include "lifecycle/feasibility.h"
#include "lifecycle/internal/exchange.h"

namespace assay::lifecycle {
namespace {

using table::Column;

enum class Design { kRows, kUnits, kUnequalUnits, kSeries, kPanel, kPatchyPanel, kDays, kShiftedSeries, kShiftedDays, kShiftedPanel, kQueries, kQueriesOfUnits };

// The state of a simulation: rows to which designs add.
struct Made {
  std::vector<double> y, x, u, t;
  std::vector<std::uint32_t> unit, query;
  std::vector<base::Micros> time;
  base::RandomStream random;
  double effect;  // of x, u and t on the outcome: 0 in a null

  // A row with idiosyncratic feature x, unit feature u, time feature t, and a signal of its own that features do not know.
  void Add(double own, double x_value, double u_value, double t_value, std::uint32_t unit_id, base::Micros at) {
    const double signal = own + effect * (x_value + u_value + t_value);
    y.push_back(random.Uniform() < 1 / (1 + std::exp(-signal)) ? 1 : 0);
    x.push_back(x_value);
    u.push_back(u_value);
    t.push_back(t_value);
    unit.push_back(unit_id);
    time.push_back(at);
  }
};

bool IsPanel(Design design) { return design == Design::kPanel || design == Design::kPatchyPanel || design == Design::kShiftedPanel; }
bool IsDays(Design design) { return design == Design::kDays || design == Design::kShiftedDays; }
bool IsSeries(Design design) { return design == Design::kSeries || design == Design::kShiftedSeries; }
bool IsShifted(Design design) { return design == Design::kShiftedSeries || design == Design::kShiftedDays || design == Design::kShiftedPanel; }

std::vector<double> Persistent(std::size_t n, double phi, base::RandomStream* random) {
  std::vector<double> series;
  double level = random->Normal();
  for (std::size_t i = 0; i < n; ++i) {
    level = phi * level + std::sqrt(1 - phi * phi) * random->Normal();
    series.push_back(level);
  }
  return series;
}

learn::Examples Simulate(Design design, double effect, std::uint64_t run) {
  Made made{{}, {}, {}, {}, {}, {}, {}, base::RandomStream(run, "pattern designs", static_cast<std::uint64_t>(design)), effect};
  base::RandomStream& random = made.random;
  const auto normal = [&] { return random.Normal(); };
  learn::Examples examples;
  constexpr base::Micros kDay = base::kMicrosPerDay;
  // The level of the outcome before and after 60 % of the time.
  const auto level_at = [&](double share) { return !IsShifted(design) ? 0 : share < 0.6 ? -1.5 : 1.5; };
  if (design == Design::kRows) {
    for (std::uint32_t i = 0; i < 300; ++i) made.Add(0, normal(), normal(), normal(), i, 0);
  } else if (design == Design::kUnits || design == Design::kUnequalUnits) {
    for (std::uint32_t unit = 0; unit < 30; ++unit) {
      const double level = 1.5 * normal(), feature = normal();
      const std::size_t size = design == Design::kUnits ? 10 : 1 + random.Below(19);
      for (std::size_t i = 0; i < size; ++i) made.Add(level, normal(), feature, normal(), unit, 0);
    }
    examples.num_units = 30;
  } else if (IsSeries(design)) {
    const double phi = IsShifted(design) ? 0.5 : 0.8;
    const std::vector<double> own = Persistent(300, phi, &random), x = Persistent(300, phi, &random), u = Persistent(300, phi, &random);
    for (std::uint32_t i = 0; i < 300; ++i) made.Add(level_at(i / 300.0) + (IsShifted(design) ? 1 : 2) * own[i], x[i], u[i], normal(), i, i * base::kMicrosPerHour);
  } else if (IsPanel(design)) {
    const std::vector<double> shock = Persistent(20, 0.5, &random), seen = Persistent(20, 0.5, &random);
    for (std::uint32_t unit = 0; unit < 20; ++unit) {
      const double level = normal(), feature = normal();
      const std::vector<double> x = Persistent(20, 0.5, &random);
      for (std::uint32_t day = 0; day < 20; ++day) {
        if (design == Design::kPatchyPanel && random.Uniform() < 0.3) continue;
        made.Add(level + shock[day] + level_at(day / 20.0), x[day], feature, seen[day], unit, day * kDay);
      }
    }
    examples.num_units = 20;
  } else if (IsDays(design)) {
    const std::vector<double> shock = Persistent(40, 0.5, &random), seen = Persistent(40, 0.5, &random);
    for (std::uint32_t day = 0; day < 40; ++day) {
      for (int i = 0; i < 10; ++i) made.Add(level_at(day / 40.0) + 1.5 * shock[day], normal(), seen[day], normal(), day, day * kDay + i * base::kMicrosPerHour);
    }
    examples.num_units = 40;
  } else {
    std::vector<double> level, feature;
    for (int unit = 0; unit < 60; ++unit) level.push_back(design == Design::kQueries ? 0 : 1.5 * normal()), feature.push_back(normal());
    for (std::uint32_t query = 0; query < 30; ++query) {
      const double hard = normal();
      for (int i = 0; i < 10; ++i) {
        const auto unit = static_cast<std::uint32_t>(random.Below(60));
        made.Add(hard + level[unit], normal(), feature[unit], normal(), unit, 0);
        made.query.push_back(query);
      }
    }
    examples.task = learn::Task::kRanking;
    examples.query = made.query;
    examples.num_queries = 30;
    examples.num_units = 60;
  }
  examples.outcome.assign(made.y.begin(), made.y.end());
  std::vector<Column> columns;
  columns.push_back(Column::Numbers("x", made.x));
  columns.push_back(Column::Numbers("u", made.u));
  columns.push_back(Column::Numbers("t", made.t));
  examples.table = std::make_shared<const table::Table>(*table::Table::Create(std::move(columns)));
  examples.features = {{0, "x", "x"}, {1, "u", "u"}, {2, "t", "t"}};
  const bool units = design == Design::kUnits || design == Design::kUnequalUnits || IsPanel(design) || IsDays(design) || design == Design::kQueriesOfUnits;
  const bool time = IsSeries(design) || IsPanel(design) || IsDays(design);
  if (units) examples.unit = made.unit;
  if (!units) examples.num_units = 0;
  if (time) examples.time = made.time;
  return examples;
}

struct DesignCase {
  const char* name;
  Design design;
  ExchangeKind kind;
  double effect;  // that is to be found
};
const DesignCase kDesigns[] = {
    {"rows", Design::kRows, ExchangeKind::kRows, 0.8},
    {"units with a level of their own and unit-constant features", Design::kUnits, ExchangeKind::kUnits, 1},
    {"the same, units of 1 to 19 rows", Design::kUnequalUnits, ExchangeKind::kUnits, 1},
    {"AR(1) outcome and features (0.8)", Design::kSeries, ExchangeKind::kSeries, 1.5},
    {"panel: unit levels, AR(1) shocks in time, features of both kinds", Design::kPanel, ExchangeKind::kPanel, 1},
    {"the same with 30 % of the rows missing", Design::kPatchyPanel, ExchangeKind::kPanel, 1},
    {"days with AR(1) shocks and AR(1) features per day", Design::kDays, ExchangeKind::kPeriods, 1},
    {"AR(1) series (0.5) whose level shifts once", Design::kShiftedSeries, ExchangeKind::kSeries, 1.5},
    {"days with AR(1) shocks whose level shifts once", Design::kShiftedDays, ExchangeKind::kPeriods, 1},
    {"panel whose level shifts once", Design::kShiftedPanel, ExchangeKind::kPanel, 1.5},
    {"ranking within queries", Design::kQueries, ExchangeKind::kQueries, 0.8},
    {"ranking, units with a level of their own in several queries", Design::kQueriesOfUnits, ExchangeKind::kQueries, 1},
};

int Rejections(const DesignCase& design, double effect, int runs) {
  base::ThreadPool pool(2);
  RunContext outer;
  outer.pool = &pool;
  std::vector<int> rejected(static_cast<std::size_t>(runs), 0);
  EXPECT_TRUE(base::ParallelFor(outer, runs, [&](std::int64_t run) {
    const learn::Examples examples = Simulate(design.design, effect, static_cast<std::uint64_t>(run));
    RunContext context;
    context.seed = static_cast<std::uint64_t>(run) + 1;
    const Result<PatternTest> test = TestPattern(examples, 99, context);
    rejected[static_cast<std::size_t>(run)] = test && test->p_value <= 0.05 ? 1 : 0;
  }));
  int sum = 0;
  for (const int r : rejected) sum += r;
  return sum;
}

// The short form has 40 nulls of each design; ASSAY_LONG=1 the 500 of docs/statistics.md.
TEST(FeasibilityPattern, TheTestKeepsItsLevel) {
  const bool whole = std::getenv("ASSAY_LONG") != nullptr;
  const int runs = whole ? 500 : 40;
  for (const DesignCase& design : kDesigns) {
    const learn::Examples null = Simulate(design.design, 0, 0);
    EXPECT_EQ(Exchange(null).kind(), design.kind) << design.name;
    const int rejected = Rejections(design, 0, runs);
    std::printf("%s: %d of %d nulls rejected\n", design.name, rejected, runs);
    std::fflush(stdout);
    // 99 % of binomial(500, .05) lie from 13 to 38; 99.5 % of binomial(40, .05) are at most 6.
    EXPECT_LE(rejected, whole ? 38 : 6) << design.name;
    if (whole) {
      EXPECT_GE(rejected, 13) << design.name;
    }
  }
}

TEST(FeasibilityPattern, FindsWhatIsPlantedInEveryDesign) {
  for (const DesignCase& design : kDesigns) {
    const int found = Rejections(design, design.effect, 20);
    std::printf("%s: %d of 20 patterns found\n", design.name, found);
    EXPECT_GE(found, 15) << design.name;
  }
}

struct Weekly {
  int days, rows_a_day;
  double before, after, weekend;  // chances of the outcome before and after 60 % of the days, and what a weekend adds
};

// Of ten series with a weekly rhythm: how often the test finds it.
int WeeklyRhythmsFound(const Weekly& weekly) {
  base::ThreadPool pool(2);
  RunContext context;
  context.pool = &pool;
  int found = 0;
  for (std::uint64_t run = 0; run < 10; ++run) {
    base::RandomStream random(run, "weekly");
    learn::Examples examples;
    std::vector<double> weekday;
    for (int i = 0; i < weekly.days * weekly.rows_a_day; ++i) {
      const int day = i / weekly.rows_a_day;
      const double chance = (10 * day < 6 * weekly.days ? weekly.before : weekly.after) + (day % 7 >= 5 ? weekly.weekend : 0);
      weekday.push_back(day % 7);
      examples.outcome.push_back(random.Uniform() < chance ? 1 : 0);
      examples.time.push_back(day * base::kMicrosPerDay);
    }
    std::vector<Column> columns;
    columns.push_back(Column::Numbers("weekday", weekday));
    examples.table = std::make_shared<const table::Table>(*table::Table::Create(std::move(columns)));
    examples.features = {{0, "weekday", "weekday"}};
    context.seed = run;
    found += TestPattern(examples, 99, context)->p_value <= 0.05 ? 1 : 0;
  }
  return found;
}

// A weekly rhythm comes back into step with the calendar when a series is merely turned; blocks at random break it.
TEST(FeasibilityPattern, FindsAWeeklyRhythm) { EXPECT_GE(WeeklyRhythmsFound({600, 1, 0.3, 0.3, 0.45}), 9); }

// A series whose level shifts resembles itself for so long that two blocks are left, which is no more than a turn: the levels stay.
TEST(FeasibilityPattern, FindsAWeeklyRhythmBesideALevelShift) { EXPECT_GE(WeeklyRhythmsFound({400, 10, 0.2, 0.45, 0.15}), 9); }

// Blocks are no shorter than the outcome's dependence: an outage of twelve days in a series that resembles itself for longer stays.
TEST(FeasibilityPattern, AStretchShorterThanTheDependenceStaysInPlace) {
  base::RandomStream random(4, "outage");
  learn::Examples examples;
  double level = 0;
  for (int day = 0; day < 400; ++day) {
    level = 0.9 * level + random.Normal();
    examples.outcome.push_back(static_cast<float>(level + (day >= 200 && day < 212 ? 40 : 0)));
    examples.time.push_back(day * base::kMicrosPerDay);
  }
  examples.task = learn::Task::kRegression;
  const Exchange exchange(examples, Levels::kStay);
  ASSERT_EQ(exchange.num_shifts(), 2U);
  ASSERT_GT(exchange.dependence(), 12);
  EXPECT_NE(exchange.words().find("within the 3 stretches between level shifts (1 too short for that)"), std::string::npos) << exchange.words();
  for (std::uint64_t run = 0; run < 20; ++run) {
    base::RandomStream draws(run, "draws");
    const learn::Examples drawn = exchange.Draw(&draws);
    EXPECT_TRUE(std::equal(drawn.outcome.begin() + 200, drawn.outcome.begin() + 212, examples.outcome.begin() + 200));
    EXPECT_NE(drawn.outcome, examples.outcome);
  }
}

// Waves of a survey: most rows lie in the earliest one.
TEST(FeasibilityPattern, APanelWhoseEarliestTimeHasMostRowsIsTested) {
  for (const base::Micros first_days : {12, 19}) {
    learn::Examples examples = Simulate(Design::kPanel, 2, 1);
    for (base::Micros& time : examples.time) time = time < first_days * base::kMicrosPerDay ? 0 : time;
    const Result<PatternTest> test = TestPattern(examples, 39, {});
    ASSERT_TRUE(test) << first_days << ": " << test.error().message;
    EXPECT_GT(test->permutations, 0) << first_days;
  }
}

// Neither a rule, which looks at one column at a time, nor a linear model sees a product of two among ten columns.
TEST(FeasibilityPattern, FindsAnInteraction) {
  base::ThreadPool pool(2);
  RunContext context;
  context.pool = &pool;
  int found = 0;
  for (std::uint64_t run = 0; run < 10; ++run) {
    base::RandomStream random(run, "interaction");
    learn::Examples examples;
    std::vector<std::vector<double>> values(10);
    for (int i = 0; i < 800; ++i) {
      for (std::vector<double>& column : values) column.push_back(random.Normal());
      examples.outcome.push_back(random.Uniform() < 1 / (1 + std::exp(-3 * values[0].back() * values[1].back())) ? 1 : 0);
    }
    std::vector<Column> columns;
    for (std::size_t c = 0; c < values.size(); ++c) {
      const std::string name = "x" + std::to_string(c);
      columns.push_back(Column::Numbers(name, values[c]));
      examples.features.push_back({c, name, name});
    }
    examples.table = std::make_shared<const table::Table>(*table::Table::Create(std::move(columns)));
    context.seed = run;
    found += TestPattern(examples, 99, context)->p_value <= 0.05 ? 1 : 0;
  }
  EXPECT_GE(found, 9);
}

// The laws of every exchange: nothing but outcomes of the data; whole multisets where items are of equal size.
TEST(FeasibilityPattern, ExchangesKeepWhatTheyMust) {
  for (const DesignCase& design : kDesigns) {
    const learn::Examples examples = Simulate(design.design, 1, 3);
    const Exchange exchange(examples);
    base::RandomStream random(5, "draws");
    const learn::Examples rearranged = exchange.Draw(&random);
    std::vector<float> drawn = rearranged.outcome;
    ASSERT_EQ(drawn.size(), examples.outcome.size()) << design.name;
    EXPECT_EQ(drawn != examples.outcome, design.design != Design::kQueriesOfUnits) << design.name;
    EXPECT_EQ(rearranged.table != examples.table, design.design == Design::kQueriesOfUnits) << design.name;
    if (design.design == Design::kUnequalUnits || design.design == Design::kPatchyPanel) continue;
    std::vector<float> before = examples.outcome;
    std::sort(before.begin(), before.end());
    std::sort(drawn.begin(), drawn.end());
    EXPECT_EQ(drawn, before) << design.name;
  }
}

}  // namespace
}  // namespace assay::lifecycle
