#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>
#include <set>

#include "base/sha256.h"
#include "base/text.h"
#include "base/thread_pool.h"
#include "store/engine.h"
#include "store/internal/column_builder.h"
#include "store/internal/column_plan.h"
#include "store/internal/csv_faults.h"
#include "store/internal/duckdb_handle.h"
#include "store/internal/json_faults.h"
#include "store/internal/row_sample.h"
#include "store/internal/source_files.h"
#include "store/internal/write_blocks.h"
#include "table/written_dates.h"

namespace assay::store {

namespace {
namespace fs = std::filesystem;
using internal::Chunk;
using internal::ColumnBuilder;
using internal::Format;
using internal::PlannedColumn;
using internal::QueryResult;
using internal::QuoteFile;
using internal::QuoteLiteral;
using internal::QuoteName;

// A source as it will be read; types change while a reading shows them to be wrong.
struct Source {
  std::string name;
  std::vector<std::string> files;
  Format format = Format::kCsv;
  internal::TypeOverrides types;
  std::set<std::string> settled;    // columns whose type is not questioned again
  std::vector<PlannedColumn> columns;
  std::vector<std::string> notes;

  std::string Reader() const {
    std::string list = "[";
    for (std::size_t i = 0; i < files.size(); ++i) list += (i > 0 ? ", " : "") + QuoteFile(files[i]);
    list += "]";
    // By name, so that a column of whole numbers in the first file and of reals in a later one is one of reals.
    if (format == Format::kParquet) return "read_parquet(" + list + (files.size() > 1 ? ", union_by_name = true)" : ")");
    // From a part of the rows the engine would take numbers for whole and silently round the ones that are not.
    if (format == Format::kJson) return "read_json_auto(" + list + ", sample_size = -1" + Compression() + ")";
    std::string reader = "read_csv(" + list + ", header = true, strict_mode = true, quote = '\"', escape = '\"'" + Compression();
    if (!types.empty()) {
      reader += ", types = {";
      for (auto at = types.begin(); at != types.end(); ++at) reader += (at == types.begin() ? "" : ", ") + QuoteLiteral(at->first) + ": " + QuoteLiteral(at->second);
      reader += "}";
    }
    return reader + ")";
  }

  // The engine knows gzip by the ending .gz in lower case only.
  std::string Compression() const { return std::all_of(files.begin(), files.end(), internal::IsGzipName) ? ", compression = 'gzip'" : ""; }
};

class DuckDbEngine : public Engine {
 public:
  Result<void> Start(const EngineOptions& options) {
    options_ = options;
    if (options.memory_bytes > 0 && options.memory_bytes < kLeastMemory) {
      return Error{ErrorCode::kInvalidInput, "--memory is too little: the program and its data engine alone take " + base::ReadableCount(kLeastMemory / 1'000'000) + " MB; give that or more"};
    }
    duckdb_config config = nullptr;
    duckdb_create_config(&config);
    const auto set = [&](const char* name, const std::string& value) { duckdb_set_config(config, name, value.c_str()); };
    set("threads", std::to_string(std::max(1, options.threads)));
    set("autoinstall_known_extensions", "false");
    set("autoload_known_extensions", "false");
    set("preserve_insertion_order", "true");
    if (options.memory_bytes > 0) set("memory_limit", std::to_string(EngineShare(options.memory_bytes) / 1'000'000) + "MB");
    std::error_code no_temp_folder;
    fs::path temp = options.temp_folder.empty() ? fs::temp_directory_path(no_temp_folder) : fs::path(options.temp_folder);
    if (no_temp_folder) temp = ".";  // TMPDIR names no folder
    set("temp_directory", (temp / ("assay-spill-" + std::to_string(::getpid()))).string());
    char* message = nullptr;
    const duckdb_state state = duckdb_open_ext(nullptr, &database_.handle, config, &message);
    duckdb_destroy_config(&config);
    if (state != DuckDBSuccess) {
      const std::string text = message != nullptr ? message : "unknown reason";
      duckdb_free(message);
      return Error{ErrorCode::kInternal, "the data engine does not start: " + text};
    }
    if (duckdb_connect(database_.handle, &connection_.handle) != DuckDBSuccess) {
      return Error{ErrorCode::kInternal, "the data engine does not accept a connection"};
    }
    QueryResult result;
    // The bar is on so that the engine says how far it is, and never printed.
    duckdb_query(connection_.handle, "SET enable_progress_bar = true; SET enable_progress_bar_print = false; SET TimeZone = 'UTC'", &result.handle);
    return {};
  }

