#include <algorithm>

#include "base/text.h"
#include "expression/expression.h"
#include "expression/internal/lexer.h"
#include "expression/internal/node.h"

namespace assay::expression {

const std::vector<FunctionRow>& Functions() {
  static const std::vector<FunctionRow> rows = {{"abs", Op::kAbs, 1, 1},
                                                {"ln", Op::kLn, 1, 1},
                                                {"exp", Op::kExp, 1, 1},
                                                {"least", Op::kLeast, 1, 64},
                                                {"greatest", Op::kGreatest, 1, 64},
                                                {"year", Op::kYear, 1, 1},
                                                {"quarter", Op::kQuarter, 1, 1},
                                                {"month", Op::kMonth, 1, 1},
                                                {"week", Op::kWeek, 1, 1},
                                                {"weekday", Op::kWeekday, 1, 1},
                                                {"day", Op::kDay, 1, 1},
                                                {"hour", Op::kHour, 1, 1},
                                                {"minute", Op::kMinute, 1, 1},
                                                {"date", Op::kDate, 1, 1}};
  return rows;
}

namespace internal {
bool IsReservedWord(std::string_view lower) {
  for (const std::string_view word : {"and", "or", "not", "in", "between", "is", "null", "true",
                                      "false", "case", "when", "then", "else", "end"}) {
    if (lower == word) return true;
  }
  return false;
}
}  // namespace internal

namespace {

using internal::Token;
using internal::TokenKind;

constexpr std::size_t kMostCharacters = 100'000;
constexpr int kMostLevels = 200;

// or < and < not < comparison < sum < product < sign < value.
class Parser {
 public:
  Parser(std::string_view text, std::vector<Token> tokens)
      : text_(text), tokens_(std::move(tokens)) {}

  Result<Node> Run() {
    Node root = ASSAY_TRY(Or());
    if (Here().kind != TokenKind::kEnd)
      return ErrorHere("expected the end of the expression or an operator");
    return root;
  }

 private:
  struct Level {
    explicit Level(int* depth) : depth_(depth) { ++*depth_; }
    ~Level() { --*depth_; }
    int* depth_;
  };

  const Token& Here() const { return tokens_[at_]; }
  bool IsWord(const char* word) const {
    return Here().kind == TokenKind::kName && Here().lower == word;
  }
  bool IsSymbol(const char* symbol) const {
    return Here().kind == TokenKind::kSymbol && Here().text == symbol;
  }
  bool TakeWord(const char* word) { return IsWord(word) && (++at_, true); }
  bool TakeSymbol(const char* symbol) { return IsSymbol(symbol) && (++at_, true); }
  Error ErrorHere(const std::string& message) const {
    const std::string found = Here().kind == TokenKind::kEnd ? ", found the end"
                              : Here().text.empty()          ? ""
                                                             : ", found '" + Here().text + "'";
    return internal::ErrorAt(text_, Here().position, message + found);
  }
  Error TooDeep() const {
    return {ErrorCode::kTooLarge, "the expression is nested deeper than " +
                                      std::to_string(kMostLevels) +
                                      " levels; split it into derived columns"};
  }

  // kTooLarge when the tree would be higher than all that walks it can bear.
  Result<Node> Make(Op op, std::size_t position, std::vector<Node> children) const {
    Node node;
    node.op = op;
    node.position = position;
    for (const Node& child : children) node.height = std::max(node.height, child.height + 1);
    if (node.height > kMostLevels) return TooDeep();
    node.children = std::move(children);
    return node;
  }
  Result<Node> Pair(Op op, std::size_t position, Node left, Node right) const {
    std::vector<Node> children;
    children.push_back(std::move(left));
    children.push_back(std::move(right));
    return Make(op, position, std::move(children));
  }
  Result<Node> Single(Op op, std::size_t position, Node child) const {
    std::vector<Node> children;
    children.push_back(std::move(child));
    return Make(op, position, std::move(children));
  }
  Result<Node> Negated(bool negated, std::size_t position, Result<Node> test) const {
    if (!negated || !test) return test;
    return Single(Op::kNot, position, *std::move(test));
  }

