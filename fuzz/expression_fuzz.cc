// Any bytes: parsing never crashes; what parses prints and parses to the same text again; what
// binds has the same value on the column and on the row, and has SQL.
#include <cmath>
#include <string_view>

#include "expression/sql.h"
#include "expression/table_row.h"

namespace assay::expression {
namespace {

table::Table Rows() {
  std::vector<table::Column> columns;
  columns.push_back(table::Column::Numbers("x", {1, 0, std::nan(""), -2.5, 1e300}));
  columns.push_back(table::Column::Booleans("b", {1, 0, 255, 1, 0}));
  columns.push_back(table::Column::Categories("c", {0, 1, table::kMissingCode, 1, 0}, {"u", ""}));
  columns.push_back(
      table::Column::Categories("a b", {1, 1, 0, table::kMissingCode, 0}, {"u", "w"}));
  columns.push_back(
      table::Column::Times("t", {0, -1, base::kMissingTime, INT64_MAX, INT64_MIN + 1}));
  return *table::Table::Create(std::move(columns));
}

bool SameValue(const table::Column& column, std::int64_t row, const Value& value, ValueType type) {
  if (type == ValueType::kText) {
    return column.IsMissing(row) ? value.text == nullptr
                                 : value.text != nullptr && *value.text == column.TextAt(row);
  }
  if (column.IsMissing(row)) return std::isnan(value.number);
  return column.NumberAt(row) == value.number ||
         (type == ValueType::kBoolean && value.number != 0 && column.NumberAt(row) == 1);
}

void Check(std::string_view text) {
  static const table::Table table = Rows();
  const auto parsed = Expression::Parse(text);
  if (!parsed) return;
  const std::string canonical = parsed->Canonical();
  const auto again = Expression::Parse(canonical);
  // Spelled out, a text near the limit of length may cross it.
  if (!again) {
    ASSAY_CHECK(again.error().code == ErrorCode::kTooLarge);
    return;
  }
  ASSAY_CHECK(again->Canonical() == canonical);

  const auto bound = BoundExpression::Bind(*parsed, table.schema());
  if (!bound) return;
  ASSAY_CHECK(!ToSql(*bound).text.empty());
  const auto column = bound->Evaluate(table, "result", {});
  ASSAY_CHECK(column.has_value());
  for (std::int64_t row = 0; row < table.num_rows(); ++row) {
    ASSAY_CHECK(SameValue(*column, row, bound->EvaluateRow(TableRow(table, row)), bound->type()));
  }
}

}  // namespace
}  // namespace assay::expression

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  assay::expression::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
