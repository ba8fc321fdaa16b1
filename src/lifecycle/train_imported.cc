// Predictions of other models, matched to the holdout rows by standing in the same rows of the data.
#include <cmath>

#include "base/text.h"
#include "lifecycle/internal/train_parts.h"

namespace assay::lifecycle {

namespace {

constexpr double kMostUnusable = 0.05;  // share of holdout rows whose missing predictions the constant may stand in for

// One column per output. For several classes '*' in the name stands for the class.
Result<std::vector<std::size_t>> PredictionColumns(const ImportedPredictions& import, const learn::Examples& examples) {
  std::vector<std::string> names = {import.column};
  if (examples.task == learn::Task::kMulticlass) {
    names.clear();
    for (const std::string& name : examples.classes) names.push_back(std::string(import.column).replace(import.column.find('*'), 1, name));
  }
  std::vector<std::size_t> columns;
  for (const std::string& name : names) {
    columns.push_back(ASSAY_TRY_WITH(examples.table->IndexOf(name), "imported predictions '" + import.name + "'"));
    const table::ColumnType type = examples.table->column(columns.back()).type();
    if (type != table::ColumnType::kNumber && type != table::ColumnType::kBoolean) return Error{ErrorCode::kInvalidInput, "imported predictions '" + import.name + "': column '" + name + "' holds no numbers; a prediction is the probability of the outcome, its value, or a score"};
  }
  return columns;
}

// Probabilities are numbers from 0 to 1; those of several classes add up to 1, up to rounding, and are made to.
bool MakeUsable(learn::Task task, std::span<double> prediction) {
  const bool probabilities = task == learn::Task::kBinary || task == learn::Task::kMulticlass;
  double sum = 0;
  for (const double value : prediction) {
    if (!std::isfinite(value) || (probabilities && (value < 0 || value > 1))) return false;
    sum += value;
  }
  if (task != learn::Task::kMulticlass) return true;
  if (std::abs(sum - 1) > 0.01) return false;
  for (double& value : prediction) value /= sum;
  return true;
}

}  // namespace

Result<std::optional<Rung>> ImportRung(const ImportedPredictions& import, const learn::Examples& examples, const learn::Rows& holdout, const std::vector<double>& constant, std::vector<std::string>* notes) {
  if (import.trained_on.empty()) {
    notes->push_back("The predictions in '" + import.column + "' are not compared: it is not said what their model was trained on");
    return std::optional<Rung>();
  }
  if (examples.task == learn::Task::kMulticlass && import.column.find('*') == std::string::npos) {
    notes->push_back("The predictions in '" + import.column + "' are not compared: several classes need a column of probabilities each (a label alone has none). Name them with * in the place of the class, like p_* for " + "p_" + examples.classes.front() + ", p_" + examples.classes.back());
    return std::optional<Rung>();
  }
  const std::vector<std::size_t> columns = ASSAY_TRY(PredictionColumns(import, examples));
  const std::size_t k = columns.size();
  Rung rung{import.name, learn::RungKind::kImported, "", "trained on " + import.trained_on};
  rung.predictions.resize(holdout.size() * k);
  std::int64_t unusable = 0;
  for (std::size_t i = 0; i < holdout.size(); ++i) {
    const std::span<double> prediction(rung.predictions.data() + i * k, k);
    for (std::size_t c = 0; c < k; ++c) prediction[c] = examples.table->column(columns[c]).NumberAt(holdout[i]);
    if (MakeUsable(examples.task, prediction)) continue;
    ++unusable;
    std::copy_n(constant.begin() + static_cast<std::ptrdiff_t>(i * k), k, prediction.begin());
  }
  const auto rows = static_cast<std::int64_t>(holdout.size());
  if (static_cast<double>(unusable) > kMostUnusable * static_cast<double>(rows)) {
    notes->push_back("The predictions in '" + import.column + "' are not compared: " + base::ReadableCount(unusable) + " of the " + base::ReadableCount(rows) + " holdout rows " + (unusable == 1 ? "has" : "have") + " no usable one" + (examples.task == learn::Task::kBinary ? " (a probability from 0 to 1)" : "") + ", and what stands in for them would be judged instead of the model. Keep the rows that have one, with --where or in [[data.exclusions]].");
    return std::optional<Rung>();
  }
  if (unusable > 0) notes->push_back("'" + import.column + "': " + base::ReadableCount(unusable) + " of " + base::ReadableCount(rows) + " holdout rows " + (unusable == 1 ? "has no usable prediction and counts" : "have no usable prediction and count") + " as the constant.");
  return std::optional<Rung>(std::move(rung));
}

}  // namespace assay::lifecycle
