// A project's policy applied to a file: `assay score DIR FILE --policy`. The same blend that was weighed offline ranks the lists.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/run_context.h"
#include "evidence/reports/policy_score.h"
#include "lifecycle/policy.h"
#include "lifecycle/score.h"
#include "store/engine.h"

namespace assay::lifecycle {

// Output, where asked for: row (1-based, of the file), the kept columns, "score of NAME" per objective, blend, rank in the list (1 = first), shown (rank at most
// k). Equal blends stand in the order of the file. Rows without a query, or that the policy's filter leaves out, are not ranked: rank is missing, shown false.
// kConflict when the policy was made for other models. Memory: the columns needed, and 8 bytes x (objectives + 4) per row.
Result<evidence::PolicyScoreReport> ScoreByPolicy(const Project& project, const std::string& source, const ScoreOptions& options, store::Engine& engine, const RunContext& context);

}  // namespace assay::lifecycle
