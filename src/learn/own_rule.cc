#include "learn/own_rule.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "expression/expression.h"
#include "learn/internal/learners.h"

namespace assay::learn {

namespace {

constexpr std::size_t kMostGroups = 20;    // of a number: twentieths of its values
constexpr std::size_t kMostTexts = 1000;   // values of a text

// How the values of the rule fall into groups: numbers up to uppers[g], or texts[g]. Group `size()` is for missing values
// and texts that the training rows do not have.
struct Groups {
  std::vector<double> uppers;
  std::vector<std::string> texts;  // sorted

  std::size_t size() const { return texts.empty() ? uppers.size() : texts.size(); }
  std::size_t OfNumber(double value) const {
    if (std::isnan(value) || uppers.empty()) return size();
    return std::min(uppers.size() - 1, static_cast<std::size_t>(std::lower_bound(uppers.begin(), uppers.end(), value) - uppers.begin()));
  }
  std::size_t OfText(const std::string& text) const {
    const auto found = std::lower_bound(texts.begin(), texts.end(), text);
    return found != texts.end() && *found == text ? static_cast<std::size_t>(found - texts.begin()) : size();
  }
  // Group per row of `rows`.
  std::vector<std::size_t> Of(const table::Column& column, std::span<const std::uint32_t> rows) const {
    std::vector<std::size_t> groups(rows.size());
    if (column.type() == table::ColumnType::kCategory) {
      std::vector<std::size_t> of_code;
      for (const std::string& entry : column.dictionary()) of_code.push_back(OfText(entry));
      for (std::size_t i = 0; i < rows.size(); ++i) groups[i] = column.IsMissing(rows[i]) ? size() : of_code[column.CodeAt(rows[i])];
    } else {
      for (std::size_t i = 0; i < rows.size(); ++i) groups[i] = OfNumber(column.NumberAt(rows[i]));
    }
    return groups;
  }
};

Groups MakeGroups(const table::Column& column, std::span<const std::uint32_t> rows) {
  Groups groups;
  if (column.type() == table::ColumnType::kCategory) {
    std::vector<char> seen(column.dictionary().size(), 0);
    for (const std::uint32_t row : rows) {
      if (!column.IsMissing(row)) seen[column.CodeAt(row)] = 1;
    }
    for (std::size_t c = 0; c < seen.size(); ++c) {
      if (seen[c] != 0) groups.texts.push_back(column.dictionary()[c]);
    }
    std::sort(groups.texts.begin(), groups.texts.end());
    return groups;
  }
  std::vector<double> sorted;
  for (const std::uint32_t row : rows) {
    const double value = column.NumberAt(row);
    if (!std::isnan(value)) sorted.push_back(value);
  }
  std::sort(sorted.begin(), sorted.end());
  std::unique_copy(sorted.begin(), sorted.end(), std::back_inserter(groups.uppers));
  if (groups.uppers.size() <= kMostGroups) return groups;
  groups.uppers.clear();
  for (std::size_t b = 1; b <= kMostGroups; ++b) {
    const double upper = sorted[sorted.size() * b / kMostGroups - 1];
    if (groups.uppers.empty() || upper > groups.uppers.back()) groups.uppers.push_back(upper);
  }
  return groups;
}

class OwnRuleModel : public Model {
 public:
  OwnRuleModel(std::string expression, Task task, Groups groups, std::vector<double> outputs, std::size_t num_outputs) : expression_(std::move(expression)), task_(task), groups_(std::move(groups)), outputs_(std::move(outputs)), k_(num_outputs) {}
  RungKind kind() const override { return RungKind::kOwnRule; }
  Result<void> Predict(const table::Table& table, std::span<const std::uint32_t> rows, std::span<double> out, const RunContext& context) const override {
    const table::Column values = ASSAY_TRY(expression::EvaluateText(expression_, "own rule", table, "own rule", context));
    if (task_ == Task::kRanking) {
      for (std::size_t i = 0; i < rows.size(); ++i) {
        const double value = values.NumberAt(rows[i]);
        out[i] = std::isnan(value) ? outputs_[0] : value;
      }
      return {};
    }
    if ((values.type() == table::ColumnType::kCategory) == groups_.texts.empty() && groups_.size() > 0) return Error{ErrorCode::kInvalidInput, "own rule '" + expression_ + "' has another type here than in the training data"};
    const std::vector<std::size_t> groups = groups_.Of(values, rows);
    for (std::size_t i = 0; i < rows.size(); ++i) std::copy_n(outputs_.begin() + static_cast<std::ptrdiff_t>(groups[i] * k_), k_, out.begin() + static_cast<std::ptrdiff_t>(i * k_));
    return {};
  }
  std::vector<std::string> columns() const override {
    const Result<expression::Expression> parsed = expression::Expression::Parse(expression_);
    return parsed ? parsed->columns() : std::vector<std::string>{};
  }
  Json ToJson() const override { return {{"expression", expression_}, {"uppers", groups_.uppers}, {"texts", groups_.texts}, {"outputs", outputs_}}; }
  std::string Explain() const override { return "your rule: " + expression_; }

