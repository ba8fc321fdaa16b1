#include "table/table.h"

#include <set>

#include "base/text.h"

namespace assay::table {

Result<Table> Table::Create(std::vector<Column> columns) {
  Table table;
  std::set<std::string> seen;
  for (const Column& column : columns) {
    if (!seen.insert(column.name()).second) {
      return Error{ErrorCode::kInvalidInput, "column '" + column.name() + "' stands twice; give each column its own name"};
    }
    if (column.num_rows() != columns.front().num_rows()) {
      return Error{ErrorCode::kInvalidInput, "column '" + column.name() + "' has " + std::to_string(column.num_rows()) +
                                                 " rows, the first column has " + std::to_string(columns.front().num_rows())};
    }
  }
  table.num_rows_ = columns.empty() ? 0 : columns.front().num_rows();
  table.columns_ = std::move(columns);
  return table;
}

std::vector<std::string> Table::names() const {
  std::vector<std::string> names;
  for (const Column& column : columns_) names.push_back(column.name());
  return names;
}

Schema Table::schema() const {
  Schema schema;
  for (const Column& column : columns_) schema.push_back({column.name(), column.type(), column.is_integer(), column.dictionary()});
  return schema;
}

std::size_t Table::size_bytes() const {
  std::size_t bytes = 0;
  for (const Column& column : columns_) bytes += column.size_bytes();
  return bytes;
}

std::int64_t Table::Find(std::string_view name) const {
  std::int64_t found = -1;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i].name() == name) return static_cast<std::int64_t>(i);
  }
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (base::Lowercase(columns_[i].name()) != base::Lowercase(name)) continue;
    if (found >= 0) return -1;
    found = static_cast<std::int64_t>(i);
  }
  return found;
}

Result<std::size_t> Table::IndexOf(std::string_view name) const {
  const std::int64_t index = Find(name);
  if (index >= 0) return static_cast<std::size_t>(index);
  const std::vector<std::string> all = names();
  return Error{ErrorCode::kNotFound, "there is no column '" + std::string(name) + "'." + base::DidYouMean(name, all) +
                                         " The columns are: " + base::Join(all, ", ")};
}

Table Table::Take(std::span<const std::uint32_t> rows) const {
  Table table;
  for (const Column& column : columns_) table.columns_.push_back(column.Take(rows));
  table.num_rows_ = static_cast<std::int64_t>(rows.size());
  return table;
}

Table Table::WithoutUnusedTexts() && {
  for (Column& column : columns_) column = column.WithoutUnusedTexts();
  return std::move(*this);
}

}  // namespace assay::table
