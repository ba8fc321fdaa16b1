#include "learn/examples.h"
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

}  // namespace assay::learn
