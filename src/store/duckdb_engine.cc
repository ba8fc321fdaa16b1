#include <glob.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "base/file.h"
#include "base/random.h"
#include "base/sha256.h"
#include "base/text.h"
#include "base/thread_pool.h"
#include "store/engine.h"
#include "store/internal/column_builder.h"
#include "store/internal/duckdb_handle.h"

namespace assay::store {

namespace {
namespace fs = std::filesystem;
using internal::Chunk;
using internal::ColumnBuilder;
using internal::QueryResult;
using internal::QuoteLiteral;
using internal::QuoteName;

std::string FormatOf(const std::string& file) {
  const std::string lower = base::Lowercase(file);
  const auto ends = [&](const char* ending) { return lower.ends_with(ending); };
  if (ends(".parquet") || ends(".pq")) return "Parquet";
  if (ends(".json") || ends(".jsonl") || ends(".ndjson") || ends(".json.gz") || ends(".jsonl.gz")) return "JSON";
  return "CSV";
}

Result<std::vector<std::string>> FilesOf(const std::string& source) {
  std::error_code code;
  if (source.empty()) return Error{ErrorCode::kInvalidInput, "no data file was given"};
  if (fs::is_directory(source, code)) {
    return Error{ErrorCode::kInvalidInput, source + ": is a folder, expected a file or a pattern like '" + source + "/*.parquet'"};
  }
  std::vector<std::string> files;
  if (fs::exists(source, code)) {
    files.push_back(source);
  } else if (source.find_first_of("*?[") != std::string::npos) {
    glob_t found{};
    if (::glob(source.c_str(), 0, nullptr, &found) == 0) {
      for (std::size_t i = 0; i < found.gl_pathc; ++i) files.emplace_back(found.gl_pathv[i]);
    }
    ::globfree(&found);
    if (files.empty()) return Error{ErrorCode::kNotFound, source + ": no file matches this pattern"};
  } else {
    std::vector<std::string> beside;
    const fs::path folder = fs::path(source).has_parent_path() ? fs::path(source).parent_path() : fs::path(".");
    for (fs::directory_iterator entry(folder, code), end; !code && entry != end && beside.size() < 1000; entry.increment(code)) {
      beside.push_back(entry->path().filename().string());
    }
    return Error{ErrorCode::kNotFound, source + ": there is no such file." + base::DidYouMean(fs::path(source).filename().string(), beside)};
  }
  std::sort(files.begin(), files.end());
  for (const std::string& file : files) {
    if (::access(file.c_str(), R_OK) != 0) return Error{ErrorCode::kIo, file + ": cannot be read: " + std::strerror(errno)};
    if (fs::is_regular_file(file, code) && fs::file_size(file, code) == 0) {
      return Error{ErrorCode::kInvalidInput, file + ": is empty; expected a header line and rows"};
    }
    if (FormatOf(file) != FormatOf(files.front())) {
      return Error{ErrorCode::kInvalidInput, source + ": matches files of different kinds (" + files.front() + ", " + file + ")"};
    }
  }
  return files;
}

// `delimiter` "" lets the engine find it.
std::string ReaderOf(const std::vector<std::string>& files, const std::string& format, const std::string& delimiter = "") {
  std::string list = "[";
  for (std::size_t i = 0; i < files.size(); ++i) list += (i > 0 ? ", " : "") + QuoteLiteral(files[i]);
  list += "]";
  if (format == "Parquet") return "read_parquet(" + list + ")";
  if (format == "JSON") return "read_json_auto(" + list + ")";
  return "read_csv(" + list + ", header = true, strict_mode = true" + (delimiter.empty() ? "" : ", delim = " + QuoteLiteral(delimiter)) + ")";
}

// Names the first record that has another number of fields than the header. Only for the error message, so a plain scan
// that knows quotes is enough.
Error RaggedRow(const std::string& source, const std::string& file, char delimiter) {
  const Error general{ErrorCode::kInvalidInput, source + ": its rows have different numbers of fields separated by '" + std::string(1, delimiter) + "'; every row needs as many as the header"};
  const Result<std::string> bytes = base::ReadFile(file);
  if (!bytes) return general;
  std::size_t header_fields = 0, fields = 1, record = 0;
  bool quoted = false, any = false;
  for (std::size_t i = 0; i <= bytes->size(); ++i) {
    const char c = i < bytes->size() ? (*bytes)[i] : '\n';
    if (c == '"') quoted = !quoted;
    if (c == delimiter && !quoted) ++fields;
    if (c != '\n' || quoted) {
      any = any || c != '\r';
      continue;
    }
    if (any && record == 0) header_fields = fields;
    if (any && record > 0 && fields != header_fields) {
      return {ErrorCode::kInvalidInput, source + ": line " + std::to_string(record + 1) + " has " + std::to_string(fields) + " fields, the header has " + std::to_string(header_fields) + "; put texts with a '" + std::string(1, delimiter) + "' in double quotes, or mend the line"};
    }
    ++record;
    fields = 1;
    any = false;
  }
  return general;
}

class DuckDbEngine : public Engine {
 public:
  Result<void> Start(const EngineOptions& options) {
    options_ = options;
    duckdb_config config = nullptr;
    duckdb_create_config(&config);
    const auto set = [&](const char* name, const std::string& value) { duckdb_set_config(config, name, value.c_str()); };
    set("threads", std::to_string(std::max(1, options.threads)));
    set("autoinstall_known_extensions", "false");
    set("autoload_known_extensions", "false");
    set("preserve_insertion_order", "true");
    // Half of the cap for the engine's own buffers, the rest for the columns.
    if (options.memory_bytes > 0) set("memory_limit", std::to_string(options.memory_bytes / 2 / 1'000'000 + 1) + "MB");
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
    duckdb_query(connection_.handle, "SET enable_progress_bar = false; SET TimeZone = 'UTC'", &result.handle);
    return {};
  }

