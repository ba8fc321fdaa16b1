#include "learn/model_store.h"

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "learn/internal/learners.h"

namespace assay::learn {

namespace {
constexpr int kFormat = 1;

Result<SavedModel> Read(const Json& json, const std::string& where) {
  SavedModel saved;
  const int format = json.at("format").get<int>();
  if (format != kFormat) return Error{ErrorCode::kUnsupported, where + ": has model format " + std::to_string(format) + ", this version reads format " + std::to_string(kFormat)};
  saved.name = json.at("name").get<std::string>();
  const std::string task = json.at("task").get<std::string>();
  for (const Task candidate : {Task::kBinary, Task::kMulticlass, Task::kRegression, Task::kRanking}) {
    if (task == TaskName(candidate)) saved.task = candidate;
  }
  saved.outcome = json.at("outcome").get<std::string>();
  saved.classes = json.at("classes").get<std::vector<std::string>>();
  for (const Json& item : json.at("features")) saved.features.push_back({0, item.at("name").get<std::string>(), item.at("source").get<std::string>()});
  const std::string kind = json.at("kind").get<std::string>();
  const Json& body = json.at("model");
  using Loader = Result<std::unique_ptr<Model>> (*)(const Json&, Task);
  constexpr struct { RungKind kind; Loader load; } kLoaders[] = {
      {RungKind::kRandom, LoadRandom}, {RungKind::kConstant, LoadConstant}, {RungKind::kRule, LoadRule}, {RungKind::kLinear, LoadLinear}, {RungKind::kBoosted, LoadBoosted}};
  for (const auto& row : kLoaders) {
    if (kind != RungKindName(row.kind)) continue;
    saved.model = ASSAY_TRY(row.load(body, saved.task));
    return saved;
  }
  return Error{ErrorCode::kInvalidInput, where + ": holds a model of the unknown kind '" + kind + "'"};
}
}  // namespace

Result<void> SaveModel(const std::filesystem::path& path, const std::string& name, const Examples& examples, const Model& model) {
  Json features = Json::array();
  for (const Feature& feature : examples.features) features.push_back({{"name", feature.name}, {"source", feature.source}});
  const Json json = {{"format", kFormat}, {"name", name}, {"kind", RungKindName(model.kind())}, {"task", TaskName(examples.task)}, {"outcome", examples.outcome_text}, {"classes", examples.classes}, {"features", features}, {"model", model.ToJson()}};
  return base::WriteFileAtomically(path, base::WriteJson(json) + "\n");
}

Result<SavedModel> LoadModel(const std::filesystem::path& path) {
  const std::string where = path.string();
  const std::string bytes = ASSAY_TRY(base::ReadFile(path));
  const Json json = ASSAY_TRY(base::ParseJson(bytes, where));
  try {
    return Read(json, where);
  } catch (const Json::exception& failure) {
    return Error{ErrorCode::kInvalidInput, where + ": is not a model of Assay or is damaged (" + failure.what() + ")"};
  }
}

}  // namespace assay::learn