  // "a or b or c" is one node with three children, so that long chains stay flat.
  Result<Node> Or() {
    const Level level(&depth_);
    if (depth_ > kMostLevels) return TooDeep();
    Node first = ASSAY_TRY(And());
    if (!IsWord("or")) return first;
    const std::size_t position = Here().position;
    std::vector<Node> children;
    children.push_back(std::move(first));
    while (TakeWord("or")) {
      Node next = ASSAY_TRY(And());
      children.push_back(std::move(next));
    }
    return Make(Op::kOr, position, std::move(children));
  }

  Result<Node> And() {
    Node first = ASSAY_TRY(Not());
    if (!IsWord("and")) return first;
    const std::size_t position = Here().position;
    std::vector<Node> children;
    children.push_back(std::move(first));
    while (TakeWord("and")) {
      Node next = ASSAY_TRY(Not());
      children.push_back(std::move(next));
    }
    return Make(Op::kAnd, position, std::move(children));
  }

  Result<Node> Not() {
    if (!IsWord("not")) return Comparison();
    const Level level(&depth_);
    if (depth_ > kMostLevels) return TooDeep();
    const std::size_t position = Here().position;
    ++at_;
    Node inner = ASSAY_TRY(Not());
    return Single(Op::kNot, position, std::move(inner));
  }

  Result<Node> Comparison() {
    Node left = ASSAY_TRY(Sum());
    const std::size_t position = Here().position;
    static constexpr struct {
      const char* symbol;
      Op op;
    } kSymbols[] = {{"=", Op::kEqual},      {"<>", Op::kNotEqual}, {"!=", Op::kNotEqual},
                    {"<=", Op::kLessEqual}, {"<", Op::kLess},      {">=", Op::kGreaterEqual},
                    {">", Op::kGreater}};
    for (const auto& row : kSymbols) {
      if (!TakeSymbol(row.symbol)) continue;
      Node right = ASSAY_TRY(Sum());
      for (const auto& next : kSymbols) {
        if (IsSymbol(next.symbol))
          return ErrorHere("comparisons do not chain; join two with 'and', or use 'between'");
      }
      return Pair(row.op, position, std::move(left), std::move(right));
    }
    if (TakeWord("is")) {
      const bool negated = TakeWord("not");
      if (!TakeWord("null")) return ErrorHere("expected 'null' or 'not null' after 'is'");
      return Negated(negated, position, Single(Op::kIsNull, position, std::move(left)));
    }
    const bool negated = TakeWord("not");
    if (TakeWord("between")) {
      Node low = ASSAY_TRY(Sum());
      if (!TakeWord("and")) return ErrorHere("expected 'and' between the two ends of 'between'");
      Node high = ASSAY_TRY(Sum());
      std::vector<Node> children;
      children.push_back(std::move(left));
      children.push_back(std::move(low));
      children.push_back(std::move(high));
      return Negated(negated, position, Make(Op::kBetween, position, std::move(children)));
    }
    if (TakeWord("in")) {
      if (!TakeSymbol("(")) return ErrorHere("expected '(' after 'in'");
      std::vector<Node> children;
      children.push_back(std::move(left));
      do {
        Node item = ASSAY_TRY(Or());
        children.push_back(std::move(item));
      } while (TakeSymbol(","));
      if (!TakeSymbol(")")) return ErrorHere("expected ',' or ')' in the list after 'in'");
      return Negated(negated, position, Make(Op::kIn, position, std::move(children)));
    }
    if (negated) return ErrorHere("expected 'in' or 'between' after 'not'");
    return left;
  }

  Result<Node> Sum() {
    Node left = ASSAY_TRY(Product());
    while (IsSymbol("+") || IsSymbol("-")) {
      const Op op = IsSymbol("+") ? Op::kAdd : Op::kSubtract;
      const std::size_t position = Here().position;
      ++at_;
      Node right = ASSAY_TRY(Product());
      left = ASSAY_TRY(Pair(op, position, std::move(left), std::move(right)));
    }
    return left;
  }

