// What a step is about to take, held against --memory before any of it is taken: a sentence instead of a kill half-way.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/result.h"
#include "base/run_context.h"
#include "table/table.h"

namespace assay::lifecycle {

struct MemoryNeed {
  std::string what;                                  // "rows.csv: to train on its 3,000,000 rows"
  std::int64_t rows = 0;
  std::function<std::int64_t(std::int64_t)> bytes;   // beside the program and the data engine, by rows; grows with them
  std::string otherwise;  // what to do but raise --memory; "" = take a sample, of which the size that fits is said
};

// kTooLarge with the need and what to do when the cap does not allow it. Without a cap nothing is refused.
Result<void> RefuseBeyondMemory(const MemoryNeed& need, const RunContext& context);

// What is left for a search that can be told how much it may take, beside the program and `held` bytes: of --memory, else four fifths of what the machine has
// free; at least 1, or 0 where that is not known.
std::int64_t BytesLeft(std::int64_t held, const RunContext& context);

// What `rows` rows of a table take as examples: its columns, outcome, time, unit.
std::int64_t ExamplesBytes(const table::Table& table, std::int64_t rows);
// The same with what an analysis of them takes: calendar parts, values being sorted on two threads.
std::int64_t AnalysisBytes(const table::Table& table, std::int64_t rows);

}  // namespace assay::lifecycle
