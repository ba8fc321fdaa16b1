// The lines of a CSV file as text, for what the engine does not say: what stands above the header, which row does not fit.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace assay::store::internal {

// Above the header: lines that begin with '#', and empty lines among them. The last of them is the header itself when it has
// several fields and the line after it as many ('#x,y'), unless only the line after that holds a number.
struct CsvTop {
  std::int64_t comment_lines = 0;
  bool has_delimiters = false;  // a comment holds one, so that the engine may take it for a row
  std::string header;           // the line after them; "" when there is none
};
CsvTop ReadCsvTop(const std::string& file);

// The first of comma, semicolon, tab and | that splits the line into several fields.
std::optional<char> DelimiterOf(std::string_view line);

// Whether among the first lines of a file is one of several fields that is no comment: a header or row, where only titles are due.
bool HoldsRows(const std::string& file, std::int64_t num_lines, char delimiter);

// Whether somewhere a clock with an offset from UTC may stand ("04:05+02", "04:05:06.5Z"). Cost: the file once, a second per GB.
bool HoldsOffsets(const std::string& file);

// Names the first line that has another number of fields than the header, or whose double quotes do not close.
// Lines of one field before the header are titles. Of gzip files only that there is such a line.
Error RaggedRow(const std::string& file, char delimiter);

// `where`: file and line.
Error OpenQuote(const std::string& where);

}  // namespace assay::store::internal
