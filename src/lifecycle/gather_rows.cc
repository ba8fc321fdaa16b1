#include <cmath>

#include "base/text.h"
#include "expression/expression.h"
#include "lifecycle/internal/gather_parts.h"

namespace assay::lifecycle {

namespace {

using table::Column;
using table::Table;

// A condition per row, NaN where it is unknown. `where` names the flag or key in errors.
Result<std::vector<double>> Condition(const std::string& text, const std::string& where, const Table& table, const RunContext& context) {
  const Column column = ASSAY_TRY(expression::EvaluateText(text, where, table, "condition", context));
  if (column.type() != table::ColumnType::kBoolean && column.type() != table::ColumnType::kNumber) {
    return Error{ErrorCode::kInvalidInput, where + ": '" + text + "' is a " + table::ColumnTypeName(column.type()) + "; expected a condition, such as x > 1 or city = 'Berlin'"};
  }
  std::vector<double> values(static_cast<std::size_t>(column.num_rows()));
  column.CopyNumbers(0, values);
  return values;
}

// 1 where a row is left out by one of the named exclusions (empty: there are none); a row counts under the first that names it.
Result<std::vector<std::uint8_t>> ExcludedRows(const Problem& problem, const Table& table, const RunContext& context, std::vector<std::string>* notes) {
  if (problem.exclusions.empty()) return std::vector<std::uint8_t>{};
  std::vector<std::uint8_t> excluded(static_cast<std::size_t>(table.num_rows()), 0);
  for (const Exclusion& exclusion : problem.exclusions) {
    const std::vector<double> named = ASSAY_TRY(Condition(exclusion.rows, "data.exclusions: '" + exclusion.reason + "'", table, context));
    std::int64_t count = 0;
    for (std::size_t i = 0; i < excluded.size(); ++i) {
      if (excluded[i] == 1 || std::isnan(named[i]) || named[i] == 0) continue;
      excluded[i] = 1;
      ++count;
    }
    notes->push_back(base::Counted(count, "row") + " left out: " + exclusion.reason + " (" + exclusion.rows + ")");
  }
  return excluded;
}

}  // namespace

Result<void> KeepRows(const Problem& problem, const std::vector<double>& outcome, const std::optional<Column>& query, const Table& table, const RunContext& context, Gathered* gathered) {
  const auto all_rows = static_cast<std::size_t>(table.num_rows());
  std::vector<double> keep;  // empty: all
  if (!problem.where.empty()) keep = ASSAY_TRY(Condition(problem.where, "--where", table, context));
  const std::vector<std::uint8_t> excluded_rows = ASSAY_TRY(ExcludedRows(problem, table, context, &gathered->data.notes));
  std::int64_t not_kept = 0;
  gathered->source_rows.reserve(all_rows);
  for (std::size_t i = 0; i < all_rows; ++i) {
    if (!excluded_rows.empty() && excluded_rows[i] == 1) continue;
    if (!keep.empty() && (std::isnan(keep[i]) || keep[i] == 0)) {
      ++not_kept;
    } else if (std::isnan(outcome[i])) {
      ++gathered->rows_without_outcome;
    } else {
      gathered->source_rows.push_back(static_cast<std::uint32_t>(i));
    }
  }
  keep = {};
  std::int64_t in_small_queries = 0;
  if (query) {
    std::uint32_t num_ids = 0;
    const std::vector<std::uint32_t> ids = DenseIds(*query, &num_ids);
    std::vector<std::int64_t> sizes(num_ids, 0);
    for (const std::uint32_t row : gathered->source_rows) ++sizes[ids[row]];
    const std::size_t before = gathered->source_rows.size();
    std::erase_if(gathered->source_rows, [&](std::uint32_t row) { return query->IsMissing(row) || sizes[ids[row]] < problem.least_query_rows; });
    in_small_queries = static_cast<std::int64_t>(before - gathered->source_rows.size());
  }
  if (not_kept > 0) gathered->data.notes.push_back(base::Counted(not_kept, "row") + " left out by the row filter '" + problem.where + "'");
  if (gathered->rows_without_outcome > 0) gathered->data.notes.push_back(base::Counted(gathered->rows_without_outcome, "row left out because its", "rows left out because their") + " outcome is missing");
  if (in_small_queries > 0) gathered->data.notes.push_back(base::Counted(in_small_queries, "row left out because its", "rows left out because their") + " query has fewer than " + std::to_string(problem.least_query_rows) + " rows");
  if (gathered->source_rows.empty()) return Error{ErrorCode::kInvalidInput, "no row is left: the outcome is missing or the row filter is false everywhere"};
  gathered->data.rows = static_cast<std::int64_t>(gathered->source_rows.size());
  return {};
}

}  // namespace assay::lifecycle