  Result<SourceInfo> Describe(const std::string& source) override {
    const Source opened = ASSAY_TRY(OpenSource(source, {}));
    SourceInfo info;
    info.files = opened.files;
    info.format = internal::FormatName(opened.format);
    for (const PlannedColumn& planned : opened.columns) info.columns.push_back(planned.column);
    return info;
  }

  Result<ReadResult> Read(const std::string& name, const ReadOptions& options, const RunContext& context) override {
    Source source = ASSAY_TRY(OpenSource(name, context));
    for (;;) {
      ReadResult read;
      read.notes = source.notes;
      const std::string select = ASSAY_TRY(SelectList(source, options, &read.notes));
      const bool whole = ASSAY_TRY(Fetch(&source, select, options, context, &read));
      if (!whole) continue;  // a column's type was wrong: again with the right one
      if (read.table.num_rows() == 0) {
        return Error{ErrorCode::kInvalidInput, name + ": has a header but no rows; expected at least one row"};
      }
      read.fingerprint = Fingerprint(read.table);
      return read;
    }
  }

  Result<std::int64_t> WriteBlocks(const table::Schema& schema, const BlockSource& next, const std::string& path) override {
    return internal::WriteBlocks(database_.handle, schema, next, path);
  }

 private:
  Result<Source> OpenSource(const std::string& name, const RunContext& context) {
    Source source;
    source.name = name;
    source.files = ASSAY_TRY(internal::FilesOf(name));
    source.format = internal::FormatOf(source.files.front());
    for (const std::string& file : source.files) {
      ASSAY_TRY(internal::RefuseDisguised(file, source.format));
      ASSAY_TRY(internal::RefuseTornGzip(file, context));
    }
    if (source.files.size() > 1) ASSAY_TRY(RefuseDifferingColumns(source));
    const std::vector<duckdb_type> types = ASSAY_TRY(Plan(&source));
    if (source.format != Format::kCsv) return source;
    const Dialect dialect = ASSAY_TRY(SniffDialect(source));
    ASSAY_TRY(CheckHeader(&source, dialect));
    // The engine finds types on the first rows and then silently rounds a later 2.5 to a whole number and cuts the time of
    // day off a later time, so whole numbers are read as reals and dates as times.
    for (std::size_t i = 0; i < types.size(); ++i) {
      const std::string& column = source.columns[i].column.name;
      if (types[i] == DUCKDB_TYPE_BIGINT) {
        source.types[column] = "DOUBLE";
      } else if (types[i] == DUCKDB_TYPE_DATE && dialect.iso_dates) {
        source.types[column] = "TIMESTAMP";
      }
    }
    return source;
  }

  // Fills source->columns; returns the engine's types of the source's columns.
  Result<std::vector<duckdb_type>> Plan(Source* source) {
    QueryResult result;
    const std::string sql = "SELECT * FROM " + source->Reader() + " LIMIT 0";
    if (duckdb_query(connection_.handle, sql.c_str(), &result.handle) != DuckDBSuccess) {
      return Fault(*source, duckdb_result_error(&result.handle));
    }
    source->columns.clear();
    std::vector<duckdb_type> types;
    for (idx_t i = 0; i < duckdb_column_count(&result.handle); ++i) {
      const std::string name = duckdb_column_name(&result.handle, i);
      duckdb_logical_type type = duckdb_column_logical_type(&result.handle, i);
      internal::PlanColumn(name, QuoteName(name), type, &source->columns);
      types.push_back(duckdb_column_type(&result.handle, i));
      duckdb_destroy_logical_type(&type);
    }
    return types;
  }

  static std::vector<std::string> NamesOf(const Source& source) {
    std::vector<std::string> names;
    for (const PlannedColumn& planned : source.columns) names.push_back(planned.column.name);
    return names;
  }

  // A file whose rows have different numbers of fields is taken for one wide column by the engine.
  static Result<void> RefuseRagged(const std::string& file, const std::vector<std::string>& names) {
    if (names.size() != 1) return {};
    for (const char candidate : {',', ';', '\t', '|'}) {
      if (names[0].find(candidate) != std::string::npos) return internal::RaggedRow(file, candidate);
    }
    return {};
  }

