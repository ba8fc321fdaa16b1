#include "lifecycle/internal/logged_decisions.h"

#include <algorithm>
#include <cmath>

#include "base/step_clock.h"
#include "base/text.h"
#include "expression/expression.h"
#include "lifecycle/gather.h"
#include "lifecycle/internal/flag_columns.h"
#include "table/float_range.h"

namespace assay::lifecycle {

namespace {

Result<std::optional<std::size_t>> ColumnNamed(const std::string& name, const std::string& flag, const table::Table& table) {
  if (name.empty()) return std::optional<std::size_t>();
  return std::optional<std::size_t>(ASSAY_TRY_WITH(table.IndexOf(name), flag));
}

// Rows that --where keeps and that have a reward.
Result<learn::Rows> RowsWithReward(const OpeProblem& problem, const table::Table& table, const std::vector<double>& rewards, std::vector<std::string>* notes,
                                   const RunContext& context) {
  const std::vector<bool> kept = ASSAY_TRY(RowsKeptByWhere(problem.where, table, notes, context));
  learn::Rows rows;
  std::int64_t without = 0;
  for (std::uint32_t i = 0; i < rewards.size(); ++i) {
    if (!kept[i]) continue;
    if (std::isnan(rewards[i])) {
      ++without;
    } else if (std::abs(rewards[i]) > table::kLargestFloat) {
      return Error{ErrorCode::kInvalidInput, "--reward: row " + std::to_string(i + 1) + " has the reward " + BeyondFloatInWords(rewards[i])};
    } else {
      rows.push_back(i);
    }
  }
  if (without > 0)
    notes->push_back(base::Counted(without, "row has no reward and is left out", "rows have no reward and are left out") +
                     "; where a reward is more often missing after some actions than after others, "
                     "this makes every estimate wrong");
  if (rows.empty())
    return Error{ErrorCode::kInvalidInput, without > 0 ? "--reward: '" + problem.reward + "' is missing in every row that is left" : "the file has no rows"};
  return rows;
}

Result<void> CheckPropensities(const OpeProblem& problem, const LoggedDecisions& log) {
  for (std::size_t i = 0; i < log.propensities.size(); ++i) {
    const double p = log.propensities[i];
    if (p > 0 && p <= 1) continue;
    const std::string what = std::isnan(p) ? "has no propensity; mend it, or leave such rows out with --where '" +
                                                 (problem.propensity.find(' ') == std::string::npos ? expression::ColumnAsExpression(problem.propensity)
                                                                                                    : "(" + problem.propensity + ")") +
                                                 " is not null'"
                                           : "has the propensity " + base::ShortestNumber(p) +
                                                 ", expected a probability above 0 and at most 1: that with which the "
                                                 "log's policy took the row's action";
    return Error{ErrorCode::kInvalidInput, "--propensity: " + log.RowName(i) + " " + what};
  }
  return {};
}

Result<void> CheckRoles(const OpeProblem& problem, const LoggedDecisions& log) {
  for (const std::size_t feature : log.features) {
    const std::string& name = log.table->column(feature).name();
    const std::string expected = ", so it cannot be a feature of the reward model";
    if (base::IsAmong(ColumnsNamedBy(problem.reward, log.table->names()), name))
      return Error{ErrorCode::kInvalidInput, "--features: '" + name + "' is (part of) the reward" + expected};
    if (log.action == feature || log.position == feature)
      return Error{ErrorCode::kInvalidInput, "--features: '" + name + "' is the " + (log.action == feature ? "action" : "position") +
                                                 ", which the reward model always has; name it only once"};
  }
  if (log.action && log.position && *log.action == *log.position)
    return Error{ErrorCode::kInvalidInput, "--position: '" + problem.position + "' is the action as well"};
  if (!log.action) return {};
  for (std::size_t i = 0; i < log.size(); ++i) {
    if (log.table->column(*log.action).IsMissing(static_cast<std::int64_t>(i)))
      return Error{ErrorCode::kInvalidInput, "--action: " + log.RowName(i) + " has no action; mend it, or leave such rows out with --where"};
  }
  return {};
}

// The columns of the log that the problem names, those of its target table's key among them. Empty stands for all.
Result<std::vector<std::string>> ColumnsOfLog(const OpeProblem& problem, const store::SourceInfo& log, store::Engine& engine) {
  std::vector<std::string> texts = {problem.reward, problem.propensity, problem.action, problem.position, problem.unit, problem.where};
  if (problem.target_policy != "uniform") texts.push_back(problem.target_policy);
  texts.insert(texts.end(), problem.features.begin(), problem.features.end());
  if (!problem.target_table.empty()) {
    const store::SourceInfo table = ASSAY_TRY(engine.Describe(problem.target_table));
    for (const store::SourceColumn& column : table.columns) {
      const bool in_log = std::any_of(log.columns.begin(), log.columns.end(), [&](const store::SourceColumn& of_log) { return of_log.name == column.name; });
      if (in_log && column.name != "probability") texts.push_back(column.name);
      if (!in_log && column.name != "probability" && column.name != "row") return std::vector<std::string>();  // an error, which names the nearest
    }
  }
  return ColumnsToRead(texts, log);
}

}  // namespace

Result<LoggedDecisions> ReadLoggedDecisions(const OpeProblem& problem, store::Engine& engine, const RunContext& context) {
  const store::SourceInfo info = ASSAY_TRY(engine.Describe(problem.source));
  store::ReadOptions options;
  options.columns = ASSAY_TRY(ColumnsOfLog(problem, info, engine));
  const auto read_source = [&] {
    const base::ScopedStep step(context, "read");
    return engine.Read(problem.source, options, context);
  };
  store::ReadResult read = ASSAY_TRY(read_source());
  LoggedDecisions log;
  log.data = {problem.source, read.table.num_rows(), static_cast<std::int64_t>(info.columns.size()), read.fingerprint, read.notes, read.sampled_from()};
  const std::vector<double> rewards = ASSAY_TRY(NumbersOf(problem.reward, "--reward", "a number", read.table, context));
  log.source_rows = ASSAY_TRY(RowsWithReward(problem, read.table, rewards, &log.data.notes, context));
  const bool all = static_cast<std::int64_t>(log.source_rows.size()) == read.table.num_rows();
  log.table = std::make_shared<const table::Table>(all ? std::move(read.table) : read.table.Take(log.source_rows));
  log.data.rows = log.table->num_rows();
  for (const std::uint32_t row : log.source_rows) log.rewards.push_back(rewards[row]);
  if (!problem.propensity.empty()) {
    log.propensities = ASSAY_TRY(NumbersOf(problem.propensity, "--propensity", "a number", *log.table, context));
    ASSAY_TRY(CheckPropensities(problem, log));
  }
  log.action = ASSAY_TRY(ColumnNamed(problem.action, "--action", *log.table));
  log.position = ASSAY_TRY(ColumnNamed(problem.position, "--position", *log.table));
  for (const std::string& name : problem.features) {
    const std::size_t column = ASSAY_TRY_WITH(log.table->IndexOf(name), "--features");
    if (std::find(log.features.begin(), log.features.end(), column) == log.features.end()) log.features.push_back(column);
  }
  ASSAY_TRY(CheckRoles(problem, log));
  if (!problem.unit.empty()) {
    log.unit = DenseIds(ASSAY_TRY(ColumnOf(problem.unit, "--unit", *log.table, context)), &log.num_units);
  }
  return log;
}

}  // namespace assay::lifecycle
