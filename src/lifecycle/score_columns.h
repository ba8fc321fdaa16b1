// Which columns of a file a model needs, and how they are brought into the form it was trained on.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/run_context.h"
#include "learn/model_store.h"
#include "table/table.h"

namespace assay::lifecycle {

// Columns of the file from which `wanted` (columns or derived columns) are made, and the derivations on the way, in order.
struct Needed {
  std::vector<std::string> columns;
  std::vector<learn::Derivation> derivations;
};
Result<Needed> NeededFor(const std::vector<std::string>& wanted, const std::vector<learn::Derivation>& derivations);

// The table with the derived columns put in (in place of a column of the same name, else behind).
Result<table::Table> Derive(const table::Table& table, const std::vector<learn::Derivation>& derivations, const RunContext& context);

// An EXPR of the model (outcome, time, unit, query) that a file may lack the columns for: the model predicts all the same.
struct OptionalExpression {
  std::string text;
  Needed needed;
  std::string missing;  // the column that is not there, "" when all are
  bool usable() const { return !text.empty() && missing.empty(); }
};
Result<OptionalExpression> OptionalExpressionOf(const std::string& text, const learn::SavedModel& model, const std::vector<std::string>& names);

// The type that a column of the source had when it was read for training; nullopt where the model does not say.
std::optional<table::ColumnType> TypeInTraining(const learn::SavedModel& model, const std::string& name);
// A column that is empty in this file has no type: all missing, of the type that it had in training.
table::Column EmptyAsTrained(const table::Column& column, table::ColumnType trained);
// Also texts that all look like numbers, and were read as such, are brought back. A note says where values changed their type.
table::Column AsTrained(const table::Column& column, table::ColumnType trained, std::vector<std::string>* notes);

}  // namespace assay::lifecycle
