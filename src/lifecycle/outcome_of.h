// The outcome of a problem as numbers, with its task and its classes.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/run_context.h"
#include "learn/examples.h"
#include "lifecycle/problem.h"

namespace assay::lifecycle {

// `values` has one entry per row of the table, NaN where the outcome is missing.
struct Outcome {
  learn::Task task = learn::Task::kBinary;
  std::vector<double> values;
  std::vector<std::string> classes;
};

// Evaluates problem.outcome and finds the task from its type: a condition or two values are binary, text is multiclass, a
// number regression (ranking where a query is given). kInvalidInput names the flag and what is expected.
Result<Outcome> OutcomeOf(const Problem& problem, const table::Table& table, const RunContext& context);

// Whether it needs no word which class counts as positive: "true", or 1 beside 0; or they are not two.
bool NamesItsPositive(const std::vector<std::string>& classes);

// Different values that an outcome of the task must have for anything to be predicted.
std::size_t LeastDistinct(learn::Task task);

}  // namespace assay::lifecycle
