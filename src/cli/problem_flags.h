// The flags with which a problem is stated on a bare file, shared by understand, feasibility, train and score.
#pragma once

#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "lifecycle/problem.h"

namespace CLI {
class App;
}

namespace assay::cli {

struct ProblemFlags {
  std::string source;
  std::string outcome, task, metric, time, unit, query, wait, where;
  std::vector<std::string> features, exclude;
  double target = std::numeric_limits<double>::quiet_NaN();
  double least_gain = 0.01;
  std::int64_t sample = 0;
};

// Adds FILE and the flags. The struct lives as long as the app.
std::shared_ptr<ProblemFlags> AddProblemFlags(CLI::App* command);
// kInvalidInput when a duration is not one.
Result<lifecycle::Problem> ToProblem(const ProblemFlags& flags);

}  // namespace assay::cli
