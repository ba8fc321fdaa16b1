// The last period of a project's data and the one before it, to be compared by `assay change`.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "lifecycle/change.h"
#include "lifecycle/gather.h"
#include "lifecycle/project.h"

namespace assay::lifecycle {

struct LastPeriods {
  std::string name;                 // "month"
  base::Micros before = 0, after = 0, end = 0;  // starts of both, and the end of the later one
};
// The longest of year, month, week and day of which the times hold at least four whole ones, else at least two; nothing when there are not even two
// days. A period counts as whole when times reach into its last tenth; the first one also needs times in its first tenth.
std::optional<LastPeriods> LastPeriodsOf(std::span<const base::Micros> times);

// What `assay run` asks: why did the charter's first metric, without one the mean of the outcome, move from the one to the other? kNumeric says why
// there is nothing to ask (no times, one period).
Result<ChangeProblem> LastChangeOf(const Project& project, const Objective& objective, const Gathered& gathered);

}  // namespace assay::lifecycle
