#include "cli/terminal.h"

#include <gtest/gtest.h>

#include <cmath>

#include "evidence/reports/common.h"

namespace assay::cli {
namespace {

using evidence::Estimate;

TEST(ReadableEstimate, ExactOnlyWhereTheReasonSaysSo) {
  const double none = std::nan("");
  struct Case { Estimate estimate; double scale; const char* unit; const char* text; };
  for (const Case& c : {
           Case{{0.0342, 0.0227, 0.046, 0.95, ""}, 1, "", "0.034 (0.023 to 0.046)"},
           Case{{0.183, 0.171, 0.195, 0.95, ""}, 100, " %", "18.3 % (17.1 to 19.5)"},
           Case{{0, 0, 0, 0.95, "exact: skill is measured against the constant"}, 1, "", "0, exact"},
           Case{{0, 0, 0, 0.95, ""}, 100, " %", "0 % (0 to 0)"},
           Case{{0, none, none, 0.95, "a count"}, 1, "", "0, no interval: a count"},
           Case{{none, none, none, 0.95, "one class only"}, 1, "", "one class only"},
           Case{{5089972, 102e4, 8e6, 0.95, ""}, 1, " USD", "5,089,972 USD (1,020,000 to 8,000,000)"},
       }) {
    EXPECT_EQ(ReadableEstimate(c.estimate, c.scale, c.unit), c.text);
  }
}

TEST(WrapText, LongWordsBreakAtTheirJoints) {
  struct Case { const char* text; int width; std::vector<std::string> lines; };
  for (const Case& c : {
           Case{"data.columns[first_reply_minutes].meaning", 36, {"data.columns[first_reply_minutes].", "meaning"}},
           Case{"abcdefghijkl", 5, {"abcde", "fghij", "kl"}},
           Case{"a bc def", 4, {"a bc", "def"}},
       }) {
    EXPECT_EQ(WrapText(c.text, c.width), c.lines) << c.text;
  }
}

TEST(ShortenMiddle, KeepsBothEnds) {
  struct Case { const char* text; int width; const char* shorter; };
  for (const Case& c : {Case{"abcdef", 6, "abcdef"}, Case{"abcdef", 5, "ab…ef"}, Case{"abcdef", 4, "ab…f"}, Case{"abcdef", 1, "…"}, Case{"abcdef", 0, ""}, Case{"größe und", 6, "grö…nd"}}) EXPECT_EQ(ShortenMiddle(c.text, c.width), c.shorter);
}

}  // namespace
}  // namespace assay::cli
