// What objectives that pull apart give and take at every weight: `assay frontier`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/run_context.h"
#include "evidence/reports/frontier.h"
#include "objectives/frontier.h"
#include "store/engine.h"

namespace assay::lifecycle {

struct FrontierProblem {
  std::string source;
  std::string query, where;                            // EXPR; where may be ""
  std::vector<evidence::FrontierObjective> objectives;  // two or more
  std::vector<evidence::FrontierGuardrail> guardrails;
  std::int64_t sample_rows = 0;                        // 0: all
};
// "NAME=SCORE[,GAIN]"; without GAIN a shown item brings in its score. kInvalidInput says what is wrong.
Result<evidence::FrontierObjective> ParseFrontierObjective(const std::string& text);
// "NAME: EXPR <= X" or ">=".
Result<evidence::FrontierGuardrail> ParseFrontierGuardrail(const std::string& text);

struct FrontierSettings {
  std::int64_t k = 10;
  objectives::Discount discount = objectives::Discount::kNone;
  std::vector<double> at;                    // lambdas in [0, 1], at most 1,000; empty: 0, 0.1, ..., 1
  std::vector<double> reference;             // of the hypervolume; empty: 0 for every objective
  std::map<std::string, double> amounts;     // money per unit of a metric; empty: money is not looked at
  std::optional<double> current;             // lambda that money is compared with
  std::optional<std::int64_t> lines;         // searched, for more than two objectives
  std::int64_t draws = 2000;                 // of the bootstrap
  std::string out;                           // file for the whole curve; "" = none

  double Current() const { return current.value_or(0.5); }
  std::int64_t Lines() const { return lines.value_or(200); }
  Result<void> Validate(const FrontierProblem& problem) const;  // kInvalidInput, naming the flag
};

// Items of a problem, in the order of their rows: one score per objective, all values finite.
struct FrontierItems {
  objectives::RankedItems items;               // measures: a metric per objective, then the guardrails
  std::vector<std::vector<double>> scores;     // per objective
  std::vector<std::uint32_t> source_rows;
  std::vector<std::uint32_t> unit_of_query = {};  // dense; queries of one unit depend on each other; empty: all are independent
  evidence::DroppedItems dropped;
};

// The report but for its header's data. Two objectives: the whole curve. More: lines through the weights, and what they found.
Result<evidence::FrontierReport> FrontierOfItems(const FrontierItems& items, const FrontierProblem& problem, const FrontierSettings& settings, store::Engine* engine, const RunContext& context);

// The same of two objectives whose curve was swept already.
Result<evidence::FrontierReport> FrontierOfSweep(const FrontierItems& items, const FrontierProblem& problem, const FrontierSettings& settings, const objectives::Frontier& frontier, store::Engine* engine, const RunContext& context);

// The same of more than two objectives: lines through the weights, and what they found.
Result<evidence::FrontierReport> FrontierOfSearch(const FrontierItems& items, const FrontierProblem& problem, const FrontierSettings& settings, const RunContext& context);

// Reads the columns that are needed. Rows that miss their query, a score, a gain or a guardrail's value are left out and counted.
Result<evidence::FrontierReport> FindFrontier(const FrontierProblem& problem, const FrontierSettings& settings, store::Engine& engine, const RunContext& context);

}  // namespace assay::lifecycle
