#include "store/internal/source.h"

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "base/text.h"
#include "store/internal/csv_faults.h"
#include "store/internal/csv_lines.h"
#include "store/internal/duckdb_handle.h"
#include "store/internal/json_faults.h"

namespace assay::store::internal {

namespace {
// How every CSV file is written. Without an empty `comment` the engine drops rows that begin with '#' when there are some.
constexpr const char* kCsvRules = ", strict_mode = true, quote = '\"', escape = '\"', comment = ''";

// Comments that the engine would take for rows; it goes past others, and past titles, by itself.
std::int64_t LinesToSkip(const std::vector<std::string>& files) {
  const CsvTop first = ReadCsvTop(files.front());
  if (!first.has_delimiters) return 0;
  const bool alike = std::all_of(files.begin(), files.end(), [&](const std::string& file) { return ReadCsvTop(file).comment_lines == first.comment_lines; });
  return alike ? first.comment_lines : 0;
}

std::string SkipOption(const Source& source) { return source.lines_to_skip > 0 ? ", skip = " + std::to_string(source.lines_to_skip) : ""; }

// The engine knows gzip by the ending .gz in lower case only.
std::string CompressionOf(const Source& source) {
  return std::all_of(source.files.begin(), source.files.end(), IsGzipName) ? ", compression = 'gzip'" : "";
}

// Fills source->columns; returns the engine's types of the source's columns.
Result<std::vector<duckdb_type>> Plan(duckdb_connection connection, Source* source) {
  QueryResult result;
  const std::string sql = "SELECT * FROM " + source->Reader() + " LIMIT 0";
  if (duckdb_query(connection, sql.c_str(), &result.handle) != DuckDBSuccess) {
    return SourceFault(*source, duckdb_result_error(&result.handle));
  }
  source->columns.clear();
  std::vector<duckdb_type> types;
  for (idx_t i = 0; i < duckdb_column_count(&result.handle); ++i) {
    const std::string name = duckdb_column_name(&result.handle, i);
    duckdb_logical_type type = duckdb_column_logical_type(&result.handle, i);
    PlanColumn(name, QuoteName(name), type, &source->columns);
    types.push_back(duckdb_column_type(&result.handle, i));
    duckdb_destroy_logical_type(&type);
  }
  return types;
}

std::vector<std::string> NamesOf(const Source& source) {
  std::vector<std::string> names;
  for (const PlannedColumn& planned : source.columns) names.push_back(planned.column.name);
  return names;
}

// A file whose rows have different numbers of fields is taken for one wide column by the engine.
Result<void> RefuseRagged(const std::string& file, const std::vector<std::string>& names) {
  if (names.size() != 1) return {};
  const std::optional<char> delimiter = DelimiterOf(ReadCsvTop(file).header);
  return delimiter ? Result<void>(RaggedRow(file, *delimiter)) : Result<void>();
}

// SQL: a text as a time in UTC. Only what follows the minutes can hold an offset.
std::string TimeOfText(const std::string& text) {
  const std::string given = "nullif(trim(" + text + "), '')", rest = "substr(" + given + ", 17)";
  return "CASE WHEN contains(" + rest + ", '+') OR contains(" + rest + ", '-') OR contains(" + rest + ", 'Z') THEN CAST(CAST(" + given + " AS TIMESTAMPTZ) AS TIMESTAMP) ELSE CAST(" + given + " AS TIMESTAMP) END";
}

struct Dialect {
  std::string delimiter;      // "" when there is none
  std::string skipped_lines;  // before the header
  std::string dates, times;   // their formats
  bool iso_dates() const { return dates.empty() || dates == "%Y-%m-%d"; }
  bool iso_times() const { return times.empty() || times.starts_with("%Y-%m-%d"); }
};

Result<Dialect> SniffDialect(duckdb_connection connection, const Source& source) {
  QueryResult result;
  const std::string sql = "SELECT Delimiter, SkipRows, DateFormat, TimestampFormat FROM sniff_csv(" + QuoteFile(source.files.front()) + ", header = true" + kCsvRules + SkipOption(source) + CompressionOf(source) + ")";
  if (duckdb_query(connection, sql.c_str(), &result.handle) != DuckDBSuccess) return SourceFault(source, duckdb_result_error(&result.handle));
  const auto text = [&](idx_t column) {
    char* value = duckdb_value_varchar(&result.handle, column, 0);
    const std::string copy = value == nullptr ? "" : value;
    duckdb_free(value);
    return copy;
  };
  Dialect dialect{text(0), text(1), text(2), text(3)};
  if (dialect.delimiter == "(empty)") dialect.delimiter.clear();
  return dialect;
}

// The engine goes past all lines that have other numbers of fields than what follows: titles, but also a whole table above a last
// line that is longer.
Result<void> RefuseSkippedRows(const std::string& file, const Dialect& dialect) {
  if (dialect.delimiter.size() == 1 && HoldsRows(file, std::atoll(dialect.skipped_lines.c_str()), dialect.delimiter[0])) return RaggedRow(file, dialect.delimiter[0]);
  return {};
}

// What stands in the header, as it stands there.
Result<void> CheckHeader(duckdb_connection connection, Source* source, const Dialect& dialect) {
  const std::vector<std::string> names = NamesOf(*source);
  ASSAY_TRY(RefuseRagged(source->files.front(), names));
  QueryResult result;
  const std::string sql = "SELECT * FROM read_csv([" + QuoteFile(source->files.front()) + "], header = false, all_varchar = true" + kCsvRules + ", skip = " + dialect.skipped_lines + ", delim = " + QuoteLiteral(dialect.delimiter.empty() ? "," : dialect.delimiter) + CompressionOf(*source) + ") LIMIT 1";
  if (duckdb_query(connection, sql.c_str(), &result.handle) != DuckDBSuccess) return SourceFault(*source, duckdb_result_error(&result.handle));
  std::vector<std::string> header;
  for (idx_t i = 0; i < duckdb_column_count(&result.handle) && duckdb_row_count(&result.handle) > 0; ++i) {
    char* text = duckdb_value_varchar(&result.handle, i, 0);
    header.emplace_back(text == nullptr ? "" : text);
    duckdb_free(text);
  }
  const bool no_name = std::all_of(header.begin(), header.end(), [](const std::string& n) { return n.empty(); });
  if (no_name) return Error{ErrorCode::kInvalidInput, source->files.front() + ": line 1 is empty; expected a header line with the names of the columns"};
  return RefuseDoubleNames(source->files.front(), header, names, &source->notes);
}

// Every file has the columns of the first one, of the same kind; a CSV, whose fields go by their place, in its order. The engine would
// leave out a column that the first file does not have, and read fields of another order under the wrong name.
Result<void> RefuseDifferingColumns(duckdb_connection connection, const Source& source) {
  std::vector<PlannedColumn> first;
  for (const std::string& file : source.files) {
    Source alone;
    alone.name = file;
    alone.files = {file};
    alone.format = source.format;
    if (source.format == Format::kCsv) alone.lines_to_skip = LinesToSkip(alone.files);
    ASSAY_TRY(Plan(connection, &alone));
    if (source.format == Format::kCsv) {
      ASSAY_TRY(RefuseRagged(file, NamesOf(alone)));
      const Dialect dialect = ASSAY_TRY(SniffDialect(connection, alone));
      ASSAY_TRY(RefuseSkippedRows(file, dialect));
    }
    if (first.empty()) first = alone.columns;
    const auto find = [](const std::vector<PlannedColumn>& columns, const std::string& name) { return std::find_if(columns.begin(), columns.end(), [&](const PlannedColumn& c) { return c.column.name == name; }); };
    const auto refused = [&](const std::string& what) { return Error{ErrorCode::kInvalidInput, file + ": " + what + "; the files of a pattern need the same columns"}; };
    for (const PlannedColumn& column : first) {
      const std::string quoted = "'" + column.column.name + "'";
      const auto same = find(alone.columns, column.column.name);
      if (same == alone.columns.end()) return refused("has no column " + quoted + ", which " + source.files.front() + " has");
      if (source.format == Format::kParquet && same->column.type != column.column.type) return refused("column " + quoted + " is a " + table::ColumnTypeName(same->column.type) + ", in " + source.files.front() + " a " + table::ColumnTypeName(column.column.type));
    }
    for (const PlannedColumn& column : alone.columns) {
      if (find(first, column.column.name) == first.end()) return refused("has a column '" + column.column.name + "', which " + source.files.front() + " has not");
    }
    for (std::size_t i = 0; i < first.size() && source.format == Format::kCsv; ++i) {
      const std::string& name = alone.columns[i].column.name;
      if (name != first[i].column.name) return refused("has '" + name + "' as field " + std::to_string(i + 1) + ", where " + source.files.front() + " has '" + first[i].column.name + "': write the columns in the same order");
    }
  }
  return {};
}
// Values that are no objects become one column that the engine calls 'json', which may as well be the name of a field.
Result<void> RefuseNoObjects(duckdb_connection connection, const Source& source, const std::vector<duckdb_type>& types) {
  if (NamesOf(source) != std::vector<std::string>{"json"} || types[0] == DUCKDB_TYPE_MAP) return {};
  QueryResult result;
  const std::string sql = "SELECT * FROM " + source.Reader(", records = true") + " LIMIT 0";
  if (duckdb_query(connection, sql.c_str(), &result.handle) == DuckDBSuccess) return {};
  const std::string message = duckdb_result_error(&result.handle);
  return message.find("expected records") != std::string::npos ? NoObjects(source.name) : SourceFault(source, message);
}
}  // namespace

std::string Source::Reader(const std::string& json_options) const {
  std::string list = "[";
  for (std::size_t i = 0; i < files.size(); ++i) list += (i > 0 ? ", " : "") + QuoteFile(files[i]);
  list += "]";
  // By name, so that a column of whole numbers in the first file and of reals in a later one is one of reals.
  if (format == Format::kParquet) return "read_parquet(" + list + (files.size() > 1 ? ", union_by_name = true)" : ")");
  // From a part of the rows the engine would take numbers for whole and silently round the ones that are not.
  if (format == Format::kJson) return "read_json_auto(" + list + ", sample_size = -1" + CompressionOf(*this) + json_options + ")";
  std::string reader = "read_csv(" + list + ", header = true" + kCsvRules + SkipOption(*this) + CompressionOf(*this);
  if (!types.empty()) {
    reader += ", types = {";
    for (auto at = types.begin(); at != types.end(); ++at) reader += (at == types.begin() ? "" : ", ") + QuoteLiteral(at->first) + ": " + QuoteLiteral(at->second);
    reader += "}";
  }
  if (!date_format.empty()) reader += ", dateformat = " + QuoteLiteral(date_format);
  if (!time_format.empty()) reader += ", timestampformat = " + QuoteLiteral(time_format);
  return reader + ")";
}

Result<Source> OpenSource(duckdb_connection connection, const std::string& name, const RunContext& context) {
  Source source;
  source.name = name;
  source.files = ASSAY_TRY(FilesOf(name));
  source.format = FormatOf(source.files.front());
  for (const std::string& file : source.files) {
    ASSAY_TRY(RefuseDisguised(file, source.format));
    ASSAY_TRY(RefuseTornGzip(file, context));
  }
  if (source.format == Format::kCsv) source.lines_to_skip = LinesToSkip(source.files);
  if (source.files.size() > 1) ASSAY_TRY(RefuseDifferingColumns(connection, source));
  const std::vector<duckdb_type> types = ASSAY_TRY(Plan(connection, &source));
  if (source.format == Format::kJson) ASSAY_TRY(RefuseNoObjects(connection, source, types));
  if (source.format != Format::kCsv) return source;
  const Dialect dialect = ASSAY_TRY(SniffDialect(connection, source));
  ASSAY_TRY(RefuseSkippedRows(source.files.front(), dialect));
  ASSAY_TRY(CheckHeader(connection, &source, dialect));
  // The engine finds types on the first rows and then silently rounds a later 2.5 to a whole number, cuts the time of
  // day off a later time, drops its offset from UTC, and takes whatever is no time for missing where the first ones have
  // offsets. So whole numbers are read as reals, dates as times, and where offsets may stand times as texts that SelectList casts.
  std::optional<bool> offsets;
  for (std::size_t i = 0; i < types.size(); ++i) {
    const std::string& column = source.columns[i].column.name;
    if (types[i] == DUCKDB_TYPE_BIGINT) {
      source.types[column] = "DOUBLE";
    } else if ((types[i] == DUCKDB_TYPE_DATE && dialect.iso_dates()) || (types[i] == DUCKDB_TYPE_TIMESTAMP && dialect.iso_times()) || types[i] == DUCKDB_TYPE_TIMESTAMP_TZ) {
      if (!offsets) offsets = types[i] == DUCKDB_TYPE_TIMESTAMP_TZ || std::any_of(source.files.begin(), source.files.end(), HoldsOffsets);
      source.types[column] = *offsets ? "VARCHAR" : "TIMESTAMP";
      if (*offsets) source.times_as_texts.insert(column);
    } else if (types[i] == DUCKDB_TYPE_DATE || types[i] == DUCKDB_TYPE_TIMESTAMP) {
      source.date_formats[column] = types[i] == DUCKDB_TYPE_DATE ? dialect.dates : dialect.times;
    } else if (types[i] == DUCKDB_TYPE_BOOLEAN) {
      source.types[column] = "VARCHAR";  // the engine takes "yes" and "t" for true as well, and refuses a third word that comes later
    }
  }
  return source;
}

Error SourceFault(const Source& source, const std::string& message) {
  if (message.find("Out of Memory") != std::string::npos) return TranslateError(source.name, message);
  if (source.files.size() > 1 && (message.find("chema mismatch") != std::string::npos || message.find("COLUMN_TYPES error") != std::string::npos)) {
    return {ErrorCode::kInvalidInput, source.name + ": its files have the same columns with other types; write them alike"};
  }
  if (source.format == Format::kCsv) return CsvFault(source.name, source.files, message);
  if (const std::optional<Error> fault = source.format == Format::kJson ? JsonFault(message) : std::nullopt) return *fault;
  return TranslateError(source.name, message);
}

Result<std::string> SelectList(const Source& source, const ReadOptions& options, std::vector<std::string>* notes) {
  const std::vector<std::string> names = NamesOf(source);
  for (const std::string& wanted : options.columns) {
    if (std::find(names.begin(), names.end(), wanted) != names.end()) continue;
    return Error{ErrorCode::kNotFound, source.name + ": there is no column '" + wanted + "'." + base::DidYouMean(wanted, names) +
                                           " The columns are: " + base::Join(names, ", ")};
  }
  std::string select;
  for (const PlannedColumn& planned : source.columns) {
    const std::string& name = planned.column.name;
    if (!options.columns.empty() && std::find(options.columns.begin(), options.columns.end(), name) == options.columns.end()) continue;
    if (!planned.column.readable) {
      notes->push_back("column '" + name + "' is " + planned.column.type_text + " and was left out; spread it over columns of its own to use it");
      continue;
    }
    if (source.times_as_texts.contains(name)) {
      select += (select.empty() ? "" : ", ") + TimeOfText(planned.select) + " AS " + QuoteName(name);
      continue;
    }
    const bool as_text = source.format != Format::kCsv && source.types.contains(name);
    select += (select.empty() ? "" : ", ") + (as_text ? "CAST(" + planned.select + " AS " + source.types.at(name) + ")" : planned.select) + " AS " + QuoteName(name);
  }
  if (select.empty()) return Error{ErrorCode::kInvalidInput, source.name + ": has no column that Assay can read"};
  return select;
}

}  // namespace assay::store::internal
