#include "base/text.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "base/random.h"

namespace assay::base {
namespace {

TEST(ShortestNumber, ReadsBackAndIsShort) {
  struct Case { double value; const char* text; };
  for (const Case& c : {Case{0.1, "0.1"}, Case{-0.0, "0"}, Case{3, "3"}, Case{1e300, "1e+300"}, Case{9007199254740991, "9007199254740991"}, Case{1.0 / 3, "0.3333333333333333"}, Case{5e-324, "5e-324"}}) {
    EXPECT_EQ(ShortestNumber(c.value), c.text);
    double back = 1;
    ASSERT_TRUE(ParseNumber(c.text, &back));
    EXPECT_EQ(back, c.value);
  }
}

TEST(ReadableNumber, RoundsAndGroups) {
  struct Case { double value; const char* text; };
  for (const Case& c : {Case{3000000, "3,000,000"}, Case{-1234.56, "-1,235"}, Case{0.00123456, "0.001235"}, Case{12.5, "12.5"}, Case{999.96, "1,000"}, Case{0, "0"}, Case{1e-9, "1e-09"}}) {
    EXPECT_EQ(ReadableNumber(c.value), c.text);
  }
  EXPECT_EQ(ReadableCount(-1000), "-1,000");
  EXPECT_EQ(ReadableShare(0.4567), "45.7 %");
}

TEST(ShellWord, QuotesWhatAShellWouldSplitOrRead) {
  struct Case { const char* word; const char* text; };
  for (const Case& c : {Case{"examples/flights", "examples/flights"}, Case{"", "''"}, Case{"my project", "'my project'"}, Case{"it's", "'it'\\''s'"}, Case{"$HOME", "'$HOME'"}}) EXPECT_EQ(ShellWord(c.word), c.text);
}

TEST(PlainNumber, HasNoSeparators) {
  struct Case { double value; const char* text; };
  for (const Case& c : {Case{1992.5, "1992.5"}, Case{24000000, "24000000"}, Case{-1234.5, "-1234.5"}, Case{0.25, "0.25"}}) EXPECT_EQ(PlainNumber(c.value), c.text);
}

TEST(ReadableRange, WritesBothEndsAlike) {
  struct Case { double low, high; const char* text; };
  const double nan = std::nan("");
  for (const Case& c : {Case{1.9031, 2.0012, "1.903 to 2.001"}, Case{1.9, 2.3, "1.90 to 2.30"}, Case{0.0227, 0.04597, "0.023 to 0.046"}, Case{-0.03326, -0.00004, "-0.033 to -0.00004"}, Case{-0.0004, 0.2, "-0.0004 to 0.20"},
                        Case{-2801.3, -2491.2, "-2,801 to -2,491"}, Case{0, 0, "0 to 0"}, Case{3.4, 3.4, "3.4 to 3.4"}, Case{nan, nan, "n/a to n/a"}, Case{1e-9, 2e-9, "1e-09 to 2e-09"}}) {
    EXPECT_EQ(ReadableRange(c.low, c.high), c.text);
  }
  EXPECT_EQ(FixedNumber(-0.0004, 2), "0.00");
  EXPECT_EQ(FixedNumber(12345.678, 1), "12,345.7");
}

TEST(IsValidUtf8, KnowsTheBrokenForms) {
  struct Case { const char* what; std::string bytes; bool valid; };
  const Case cases[] = {{"ascii", "abc", true}, {"two bytes", "\xC3\xA9", true}, {"three", "\xE2\x82\xAC", true}, {"four", "\xF0\x9F\x98\x80", true},
                        {"cut", "\xE2\x82", false}, {"overlong", "\xC0\x80", false}, {"surrogate", "\xED\xA0\x80", false}, {"too large", "\xF4\x90\x80\x80", false}, {"stray", "\x80", false}};
  for (const Case& c : cases) EXPECT_EQ(IsValidUtf8(c.bytes), c.valid) << c.what;
}

TEST(Counted, OneIsNotMany) {
  EXPECT_EQ(Counted(1, "row"), "1 row");
  EXPECT_EQ(Counted(0, "row"), "0 rows");
  EXPECT_EQ(Counted(3000, "row repeats", "rows repeat"), "3,000 rows repeat");
}

TEST(DidYouMean, OffersOnlySlips) {
  const std::vector<std::string> names = {"delay", "distance", "origin", "destination"};
  EXPECT_EQ(DidYouMean("dely", names), " Did you mean 'delay'?");
  EXPECT_EQ(DidYouMean("ORIGIN", names), " Did you mean 'origin'?");
  EXPECT_EQ(DidYouMean("temperature", names), "");
}

TEST(ParseNumber, IsStrict) {
  double value = 0;
  for (const char* bad : {"", " ", "1x", "nan", "inf", "1e999", "--1", "1,000"}) EXPECT_FALSE(ParseNumber(bad, &value)) << bad;
  EXPECT_TRUE(ParseNumber(" +1.5e3 ", &value));
  EXPECT_EQ(value, 1500);
}

TEST(ShortestNumber, ReadsBackForAnyDouble) {
  RandomStream random(9);
  for (int i = 0; i < 50000; ++i) {
    const double value = std::bit_cast<double>(random.Next());
    if (!std::isfinite(value)) continue;
    double back = 0;
    ASSERT_TRUE(ParseNumber(ShortestNumber(value), &back)) << ShortestNumber(value);
    ASSERT_EQ(back, value);
  }
}

TEST(ReadableNumber, SaysWhatIsNotANumber) {
  struct Case { double value; int digits; const char* text; };
  const double infinity = std::numeric_limits<double>::infinity();
  for (const Case& c : {Case{std::nan(""), 4, "n/a"}, Case{infinity, 4, "infinite"}, Case{-infinity, 4, "-infinite"}, Case{1234567.8, 3, "1,234,568"},
                        Case{-0.00004, 1, "-0.00004"}, Case{1e20, 3, "1e+20"}, Case{100, 1, "100"}, Case{-999.5, 3, "-1,000"}}) {
    EXPECT_EQ(ReadableNumber(c.value, c.digits), c.text);
  }
  EXPECT_EQ(ReadableCount(0), "0");
  EXPECT_EQ(ReadableCount(999), "999");
  EXPECT_EQ(ReadableCount(INT64_MAX), "9,223,372,036,854,775,807");
  EXPECT_EQ(ReadableShare(0), "0 %");
  EXPECT_EQ(ReadableShare(1), "100 %");
  EXPECT_EQ(ReadableShare(std::nan("")), "n/a");
}

TEST(ReadableInterval, TheSameDecimalsForValueAndEnds) {
  struct Case { double value, low, high; const char* text; };
  for (const Case& c : {Case{0.0342, 0.0227, 0.046, "0.034 (0.023 to 0.046)"}, Case{0.5, 0.4996, 0.5004, "0.50000 (0.49960 to 0.50040)"}, Case{-0.0000439, -0.011, 0.012, "0.000 (-0.011 to 0.012)"},
                        Case{0.02, -0.0004, 0.04, "0.020 (-0.0004 to 0.040)"}, Case{12345.6, 11000, 13700, "12,346 (11,000 to 13,700)"}, Case{0, 0, 0, "0 (0 to 0)"}, Case{1e-9, 0.5e-9, 2e-9, "1e-09 (5e-10 to 2e-09)"},
                        Case{1.25e30, 1.24e30, 1.26e30, "1.25e+30 (1.24e+30 to 1.26e+30)"}, Case{1e16, 0.999999e16, 1.000001e16, "1e+16 (9.99999e+15 to 1.000001e+16)"}}) {
    const ReadableEnds ends = ReadableInterval(c.value, c.low, c.high);
    EXPECT_EQ(ends.value + " (" + ends.low + " to " + ends.high + ")", c.text);
  }
}

TEST(Text, LongNumbersAreGrouped) {
  struct Case { const char* number; const char* text; };
  for (const Case& c : {Case{"760167650", "760,167,650"}, Case{"-12345.5", "-12,345.5"}, Case{"2046", "2046"}, Case{"1999-01-01", "1999-01-01"}, Case{"1e20", "1e20"}, Case{"", ""}, Case{"12345678901234567890", "12,345,678,901,234,567,890"}}) EXPECT_EQ(GroupedDigits(c.number), c.text);
}

TEST(Text, JoinTrimLowercase) {
  EXPECT_EQ(Join({}, ", "), "");
  EXPECT_EQ(Join(std::vector<std::string>{"a"}, ", "), "a");
  EXPECT_EQ(Join(std::vector<std::string>{"a", "", "b"}, ", "), "a, , b");
  EXPECT_EQ(Trim(""), "");
  EXPECT_EQ(Trim(" \t\r\n"), "");
  EXPECT_EQ(Trim("\n a b\t"), "a b");
  EXPECT_EQ(Lowercase("AbZ@["), "abz@[");
  EXPECT_EQ(Lowercase("GRÖßE ÀÞ× ŁÓDŹ ĲŸ ΑΩ ЁЖ 数"), "größe àþ× łódź ĳŸ αω ёж 数");
  EXPECT_EQ(Lowercase("A\xC3"), "a\xC3");  // half a letter
}

TEST(Text, WordsOfANameAndNamesWhateverTheirCase) {
  struct Case {
    const char* name;
    std::vector<std::string> words;
  };
  const Case cases[] = {
      {"marital-status", {"marital", "status"}}, {"maritalStatus", {"marital", "status"}}, {"MARITAL_STATUS", {"marital", "status"}},
      {"client e-mail2", {"client", "e", "mail"}}, {"IMDB Rating", {"imdb", "rating"}}, {"Geb\xC3\xB6rtiger", {"geb\xC3\xB6rtiger"}}, {"2001", {}}, {"", {}},
  };
  for (const Case& c : cases) EXPECT_EQ(WordsOfName(c.name), c.words) << c.name;
  const std::vector<std::string> names = {"Date", "origin"};
  EXPECT_TRUE(IsAmong(names, "date"));
  EXPECT_TRUE(IsAmong(names, "ORIGIN"));
  EXPECT_FALSE(IsAmong(names, "dat"));
  EXPECT_FALSE(IsAmong({}, ""));
}

TEST(NearestNames, NearestFirstAndAtMostAsAsked) {
  const std::vector<std::string> names = {"carrier", "origin", "orgin_city", "origins", "origin_id"};
  const std::vector<std::string> near = NearestNames("orign", names, 2);
  ASSERT_EQ(near.size(), 2U);
  EXPECT_EQ(near[0], "origin");
  EXPECT_TRUE(NearestNames("origin", {}, 3).empty());
  EXPECT_TRUE(NearestNames("origin", names, 0).empty());
  // Swapped neighbours are one slip.
  EXPECT_EQ(NearestNames("oirgin", names, 1).front(), "origin");
}

}  // namespace
}  // namespace assay::base
