// A log of decisions, read and checked.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "evidence/reports/common.h"
#include "learn/examples.h"
#include "lifecycle/ope.h"
#include "stats/unit_variance.h"
#include "table/table.h"

namespace assay::lifecycle {

// All vectors have one entry for each row with a reward, or are empty where said.
struct LoggedDecisions {
  std::shared_ptr<const table::Table> table;  // those rows, the columns that the problem names
  learn::Rows source_rows;                    // their rows in the source
  std::vector<double> rewards;
  std::vector<double> propensities;             // in (0, 1]; empty: not logged
  std::optional<std::size_t> action, position;  // columns of table; action has no missing value
  std::vector<std::size_t> features;
  std::vector<std::uint32_t> unit;  // dense ids; empty: rows are independent
  std::uint32_t num_units = 0;
  evidence::DataSummary data;

  std::size_t size() const { return rewards.size(); }
  stats::Clusters clusters() const { return {unit, num_units}; }
  // "row 12", as the source counts it.
  std::string RowName(std::size_t row) const { return "row " + std::to_string(source_rows[row] + 1); }
};

Result<LoggedDecisions> ReadLoggedDecisions(const OpeProblem& problem, store::Engine& engine, const RunContext& context);

}  // namespace assay::lifecycle