  struct Dialect {
    std::string delimiter;
    std::string skipped_lines;  // before the header
    bool iso_dates = true;
  };

  // What stands in the header, as it stands there.
  Result<void> CheckHeader(Source* source, const Dialect& dialect) {
    const std::vector<std::string> names = NamesOf(*source);
    ASSAY_TRY(RefuseRagged(source->files.front(), names));
    QueryResult result;
    const std::string sql = "SELECT * FROM read_csv([" + QuoteFile(source->files.front()) + "], header = false, all_varchar = true, strict_mode = true, quote = '\"', escape = '\"', skip = " + dialect.skipped_lines + ", delim = " + QuoteLiteral(dialect.delimiter) + source->Compression() + ") LIMIT 1";
    if (duckdb_query(connection_.handle, sql.c_str(), &result.handle) != DuckDBSuccess) return Fault(*source, duckdb_result_error(&result.handle));
    std::vector<std::string> header;
    for (idx_t i = 0; i < duckdb_column_count(&result.handle) && duckdb_row_count(&result.handle) > 0; ++i) {
      char* text = duckdb_value_varchar(&result.handle, i, 0);
      header.emplace_back(text == nullptr ? "" : text);
      duckdb_free(text);
    }
    const bool no_name = std::all_of(header.begin(), header.end(), [](const std::string& n) { return n.empty(); });
    if (no_name) return Error{ErrorCode::kInvalidInput, source->files.front() + ": line 1 is empty; expected a header line with the names of the columns"};
    return internal::RefuseDoubleNames(source->files.front(), header, names, &source->notes);
  }

  Result<Dialect> SniffDialect(const Source& source) {
    QueryResult result;
    const std::string sql = "SELECT Delimiter, SkipRows, DateFormat FROM sniff_csv(" + QuoteFile(source.files.front()) + ", header = true, strict_mode = true, quote = '\"', escape = '\"'" + source.Compression() + ")";
    if (duckdb_query(connection_.handle, sql.c_str(), &result.handle) != DuckDBSuccess) return Fault(source, duckdb_result_error(&result.handle));
    const auto text = [&](idx_t column) {
      char* value = duckdb_value_varchar(&result.handle, column, 0);
      const std::string copy = value == nullptr ? "" : value;
      duckdb_free(value);
      return copy;
    };
    Dialect dialect{text(0), text(1), text(2).empty() || text(2) == "%Y-%m-%d"};
    if (dialect.delimiter.empty() || dialect.delimiter == "(empty)") dialect.delimiter = ",";
    return dialect;
  }

  Error Fault(const Source& source, const std::string& message) {
    if (message.find("Out of Memory") != std::string::npos) return internal::TranslateError(source.name, message);
    if (source.files.size() > 1 && (message.find("chema mismatch") != std::string::npos || message.find("COLUMN_TYPES error") != std::string::npos)) {
      return {ErrorCode::kInvalidInput, source.name + ": its files have the same columns with other types; write them alike"};
    }
    if (source.format == Format::kCsv) return internal::CsvFault(source.name, source.files, message);
    if (const std::optional<Error> fault = source.format == Format::kJson ? internal::JsonFault(message) : std::nullopt) return *fault;
    return internal::TranslateError(source.name, message);
  }

