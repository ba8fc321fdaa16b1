// The steps behind lifecycle/change.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lifecycle/change.h"
#include "slices/change.h"

namespace assay::lifecycle {

// The rows of both sides, before any metric.
struct ChangeSides {
  std::vector<std::uint32_t> rows;       // of the table
  std::vector<std::uint8_t> side;        // of each
  slices::BlockKind kind = slices::BlockKind::kRows;
  std::vector<std::uint32_t> block;      // of each; empty for kRows
  std::uint32_t num_blocks = 0;
  std::vector<std::uint32_t> day;        // of units whose time is known
  std::uint32_t num_days = 0;
  std::vector<table::Column> features;   // of the whole table, not cut yet
  bool asked_for = false;                // the features are those that a person named
};
Result<ChangeSides> FindSides(const ChangeProblem& problem, const table::Table& table, const RunContext& context, std::vector<std::string>* notes);

// Which blocks the rows belong to: units, whose days count as well where they are known; else days. Sets kind, blocks and days of the sides, whose rows are known.
Result<void> FindBlocks(const ChangeProblem& problem, const table::Table& table, const RunContext& context, ChangeSides* sides, std::vector<std::string>* notes);

// A metric's rows among them: those with a value, features cut on these. `where`: names the metric in errors.
Result<slices::ChangeRows> RowsOfMetric(const slices::Metric& metric, const std::string& where, const ChangeSides& sides, const table::Table& table, const RunContext& context, std::vector<std::string>* notes);

// The report of one metric, complete but for the header. `words` is what the metric is called; of `searches` metrics that are looked at together each has its
// part of the false discovery rate (Bonferroni).
Result<evidence::ChangeReport> ReportOfMetric(const ChangeProblem& problem, const std::string& words, std::size_t searches, const slices::ChangeRows& rows, const RunContext& context, std::vector<std::string>* notes);
// Of a tree: leaves' parts in the root's unit.
Result<evidence::ChangeReport> ReportOfTree(const ChangeProblem& problem, const ChangeSides& sides, const table::Table& table, const RunContext& context, std::vector<std::string>* notes);

// Sentences. `words`: the metric.
std::string AnswerOf(const evidence::ChangeReport& report, const std::string& words);
std::string UnexplainedText(const evidence::ChangeReport& report);
std::string BlocksInWords(const slices::ChangeRows& rows, const slices::ChangeFound& found, const ChangeProblem& problem);

}  // namespace assay::lifecycle
