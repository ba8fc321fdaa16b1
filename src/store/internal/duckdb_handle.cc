#include "store/internal/duckdb_handle.h"

namespace assay::store::internal {

namespace {
std::string Doubled(std::string_view text, char quote) {
  std::string quoted(1, quote);
  for (const char c : text) {
    quoted += c;
    if (c == quote) quoted += c;
  }
  return quoted + quote;
}
}  // namespace

std::string QuoteLiteral(std::string_view text) { return Doubled(text, '\''); }
std::string QuoteFile(std::string_view path) {
  std::string literal;
  for (const char c : path) {
    const bool wild = c == '[' || c == '?' || c == '*';
    literal += wild ? std::string{'[', c, ']'} : std::string(1, c);
  }
  return QuoteLiteral(literal);
}
std::string QuoteName(std::string_view name) { return Doubled(name, '"'); }

Error TranslateError(const std::string& source, const std::string& message) {
  // The first line says what happened; the lines after it are advice about DuckDB's own options.
  std::string first = message.substr(0, message.find('\n'));
  const std::size_t colon = first.find("Error: ");
  if (colon != std::string::npos) first = first.substr(colon + 7);
  const bool memory = message.find("Out of Memory") != std::string::npos;
  if (memory) return {ErrorCode::kTooLarge, source + ": the data engine runs out of memory with it; raise --memory where it is given, or use fewer columns or a sample: --sample"};
  if (message.find("No magic bytes") != std::string::npos || message.find("too small to be a Parquet") != std::string::npos) {
    return {ErrorCode::kInvalidInput, source + ": does not end as a Parquet file does: it was cut off or is damaged; fetch or write it again"};
  }
  return {ErrorCode::kInvalidInput, source + ": cannot be read as a table: " + first};
}

}  // namespace assay::store::internal
