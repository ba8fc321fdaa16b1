#include "lifecycle/internal/flag_columns.h"

#include <algorithm>

#include "base/text.h"
#include "expression/expression.h"
#include "lifecycle/gather.h"

namespace assay::lifecycle {

namespace {

using table::Column;
using table::ColumnType;

Error NotAsExpected(const Column& column, const std::string& text, const std::string& where, const std::string& expected) {
  return {ErrorCode::kInvalidInput, where + ": '" + text + "' is a " + table::ColumnTypeName(column.type()) + ", expected " + expected};
}

}  // namespace

std::vector<std::string> ColumnsNamedBy(const std::string& text, const std::vector<std::string>& names) {
  if (base::IsAmong(names, text)) return {text};
  return expression::ColumnsOf(text);
}

std::vector<std::string> ColumnsToRead(const std::vector<std::string>& texts, const store::SourceInfo& info) {
  std::vector<std::string> names, wanted, columns;
  for (const store::SourceColumn& column : info.columns) names.push_back(column.name);
  for (const std::string& text : texts) {
    for (std::string& name : ColumnsNamedBy(text, names)) wanted.push_back(std::move(name));
  }
  if (std::any_of(wanted.begin(), wanted.end(), [&](const std::string& name) { return !base::IsAmong(names, name); })) return {};
  for (const std::string& name : names) {
    if (base::IsAmong(wanted, name)) columns.push_back(name);
  }
  if (columns.empty() && !names.empty()) columns.push_back(names.front());
  return columns;
}

Result<Column> ColumnOf(const std::string& text, const std::string& where, const table::Table& table, const RunContext& context) {
  if (const std::int64_t named = table.Find(text); named >= 0) return table.column(static_cast<std::size_t>(named));
  return expression::EvaluateText(text, where, table, "value", context);
}

Result<std::vector<double>> NumbersOf(const std::string& text, const std::string& where, const std::string& expected, const table::Table& table, const RunContext& context) {
  const Column column = ASSAY_TRY(ColumnOf(text, where, table, context));
  if (column.type() != ColumnType::kNumber && column.type() != ColumnType::kBoolean) return NotAsExpected(column, text, where, expected);
  std::vector<double> numbers(static_cast<std::size_t>(table.num_rows()));
  column.CopyNumbers(0, numbers);
  return numbers;
}

Result<std::vector<bool>> RowsKeptByWhere(const std::string& text, const table::Table& table, std::vector<std::string>* notes, const RunContext& context) {
  std::vector<bool> kept(static_cast<std::size_t>(table.num_rows()), true);
  if (text.empty()) return kept;
  const Column where = ASSAY_TRY(ColumnOf(text, "--where", table, context));
  if (where.type() != ColumnType::kBoolean) return NotAsExpected(where, text, "--where", "a condition");
  std::int64_t not_kept = 0;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    kept[i] = where.NumberAt(static_cast<std::int64_t>(i)) == 1;
    not_kept += kept[i] ? 0 : 1;
  }
  if (not_kept > 0 && not_kept == table.num_rows()) return Error{ErrorCode::kInvalidInput, "--where: '" + text + "' keeps no row"};
  if (not_kept > 0) notes->push_back(base::Counted(not_kept, "row is not kept by --where", "rows are not kept by --where"));
  return kept;
}

Result<std::vector<base::Micros>> TimesOfColumn(Column column, const std::string& text, const std::string& where, const learn::Rows& source_rows) {
  if (column.type() == ColumnType::kCategory) column = ASSAY_TRY_WITH(TimesOfTexts(column, text, source_rows), where);
  if (column.type() != ColumnType::kTime) return NotAsExpected(column, text, where, "a time");
  std::vector<base::Micros> times;
  times.reserve(static_cast<std::size_t>(column.num_rows()));
  for (std::int64_t i = 0; i < column.num_rows(); ++i) times.push_back(column.TimeAt(i));
  return times;
}

}  // namespace assay::lifecycle
