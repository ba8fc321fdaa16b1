// Stage 2: is the charter answered, concrete, and true? Every field is judged; what the data contradict is named with its
// place in the file. Never pretends: what only people can answer is an open question.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "base/run_context.h"
#include "evidence/reports/check.h"
#include "lifecycle/project.h"
#include "store/engine.h"
#include "table/table.h"

namespace assay::lifecycle {

// The data that a charter is held against. Without a table only what the charter says by itself is judged.
struct CheckData {
  std::shared_ptr<const table::Table> table;  // as read: source columns only
  evidence::DataSummary summary;
  std::string error;                          // why there is no table; becomes a finding on data.source
  LeakFinder* leaks = nullptr;                // where a run keeps what leaks; null: looked for anew
  double share_read = 1;                      // of the source's rows, where the table is a sample: volumes are scaled by it
};

// kCancelled is the only error: a bad charter gives findings. Cost: a few passes over the data, and small boosted trees on
// at most 60,000 rows per feature to find columns that are known too late.
Result<evidence::CheckReport> CheckCharter(const Project& project, const CheckData& data, const RunContext& context);

// The same, reading data.source first. A source that cannot be read is a finding, not an error.
Result<evidence::CheckReport> CheckProject(const Project& project, store::Engine& engine, const RunContext& context);

}  // namespace assay::lifecycle
