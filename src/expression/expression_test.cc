#include "expression/expression.h"

#include <gtest/gtest.h>

#include <cmath>

#include "expression/sql.h"

namespace assay::expression {
namespace {

table::Table Sample() {
  const double nan = std::nan("");
  std::vector<table::Column> columns;
  columns.push_back(table::Column::Numbers("x", {1, 0, nan, -2.5}));
  columns.push_back(table::Column::Categories("marital-status", {0, 1, table::kMissingCode, 0},
                                              {"single", "married"}));
  columns.push_back(table::Column::Booleans("b", {1, 0, 255, 1}));
  columns.push_back(table::Column::Times(
      "t", {0, base::FromCivil({2001, 3, 4, 5, 6, 7, 0, 0}), base::kMissingTime,
            base::FromCivil({1969, 12, 31, 23, 59, 0, 0, 0})}));
  return *table::Table::Create(std::move(columns));
}

TEST(Expression, EvaluatesOnColumns) {
  struct Case {
    const char* text;
    std::vector<const char*> expected;  // TextAt of each row
  };
  const Case cases[] = {
      {"x > 0", {"true", "false", "", "false"}},
      {"x + b", {"2", "0", "", "-1.5"}},
      {"1 / x", {"1", "", "", "-0.4"}},
      {"\"marital-status\" = 'single'", {"true", "false", "", "true"}},
      {"\"marital-status\" in ('married', 'widowed')", {"false", "true", "", "false"}},
      {"x is null", {"false", "false", "true", "false"}},
      {"x is null or b", {"true", "false", "true", "true"}},
      {"not (x > 0 and b)", {"false", "true", "", "true"}},
      {"x between -3 and 0.5", {"false", "true", "", "true"}},
      {"case when x > 0 then '2020-01-01' else t end < '2000-01-01'", {"false", "false", "", "true"}},
      {"case when x > 0 then 'up' when x < 0 then 'down' end", {"up", "", "", "down"}},
      {"greatest(x, 0.5)", {"1", "0.5", "0.5", "0.5"}},
      {"year(t)", {"1970", "2001", "", "1969"}},
      {"weekday(t)", {"4", "7", "", "3"}},
      {"hour(t) * 60 + minute(t)", {"0", "306", "", "1439"}},
      {"date(t)", {"1970-01-01", "2001-03-04", "", "1969-12-31"}},
      {"t >= '1970-01-01'", {"true", "true", "", "false"}},
      {"-x * 2 - -1", {"-1", "1", "", "6"}},
      {"ln(exp(x))", {"1", "0", "", "-2.5"}},
      {"exp(1000)", {"", "", "", ""}},
  };
  const table::Table table = Sample();
  for (const Case& c : cases) {
    const Result<table::Column> column = EvaluateText(c.text, "test", table, "result", {});
    ASSERT_TRUE(column) << c.text << ": " << column.error().message;
    for (std::size_t i = 0; i < 4; ++i)
      EXPECT_EQ(column->TextAt(static_cast<std::int64_t>(i)), c.expected[i])
          << c.text << " row " << i;
  }
}

TEST(Expression, TheFirstAndLastTimesDoNotOverflow) {
  const table::Table table = *table::Table::Create(
      {table::Column::Times("t", {INT64_MAX, INT64_MIN + 1, base::kMissingTime})});
  struct Case {
    const char* text;
    std::vector<double> expected;
  };
  const double null = std::nan("");
  for (const Case& c :
       {Case{"greatest(t)", {0x1p63, -0x1p63, null}}, Case{"year(t)", {null, null, null}},
        Case{"date(t)", {null, null, null}}, Case{"week(t)", {null, null, null}},
        Case{"t > '2001-03-04'", {1, 0, null}}}) {
    const table::Column column = *EvaluateText(c.text, "test", table, "result", {});
    for (std::size_t i = 0; i < 3; ++i) {
      const double value = column.NumberAt(static_cast<std::int64_t>(i));
      EXPECT_TRUE(std::isnan(c.expected[i]) ? std::isnan(value) : value == c.expected[i])
          << c.text << " row " << i << ": " << value;
    }
  }
}

TEST(Expression, ErrorsNameThePlaceAndTheMend) {
  struct Case {
    const char* text;
    const char* says;
    int position;
  };
  const Case cases[] = {
      {"x >", "found the end", 4},
      {"x == 1", "write '='", 3},
      {"y > 1", "There is no column", 1},
      {"xx > 1", "Did you mean 'x'", 1},
      {"x > 'a'", "do not go together", 5},
      {"logg(x)", "there is no function", 1},
      {"(x > 1", "expected ')'", 7},
      {"1 < x < 3", "do not chain", 7},
      {"x in 3", "expected '('", 6},
      {"'abc", "no closing single quote", 1},
      {"x # 2", "does not belong", 3},
      {"abs(x, 2)", "takes one argument", 1},
      {"hour(x)", "needs a time", 6},
      {"t > 'yesterday'", "is not a time", 5},
      {"1abc > 2", "cannot start with a digit", 1},
      {"x = 1.2.3", "a number ends before '.'", 5},
      {"1e999 > x", "this number is too large", 1},
      {"x \xE2\x89\xA5 1", "write '>='", 3},
      {"x \xE2\x88\x92 1", "this is a typographic minus", 3},
      {"\xE2\x80\x98"
       "abc\xE2\x80\x99 = x",
       "this is a curly quote", 1},
      {"'\xC3\xA9\xC3\xA9' = ", "found the end", 8},
      {"x || b", "write 'or'", 3},
      {"!b", "write 'not'", 1},
      {"x ^ 2", "write x * x", 3},
      {"x;", "has no ';'", 2},
      {"[x] > 1", "stands in double quotes", 1},
      {"x\x01", "a control character", 2},
      {"x is 3", "expected 'null' or 'not null'", 6},
      {"x not 3", "expected 'in' or 'between'", 7},
      {"x between 1, 2", "expected 'and'", 12},
      {"case when b then 1 else 2", "expected 'when', 'else' or 'end'", 26},
      {"case when b 1 end", "expected 'then'", 13},
      {"case when b then 1 else 'a' end", "make them the same", 25},
      {"and > 1", "stands in double quotes", 1},
      {"x y", "expected the end", 3},
      {"x in ()", "expected a column", 7},
      {"least()", "expected a column", 7},
      {"\"marital-status\" > 1", "texts stand in single quotes: '1'", 20},
      {"\"marital-status\" + 1", "needs a number, found a text", 1},
      {"\"marital-status\" and b", "expected a condition", 1},
      {"not t", "expected a condition", 5},
      {"t > 5", "column 't' (time) and a number", 5},
      {"t + 1", "needs a number, found a time", 1},
      {"b = 'yes'", "write true or false", 5},
      {"t in ('2001-01-01', 'x')", "is not a time", 21},
      {"\"marital-status\" = single", "write it in single quotes: 'single'", 20},
  };
  for (const Case& c : cases) {
    const Result<table::Column> column = EvaluateText(c.text, "--outcome", Sample(), "result", {});
    ASSERT_FALSE(column) << c.text;
    const std::string message = column.error().message;
    const std::string says = c.says;
    EXPECT_NE(message.find(says.substr(1)), std::string::npos) << c.text << ": " << message;
    EXPECT_NE(message.find("(position " + std::to_string(c.position) + ")"), std::string::npos)
        << c.text << ": " << message;
    EXPECT_EQ(message.rfind("--outcome: ", 0), 0U) << message;
  }
}

TEST(Expression, CaretStandsUnderThePlaceInItsLine) {
  const auto message = [](const std::string& text) {
    return Expression::Parse(text).error().message;
  };
  EXPECT_EQ(message("x > 1 andd b"),
            "expected the end of the expression or an operator, found 'andd' (position 7)\n"
            "  x > 1 andd b\n"
            "        ^");
  EXPECT_EQ(message("x > 1\n  and '\xC3\xA9' = = 1"),
            "expected a column, a number, a text in single quotes or '(', found '=' (line 2, "
            "position 13)\n"
            "    and '\xC3\xA9' = = 1\n"
            "              ^");
  // A long line is cut around the place.
  const std::string cut = message(std::string(500, ' ') + "x # y" + std::string(500, ' '));
  EXPECT_LT(cut.size(), 300U);
  EXPECT_NE(cut.find("x # y"), std::string::npos);
}

std::string Repeat(const std::string& part, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += part;
  return text;
}

TEST(Expression, LimitsAreErrorsNotCrashes) {
  const std::string deep[] = {Repeat("(", 300) + "x" + Repeat(")", 300),
                              Repeat("not ", 300) + "b",
                              Repeat("- ", 300) + "x",
                              Repeat("abs(", 300) + "x" + Repeat(")", 300),
                              "x" + Repeat(" + x", 300),
                              "x" + Repeat(" * x", 300),
                              Repeat("case when b then ", 300) + "x" + Repeat(" end", 300),
                              Repeat("(", 60) + "x" + Repeat(Repeat(" - 1", 180) + ")", 60),
                              std::string(100'001, ' ') + "x",
                              Repeat("(", 90'000),
                              Repeat("x in (", 15'000)};
  for (const std::string& text : deep) {
    const Result<Expression> parsed = Expression::Parse(text);
    ASSERT_FALSE(parsed) << text.substr(0, 40);
    EXPECT_EQ(parsed.error().code, ErrorCode::kTooLarge) << text.substr(0, 40);
  }
  // Long is not deep.
  const std::string wide[] = {"x = 0" + Repeat(" or x = 1", 5000), "b" + Repeat(" and b", 5000),
                              "x in (0" + Repeat(", 1", 20000) + ")"};
  for (const std::string& text : wide) {
    const Result<table::Column> column = EvaluateText(text, "test", Sample(), "result", {});
    ASSERT_TRUE(column) << text.substr(0, 40) << ": " << column.error().message;
    EXPECT_EQ(column->TextAt(0), "true");
  }
  for (const char* bad : {"", "  \n", "x \xFF"})
    EXPECT_EQ(Expression::Parse(bad).error().code, ErrorCode::kInvalidInput);
}

TEST(Expression, CanonicalTextIsTheOneSpelling) {
  struct Case {
    const char* text;
    const char* canonical;
  };
  const Case cases[] = {
      {"X>1 AND b", "X > 1 and b"},
      {"((x)) + (y * 2)", "x + y * 2"},
      {"(x + y) * 2", "(x + y) * 2"},
      {"x - (y - z)", "x - (y - z)"},
      {"(x - y) - z", "x - y - z"},
      {"NOT (a AND (b OR c))", "not (a and (b or c))"},
      {"not (x in (1,2))", "x not in (1, 2)"},
      {"not (x is null)", "x is not null"},
      {"not x between 1 and 2", "x not between 1 and 2"},
      {"-(x + 1) * -2", "-(x + 1) * -2"},
      {"- - 5", "5"},
      {"x != 1.50e0", "x <> 1.5"},
      {"\"x\" = \"marital-status\"", "x = \"marital-status\""},
      {"\"null\" is null", "\"null\" is null"},
      {"\"a\"\"b\" = 'it''s'", "\"a\"\"b\" = 'it''s'"},
      {"CASE WHEN b THEN 1 ELSE null END", "case when b then 1 end"},
      {"(a = b) = c", "(a = b) = c"},
      {"Least( x , 1 )", "least(x, 1)"},
      {"\"1x\" + \"\xE2\x89\xA4\"", "\"1x\" + \"\xE2\x89\xA4\""},
  };
  for (const Case& c : cases) {
    const Result<Expression> parsed = Expression::Parse(c.text);
    ASSERT_TRUE(parsed) << c.text << ": " << parsed.error().message;
    EXPECT_EQ(parsed->Canonical(), c.canonical);
    EXPECT_EQ(Expression::Parse(parsed->Canonical())->Canonical(), c.canonical);
  }
}

TEST(Expression, SqlHoldsNothingThatWasTyped) {
  const table::Table table = Sample();
  const auto sql_of = [&](const std::string& text) {
    return ToSql(*BoundExpression::Bind(*Expression::Parse(text), table.schema()));
  };
  const Sql sql =
      sql_of("\"MARITAL-status\" = '''; drop table data; --' and x > 12345.5 and t < '2001-03-04'");
  EXPECT_EQ(sql.text.find("drop"), std::string::npos);
  EXPECT_EQ(sql.text.find("12345"), std::string::npos);
  EXPECT_EQ(sql.text.find("2001"), std::string::npos);
  EXPECT_EQ(sql.text.find('\''), std::string::npos);
  EXPECT_NE(sql.text.find("\"marital-status\""), std::string::npos)
      << "the name as the data spells it";
  ASSERT_EQ(sql.parameters.size(), 3U);
  EXPECT_EQ(sql.parameters[0].text, "'; drop table data; --");
  EXPECT_EQ(sql.parameters[1].number, 12345.5);
  EXPECT_EQ(sql.parameters[2].type, ValueType::kTime);
  // The text grows with the tree, not with two to the power of its height.
  std::string nested = "x";
  for (int i = 0; i < 60; ++i) nested = "ln(exp(" + nested + ") / 2)";
  EXPECT_LT(sql_of(nested).text.size(), 40'000U);
}

TEST(Expression, NamesItsColumns) {
  const Expression parsed =
      *Expression::Parse("case when x > 1 then T else t end is null or \"x\" = 2");
  EXPECT_EQ(parsed.columns(), (std::vector<std::string>{"x", "T", "t"}));
  const BoundExpression bound = *BoundExpression::Bind(parsed, Sample().schema());
  EXPECT_EQ(bound.column_indices(), (std::vector<std::size_t>{0, 3}));
}

TEST(Expression, StopsWhenCancelled) {
  base::CancelToken cancel;
  cancel.Cancel();
  RunContext context;
  context.cancel = &cancel;
  EXPECT_EQ(EvaluateText("x > 1", "test", Sample(), "result", context).error().code,
            ErrorCode::kCancelled);
}

}  // namespace
}  // namespace assay::expression
