#include "lifecycle/internal/withheld.h"

#include <gtest/gtest.h>

#include "expression/expression.h"

namespace assay::lifecycle {
namespace {

using table::Column;

table::Table Sample() {
  std::vector<base::Micros> times;
  for (int i = 0; i < 4; ++i) times.push_back(base::FromCivil({2001, 1, 1 + i, 6 + i, 30, 0, 0, 0}));
  std::vector<Column> columns;
  for (const char* name : {"delay", "calls", "distance", "far", "late", "very_late", "hours", "many", "noted", "next"}) columns.push_back(Column::Numbers(name, {1, 2, 3, 4}));
  for (const char* name : {"dep", "shifted"}) columns.push_back(Column::Times(name, times));
  return *table::Table::Create(std::move(columns));
}

TEST(Withheld, WhatIsDerivedFromTheUnknownIsUnknown) {
  struct Case {
    const char* what;
    std::vector<DerivedColumn> derived;
    const char* column;
    const char* reason;  // "" for a column that may be known
  };
  const Case cases[] = {
      {"the outcome", {}, "delay", "it is part of the outcome"},
      {"from the outcome", {{"late", "delay > 30"}}, "late", "it is derived from 'delay': it is part of the outcome"},
      {"over two steps", {{"hours", "Delay / 60"}, {"very_late", "hours > 3"}}, "very_late", "it is derived from 'Delay': it is part of the outcome"},
      {"from what is known after", {{"many", "calls > 4"}}, "many", "it is derived from 'calls': the charter says it is known only after the decision"},
      {"from another objective's outcome", {{"far", "distance > 3"}}, "far", "it is derived from 'distance': it is part of the outcome of the objective 'length'"},
      {"from the time of day", {{"hours", "hour(dep) + minute(dep) / 60"}}, "hours", "it is derived from the time of day in 'dep', which is known only after the decision"},
      {"from a time with that clock", {{"shifted", "dep"}, {"hours", "hour(shifted)"}}, "hours", "it is derived from the time of day in 'dep', which is known only after the decision"},
      {"from the calendar day", {{"many", "case when month(dep) = 1 and weekday(DEP) < 6 then 1 else 0 end"}}, "many", ""},
      {"from whole days", {{"many", "dep >= '2001-01-02' or date(dep) = '2001-01-01'"}}, "many", ""},
      {"from a moment", {{"many", "dep >= '2001-01-02 12:00:00'"}}, "many", "it is derived from the time of day in 'dep', which is known only after the decision"},
      {"a time with that clock is no such column itself", {{"shifted", "dep"}}, "shifted", ""},
      {"from what is known", {{"noted", "next > 1"}}, "noted", ""},
  };
  for (const Case& c : cases) {
    Problem problem;
    problem.outcome = "delay > 15";
    problem.time = "DEP";
    problem.calendar_day_only = true;
    problem.known_after = {"calls"};
    problem.other_outcomes = {{"length", "distance"}};
    problem.derived = c.derived;
    const Withheld withheld = WithheldColumns(problem, Sample());
    const Withholding* why = withheld.Find(c.column);
    EXPECT_EQ(why == nullptr ? "" : why->reason, c.reason) << c.what;
    EXPECT_TRUE(withheld.HasClockOf("dep")) << c.what;
    problem.calendar_day_only = false;
    EXPECT_FALSE(WithheldColumns(problem, Sample()).HasClockOf("dep")) << c.what;
    problem.known_after.emplace_back("hour(dep)");
    EXPECT_TRUE(WithheldColumns(problem, Sample()).HasClockOf("dep")) << c.what;
  }
}

}  // namespace
}  // namespace assay::lifecycle
