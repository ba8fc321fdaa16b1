#include "expression/internal/lexer.h"

#include <algorithm>

#include "base/text.h"
#include "expression/internal/node.h"

namespace assay::expression::internal {

namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

// Characters that word processors and web pages put where a plain one belongs.
struct Lookalike {
  const char* utf8;
  const char* hint;
};
constexpr Lookalike kLookalikes[] = {
    {"\xE2\x80\x98", "this is a curly quote; texts stand in straight single quotes: 'text'"},
    {"\xE2\x80\x99", "this is a curly quote; texts stand in straight single quotes: 'text'"},
    {"\xE2\x80\x9C", "this is a curly quote; columns stand in straight double quotes: \"name\""},
    {"\xE2\x80\x9D", "this is a curly quote; columns stand in straight double quotes: \"name\""},
    {"\xE2\x88\x92", "this is a typographic minus; write '-'"},
    {"\xE2\x80\x93", "this is a dash; write '-' for minus"},
    {"\xE2\x89\xA4", "write '<='"},
    {"\xE2\x89\xA5", "write '>='"},
    {"\xE2\x89\xA0", "write '<>'"},
    {"\xC3\x97", "write '*' to multiply"},
    {"\xC2\xA0", "this is a no-break space; write a plain one"},
};

// What people of other languages write, and what to write here.
const char* SymbolHint(std::string_view rest) {
  if (rest.starts_with("==")) return "'==' is not an operator here; write '=' to compare";
  if (rest.starts_with("||")) return "'||' is not an operator here; write 'or'";
  if (rest.starts_with("--")) return nullptr;
  switch (rest.front()) {
    case '&':
      return "'&' is not an operator here; write 'and'";
    case '|':
      return "'|' is not an operator here; write 'or'";
    case '!':
      return "'!' is not an operator here; write 'not', or '<>' for unequal";
    case '`':
    case '[':
    case ']':
      return "a column name with blanks or signs stands in double quotes: \"marital-status\"";
    case '%':
      return "there is no '%'; write shares as numbers, 0.05 for 5 %";
    case '^':
      return "there is no '^'; write x * x, or exp(y * ln(x))";
    case ';':
      return "an expression has no ';'";
    default:
      return nullptr;
  }
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Result<std::vector<Token>> Run() {
    std::vector<Token> tokens;
    for (;;) {
      while (at_ < text_.size() && IsBlank(text_[at_])) ++at_;
      Token token = ASSAY_TRY(Next());
      tokens.push_back(std::move(token));
      if (tokens.back().kind == TokenKind::kEnd) return tokens;
    }
  }

 private:
  char Peek(std::size_t ahead) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  const char* LookalikeHint() const {
    if (static_cast<unsigned char>(text_[at_]) < 0x80U) return nullptr;
    for (const Lookalike& row : kLookalikes) {
      if (text_.substr(at_).starts_with(row.utf8)) return row.hint;
    }
    return nullptr;
  }

  Result<Token> Next() {
    Token token;
    token.position = at_;
    if (at_ >= text_.size()) return token;
    const char c = text_[at_];
    if (c == '\'' || c == '"') return Quoted(c);
    if (IsDigit(c) || (c == '.' && IsDigit(Peek(1)))) return Number();
    if (const char* hint = LookalikeHint(); hint != nullptr) return ErrorAt(text_, at_, hint);
    if (IsNameStart(c)) return Name();
    return Symbol();
  }

  Result<Token> Name() {
    Token token;
    token.kind = TokenKind::kName;
    token.position = at_;
    while (at_ < text_.size() && IsNamePart(text_[at_]) && LookalikeHint() == nullptr) ++at_;
    token.text = std::string(text_.substr(token.position, at_ - token.position));
    token.lower = base::Lowercase(token.text);
    return token;
  }

  Result<Token> Symbol() {
    const std::string_view rest = text_.substr(at_);
    if (const char* hint = rest.starts_with("!=") ? nullptr : SymbolHint(rest); hint != nullptr) {
      return ErrorAt(text_, at_, hint);
    }
    for (const std::string_view symbol :
         {"<>", "!=", "<=", ">=", "=", "<", ">", "+", "-", "*", "/", "(", ")", ","}) {
      if (!rest.starts_with(symbol)) continue;
      Token token;
      token.kind = TokenKind::kSymbol;
      token.position = at_;
      token.text = symbol;
      at_ += symbol.size();
      return token;
    }
    const bool printable = static_cast<unsigned char>(rest.front()) > 0x20 && rest.front() != 0x7F;
    const std::string shown =
        printable ? std::string("'") + rest.front() + "'" : "a control character";
    return ErrorAt(text_, at_, shown + " does not belong into an expression");
  }

  Result<Token> Quoted(char quote) {
    Token token;
    token.position = at_;
    token.kind = quote == '"' ? TokenKind::kQuotedName : TokenKind::kText;
    for (std::size_t i = at_ + 1; i < text_.size(); ++i) {
      if (text_[i] != quote) {
        token.text += text_[i];
      } else if (i + 1 < text_.size() && text_[i + 1] == quote) {
        token.text += quote;  // a doubled quote stands for one
        ++i;
      } else {
        at_ = i + 1;
        return token;
      }
    }
    return ErrorAt(text_, at_,
                   quote == '"' ? "this column name has no closing double quote"
                                : "this text has no closing single quote");
  }

  Result<Token> Number() {
    Token token;
    token.position = at_;
    token.kind = TokenKind::kNumber;
    std::size_t end = at_;
    const auto digits = [&] {
      while (end < text_.size() && IsDigit(text_[end])) ++end;
    };
    digits();
    if (end < text_.size() && text_[end] == '.') {
      ++end;
      digits();
    }
    if (end < text_.size() && (text_[end] == 'e' || text_[end] == 'E')) {
      std::size_t exponent = end + 1;
      if (exponent < text_.size() && (text_[exponent] == '+' || text_[exponent] == '-')) ++exponent;
      if (exponent < text_.size() && IsDigit(text_[exponent])) {
        end = exponent;
        digits();
      }
    }
    if (end < text_.size() && (IsNamePart(text_[end]) || text_[end] == '.')) {
      return ErrorAt(
          text_, at_,
          "a number ends before '" + std::string(1, IsContinuation(text_[end]) ? '?' : text_[end]) +
              "'; a name cannot start with a digit: put it in double quotes if it is a column");
    }
    if (!base::ParseNumber(text_.substr(at_, end - at_), &token.number)) {
      return ErrorAt(text_, at_, "this number is too large; the largest is 1.8e308");
    }
    at_ = end;
    return token;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

// Number of characters (code points) in valid UTF-8.
std::size_t CountCharacters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !IsContinuation(c); }));
}

}  // namespace

