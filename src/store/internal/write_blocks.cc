#include "store/internal/write_blocks.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/text.h"
#include "store/internal/block_scan.h"

namespace assay::store::internal {

namespace {
namespace fs = std::filesystem;

Result<std::string> OptionsOf(const std::string& path) {
  const std::string lower = base::Lowercase(path);
  constexpr struct { const char* ending; const char* options; } kKinds[] = {
      {".parquet", "FORMAT parquet, COMPRESSION zstd"}, {".csv", "FORMAT csv, HEADER true"}, {".csv.gz", "FORMAT csv, HEADER true, COMPRESSION gzip"}, {".json", "FORMAT json, ARRAY true"}, {".jsonl", "FORMAT json"}, {".ndjson", "FORMAT json"}};
  for (const auto& kind : kKinds) {
    if (lower.ends_with(kind.ending)) return std::string(kind.options);
  }
  return Error{ErrorCode::kInvalidInput, path + ": its ending does not say what to write; expected .parquet, .csv, .csv.gz, .json, .jsonl or .ndjson"};
}

Error IoError(const std::string& path) { return {ErrorCode::kIo, path + ": cannot be written: " + std::strerror(errno)}; }

bool Sync(const std::string& path, int flags) {
  const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool synced = ::fsync(descriptor) == 0;
  const int fault = errno;
  ::close(descriptor);
  errno = fault;
  return synced;
}
}  // namespace

Result<std::int64_t> WriteBlocks(duckdb_database database, const table::Schema& schema, const BlockSource& next, const std::string& path) {
  const std::string options = ASSAY_TRY(OptionsOf(path));
  const fs::path folder = fs::path(path).has_parent_path() ? fs::path(path).parent_path() : fs::path(".");
  std::error_code code;
  fs::create_directories(folder, code);
  if (code) return Error{ErrorCode::kIo, folder.string() + ": the folder cannot be made: " + code.message()};
  if (fs::is_directory(path, code)) return Error{ErrorCode::kInvalidInput, path + ": is a folder, expected a file to write"};
  // Written beside the target and moved over it at the end; by us, because the engine leaves its own such file behind when
  // the disk is full.
  std::string beside = path + ".XXXXXX";
  const int descriptor = ::mkostemp(beside.data(), O_CLOEXEC);
  if (descriptor < 0) return IoError(path);
  ::fchmod(descriptor, 0644);
  ::close(descriptor);

  BlockScan scan{schema, next, {}, 0, 0, false, {}};
  const auto copy = [&]() -> Result<void> {
    Connection connection;
    if (duckdb_connect(database, &connection.handle) != DuckDBSuccess) return Error{ErrorCode::kInternal, "the data engine does not accept a connection"};
    const std::string blocks = ASSAY_TRY(RegisterBlockScan(connection.handle, &scan));
    QueryResult result;
    const std::string sql = "COPY (SELECT * FROM " + blocks + "()) TO " + QuoteLiteral(beside) + " (" + options + ", USE_TMP_FILE false)";
    if (duckdb_query(connection.handle, sql.c_str(), &result.handle) == DuckDBSuccess) return {};
    if (!scan.failure) return scan.failure.error();
    const std::string message = duckdb_result_error(&result.handle);
    return Error{ErrorCode::kIo, path + ": cannot be written: " + message.substr(0, message.find('\n'))};
  };
  const Result<void> copied = copy();
  if (!copied) {
    ::unlink(beside.c_str());
    return copied.error();
  }
  if (!Sync(beside, O_RDONLY) || ::rename(beside.c_str(), path.c_str()) != 0) {
    const Error error = IoError(path);
    ::unlink(beside.c_str());
    return error;
  }
  Sync(folder.string(), O_RDONLY | O_DIRECTORY);
  return scan.rows;
}

}  // namespace assay::store::internal
