#include "lifecycle/memory_need.h"

#include <algorithm>
#include <fstream>

#include "base/text.h"
#include "store/engine.h"

namespace assay::lifecycle {

namespace {
// Measured on the flights, on generated rows and on wide ones (docs/data.md).
constexpr std::int64_t kExampleBytesPerRow = 30;
constexpr std::int64_t kWorkingBytesPerRow = 80;
constexpr std::int64_t kSearchBytesPerValue = 4;  // for slices: atoms of all rows and of the searched ones, bitmaps
// What the data engine keeps after it has read: 40 to 70 MB were seen.
constexpr std::int64_t kIdleEngineBytes = 70'000'000;
}  // namespace

Result<void> RefuseBeyondMemory(const MemoryNeed& need, const RunContext& context) {
  if (context.memory_bytes <= 0) return {};
  constexpr std::int64_t kAround = store::kProgramBytes + kIdleEngineBytes;
  const std::int64_t left = context.memory_bytes - kAround;
  const std::int64_t needed = need.bytes(need.rows);
  if (needed <= left) return {};
  const std::string text = need.what + " takes about " + base::ReadableCount((kAround + needed) / 1'000'000) + " MB, more than the " + base::ReadableCount(context.memory_bytes / 1'000'000) + " MB of --memory; raise --memory";
  if (!need.otherwise.empty()) return Error{ErrorCode::kTooLarge, text + ", or " + need.otherwise};
  std::int64_t fits = 0, too_many = need.rows;
  while (too_many - fits > 1) {
    const std::int64_t middle = fits + (too_many - fits) / 2;
    (need.bytes(middle) <= left ? fits : too_many) = middle;
  }
  // A little less, because a sample's columns are not exactly its share of the whole.
  const std::int64_t sample = fits - fits / 20;
  return Error{ErrorCode::kTooLarge, text + (sample > 0 ? ", or use a sample: --sample " + std::to_string(sample) : "")};
}

std::int64_t BytesLeft(std::int64_t held, const RunContext& context) {
  if (context.memory_bytes > 0) return std::max<std::int64_t>(1, context.memory_bytes - store::kProgramBytes - held);
  // Files that the system keeps a copy of count as free; sysinfo() does not say how much that is.
  std::ifstream file("/proc/meminfo");
  std::string word;
  std::int64_t kilobytes = 0;
  while (file >> word) {
    if (word == "MemAvailable:" && file >> kilobytes) return std::max<std::int64_t>(1, kilobytes * 1024 / 5 * 4);
  }
  return 0;
}

std::int64_t ExamplesBytes(const table::Table& table, std::int64_t rows) {
  const double columns = static_cast<double>(table.size_bytes()) / static_cast<double>(std::max<std::int64_t>(1, table.num_rows()));
  return static_cast<std::int64_t>(static_cast<double>(rows) * (columns + kExampleBytesPerRow));
}

std::int64_t AnalysisBytes(const table::Table& table, std::int64_t rows) {
  return ExamplesBytes(table, rows) + rows * (kWorkingBytesPerRow + kSearchBytesPerValue * static_cast<std::int64_t>(table.num_columns()));
}

}  // namespace assay::lifecycle
