// Why a metric moved: `assay change`.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/run_context.h"
#include "evidence/reports/change.h"
#include "lifecycle/problem.h"
#include "lifecycle/project.h"
#include "slices/metric_tree.h"
#include "store/engine.h"

namespace assay::lifecycle {

// EXPRs are texts as people wrote them; "" means not given.
struct ChangeProblem {
  std::string source;
  std::string metric;                // slices/metric.h; with `metrics` the name of one of them, "" = the first
  std::vector<slices::MetricDefinition> metrics;  // a tree; empty: none
  std::string before, after;         // conditions that exclude each other
  std::string unit, time;            // blocks are units, else days, else rows
  std::string where;                 // rows to keep
  std::vector<std::string> features; // columns or EXPRs; empty: all columns that can be one, with weekday and hour of a time column
  std::vector<std::string> exclude;
  std::vector<DerivedColumn> derived;
  std::vector<Exclusion> exclusions;
  std::int64_t depth = 3;
  std::int64_t parts = 10;
};

// Of a project: data, units and times from its charter, and its [[metrics]]; the metric, before and after as given.
Result<ChangeProblem> ChangeProblemOf(const Project& project, const std::string& metric, const std::string& before, const std::string& after);

// Reads the columns that are needed. kInvalidInput names the flag, file or row: conditions that overlap or that no row fits, a metric that is none, one
// without a value on a side. Features that tell the two sides apart, are constant or hold hardly any value twice are left out with a note.
Result<evidence::ChangeReport> ExplainChange(const ChangeProblem& problem, store::Engine& engine, const RunContext& context);

// The same from a table that is already in memory, before `derived`.
Result<evidence::ChangeReport> ExplainChangeInTable(const ChangeProblem& problem, const table::Table& table, evidence::DataSummary data, const RunContext& context);

}  // namespace assay::lifecycle
