// Off-policy evaluation: what a new policy would have earned, from a log of decisions of another.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/run_context.h"
#include "evidence/reports/ope.h"
#include "store/engine.h"

namespace assay::lifecycle {

struct OpeProblem {
  std::string source;
  std::string reward;                   // a column, or EXPR: a number or a condition
  std::string propensity;               // a column, or EXPR: probability with which the log's policy took the
                                        // action of the row, in (0, 1]; "": not logged
  std::string target_policy;            // "uniform", or EXPR: the new policy's probability of the logged
                                        // action, in [0, 1]; "" with a table
  std::string target_table;             // file with the probability of every action; "": none. See target_policy.h
  std::string action, position;         // columns; "": none
  std::vector<std::string> features;    // of the reward model, beside action and position
  std::string unit, where;              // EXPR or ""
  std::vector<std::string> estimators;  // empty: all, in the order of kOpeEstimators
  double tau = std::numeric_limits<double>::quiet_NaN(),
         lambda = std::numeric_limits<double>::quiet_NaN();  // NaN: chosen from the data
};

inline constexpr const char* kOpeEstimators[] = {"ipw", "snipw", "dm", "dr", "switch-dr", "dros"};

// Reads the log once (and the table). kInvalidInput names the flag and, counted from 1 in the
// source, the row: no reward column, a propensity outside (0, 1] or missing, a target probability
// outside [0, 1] or missing. Rows without a reward are left out and counted. What cannot be
// estimated is no error: the report says why.
Result<evidence::OpeReport> EvaluatePolicy(const OpeProblem& problem, store::Engine& engine, const RunContext& context);

}  // namespace assay::lifecycle
