// A row of a table as a RowView. The table outlives it.
#pragma once

#include <cmath>

#include "expression/expression.h"

namespace assay::expression {

class TableRow : public RowView {
 public:
  TableRow(const table::Table& table, std::int64_t row) : table_(table), row_(row) {}
  Value At(std::size_t column) const override {
    const table::Column& values = table_.column(column);
    if (values.type() != table::ColumnType::kCategory) return {values.NumberAt(row_), nullptr};
    const std::uint32_t code = values.CodeAt(row_);
    return {std::nan(""), code == table::kMissingCode ? nullptr : &values.dictionary()[code]};
  }

 private:
  const table::Table& table_;
  std::int64_t row_;
};

}  // namespace assay::expression
