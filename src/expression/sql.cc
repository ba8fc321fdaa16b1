#include "expression/sql.h"

#include "expression/internal/node.h"

namespace assay::expression {

namespace {

class SqlWriter {
 public:
  std::vector<SqlParameter> parameters;

  std::string Write(ValueType type, const Node& node) {
    switch (type) {
      case ValueType::kBoolean:
        return Condition(node);
      case ValueType::kText:
        return Text(node);
      case ValueType::kTime:
        return Time(node);
      default:
        return Number(node);
    }
  }

 private:
  static std::string Identifier(const std::string& name) {
    std::string quoted = "\"";
    for (const char c : name) {
      if (c == '"') quoted += '"';
      quoted += c;
    }
    return quoted + '"';
  }

  std::string Parameter(ValueType type, const Node& node) {
    parameters.push_back({type, node.number, type == ValueType::kText ? node.text : std::string()});
    const char* cast = type == ValueType::kBoolean ? "BOOLEAN"
                       : type == ValueType::kText  ? "VARCHAR"
                       : type == ValueType::kTime  ? "TIMESTAMP"
                                                   : "DOUBLE";
    return "CAST($" + std::to_string(parameters.size()) + " AS " + cast + ")";
  }

  // `body(value)` with `value` computed once. Small values are repeated instead, which engines do
  // faster; without the bound on their size the text would double with every level.
  template <class Body>
  static std::string Let(const std::string& value, Body body) {
    constexpr std::size_t kMostRepeated = 200;
    if (value.size() <= kMostRepeated) return body(value);
    return "list_transform([" + value + "], lambda v: " + body("v") + ")[1]";
  }

  static std::string FiniteOrNull(const std::string& value) {
    return Let(value, [](const std::string& v) {
      return "CASE WHEN isfinite(" + v + ") THEN " + v + " END";
    });
  }

  static bool AnyOf(const Node& node, ValueType type) {
    for (const Node& child : node.children) {
      if (child.type == type) return true;
    }
    return false;
  }
  // The type in which the children of a comparison meet.
  static ValueType Common(const Node& node) {
    if (AnyOf(node, ValueType::kText)) return ValueType::kText;
    return AnyOf(node, ValueType::kTime) ? ValueType::kTime : ValueType::kNumber;
  }

  std::string Number(const Node& node) {
    if (node.type == ValueType::kBoolean) return "CAST(" + Condition(node) + " AS DOUBLE)";
    const auto child = [&](std::size_t i) { return Number(node.children[i]); };
    switch (node.op) {
      case Op::kColumn:
        return "(" + FiniteOrNull("CAST(" + Identifier(node.text) + " AS DOUBLE)") + ")";
      case Op::kNumber:
        return Parameter(ValueType::kNumber, node);
      case Op::kNull:
        return "CAST(NULL AS DOUBLE)";
      case Op::kNegate:
        return "(-" + child(0) + ")";
      case Op::kAbs:
        return "abs(" + child(0) + ")";
      case Op::kLn:
        return "(" +
               Let(child(0),
                   [](const std::string& v) {
                     return "CASE WHEN " + v + " > 0 THEN ln(" + v + ") END";
                   }) +
               ")";
      case Op::kExp:
        return "(" + FiniteOrNull("exp(" + child(0) + ")") + ")";
      case Op::kAdd:
        return Arithmetic(node, " + ");
      case Op::kSubtract:
        return Arithmetic(node, " - ");
      case Op::kMultiply:
        return Arithmetic(node, " * ");
      case Op::kDivide:
        return Arithmetic(node, " / ");
      case Op::kLeast:
      case Op::kGreatest:
        return Extreme(ValueType::kNumber, node);
      case Op::kCase:
        return Case(ValueType::kNumber, node);
      case Op::kYear:
        return TimePart("year", node);
      case Op::kQuarter:
        return TimePart("quarter", node);
      case Op::kMonth:
        return TimePart("month", node);
      case Op::kWeek:
        return TimePart("week", node);
      case Op::kWeekday:
        return TimePart("isodow", node);
      case Op::kDay:
        return TimePart("day", node);
      case Op::kHour:
        return TimePart("hour", node);
      default:
        return TimePart("minute", node);
    }
  }

  std::string Arithmetic(const Node& node, const char* symbol) {
    const std::string left = Number(node.children[0]);
    return "(" + FiniteOrNull("(" + left + symbol + Number(node.children[1]) + ")") + ")";
  }

  std::string TimePart(const char* function, const Node& node) {
    return "CAST(" + std::string(function) + "(" + Time(node.children[0]) + ") AS DOUBLE)";
  }

