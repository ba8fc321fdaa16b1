#include "expression/expression.h"
#include "expression/internal/node.h"
#include "expression/internal/scalar.h"

namespace assay::expression {

namespace {

using internal::AnyText;
using internal::IsNull;
using internal::kNull;

bool NullValue(const Node& node, const Value& value) {
  return node.type == ValueType::kText ? value.text == nullptr : IsNull(value.number);
}

double CompareValues(Op op, bool text, const Value& a, const Value& b) {
  return text ? internal::CompareTexts(op, a.text, b.text)
              : internal::CompareNumbers(op, a.number, b.number);
}

Value Evaluate(const Node& node, const RowView& row) {
  const auto child = [&](std::size_t i) { return Evaluate(node.children[i], row); };
  switch (node.op) {
    case Op::kColumn:
      return row.At(node.column);
    case Op::kNumber:
    case Op::kBoolean:
    case Op::kTime:
      return {node.number, nullptr};
    case Op::kText:
      return {kNull, &node.text};
    case Op::kNull:
      return {kNull, nullptr};
    case Op::kNegate:
    case Op::kAbs:
    case Op::kLn:
    case Op::kExp:
      return {internal::Unary(node.op, child(0).number), nullptr};
    case Op::kAdd:
    case Op::kSubtract:
    case Op::kMultiply:
    case Op::kDivide:
      return {internal::Arithmetic(node.op, child(0).number, child(1).number), nullptr};
    case Op::kNot:
      return {internal::Not(child(0).number), nullptr};
    case Op::kAnd:
    case Op::kOr: {
      const auto join = node.op == Op::kAnd ? internal::And : internal::Or;
      double joined = node.op == Op::kAnd ? 1 : 0;
      for (const Node& part : node.children) joined = join(joined, Evaluate(part, row).number);
      return {joined, nullptr};
    }
    case Op::kIsNull:
      return {NullValue(node.children[0], child(0)) ? 1.0 : 0.0, nullptr};
    case Op::kBetween: {
      const bool text = AnyText(node);
      const Value value = child(0);
      return {internal::And(CompareValues(Op::kGreaterEqual, text, value, child(1)),
                            CompareValues(Op::kLessEqual, text, value, child(2))),
              nullptr};
    }
    case Op::kIn: {
      const bool text = AnyText(node);
      const Value value = child(0);
      double found = 0;
      for (std::size_t i = 1; i < node.children.size(); ++i)
        found = internal::Or(found, CompareValues(Op::kEqual, text, value, child(i)));
      return {found, nullptr};
    }
    case Op::kLeast:
    case Op::kGreatest: {
      // Nulls are skipped; null only when all are.
      Value best = child(0);
      for (std::size_t i = 1; i < node.children.size(); ++i) {
        const Value next = child(i);
        const bool text = node.type == ValueType::kText;
        const bool best_null = text ? best.text == nullptr : IsNull(best.number);
        const bool next_null = text ? next.text == nullptr : IsNull(next.number);
        if (next_null) continue;
        if (best_null ||
            CompareValues(node.op == Op::kLeast ? Op::kLess : Op::kGreater, text, next, best) == 1)
          best = next;
      }
      return best;
    }
    case Op::kCase: {
      for (std::size_t i = 0; i + 1 < node.children.size(); i += 2) {
        const double condition = child(i).number;
        if (!IsNull(condition) && condition != 0) return child(i + 1);
      }
      return Evaluate(node.children.back(), row);
    }
    default:
      if (IsTimePart(node.op)) return {internal::TimePart(node.op, child(0).number), nullptr};
      return {CompareValues(node.op, AnyText(node), child(0), child(1)), nullptr};
  }
}

}  // namespace

Value BoundExpression::EvaluateRow(const RowView& row) const {
  return expression::Evaluate(*root_, row);
}

}  // namespace assay::expression
