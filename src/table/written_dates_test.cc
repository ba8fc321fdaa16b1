#include "table/written_dates.h"

#include <gtest/gtest.h>

namespace assay::table {
namespace {

TEST(WrittenDates, ReadsDaysAndNothingElse) {
  struct Case {
    const char* text;
    const char* expected;  // "" = not a day
  };
  const Case cases[] = {
      {"Jun 12 1998", "1998-06-12"},      {"jun 12, 1998", "1998-06-12"},   {"12 June 1998", "1998-06-12"}, {"Dec 31 1969", "1969-12-31"},
      {"Feb 29 2000", "2000-02-29"},      {"MAY 1 0900", "0900-05-01"},     {"Feb 29 2001", ""},            {"June 31 1998", ""},
      {"Jun 12 98", ""},                  {"Jun 1998", ""},                 {"Juni 12 1998", ""},            {"12 1998 Jun", ""},
      {"Jun 12 1998 x", ""},              {"", ""},                         {"1998-06-12", ""},             {"Jun 0 1998", ""},
      {"Mar 123 1998", ""},               {"Ju 12 1998", ""},               {"Jun -1 1998", ""},            {"Jun 12 1998 ", "1998-06-12"},
  };
  for (const Case& c : cases) {
    const base::Micros time = ParseWrittenDate(c.text);
    EXPECT_EQ(time == base::kMissingTime ? "" : base::FormatTime(time), c.expected) << c.text;
  }
}

TEST(WrittenDates, ConvertsAColumnOnlyWhenEveryTextIsADay) {
  const Column days = Column::Categories("d", {1, 0, kMissingCode}, {"Jun 12 1998", "Jan 01 1971"});
  const std::optional<Column> times = DatesFromText(days);
  ASSERT_TRUE(times);
  EXPECT_EQ(times->type(), ColumnType::kTime);
  EXPECT_EQ(times->TextAt(0), "1971-01-01");
  EXPECT_EQ(times->TextAt(1), "1998-06-12");
  EXPECT_TRUE(times->IsMissing(2));
  EXPECT_FALSE(DatesFromText(Column::Categories("d", {0, 1}, {"Jun 12 1998", "unknown"})));
  EXPECT_FALSE(DatesFromText(Column::Categories("d", {kMissingCode}, {})));
  EXPECT_FALSE(DatesFromText(Column::Numbers("d", {1})));
}

TEST(WrittenDates, TextsThatAreAllMonthsAreTheirFirstDays) {
  const std::optional<Column> times = MonthsFromText(Column::Categories("m", {1, 0, kMissingCode}, {"2021-07", "2019-12"}));
  ASSERT_TRUE(times);
  EXPECT_EQ(times->TextAt(0) + "|" + times->TextAt(1) + "|" + times->TextAt(2), "2019-12-01|2021-07-01|");
  EXPECT_FALSE(MonthsFromText(Column::Categories("m", {1, 0}, {"2021-07", "2021-13"})));
  EXPECT_FALSE(MonthsFromText(Column::Categories("m", {1, 0}, {"2021-07", "2021-07-02"})));
}

TEST(WrittenDates, TextsThatAreAllTimesAreTimesInUtc) {
  const std::optional<Column> times = TimesFromText(Column::Categories("t", {1, 0, kMissingCode}, {"2001-03-04T05:06:07+02:00", "2001-03-04T05:06:07Z"}));
  ASSERT_TRUE(times);
  EXPECT_EQ(times->TextAt(0) + "|" + times->TextAt(1) + "|" + times->TextAt(2), "2001-03-04 05:06:07|2001-03-04 03:06:07|");
  EXPECT_FALSE(TimesFromText(Column::Categories("t", {1, 0}, {"2001-03-04T05:06:07Z", "soon"})));
  EXPECT_FALSE(TimesFromText(Column::Categories("t", {}, {})));
}

}  // namespace
}  // namespace assay::table
