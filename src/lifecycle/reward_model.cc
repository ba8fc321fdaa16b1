#include "lifecycle/internal/reward_model.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <unordered_map>

#include "base/text.h"
#include "base/thread_pool.h"
#include "learn/learner.h"
#include "learn/split.h"

namespace assay::lifecycle {

namespace {

using table::Column;

constexpr int kFolds = 5;

// A column as names, whatever its type: item 7 is not more than item 3.
Column AsCategory(const Column& column, const std::string& name) {
  std::vector<std::uint32_t> codes(static_cast<std::size_t>(column.num_rows()), table::kMissingCode);
  std::vector<std::string> dictionary;
  std::unordered_map<std::string, std::uint32_t> index;
  for (std::size_t i = 0; i < codes.size(); ++i) {
    if (column.IsMissing(static_cast<std::int64_t>(i))) continue;
    std::string text = column.TextAt(static_cast<std::int64_t>(i));
    const auto [found, is_new] = index.emplace(text, static_cast<std::uint32_t>(dictionary.size()));
    if (is_new) dictionary.push_back(std::move(text));
    codes[i] = found->second;
  }
  return Column::Categories(name, std::move(codes), std::move(dictionary));
}

// A feature as few values, for pairs with the action: itself where it is a category, a number as
// one of four parts with about as many rows.
Column InParts(const Column& column) {
  if (column.type() == table::ColumnType::kCategory || column.type() == table::ColumnType::kBoolean) return AsCategory(column, column.name());
  std::vector<double> values(static_cast<std::size_t>(column.num_rows())), sorted;
  column.CopyNumbers(0, values);
  for (const double value : values) {
    if (!std::isnan(value)) sorted.push_back(value);
  }
  std::sort(sorted.begin(), sorted.end());
  std::vector<std::uint32_t> codes(values.size(), table::kMissingCode);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isnan(values[i])) continue;
    codes[i] = 0;
    for (std::size_t part = 1; part < 4; ++part) codes[i] += values[i] >= sorted[part * sorted.size() / 4] ? 1 : 0;
  }
  return Column::Categories(column.name(), std::move(codes), {"1", "2", "3", "4"});
}

// The log as a problem to learn, in a form in which actions can be replaced. A linear model of
// action and features alone would take the same action to be best everywhere, so each feature also
// comes in pairs with the action: a category per pair of values.
class RewardProblem {
 public:
  static Result<RewardProblem> Make(const LoggedDecisions& log) {
    RewardProblem problem;
    std::vector<Column> others;
    if (log.position) others.push_back(AsCategory(log.table->column(*log.position), log.table->column(*log.position).name()));
    for (const std::size_t c : log.features) others.push_back(log.table->column(c));
    for (const Column& other : others) problem.parts_.push_back(InParts(other));
    problem.others_ = std::move(others);
    learn::Examples& examples = problem.examples_;
    examples.table =
        std::make_shared<const table::Table>(ASSAY_TRY(problem.TableFor(AsCategory(log.table->column(*log.action), log.table->column(*log.action).name()))));
    for (std::size_t c = 0; c < examples.table->num_columns(); ++c)
      examples.features.push_back({c, examples.table->column(c).name(), examples.table->column(c).name(), examples.table->column(c).type()});
    const bool binary = std::all_of(log.rewards.begin(), log.rewards.end(), [](double r) { return r == 0 || r == 1; });
    examples.task = binary ? learn::Task::kBinary : learn::Task::kRegression;
    if (binary) examples.classes = {"0", "1"};
    examples.outcome.assign(log.rewards.begin(), log.rewards.end());
    examples.unit = log.unit;
    examples.num_units = log.num_units;
    return problem;
  }

  const learn::Examples& examples() const { return examples_; }

  // The same table with one action in every row.
  Result<table::Table> WithAction(const std::string& action) const {
    return TableFor(
        Column::Categories(examples_.table->column(0).name(), std::vector<std::uint32_t>(static_cast<std::size_t>(examples_.num_rows()), 0), {action}));
  }

  std::string Names() const {
    std::vector<std::string> names = {examples_.table->column(0).name()};
    for (const Column& other : others_) names.push_back(other.name());
    return base::Join(names, ", ") + (others_.empty() ? "" : " and the pairs of " + names[0] + " with each other one");
  }

 private:
  Result<table::Table> TableFor(const Column& action) const {
    std::vector<Column> columns = {action};
    columns.insert(columns.end(), others_.begin(), others_.end());
    for (const Column& part : parts_) columns.push_back(Pairs(action, part));
    return table::Table::Create(std::move(columns));
  }

  static Column Pairs(const Column& action, const Column& part) {
    const auto rows = static_cast<std::size_t>(action.num_rows());
    std::vector<std::uint32_t> of_action(rows), of_part(rows), codes(rows);
    action.CopyCodes(0, of_action);
    part.CopyCodes(0, of_part);
    std::unordered_map<std::uint64_t, std::uint32_t> index;
    std::vector<std::string> dictionary;
    for (std::size_t i = 0; i < rows; ++i) {
      const auto [found, is_new] = index.emplace(std::uint64_t{of_action[i]} << 32 | of_part[i], static_cast<std::uint32_t>(dictionary.size()));
      if (is_new) {
        const std::string& first = action.dictionary()[of_action[i]];
        dictionary.push_back(std::to_string(first.size()) + ":" + first + (of_part[i] == table::kMissingCode ? "" : ":" + part.dictionary()[of_part[i]]));
      }
      codes[i] = found->second;
    }
    return Column::Categories(action.name() + " with " + part.name(), std::move(codes), std::move(dictionary));
  }