  std::string Condition(const Node& node) {
    if (node.type != ValueType::kBoolean) return "(" + Number(node) + " <> 0)";
    switch (node.op) {
      case Op::kColumn:
        return "CAST(" + Identifier(node.text) + " AS BOOLEAN)";
      case Op::kBoolean:
        return Parameter(ValueType::kBoolean, node);
      case Op::kNot:
        return "(NOT " + Condition(node.children[0]) + ")";
      case Op::kAnd:
        return Chain(node, " AND ");
      case Op::kOr:
        return Chain(node, " OR ");
      case Op::kIsNull:
        return "(" + Write(node.children[0].type, node.children[0]) + " IS NULL)";
      case Op::kIn:
        return In(node);
      case Op::kBetween:
        return Between(node);
      case Op::kLeast:
      case Op::kGreatest:
        return Extreme(ValueType::kBoolean, node);
      case Op::kCase:
        return Case(ValueType::kBoolean, node);
      case Op::kEqual:
        return Comparison(node, " = ");
      case Op::kNotEqual:
        return Comparison(node, " <> ");
      case Op::kLess:
        return Comparison(node, " < ");
      case Op::kLessEqual:
        return Comparison(node, " <= ");
      case Op::kGreater:
        return Comparison(node, " > ");
      default:
        return Comparison(node, " >= ");
    }
  }

  std::string Chain(const Node& node, const char* word) {
    std::string text = "(";
    for (std::size_t i = 0; i < node.children.size(); ++i)
      text += (i > 0 ? word : "") + Condition(node.children[i]);
    return text + ")";
  }

  std::string Comparison(const Node& node, const char* symbol) {
    const ValueType common = Common(node);
    const std::string left = Write(common, node.children[0]);
    return "(" + left + symbol + Write(common, node.children[1]) + ")";
  }

  std::string In(const Node& node) {
    const ValueType common = Common(node);
    std::string text = "(" + Write(common, node.children[0]) + " IN (";
    for (std::size_t i = 1; i < node.children.size(); ++i)
      text += (i > 1 ? ", " : "") + Write(common, node.children[i]);
    return text + "))";
  }

  std::string Between(const Node& node) {
    const ValueType common = Common(node);
    const std::string value = Write(common, node.children[0]);
    const std::string low = Write(common, node.children[1]);
    return "(" + value + " BETWEEN " + low + " AND " + Write(common, node.children[2]) + ")";
  }

  std::string Extreme(ValueType type, const Node& node) {
    std::string text = node.op == Op::kLeast ? "least(" : "greatest(";
    for (std::size_t i = 0; i < node.children.size(); ++i)
      text += (i > 0 ? ", " : "") + Write(type, node.children[i]);
    return text + ")";
  }

  std::string Case(ValueType type, const Node& node) {
    std::string text = "(CASE";
    for (std::size_t i = 0; i + 1 < node.children.size(); i += 2) {
      text += " WHEN " + Condition(node.children[i]);
      text += " THEN " + Write(type, node.children[i + 1]);
    }
    return text + " ELSE " + Write(type, node.children.back()) + " END)";
  }

  std::string Text(const Node& node) {
    switch (node.op) {
      case Op::kColumn:
        return "CAST(" + Identifier(node.text) + " AS VARCHAR)";
      case Op::kText:
        return Parameter(ValueType::kText, node);
      case Op::kLeast:
      case Op::kGreatest:
        return Extreme(ValueType::kText, node);
      case Op::kCase:
        return Case(ValueType::kText, node);
      default:
        return "CAST(NULL AS VARCHAR)";
    }
  }

  std::string Time(const Node& node) {
    switch (node.op) {
      case Op::kColumn:
        return "(" + FiniteOrNull("CAST(" + Identifier(node.text) + " AS TIMESTAMP)") + ")";
      case Op::kTime:
        return Parameter(ValueType::kTime, node);
      case Op::kDate:
        return "CAST(CAST(" + Time(node.children[0]) + " AS DATE) AS TIMESTAMP)";
      case Op::kLeast:
      case Op::kGreatest:
        return Extreme(ValueType::kTime, node);
      case Op::kCase:
        return Case(ValueType::kTime, node);
      default:
        return "CAST(NULL AS TIMESTAMP)";
    }
  }
};

}  // namespace

Sql ToSql(const BoundExpression& expression) {
  SqlWriter writer;
  std::string text = writer.Write(expression.type(), *expression.root());
  return {std::move(text), std::move(writer.parameters)};
}

}  // namespace assay::expression