  Result<Node> Product() {
    Node left = ASSAY_TRY(Sign());
    while (IsSymbol("*") || IsSymbol("/")) {
      const Op op = IsSymbol("*") ? Op::kMultiply : Op::kDivide;
      const std::size_t position = Here().position;
      ++at_;
      Node right = ASSAY_TRY(Sign());
      left = ASSAY_TRY(Pair(op, position, std::move(left), std::move(right)));
    }
    return left;
  }

  Result<Node> Sign() {
    if (!IsSymbol("+") && !IsSymbol("-")) return Primary();
    const Level level(&depth_);
    if (depth_ > kMostLevels) return TooDeep();
    const std::size_t position = Here().position;
    if (TakeSymbol("+")) return Sign();
    ++at_;
    Node inner = ASSAY_TRY(Sign());
    if (inner.op == Op::kNumber) {
      inner.number = 0 - inner.number;  // never -0
      inner.position = position;
      return inner;
    }
    return Single(Op::kNegate, position, std::move(inner));
  }

  Result<Node> Primary() {
    const Token token = Here();
    Node node;
    node.position = token.position;
    switch (token.kind) {
      case TokenKind::kNumber:
        ++at_;
        node.op = Op::kNumber;
        node.number = token.number;
        return node;
      case TokenKind::kText:
        ++at_;
        node.op = Op::kText;
        node.text = token.text;
        return node;
      case TokenKind::kQuotedName:
        ++at_;
        node.op = Op::kColumn;
        node.text = token.text;
        node.quoted = true;
        return node;
      case TokenKind::kName:
        return Named(token);
      case TokenKind::kSymbol:
        if (TakeSymbol("(")) {
          Node inner = ASSAY_TRY(Or());
          if (!TakeSymbol(")")) return ErrorHere("expected ')'");
          return inner;
        }
        break;
      case TokenKind::kEnd:
        break;
    }
    return ErrorHere("expected a column, a number, a text in single quotes or '('");
  }

  Result<Node> Named(const Token& token) {
    Node node;
    node.position = token.position;
    if (token.lower == "case") return Case();
    if (token.lower == "true" || token.lower == "false") {
      ++at_;
      node.op = Op::kBoolean;
      node.number = token.lower == "true" ? 1 : 0;
      return node;
    }
    if (token.lower == "null") {
      ++at_;
      return node;
    }
    if (internal::IsReservedWord(token.lower)) {
      return ErrorHere(
          "expected a value; a column with the name of a word of the language stands in double "
          "quotes");
    }
    ++at_;
    if (!IsSymbol("(")) {
      node.op = Op::kColumn;
      node.text = token.text;
      return node;
    }
    std::vector<std::string> names;
    for (const FunctionRow& row : Functions()) {
      names.emplace_back(row.name);
      if (token.lower != row.name) continue;
      ++at_;
      std::vector<Node> arguments;
      do {
        Node argument = ASSAY_TRY(Or());
        arguments.push_back(std::move(argument));
      } while (TakeSymbol(","));
      if (!TakeSymbol(")"))
        return ErrorHere("expected ',' or ')' after the argument of " + std::string(row.name));
      const auto count = static_cast<int>(arguments.size());
      if (count < row.least_arguments || count > row.most_arguments) {
        return internal::ErrorAt(
            text_, token.position,
            std::string(row.name) + " takes " +
                (row.most_arguments == 1 ? "one argument" : "1 to 64 arguments") + ", found " +
                std::to_string(count));
      }
      return Make(row.op, token.position, std::move(arguments));
    }
    return internal::ErrorAt(text_, token.position,
                             "there is no function '" + token.text + "'." +
                                 base::DidYouMean(token.lower, names) +
                                 " The functions are: " + base::Join(names, ", "));
  }

