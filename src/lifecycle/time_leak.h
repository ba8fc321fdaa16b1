// Is the time of day in the time column a plan, or what really happened?
//
// Cases that recur about once a day (the same combination of categories, such as one flight number's route) have a usual
// time of day. A plan keeps it; an actual time strays from it, and where the outcome goes with how far it strayed, the
// time was written down after the decision: nobody plans to be 40 minutes late.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "learn/examples.h"
#include "stats/cluster_mean.h"

namespace assay::lifecycle {

struct TimeLeak {
  stats::Interval auc;          // how well the straying tells the outcome, 0.5 = not at all; by day
  std::int64_t rows = 0;        // rows of recurring cases
  double late_early = 0, late_late = 0;  // mean outcome at most 5 minutes off, and at least 30 minutes after the usual time
  bool accused = false;
  std::string message;          // the finding in a sentence
};

// Nothing when the data has no time of day, no categories or too few recurring cases (fewer than 500 rows or 20 days).
// Accused when the lower limit of the AUC is above 0.65.
std::optional<TimeLeak> FindTimeLeak(const learn::Examples& examples);

}  // namespace assay::lifecycle
