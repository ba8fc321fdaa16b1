// A saved model that answers rows given by value, as a server gets them: the same scores as `assay score` gives a file of these rows.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "learn/model_store.h"
#include "lifecycle/project.h"
#include "lifecycle/score_columns.h"
#include "table/table.h"

namespace assay::lifecycle {

struct ModelInput {
  std::string name;
  table::ColumnType type = table::ColumnType::kNumber;
};

// Immutable; thread-safe.
class ServedModel {
 public:
  static Result<ServedModel> Create(std::shared_ptr<const learn::SavedModel> model);

  const learn::SavedModel& saved() const { return *model_; }
  // Columns of a source row that the model reads, before anything is derived from them.
  const std::vector<ModelInput>& inputs() const { return inputs_; }
  // Outputs side by side, row by row. `rows`: columns of these names, in any order, of these types; kNotFound names a column that is missing.
  Result<std::vector<double>> Score(const table::Table& rows) const;
  // The same for one row by value, cells in the order of inputs(); null where the model needs a table: it derives columns, or knows no other way.
  const learn::RowModel* by_row() const { return derivations_.empty() ? model_->model->by_row() : nullptr; }

 private:
  std::shared_ptr<const learn::SavedModel> model_;
  std::vector<ModelInput> inputs_;
  std::vector<learn::Derivation> derivations_;
};

// A model's file in a project, and what it is called when it is served: "quality.boosted", and "quality" for the rung that the last run recommends.
struct ModelFile {
  std::string name;
  std::filesystem::path path;
};
// In the order of the charter's objectives, the recommended rung of each first. Empty for a project that was never trained.
Result<std::vector<ModelFile>> ModelFilesOf(const Project& project);

}  // namespace assay::lifecycle
