// The policy that is evaluated: how likely it takes the logged action, and where that is known
// every other one.
//
// - "uniform": every action that occurs in the log, or in the table where there is one, is as
// likely.
// - An EXPR that does not name the action's column says how likely the logged action is, and
// nothing of others.
// - An EXPR over the action's column is evaluated once with each action of the log in its place;
// when the answers add up to 1 (within 1e-6) in every row, they
//   are the whole policy.
// - A table: one row per key and action with its `probability`. The key is all its other columns,
// which the log has too, or the column `row` with the row number of
//   the log from 1, or nothing: then one distribution holds for every row. An action that the table
//   does not name for a key has probability 0.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "lifecycle/internal/logged_decisions.h"

namespace assay::lifecycle {

// Where an action's value stands: a column of the log's type, and a row that has it.
struct PolicyAction {
  table::Column source;
  std::uint32_t row = 0;
  std::string text;
  bool logged = false;  // whether some row of the log took it
};

// Requires to be used while the log it was made for lives.
struct TargetPolicy {
  std::string text;                   // as people read it
  std::vector<double> of_logged;      // per row: probability of the logged action, in [0, 1]
  std::vector<PolicyAction> actions;  // in order of first appearance; empty when they are not known
  std::string actions_from;
  std::string why_not_all;  // why only the logged action's probability is known; "" when all are
  // Per row: the probability of an action. Empty when not known.
  std::function<Result<std::vector<double>>(std::size_t action, const RunContext& context)> of_action;

  bool knows_all() const { return why_not_all.empty(); }
};

// kInvalidInput names the flag and the row of the log or of the table; a table and an EXPR that
// contradict each other are refused.
Result<TargetPolicy> ReadTargetPolicy(const OpeProblem& problem, const LoggedDecisions& log, store::Engine& engine, const RunContext& context);

// The table's part. `log.action` is known.
Result<TargetPolicy> ReadTargetTable(const OpeProblem& problem, const LoggedDecisions& log, store::Engine& engine, const RunContext& context);

// The distinct values of the log's action, in order of first appearance, and which one each row
// took.
std::vector<PolicyAction> LoggedActions(const LoggedDecisions& log, std::vector<std::uint32_t>* of_row);

inline constexpr double kSumSlack = 1e-6;  // by which probabilities may miss a sum of 1

}  // namespace assay::lifecycle
