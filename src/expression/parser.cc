#include <algorithm>
#include <cctype>

#include "base/text.h"
#include "expression/expression.h"
#include "expression/internal/node.h"

namespace assay::expression {

namespace internal {
Error ErrorAt(std::string_view text, std::size_t position, const std::string& message) {
  position = std::min(position, text.size());
  // The line of the text around the position, at most 100 characters of it.
  std::size_t begin = text.rfind('\n', position == 0 ? 0 : position - 1);
  begin = begin == std::string_view::npos ? 0 : begin + 1;
  std::size_t end = text.find('\n', position);
  if (end == std::string_view::npos) end = text.size();
  if (position - begin > 60) begin = position - 60;
  end = std::min(end, begin + 100);
  std::string caret(position - begin, ' ');
  return {ErrorCode::kInvalidInput, message + " (position " + std::to_string(position + 1) + ")\n  " +
                                        std::string(text.substr(begin, end - begin)) + "\n  " + caret + "^"};
}
}  // namespace internal

const std::vector<FunctionRow>& Functions() {
  static const std::vector<FunctionRow> rows = {
      {"abs", Op::kAbs, 1, 1},         {"ln", Op::kLn, 1, 1},           {"exp", Op::kExp, 1, 1},
      {"least", Op::kLeast, 1, 64},    {"greatest", Op::kGreatest, 1, 64}, {"year", Op::kYear, 1, 1},
      {"quarter", Op::kQuarter, 1, 1}, {"month", Op::kMonth, 1, 1},     {"weekday", Op::kWeekday, 1, 1},
      {"day", Op::kDay, 1, 1},         {"hour", Op::kHour, 1, 1},       {"minute", Op::kMinute, 1, 1},
      {"date", Op::kDate, 1, 1}};
  return rows;
}

namespace {

enum class TokenKind { kEnd, kNumber, kText, kName, kQuotedName, kSymbol };

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string text;  // names lower-cased in `lower`
  std::string lower;
  double number = 0;
  std::size_t position = 0;
};

constexpr std::size_t kMostCharacters = 100'000;
constexpr int kMostLevels = 200;

bool IsNameStart(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_' || static_cast<unsigned char>(c) >= 0x80; }
bool IsNamePart(char c) { return IsNameStart(c) || std::isdigit(static_cast<unsigned char>(c)) != 0; }

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Result<std::vector<Token>> Run() {
    std::vector<Token> tokens;
    for (;;) {
      while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
      Token token = ASSAY_TRY(Next());
      tokens.push_back(std::move(token));
      if (tokens.back().kind == TokenKind::kEnd) return tokens;
    }
  }

 private:
  Result<Token> Next() {
    Token token;
    token.position = at_;
    if (at_ >= text_.size()) return token;
    const char c = text_[at_];
    if (c == '\'' || c == '"') return Quoted(c);
    if (std::isdigit(static_cast<unsigned char>(c)) != 0 || (c == '.' && at_ + 1 < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_ + 1])) != 0)) return Number();
    if (IsNameStart(c)) {
      std::size_t end = at_;
      while (end < text_.size() && IsNamePart(text_[end])) ++end;
      token.kind = TokenKind::kName;
      token.text = std::string(text_.substr(at_, end - at_));
      token.lower = base::Lowercase(token.text);
      at_ = end;
      return token;
    }
    for (const char* symbol : {"<>", "!=", "<=", ">=", "=", "<", ">", "+", "-", "*", "/", "(", ")", ","}) {
      const std::string_view s = symbol;
      if (text_.substr(at_, s.size()) != s) continue;
      if (s == "=" && text_.substr(at_, 2) == "==") return internal::ErrorAt(text_, at_, "'==' is not an operator here; write '=' to compare");
      token.kind = TokenKind::kSymbol;
      token.text = s;
      at_ += s.size();
      return token;
    }
    const std::string hint = c == '&' ? "; write 'and'" : c == '|' ? "; write 'or'" : c == '!' ? "; write 'not'" : c == '`' || c == '[' ? "; put a column name in double quotes" : "";
    return internal::ErrorAt(text_, at_, std::string("'") + c + "' does not belong into an expression" + hint);
  }

  Result<Token> Quoted(char quote) {
    Token token;
    token.position = at_;
    token.kind = quote == '"' ? TokenKind::kQuotedName : TokenKind::kText;
    for (std::size_t i = at_ + 1; i < text_.size(); ++i) {
      if (text_[i] != quote) {
        token.text += text_[i];
      } else if (i + 1 < text_.size() && text_[i + 1] == quote) {
        token.text += quote;
        ++i;
      } else {
        at_ = i + 1;
        return token;
      }
    }
    return internal::ErrorAt(text_, at_, quote == '"' ? "this column name has no closing double quote" : "this text has no closing single quote");
  }

  Result<Token> Number() {
    Token token;
    token.position = at_;
    token.kind = TokenKind::kNumber;
    std::size_t end = at_;
    const auto digits = [&] { while (end < text_.size() && std::isdigit(static_cast<unsigned char>(text_[end])) != 0) ++end; };
    digits();
    if (end < text_.size() && text_[end] == '.') {
      ++end;
      digits();
    }
    if (end < text_.size() && (text_[end] == 'e' || text_[end] == 'E')) {
      std::size_t exponent = end + 1;
      if (exponent < text_.size() && (text_[exponent] == '+' || text_[exponent] == '-')) ++exponent;
      if (exponent < text_.size() && std::isdigit(static_cast<unsigned char>(text_[exponent])) != 0) {
        end = exponent;
        digits();
      }
    }
    if (end < text_.size() && IsNameStart(text_[end])) return internal::ErrorAt(text_, at_, "a name cannot start with a digit; put it in double quotes if it is a column");
    if (!base::ParseNumber(text_.substr(at_, end - at_), &token.number)) return internal::ErrorAt(text_, at_, "this number is too large");
    at_ = end;
    return token;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

// or < and < not < comparison < sum < product < sign < value.
class Parser {
 public:
  Parser(std::string_view text, std::vector<Token> tokens) : text_(text), tokens_(std::move(tokens)) {}

  Result<Node> Run() {
    Node root = ASSAY_TRY(Or());
    if (Here().kind != TokenKind::kEnd) return ErrorHere("expected the end of the expression or an operator");
    return root;
  }

 private:
  struct Level {
    explicit Level(int* depth) : depth_(depth) { ++*depth_; }
    ~Level() { --*depth_; }
    int* depth_;
  };

  const Token& Here() const { return tokens_[at_]; }
  bool IsWord(const char* word) const { return Here().kind == TokenKind::kName && Here().lower == word; }
  bool IsSymbol(const char* symbol) const { return Here().kind == TokenKind::kSymbol && Here().text == symbol; }
  bool TakeWord(const char* word) { return IsWord(word) && (++at_, true); }
  bool TakeSymbol(const char* symbol) { return IsSymbol(symbol) && (++at_, true); }
  Error ErrorHere(const std::string& message) const {
    const std::string found = Here().kind == TokenKind::kEnd ? ", found the end" : Here().text.empty() ? "" : ", found '" + Here().text + "'";
    return internal::ErrorAt(text_, Here().position, message + found);
  }
  Error TooDeep() const { return {ErrorCode::kTooLarge, "the expression is nested deeper than " + std::to_string(kMostLevels) + " levels; split it into derived columns"}; }

  static Node Make(Op op, std::size_t position, std::vector<Node> children) {
    Node node;
    node.op = op;
    node.position = position;
    node.children = std::move(children);
    return node;
  }
  static Node Pair(Op op, std::size_t position, Node left, Node right) {
    std::vector<Node> children;
    children.push_back(std::move(left));
    children.push_back(std::move(right));
    return Make(op, position, std::move(children));
  }
  static Node Single(Op op, std::size_t position, Node child) {
    std::vector<Node> children;
    children.push_back(std::move(child));
    return Make(op, position, std::move(children));
  }

  Result<Node> Or() {
    const Level level(&depth_);
    if (depth_ > kMostLevels) return TooDeep();
    Node left = ASSAY_TRY(And());
    for (int chain = 0; IsWord("or"); ++chain) {
      if (chain > kMostLevels) return TooDeep();
      const std::size_t position = Here().position;
      ++at_;
      Node right = ASSAY_TRY(And());
      left = Pair(Op::kOr, position, std::move(left), std::move(right));
    }
    return left;
  }

  Result<Node> And() {
    Node left = ASSAY_TRY(Not());
    for (int chain = 0; IsWord("and"); ++chain) {
      if (chain > kMostLevels) return TooDeep();
      const std::size_t position = Here().position;
      ++at_;
      Node right = ASSAY_TRY(Not());
      left = Pair(Op::kAnd, position, std::move(left), std::move(right));
    }
    return left;
  }

  Result<Node> Not() {
    const Level level(&depth_);
    if (depth_ > kMostLevels) return TooDeep();
    if (!IsWord("not")) return Comparison();
    const std::size_t position = Here().position;
    ++at_;
    Node inner = ASSAY_TRY(Not());
    return Single(Op::kNot, position, std::move(inner));
  }

  Result<Node> Comparison() {
    Node left = ASSAY_TRY(Sum());
    const std::size_t position = Here().position;
    static constexpr struct { const char* symbol; Op op; } kSymbols[] = {
        {"=", Op::kEqual}, {"<>", Op::kNotEqual}, {"!=", Op::kNotEqual}, {"<=", Op::kLessEqual}, {"<", Op::kLess}, {">=", Op::kGreaterEqual}, {">", Op::kGreater}};
    for (const auto& row : kSymbols) {
      if (!TakeSymbol(row.symbol)) continue;
      Node right = ASSAY_TRY(Sum());
      for (const auto& next : kSymbols) {
        if (IsSymbol(next.symbol)) return ErrorHere("comparisons do not chain; join two with 'and', or use 'between'");
      }
      return Pair(row.op, position, std::move(left), std::move(right));
    }
    if (TakeWord("is")) {
      const bool negated = TakeWord("not");
      if (!TakeWord("null")) return ErrorHere("expected 'null' or 'not null' after 'is'");
      Node test = Single(Op::kIsNull, position, std::move(left));
      return negated ? Single(Op::kNot, position, std::move(test)) : std::move(test);
    }
    const bool negated = TakeWord("not");
    if (TakeWord("between")) {
      Node low = ASSAY_TRY(Sum());
      if (!TakeWord("and")) return ErrorHere("expected 'and' between the two ends of 'between'");
      Node high = ASSAY_TRY(Sum());
      Node test = Pair(Op::kBetween, position, std::move(left), std::move(low));
      test.children.push_back(std::move(high));
      return negated ? Single(Op::kNot, position, std::move(test)) : std::move(test);
    }
    if (TakeWord("in")) {
      if (!TakeSymbol("(")) return ErrorHere("expected '(' after 'in'");
      Node test = Single(Op::kIn, position, std::move(left));
      do {
        Node item = ASSAY_TRY(Or());
        test.children.push_back(std::move(item));
      } while (TakeSymbol(","));
      if (!TakeSymbol(")")) return ErrorHere("expected ',' or ')' in the list after 'in'");
      return negated ? Single(Op::kNot, position, std::move(test)) : std::move(test);
    }
    if (negated) return ErrorHere("expected 'in' or 'between' after 'not'");
    return left;
  }

  Result<Node> Sum() {
    Node left = ASSAY_TRY(Product());
    for (int chain = 0; IsSymbol("+") || IsSymbol("-"); ++chain) {
      if (chain > kMostLevels) return TooDeep();
      const Op op = IsSymbol("+") ? Op::kAdd : Op::kSubtract;
      const std::size_t position = Here().position;
      ++at_;
      Node right = ASSAY_TRY(Product());
      left = Pair(op, position, std::move(left), std::move(right));
    }
    return left;
  }

  Result<Node> Product() {
    Node left = ASSAY_TRY(Sign());
    for (int chain = 0; IsSymbol("*") || IsSymbol("/"); ++chain) {
      if (chain > kMostLevels) return TooDeep();
      const Op op = IsSymbol("*") ? Op::kMultiply : Op::kDivide;
      const std::size_t position = Here().position;
      ++at_;
      Node right = ASSAY_TRY(Sign());
      left = Pair(op, position, std::move(left), std::move(right));
    }
    return left;
  }

  Result<Node> Sign() {
    const Level level(&depth_);
    if (depth_ > kMostLevels) return TooDeep();
    const std::size_t position = Here().position;
    if (TakeSymbol("+")) return Sign();
    if (!TakeSymbol("-")) return Primary();
    Node inner = ASSAY_TRY(Sign());
    if (inner.op == Op::kNumber) {
      inner.number = -inner.number;
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
        return node;
      case TokenKind::kName: return Named(token);
      case TokenKind::kSymbol:
        if (TakeSymbol("(")) {
          Node inner = ASSAY_TRY(Or());
          if (!TakeSymbol(")")) return ErrorHere("expected ')'");
          return inner;
        }
        break;
      case TokenKind::kEnd: break;
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
    for (const char* word : {"and", "or", "not", "in", "between", "is", "when", "then", "else", "end"}) {
      if (token.lower == word) return ErrorHere("expected a value; a column with the name of a word of the language stands in double quotes");
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
      if (!TakeSymbol(")")) return ErrorHere("expected ',' or ')' after the argument of " + std::string(row.name));
      const auto count = static_cast<int>(arguments.size());
      if (count < row.least_arguments || count > row.most_arguments) {
        return internal::ErrorAt(text_, token.position, std::string(row.name) + " takes " + (row.most_arguments == 1 ? "one argument" : "1 to 64 arguments") + ", found " + std::to_string(count));
      }
      return Make(row.op, token.position, std::move(arguments));
    }
    return internal::ErrorAt(text_, token.position, "there is no function '" + token.text + "'." + base::DidYouMean(token.lower, names) + " The functions are: " + base::Join(names, ", "));
  }

  Result<Node> Case() {
    Node node;
    node.op = Op::kCase;
    node.position = Here().position;
    ++at_;
    if (!IsWord("when")) return ErrorHere("expected 'when' after 'case'");
    while (TakeWord("when")) {
      Node condition = ASSAY_TRY(Or());
      if (!TakeWord("then")) return ErrorHere("expected 'then'");
      Node value = ASSAY_TRY(Or());
      node.children.push_back(std::move(condition));
      node.children.push_back(std::move(value));
    }
    Node otherwise;
    otherwise.position = Here().position;
    if (TakeWord("else")) otherwise = ASSAY_TRY(Or());
    node.children.push_back(std::move(otherwise));
    if (!TakeWord("end")) return ErrorHere("expected 'end' after the last branch of 'case'");
    return node;
  }

  std::string_view text_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

void CollectColumns(const Node& node, std::vector<std::string>* names) {
  if (node.op == Op::kColumn && std::find(names->begin(), names->end(), node.text) == names->end()) names->push_back(node.text);
  for (const Node& child : node.children) CollectColumns(child, names);
}

}  // namespace

Result<Expression> Expression::Parse(std::string_view text) {
  if (text.size() > kMostCharacters) return Error{ErrorCode::kTooLarge, "the expression is longer than 100,000 characters"};
  if (base::Trim(text).empty()) return Error{ErrorCode::kInvalidInput, "the expression is empty; write for example: delay > 15"};
  if (!base::IsValidUtf8(text)) return Error{ErrorCode::kInvalidInput, "the expression is not valid UTF-8"};
  std::vector<Token> tokens = ASSAY_TRY(Lexer(text).Run());
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

}  // namespace assay::expression
