// Fitted rungs on disk: one JSON file each, encoders included, whole or not at all.
//
// The file ends with a SHA-256 over everything else in it, so that a cut, changed or half-copied file is noticed before
// anything in it is believed; what is in it is then checked part by part. Beside the JSON of boosted trees lies XGBoost's
// own file (NAME.xgboost.json) for XGBoost and its other languages; Assay reads only its own.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "learn/learner.h"

namespace assay::learn {

// A model with what is needed to use and judge it without the training data.
struct SavedModel {
  std::string name;                  // "boosted trees"
  Task task = Task::kBinary;
  std::string outcome, time, unit, query;  // EXPRs; "" where none
  std::vector<std::string> classes;  // names by class index
  std::vector<Feature> features;     // columns it was trained on; derived ones ("hour(date)") with their source
  std::vector<Derivation> derivations;
  std::vector<RowFilter> filters;    // rows that the problem leaves out; they are predicted, but not judged
  std::map<std::string, table::ColumnType> source_types;  // of columns of the file as they were read; empty in files of earlier versions
  std::int64_t least_query_rows = 0;
  base::Micros wait = 0;
  std::int64_t training_rows = 0;
  base::Micros trained_until = base::kMissingTime;  // time of the latest training row
  std::map<std::string, std::vector<std::string>> seen_values;  // of category columns that the model reads: training rows' values, sorted
  std::vector<double> constant;      // the constant rung's prediction, against which skill is measured
  std::unique_ptr<Model> model;

  std::size_t num_outputs() const { return task == Task::kMulticlass ? classes.size() : 1; }
};

// What SaveModel cannot see in the model itself.
struct Training {
  std::span<const std::uint32_t> rows;  // what it was fitted on
  std::vector<double> constant;
};
// Writes PATH (ending in .json) and, for boosted trees, XGBoost's file; kIo when that cannot be done.
Result<void> SaveModel(const std::filesystem::path& path, const std::string& name, const Examples& examples, const Training& training, const Model& model);

// kInvalidInput with the file's name and what is wrong when it is damaged, kUnsupported when it is of another format.
Result<SavedModel> LoadModel(const std::filesystem::path& path);
// The same from bytes; `where` names them. Without `sealed` the SHA-256 is not asked for (fuzzing of what lies behind it).
Result<SavedModel> ReadModel(std::string_view bytes, const std::string& where, bool sealed = true);

}  // namespace assay::learn
