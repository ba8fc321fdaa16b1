#include "lifecycle/last_period.h"

#include <algorithm>

#include "expression/expression.h"
#include "lifecycle/internal/periods.h"

namespace assay::lifecycle {

std::optional<LastPeriods> LastPeriodsOf(std::span<const base::Micros> times) {
  base::Micros first = INT64_MAX, last = INT64_MIN;
  for (const base::Micros time : times) {
    if (time == base::kMissingTime) continue;
    first = std::min(first, time);
    last = std::max(last, time);
  }
  if (first >= last) return std::nullopt;
  for (const std::int64_t wanted : {4, 2}) {
    for (std::size_t row = std::size(kPeriods); row-- > 1;) {
      const PeriodLength length = kPeriods[row].length;
      std::int64_t from = PeriodOf(first, length), to = PeriodOf(last, length);
      const auto tenth = [&](std::int64_t period) { return (StartOf(period + 1, length) - StartOf(period, length)) / 10; };
      if (first > StartOf(from, length) + tenth(from)) ++from;
      // A day's last rows may lie hours before midnight.
      if (last < StartOf(to + 1, length) - std::max(tenth(to), base::kMicrosPerDay)) --to;
      if (to - from + 1 >= wanted) return LastPeriods{kPeriods[row].name, StartOf(to - 1, length), StartOf(to, length), StartOf(to + 1, length)};
    }
  }
  return std::nullopt;
}

Result<ChangeProblem> LastChangeOf(const Project& project, const Objective& objective, const Gathered& gathered) {
  const learn::Examples& examples = gathered.examples;
  if (examples.time.empty()) return Error{ErrorCode::kNumeric, "the charter names no time (data.time), so there is no last period to compare"};
  const std::optional<LastPeriods> periods = LastPeriodsOf(examples.time);
  if (!periods) return Error{ErrorCode::kNumeric, "the data do not hold two whole periods to compare"};
  // An expression of several words stands in brackets.
  const std::string& given = objective.problem.time;
  const std::vector<std::string> columns = expression::ColumnsOf(given);
  const std::string time = columns.size() == 1 && given == expression::ColumnAsExpression(columns[0]) ? given : "(" + given + ")";
  const auto between = [&](base::Micros begin, base::Micros end) {
    return time + " >= " + expression::TextAsExpression(base::FormatTime(begin)) + " and " + time + " < " + expression::TextAsExpression(base::FormatTime(end));
  };
  const bool tree = !project.charter.list("metrics").empty();
  std::string metric;
  if (!tree) {
    metric = "avg(" + objective.problem.outcome + ")";
    if (examples.task == learn::Task::kMulticlass) return Error{ErrorCode::kNumeric, "the outcome is one of several classes, of which there is no mean; state a metric of its own in [[metrics]]"};
  }
  ChangeProblem problem = ASSAY_TRY(ChangeProblemOf(project, metric, between(periods->before, periods->after), between(periods->after, periods->end)));
  problem.features.clear();
  for (const learn::Feature& feature : examples.features) {
    const auto made = std::find_if(examples.derivations.begin(), examples.derivations.end(), [&](const learn::Derivation& d) { return d.name == feature.name; });
    problem.features.push_back(made == examples.derivations.end() ? feature.name : made->expression);
  }
  return problem;
}

}  // namespace assay::lifecycle