 private:
  std::string expression_;
  Task task_;
  Groups groups_;
  std::vector<double> outputs_;  // per group, the last one for missing values: k_ numbers; ranking: the score of missing values
  std::size_t k_;
};

}  // namespace

Result<std::unique_ptr<Model>> FitOwnRule(const std::string& text, const Examples& examples, std::span<const std::uint32_t> rows, const RunContext& context) {
  const table::Column column = ASSAY_TRY(expression::EvaluateText(text, "own rule", *examples.table, "own rule", context));
  const bool is_text = column.type() == table::ColumnType::kCategory;
  if (column.type() == table::ColumnType::kTime || (is_text && examples.task == Task::kRanking)) {
    return Error{ErrorCode::kInvalidInput, "own rule '" + text + "' is a " + table::ColumnTypeName(column.type()) + "; expected a condition" + (examples.task == Task::kRanking ? "" : ", a text") + " or a number"};
  }
  const std::size_t k = examples.num_outputs();
  if (examples.task == Task::kRanking) {
    // Missing values rank last.
    double least = 0;
    for (const std::uint32_t row : rows) least = std::min(least, column.IsMissing(row) ? 0.0 : column.NumberAt(row));
    return std::unique_ptr<Model>(std::make_unique<OwnRuleModel>(text, examples.task, Groups{}, std::vector<double>{least - 1}, k));
  }
  Groups groups = MakeGroups(column, rows);
  if (groups.texts.size() > kMostTexts) return Error{ErrorCode::kTooLarge, "own rule '" + text + "' has " + std::to_string(groups.texts.size()) + " different texts; a rule has at most " + std::to_string(kMostTexts)};
  const std::vector<std::size_t> of_row = groups.Of(column, rows);
  std::vector<double> prior(k, 0.0), count(groups.size() + 1, 0.0), outputs((groups.size() + 1) * k, 0.0);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const float y = examples.outcome[rows[i]];
    const std::size_t output = examples.task == Task::kMulticlass ? static_cast<std::size_t>(y) : 0;
    const double value = examples.task == Task::kMulticlass ? 1.0 : static_cast<double>(y);
    prior[output] += value;
    outputs[of_row[i] * k + output] += value;
    count[of_row[i]] += 1;
  }
  for (double& p : prior) p /= static_cast<double>(std::max<std::size_t>(1, rows.size()));
  for (std::size_t g = 0; g < count.size(); ++g) {
    for (std::size_t c = 0; c < k; ++c) outputs[g * k + c] = (outputs[g * k + c] + prior[c]) / (count[g] + 1);
  }
  return std::unique_ptr<Model>(std::make_unique<OwnRuleModel>(text, examples.task, std::move(groups), std::move(outputs), k));
}

Result<std::unique_ptr<Model>> LoadOwnRule(const Json& json, Task task, std::size_t num_outputs) {
  Groups groups{json.at("uppers").get<std::vector<double>>(), json.at("texts").get<std::vector<std::string>>()};
  auto outputs = json.at("outputs").get<std::vector<double>>();
  const std::string text = json.at("expression").get<std::string>();
  ASSAY_TRY_WITH(expression::Expression::Parse(text), "the model file is damaged");
  const std::size_t expected = task == Task::kRanking ? 1 : (groups.size() + 1) * num_outputs;
  if (outputs.size() != expected || !std::is_sorted(groups.uppers.begin(), groups.uppers.end()) || !std::is_sorted(groups.texts.begin(), groups.texts.end())) return Error{ErrorCode::kInvalidInput, "the model file is damaged: the groups of its rule do not fit"};
  return std::unique_ptr<Model>(std::make_unique<OwnRuleModel>(text, task, std::move(groups), std::move(outputs), num_outputs));
}

}  // namespace assay::learn
