#include "slices/metric.h"

#include <optional>
#include <vector>

#include "base/text.h"
#include "expression/expression.h"

namespace assay::slices {

namespace {

struct Call {
  std::string function;  // in lower case
  std::string argument;
};

bool IsWordPart(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || (static_cast<unsigned char>(c) & 0x80U) != 0; }
bool IsAggregate(std::string_view lower) { return lower == "sum" || lower == "avg" || lower == "mean" || lower == "count"; }

// The place behind the quoted text or name that begins at `at`.
std::size_t BehindQuote(std::string_view text, std::size_t at) {
  const std::size_t end = text.find(text[at], at + 1);
  return end == std::string_view::npos ? text.size() : end + 1;
}

std::size_t SkipBlanks(std::string_view text, std::size_t at) {
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t' || text[at] == '\n' || text[at] == '\r')) ++at;
  return at;
}

// A call that begins at *at; *at is then behind it.
std::optional<Call> ReadCall(std::string_view text, std::size_t* at) {
  std::size_t end = *at;
  while (end < text.size() && IsWordPart(text[end])) ++end;
  const std::string function = base::Lowercase(text.substr(*at, end - *at));
  const std::size_t open = SkipBlanks(text, end);
  if (!IsAggregate(function) || open >= text.size() || text[open] != '(') return std::nullopt;
  int depth = 0;
  for (std::size_t i = open; i < text.size();) {
    if (text[i] == '\'' || text[i] == '"') {
      i = BehindQuote(text, i);
      continue;
    }
    depth += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
    ++i;
    if (depth > 0) continue;
    *at = i;
    return Call{function, std::string(base::Trim(text.substr(open + 1, i - open - 2)))};
  }
  return std::nullopt;
}

Error NotAMetric(std::string_view text) {
  const std::string trimmed(base::Trim(text));
  const std::string column = trimmed.empty() || trimmed.find('(') != std::string::npos ? "x" : trimmed;
  return {ErrorCode::kInvalidInput, "'" + trimmed + "' is no metric; write sum(" + column + "), avg(" + column + "), count() or sum(" + column + ")/sum(y), with an expression per row inside the brackets"};
}

Result<void> CheckArgument(const Call& call) {
  if (call.function == "count") {
    if (call.argument.empty() || call.argument == "*") return {};
    return Error{ErrorCode::kInvalidInput, "count() counts rows and takes nothing between its brackets, not '" + call.argument + "'; to count rows with a condition write sum(" + call.argument + ")"};
  }
  if (call.argument.empty()) return Error{ErrorCode::kInvalidInput, call.function + "() needs an expression between its brackets, as in " + call.function + "(revenue)"};
  if (NamesAggregate(call.argument)) return Error{ErrorCode::kInvalidInput, call.function + "(" + call.argument + ") nests one metric in another; between the brackets stands an expression with one value per row"};
  ASSAY_TRY_WITH(expression::Expression::Parse(call.argument), call.function + "()");
  return {};
}

std::string Summed(const Call& call) { return call.function == "count" ? "1" : call.argument; }

}  // namespace

bool NamesAggregate(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == '\'' || text[i] == '"') {
      i = BehindQuote(text, i);
    } else if (IsWordPart(text[i])) {
      std::size_t end = i;
      while (end < text.size() && IsWordPart(text[end])) ++end;
      const std::size_t open = SkipBlanks(text, end);
      if (IsAggregate(base::Lowercase(text.substr(i, end - i))) && open < text.size() && text[open] == '(') return true;
      i = end;
    } else {
      ++i;
    }
  }
  return false;
}

Result<Metric> ParseMetric(std::string_view text) {
  std::size_t at = SkipBlanks(text, 0);
  const std::optional<Call> first = ReadCall(text, &at);
  if (!first) return NotAMetric(text);
  ASSAY_TRY(CheckArgument(*first));
  Metric metric;
  metric.text = std::string(base::Trim(text));
  metric.x = Summed(*first);
  const bool mean = first->function == "avg" || first->function == "mean";
  at = SkipBlanks(text, at);
  if (at == text.size()) {
    metric.form = mean ? ChangeForm::kRate : ChangeForm::kSum;
    return metric;
  }
  if (text[at] != '/' || mean) return NotAMetric(text);
  at = SkipBlanks(text, at + 1);
  const std::optional<Call> second = ReadCall(text, &at);
  if (!second || SkipBlanks(text, at) != text.size() || second->function == "avg" || second->function == "mean") return NotAMetric(text);
  ASSAY_TRY(CheckArgument(*second));
  if (second->function == "sum") metric.y = second->argument;
  return metric;
}

}  // namespace assay::slices
