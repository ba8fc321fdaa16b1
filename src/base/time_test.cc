#include "base/time.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace assay::base {
namespace {

TEST(Time, KnownDates) {
  struct Case { const char* text; Micros time; int weekday; };
  for (const Case& c : {Case{"1970-01-01", 0, 4}, Case{"2000-02-29", 951782400LL * kMicrosPerSecond, 2}, Case{"1969-12-31 23:59:59", -kMicrosPerSecond, 3}, Case{"2001-03-04 05:06:07.25", 983682367LL * kMicrosPerSecond + 250000, 7}}) {
    const Result<Micros> time = ParseTime(c.text);
    ASSERT_TRUE(time) << c.text;
    EXPECT_EQ(*time, c.time) << c.text;
    EXPECT_EQ(ToCivil(*time).weekday, c.weekday) << c.text;
  }
}

TEST(Time, CivilRoundTripOverFourThousandYears) {
  RandomStream random(7);
  for (int i = 0; i < 20000; ++i) {
    const Micros time = static_cast<Micros>(random.Below(126'000'000'000ULL)) * kMicrosPerSecond - 62'000'000'000LL * kMicrosPerSecond;
    ASSERT_EQ(FromCivil(ToCivil(time)), time);
  }
}

TEST(Time, TextRoundTripAndBadTexts) {
  for (const char* text : {"2001-03-04", "2001-03-04 05:06:07", "1969-12-31 00:00:00.000001"}) EXPECT_EQ(FormatTime(*ParseTime(text)), text);
  for (const char* bad : {"", "2001", "2001-", "2001-13", "2001-03 10:00", "2001-03-", "2001-13-01", "2001-02-29", "2001-1-1", "2001-01-01 24:00", "2001-01-01 10:00:00x", "yesterday"}) EXPECT_FALSE(ParseTime(bad)) << bad;
}

TEST(Duration, UnitsAndBadTexts) {
  struct Case { const char* text; Micros duration; const char* shown; };
  for (const Case& c : {Case{"2 hours", 2 * kMicrosPerHour, "2 hours"}, Case{"90min", 90 * 60 * kMicrosPerSecond, "1.5 hours"}, Case{"7 d", 7 * kMicrosPerDay, "7 days"}, Case{"1 week", 7 * kMicrosPerDay, "7 days"}, Case{"0", 0, "0 seconds"}}) {
    ASSERT_TRUE(ParseDuration(c.text)) << c.text;
    EXPECT_EQ(*ParseDuration(c.text), c.duration) << c.text;
    EXPECT_EQ(FormatDuration(c.duration), c.shown);
  }
  EXPECT_EQ(FormatDuration(3838 * kMicrosPerDay), "3838 days");
  for (const char* bad : {"", "5", "-2 days", "3 moons", "days", "1e99 d"}) EXPECT_FALSE(ParseDuration(bad)) << bad;
}

TEST(Time, EveryDayFrom1599To2401ContinuesTheOneBefore) {
  CivilTime before = ToCivil(FromCivil({1599, 12, 31}));
  for (Micros time = FromCivil({1600, 1, 1}); time < FromCivil({2401, 1, 2}); time += kMicrosPerDay) {
    const CivilTime day = ToCivil(time);
    ASSERT_EQ(day.weekday, before.weekday % 7 + 1) << FormatTime(time);
    const bool next_day = day.year == before.year && day.month == before.month && day.day == before.day + 1;
    const bool next_month = day.year == before.year && day.month == before.month + 1 && day.day == 1 && before.day >= 28;
    const bool next_year = day.year == before.year + 1 && day.month == 1 && day.day == 1 && before.month == 12 && before.day == 31;
    ASSERT_TRUE(next_day || next_month || next_year) << FormatTime(time);
    ASSERT_EQ(FromCivil(day), time);
    ASSERT_EQ(*ParseTime(FormatTime(time)), time);
    before = day;
  }
}

TEST(Time, TextKeepsEveryMicrosecond) {
  RandomStream random(8);
  for (int i = 0; i < 20000; ++i) {
    // The years 0001 to 9999.
    const Micros time = static_cast<Micros>(random.Below(315'537'897'599'000'000ULL)) - 62'135'596'800'000'000LL;
    ASSERT_EQ(*ParseTime(FormatTime(time)), time) << FormatTime(time);
  }
}

TEST(Time, LeapDaysAndFormsOfText) {
  struct Case { const char* text; const char* same; };
  for (const Case& c : {Case{"2000-02-29", "2000-02-29 00:00"}, Case{"2004-02-29T12:30Z", "2004-02-29 12:30:00"}, Case{" 2001-03-04 ", "2001-03-04"},
                        Case{"2001-03-04 05:06:07.5", "2001-03-04 05:06:07.500000"}, Case{"2001-03-04 05:06:07.1234567", "2001-03-04 05:06:07.123456"},
                        Case{"2001-03-04T05:06:07+02:00", "2001-03-04 03:06:07"}, Case{"2001-03-04 22:00-0330", "2001-03-05 01:30"}, Case{"2001-01-01 00:30+01", "2000-12-31 23:30"}, Case{"2001-03", "2001-03-01"}}) {
    ASSERT_TRUE(ParseTime(c.text)) << c.text;
    EXPECT_EQ(*ParseTime(c.text), *ParseTime(c.same)) << c.text;
  }
  for (const char* bad : {"1900-02-29", "2001-04-31", "2001-00-10", "2001-01-00", "2001-01-01 10", "2001-01-01 10:60", "2001-01-01 10:00:60",
                          "2001-01-01 10:00:00.", "2001/01/01", "01-02-2003", "20010101", "2001-01-01 10:00+1:00", "2001-01-01 10:00+16:00", "2001-01-01 10:00+01:60", "2001-01-01 10:00+01:", "2001-01-01+01:00", "2001-01-01 10:00Z+01"}) {
    const Result<Micros> time = ParseTime(bad);
    ASSERT_FALSE(time) << bad;
    EXPECT_NE(time.error().message.find(bad), std::string::npos);
  }
}

}  // namespace
}  // namespace assay::base
