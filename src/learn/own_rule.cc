#include "learn/own_rule.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "expression/expression.h"

namespace assay::learn {

namespace {

class OwnRuleModel : public Model {
 public:
  OwnRuleModel(std::string expression, Task task, std::vector<double> uppers, std::vector<double> means, double missing) : expression_(std::move(expression)), task_(task), uppers_(std::move(uppers)), means_(std::move(means)), missing_(missing) {}
  RungKind kind() const override { return RungKind::kOwnRule; }
  Result<void> Predict(const table::Table& table, std::span<const std::uint32_t> rows, std::span<double> out, const RunContext& context) const override {
    const table::Column values = ASSAY_TRY(expression::EvaluateText(expression_, "own rule", table, "own rule", context));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const double value = values.NumberAt(rows[i]);
      if (std::isnan(value)) {
        out[i] = missing_;
      } else if (task_ == Task::kRanking) {
        out[i] = value;
      } else {
        out[i] = means_[std::min(means_.size() - 1, static_cast<std::size_t>(std::lower_bound(uppers_.begin(), uppers_.end(), value) - uppers_.begin()))];
      }
    }
    return {};
  }
  Json ToJson() const override { return {{"expression", expression_}, {"uppers", uppers_}, {"means", means_}, {"missing", missing_}}; }
  std::string Explain() const override { return "your rule: " + expression_; }

 private:
  std::string expression_;
  Task task_;
  std::vector<double> uppers_, means_;  // group g holds values up to uppers_[g]
  double missing_;
};

}  // namespace

Result<std::unique_ptr<Model>> FitOwnRule(const std::string& text, const Examples& examples, std::span<const std::uint32_t> rows, const RunContext& context) {
  if (examples.task == Task::kMulticlass) return Error{ErrorCode::kUnsupported, "own rule '" + text + "': rules for several classes are not supported; write one condition per class as its own project"};
  const table::Column column = ASSAY_TRY(expression::EvaluateText(text, "own rule", *examples.table, "own rule", context));
  if (column.type() == table::ColumnType::kCategory || column.type() == table::ColumnType::kTime) return Error{ErrorCode::kInvalidInput, "own rule '" + text + "' is a " + table::ColumnTypeName(column.type()) + "; expected a condition or a number"};
  std::vector<double> sorted;
  double total = 0, missing_sum = 0, missing_count = 0;
  for (const std::uint32_t row : rows) {
    const double value = column.NumberAt(row);
    const auto y = static_cast<double>(examples.outcome[row]);
    total += y;
    if (std::isnan(value)) {
      missing_sum += y;
      missing_count += 1;
    } else {
      sorted.push_back(value);
    }
  }
  const double prior = total / static_cast<double>(std::max<std::size_t>(1, rows.size()));
  std::sort(sorted.begin(), sorted.end());
  std::vector<double> uppers;
  std::unique_copy(sorted.begin(), sorted.end(), std::back_inserter(uppers));
  if (uppers.size() > 20) {
    uppers.clear();
    for (std::size_t b = 1; b <= 20; ++b) {
      const double upper = sorted[sorted.size() * b / 20 - 1];
      if (uppers.empty() || upper > uppers.back()) uppers.push_back(upper);
    }
  }
  if (uppers.empty()) uppers.push_back(0);
  std::vector<double> sum(uppers.size(), 0), count(uppers.size(), 0);
  for (const std::uint32_t row : rows) {
    const double value = column.NumberAt(row);
    if (std::isnan(value)) continue;
    const std::size_t group = std::min(uppers.size() - 1, static_cast<std::size_t>(std::lower_bound(uppers.begin(), uppers.end(), value) - uppers.begin()));
    sum[group] += static_cast<double>(examples.outcome[row]);
    count[group] += 1;
  }
  for (std::size_t g = 0; g < sum.size(); ++g) sum[g] = (sum[g] + prior) / (count[g] + 1);
  const double missing = (missing_sum + prior) / (missing_count + 1);
  return std::unique_ptr<Model>(std::make_unique<OwnRuleModel>(text, examples.task, std::move(uppers), std::move(sum), examples.task == Task::kRanking ? 0 : missing));
}

}  // namespace assay::learn
