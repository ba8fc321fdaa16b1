// A file as a saved model needs it: the columns for predicting, and those for judging where they are there.
#pragma once

#include <string>
#include <vector>

#include "evidence/reports/common.h"
#include "lifecycle/score_columns.h"
#include "store/engine.h"

namespace assay::lifecycle {

struct SourceFilter {
  learn::RowFilter filter;
  OptionalExpression rows;
};

struct ScoreSource {
  std::string name;
  Needed needed;                                     // for predicting
  OptionalExpression outcome, time, unit, query;     // for judging
  std::vector<SourceFilter> filters;                 // rows that are predicted, but not judged
  std::vector<std::string> keep;                     // as the file spells them, each once
  table::Table table;
  evidence::DataSummary data;
  std::vector<std::string> notes;
};

// Reads only the columns that the model, its outcome, time, unit and query, and `keep` need. kNotFound when one of the
// model's features or of `keep` is missing, with the nearest names.
Result<ScoreSource> ReadForModel(const learn::SavedModel& model, const std::string& name, const std::vector<std::string>& keep, store::Engine& engine, const RunContext& context);

// One of the model's expressions on all rows; `what` names it in errors. Requires optional.usable().
Result<table::Column> Evaluate(const ScoreSource& source, const OptionalExpression& optional, const char* what, const RunContext& context);

}  // namespace assay::lifecycle