  Result<SourceInfo> Describe(const std::string& source) override {
    SourceInfo info;
    info.files = ASSAY_TRY(FilesOf(source));
    info.format = FormatOf(info.files.front());
    QueryResult result;
    const std::string sql = "SELECT * FROM " + ReaderOf(info.files, info.format) + " LIMIT 0";
    if (duckdb_query(connection_.handle, sql.c_str(), &result.handle) != DuckDBSuccess) {
      return internal::TranslateError(source, duckdb_result_error(&result.handle));
    }
    for (idx_t i = 0; i < duckdb_column_count(&result.handle); ++i) {
      const duckdb_type type = duckdb_column_type(&result.handle, i);
      const internal::ReadAs read_as = internal::ReadAsOf(type);
      duckdb_logical_type logical = duckdb_column_logical_type(&result.handle, i);
      SourceColumn column;
      column.name = duckdb_column_name(&result.handle, i);
      column.type = internal::ColumnTypeOf(read_as);
      // Types with a faithful text form are read as categories.
      const bool as_text = type == DUCKDB_TYPE_ENUM || type == DUCKDB_TYPE_UUID || type == DUCKDB_TYPE_TIME || type == DUCKDB_TYPE_TIME_TZ || type == DUCKDB_TYPE_INTERVAL || type == DUCKDB_TYPE_SQLNULL || type == DUCKDB_TYPE_BIT || type == DUCKDB_TYPE_UHUGEINT;
      column.readable = read_as != internal::ReadAs::kUnreadable || as_text;
      column.type_text = as_text ? "TEXT" : column.readable ? "" : "nested or binary";
      duckdb_destroy_logical_type(&logical);
      info.columns.push_back(std::move(column));
    }
    ASSAY_TRY(RefuseRagged(source, info));
    return info;
  }

  Result<ReadResult> Read(const std::string& source, const ReadOptions& options, const RunContext& context) override {
    const SourceInfo info = ASSAY_TRY(Describe(source));
    ReadResult read;
    const std::string select = ASSAY_TRY(SelectList(source, info, options, &read.notes));
    const std::string sql = "SELECT " + select + " FROM " + ReaderOf(info.files, info.format);
    ASSAY_TRY(Fetch(source, sql, options, context, &read));
    if (read.table.num_rows() == 0) {
      return Error{ErrorCode::kInvalidInput, source + ": has a header but no rows; expected at least one row"};
    }
    read.fingerprint = Fingerprint(read.table);
    return read;
  }

  Result<void> Write(const table::Table& table, const std::string& path) override;

 private:
  // A file whose rows have different numbers of fields is taken for one wide column by the engine.
  Result<void> RefuseRagged(const std::string& source, const SourceInfo& info) {
    if (info.format != "CSV" || info.columns.size() != 1) return {};
    for (const char* delimiter : {",", ";", "\t", "|"}) {
      if (info.columns[0].name.find(delimiter) == std::string::npos) continue;
      return RaggedRow(source, info.files.front(), delimiter[0]);
    }
    return {};
  }

  static Result<std::string> SelectList(const std::string& source, const SourceInfo& info, const ReadOptions& options,
                                        std::vector<std::string>* notes) {
    std::vector<std::string> names;
    for (const SourceColumn& column : info.columns) names.push_back(column.name);
    for (const std::string& wanted : options.columns) {
      if (std::find(names.begin(), names.end(), wanted) != names.end()) continue;
      return Error{ErrorCode::kNotFound, source + ": there is no column '" + wanted + "'." + base::DidYouMean(wanted, names) +
                                             " The columns are: " + base::Join(names, ", ")};
    }
    std::string select;
    for (const SourceColumn& column : info.columns) {
      const bool wanted = options.columns.empty() || std::find(options.columns.begin(), options.columns.end(), column.name) != options.columns.end();
      if (!wanted) continue;
      if (!column.readable) {
        notes->push_back("column '" + column.name + "' is nested or binary and was left out");
        continue;
      }
      if (!select.empty()) select += ", ";
      select += column.type_text == "TEXT" ? "CAST(" + QuoteName(column.name) + " AS VARCHAR) AS " + QuoteName(column.name) : QuoteName(column.name);
    }
    if (select.empty()) return Error{ErrorCode::kInvalidInput, source + ": has no column that Assay can read"};
    return select;
  }

