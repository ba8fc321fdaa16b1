#include <algorithm>

#include "learn/examples.h"
#include "learn/internal/learners.h"
#include "learn/learner.h"

namespace assay::learn {

const char* TaskName(Task task) {
  switch (task) {
    case Task::kBinary: return "binary";
    case Task::kMulticlass: return "multiclass";
    case Task::kRegression: return "regression";
    case Task::kRanking: return "ranking";
  }
  return "unknown";
}

double Median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return values.size() % 2 == 1 ? *middle : (*std::max_element(values.begin(), middle) + *middle) / 2;
}

double CentralOutcome(const Examples& examples, std::span<const std::uint32_t> rows) {
  std::vector<double> values;
  for (const std::uint32_t row : rows) values.push_back(static_cast<double>(examples.outcome[row]));
  if (examples.aims_at_median()) return Median(std::move(values));
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

const char* RungKindName(RungKind kind) {
  switch (kind) {
    case RungKind::kRandom: return "random";
    case RungKind::kConstant: return "constant";
    case RungKind::kRule: return "rule";
    case RungKind::kOwnRule: return "own_rule";
    case RungKind::kLinear: return "linear";
    case RungKind::kBoosted: return "boosted";
    case RungKind::kImported: return "imported";
    case RungKind::kPublished: return "published";
  }
  return "unknown";
}

std::unique_ptr<Learner> MakeLearner(RungKind kind, const LearnerOptions& options) {
  switch (kind) {
    case RungKind::kRandom: return MakeRandomLearner();
    case RungKind::kConstant: return MakeConstantLearner();
    case RungKind::kRule: return MakeRuleLearner(options);
    case RungKind::kLinear: return MakeLinearLearner(options);
    case RungKind::kBoosted: return MakeBoostedLearner(options);
    case RungKind::kOwnRule:
    case RungKind::kImported:
    case RungKind::kPublished: break;  // nothing is learned for these
  }
  return nullptr;
}

std::unique_ptr<Learner> MakeRepeatedLearner(RungKind kind) {
  LearnerOptions options;
  options.tuning_rows = kRepeatedTuningRows;
  return MakeLearner(kind, options);
}

}  // namespace assay::learn
