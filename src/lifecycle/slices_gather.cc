// Rows with losses from a file.
#include <algorithm>
#include <cmath>

#include "base/step_clock.h"
#include "base/text.h"
#include "expression/expression.h"
#include "lifecycle/gather.h"
#include "lifecycle/internal/flag_columns.h"
#include "lifecycle/slices.h"
#include "table/float_range.h"

namespace assay::lifecycle {

namespace {

using table::Column;

// The loss of every row, NaN where it is missing.
Result<std::vector<double>> LossesOf(const SlicesProblem& problem, const table::Table& table, const RunContext& context) {
  const std::vector<double> losses = ASSAY_TRY(NumbersOf(problem.loss, "--loss", "a number of at least 0 or a condition, like 'abs(y - p)' or 'predicted != class'", table, context));
  for (std::size_t i = 0; i < losses.size(); ++i) {
    if (losses[i] > table::kLargestFloat) return Error{ErrorCode::kInvalidInput, "--loss: row " + std::to_string(i + 1) + " has the loss " + BeyondFloatInWords(losses[i])};
    if (losses[i] < 0) return Error{ErrorCode::kInvalidInput, "--loss: row " + std::to_string(i + 1) + " has the loss " + base::ShortestNumber(losses[i]) + ", expected at least 0; take 'abs(...)' or a square"};
  }
  return losses;
}

Result<learn::Rows> RowsKept(const SlicesProblem& problem, const table::Table& table, const std::vector<double>& losses, std::vector<std::string>* notes, const RunContext& context) {
  const std::vector<bool> kept = ASSAY_TRY(RowsKeptByWhere(problem.where, table, notes, context));
  learn::Rows rows;
  std::int64_t without = 0;
  for (std::uint32_t i = 0; i < losses.size(); ++i) {
    if (!kept[i]) continue;
    if (std::isnan(losses[i])) {
      ++without;
    } else {
      rows.push_back(i);
    }
  }
  if (without > 0) notes->push_back(base::Counted(without, "row has no loss (missing, or not a finite number) and is left out", "rows have no loss (missing, or not a finite number) and are left out"));
  if (rows.empty()) return Error{ErrorCode::kInvalidInput, without > 0 ? "--loss: '" + problem.loss + "' is missing in every row that is left" : "the file has no rows"};
  return rows;
}

Result<std::vector<std::size_t>> FeatureColumns(const SlicesProblem& problem, const table::Table& table) {
  std::vector<std::string> not_features;
  for (const std::string* text : {&problem.loss, &problem.unit, &problem.time}) {
    for (std::string& name : ColumnsNamedBy(*text, table.names())) not_features.push_back(std::move(name));
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
    const Column time = ASSAY_TRY(ColumnOf(problem.time, "--time", *rows.table, context));
    rows.time = ASSAY_TRY(TimesOfColumn(time, problem.time, "--time", rows.source_rows));
  }
  if (!problem.unit.empty()) {
    rows.unit_text = problem.unit;
    rows.unit = DenseIds(ASSAY_TRY(ColumnOf(problem.unit, "--unit", *rows.table, context)), &rows.num_units);
  }
  evidence::SlicesReport report = ASSAY_TRY(FindSlices(rows, options, context));
  report.header.data = std::move(data);
  return report;
}

}  // namespace assay::lifecycle
