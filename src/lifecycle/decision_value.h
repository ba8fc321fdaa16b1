// What decisions by a score are worth, and from which score to act.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/run_context.h"
#include "base/time.h"
#include "charter/charter.h"
#include "evidence/reports/decision_value.h"
#include "objectives/gains.h"
#include "objectives/value.h"
#include "store/engine.h"
#include "table/table.h"

namespace assay::lifecycle {

struct DecisionValueProblem {
  std::string source;
  std::string score, outcome;      // EXPR; the outcome a condition, or 0 and 1
  objectives::GainTexts gains;
  std::string amounts_from = "--gain";  // what messages about an amount name
  std::string unit, time, where;   // EXPR or ""
  std::int64_t sample_rows = 0;    // 0: all
  std::string currency;
  double decisions_per_day = std::numeric_limits<double>::quiet_NaN();
  double cost_per_day = 0;
  double least = std::numeric_limits<double>::quiet_NaN();  // asked for: money over never acting
};
// Currency, decisions and cost per day from the section [value], and the amounts too unless `problem` has some (per row, say, where the charter
// has one for all). kInvalidInput names the key without which there is no value, and what else is stated both there and in `problem`.
Result<void> TakeMoneyOf(const charter::Charter& charter, DecisionValueProblem* problem);

// Rows with a score and an outcome. All vectors have the table's rows, or are empty where said.
struct DecisionValueRows {
  std::shared_ptr<const table::Table> table;   // may be empty of columns that are used up
  std::vector<double> scores;                  // finite
  std::vector<std::uint8_t> positive;          // 0 or 1
  std::vector<double> amounts[4];              // true positive, false positive, true negative, false negative: one for all rows, or one each
  std::string break_even_missing;              // why rows cannot be decided one by one: an amount that belongs to the other outcome is missing
  std::vector<std::uint32_t> unit;             // dense ids; empty: none are known
  std::uint32_t num_units = 0;
  std::string unit_text, time_text;
  std::vector<base::Micros> time;              // empty: none is known

  objectives::AmountsPerRow Amounts() const { return {amounts[0], amounts[1], amounts[2], amounts[3]}; }
  bool AmountsDiffer() const { return amounts[0].size() != 1 || amounts[1].size() != 1 || amounts[2].size() != 1 || amounts[3].size() != 1; }
};
// Reads the file once, the columns that are named. Rows without a score or outcome are left out and counted in `data`. kInvalidInput
// names the row of an outcome that is neither 0 nor 1 and of an amount that is missing or too large.
Result<DecisionValueRows> GatherDecisionValue(const DecisionValueProblem& problem, store::Engine& engine, evidence::DataSummary* data, const RunContext& context);

// The report, its header left to the caller. kInvalidInput with fewer than four units. Memory: about 130 bytes per row beside the columns.
Result<evidence::DecisionValueReport> DecisionValueOf(const DecisionValueRows& rows, const DecisionValueProblem& problem, const RunContext& context);

Result<evidence::DecisionValueReport> DecisionValue(const DecisionValueProblem& problem, store::Engine& engine, const RunContext& context);

// The finding in a few sentences; of a report that is filled otherwise.
std::string DecisionValueInWords(const evidence::DecisionValueReport& report);

}  // namespace assay::lifecycle
