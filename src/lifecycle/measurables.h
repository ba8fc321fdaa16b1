// The figures of a run that exit criteria of steps may name (docs/projects.md).
#pragma once

#include <string>
#include <vector>

#include "evidence/reports/project.h"

namespace assay::lifecycle {

struct Measurable {
  std::string name;
  double value = std::nan("");  // finite, or NaN
  std::string reason;           // why this run has no such figure; "" when it has
  std::string objective;        // whose figure it is; "" of the data
  std::string figure;           // its name without the objective's
};

// Every figure that a run can have for these objectives, in a fixed order: of the data, the first objective's by their plain
// names, then every objective's with its name and '_' in front.
std::vector<Measurable> Measurables(const std::vector<std::string>& objectives, const evidence::ProjectReport& report);
std::vector<std::string> MeasurableNames(const std::vector<std::string>& objectives);

}  // namespace assay::lifecycle
