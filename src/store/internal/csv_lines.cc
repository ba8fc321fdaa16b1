#include "store/internal/csv_lines.h"

#include <zlib.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "base/file.h"
#include "base/text.h"
#include "store/internal/source_files.h"

namespace assay::store::internal {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr char kDelimiters[] = {',', ';', '\t', '|'};

// Lines from the beginning of a file, packed or not, whatever its line ends. None of a pipe, which cannot be looked at twice.
class LineReader {
 public:
  explicit LineReader(const std::string& file) : stream_(nullptr, ::gzclose) {
    std::error_code code;
    if (std::filesystem::is_regular_file(file, code)) stream_.reset(::gzopen(file.c_str(), "rb"));
  }

  std::optional<std::string> Next() {
    constexpr std::size_t kLongestLine = 2'000'000;
    std::string line;
    int c = Byte();
    if (c < 0) return std::nullopt;
    for (; c >= 0 && c != '\n' && c != '\r' && line.size() < kLongestLine; c = Byte()) line += static_cast<char>(c);
    if (c == '\r') {
      const int next = Byte();
      if (next >= 0 && next != '\n') ::gzungetc(next, stream_.get());
    }
    if (first_ && line.starts_with(kByteOrderMark)) line.erase(0, kByteOrderMark.size());
    first_ = false;
    return line;
  }

 private:
  int Byte() { return stream_ == nullptr ? -1 : gzgetc(stream_.get()); }

  std::unique_ptr<gzFile_s, int (*)(gzFile)> stream_;
  bool first_ = true;
};

struct Record {
  std::size_t line = 0;  // its first, from 1
  std::size_t fields = 1;
  std::size_t open_quote_line = 0;  // 0: all quotes close
  bool empty = true;
};

// Reads on from `*at`, in line `*line`. A quote opens at the beginning of a field; elsewhere it is a sign like any other.
Record NextRecord(std::string_view bytes, char delimiter, std::size_t* at, std::size_t* line) {
  Record record;
  record.line = *line;
  std::size_t quote_line = 0;
  bool begins = true, quoted = false, closed = false;
  for (; *at < bytes.size(); ++*at) {
    const char c = bytes[*at];
    if (c == '\n') ++*line;
    if (quoted) {
      if (c != '"') continue;
      const bool doubled = *at + 1 < bytes.size() && bytes[*at + 1] == '"';
      if (doubled) ++*at;
      quoted = doubled;
      closed = !doubled;
      continue;
    }
    if (c == '\r') continue;
    if (c == '\n') {
      ++*at;
      return record;
    }
    record.empty = false;
    if (c == delimiter) {
      ++record.fields;
      begins = true;
      closed = false;
    } else if (c == '"' && begins) {
      quoted = true;
      begins = false;
      quote_line = *line;
    } else if (c != ' ') {
      begins = false;
      if (closed) break;  // text after the closing quote: it closed another one than was meant
    }
  }
  if (quoted || *at < bytes.size()) record.open_quote_line = quote_line;
  return record;
}

std::size_t CountFields(std::string_view line, char delimiter) {
  std::size_t at = 0, number = 1;
  return NextRecord(line, delimiter, &at, &number).fields;
}

bool HasDelimiter(std::string_view line) { return std::any_of(std::begin(kDelimiters), std::end(kDelimiters), [&](char d) { return line.find(d) != std::string_view::npos; }); }

bool IsBlank(std::string_view line) { return base::Trim(line).empty(); }

// The delimiter that splits both lines into as many fields, and more than one.
std::optional<char> CommonDelimiter(std::string_view a, std::string_view b) {
  for (const char delimiter : kDelimiters) {
    const std::size_t fields = CountFields(a, delimiter);
    if (fields > 1 && fields == CountFields(b, delimiter)) return delimiter;
  }
  return std::nullopt;
}

// Some field begins like a number or a time.
bool HoldsNumber(std::string_view line, char delimiter) {
  for (std::size_t at = 0; at <= line.size();) {
    const std::size_t end = std::min(line.find(delimiter, at), line.size());
    std::string_view field = base::Trim(line.substr(at, end - at));
    if (field.starts_with('"')) field.remove_prefix(1);
    if (field.starts_with('-') || field.starts_with('+')) field.remove_prefix(1);
    if (field.starts_with('.')) field.remove_prefix(1);
    if (!field.empty() && field[0] >= '0' && field[0] <= '9') return true;
    at = end + 1;
  }
  return false;
}

}  // namespace

