#include "lifecycle/own_rules.h"

#include <gtest/gtest.h>

namespace assay::lifecycle {
namespace {

using table::Column;

Gathered Refunds() {
  std::vector<double> y, x;
  std::vector<base::Micros> at, refunded_at;
  for (int i = 0; i < 60; ++i) {
    y.push_back(i % 2);
    x.push_back(i % 7);
    at.push_back(base::FromCivil({2001, 1 + i % 3, 1 + i % 28, i % 24, 0, 0, 0, 0}));
    refunded_at.push_back(i % 2 == 0 ? base::kMissingTime : at.back() + base::kMicrosPerDay);
  }
  Problem problem;
  problem.outcome = "y = 1";
  problem.known_after = {"x"};
  const auto table = std::make_shared<const table::Table>(*table::Table::Create({Column::Numbers("y", y), Column::Numbers("x", x), Column::Times("at", at), Column::Times("refunded_at", refunded_at)}));
  return *GatherFromTable(problem, table, {}, {});
}

TEST(OwnRules, WhatIsKnownTooLateOrLeaksIsLeftOutWithANote) {
  const Gathered gathered = Refunds();
  const struct {
    const char* rule;
    std::vector<std::string> leaky;
    const char* needs;  // "" where the rule may be used
  } cases[] = {
      {"x > 3", {}, "'x', which is known only after the decision"},
      {"refunded_at is null", {}, ""},
      {"refunded_at is null", {"month(refunded_at)"}, ""},
      {"refunded_at is null", {"refunded_at"}, "'refunded_at', which leaks"},
      {"case when month(at) in (1, 3) then 1 else 0 end", {"month(at)"}, "'month(at)', which leaks"},
      {"Month(AT) = 1 or weekday(At) = 2", {"weekday(at)"}, "'weekday(At)', which leaks"},
      {"weekday(at) = 2", {"month(at)"}, ""},
      {"minute(at) > 30", {"hour(at)"}, "the time of day in 'at', which leaks"},
      {"weekday(at) = 2", {"hour(at)"}, ""},
  };
  for (const auto& c : cases) {
    std::vector<std::string> notes;
    const Result<std::vector<OwnRule>> usable = UsableRules({{"mine", c.rule}}, gathered, c.leaky, {}, &notes);
    ASSERT_TRUE(usable) << c.rule << ": " << usable.error().message;
    if (*c.needs == '\0') {
      EXPECT_EQ(usable->size(), 1U) << c.rule;
      EXPECT_TRUE(notes.empty()) << c.rule;
    } else {
      EXPECT_TRUE(usable->empty()) << c.rule;
      ASSERT_EQ(notes.size(), 1U) << c.rule;
      EXPECT_EQ(notes[0], std::string("The own rule 'mine' is left out: it needs ") + c.needs + ".");
    }
  }
  std::vector<std::string> notes;
  EXPECT_FALSE(UsableRules({{"cheat", "y"}}, gathered, {}, {}, &notes));
  EXPECT_FALSE(UsableRules({{"wrong", "at >"}}, gathered, {}, {}, &notes));
}

}  // namespace
}  // namespace assay::lifecycle
