// What the parts of a new charter share: when each column is known, and the draft.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "charter/draft.h"
#include "lifecycle/gather.h"
#include "lifecycle/init.h"

namespace assay::lifecycle {

// When every column is known, with the reason; `clock`: why the time of day is not known, "" when it is.
struct Availability {
  std::vector<evidence::ProposedColumn> columns;
  std::string clock;
};

// From roles, names and values, without any model (init_availability.cc).
Availability FirstGuess(const Problem& problem, const table::Table& table, const RunContext& context);
// Takes out what leaks, by the same tests as the leakage question of feasibility.
Result<void> FindLeaky(const Gathered& gathered, const RunContext& context, Availability* availability);

// The charter's text in parts: what was answered or is proposed, with the reason as a note (init_draft.cc).
charter::Draft MakeDraft(const InitAnswers& answers, const std::filesystem::path& folder, const Problem& problem, const evidence::InitReport& report, const Availability& availability);

}  // namespace assay::lifecycle