CsvTop ReadCsvTop(const std::string& file) {
  LineReader reader(file);
  CsvTop top;
  std::string last;
  std::optional<std::string> line = reader.Next();
  std::int64_t number = 0;
  bool delimiters_before_last = false;
  for (; line && (line->starts_with('#') || IsBlank(*line)); line = reader.Next()) {
    ++number;
    if (IsBlank(*line)) continue;
    delimiters_before_last = top.has_delimiters;
    top.has_delimiters = top.has_delimiters || HasDelimiter(*line);
    top.comment_lines = number;
    last = *line;
  }
  const std::optional<char> delimiter = line && top.comment_lines == number ? CommonDelimiter(last, *line) : std::nullopt;
  if (delimiter) {
    // "# delays, 2024" above "x,y" is a comment where the rows begin only after it.
    const std::optional<std::string> after = HoldsNumber(*line, *delimiter) ? std::nullopt : reader.Next();
    if (!after || !HoldsNumber(*after, *delimiter)) return {number - 1, delimiters_before_last, last};
  }
  if (top.comment_lines > 0) top.comment_lines = number;
  if (line) top.header = *line;
  return top;
}

std::optional<char> DelimiterOf(std::string_view line) {
  for (const char delimiter : kDelimiters) {
    if (CountFields(line, delimiter) > 1) return delimiter;
  }
  return std::nullopt;
}

bool HoldsRows(const std::string& file, std::int64_t num_lines, char delimiter) {
  LineReader reader(file);
  for (std::int64_t i = 0; i < num_lines; ++i) {
    const std::optional<std::string> line = reader.Next();
    if (!line) return false;
    if (!line->starts_with('#') && CountFields(*line, delimiter) > 1) return true;
  }
  return false;
}

bool HoldsOffsets(const std::string& file) {
  std::error_code code;
  if (!std::filesystem::is_regular_file(file, code)) return false;
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> stream(::gzopen(file.c_str(), "rb"), ::gzclose);
  if (stream == nullptr) return false;
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  constexpr std::size_t kBefore = 16, kChunk = 1 << 20;  // the longest clock that can precede an offset
  std::string bytes(kBefore, ' ');
  for (;;) {
    bytes.resize(kBefore + kChunk);
    const int read = ::gzread(stream.get(), bytes.data() + kBefore, kChunk);
    if (read <= 0) return false;
    bytes.resize(kBefore + static_cast<std::size_t>(read));
    for (std::size_t i = kBefore; i < bytes.size(); ++i) {
      if ((bytes[i] != '+' && bytes[i] != '-' && bytes[i] != 'Z') || !digit(bytes[i - 1])) continue;
      std::size_t end = i;
      while (end > 3 && digit(bytes[end - 1])) --end;
      if (bytes[end - 1] != '.') end = i;  // whole seconds or minutes
      else --end;
      if (end >= 3 && digit(bytes[end - 1]) && digit(bytes[end - 2]) && bytes[end - 3] == ':') return true;
    }
    bytes.erase(0, bytes.size() - kBefore);
  }
}

Error RaggedRow(const std::string& file, char delimiter) {
  const Error general{ErrorCode::kInvalidInput, file + ": its rows have different numbers of fields separated by '" + std::string(1, delimiter) + "'; every row needs as many as the header"};
  const Result<std::string> bytes = base::ReadFile(file);
  if (!bytes || IsGzipName(file)) return general;
  const std::int64_t comments = ReadCsvTop(file).comment_lines;
  std::size_t at = bytes->starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0, line = 1, header_fields = 0, rows = 0;
  for (; static_cast<std::int64_t>(line) <= comments && at < bytes->size(); ++at) line += (*bytes)[at] == '\n' ? 1 : 0;
  while (at < bytes->size()) {
    const Record record = NextRecord(*bytes, delimiter, &at, &line);
    if (record.open_quote_line > 0) return OpenQuote(file + ": line " + std::to_string(record.open_quote_line));
    if (record.empty || (header_fields == 0 && record.fields == 1)) continue;
    if (header_fields == 0) {
      header_fields = record.fields;
    } else if (record.fields == header_fields) {
      ++rows;
    } else {
      return {ErrorCode::kInvalidInput, file + ": line " + std::to_string(record.line) + " has " + std::to_string(record.fields) + (record.fields == 1 ? " field" : " fields") + ", the header has " + std::to_string(header_fields) + "; put texts with a '" + std::string(1, delimiter) + "' in double quotes, or mend the line" + (rows == 0 ? "; if the header stands further down, begin the lines above it with #" : "")};
    }
  }
  return general;
}

Error OpenQuote(const std::string& where) {
  return {ErrorCode::kInvalidInput, where + ": a double quote is opened and never closed; close it, or write a quote inside a text as two (\"\")"};
}

}  // namespace assay::store::internal
