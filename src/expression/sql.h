// A bound expression as SQL that gives the same value for every row as BoundExpression does.
#pragma once

#include <string>
#include <vector>

#include "expression/expression.h"

namespace assay::expression {

// One literal of the expression, to be bound to the prepared statement.
struct SqlParameter {
  ValueType type = ValueType::kNumber;  // kBoolean, kNumber, kText or kTime
  double number = 0;                    // number, boolean as 0/1, time in microseconds since 1970
  std::string text;
};

// `text` uses $1 .. $n; parameters[i] belongs to $(i + 1). A parameter may stand in several places.
struct Sql {
  std::string text;
  std::vector<SqlParameter> parameters;
};

// In the dialect of DuckDB 1.4. The text is made of the typed tree alone: every literal is a
// parameter, every name comes from the schema that was bound to, in double quotes; nothing the
// person wrote stands in it. The null rules of docs/expressions.md are written out: results that
// are not finite become null, the logarithm is taken of positive numbers only. Numbers are DOUBLE,
// so integers are exact to 2^53. An expression near the limit of levels may exceed the engine's own
// limit (max_expression_depth).
Sql ToSql(const BoundExpression& expression);

}  // namespace assay::expression
