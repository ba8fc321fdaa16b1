// Names of the rungs that a person adds. Reports refer to a rung by its name and models are kept in files named after it, so
// no two may share either.
#pragma once

#include <string>
#include <vector>

#include "lifecycle/train.h"

namespace assay::lifecycle {

// The rungs that every ladder has.
inline constexpr const char* kRandomName = "random";
inline constexpr const char* kConstantName = "constant";
inline constexpr const char* kRuleName = "best rule";
inline constexpr const char* kLinearName = "linear";
inline constexpr const char* kBoostedName = "boosted trees";

struct NamedRung {
  std::string section;  // of the charter: baselines.rules, baselines.imported, baselines.published
  std::string name;
};
// Why `rung` cannot be called so beside our own rungs and the ones before it; "" when it can.
std::string NameClash(const NamedRung& rung, const std::vector<NamedRung>& before);

// kInvalidInput names the first clash.
Result<void> RefuseNameClashes(const TrainOptions& options);

}  // namespace assay::lifecycle
