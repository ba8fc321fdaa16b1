#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "base/sha256.h"
#include "base/text.h"
#include "base/thread_pool.h"
#include "store/engine.h"
#include "store/internal/column_builder.h"
#include "store/internal/date_order.h"
#include "store/internal/duckdb_handle.h"
#include "store/internal/row_sample.h"
#include "store/internal/source.h"
#include "store/internal/source_types.h"
#include "store/internal/write_blocks.h"
#include "table/written_dates.h"
#include "table/written_values.h"

namespace assay::store {

namespace {
namespace fs = std::filesystem;
using internal::Chunk;
using internal::ColumnBuilder;
using internal::Format;
using internal::PlannedColumn;
using internal::QueryResult;
using internal::Source;

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
    const Source opened = ASSAY_TRY(internal::OpenSource(connection_.handle, source, {}));
    SourceInfo info;
    info.files = opened.files;
    info.format = internal::FormatName(opened.format);
    for (const PlannedColumn& planned : opened.columns) info.columns.push_back(planned.column);
    return info;
  }

  Result<ReadResult> Read(const std::string& name, const ReadOptions& options, const RunContext& context) override {
    Source source = ASSAY_TRY(internal::OpenSource(connection_.handle, name, context));
    for (;;) {
      ReadResult read;
      read.notes = source.notes;
      const std::string select = ASSAY_TRY(internal::SelectList(source, options, &read.notes));
      const bool whole = ASSAY_TRY(Fetch(&source, select, options, context, &read));
      if (!whole) continue;  // a column's type was wrong: again with the right one
      if (read.table.num_rows() == 0) {
        return Error{ErrorCode::kInvalidInput, name + ": has a header but no rows; expected at least one row"};
      }
      read.fingerprint = Fingerprint(read.table);
      ::malloc_trim(0);  // what reading has freed counts against --memory until the system has it back
      return read;
    }
  }

  Result<std::int64_t> WriteBlocks(const table::Schema& schema, const BlockSource& next, const std::string& path) override {
    return internal::WriteBlocks(database_.handle, schema, next, path);
  }

 private:
  // Rows of the source. Parquet keeps the number; text formats are scanned for it.
  Result<std::int64_t> CountRows(const Source& source, const RunContext& context) {
    context.Report("count rows of " + source.name, 0, 0);
    QueryResult result;
    const std::string sql = "SELECT count(*) FROM " + source.Reader();
    if (duckdb_query(connection_.handle, sql.c_str(), &result.handle) != DuckDBSuccess) return internal::SourceFault(source, duckdb_result_error(&result.handle));
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
      if (internal::WidenAfterFault(source, message)) return false;
      return internal::SourceFault(*source, message);
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
        if (internal::WidenAfterFault(source, error)) return false;
        return internal::SourceFault(*source, error);
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
        if (!builders[c].overflowed()) continue;
        internal::ReadAsText(source, builders[c].name());
        return false;
      }
      ASSAY_TRY(RefuseTooLarge(*source, bytes, sampled ? row * options.sample_rows / total : row));
      ReportProgress(*source, row, total, context);
    }
    if (internal::RetypeAfterReading(source, builders)) return false;
    read->source_rows = row;
    std::vector<table::Column> columns;
    for (ColumnBuilder& builder : builders) {
      if (builder.rounds_whole_numbers()) read->notes.push_back("column '" + builder.name() + "' holds whole numbers beyond 2^53, which are rounded to the nearest that a 64-bit real holds");
      columns.push_back(builder.Finish());
      if (source->format == Format::kCsv && internal::TurnYearsAfterReading(source, columns.back())) return false;
      ASSAY_TRY_WITH(internal::RefuseInfinityInText(columns.back(), sampled), source->name);
      if (source->format == Format::kCsv) ReadWrittenValues(*source, &columns.back(), &read->notes);
      if (std::optional<table::Column> times = source->format == Format::kJson ? table::TimesFromText(columns.back()) : std::nullopt) {
        read->notes.push_back("'" + columns.back().name() + "': texts like '" + columns.back().dictionary().front() + "' are read as times, in UTC");
        columns.back() = std::move(*times);
      }
      if (std::optional<table::Column> months = table::MonthsFromText(columns.back())) {
        read->notes.push_back("'" + columns.back().name() + "': texts like '" + columns.back().dictionary().front() + "' are read as the first days of months");
        columns.back() = std::move(*months);
      }
      if (std::optional<table::Column> days = table::DatesFromText(columns.back())) {
        read->notes.push_back("'" + columns.back().name() + "': texts like '" + columns.back().dictionary().front() + "' are read as days");
        columns.back() = std::move(*days);
      }
    }
    read->table = ASSAY_TRY_WITH(table::Table::Create(std::move(columns)), source->name);
    if (sampled) read->notes.push_back("a random sample of " + base::ReadableCount(options.sample_rows) + " of " + base::ReadableCount(row) + " rows (seed " + std::to_string(options.seed) + ")");
    return true;
  }

  // What people write otherwise than the engine expects it.
  static void ReadWrittenValues(const Source& source, table::Column* column, std::vector<std::string>* notes) {
    if (std::optional<table::Column> booleans = table::BooleansFromText(*column)) *column = std::move(*booleans);
    if (std::optional<table::WrittenNumbers> numbers = table::NumbersFromText(*column)) {
      notes->push_back("'" + column->name() + "': texts like '" + column->dictionary().front() + "' are read as numbers " + numbers->how);
      *column = std::move(numbers->column);
    } else if (table::CommaMayPartThousands(*column)) {
      notes->push_back("'" + column->name() + "': in texts like '" + column->dictionary().front() + "' the comma may part thousands or decimals, so they stay text; write numbers without thousands and with a decimal point");
    }
    const auto format = source.date_formats.find(column->name());
    if (format == source.date_formats.end()) return;
    if (const std::optional<std::string> note = internal::UndecidedDateOrder(*column, format->second)) notes->push_back(*note);
    if (const std::optional<std::string> note = internal::UndecidedYearPlace(*column, format->second)) notes->push_back(*note);
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

Result<std::int64_t> Engine::WriteTable(const table::Table& table, const std::string& path) {
  bool written = false;
  return WriteBlocks(table.schema(), [&](std::vector<table::Column>* block) -> Result<bool> {
    if (written) return false;
    *block = table.columns();
    return written = true;
  }, path);
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
