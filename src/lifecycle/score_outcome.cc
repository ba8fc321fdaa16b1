#include "lifecycle/internal/score_outcome.h"

#include <cmath>
#include <unordered_map>

#include "base/text.h"
#include "lifecycle/gather.h"
#include "table/float_range.h"

namespace assay::lifecycle {

using learn::Task;
using table::Column;
using table::ColumnType;

Result<std::vector<float>> OutcomeAsTrained(const learn::SavedModel& model, const Column& column, std::int64_t* unknown_classes) {
  const auto rows = static_cast<std::size_t>(column.num_rows());
  std::vector<float> outcome(rows, std::nanf(""));
  const bool classes = model.task == Task::kBinary || model.task == Task::kMulticlass;
  if (column.type() == ColumnType::kCategory && column.dictionary().empty()) return outcome;
  if (column.type() == ColumnType::kTime || (!classes && column.type() == ColumnType::kCategory)) {
    return Error{ErrorCode::kInvalidInput, "the outcome '" + model.outcome + "' is a " + table::ColumnTypeName(column.type()) + " in this file; the model was trained on " + (classes ? "classes" : "numbers")};
  }
  if (!classes || column.type() == ColumnType::kBoolean) {
    const std::int64_t beyond = table::FirstBeyondFloat(column, 0, column.num_rows());
    if (beyond >= 0) return Error{ErrorCode::kInvalidInput, "row " + std::to_string(beyond + 1) + ": the outcome '" + model.outcome + "' is " + BeyondFloatInWords(column.NumberAt(beyond))};
    for (std::size_t i = 0; i < rows; ++i) outcome[i] = static_cast<float>(column.NumberAt(static_cast<std::int64_t>(i)));
    return outcome;
  }
  std::unordered_map<std::string, float> class_of;
  for (std::size_t c = 0; c < model.classes.size(); ++c) class_of[model.classes[c]] = static_cast<float>(c);
  const bool yes_or_no = column.type() == ColumnType::kNumber && model.classes == std::vector<std::string>{"false", "true"};
  if (yes_or_no) class_of = {{"0", 0.0F}, {"1", 1.0F}};
  std::vector<float> of_code;
  for (const std::string& entry : column.dictionary()) of_code.push_back(class_of.contains(entry) ? class_of[entry] : std::nanf(""));
  for (std::size_t i = 0; i < rows; ++i) {
    const auto row = static_cast<std::int64_t>(i);
    if (column.IsMissing(row)) continue;
    if (column.type() == ColumnType::kCategory) {
      outcome[i] = of_code[column.CodeAt(row)];
    } else if (const auto found = class_of.find(base::ShortestNumber(column.NumberAt(row))); found != class_of.end()) {
      outcome[i] = found->second;
    }
    *unknown_classes += std::isnan(outcome[i]) ? 1 : 0;
  }
  return outcome;
}

namespace {

// Times of the rows, and what of them the model may have seen.
Result<void> AddTimes(const learn::SavedModel& model, const ScoreSource& source, const RunContext& context, ScoreOutcome* outcome) {
  if (!source.time.usable()) {
    if (!model.time.empty() && model.unit.empty()) outcome->notes.push_back("the file has no column '" + source.time.missing + "', which the model's time '" + model.time + "' is made of: rows of one day are not known to depend on each other, so the intervals may be too narrow");
    outcome->notes.emplace_back("Assay cannot tell whether the model has seen these rows before; metrics on rows it was trained on flatter it");
    return {};
  }
  const Column time = ASSAY_TRY(Evaluate(source, source.time, "time", context));
  if (time.type() != ColumnType::kTime) return {};
  std::vector<base::Micros>& times = outcome->examples.time;
  times.reserve(static_cast<std::size_t>(time.num_rows()));
  std::int64_t trained = 0, unknown = 0;
  for (std::int64_t i = 0; i < time.num_rows(); ++i) {
    times.push_back(time.TimeAt(i));
    if (times.back() == base::kMissingTime) ++unknown;
    else trained += model.trained_until != base::kMissingTime && times.back() <= model.trained_until ? 1 : 0;
  }
  outcome->examples.time_text = model.time;
  if (trained > 0) outcome->notes.push_back(base::ReadableCount(trained) + " of " + base::ReadableCount(time.num_rows()) + " rows lie in the period the model was trained on (until " + base::FormatTime(model.trained_until) + "); if it saw them, the metrics flatter it");
  if (unknown > 0) outcome->notes.push_back(base::Counted(unknown, "row has", "rows have") + " no time, so Assay cannot tell whether the model has seen " + (unknown == 1 ? "it" : "them") + " before; metrics on rows it was trained on flatter it");
  return {};
}

// Rows that the model's problem leaves out, each counted under the first filter that names it.
Result<void> LeaveOut(const learn::SavedModel& model, const ScoreSource& source, const RunContext& context, ScoreOutcome* outcome) {
  std::vector<double> truth(outcome->examples.outcome.size());
  for (const SourceFilter& one : source.filters) {
    const std::string name = one.filter.kept ? "the row filter '" + one.filter.rows + "' of the problem" : "the exclusion '" + one.filter.reason + "' (" + one.filter.rows + ") of the problem";
    std::string unusable = one.rows.usable() ? "" : "the file has no column '" + one.rows.missing + "'";
    if (unusable.empty()) {
      const Result<Column> rows = Evaluate(source, one.rows, "row filter", context);
      if (!rows && rows.error().code == ErrorCode::kCancelled) return rows.error();
      if (rows) rows->CopyNumbers(0, truth);
      else unusable = rows.error().message;
    }
    if (!unusable.empty()) {
      outcome->notes.push_back(name + " cannot be applied, so rows that it leaves out are judged too: " + unusable);
      continue;
    }
    outcome->left_out.resize(truth.size(), 0);
    std::int64_t count = 0;
    for (std::size_t i = 0; i < truth.size(); ++i) {
      const bool named = !std::isnan(truth[i]) && truth[i] != 0;
      if (outcome->left_out[i] == 1 || named == one.filter.kept) continue;
      outcome->left_out[i] = 1;
      ++count;
    }
    if (count > 0) outcome->notes.push_back(base::Counted(count, "row is", "rows are") + " predicted but not judged: " + name + (count == 1 ? " leaves it out" : " leaves them out"));
  }
  if (model.task != Task::kRanking || model.least_query_rows <= 1) return {};
  std::vector<std::int64_t> sizes(outcome->examples.num_queries, 0);
  const auto counts = [&](std::size_t i) { return !std::isnan(outcome->examples.outcome[i]) && (outcome->left_out.empty() || outcome->left_out[i] == 0); };
  for (std::size_t i = 0; i < truth.size(); ++i) sizes[outcome->examples.query[i]] += counts(i) ? 1 : 0;
  std::int64_t small = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    if (!counts(i) || sizes[outcome->examples.query[i]] >= model.least_query_rows) continue;
    outcome->left_out.resize(truth.size(), 0);
    outcome->left_out[i] = 1;
    ++small;
  }
  if (small > 0) outcome->notes.push_back(base::Counted(small, "row is predicted but not judged: its", "rows are predicted but not judged: their") + " query has fewer than " + std::to_string(model.least_query_rows) + " rows");
  return {};
}

}  // namespace

