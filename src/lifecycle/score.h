// A saved model applied to a file: predictions written block by block, and metrics where the outcome is known.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/run_context.h"
#include "evidence/reports/score.h"
#include "learn/model_store.h"
#include "lifecycle/project.h"
#include "store/engine.h"

namespace assay::lifecycle {

struct ScoreOptions {
  std::string out;                // .parquet, .csv, .csv.gz, .json, .jsonl; "" = nothing is written
  std::vector<std::string> keep;  // columns of the file carried along into the output
};

// Reads only the columns that the model, the outcome, its units and `keep` need. Categories that the model never saw and
// missing values are legal. The output has: row (1-based, of the file), the kept columns, outcome where it is known, and
// prediction (binary: probability of the positive class; regression: the value; ranking: the score; several classes: the
// likeliest class, then one column "probability of CLASS" each). Same model, same file: same bytes.
// kNotFound when a column is missing, with the nearest names; kInvalidInput when a type does not fit.
// Memory: the columns read plus 8 bytes per row and output (only where there is an outcome) plus one block.
Result<evidence::ScoreReport> Score(const learn::SavedModel& model, const std::string& source, const ScoreOptions& options, store::Engine& engine, const RunContext& context);

// The file of the rung that the last run of a project recommends for an objective ("" = the first). kNotFound when there is
// no run or no recommended rung.
Result<std::filesystem::path> RecommendedModel(const Project& project, const std::string& objective);
// Where SaveModel puts a rung, inside a folder of models.
std::filesystem::path ModelPath(const std::filesystem::path& folder, const std::string& kind, const std::string& name);

}  // namespace assay::lifecycle