  // Every file has the columns of the first one, of the same kind; a CSV, whose fields go by their place, in its order. The engine would
  // leave out a column that the first file does not have, and read fields of another order under the wrong name.
  Result<void> RefuseDifferingColumns(const Source& source) {
    std::vector<PlannedColumn> first;
    for (const std::string& file : source.files) {
      Source alone;
      alone.name = file;
      alone.files = {file};
      alone.format = source.format;
      ASSAY_TRY(Plan(&alone));
      if (source.format == Format::kCsv) ASSAY_TRY(RefuseRagged(file, NamesOf(alone)));
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

  static Result<std::string> SelectList(const Source& source, const ReadOptions& options, std::vector<std::string>* notes) {
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
      const bool as_text = source.format != Format::kCsv && source.types.contains(name);
      select += (select.empty() ? "" : ", ") + (as_text ? "CAST(" + planned.select + " AS " + source.types.at(name) + ")" : planned.select) + " AS " + QuoteName(name);
    }
    if (select.empty()) return Error{ErrorCode::kInvalidInput, source.name + ": has no column that Assay can read"};
    return select;
  }

  // Rows of the source. Parquet keeps the number; text formats are scanned for it.
  Result<std::int64_t> CountRows(const Source& source, const RunContext& context) {
    context.Report("count rows of " + source.name, 0, 0);
    QueryResult result;
    const std::string sql = "SELECT count(*) FROM " + source.Reader();
    if (duckdb_query(connection_.handle, sql.c_str(), &result.handle) != DuckDBSuccess) return Fault(source, duckdb_result_error(&result.handle));
    return duckdb_value_int64(&result.handle, 0, 0);
  }

  // False: a column was read as the wrong type; `source` now says the right one.
  Result<bool> Fetch(Source* source, const std::string& select, const ReadOptions& options, const RunContext& context, ReadResult* read) {
    std::int64_t total = 0;
    if (options.sample_rows > 0 || source->format == Format::kParquet) total = ASSAY_TRY(CountRows(*source, context));
    const bool sampled = options.sample_rows > 0 && options.sample_rows < total;
    internal::RowSample sample(options.seed, options.sample_rows, total);

    QueryResult result;
    const std::string sql = "SELECT " + select + " FROM " + source->Reader();
    if (const std::string message = StartStreaming(sql, &result); !message.empty()) {
      if (Retype(source, message)) return false;
      return Fault(*source, message);
    }
    std::vector<ColumnBuilder> builders;
    for (idx_t i = 0; i < duckdb_column_count(&result.handle); ++i) {
      duckdb_logical_type logical = duckdb_column_logical_type(&result.handle, i);
      builders.emplace_back(duckdb_column_name(&result.handle, i), duckdb_column_type(&result.handle, i), logical);
      duckdb_destroy_logical_type(&logical);
    }
    std::vector<std::uint32_t> every(duckdb_vector_size());
    for (std::size_t i = 0; i < every.size(); ++i) every[i] = static_cast<std::uint32_t>(i);
    std::int64_t row = 0;
    for (;;) {
      // A group of chunks is fetched, then each column takes its part of all of them on a thread of its own.
      struct Part {
        std::unique_ptr<Chunk> chunk;
        std::int64_t first_row;
        std::vector<std::uint32_t> chosen;     // when sampled
        std::span<const std::uint32_t> rows;
      };
      std::vector<Part> group;
      for (int i = 0; i < 32; ++i) {
        auto chunk = std::make_unique<Chunk>(duckdb_fetch_chunk(result.handle));
        if (chunk->handle == nullptr) break;
        const auto size = static_cast<std::int64_t>(duckdb_data_chunk_get_size(chunk->handle));
        group.push_back({std::move(chunk), row, sampled ? sample.Next(size) : std::vector<std::uint32_t>{}, {}});
        group.back().rows = sampled ? std::span<const std::uint32_t>(group.back().chosen) : std::span<const std::uint32_t>(every).first(static_cast<std::size_t>(size));
        row += size;
      }
      if (const char* error = duckdb_result_error(&result.handle); error != nullptr && *error != '\0') {
        if (Retype(source, error)) return false;
        return Fault(*source, error);
      }
      if (group.empty()) break;
      std::vector<Result<void>> appended(builders.size());
      ASSAY_TRY(base::ParallelFor(context, static_cast<std::int64_t>(builders.size()), [&](std::int64_t c) {
        const auto column = static_cast<std::size_t>(c);
        for (std::size_t g = 0; g < group.size() && appended[column]; ++g) {
          appended[column] = builders[column].Append(duckdb_data_chunk_get_vector(group[g].chunk->handle, column), group[g].rows, group[g].first_row);
        }
      }));
      std::int64_t bytes = 0;
      for (std::size_t c = 0; c < builders.size(); ++c) {
        if (!appended[c]) return appended[c].error().With(source->name);
        bytes += static_cast<std::int64_t>(builders[c].size_bytes());
        if (builders[c].overflowed()) return Retype(source, builders[c].name(), "VARCHAR", false);
      }
      ASSAY_TRY(RefuseTooLarge(*source, bytes, sampled ? row * options.sample_rows / total : row));
      ReportProgress(*source, row, total, context);
    }
    if (RetypeWhole(source, builders)) return false;
    read->source_rows = row;
    std::vector<table::Column> columns;
    for (ColumnBuilder& builder : builders) {
      if (builder.rounds_whole_numbers()) read->notes.push_back("column '" + builder.name() + "' holds whole numbers beyond 2^53, which are rounded to the nearest that a 64-bit real holds");
      columns.push_back(builder.Finish());
      ASSAY_TRY_WITH(RefuseInfinityInText(columns.back()), source->name);
      if (std::optional<table::Column> times = source->format == Format::kJson ? table::TimesFromText(columns.back()) : std::nullopt) {
        read->notes.push_back("'" + columns.back().name() + "': texts like '" + columns.back().dictionary().front() + "' are read as times, in UTC");
        columns.back() = std::move(*times);
      }
      if (std::optional<table::Column> days = table::DatesFromText(columns.back())) {
        read->notes.push_back("'" + columns.back().name() + "': texts like '" + columns.back().dictionary().front() + "' are read as days");
        columns.back() = std::move(*days);
      }
    }
    read->table = ASSAY_TRY(table::Table::Create(std::move(columns)));
    if (sampled) read->notes.push_back("a random sample of " + base::ReadableCount(options.sample_rows) + " of " + base::ReadableCount(row) + " rows (seed " + std::to_string(options.seed) + ")");
    return true;
  }

  std::string StartStreaming(const std::string& sql, QueryResult* result) {
    duckdb_prepared_statement statement = nullptr;
    duckdb_pending_result pending = nullptr;
    std::string message;
    if (duckdb_prepare(connection_.handle, sql.c_str(), &statement) != DuckDBSuccess) {
      message = duckdb_prepare_error(statement);
    } else if (duckdb_pending_prepared_streaming(statement, &pending) != DuckDBSuccess) {
      message = duckdb_pending_error(pending);
    } else if (duckdb_execute_pending(pending, &result->handle) != DuckDBSuccess) {
      message = duckdb_result_error(&result->handle);
    }
    duckdb_destroy_pending(&pending);
    duckdb_destroy_prepare(&statement);
    return message;
  }

  void ReportProgress(const Source& source, std::int64_t row, std::int64_t total, const RunContext& context) {
    const std::string step = "read " + source.name;
    if (total > 0) return context.Report(step, row, total);
    const double percentage = duckdb_query_progress(connection_.handle).percentage;
    context.Report(step, percentage > 0 ? static_cast<std::int64_t>(percentage * 100) : 0, percentage > 0 ? 10'000 : 0);
  }

  Result<void> RefuseTooLarge(const Source& source, std::int64_t bytes, std::int64_t rows) const {
    const std::int64_t share = options_.memory_bytes - EngineShare(options_.memory_bytes) - kProgramBytes;
    if (options_.memory_bytes <= 0 || bytes <= share) return {};
    const auto fitting = static_cast<std::int64_t>(static_cast<double>(rows) * 0.5 * static_cast<double>(std::max<std::int64_t>(share, 0)) / static_cast<double>(bytes));
    return Error{ErrorCode::kTooLarge, source.name + ": its columns take more than the " + base::ReadableCount(options_.memory_bytes / 1'000'000) + " MB of --memory after " + base::ReadableCount(rows) +
                                           " rows; raise --memory" + (fitting > 0 ? ", or use a sample: --sample " + std::to_string(fitting) : "")};
  }

  // A later row showed that a column's type, found on the first rows, is too narrow.
  static bool Retype(Source* source, const std::string& message) {
    const auto fault = source->format == Format::kCsv ? internal::ConversionFaultOf(message) : std::nullopt;
    const std::string wider = fault ? internal::WiderType(*fault) : "";
    return !wider.empty() && !Retype(source, fault->column, wider, false);
  }
  // Always false, for Fetch to return.
  static bool Retype(Source* source, const std::string& column, const std::string& type, bool settled) {
    source->types[column] = type;
    if (settled) source->settled.insert(column);
    return false;
  }

  // Columns of a CSV whose values, now all seen, show another type: digits beyond 64 bits are kept only as text, those beyond 53 bits only as integers; a column that
  // was empty in the first rows may hold nothing but numbers.
  static bool RetypeWhole(Source* source, const std::vector<ColumnBuilder>& builders) {
    if (source->format != Format::kCsv) return source->format == Format::kJson && RetypeQuotedNumbers(source, builders);
    bool again = false;
    for (const ColumnBuilder& builder : builders) {
      if (source->settled.contains(builder.name())) continue;
      const auto type = source->types.find(builder.name());
      const bool made_text = type != source->types.end() && type->second == "VARCHAR";
      if (builder.rounds_whole_numbers() && !builder.beyond_integers()) {
        Retype(source, builder.name(), "BIGINT", true);
        again = true;
      } else if (builder.beyond_integers()) {
        Retype(source, builder.name(), "VARCHAR", false);
        again = true;
      } else if (builder.read_as() == internal::ReadAs::kText && !builder.entries().empty()) {
        double number = 0;
        const bool numbers = std::all_of(builder.entries().begin(), builder.entries().end(), [&](const std::string& e) { return base::ParseNumber(e, &number); });
        const bool digits = std::all_of(builder.entries().begin(), builder.entries().end(), [&](const std::string& e) { return e.find_first_not_of("+-0123456789") == std::string::npos; });
        if (!numbers || (made_text && digits)) continue;
        Retype(source, builder.name(), digits ? "BIGINT" : "DOUBLE", true);
        again = true;
      }
    }
    return again;
  }

  // Numbers of a JSON file of which some stand in quotes are numbers, unless a real would round them.
  static bool RetypeQuotedNumbers(Source* source, const std::vector<ColumnBuilder>& builders) {
    bool again = false;
    for (const ColumnBuilder& builder : builders) {
      const auto planned = std::find_if(source->columns.begin(), source->columns.end(), [&](const PlannedColumn& p) { return p.column.name == builder.name(); });
      if (!planned->mixed || builder.entries().empty() || source->settled.contains(builder.name())) continue;
      double number = 0;
      const bool numbers = std::all_of(builder.entries().begin(), builder.entries().end(), [&](const std::string& e) {
        const bool digits = e.find_first_not_of("+-0123456789") == std::string::npos;
        return base::ParseNumber(e, &number) && !(digits && std::abs(number) >= 0x1p53);
      });
      if (!numbers) continue;
      Retype(source, builder.name(), "DOUBLE", true);
      source->notes.push_back("column '" + builder.name() + "': some of its numbers stand in quotes; all are read as numbers");
      again = true;
    }
    return again;
  }

  // Numbers among which "inf" stands are read as text by the engine; a column of mostly numbers is meant to be one.
  static Result<void> RefuseInfinityInText(const table::Column& column) {
    if (column.type() != table::ColumnType::kCategory) return {};
    std::size_t numbers = 0;
    std::uint32_t infinite = table::kMissingCode;
    for (std::uint32_t code = 0; code < column.dictionary().size(); ++code) {
      const std::string text = base::Lowercase(base::Trim(column.dictionary()[code]));
      double value = 0;
      if (base::ParseNumber(text, &value)) ++numbers;
      const std::string_view bare = text.starts_with('-') || text.starts_with('+') ? std::string_view(text).substr(1) : std::string_view(text);
      if (bare == "inf" || bare == "infinity") infinite = std::min(infinite, code);
    }
    if (infinite == table::kMissingCode || 2 * numbers < column.dictionary().size()) return {};
    std::int64_t row = 0;
    while (column.CodeAt(row) != infinite) ++row;
    return Error{ErrorCode::kInvalidInput, "row " + std::to_string(row + 1) + ", column '" + column.name() + "': '" + column.dictionary()[infinite] + "' is infinite; replace it by a number or leave it empty"};
  }

  EngineOptions options_;
  internal::Database database_;
  internal::Connection connection_;
};
}  // namespace

Result<std::unique_ptr<Engine>> Engine::Open(const EngineOptions& options) {
  auto engine = std::make_unique<DuckDbEngine>();
  ASSAY_TRY(engine->Start(options));
  return std::unique_ptr<Engine>(std::move(engine));
}

std::string Fingerprint(const table::Table& table) {
  base::Sha256 whole;
  for (const table::Column& column : table.columns()) {
    base::Sha256 hash;
    const std::string head = column.name() + '\0' + table::ColumnTypeName(column.type()) + '\0';
    hash.Update(head.data(), head.size());
    std::visit([&](const auto& values) { hash.Update(values.data(), values.size() * sizeof(values[0])); }, column.storage());
    for (const std::string& entry : column.dictionary()) hash.Update(entry.c_str(), entry.size() + 1);
    const std::string hex = hash.FinishHex();
    whole.Update(hex.data(), hex.size());
  }
  return whole.FinishHex();
}

}  // namespace assay::store
