#include "learn/training_memory.h"

#include <algorithm>

#include "learn/encoder.h"
#include "learn/internal/learners.h"

namespace assay::learn {

namespace {
// Per encoded value: 4 bytes in the matrix, 1 in bins, 1 by column, and what is held while one is made from the other.
constexpr std::int64_t kBytesPerValue = 8;
// Per encoded value of the tuning sample: up to three folds in bins, and their validation rows as XGBoost's own 8 bytes.
constexpr std::int64_t kTuningBytesPerValue = 20;
// Per row that the rung is chosen on: out-of-fold predictions of all rungs, what judging them sorts and sums.
constexpr std::int64_t kChoiceBytesPerRow = 200;
// Per row and output beyond the first: gradients, sums of trees, predictions of all rungs.
constexpr std::int64_t kBytesPerOutput = 60;
// Fits of the choice that hold a matrix: linear and boosted, in four folds or a panel's eight.
constexpr std::int64_t kFitsWithMatrix = 16;
}  // namespace

std::int64_t EncodedColumns(const Examples& examples) {
  std::int64_t columns = 0;
  for (const Feature& feature : examples.features) {
    const table::Column& column = examples.table->column(feature.column);
    const std::size_t values = column.type() == table::ColumnType::kCategory ? column.dictionary().size() : 0;
    columns += 1 + (values <= kMostOneHot ? static_cast<std::int64_t>(values) : 0);
    if (column.type() == table::ColumnType::kCategory) columns += static_cast<std::int64_t>(NumTargets(examples)) - 1;
  }
  return columns;
}

std::int64_t TrainingBytes(const Examples& examples, std::int64_t rows, int threads, std::int64_t most_choice_rows) {
  const std::int64_t columns = EncodedColumns(examples);
  const std::int64_t outputs = static_cast<std::int64_t>(examples.num_outputs()) - 1;
  const std::int64_t choice_rows = std::min(rows, most_choice_rows);
  const auto fit = [&](std::int64_t fitted, std::int64_t tuned) { return columns * std::max(fitted * kBytesPerValue, std::min(fitted, tuned) * kTuningBytesPerValue); };
  const std::int64_t side_by_side = std::min<std::int64_t>(threads, kFitsWithMatrix) * fit(choice_rows, kRepeatedTuningRows);
  return choice_rows * kChoiceBytesPerRow + std::max(fit(rows, kBoostedTuningRows), side_by_side) + rows * outputs * kBytesPerOutput;
}

}  // namespace assay::learn
