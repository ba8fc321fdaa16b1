// Every row of the tables of docs/expressions.md is true: on the column, on the row, and by DuckDB.
#include <gtest/gtest.h>

#include <cmath>

#include "base/file.h"
#include "base/text.h"
#include "expression/engine_answer_for_test.h"

namespace assay::expression {
namespace {

struct DocumentedCase {
  std::string expression;
  std::string expected;
  bool is_error = false;
};

// Rows "| `expression` | value |" below the headings "| expression | value |" and "| expression |
// says |".
std::vector<DocumentedCase> DocumentedCases() {
  const Result<std::string> page = base::ReadFile("docs/expressions.md");
  ASSAY_CHECK(page.has_value());
  std::vector<DocumentedCase> cases;
  enum class Inside { kNothing, kValues, kErrors } inside = Inside::kNothing;
  std::string_view rest = *page;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line == "| expression | value |") inside = Inside::kValues;
    if (line == "| expression | says |") inside = Inside::kErrors;
    if (!line.starts_with("|")) inside = Inside::kNothing;
    const std::size_t split = line.find("` | ");
    if (inside == Inside::kNothing || !line.starts_with("| `") || split == std::string_view::npos)
      continue;
    cases.push_back({std::string(line.substr(3, split - 3)),
                     std::string(base::Trim(line.substr(split + 4, line.size() - split - 5))),
                     inside == Inside::kErrors});
  }
  return cases;
}

table::Table DocumentedRow() {
  std::vector<table::Column> columns;
  columns.push_back(table::Column::Numbers("x", {3}));
  columns.push_back(table::Column::Numbers("y", {-0.5}));
  columns.push_back(table::Column::Numbers("z", {0}));
  columns.push_back(table::Column::Numbers("n", {std::nan("")}));
  columns.push_back(table::Column::Booleans("b", {1}));
  columns.push_back(table::Column::Categories("c", {0}, {"single"}));
  columns.push_back(table::Column::Times("t", {base::FromCivil({2001, 3, 4, 5, 6, 7})}));
  columns.push_back(table::Column::Numbers("capital-gain", {15024}));
  return *table::Table::Create(std::move(columns));
}

TEST(ExpressionDocumentation, EveryTableRowIsTrue) {
  const table::Table table = DocumentedRow();
  const EngineForTest engine(table);
  int num_values = 0, num_errors = 0;
  for (const DocumentedCase& c : DocumentedCases()) {
    const Result<table::Column> column = EvaluateText(c.expression, "docs", table, "result", {});
    if (c.is_error) {
      ++num_errors;
      ASSERT_FALSE(column) << c.expression;
      EXPECT_NE(column.error().message.find(c.expected), std::string::npos)
          << c.expression << ": " << column.error().message;
      continue;
    }
    ++num_values;
    ASSERT_TRUE(column) << c.expression << ": " << column.error().message;
    EXPECT_EQ(column->IsMissing(0) ? "null" : column->TextAt(0), c.expected) << c.expression;
    const BoundExpression bound =
        *BoundExpression::Bind(*Expression::Parse(c.expression), table.schema());
    const auto answer = engine.Answer(ToSql(bound), bound.type());
    ASSERT_TRUE(answer) << c.expression << ": " << answer.error().message;
    EXPECT_EQ(answer->front() == "(null)" ? "null" : answer->front(), c.expected) << c.expression;
  }
  EXPECT_GE(num_values, 60);  // the tables were found at all
  EXPECT_GE(num_errors, 15);
}

}  // namespace
}  // namespace assay::expression
