// The one EXPR language of Assay: every condition and value in a charter, a flag or a policy.
//
// Text -> Parse -> Expression (what was written) -> Bind to a schema -> BoundExpression (typed,
// columns found). Values are null, boolean, number, text or time. Grammar, types and null rules:
// docs/expressions.md. As SQL for an engine: sql.h.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/run_context.h"
#include "table/table.h"

namespace assay::expression {

struct Node;  // see internal/node.h

enum class ValueType { kNull, kBoolean, kNumber, kText, kTime };
const char* ValueTypeName(ValueType type);  // "null", "boolean", "number", "text", "time"

// One value of a row. `number` holds booleans as 0/1 and times in microseconds; NaN = null. `text`
// is null or points into the row's source or the expression, valid as long as both.
struct Value {
  double number = 0;
  const std::string* text = nullptr;
};

// A row from anywhere (a request, a form), addressed by the positions of the schema bound to.
// Missing: NaN, nullptr.
class RowView {
 public:
  virtual ~RowView() = default;
  virtual Value At(std::size_t column) const = 0;
};

// Parsed, not yet typed. Immutable, copied by reference.
class Expression {
 public:
  // kInvalidInput with the position and a caret under it. At most 100,000 bytes, 200 levels deep
  // (kTooLarge).
  static Result<Expression> Parse(std::string_view text);

  const std::string& text() const { return text_; }
  // The one spelling of this tree: lower-case words, single blanks, only the brackets that are
  // needed, column names quoted only where they must be. Parse(Canonical()) gives the same tree.
  std::string Canonical() const;
  // Names of columns as written, each once, in order of appearance.
  std::vector<std::string> columns() const;
  const std::shared_ptr<const Node>& root() const { return root_; }

 private:
  std::string text_;
  std::shared_ptr<const Node> root_;
};

// Typed against a schema. Immutable; evaluation is thread-safe.
class BoundExpression {
 public:
  // Finds columns (nearest names on a miss) and checks types, with positions.
  static Result<BoundExpression> Bind(const Expression& expression, const table::Schema& schema);

  ValueType type() const { return type_; }
  const std::shared_ptr<const Node>& root() const { return root_; }
  const std::string& text() const { return text_; }
  const std::vector<std::size_t>& column_indices() const {
    return columns_;
  }  // positions in the schema, each once

  // One value per row of a table that has the schema bound to. The column is named `name`; a whole
  // boolean, number or time column, or categories with a dictionary in order of first appearance.
  // Parallel over fixed blocks.
  Result<table::Column> Evaluate(const table::Table& table, const std::string& name,
                                 const RunContext& context) const;
  Value EvaluateRow(const RowView& row) const;

 private:
  std::string text_;
  std::shared_ptr<const Node> root_;
  ValueType type_ = ValueType::kNull;
  std::vector<std::size_t> columns_;
};

// The columns that an EXPR names; none when it is not one.
std::vector<std::string> ColumnsOf(std::string_view text);

// The parts of times that an EXPR names, as features are called: "month(date)"; none when it is not an EXPR.
std::vector<std::string> TimePartsOf(std::string_view text);

// A column's name as an EXPR: quoted only where it must be.
std::string ColumnAsExpression(const std::string& name);
// A text as an EXPR: in single quotes, those within it doubled.
std::string TextAsExpression(const std::string& text);

// Those of them that tell of more than their calendar day, were they times: all but what stands inside a part of the calendar
// ("month(date)", "date(date)") or is only asked for being null.
std::vector<std::string> ColumnsBeyondTheDay(std::string_view text);

// Parse, Bind and Evaluate in one; `where` names the flag or key in errors: "--outcome".
Result<table::Column> EvaluateText(const std::string& text, const std::string& where,
                                   const table::Table& table, const std::string& name,
                                   const RunContext& context);

}  // namespace assay::expression
