// The outcome of a file that is scored, as the model was trained on it, and what the intervals of its metrics need.
#pragma once

#include <string>
#include <vector>

#include "learn/examples.h"
#include "lifecycle/internal/score_source.h"

namespace assay::lifecycle {

// NaN where the outcome is missing or a class that the model does not know (the latter are counted). kInvalidInput when
// the column cannot be such an outcome.
Result<std::vector<float>> OutcomeAsTrained(const learn::SavedModel& model, const table::Column& column, std::int64_t* unknown_classes);

// Examples without a table, with one entry per row of the file: outcome (NaN: not known), and time, unit and query where
// the file has them. The outcome is empty and `reason` says why when rows cannot be judged.
struct ScoreOutcome {
  learn::Examples examples;
  std::vector<std::uint8_t> left_out;  // per row: 1 where the problem of the model says that it is not meant; empty: none is
  std::string reason;
  std::vector<std::string> notes;
};
Result<ScoreOutcome> OutcomeOfSource(const learn::SavedModel& model, const ScoreSource& source, const RunContext& context);

}  // namespace assay::lifecycle
