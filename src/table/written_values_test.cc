#include "table/written_values.h"

#include <gtest/gtest.h>

#include <cmath>

namespace assay::table {
namespace {

TEST(WrittenValues, DecimalCommas) {
  struct Case {
    const char* text;
    double value;  // NaN: no such number
  };
  const double none = std::nan("");
  const Case cases[] = {
      {"41,46", 41.46}, {"-0,5", -0.5}, {"+3,25", 3.25}, {"7", 7}, {" 7,5 ", 7.5}, {"1.234,5", 1234.5}, {"1.234.567,25", 1234567.25}, {"1,234", 1.234},
      {"", none}, {",5", none}, {"5,", none}, {"1,2,3", none}, {"1.23,4", none}, {".123,4", none}, {"1234.567,1", none}, {"4,5 EUR", none}, {"1,5e3", none}, {"4.5", none},
  };
  for (const Case& c : cases) {
    const double value = ParseWritten(c.text, DecimalMark::kComma);
    EXPECT_EQ(std::isnan(value), std::isnan(c.value)) << c.text;
    if (!std::isnan(c.value)) { EXPECT_EQ(value, c.value) << c.text; }
  }
}

TEST(WrittenValues, AColumnIsNumbersWhereItCanBeNothingElse) {
  struct Case {
    std::vector<std::string> texts;
    bool numbers, thousands;
    double first = 0;
    const char* how = "with a decimal comma";
  };
  const Case cases[] = {
      {{"41,46", "7"}, true, false, 41.46},  {{"1,234", "5,678"}, false, true}, {{"1,234", "5,5"}, true, false, 1.234}, {{"0,125"}, true, false, 0.125},
      {{"41,46", "none"}, false, false}, {{"41,46", "4.5"}, false, false}, {{"7", "8"}, false, false},
      {{"1,234,567"}, true, false, 1234567, "with commas between thousands"}, {{"1,234", "5,678.9"}, true, false, 1234, "with commas between thousands"},
      {{"1,842.43", "7"}, true, false, 1842.43, "with commas between thousands"}, {{"1,842.43", "1.842,43"}, false, false},
      {{"$1,842.43", "$7"}, true, false, 1842.43, "with commas between thousands, in $"}, {{"-$1842.5", "$7"}, true, false, -1842.5, "in $"},
      {{"1.842,43 €", "7 €"}, true, false, 1842.43, "with a decimal comma, in €"}, {{"$1,842", "$5,000"}, false, true}, {{"$1,842.43", "7"}, false, false},
      {{"$1", "€2"}, false, false}, {{"1$2"}, false, false}, {{"$"}, false, false},
  };
  for (const Case& c : cases) {
    std::vector<std::uint32_t> codes = {kMissingCode};
    for (std::uint32_t i = 0; i < c.texts.size(); ++i) codes.push_back(i);
    const Column column = Column::Categories("x", codes, c.texts);
    const std::optional<WrittenNumbers> numbers = NumbersFromText(column);
    EXPECT_EQ(numbers.has_value(), c.numbers) << c.texts[0];
    EXPECT_EQ(CommaMayPartThousands(column), c.thousands) << c.texts[0];
    if (!numbers) continue;
    EXPECT_TRUE(numbers->column.IsMissing(0));
    EXPECT_FLOAT_EQ(static_cast<float>(numbers->column.NumberAt(1)), static_cast<float>(c.first)) << c.texts[0];
    EXPECT_EQ(numbers->how, c.how);
  }
}

TEST(WrittenValues, OnlyTrueAndFalseAreBooleans) {
  const std::optional<Column> booleans = BooleansFromText(Column::Categories("x", {0, 1, kMissingCode, 2}, {"True", "false", "FALSE"}));
  ASSERT_TRUE(booleans);
  EXPECT_EQ(booleans->TextAt(0), "true");
  EXPECT_EQ(booleans->TextAt(1), "false");
  EXPECT_EQ(booleans->TextAt(2), "");
  EXPECT_EQ(booleans->TextAt(3), "false");
  EXPECT_FALSE(BooleansFromText(Column::Categories("x", {0, 1}, {"yes", "no"})));
  EXPECT_FALSE(BooleansFromText(Column::Categories("x", {0, 1}, {"true", "unknown"})));
  EXPECT_FALSE(BooleansFromText(Column::Categories("x", {kMissingCode}, {})));
}

}  // namespace
}  // namespace assay::table
