#include "store/internal/csv_faults.h"

#include <algorithm>
#include <map>

#include "base/file.h"
#include "base/text.h"
#include "base/time.h"
#include "store/internal/csv_lines.h"
#include "store/internal/source_files.h"
#include "store/internal/text_between.h"

namespace assay::store::internal {

namespace {

std::string TypeWords(const std::string& type) {
  if (type == "BIGINT" || type == "INTEGER") return "a whole number";
  if (type == "DOUBLE" || type == "FLOAT") return "a number";
  if (type == "DATE") return "a date like 2001-03-04";
  if (type == "TIME") return "a time of day like 05:06:07";
  if (type.starts_with("TIMESTAMP")) return "a time like 2001-03-04 05:06:07";
  if (type == "BOOLEAN") return "true or false";
  return "a value of type " + type;
}

std::string FileOf(const std::vector<std::string>& files, const std::string& message) {
  const std::string named = TextBetween(message, "\n  file = ", "\n");
  return std::find(files.begin(), files.end(), named) != files.end() ? named : files.front();
}

// A name of the header that holds a line end which is not of the kind that ends the header, on one line; "" when there is none.
// The engine takes the first line end of a file, quoted or not, for the kind that ends all rows.
Result<std::string> NameOverMixedLineEnds(const std::string& file) {
  if (IsGzipName(file)) return std::string();
  const std::string bytes = ASSAY_TRY(base::ReadFile(file));
  std::string name, mixed_lf, mixed_crlf;
  bool quoted = false;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] == '"') {
      quoted = !quoted;
      if (quoted) name.clear();
      continue;
    }
    const bool crlf = bytes[i] == '\r' && i + 1 < bytes.size() && bytes[i + 1] == '\n';
    if (!crlf && bytes[i] != '\n') {
      name += bytes[i];
      continue;
    }
    if (!quoted) return crlf ? mixed_lf : mixed_crlf;
    // The rest of the name, as far as its closing quote.
    const std::string rest = bytes.substr(i + (crlf ? 2 : 1), std::min(bytes.find('"', i), bytes.size()) - i - (crlf ? 2 : 1));
    std::string whole = name + " " + rest;
    std::replace(whole.begin(), whole.end(), '\n', ' ');
    std::erase(whole, '\r');
    (crlf ? mixed_crlf : mixed_lf) = whole;
    i += crlf ? 1 : 0;
    name += ' ';
  }
  return std::string();
}

}  // namespace

std::optional<ConversionFault> ConversionFaultOf(const std::string& message) {
  ConversionFault fault;
  fault.column = TextBetween(message, "Error when converting column \"", "\". Could not convert string \"");
  const std::size_t at = message.find("Could not convert string \"");
  const std::size_t end = message.find("\" to '", at == std::string::npos ? 0 : at);
  if (fault.column.empty() || at == std::string::npos || end == std::string::npos) return std::nullopt;
  fault.text = message.substr(at + 26, end - at - 26);
  fault.type = message.substr(end + 6, message.find('\'', end + 6) - end - 6);
  return fault;
}

std::string WiderType(const ConversionFault& fault) {
  double number = 0;
  const std::string text(base::Trim(fault.text));
  const bool whole_type = fault.type == "BIGINT" || fault.type == "INTEGER";
  if (whole_type && base::ParseNumber(text, &number)) {
    // Whole numbers beyond 64 bits keep their digits as text.
    const bool digits_only = text.find_first_not_of("+-0123456789") == std::string::npos;
    return digits_only ? "VARCHAR" : "DOUBLE";
  }
  if (fault.type == "DATE" && base::ParseTime(text)) return "TIMESTAMP";
  return "";
}

Error CsvFault(const std::string& source, const std::vector<std::string>& files, const std::string& message) {
  const std::string file = FileOf(files, message);
  const std::string number = TextBetween(message, "CSV Error on Line: ", "\n");
  const std::string line = number.empty() ? file : file + ": line " + number;
  if (message.find("not utf-8 encoded") != std::string::npos || message.find("Invalid unicode") != std::string::npos) {
    return {ErrorCode::kInvalidInput, line + ": holds bytes that are not UTF-8; save the file as UTF-8"};
  }
  if (const auto fault = ConversionFaultOf(message)) {
    return {ErrorCode::kInvalidInput, line + ", column '" + fault->column + "': '" + fault->text + "' is not " + TypeWords(fault->type) +
                                          ", as the values before it are; mend the value or leave it empty"};
  }
  const std::string expected = TextBetween(message, "Expected Number of Columns: ", " Found: ");
  if (!expected.empty()) {
    return {ErrorCode::kInvalidInput, line + " has " + TextBetween(message, " Found: ", "\n") + " fields, the header has " + expected +
                                          "; put texts with a delimiter in double quotes, or mend the line"};
  }
  if (message.find("unterminated quote") != std::string::npos || message.find("quote should be followed by") != std::string::npos) {
    return OpenQuote(line);
  }
  if (message.find("Maximum line size") != std::string::npos) {
    return {ErrorCode::kInvalidInput, line + ": the line is longer than 2,000,000 bytes; a quote that is opened and never closed makes such lines"};
  }
  if (message.find("sniffing file") != std::string::npos) {
    if (const Result<std::string> name = NameOverMixedLineEnds(file); name && !name->empty()) {
      return {ErrorCode::kInvalidInput, file + ": line 1: the column name '" + *name + "' holds a line end of another kind (LF, CRLF) than the one at the end of the header, which the data engine cannot read; write the name on one line, or all line ends alike"};
    }
    if (const std::optional<char> delimiter = DelimiterOf(ReadCsvTop(file).header)) return RaggedRow(file, *delimiter);
    return {ErrorCode::kInvalidInput, file + ": no delimiter (comma, semicolon, tab or |) splits its lines into equal numbers of fields; expected a header line and rows of a CSV file"};
  }
  if (const CsvTop top = ReadCsvTop(file); top.comment_lines > 0 && top.header.empty()) {
    return {ErrorCode::kInvalidInput, file + ": holds only lines that begin with '#'; expected a header and at least one row"};
  }
  const std::string first = message.substr(0, message.find('\n'));
  return {ErrorCode::kInvalidInput, (files.size() > 1 ? source : line) + ": cannot be read as CSV: " + first};
}

Result<void> RefuseDoubleNames(const std::string& file, const std::vector<std::string>& header, const std::vector<std::string>& names, std::vector<std::string>* renamed) {
  if (header.size() != names.size()) return {};
  std::map<std::string, std::size_t> first;
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (header[i].empty()) {
      renamed->push_back("field " + std::to_string(i + 1) + " of the header has no name and is called '" + names[i] + "'");
      continue;
    }
    const auto [found, added] = first.emplace(header[i], i);
    if (!added) {
      return Error{ErrorCode::kInvalidInput, file + ": line 1: column '" + header[i] + "' stands twice, as field " + std::to_string(found->second + 1) + " and " + std::to_string(i + 1) + "; give each column its own name"};
    }
    if (header[i] == names[i]) continue;
    const std::string_view trimmed = base::Trim(header[i]);
    const std::string why = trimmed == names[i] ? "without the spaces around it" : std::string("because another column's name differs from it in case ") + (trimmed == header[i] ? "only" : "or spaces only");
    renamed->push_back("column '" + header[i] + "' is called '" + names[i] + "', " + why);
  }
  return {};
}

}  // namespace assay::store::internal
