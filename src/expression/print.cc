#include "base/text.h"
#include "expression/expression.h"
#include "expression/internal/lexer.h"
#include "expression/internal/node.h"

namespace assay::expression {

namespace {

// How tightly an operator binds; an operand that binds less tightly than its place asks for stands
// in brackets.
enum Binding {
  kLoosest,
  kBindsOr = kLoosest,
  kBindsAnd,
  kBindsNot,
  kBindsComparison,
  kBindsSum,
  kBindsProduct,
  kBindsSign,
  kBindsValue
};

bool IsBareName(const std::string& name) {
  const auto tokens = internal::Tokens(name);
  return tokens && tokens->size() == 2 && tokens->front().kind == internal::TokenKind::kName &&
         tokens->front().text == name && !internal::IsReservedWord(tokens->front().lower);
}

std::string Quoted(const std::string& text, char quote) {
  std::string quoted(1, quote);
  for (const char c : text) {
    if (c == quote) quoted += quote;
    quoted += c;
  }
  return quoted + quote;
}

const char* Symbol(Op op) {
  switch (op) {
    case Op::kAdd:
      return " + ";
    case Op::kSubtract:
      return " - ";
    case Op::kMultiply:
      return " * ";
    case Op::kDivide:
      return " / ";
    case Op::kEqual:
      return " = ";
    case Op::kNotEqual:
      return " <> ";
    case Op::kLess:
      return " < ";
    case Op::kLessEqual:
      return " <= ";
    case Op::kGreater:
      return " > ";
    case Op::kGreaterEqual:
      return " >= ";
    case Op::kAnd:
      return " and ";
    default:
      return " or ";
  }
}

class Printer {
 public:
  std::string text;

  void Print(const Node& node, Binding place) {
    const Binding own = BindingOf(node);
    if (own < place) text += '(';
    PrintInside(node);
    if (own < place) text += ')';
  }

 private:
  static Binding BindingOf(const Node& node) {
    switch (node.op) {
      case Op::kOr:
        return kBindsOr;
      case Op::kAnd:
        return kBindsAnd;
      case Op::kNot:
        return NegatedWord(node) ? kBindsComparison : kBindsNot;
      case Op::kEqual:
      case Op::kNotEqual:
      case Op::kLess:
      case Op::kLessEqual:
      case Op::kGreater:
      case Op::kGreaterEqual:
      case Op::kIn:
      case Op::kBetween:
      case Op::kIsNull:
        return kBindsComparison;
      case Op::kAdd:
      case Op::kSubtract:
        return kBindsSum;
      case Op::kMultiply:
      case Op::kDivide:
        return kBindsProduct;
      case Op::kNegate:
        return kBindsSign;
      case Op::kNumber:
        return node.number < 0 ? kBindsSign : kBindsValue;
      default:
        return kBindsValue;
    }
  }

  // not (x in ...) is written x not in ...
  static bool NegatedWord(const Node& node) {
    if (node.op != Op::kNot) return false;
    const Op inner = node.children[0].op;
    return inner == Op::kIn || inner == Op::kBetween || inner == Op::kIsNull;
  }

  void PrintInside(const Node& node) {
    switch (node.op) {
      case Op::kColumn:
        text += ColumnAsExpression(node.text);
        return;
      case Op::kNumber:
        text += base::ShortestNumber(node.number);
        return;
      case Op::kText:
        text += Quoted(node.text, '\'');
        return;
      case Op::kBoolean:
        text += node.number != 0 ? "true" : "false";
        return;
      case Op::kNull:
        text += "null";
        return;
      case Op::kTime:
        text += Quoted(base::FormatTime(static_cast<base::Micros>(node.number)), '\'');
        return;
      case Op::kNegate:
        text += '-';
        return Print(node.children[0], kBindsSign);
      case Op::kNot:
        if (NegatedWord(node)) return PrintTest(node.children[0], true);
        text += "not ";
        return Print(node.children[0], kBindsNot);
      case Op::kAnd:
      case Op::kOr:
        return PrintChain(node, node.op == Op::kOr ? kBindsAnd : kBindsNot);
      case Op::kAdd:
      case Op::kSubtract:
        return PrintPair(node, kBindsSum, kBindsProduct);
      case Op::kMultiply:
      case Op::kDivide:
        return PrintPair(node, kBindsProduct, kBindsSign);
      case Op::kEqual:
      case Op::kNotEqual:
      case Op::kLess:
      case Op::kLessEqual:
      case Op::kGreater:
      case Op::kGreaterEqual:
        return PrintPair(node, kBindsSum, kBindsSum);
      case Op::kIn:
      case Op::kBetween:
      case Op::kIsNull:
        return PrintTest(node, false);
      case Op::kCase:
        return PrintCase(node);
      default:
        break;
    }
    for (const FunctionRow& row : Functions()) {
      if (row.op == node.op) text += row.name;
    }
    PrintList(node, 0);
  }

  void PrintPair(const Node& node, Binding left, Binding right) {
    Print(node.children[0], left);
    text += Symbol(node.op);
    Print(node.children[1], right);
  }

  void PrintChain(const Node& node, Binding place) {
    for (std::size_t i = 0; i < node.children.size(); ++i) {
      if (i > 0) text += Symbol(node.op);
      Print(node.children[i], place);
    }
  }

  void PrintList(const Node& node, std::size_t first) {
    text += '(';
    for (std::size_t i = first; i < node.children.size(); ++i) {
      if (i > first) text += ", ";
      Print(node.children[i], kLoosest);
    }
    text += ')';
  }

  void PrintTest(const Node& node, bool negated) {
    Print(node.children[0], kBindsSum);
    if (node.op == Op::kIsNull) {
      text += negated ? " is not null" : " is null";
      return;
    }
    text += negated ? " not " : " ";
    if (node.op == Op::kIn) {
      text += "in ";
      return PrintList(node, 1);
    }
    text += "between ";
    Print(node.children[1], kBindsSum);
    text += " and ";
    Print(node.children[2], kBindsSum);
  }

  void PrintCase(const Node& node) {
    text += "case";
    for (std::size_t i = 0; i + 1 < node.children.size(); i += 2) {
      text += " when ";
      Print(node.children[i], kLoosest);
      text += " then ";
      Print(node.children[i + 1], kLoosest);
    }
    if (node.children.back().op != Op::kNull) {
      text += " else ";
      Print(node.children.back(), kLoosest);
    }
    text += " end";
  }
};

}  // namespace

std::string ColumnAsExpression(const std::string& name) { return IsBareName(name) ? name : Quoted(name, '"'); }
std::string TextAsExpression(const std::string& text) { return Quoted(text, '\''); }

std::string Expression::Canonical() const {
  Printer printer;
  printer.Print(*root_, kLoosest);
  return std::move(printer.text);
}

}  // namespace assay::expression