Result<ScoreOutcome> OutcomeOfSource(const learn::SavedModel& model, const ScoreSource& source, const RunContext& context) {
  ScoreOutcome outcome;
  learn::Examples& examples = outcome.examples;
  examples.task = model.task;
  examples.classes = model.classes;
  examples.wait = model.wait;
  examples.outcome_text = model.outcome;
  if (!source.outcome.usable()) {
    outcome.reason = "the file has no column '" + source.outcome.missing + "', so the outcome '" + model.outcome + "' is not known";
    return outcome;
  }
  if (model.task == Task::kRanking && !source.query.usable()) {
    outcome.reason = "the file has no column '" + source.query.missing + "', so it is not known which rows are ranked together";
    return outcome;
  }
  std::int64_t unknown = 0;
  const Column column = ASSAY_TRY_WITH(Evaluate(source, source.outcome, "outcome", context), source.name);
  examples.outcome = ASSAY_TRY_WITH(OutcomeAsTrained(model, column, &unknown), source.name);
  if (unknown > 0) outcome.notes.push_back(base::Counted(unknown, "row has a class that the model does not know; it is", "rows have a class that the model does not know; they are") + " scored but not judged");
  ASSAY_TRY(AddTimes(model, source, context, &outcome));
  if (source.unit.usable()) {
    examples.unit = DenseIds(ASSAY_TRY(Evaluate(source, source.unit, "unit", context)), &examples.num_units);
    examples.unit_text = model.unit;
  }
  if (!model.unit.empty() && !source.unit.usable()) outcome.notes.push_back("the file has no column '" + source.unit.missing + "', which the model's unit '" + model.unit + "' is made of: rows of one unit are not known to depend on each other, so the intervals may be too narrow");
  if (model.task == Task::kRanking) examples.query_text = model.query;
  if (model.task == Task::kRanking) examples.query = DenseIds(ASSAY_TRY(Evaluate(source, source.query, "query", context)), &examples.num_queries);
  ASSAY_TRY(LeaveOut(model, source, context, &outcome));
  return outcome;
}

}  // namespace assay::lifecycle