bool IsNameStart(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80U;
}
bool IsNamePart(char c) { return IsNameStart(c) || IsDigit(c); }

Result<std::vector<Token>> Tokens(std::string_view text) { return Lexer(text).Run(); }

Error ErrorAt(std::string_view text, std::size_t position, const std::string& message) {
  constexpr std::size_t kMostBefore = 60;  // bytes of the line shown before and in all
  constexpr std::size_t kMostShown = 100;
  position = std::min(position, text.size());
  const std::string_view before = text.substr(0, position);
  const std::size_t line_break = before.rfind('\n');
  const std::size_t line_begin = line_break == std::string_view::npos ? 0 : line_break + 1;
  const std::size_t line_end = std::min(text.find('\n', position), text.size());

  std::size_t begin = line_begin;
  if (position - begin > kMostBefore) begin = position - kMostBefore;
  std::size_t end = std::min(line_end, begin + kMostShown);
  while (begin > line_begin && IsContinuation(text[begin])) --begin;
  while (end < line_end && IsContinuation(text[end])) ++end;
  std::string shown(text.substr(begin, end - begin));
  // Control characters would move the caret or worse.
  for (char& c : shown) c = static_cast<unsigned char>(c) < 0x20U || c == 0x7F ? ' ' : c;

  std::string place =
      "position " +
      std::to_string(CountCharacters(text.substr(line_begin, position - line_begin)) + 1);
  if (text.find('\n') != std::string_view::npos) {
    place =
        "line " + std::to_string(std::count(before.begin(), before.end(), '\n') + 1) + ", " + place;
  }
  const std::string caret(CountCharacters(text.substr(begin, position - begin)), ' ');
  return {ErrorCode::kInvalidInput,
          message + " (" + place + ")\n  " + shown + "\n  " + caret + "^"};
}

}  // namespace assay::expression::internal
