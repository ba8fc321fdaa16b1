// Where is it wrong? Slices on which a loss is concentrated, and what of them holds on rows that the search has not seen.
#pragma once

#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/run_context.h"
#include "evidence/reports/slices.h"
#include "learn/examples.h"
#include "lifecycle/gather.h"
#include "lifecycle/understand.h"
#include "slices/search.h"
#include "store/engine.h"
#include "table/table.h"

namespace assay::lifecycle {

struct SliceOptions {
  std::int64_t k = 10;
  double alpha = 0.95;
  double min_support = std::numeric_limits<double>::quiet_NaN();  // rows, or below 1 a share of the rows searched; NaN: a hundredth, at least 32 rows
  std::int64_t max_level = 3;   // 0 = no limit
  std::int64_t bins = 10;
  bool ranges = false;
  bool all_ties = false;
  double distinct = 1;          // most overlap of two slices (Jaccard)
  double honest = 0;            // share of the rows that the search does not see and everything is measured on; 0 = none

  Result<void> Validate() const;  // kInvalidInput, naming the flag
};

// Rows with their losses, of a file or of a model's holdout. All vectors have table->num_rows() entries or are empty where said.
struct SliceRows {
  std::shared_ptr<const table::Table> table;
  std::vector<std::size_t> columns;      // that conditions are made of
  std::vector<double> losses;            // finite, >= 0
  std::vector<std::uint32_t> unit;       // dense ids; empty: none are known
  std::uint32_t num_units = 0;
  std::string unit_text, time_text;
  std::vector<base::Micros> time;        // empty: none is known
  learn::Rows source_rows;               // row of the source, for showing it; empty: the same
  std::vector<double> stake;             // money that a better decision of the row would bring; empty: not known
  double decisions_per_day = std::numeric_limits<double>::quiet_NaN();
  std::string no_stake = "no money is stated";  // why stake is empty
  std::string currency;
  std::string loss_text;
  std::map<std::string, std::string> expressions;  // of columns that are not in the source: how they are made
  std::int64_t num_rows() const { return table ? table->num_rows() : 0; }
};

// Rows for the search and rows for measuring: whole units, or days, or rows where neither is known; drawn by seed, but earlier ones are searched where there
// are times. Units with times: no unit and no day is on both sides, so rows of a unit on the other side of the day that parts them are left out. kInvalidInput
// when there are fewer than four units (days, rows).
struct HonestSplit {
  learn::Rows search, measure;  // ascending
  std::string words;
};
Result<HonestSplit> SplitForSearch(const SliceRows& rows, double measure_share, std::uint64_t seed);

// The report's header is left to the caller, but for notes. Without `honest` nothing is tested: searched rows make every winner look worse
// than it is. kTooLarge says what to limit.
Result<evidence::SlicesReport> FindSlices(const SliceRows& rows, const SliceOptions& options, const RunContext& context);

// The examples of a problem with these losses, one for each of `rows` (ascending). Conditions are made of the features; not of the year of the
// decision, which would hold in the searched rows only.
Result<SliceRows> SliceRowsOf(const Gathered& gathered, const learn::Rows& rows, std::vector<double> losses, const std::string& loss_text);
// What a project's slices are searched with, unless said otherwise: half of the rows are measured only, no two share more than 80 % of their rows.
SliceOptions ProjectSliceOptions();
// For a step of a run: data that cannot be searched (a holdout of three units, say) give a report that says why; no seconds of its own.
Result<evidence::SlicesReport> SlicesOfStep(const Gathered& gathered, const SliceRows& rows, const SliceOptions& options, const RunContext& context);

struct SlicesProblem {
  std::string source;
  std::string loss;                   // EXPR: a number >= 0, or a condition (1 where true)
  std::vector<std::string> features;  // empty: all columns that are not in loss, unit or time
  std::vector<std::string> exclude;
  std::string unit, time, where;      // EXPR or ""
  std::int64_t sample_rows = 0;       // 0: all
};
// Reads the file once. Rows without a loss are left out and counted in the notes of the header's data.
Result<evidence::SlicesReport> FindSlicesIn(const SlicesProblem& problem, const SliceOptions& options, store::Engine& engine, const RunContext& context);

}  // namespace assay::lifecycle
