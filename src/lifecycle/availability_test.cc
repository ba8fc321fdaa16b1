#include "lifecycle/availability.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "lifecycle/init.h"

namespace assay::lifecycle {
namespace {

using base::kMicrosPerDay;
using table::Column;

constexpr std::size_t kRows = 1000;
constexpr std::size_t kKnown = 900;  // the first 900 rows have an outcome, ten a day

struct Data {
  std::vector<std::uint8_t> known;
  Column time = Column::Times("t", {});
};
Data TenADay() {
  Data data;
  std::vector<base::Micros> times;
  for (std::size_t i = 0; i < kRows; ++i) {
    data.known.push_back(i < kKnown ? 1 : 0);
    times.push_back(static_cast<base::Micros>(i / 10) * kMicrosPerDay + static_cast<base::Micros>(i % 10) * base::kMicrosPerHour);
  }
  data.time = Column::Times("t", times);
  return data;
}

Column Present(const std::string& name, const std::function<bool(std::size_t)>& there) {
  std::vector<double> values;
  for (std::size_t i = 0; i < kRows; ++i) values.push_back(there(i) ? static_cast<double>(i % 7) : std::nan(""));
  return Column::Numbers(name, values);
}

TEST(Availability, AccusesWhatHardlyExistsBeforeTheOutcomeAndNothingElse) {
  const Data data = TenADay();
  const table::Table table = *table::Table::Create({
      Present("refund", [](std::size_t i) { return i < kKnown; }),
      Present("always", [](std::size_t) { return true; }),
      Present("one in ten", [](std::size_t i) { return i % 10 == 0; }),
      Present("stopped early", [](std::size_t i) { return i < 500; }),
      Present("started late", [](std::size_t i) { return i > 500; }),
  });
  const std::vector<LateColumn> late = FindLateColumns(table, data.known, &data.time, {});
  ASSERT_EQ(late.size(), 1U);
  EXPECT_EQ(late[0].column, "refund");
  EXPECT_TRUE(late[0].certain);
  EXPECT_NE(late[0].evidence.find("0 % of the 100 rows"), std::string::npos) << late[0].evidence;
  EXPECT_TRUE(FindLateColumns(table, data.known, &data.time, {"Refund"}).empty());
  // Nothing can be said while every outcome is known.
  EXPECT_TRUE(FindLateColumns(table, std::vector<std::uint8_t>(kRows, 1), &data.time, {}).empty());
}

TEST(Availability, TimesAfterTheDecisionMayBePlans) {
  const Data data = TenADay();
  std::vector<base::Micros> after, before;
  for (std::size_t i = 0; i < kRows; ++i) {
    after.push_back(data.time.TimeAt(static_cast<std::int64_t>(i)) + kMicrosPerDay);
    before.push_back(data.time.TimeAt(static_cast<std::int64_t>(i)) - kMicrosPerDay);
  }
  const table::Table table = *table::Table::Create({Column::Times("due", after), Column::Times("booked", before)});
  const std::vector<LateColumn> late = FindLateColumns(table, data.known, &data.time, {});
  ASSERT_EQ(late.size(), 1U);
  EXPECT_EQ(late[0].column, "due");
  EXPECT_FALSE(late[0].certain);
}

TEST(Availability, TheNewestRowsTellHowLongAnOutcomeTakes) {
  const Data data = TenADay();
  const LabelDelay delay = FindLabelDelay(data.known, data.time);
  EXPECT_EQ(delay.delay, 10 * kMicrosPerDay);
  EXPECT_EQ(delay.rows, 100);
  EXPECT_EQ(delay.usual, 1);
  EXPECT_EQ(FindLabelDelay(std::vector<std::uint8_t>(kRows, 1), data.time).delay, 0);
  // Outcomes missing at random, however many, are no delay.
  std::vector<std::uint8_t> thirds(kRows);
  for (std::size_t i = 0; i < kRows; ++i) thirds[i] = i % 3 == 0 ? 1 : 0;
  EXPECT_EQ(FindLabelDelay(thirds, data.time).delay, 0);
}

// The newest rows have waited ten days for their outcome, but most outcomes took up to thirty.
TEST(Availability, TheProposedWaitIsThatOfTheTimesThatComeWithTheOutcome) {
  const Data data = TenADay();
  std::vector<double> outcome;
  std::vector<base::Micros> times, settled;
  for (std::size_t i = 0; i < kRows; ++i) {
    times.push_back(data.time.TimeAt(static_cast<std::int64_t>(i)));
    outcome.push_back(i < kKnown ? static_cast<double>(i % 2) : std::nan(""));
    settled.push_back(i < kKnown ? times[i] + static_cast<base::Micros>(i % 31) * kMicrosPerDay : base::kMissingTime);
  }
  const auto proposed = [&](const std::vector<base::Micros>& later) {
    const table::Table table = *table::Table::Create({Column::Numbers("y", outcome), Column::Times("t", times), Column::Times("settled", later)});
    return ProposeWait(table, "y = 1", "t", {});
  };
  EXPECT_EQ(proposed(settled), "29 days");
  EXPECT_EQ(proposed(std::vector<base::Micros>(kRows, base::kMissingTime)), "10 days");
}

TEST(Availability, NamesThatSaySomething) {
  struct Case {
    const char* name;
    bool late;
  };
  for (const Case& c : {Case{"actual_arrival", true}, Case{"closedAt", true}, Case{"resolution-time", true}, Case{"disclosed", false}, Case{"manager", false}, Case{"Age", false}, Case{"amount", false}}) {
    EXPECT_EQ(!LateNameReason(c.name).empty(), c.late) << c.name;
  }
}

}  // namespace
}  // namespace assay::lifecycle
