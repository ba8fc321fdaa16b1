#include "expression/expression.h"

#include <gtest/gtest.h>

#include <cmath>

namespace assay::expression {
namespace {

table::Table Sample() {
  const double nan = std::nan("");
  std::vector<table::Column> columns;
  columns.push_back(table::Column::Numbers("x", {1, 0, nan, -2.5}));
  columns.push_back(table::Column::Categories("marital-status", {0, 1, table::kMissingCode, 0}, {"single", "married"}));
  columns.push_back(table::Column::Booleans("b", {1, 0, 255, 1}));
  columns.push_back(table::Column::Times("t", {0, base::FromCivil({2001, 3, 4, 5, 6, 7, 0, 0}), base::kMissingTime, base::FromCivil({1969, 12, 31, 23, 59, 0, 0, 0})}));
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
    for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(column->TextAt(static_cast<std::int64_t>(i)), c.expected[i]) << c.text << " row " << i;
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
  };
  for (const Case& c : cases) {
    const Result<table::Column> column = EvaluateText(c.text, "--outcome", Sample(), "result", {});
    ASSERT_FALSE(column) << c.text;
    const std::string message = column.error().message;
    const std::string says = c.says;
    EXPECT_NE(message.find(says.substr(1)), std::string::npos) << c.text << ": " << message;
    EXPECT_NE(message.find("(position " + std::to_string(c.position) + ")"), std::string::npos) << c.text << ": " << message;
    EXPECT_EQ(message.rfind("--outcome: ", 0), 0U) << message;
  }
}

}  // namespace
}  // namespace assay::expression
