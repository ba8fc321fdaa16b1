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
  // Group per value.
  std::vector<std::size_t> Of(const table::Column& values) const {
    std::vector<std::size_t> groups(static_cast<std::size_t>(values.num_rows()));
    if (values.type() == table::ColumnType::kCategory) {
      std::vector<std::size_t> of_code;
      for (const std::string& entry : values.dictionary()) of_code.push_back(OfText(entry));
      for (std::int64_t i = 0; i < values.num_rows(); ++i) groups[static_cast<std::size_t>(i)] = values.IsMissing(i) ? size() : of_code[values.CodeAt(i)];
    } else {
      for (std::int64_t i = 0; i < values.num_rows(); ++i) groups[static_cast<std::size_t>(i)] = OfNumber(values.NumberAt(i));
    }
    return groups;
  }
};

// The rule's value per row of `rows`. Only these rows and the columns that it names are evaluated: a fold costs a fold.
Result<table::Column> ValuesOf(const std::string& text, const table::Table& table, std::span<const std::uint32_t> rows, const RunContext& context) {
  std::vector<table::Column> columns;
  for (const std::string& name : expression::ColumnsOf(text)) {
    const std::int64_t found = table.Find(name);
    if (found >= 0) columns.push_back(table.column(static_cast<std::size_t>(found)).Take(rows));
  }
  const Result<table::Table> few = table::Table::Create(std::move(columns));
  if (few && few->num_columns() > 0) {
    Result<table::Column> values = expression::EvaluateText(text, "own rule", *few, "own rule", context);
    if (values) return values;
  }
  // Without columns, or with an error that names the nearest of all columns.
  const table::Column values = ASSAY_TRY(expression::EvaluateText(text, "own rule", table, "own rule", context));
  return values.Take(rows);
}

Groups MakeGroups(const table::Column& values) {
  Groups groups;
  if (values.type() == table::ColumnType::kCategory) {
    std::vector<char> seen(values.dictionary().size(), 0);
    for (std::int64_t i = 0; i < values.num_rows(); ++i) {
      if (!values.IsMissing(i)) seen[values.CodeAt(i)] = 1;
    }
    for (std::size_t c = 0; c < seen.size(); ++c) {
      if (seen[c] != 0) groups.texts.push_back(values.dictionary()[c]);
    }
    std::sort(groups.texts.begin(), groups.texts.end());
    return groups;
  }
  std::vector<double> sorted;
  for (std::int64_t i = 0; i < values.num_rows(); ++i) {
    const double value = values.NumberAt(i);
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
    const table::Column values = ASSAY_TRY(ValuesOf(expression_, table, rows, context));
    if (task_ == Task::kRanking) {
      for (std::size_t i = 0; i < rows.size(); ++i) {
        const double value = values.NumberAt(static_cast<std::int64_t>(i));
        out[i] = std::isnan(value) ? outputs_[0] : value;
      }
      return {};
    }
    if ((values.type() == table::ColumnType::kCategory) == groups_.texts.empty() && groups_.size() > 0) return Error{ErrorCode::kInvalidInput, "own rule '" + expression_ + "' has another type here than in the training data"};
    const std::vector<std::size_t> groups = groups_.Of(values);
    for (std::size_t i = 0; i < rows.size(); ++i) std::copy_n(outputs_.begin() + static_cast<std::ptrdiff_t>(groups[i] * k_), k_, out.begin() + static_cast<std::ptrdiff_t>(i * k_));
    return {};
  }
  std::vector<std::string> columns() const override {
    const Result<expression::Expression> parsed = expression::Expression::Parse(expression_);
    return parsed ? parsed->columns() : std::vector<std::string>{};
  }
  Json ToJson() const override { return {{"expression", expression_}, {"uppers", groups_.uppers}, {"texts", groups_.texts}, {"outputs", outputs_}}; }
  std::string Explain(std::span<const std::string> /*classes*/) const override { return "your rule: " + expression_; }

 private:
  std::string expression_;
  Task task_;
  Groups groups_;
  std::vector<double> outputs_;  // per group, the last one for missing values: k_ numbers; ranking: the score of missing values
  std::size_t k_;
};

}  // namespace

Result<std::unique_ptr<Model>> FitOwnRule(const std::string& text, const Examples& examples, std::span<const std::uint32_t> rows, const RunContext& context) {
  const table::Column values = ASSAY_TRY(ValuesOf(text, *examples.table, rows, context));
  const bool is_text = values.type() == table::ColumnType::kCategory;
  if (values.type() == table::ColumnType::kTime || (is_text && examples.task == Task::kRanking)) {
    return Error{ErrorCode::kInvalidInput, "own rule '" + text + "' is a " + table::ColumnTypeName(values.type()) + "; expected a condition" + (examples.task == Task::kRanking ? "" : ", a text") + " or a number"};
  }
  const std::size_t k = examples.num_outputs();
  if (examples.task == Task::kRanking) {
    // Missing values rank last.
    double least = 0;
    for (std::int64_t i = 0; i < values.num_rows(); ++i) least = std::min(least, values.IsMissing(i) ? 0.0 : values.NumberAt(i));
    return std::unique_ptr<Model>(std::make_unique<OwnRuleModel>(text, examples.task, Groups{}, std::vector<double>{least - 1}, k));
  }
  Groups groups = MakeGroups(values);
  if (groups.texts.size() > kMostTexts) return Error{ErrorCode::kTooLarge, "own rule '" + text + "' has " + std::to_string(groups.texts.size()) + " different texts; a rule has at most " + std::to_string(kMostTexts)};
  const std::vector<std::size_t> of_row = groups.Of(values);
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
  if (examples.aims_at_median()) {
    std::vector<Rows> rows_of(count.size());
    for (std::size_t i = 0; i < rows.size(); ++i) rows_of[of_row[i]].push_back(rows[i]);
    for (std::size_t g = 0; g < rows_of.size(); ++g) outputs[g] = CentralOutcome(examples, rows_of[g].empty() ? rows : std::span<const std::uint32_t>(rows_of[g]));
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
