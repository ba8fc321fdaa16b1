#include "lifecycle/served_model.h"

#include <algorithm>
#include <numeric>

#include "base/text.h"
#include "lifecycle/model_paths.h"
#include "lifecycle/project_report.h"

namespace assay::lifecycle {

Result<ServedModel> ServedModel::Create(std::shared_ptr<const learn::SavedModel> model) {
  ServedModel served;
  Needed needed = ASSAY_TRY(NeededFor(model->model->columns(), model->derivations));
  for (const std::string& column : needed.columns) served.inputs_.push_back({column, TypeInTraining(*model, column).value_or(table::ColumnType::kNumber)});
  served.derivations_ = std::move(needed.derivations);
  served.model_ = std::move(model);
  return served;
}

Result<std::vector<double>> ServedModel::Score(const table::Table& rows) const {
  std::vector<table::Column> columns;
  for (const ModelInput& input : inputs_) {
    const auto found = std::find_if(rows.columns().begin(), rows.columns().end(), [&](const table::Column& column) { return column.name() == input.name; });
    if (found == rows.columns().end()) return Error{ErrorCode::kNotFound, "the model '" + model_->name + "' needs the column '" + input.name + "', which is not there." + base::DidYouMean(input.name, rows.names())};
    columns.push_back(*found);
  }
  const auto count = static_cast<std::size_t>(rows.num_rows());
  std::vector<double> out(count * model_->num_outputs());
  std::vector<std::uint32_t> numbers(count);
  std::iota(numbers.begin(), numbers.end(), 0U);
  table::Table table = columns.empty() ? rows : ASSAY_TRY(table::Table::Create(std::move(columns)));
  if (!derivations_.empty()) table = ASSAY_TRY(Derive(table, derivations_, {}));
  ASSAY_TRY(model_->model->Predict(table, numbers, out, {}));
  return out;
}

Result<std::vector<ModelFile>> ModelFilesOf(const Project& project) {
  std::vector<ModelFile> files;
  const Result<evidence::ProjectReport> report = LoadProjectReport(project);
  for (const charter::Record& objective : project.charter.list("objectives")) {
    const std::string name = objective.text("name");
    if (!FaultOfFolderName(name).empty()) continue;
    std::vector<ModelFile> rungs;
    std::error_code code;
    for (const auto& entry : std::filesystem::directory_iterator(project.state() / "models" / name, code)) {
      const std::string file = entry.path().filename().string();
      if (file.ends_with(".json") && !file.ends_with(".xgboost.json")) rungs.push_back({name + "." + entry.path().stem().string(), entry.path()});
    }
    std::sort(rungs.begin(), rungs.end(), [](const ModelFile& a, const ModelFile& b) { return a.name < b.name; });
    const Result<std::filesystem::path> recommended = report ? RecommendedModel(project, *report, name) : report.error();
    if (recommended && std::filesystem::exists(*recommended, code)) files.push_back({name, *recommended});
    files.insert(files.end(), rungs.begin(), rungs.end());
  }
  return files;
}

}  // namespace assay::lifecycle