  learn::Examples examples_;
  std::vector<Column> others_, parts_;  // position and features; the same as few values
};

struct FittedFold {
  learn::Rows rows;  // that the model has not seen
  std::unique_ptr<learn::Model> model;
};

Result<std::vector<FittedFold>> FitFolds(const learn::Examples& examples, const RunContext& context) {
  learn::Rows all(static_cast<std::size_t>(examples.num_rows()));
  std::iota(all.begin(), all.end(), 0U);
  std::vector<learn::Split> splits = ASSAY_TRY(learn::CrossValidationFolds(examples, all, kFolds, context.seed));
  std::size_t tested = 0;
  for (const learn::Split& split : splits) tested += split.test.size();
  if (tested != all.size())
    return Error{ErrorCode::kNumeric,
                 "rewards other than the usual lie in too few " + std::string(examples.unit.empty() ? "rows" : "units") + " to be in every fold"};
  const std::unique_ptr<learn::Learner> learner = learn::MakeLearner(learn::RungKind::kLinear);
  std::vector<FittedFold> folds(splits.size());
  std::vector<std::optional<Error>> errors(splits.size());
  ASSAY_TRY(base::ParallelFor(
      context, static_cast<std::int64_t>(splits.size()),
      [&](std::int64_t i) {
        const auto f = static_cast<std::size_t>(i);
        Result<std::unique_ptr<learn::Model>> model = learner->Fit(examples, splits[f].train, context.Serial());
        if (!model) {
          errors[f] = model.error();
        } else {
          folds[f] = {std::move(splits[f].test), std::move(*model)};
        }
      },
      "reward model"));
  for (const std::optional<Error>& error : errors) {
    if (error) return *error;
  }
  return folds;
}

// What every fold's model says of its rows of `table`, where `wanted` (empty: everywhere) is above
// 0; 0 elsewhere.
Result<std::vector<double>> Predict(const std::vector<FittedFold>& folds, const table::Table& table, std::span<const double> wanted,
                                    const RunContext& context) {
  std::vector<double> predictions(static_cast<std::size_t>(table.num_rows()), 0);
  for (const FittedFold& fold : folds) {
    learn::Rows rows;
    for (const std::uint32_t row : fold.rows) {
      if (wanted.empty() || wanted[row] > 0) rows.push_back(row);
    }
    if (rows.empty()) continue;
    std::vector<double> of_rows(rows.size());
    ASSAY_TRY(fold.model->Predict(table, rows, of_rows, context));
    for (std::size_t i = 0; i < rows.size(); ++i) predictions[rows[i]] = of_rows[i];
  }
  return predictions;
}

std::string InWords(const LoggedDecisions& log, const RewardProblem& problem, std::size_t num_folds) {
  return std::string(problem.examples().task == learn::Task::kBinary ? "logistic" : "ridge") + " regression of the reward on " + problem.Names() +
         "; each row is predicted by one of " + std::to_string(num_folds) + " models that has not seen " + (log.unit.empty() ? "it" : "its unit");
}

}  // namespace

Result<RewardModel> CrossFitRewardModel(const LoggedDecisions& log, const TargetPolicy& target, const RunContext& context) {
  RewardModel result;
  if (std::all_of(log.rewards.begin(), log.rewards.end(), [&](double r) { return r == log.rewards[0]; })) {
    result.rewards.logged = result.rewards.target = log.rewards;
    result.text = "every reward is " + base::ShortestNumber(log.rewards[0]) + ", and so is the model's";
    return result;
  }
  const RewardProblem problem = ASSAY_TRY(RewardProblem::Make(log));
  const std::vector<FittedFold> folds = ASSAY_TRY(FitFolds(problem.examples(), context));
  result.text = InWords(log, problem, folds.size());
  result.rewards.logged = ASSAY_TRY(Predict(folds, *problem.examples().table, {}, context));
  result.rewards.target.assign(log.size(), 0);
  const auto num_actions = static_cast<std::int64_t>(target.actions.size());
  for (std::size_t a = 0; a < target.actions.size(); ++a) {
    context.Report("what other actions would earn", static_cast<std::int64_t>(a), num_actions);
    if (context.cancelled()) return Error{ErrorCode::kCancelled, "stopped"};
    const std::vector<double> probabilities = ASSAY_TRY(target.of_action(a, context));
    const table::Table changed = ASSAY_TRY(problem.WithAction(target.actions[a].text));
    const std::vector<double> predictions = ASSAY_TRY(Predict(folds, changed, probabilities, context.Quiet()));
    for (std::size_t i = 0; i < predictions.size(); ++i) result.rewards.target[i] += probabilities[i] * predictions[i];
  }
  context.Report("what other actions would earn", num_actions, num_actions);
  return result;
}

}  // namespace assay::lifecycle
