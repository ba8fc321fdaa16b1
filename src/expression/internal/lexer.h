// Text of an expression to tokens.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace assay::expression::internal {

enum class TokenKind { kEnd, kNumber, kText, kName, kQuotedName, kSymbol };

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string text;   // as written, quotes taken off
  std::string lower;  // names only: in lower case, to find words and functions
  double number = 0;
  std::size_t position = 0;  // byte offset
};

// The tokens, the last one kEnd. kInvalidInput with position and caret. Requires valid UTF-8.
Result<std::vector<Token>> Tokens(std::string_view text);

}  // namespace assay::expression::internal
