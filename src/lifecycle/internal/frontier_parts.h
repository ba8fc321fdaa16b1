// Parts of `assay frontier` that stand in files of their own.
#pragma once

#include <string>

#include "lifecycle/frontier.h"

namespace assay::lifecycle {

// Of FrontierItems.
std::int64_t BytesPerItem(const FrontierProblem& problem);

// What was found, or that it is too large with what to do about it.
template <class T>
Result<T> WithWayOut(Result<T> found) {
  if (!found && found.error().code == ErrorCode::kTooLarge) return Error{ErrorCode::kTooLarge, found.error().message + "; take a smaller --k, fewer rows by --where, or raise --memory"};
  return found;
}

// The line between two scores of each item, within --memory.
Result<objectives::Frontier> SweepWithinMemory(const FrontierItems& items, const FrontierProblem& problem, const std::vector<double>& first, const std::vector<double>& second, objectives::FrontierOptions options, const RunContext& context);

// More than two objectives: what the search over weights found.
Result<void> FillSimplex(const FrontierItems& items, const FrontierProblem& problem, const FrontierSettings& settings, const objectives::FrontierOptions& options, evidence::FrontierReport* report, const RunContext& context);

// What to know when reading it, and the finding in a few sentences; of a report whose figures are there.
void AddFrontierNotes(evidence::FrontierReport* report);
std::string FrontierSummary(const evidence::FrontierReport& report);

}  // namespace assay::lifecycle
