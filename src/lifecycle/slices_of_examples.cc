// Slices of what a project has gathered.
#include <cmath>
#include <limits>

#include "base/text.h"
#include "expression/expression.h"
#include "lifecycle/estimates.h"
#include "lifecycle/slices.h"

namespace assay::lifecycle {

SliceOptions ProjectSliceOptions() {
  SliceOptions options;
  options.honest = 0.5;
  options.distinct = 0.8;
  options.ranges = true;
  options.bins = 4;  // with ranges of finer bins the search fits thresholds to noise
  return options;
}

Result<SliceRows> SliceRowsOf(const Gathered& gathered, const learn::Rows& rows, std::vector<double> losses, const std::string& loss_text) {
  const learn::Examples& examples = gathered.examples;
  const bool all = static_cast<std::int64_t>(rows.size()) == examples.num_rows();
  SliceRows out;
  std::vector<table::Column> columns;
  const std::vector<std::string> time_columns = expression::ColumnsOf(examples.time_text);
  for (const learn::Feature& feature : examples.features) {
    if (feature.name.starts_with("year(") && base::IsAmong(time_columns, feature.source)) continue;
    out.columns.push_back(columns.size());
    const table::Column& column = examples.table->column(feature.column);
    columns.push_back(all ? column : column.Take(rows));
  }
  for (const learn::Derivation& derivation : examples.derivations) out.expressions[derivation.name] = derivation.expression;
  out.table = std::make_shared<const table::Table>(ASSAY_TRY(table::Table::Create(std::move(columns))));
  out.losses = std::move(losses);
  out.loss_text = loss_text;
  const bool ranking = examples.task == learn::Task::kRanking && examples.unit.empty();
  const std::vector<std::uint32_t>& unit = ranking ? examples.query : examples.unit;
  out.unit_text = ranking ? examples.query_text : examples.unit_text;
  out.time_text = examples.time_text;
  for (const std::uint32_t row : rows) {
    if (!unit.empty()) out.unit.push_back(unit[row]);
    if (!examples.time.empty()) out.time.push_back(examples.time[row]);
    out.source_rows.push_back(gathered.source_rows[row]);
  }
  // Numbered anew, so that those of other rows are not counted.
  std::vector<std::uint32_t> place(ranking ? examples.num_queries : examples.num_units, UINT32_MAX);
  for (std::uint32_t& id : out.unit) {
    if (place[id] == UINT32_MAX) place[id] = out.num_units++;
    id = place[id];
  }
  return out;
}

Result<evidence::SlicesReport> SlicesOfStep(const Gathered& gathered, const SliceRows& rows, const SliceOptions& options, const RunContext& context) {
  evidence::SlicesReport report;
  if (rows.columns.empty()) {
    report.reason = "there is no feature to make conditions of";
  } else {
    Result<evidence::SlicesReport> found = FindSlices(rows, options, context);
    if (found) {
      report = std::move(*found);
    } else {
      const ErrorCode code = found.error().code;
      if (code != ErrorCode::kInvalidInput && code != ErrorCode::kTooLarge) return found.error();
      report.reason = found.error().message;
    }
  }
  report.header.report = "slices";
  report.header.data = gathered.data;
  report.header.seed = context.seed;
  report.search.seconds = std::numeric_limits<double>::quiet_NaN();
  report.search.seconds_reason = "the times of a run stand in timing";
  if (!report.summary.empty()) return report;
  report.loss = rows.loss_text;
  report.mean_loss_estimate = WithoutInterval(std::numeric_limits<double>::quiet_NaN(), report.reason);
  report.summary = "No slices: " + report.reason + ".";
  return report;
}

}  // namespace assay::lifecycle
