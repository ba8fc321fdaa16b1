// The flags with which a problem is stated on a bare file, shared by understand, feasibility, train and score.
#pragma once

#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "lifecycle/problem.h"
#include "lifecycle/project.h"

namespace CLI {
class App;
}

namespace assay::cli {

struct ProblemFlags {
  std::string source;
  std::string objective;  // of a project
  std::string outcome, task, metric, time, unit, query, wait, where;
  std::vector<std::string> features, exclude;
  double target = std::numeric_limits<double>::quiet_NaN();
  double least_gain = std::numeric_limits<double>::quiet_NaN();
  std::int64_t sample = 0;
  const CLI::App* command = nullptr;  // says which flags were given
};

// What FILE may be.
enum class Source { kFile, kFileOrProject };
// Adds FILE and the flags. The struct lives as long as the app.
std::shared_ptr<ProblemFlags> AddProblemFlags(CLI::App* command, Source source = Source::kFileOrProject);
// FILE as the folder of a project, nothing when it is none. kInvalidInput when the problem is stated twice, in the charter and by a
// flag, and for an --objective without a project.
Result<std::optional<lifecycle::Project>> ProjectNamed(const ProblemFlags& flags);
// Names of columns as flags give them: with commas between; one that has a comma itself stands in double quotes (those inside
// doubled). kInvalidInput when a quote is not closed.
Result<std::vector<std::string>> ColumnNames(const std::vector<std::string>& given, const std::string& flag);
// kInvalidInput when a duration is not one, or the target no value of the metric.
Result<lifecycle::Problem> ToProblem(const ProblemFlags& flags);

}  // namespace assay::cli
