// Parts of the data on which nothing can be learned, or nothing judged, because their outcomes are all alike.
#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "base/text.h"
#include "lifecycle/internal/judged_metrics.h"

namespace assay::lifecycle {

namespace {

using learn::Examples;
using learn::Metric;
using learn::Rows;
using learn::Task;

// For ranking: within every query.
bool AllAlike(const Examples& examples, const Rows& rows) {
  std::unordered_map<std::uint32_t, float> of_query;
  for (const std::uint32_t row : rows) {
    const float outcome = examples.outcome[row];
    const float first = examples.task == Task::kRanking ? of_query.emplace(examples.query[row], outcome).first->second : examples.outcome[rows[0]];
    if (outcome != first) return false;
  }
  return !rows.empty();
}

std::string InWords(const std::string& part, const Examples& examples, const Rows& rows) {
  if (examples.task == Task::kRanking) return "no query of " + part + " has rows of different outcomes";
  const float outcome = examples.outcome[rows[0]];
  const std::string all = "all " + base::ReadableCount(static_cast<std::int64_t>(rows.size())) + " rows of " + part;
  return examples.classes.empty() ? all + " have the outcome " + base::ReadableNumber(static_cast<double>(outcome)) : all + " are of one class ('" + examples.classes[static_cast<std::size_t>(outcome)] + "')";
}

std::string OtherRows(const Examples& examples) {
  if (examples.task == Task::kRanking) return "give more queries";
  return examples.time.empty() ? "give more rows" : "give a longer period, or leave out the time (--time, in a charter data.time), which splits at random";
}

}  // namespace

Result<void> RefuseNothingToLearn(const std::string& part, const Examples& examples, const Rows& rows) {
  if (!examples.classes.empty() || !AllAlike(examples, rows)) return {};
  return Error{ErrorCode::kInvalidInput, InWords(part, examples, rows) + ", so there is nothing to learn from; " + OtherRows(examples)};
}

Result<void> RefuseUnjudgeable(const std::string& part, const Examples& examples, const Rows& rows, Metric metric, const Rows* training) {
  if (!AllAlike(examples, rows)) return {};
  const auto refuse = [&](const std::string& so, const std::string& others) {
    const std::string take = others.empty() ? "" : "take " + others + " (--metric, in a charter objectives.metric), or ";
    return Error{ErrorCode::kInvalidInput, InWords(part, examples, rows) + ", so " + so + "; " + take + OtherRows(examples)};
  };
  if (examples.task == Task::kRanking) return refuse("no order is better than another", "");
  if (metric == Metric::kAuc) return refuse("auc, which needs two, cannot judge there", "skill or log_loss");
  if (metric == Metric::kR2) return refuse("r2 has no variation to explain", "skill, rmse or mae");
  if (metric == Metric::kSkill && examples.task == Task::kRegression && training != nullptr) {
    const double constant = learn::CentralOutcome(examples, *training), outcome = static_cast<double>(examples.outcome[rows[0]]);
    if (std::abs(constant - outcome) <= 1e-9 * std::abs(outcome)) return refuse("the constant makes no error there and skill, which is measured against it, does not exist", "rmse or mae");
  }
  return {};
}

}  // namespace assay::lifecycle
