#include "lifecycle/outcome_of.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/text.h"
#include "expression/expression.h"

namespace assay::lifecycle {

namespace {

using learn::Task;
using table::Column;
using table::ColumnType;
using table::Table;

std::vector<std::string> SortedClasses(const Column& column, std::vector<double>* values) {
  // Class index = position in the sorted list of texts (numbers sort as numbers).
  std::vector<std::string> texts;
  std::vector<double> sorted;
  if (column.type() == ColumnType::kNumber) {
    std::set<double> distinct;
    for (const double v : *values) {
      if (!std::isnan(v)) distinct.insert(v);
    }
    sorted.assign(distinct.begin(), distinct.end());
    for (const double v : sorted) texts.push_back(base::ShortestNumber(v));
    for (double& v : *values) {
      if (!std::isnan(v)) v = static_cast<double>(std::lower_bound(sorted.begin(), sorted.end(), v) - sorted.begin());
    }
    return texts;
  }
  std::vector<char> used(column.dictionary().size(), 0);
  for (const double v : *values) {
    if (!std::isnan(v)) used[static_cast<std::size_t>(v)] = 1;
  }
  std::vector<std::pair<std::string, std::size_t>> order;
  for (std::size_t i = 0; i < used.size(); ++i) {
    if (used[i] != 0) order.emplace_back(column.dictionary()[i], i);
  }
  std::sort(order.begin(), order.end());
  std::vector<double> class_of(used.size(), 0);
  for (std::size_t k = 0; k < order.size(); ++k) {
    texts.push_back(order[k].first);
    class_of[order[k].second] = static_cast<double>(k);
  }
  for (double& v : *values) {
    if (!std::isnan(v)) v = class_of[static_cast<std::size_t>(v)];
  }
  return texts;
}

Result<Task> TaskOf(const Problem& problem, const Column& column, std::size_t num_distinct, bool ranked) {
  for (const Task task : {Task::kBinary, Task::kMulticlass, Task::kRegression, Task::kRanking}) {
    if (problem.task == learn::TaskName(task)) return task;
  }
  if (!problem.task.empty()) {
    const std::vector<std::string> names = {"binary", "multiclass", "regression", "ranking"};
    return Error{ErrorCode::kInvalidInput, "task '" + problem.task + "' is not known." + base::DidYouMean(problem.task, names) + " The tasks are: " + base::Join(names, ", ")};
  }
  if (ranked) return Task::kRanking;
  if (column.type() == ColumnType::kBoolean || num_distinct == 2) return Task::kBinary;
  if (column.type() == ColumnType::kCategory) return Task::kMulticlass;
  return Task::kRegression;
}

std::size_t CountDistinct(const std::vector<double>& values, std::size_t enough) {
  std::set<double> distinct;
  for (const double v : values) {
    if (!std::isnan(v)) distinct.insert(v);
    if (distinct.size() >= enough) break;
  }
  return distinct.size();
}

}  // namespace

Result<Outcome> OutcomeOf(const Problem& problem, const Table& table, const RunContext& context) {
  if (problem.outcome.empty()) return Error{ErrorCode::kInvalidInput, "--outcome is missing; give an expression such as 'delay > 15' or the name of a column"};
  const Column column = ASSAY_TRY(expression::EvaluateText(problem.outcome, "--outcome", table, "outcome", context));
  if (column.type() == ColumnType::kTime) return Error{ErrorCode::kInvalidInput, "--outcome: '" + problem.outcome + "' is a time; expected a condition, a class or a number"};
  Outcome outcome;
  outcome.values.resize(static_cast<std::size_t>(column.num_rows()));
  column.CopyNumbers(0, outcome.values);
  const std::size_t distinct = CountDistinct(outcome.values, 3);
  if (distinct == 0) return Error{ErrorCode::kInvalidInput, "--outcome: '" + problem.outcome + "' is missing in every row"};
  outcome.task = ASSAY_TRY(TaskOf(problem, column, distinct, !problem.query.empty()));
  if (outcome.task == Task::kRegression || outcome.task == Task::kRanking) {
    if (column.type() == ColumnType::kCategory) return Error{ErrorCode::kInvalidInput, "--outcome: '" + problem.outcome + "' is text, but the task " + learn::TaskName(outcome.task) + " needs a number"};
    return outcome;
  }
  if (column.type() == ColumnType::kBoolean) {
    outcome.classes = {"false", "true"};
  } else {
    outcome.classes = SortedClasses(column, &outcome.values);
  }
  if (outcome.task == Task::kBinary && outcome.classes.size() > 2) {
    std::string condition = problem.outcome + " = " + expression::TextAsExpression(outcome.classes[0]);
    if (column.type() == ColumnType::kNumber) {
      std::erase_if(outcome.values, [](double v) { return std::isnan(v); });
      const auto middle = static_cast<std::size_t>(learn::Median(outcome.values));
      condition = problem.outcome + " >= " + outcome.classes[std::max<std::size_t>(1, middle)];  // from the least on would be every row
    }
    return Error{ErrorCode::kInvalidInput, "--outcome: '" + problem.outcome + "' has " + base::ReadableCount(static_cast<std::int64_t>(outcome.classes.size())) + " values, but the task binary needs two; write a condition such as " + condition};
  }
  if (outcome.task == Task::kMulticlass && outcome.classes.size() > 1000) {
    return Error{ErrorCode::kTooLarge, "--outcome: '" + problem.outcome + "' has " + base::ReadableCount(static_cast<std::int64_t>(outcome.classes.size())) + " classes; Assay handles up to 1,000"};
  }
  return outcome;
}

bool NamesItsPositive(const std::vector<std::string>& classes) { return classes.size() != 2 || classes[0] == "false" || (classes[0] == "0" && classes[1] == "1"); }

std::size_t LeastDistinct(Task task) { return task == Task::kRanking ? 1 : 2; }

}  // namespace assay::lifecycle
