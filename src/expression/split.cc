#include "expression/split.h"

#include "base/text.h"

namespace assay::expression {

namespace {

// Calls `visit` with each position outside quotes and brackets.
template <class Visit>
void ForEachOutside(std::string_view text, const Visit& visit) {
  char quote = 0;
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == quote) quote = 0;  // a doubled quote opens the next at once
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == '(') {
      ++depth;
    } else if (c == ')') {
      --depth;
    } else if (depth <= 0) {
      visit(i);
    }
  }
}

}  // namespace

std::string UnclosedIn(std::string_view text) {
  char quote = 0;
  int open = 0;
  for (const char c : text) {
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == '(') {
      ++open;
    } else if (c == ')' && --open < 0) {
      return "a bracket is closed that was not opened";
    }
  }
  return quote != 0 ? "a quote is opened and not closed" : open != 0 ? "a bracket is opened and not closed" : "";
}

std::vector<std::string> SplitOutsideBrackets(std::string_view text, char separator) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  ForEachOutside(text, [&](std::size_t i) {
    if (text[i] != separator) return;
    parts.emplace_back(base::Trim(text.substr(begin, i - begin)));
    begin = i + 1;
  });
  parts.emplace_back(base::Trim(text.substr(begin)));
  return parts;
}

std::size_t LastOutsideBrackets(std::string_view text, std::string_view token) {
  std::size_t last = std::string_view::npos;
  ForEachOutside(text, [&](std::size_t i) {
    if (text.substr(i).starts_with(token)) last = i;
  });
  return last;
}

}  // namespace assay::expression
