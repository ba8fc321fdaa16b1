#include "lifecycle/internal/score_output.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

namespace assay::lifecycle {

using table::Column;
using table::ColumnType;

namespace {
// Outcomes are kept as floats: 6.1 as people wrote it, not the 6.099999904632568 that the float is as a double.
double AsWritten(float value) {
  if (!std::isfinite(value) || value == std::trunc(value)) return static_cast<double>(value);
  char text[32];
  const std::to_chars_result written = std::to_chars(text, text + sizeof text, value);
  double back = static_cast<double>(value);
  std::from_chars(text, written.ptr, back);
  return back;
}
}  // namespace

table::Schema ScoreOutput::Schema() const {
  table::Schema schema;
  const auto taken = [&](const std::string& name) {
    const auto same = [&](const std::string& other) { return other == name; };
    return std::any_of(keep_.begin(), keep_.end(), same) || std::any_of(schema.begin(), schema.end(), [&](const table::ColumnSchema& c) { return c.name == name; });
  };
  const auto add_ours = [&](std::string name, ColumnType type, bool integer) {
    while (taken(name)) name += "_";
    schema.push_back({std::move(name), type, integer, {}});
  };
  add_ours("row", ColumnType::kNumber, true);
  for (const std::string& name : keep_) {
    const Column& column = table_.column(static_cast<std::size_t>(table_.Find(name)));
    schema.push_back({column.name(), column.type(), column.is_integer(), {}});
  }
  if (!outcome_.empty()) add_ours("outcome", several() ? ColumnType::kCategory : ColumnType::kNumber, model_.task == learn::Task::kBinary);
  add_ours("prediction", several() ? ColumnType::kCategory : ColumnType::kNumber, false);
  for (std::size_t c = 0; several() && c < model_.classes.size(); ++c) add_ours("probability of " + model_.classes[c], ColumnType::kNumber, false);
  return schema;
}

std::vector<Column> ScoreOutput::Block(std::int64_t begin, std::span<const double> predictions) const {
  const std::size_t k = model_.num_outputs();
  const std::size_t count = predictions.size() / k;
  std::vector<Column> block;
  std::vector<std::int64_t> numbers(count);
  std::iota(numbers.begin(), numbers.end(), begin + 1);
  block.push_back(Column::Integers("row", std::move(numbers)));
  learn::Rows rows(count);
  std::iota(rows.begin(), rows.end(), static_cast<std::uint32_t>(begin));
  for (const std::string& name : keep_) block.push_back(table_.column(static_cast<std::size_t>(table_.Find(name))).Take(rows));
  if (!outcome_.empty()) {
    std::vector<double> values(count);
    std::vector<std::uint32_t> codes(count);
    for (std::size_t i = 0; i < count; ++i) {
      values[i] = AsWritten(outcome_[rows[i]]);
      codes[i] = std::isnan(values[i]) ? table::kMissingCode : static_cast<std::uint32_t>(values[i]);
    }
    block.push_back(several() ? Column::Categories("outcome", std::move(codes), model_.classes) : Column::Numbers("outcome", std::move(values)));
  }
  if (!several()) {
    block.push_back(Column::Numbers("prediction", {predictions.begin(), predictions.end()}));
    return block;
  }
  std::vector<std::uint32_t> likeliest(count);
  for (std::size_t i = 0; i < count; ++i) likeliest[i] = static_cast<std::uint32_t>(std::max_element(&predictions[i * k], &predictions[i * k] + k) - &predictions[i * k]);
  block.push_back(Column::Categories("prediction", std::move(likeliest), model_.classes));
  for (std::size_t c = 0; c < k; ++c) {
    std::vector<double> of_class(count);
    for (std::size_t i = 0; i < count; ++i) of_class[i] = predictions[i * k + c];
    block.push_back(Column::Numbers(model_.classes[c], std::move(of_class)));
  }
  return block;
}

}  // namespace assay::lifecycle
