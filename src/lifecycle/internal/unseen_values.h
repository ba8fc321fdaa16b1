// Values of a scored file's category features that the training rows never had: the model treats them as unknown.
#pragma once

#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "evidence/reports/score.h"
#include "learn/model_store.h"
#include "table/table.h"

namespace assay::lifecycle {

// 1. Made for a model. 2. Add for each block. 3. Report.
class UnseenValues {
 public:
  explicit UnseenValues(const learn::SavedModel& model);
  // Rows [begin, end) of a table that holds the model's columns.
  void Add(const table::Table& table, std::int64_t begin, std::int64_t end);
  // One entry for each category column that the model reads, in the model's order; with the most frequent unseen values.
  std::vector<evidence::UnseenFeature> Report() const;

 private:
  struct Column {
    std::string name;
    const std::vector<std::string>* seen;                  // sorted
    std::int64_t rows = 0;
    std::unordered_map<std::string, std::int64_t> unseen;  // value to its rows
  };
  std::vector<Column> columns_;
};

}  // namespace assay::lifecycle
