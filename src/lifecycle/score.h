// A saved model applied to a file: predictions written block by block, and metrics where the outcome is known.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/run_context.h"
#include "evidence/reports/score.h"
#include "learn/model_store.h"
#include "store/engine.h"

namespace assay::lifecycle {

struct ScoreOptions {
  std::string out;                // .parquet, .csv, .csv.gz, .json, .jsonl, .ndjson; "" = nothing is written
  std::vector<std::string> keep;  // columns of the file carried along into the output
};

// Reads only the columns that the model, the outcome, its units and `keep` need. Categories that the model never saw and
// missing values are legal. The output has: row (1-based, of the file), the kept columns, outcome where it is known, and
// prediction (binary: probability of the positive class; regression: the value; ranking: the score; several classes: the
// likeliest class, then one column "probability of CLASS" each). Same model, same file: same bytes.
// kNotFound when a column is missing, with the nearest names; kInvalidInput when a type does not fit.
// Memory: the columns read, 16 bytes per row (only where there is an outcome), what ScoreJudge keeps of at most 5,000,000
// rows, and one block. kTooLarge before any of it is taken when --memory does not allow that.
Result<evidence::ScoreReport> Score(const learn::SavedModel& model, const std::string& source, const ScoreOptions& options, store::Engine& engine, const RunContext& context);

// The predictions alone, outputs of a row side by side, in the order of the file.
Result<std::vector<double>> PredictFile(const learn::SavedModel& model, const std::string& source, store::Engine& engine, const RunContext& context);

}  // namespace assay::lifecycle