  Result<void> Fetch(const std::string& source, const std::string& sql, const ReadOptions& options, const RunContext& context, ReadResult* read) {
    duckdb_prepared_statement statement = nullptr;
    duckdb_pending_result pending = nullptr;
    QueryResult result;
    std::string message;
    if (duckdb_prepare(connection_.handle, sql.c_str(), &statement) != DuckDBSuccess) {
      message = duckdb_prepare_error(statement);
    } else if (duckdb_pending_prepared_streaming(statement, &pending) != DuckDBSuccess) {
      message = duckdb_pending_error(pending);
    } else if (duckdb_execute_pending(pending, &result.handle) != DuckDBSuccess) {
      message = duckdb_result_error(&result.handle);
    }
    duckdb_destroy_pending(&pending);
    duckdb_destroy_prepare(&statement);
    if (!message.empty()) return internal::TranslateError(source, message);

    std::vector<ColumnBuilder> builders;
    for (idx_t i = 0; i < duckdb_column_count(&result.handle); ++i) {
      duckdb_logical_type logical = duckdb_column_logical_type(&result.handle, i);
      builders.emplace_back(duckdb_column_name(&result.handle, i), duckdb_column_type(&result.handle, i), logical);
      duckdb_destroy_logical_type(&logical);
    }
    std::int64_t row = 0;
    for (;;) {
      // A group of chunks is fetched, then each column takes its part of all of them on a thread of its own.
      std::vector<std::unique_ptr<Chunk>> group;
      std::vector<std::int64_t> first_rows;
      for (int i = 0; i < 32; ++i) {
        auto chunk = std::make_unique<Chunk>(duckdb_fetch_chunk(result.handle));
        if (chunk->handle == nullptr) break;
        first_rows.push_back(row);
        row += static_cast<std::int64_t>(duckdb_data_chunk_get_size(chunk->handle));
        group.push_back(std::move(chunk));
      }
      if (const char* error = duckdb_result_error(&result.handle); error != nullptr && *error != '\0') return internal::TranslateError(source, error);
      if (group.empty()) break;
      std::vector<Result<void>> appended(builders.size());
      ASSAY_TRY(base::ParallelFor(context, static_cast<std::int64_t>(builders.size()), [&](std::int64_t c) {
        const auto column = static_cast<std::size_t>(c);
        for (std::size_t g = 0; g < group.size() && appended[column]; ++g) {
          appended[column] = builders[column].Append(duckdb_data_chunk_get_vector(group[g]->handle, column),
                                                     static_cast<std::int64_t>(duckdb_data_chunk_get_size(group[g]->handle)), first_rows[g]);
        }
      }));
      std::size_t bytes = 0;
      for (std::size_t c = 0; c < builders.size(); ++c) {
        if (!appended[c]) return appended[c].error().With(source);
        bytes += builders[c].size_bytes();
      }
      if (options_.memory_bytes > 0 && bytes > static_cast<std::size_t>(options_.memory_bytes)) {
        return Error{ErrorCode::kTooLarge, source + ": the columns need more than the --memory cap of " + base::ReadableCount(options_.memory_bytes) +
                                               " bytes after " + base::ReadableCount(row) + " rows; name fewer columns with --features, or raise --memory"};
      }
      context.Report("read " + source, row, 0);
    }
    read->source_rows = row;
    std::vector<table::Column> columns;
    for (ColumnBuilder& builder : builders) {
      columns.push_back(builder.Finish());
      ASSAY_TRY_WITH(RefuseInfinityInText(columns.back()), source);
    }
    read->table = ASSAY_TRY(table::Table::Create(std::move(columns)));
    if (options.sample_rows > 0 && options.sample_rows < row) Sample(options, read);
    return {};
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
    return Error{ErrorCode::kInvalidInput, "row " + std::to_string(row + 1) + ", column '" + column.name() + "': '" + column.dictionary()[infinite] + "' is not a finite number; replace it by a number or leave it empty"};
  }

  static void Sample(const ReadOptions& options, ReadResult* read) {
    // Selection sampling keeps file order (Knuth, The Art of Computer Programming 3.4.2 S).
    base::RandomStream random(options.seed, "sample rows");
    std::vector<std::uint32_t> rows;
    std::int64_t needed = options.sample_rows;
    for (std::int64_t row = 0; row < read->source_rows && needed > 0; ++row) {
      if (static_cast<std::int64_t>(random.Below(static_cast<std::uint64_t>(read->source_rows - row))) < needed) {
        rows.push_back(static_cast<std::uint32_t>(row));
        --needed;
      }
    }
    read->table = read->table.Take(rows);
    read->notes.push_back("a random sample of " + base::ReadableCount(options.sample_rows) + " of " + base::ReadableCount(read->source_rows) + " rows (seed " + std::to_string(options.seed) + ")");
  }

  EngineOptions options_;
  internal::Database database_;
  internal::Connection connection_;
};

Result<void> DuckDbEngine::Write(const table::Table& table, const std::string& path) {
  (void)table;
  return Error{ErrorCode::kUnsupported, path + ": writing is not there yet"};
}
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