  Result<Node> Case() {
    const std::size_t position = Here().position;
    ++at_;
    if (!IsWord("when")) return ErrorHere("expected 'when' after 'case'");
    std::vector<Node> children;
    while (TakeWord("when")) {
      Node condition = ASSAY_TRY(Or());
      if (!TakeWord("then")) return ErrorHere("expected 'then'");
      Node value = ASSAY_TRY(Or());
      children.push_back(std::move(condition));
      children.push_back(std::move(value));
    }
    Node otherwise;
    otherwise.position = Here().position;
    if (TakeWord("else")) otherwise = ASSAY_TRY(Or());
    children.push_back(std::move(otherwise));
    if (!TakeWord("end")) return ErrorHere("expected 'when', 'else' or 'end' in 'case'");
    return Make(Op::kCase, position, std::move(children));
  }

  std::string_view text_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

void CollectColumns(const Node& node, std::vector<std::string>* names) {
  if (node.op == Op::kColumn && std::find(names->begin(), names->end(), node.text) == names->end())
    names->push_back(node.text);
  for (const Node& child : node.children) CollectColumns(child, names);
}

bool AsksForTheDay(const Node& node) {
  if (IsTimePart(node.op)) return node.op != Op::kHour && node.op != Op::kMinute;
  switch (node.op) {
    case Op::kIsNull:
      return node.children[0].op == Op::kColumn;
    case Op::kLess:
    case Op::kLessEqual:
    case Op::kGreater:
    case Op::kGreaterEqual:
    case Op::kBetween:
      // Columns against whole days: '2001-03-04'.
      return std::all_of(node.children.begin(), node.children.end(), [](const Node& child) {
        return child.op == Op::kColumn || (child.op == Op::kText && child.text.size() == 10);
      }) && std::any_of(node.children.begin(), node.children.end(), [](const Node& child) { return child.op == Op::kText; });
    default:
      return false;
  }
}

void CollectTimeParts(const Node& node, std::vector<std::string>* parts) {
  if (IsTimePart(node.op) && node.children[0].op == Op::kColumn) {
    const auto row = std::find_if(Functions().begin(), Functions().end(), [&](const FunctionRow& r) { return r.op == node.op; });
    parts->push_back(std::string(row->name) + "(" + node.children[0].text + ")");
  }
  for (const Node& child : node.children) CollectTimeParts(child, parts);
}

void CollectBeyondTheDay(const Node& node, std::vector<std::string>* names) {
  if (AsksForTheDay(node)) return;
  if (node.op == Op::kColumn && std::find(names->begin(), names->end(), node.text) == names->end())
    names->push_back(node.text);
  for (const Node& child : node.children) CollectBeyondTheDay(child, names);
}

}  // namespace

Result<Expression> Expression::Parse(std::string_view text) {
  if (text.size() > kMostCharacters)
    return Error{ErrorCode::kTooLarge, "the expression is longer than 100,000 characters"};
  if (base::Trim(text).empty())
    return Error{ErrorCode::kInvalidInput,
                 "the expression is empty; write for example: delay > 15"};
  if (!base::IsValidUtf8(text))
    return Error{ErrorCode::kInvalidInput, "the expression is not valid UTF-8"};
  std::vector<Token> tokens = ASSAY_TRY(internal::Tokens(text));
  Node root = ASSAY_TRY(Parser(text, std::move(tokens)).Run());
  Expression expression;
  expression.text_ = std::string(text);
  expression.root_ = std::make_shared<const Node>(std::move(root));
  return expression;
}

std::vector<std::string> Expression::columns() const {
  std::vector<std::string> names;
  CollectColumns(*root_, &names);
  return names;
}

std::vector<std::string> ColumnsBeyondTheDay(std::string_view text) {
  std::vector<std::string> names;
  if (const Result<Expression> parsed = Expression::Parse(text); parsed) CollectBeyondTheDay(*parsed->root(), &names);
  return names;
}

std::vector<std::string> TimePartsOf(std::string_view text) {
  std::vector<std::string> parts;
  if (const Result<Expression> parsed = Expression::Parse(text); parsed) CollectTimeParts(*parsed->root(), &parts);
  return parts;
}

}  // namespace assay::expression
