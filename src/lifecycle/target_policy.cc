#include "lifecycle/internal/target_policy.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "base/text.h"
#include "expression/expression.h"
#include "lifecycle/internal/flag_columns.h"

namespace assay::lifecycle {

namespace {

using table::Column;

// EXPR as probabilities, each held to [0, 1].
Result<std::vector<double>> ProbabilitiesOf(const std::string& text, const LoggedDecisions& log, const table::Table& table, const std::string& of,
                                            const RunContext& context) {
  std::vector<double> probabilities = ASSAY_TRY(NumbersOf(text, "--target-policy", "a number", table, context));
  for (std::size_t i = 0; i < probabilities.size(); ++i) {
    double& p = probabilities[i];
    if (std::isnan(p))
      return Error{ErrorCode::kInvalidInput,
                   "--target-policy: '" + text + "' has no value in " + log.RowName(i) + of + ", expected the new policy's probability of the action"};
    if (p < 0 || p > 1 + 1e-9)
      return Error{ErrorCode::kInvalidInput, "--target-policy: '" + text + "' is " + base::ShortestNumber(p) + " in " + log.RowName(i) + of +
                                                 ", expected a probability from 0 to 1: the new policy's of the action"};
    p = std::min(p, 1.0);
  }
  return probabilities;
}

// The log as it would be had every row taken this action: only the columns that EXPR names.
Result<table::Table> WithAction(const std::string& text, const LoggedDecisions& log, const PolicyAction& action) {
  const std::string& name = log.table->column(*log.action).name();
  std::vector<Column> columns = {action.source.Take(std::vector<std::uint32_t>(log.size(), action.row)).Renamed(name)};
  for (const std::string& wanted : ColumnsNamedBy(text, log.table->names())) {
    const std::int64_t c = log.table->Find(wanted);
    if (c >= 0 && static_cast<std::size_t>(c) != *log.action) columns.push_back(log.table->column(static_cast<std::size_t>(c)));
  }
  return table::Table::Create(std::move(columns));
}

std::string Sum(double sum) { return base::ReadableNumber(sum, 6); }

// Why the EXPR's answers are no distribution over the log's actions; "" when they are.
Result<std::string> WhyNoDistribution(const std::string& text, const LoggedDecisions& log, const TargetPolicy& policy, const RunContext& context) {
  std::vector<double> sums(log.size(), 0);
  for (std::size_t a = 0; a < policy.actions.size(); ++a) {
    context.Report("target policy", static_cast<std::int64_t>(a), static_cast<std::int64_t>(policy.actions.size()));
    if (context.cancelled()) return Error{ErrorCode::kCancelled, "stopped"};
    const std::vector<double> probabilities = ASSAY_TRY(policy.of_action(a, context));
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += probabilities[i];
  }
  context.Report("target policy", static_cast<std::int64_t>(policy.actions.size()), static_cast<std::int64_t>(policy.actions.size()));
  for (std::size_t i = 0; i < sums.size(); ++i) {
    if (std::abs(sums[i] - 1) > kSumSlack) {
      return "'" + text + "' gives the " + base::Counted(static_cast<std::int64_t>(policy.actions.size()), "action") +
             " of the log probabilities that add up to " + Sum(sums[i]) + " in " + log.RowName(i) +
             ", not to 1: it is not known what the new policy does otherwise";
    }
  }
  return std::string();
}

Result<TargetPolicy> Uniform(const LoggedDecisions& log) {
  if (!log.action) return Error{ErrorCode::kInvalidInput, "--target-policy uniform: needs --action COL, the column with the actions to choose from"};
  TargetPolicy policy;
  std::vector<std::uint32_t> of_row;
  policy.actions = LoggedActions(log, &of_row);
  const double share = 1 / static_cast<double>(policy.actions.size());
  policy.text = "uniform over " + base::Counted(static_cast<std::int64_t>(policy.actions.size()), "action");
  policy.of_logged.assign(log.size(), share);
  policy.of_action = [share, rows = log.size()](std::size_t, const RunContext&) -> Result<std::vector<double>> { return std::vector<double>(rows, share); };
  return policy;
}

Result<TargetPolicy> FromExpression(const OpeProblem& problem, const LoggedDecisions& log, const RunContext& context) {
  const std::string text = problem.target_policy;
  const std::vector<std::string> named = ColumnsNamedBy(text, log.table->names()), of_reward = ColumnsNamedBy(problem.reward, log.table->names());
  for (const std::string& column : named) {
    if (base::IsAmong(of_reward, column))
      return Error{ErrorCode::kInvalidInput, "--target-policy: '" + text + "' names '" + column + "' of the reward, which no policy knows when it decides"};
  }
  TargetPolicy policy;
  policy.text = text;
  policy.of_logged = ASSAY_TRY(ProbabilitiesOf(text, log, *log.table, "", context));
  if (!log.action) {
    policy.why_not_all = "'" + text +
                         "' says how likely the logged action is; of all others nothing is known "
                         "without --action COL and an EXPR over it, or --target-table";
    return policy;
  }
  if (!base::IsAmong(named, log.table->column(*log.action).name())) {
    policy.why_not_all = "'" + text + "' does not name the action's column '" + log.table->column(*log.action).name() +
                         "': it says how likely the logged action is and nothing of others; give "
                         "an EXPR over that column or --target-table";
    return policy;
  }
  std::vector<std::uint32_t> of_row;
  policy.actions = LoggedActions(log, &of_row);
  policy.of_action = [text, &log, actions = policy.actions](std::size_t a, const RunContext& serial) -> Result<std::vector<double>> {
    const table::Table changed = ASSAY_TRY(WithAction(text, log, actions[a]));
    return ProbabilitiesOf(text, log, changed, " with the action '" + actions[a].text + "'", serial);
  };
  policy.why_not_all = ASSAY_TRY(WhyNoDistribution(text, log, policy, context));
  return policy;
}

}  // namespace

std::vector<PolicyAction> LoggedActions(const LoggedDecisions& log, std::vector<std::uint32_t>* of_row) {
  const Column& column = log.table->column(*log.action);
  std::vector<std::uint64_t> keys(log.size());
  column.CopyKeys(0, keys);
  std::vector<PolicyAction> actions;
  std::unordered_map<std::uint64_t, std::uint32_t> index;
  of_row->clear();
  for (std::uint32_t i = 0; i < keys.size(); ++i) {
    const auto [found, is_new] = index.emplace(keys[i], static_cast<std::uint32_t>(actions.size()));
    if (is_new) actions.push_back({column, i, column.TextAt(i), true});
    of_row->push_back(found->second);
  }
  return actions;
}

Result<TargetPolicy> ReadTargetPolicy(const OpeProblem& problem, const LoggedDecisions& log, store::Engine& engine, const RunContext& context) {
  if (problem.target_policy.empty() && problem.target_table.empty()) {
    return Error{ErrorCode::kInvalidInput,
                 "--target-policy is missing: 'uniform', or the new policy's probability of the "
                 "logged action, such as 'new_probability' or 'case when item = 3 then 0.9 else "
                 "0.05 end'; or --target-table FILE"};
  }
  if (problem.target_table.empty()) {
    TargetPolicy policy = ASSAY_TRY(problem.target_policy == "uniform" ? Uniform(log) : FromExpression(problem, log, context));
    if (!policy.actions.empty()) policy.actions_from = "the distinct values of " + log.table->column(*log.action).name() + " in the log";
    return policy;
  }
  if (!log.action) return Error{ErrorCode::kInvalidInput, "--target-table: needs --action COL, the column with the logged action"};
  TargetPolicy policy = ASSAY_TRY(ReadTargetTable(problem, log, engine, context));
  if (problem.target_policy.empty()) return policy;
  // Both are given: they are to be one policy.
  std::vector<double> stated(log.size(), 1 / static_cast<double>(policy.actions.size()));
  if (problem.target_policy != "uniform") stated = ASSAY_TRY(ProbabilitiesOf(problem.target_policy, log, *log.table, "", context));
  for (std::size_t i = 0; i < stated.size(); ++i) {
    if (std::abs(stated[i] - policy.of_logged[i]) > kSumSlack) {
      return Error{ErrorCode::kInvalidInput, "--target-table: " + problem.target_table + " gives the logged action of " + log.RowName(i) + " the probability " +
                                                 base::ShortestNumber(policy.of_logged[i]) + ", --target-policy " + base::ShortestNumber(stated[i]) +
                                                 "; leave out one of them or make them agree"};
    }
  }
  policy.text = problem.target_policy + ", all of it in " + problem.target_table;
  return policy;
}

}  // namespace assay::lifecycle
