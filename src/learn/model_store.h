// Fitted rungs on disk: one JSON file each, whole or not at all.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "learn/learner.h"

namespace assay::learn {

// A model with what is needed to use it without the training data.
struct SavedModel {
  std::string name;                  // "boosted trees"
  Task task = Task::kBinary;
  std::string outcome;               // EXPR it predicts
  std::vector<std::string> classes;  // names by class index
  std::vector<Feature> features;     // columns it needs; derived ones ("hour(date)") with their source
  std::unique_ptr<Model> model;
};

// PATH.json with a format number; kIo when it cannot be written.
Result<void> SaveModel(const std::filesystem::path& path, const std::string& name, const Examples& examples, const Model& model);
// kInvalidInput when the file is damaged or of a newer format.
Result<SavedModel> LoadModel(const std::filesystem::path& path);

}  // namespace assay::learn
