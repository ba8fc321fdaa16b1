#include "lifecycle/internal/score_source.h"

#include <algorithm>

#include "base/text.h"
#include "expression/expression.h"

namespace assay::lifecycle {

Result<ScoreSource> ReadForModel(const learn::SavedModel& model, const std::string& name, const std::vector<std::string>& keep, store::Engine& engine, const RunContext& context) {
  ScoreSource source;
  source.name = name;
  const store::SourceInfo info = ASSAY_TRY(engine.Describe(name));
  std::vector<std::string> names;
  for (const store::SourceColumn& column : info.columns) names.push_back(column.name);
  source.needed = ASSAY_TRY(NeededFor(model.model->columns(), model.derivations));
  for (const std::string& column : source.needed.columns) {
    if (!base::IsAmong(names, column)) return Error{ErrorCode::kNotFound, name + ": the model '" + model.name + "' needs the column '" + column + "', which is not there." + base::DidYouMean(column, names) + " It needs: " + base::Join(source.needed.columns, ", ")};
  }
  for (const std::string& column : keep) {
    const auto found = std::find_if(names.begin(), names.end(), [&](const std::string& n) { return base::Lowercase(n) == base::Lowercase(column); });
    if (found != names.end() && !base::IsAmong(source.keep, column)) source.keep.push_back(*found);
    if (found == names.end()) return Error{ErrorCode::kNotFound, name + ": --keep: there is no column '" + column + "'." + base::DidYouMean(column, names)};
  }
  source.outcome = ASSAY_TRY(OptionalExpressionOf(model.outcome, model, names));
  source.time = ASSAY_TRY(OptionalExpressionOf(model.time, model, names));
  source.unit = ASSAY_TRY(OptionalExpressionOf(model.unit, model, names));
  source.query = ASSAY_TRY(OptionalExpressionOf(model.query, model, names));
  for (const learn::RowFilter& filter : model.filters) source.filters.push_back({filter, ASSAY_TRY(OptionalExpressionOf(filter.rows, model, names))});
  store::ReadOptions options;
  const auto want = [&](const std::vector<std::string>& columns) {
    for (const std::string& column : names) {
      if (base::IsAmong(columns, column) && !base::IsAmong(options.columns, column)) options.columns.push_back(column);
    }
  };
  want(source.needed.columns);
  want(source.keep);
  if (source.outcome.usable()) {
    for (const OptionalExpression* optional : {&source.outcome, &source.time, &source.unit, &source.query}) {
      if (optional->usable()) want(optional->needed.columns);
    }
    for (const SourceFilter& filter : source.filters) {
      if (filter.rows.usable()) want(filter.rows.needed.columns);
    }
  }
  // A constant needs no column; the rows are counted all the same.
  if (options.columns.empty()) want({names.front()});
  Result<store::ReadResult> whole = engine.Read(name, options, context);
  if (!whole && whole.error().code == ErrorCode::kTooLarge && context.memory_bytes > 0) {
    return Error{ErrorCode::kTooLarge, name + ": its columns take more than the " + base::ReadableCount(context.memory_bytes / 1'000'000) + " MB of --memory; raise --memory, or cut the file into parts and score one after another"};
  }
  store::ReadResult read = ASSAY_TRY(std::move(whole));
  source.data = {name, read.table.num_rows(), static_cast<std::int64_t>(names.size()), read.fingerprint, read.notes, read.sampled_from()};
  std::vector<table::Column> columns = read.table.columns();
  for (table::Column& column : columns) {
    const std::optional<table::ColumnType> trained = TypeInTraining(model, column.name());
    if (!trained) continue;
    column = base::IsAmong(source.needed.columns, column.name()) ? AsTrained(column, *trained, &source.notes) : EmptyAsTrained(column, *trained);
  }
  source.table = ASSAY_TRY(table::Table::Create(std::move(columns)));
  return source;
}

Result<table::Column> Evaluate(const ScoreSource& source, const OptionalExpression& optional, const char* what, const RunContext& context) {
  const table::Table derived = ASSAY_TRY(Derive(source.table, optional.needed.derivations, context));
  return expression::EvaluateText(optional.text, std::string("the model's ") + what, derived, what, context);
}

}  // namespace assay::lifecycle
