#include "expression/split.h"

#include <gtest/gtest.h>

namespace assay::expression {
namespace {

TEST(SplitOutsideBrackets, LeavesQuotesAndBracketsWhole) {
  struct Case {
    const char* text;
    std::vector<std::string> parts;
  };
  for (const Case& c : std::vector<Case>{{"a,b", {"a", "b"}},
                                         {" a , least(b, 'c,d') ", {"a", "least(b, 'c,d')"}},
                                         {"\"x,y\",'it''s, so'", {"\"x,y\"", "'it''s, so'"}},
                                         {"", {""}},
                                         {"a,", {"a", ""}},
                                         {"(a,(b,c)),d", {"(a,(b,c))", "d"}}}) {
    EXPECT_EQ(SplitOutsideBrackets(c.text, ','), c.parts) << c.text;
  }
}

TEST(UnclosedIn, SaysWhatDoesNotClose) {
  EXPECT_EQ(UnclosedIn("least(a, 'it''s (') \"x)\""), "");
  EXPECT_EQ(UnclosedIn("(a"), "a bracket is opened and not closed");
  EXPECT_EQ(UnclosedIn("a)("), "a bracket is closed that was not opened");
  EXPECT_EQ(UnclosedIn("'a"), "a quote is opened and not closed");
}

TEST(LastOutsideBrackets, FindsTheLastOne) {
  EXPECT_EQ(LastOutsideBrackets("a <= 3 <= 4", "<="), 7U);
  EXPECT_EQ(LastOutsideBrackets("(a <= 3)", "<="), std::string_view::npos);
  EXPECT_EQ(LastOutsideBrackets("a = '<=' <= 1", "<="), 9U);
}

}  // namespace
}  // namespace assay::expression
