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
  for (const char* bad : {"", "2001", "2001-13-01", "2001-02-29", "2001-1-1", "2001-01-01 24:00", "2001-01-01 10:00:00x", "yesterday"}) EXPECT_FALSE(ParseTime(bad)) << bad;
}

TEST(Duration, UnitsAndBadTexts) {
  struct Case { const char* text; Micros duration; const char* shown; };
  for (const Case& c : {Case{"2 hours", 2 * kMicrosPerHour, "2 hours"}, Case{"90min", 90 * 60 * kMicrosPerSecond, "1.5 hours"}, Case{"7 d", 7 * kMicrosPerDay, "7 days"}, Case{"1 week", 7 * kMicrosPerDay, "7 days"}, Case{"0", 0, "0 seconds"}}) {
    ASSERT_TRUE(ParseDuration(c.text)) << c.text;
    EXPECT_EQ(*ParseDuration(c.text), c.duration) << c.text;
    EXPECT_EQ(FormatDuration(c.duration), c.shown);
  }
  for (const char* bad : {"", "5", "-2 days", "3 moons", "days", "1e99 d"}) EXPECT_FALSE(ParseDuration(bad)) << bad;
}

}  // namespace
}  // namespace assay::base
