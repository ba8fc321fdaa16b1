// Rows with losses from a file.
#include <algorithm>
#include <cmath>

#include "base/step_clock.h"
#include "base/text.h"
#include "expression/expression.h"
#include "lifecycle/gather.h"
#include "lifecycle/slices.h"
#include "table/float_range.h"

namespace assay::lifecycle {

namespace {

using table::Column;
using table::ColumnType;

// The loss of every row, NaN where it is missing.
Result<std::vector<double>> LossesOf(const SlicesProblem& problem, const table::Table& table, const RunContext& context) {
  const Column column = ASSAY_TRY(expression::EvaluateText(problem.loss, "--loss", table, "loss", context));
  if (column.type() != ColumnType::kNumber && column.type() != ColumnType::kBoolean) {
    return Error{ErrorCode::kInvalidInput, "--loss: '" + problem.loss + "' is a " + table::ColumnTypeName(column.type()) + ", expected a number of at least 0 or a condition, like 'abs(y - p)' or 'predicted != class'"};
  }
  std::vector<double> losses(static_cast<std::size_t>(table.num_rows()));
  column.CopyNumbers(0, losses);
  for (std::size_t i = 0; i < losses.size(); ++i) {
    if (losses[i] > table::kLargestFloat) return Error{ErrorCode::kInvalidInput, "--loss: row " + std::to_string(i + 1) + " has the loss " + BeyondFloatInWords(losses[i])};
    if (losses[i] < 0) return Error{ErrorCode::kInvalidInput, "--loss: row " + std::to_string(i + 1) + " has the loss " + base::ShortestNumber(losses[i]) + ", expected at least 0; take 'abs(...)' or a square"};
  }
  return losses;
}

Result<learn::Rows> RowsKept(const SlicesProblem& problem, const table::Table& table, const std::vector<double>& losses, std::vector<std::string>* notes, const RunContext& context) {
  std::vector<double> kept(losses.size(), 1);
  if (!problem.where.empty()) {
    const Column where = ASSAY_TRY(expression::EvaluateText(problem.where, "--where", table, "where", context));
    if (where.type() != ColumnType::kBoolean) return Error{ErrorCode::kInvalidInput, "--where: '" + problem.where + "' is a " + std::string(table::ColumnTypeName(where.type())) + ", expected a condition"};
    where.CopyNumbers(0, kept);
  }
  learn::Rows rows;
  std::int64_t not_kept = 0, without = 0;
  for (std::uint32_t i = 0; i < losses.size(); ++i) {
    if (kept[i] != 1) {
      ++not_kept;
    } else if (std::isnan(losses[i])) {
      ++without;
    } else {
      rows.push_back(i);
    }
  }
  if (not_kept > 0) notes->push_back(base::Counted(not_kept, "row is not kept by --where", "rows are not kept by --where"));
  if (without > 0) notes->push_back(base::Counted(without, "row has no loss (missing, or not a finite number) and is left out", "rows have no loss (missing, or not a finite number) and are left out"));
  if (rows.empty()) return Error{ErrorCode::kInvalidInput, without > 0 ? "--loss: '" + problem.loss + "' is missing in every row that is left" : problem.where.empty() ? "the file has no rows" : "--where: '" + problem.where + "' keeps no row"};
  return rows;
}

Result<std::vector<std::size_t>> FeatureColumns(const SlicesProblem& problem, const table::Table& table) {
  std::vector<std::string> not_features = expression::ColumnsOf(problem.loss);
  for (const std::string* text : {&problem.unit, &problem.time}) {
    for (const std::string& name : expression::ColumnsOf(*text)) not_features.push_back(name);
  }
  std::vector<std::size_t> columns;
  if (!problem.features.empty()) {
    for (const std::string& name : problem.features) {
      const std::size_t column = ASSAY_TRY_WITH(table.IndexOf(name), "--features");
      if (std::find(columns.begin(), columns.end(), column) == columns.end()) columns.push_back(column);
    }
  } else {
    for (std::size_t c = 0; c < table.num_columns(); ++c) {
      if (!base::IsAmong(not_features, table.column(c).name())) columns.push_back(c);
    }
  }
  for (const std::string& name : problem.exclude) {
    const std::size_t column = ASSAY_TRY_WITH(table.IndexOf(name), "--exclude");
    std::erase(columns, column);
  }
  return columns;
}

}  // namespace

Result<evidence::SlicesReport> FindSlicesIn(const SlicesProblem& problem, const SliceOptions& options, store::Engine& engine, const RunContext& context) {
  ASSAY_TRY(options.Validate());
  if (problem.loss.empty()) return Error{ErrorCode::kInvalidInput, "--loss is missing: the loss of a row, like 'abs(y - p)' or 'predicted != class'"};
  store::ReadOptions read_options;
  read_options.sample_rows = problem.sample_rows;
  read_options.seed = context.seed;
  const auto read_source = [&] {
    const base::ScopedStep step(context, "read");
    return engine.Read(problem.source, read_options, context);
  };
  store::ReadResult read = ASSAY_TRY(read_source());
  evidence::DataSummary data{problem.source, read.table.num_rows(), static_cast<std::int64_t>(read.table.num_columns()), read.fingerprint, read.notes, read.sampled_from()};
  const std::vector<double> losses = ASSAY_TRY(LossesOf(problem, read.table, context));
  SliceRows rows;
  rows.loss_text = problem.loss;
  rows.columns = ASSAY_TRY(FeatureColumns(problem, read.table));
  rows.source_rows = ASSAY_TRY(RowsKept(problem, read.table, losses, &data.notes, context));
  const bool all = static_cast<std::int64_t>(rows.source_rows.size()) == read.table.num_rows();
  rows.table = std::make_shared<const table::Table>(all ? std::move(read.table) : read.table.Take(rows.source_rows));
  for (const std::uint32_t row : rows.source_rows) rows.losses.push_back(losses[row]);
  data.rows = rows.num_rows();
  if (!problem.time.empty()) {
    rows.time_text = problem.time;
    Column time = ASSAY_TRY(expression::EvaluateText(problem.time, "--time", *rows.table, "time", context));
    if (time.type() == ColumnType::kCategory) time = ASSAY_TRY_WITH(TimesOfTexts(time, problem.time, rows.source_rows), "--time");
    if (time.type() != ColumnType::kTime) return Error{ErrorCode::kInvalidInput, "--time: '" + problem.time + "' is a " + std::string(table::ColumnTypeName(time.type())) + ", expected a time"};
    for (std::int64_t i = 0; i < rows.num_rows(); ++i) rows.time.push_back(time.TimeAt(i));
  }
  if (!problem.unit.empty()) {
    rows.unit_text = problem.unit;
    rows.unit = DenseIds(ASSAY_TRY(expression::EvaluateText(problem.unit, "--unit", *rows.table, "unit", context)), &rows.num_units);
  }
  evidence::SlicesReport report = ASSAY_TRY(FindSlices(rows, options, context));
  report.header.data = std::move(data);
  return report;
}

}  // namespace assay::lifecycle
