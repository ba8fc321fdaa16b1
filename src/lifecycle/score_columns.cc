#include "lifecycle/score_columns.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "base/text.h"
#include "expression/expression.h"

namespace assay::lifecycle {

Result<Needed> NeededFor(const std::vector<std::string>& wanted, const std::vector<learn::Derivation>& derivations) {
  // Lower-case name to the name as written. From the last derivation to the first: what one needs, an earlier one may make.
  std::vector<std::pair<std::string, std::string>> open;
  const auto want = [&](const std::string& name) {
    const std::string key = base::Lowercase(name);
    if (std::none_of(open.begin(), open.end(), [&](const auto& entry) { return entry.first == key; })) open.emplace_back(key, name);
  };
  for (const std::string& name : wanted) want(name);
  Needed needed;
  for (auto derivation = derivations.rbegin(); derivation != derivations.rend(); ++derivation) {
    const std::string key = base::Lowercase(derivation->name);
    const auto found = std::find_if(open.begin(), open.end(), [&](const auto& entry) { return entry.first == key; });
    if (found == open.end()) continue;
    open.erase(found);
    needed.derivations.insert(needed.derivations.begin(), *derivation);
    const expression::Expression parsed = ASSAY_TRY_WITH(expression::Expression::Parse(derivation->expression), "derived column '" + derivation->name + "'");
    for (const std::string& name : parsed.columns()) want(name);
  }
  for (const auto& [key, name] : open) needed.columns.push_back(name);
  return needed;
}

Result<table::Table> Derive(const table::Table& table, const std::vector<learn::Derivation>& derivations, const RunContext& context) {
  std::vector<table::Column> columns = table.columns();
  for (const learn::Derivation& derivation : derivations) {
    const table::Table so_far = ASSAY_TRY(table::Table::Create(columns));
    table::Column made = ASSAY_TRY(expression::EvaluateText(derivation.expression, "derived column '" + derivation.name + "'", so_far, derivation.name, context));
    const auto same = std::find_if(columns.begin(), columns.end(), [&](const table::Column& c) { return c.name() == derivation.name; });
    if (same != columns.end()) {
      *same = std::move(made);
    } else {
      columns.push_back(std::move(made));
    }
  }
  return table::Table::Create(std::move(columns));
}

Result<OptionalExpression> OptionalExpressionOf(const std::string& text, const learn::SavedModel& model, const std::vector<std::string>& names) {
  OptionalExpression optional;
  optional.text = text;
  if (text.empty()) return optional;
  const expression::Expression parsed = ASSAY_TRY_WITH(expression::Expression::Parse(text), "the model's '" + text + "'");
  optional.needed = ASSAY_TRY(NeededFor(parsed.columns(), model.derivations));
  for (const std::string& column : optional.needed.columns) {
    if (!base::IsAmong(names, column)) optional.missing = column;
  }
  return optional;
}

// A derivation may have repaired the column since, so what a feature of the same name became is only the next best.
std::optional<table::ColumnType> TypeInTraining(const learn::SavedModel& model, const std::string& name) {
  const auto same = [&](const std::string& other) { return base::Lowercase(other) == base::Lowercase(name); };
  for (const auto& [column, type] : model.source_types) {
    if (same(column)) return type;
  }
  for (const learn::Feature& feature : model.features) {
    if (same(feature.name)) return feature.type;
  }
  return std::nullopt;
}

table::Column EmptyAsTrained(const table::Column& column, table::ColumnType trained) {
  if (column.type() != table::ColumnType::kCategory || !column.dictionary().empty()) return column;
  const auto rows = static_cast<std::size_t>(column.num_rows());
  switch (trained) {
    case table::ColumnType::kNumber: return table::Column::Numbers(column.name(), std::vector<double>(rows, std::nan("")));
    case table::ColumnType::kBoolean: return table::Column::Booleans(column.name(), std::vector<std::uint8_t>(rows, 255));
    case table::ColumnType::kTime: return table::Column::Times(column.name(), std::vector<base::Micros>(rows, base::kMissingTime));
    case table::ColumnType::kCategory: break;
  }
  return column;
}

table::Column AsTrained(const table::Column& column, table::ColumnType trained, std::vector<std::string>* notes) {
  const bool category = column.type() == table::ColumnType::kCategory;
  const auto rows = static_cast<std::size_t>(column.num_rows());
  if (trained != table::ColumnType::kCategory || category) return EmptyAsTrained(column, trained);
  std::unordered_map<std::string, std::uint32_t> code_of;
  std::vector<std::string> dictionary;
  std::vector<std::uint32_t> codes(rows, table::kMissingCode);
  for (std::size_t i = 0; i < rows; ++i) {
    const auto row = static_cast<std::int64_t>(i);
    if (column.IsMissing(row)) continue;
    const std::string text = column.TextAt(row);
    const auto [found, added] = code_of.try_emplace(text, static_cast<std::uint32_t>(dictionary.size()));
    if (added) dictionary.push_back(text);
    codes[i] = found->second;
  }
  if (!dictionary.empty()) notes->push_back("column '" + column.name() + "' was read as a " + table::ColumnTypeName(column.type()) + "; the model takes its values as text");
  return table::Column::Categories(column.name(), std::move(codes), std::move(dictionary));
}

}  // namespace assay::lifecycle
