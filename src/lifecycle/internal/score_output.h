// What a scored file is written as: row, the columns carried along, the outcome where it is known, the prediction.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "learn/model_store.h"
#include "table/table.h"

namespace assay::lifecycle {

// Immutable; views into what it is made of, which outlives it.
class ScoreOutput {
 public:
  // `outcome`: one value per row of `table`, NaN where not known; empty: there is no outcome column.
  ScoreOutput(const learn::SavedModel& model, const table::Table& table, std::vector<std::string> keep, std::span<const float> outcome) : model_(model), table_(table), keep_(std::move(keep)), outcome_(outcome) {}

  // Column names are distinct: kept columns keep theirs, ours give way by a "_" at the end.
  table::Schema Schema() const;
  // The columns of the schema for rows [begin, begin + predictions.size() / outputs).
  std::vector<table::Column> Block(std::int64_t begin, std::span<const double> predictions) const;

 private:
  bool several() const { return model_.task == learn::Task::kMulticlass; }

  const learn::SavedModel& model_;
  const table::Table& table_;
  std::vector<std::string> keep_;
  std::span<const float> outcome_;
};

}  // namespace assay::lifecycle
