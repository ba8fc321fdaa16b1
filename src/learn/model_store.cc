#include "learn/model_store.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/file.h"
#include "base/sha256.h"
#include "learn/calibration.h"
#include "learn/internal/column_values.h"
#include "learn/internal/json_values.h"
#include "learn/internal/learners.h"

namespace assay::learn {

namespace {

constexpr int kFormat = 4;
constexpr const char* kSeal = "sha256";

Result<std::unique_ptr<Model>> ReadBody(const std::string& kind, const Json& body, const SavedModel& saved, const std::string& where) {
  using Loader = Result<std::unique_ptr<Model>> (*)(const Json&, Task, std::size_t);
  constexpr struct { RungKind kind; Loader load; } kLoaders[] = {
      {RungKind::kRandom, LoadRandom}, {RungKind::kConstant, LoadConstant}, {RungKind::kRule, LoadRule}, {RungKind::kOwnRule, LoadOwnRule}, {RungKind::kLinear, LoadLinear}, {RungKind::kBoosted, LoadBoosted}};
  for (const auto& row : kLoaders) {
    if (kind != RungKindName(row.kind)) continue;
    std::unique_ptr<Model> model = ASSAY_TRY_WITH(row.load(body, saved.task, saved.num_outputs()), where);
    const auto calibration = body.find("calibration");
    if (calibration == body.end()) return model;
    const Calibration map = ASSAY_TRY_WITH(LoadCalibration(*calibration), where);
    return Calibrated(std::move(model), map, saved.task);
  }
  return Error{ErrorCode::kInvalidInput, where + ": holds a model of the unknown kind '" + kind + "'"};
}

std::optional<table::ColumnType> TypeNamed(const std::string& name) {
  for (const table::ColumnType type : {table::ColumnType::kBoolean, table::ColumnType::kNumber, table::ColumnType::kCategory, table::ColumnType::kTime}) {
    if (name == table::ColumnTypeName(type)) return type;
  }
  return std::nullopt;
}

Result<SavedModel> Read(const Json& json, const std::string& where) {
  SavedModel saved;
  saved.name = json.at("name").get<std::string>();
  const std::string task = json.at("task").get<std::string>();
  bool known = false;
  for (const Task candidate : {Task::kBinary, Task::kMulticlass, Task::kRegression, Task::kRanking}) {
    if (task != TaskName(candidate)) continue;
    saved.task = candidate;
    known = true;
  }
  if (!known) return Error{ErrorCode::kInvalidInput, where + ": has the unknown task '" + task + "'"};
  saved.outcome = json.at("outcome").get<std::string>();
  saved.time = json.at("time").get<std::string>();
  saved.unit = json.at("unit").get<std::string>();
  saved.query = json.at("query").get<std::string>();
  saved.wait = WholeOf<base::Micros>(json.at("wait"));
  saved.classes = json.at("classes").get<std::vector<std::string>>();
  if (saved.task == Task::kMulticlass && (saved.classes.size() < 2 || saved.classes.size() > 1000)) return Error{ErrorCode::kInvalidInput, where + ": is damaged: a model for several classes needs 2 to 1,000 of them"};
  for (const Json& item : json.at("features")) {
    Feature feature{0, item.at("name").get<std::string>(), item.at("source").get<std::string>()};
    feature.type = TypeNamed(item.at("type").get<std::string>()).value_or(feature.type);
    saved.features.push_back(std::move(feature));
  }
  if (const auto types = json.find("source_types"); types != json.end()) {
    for (const auto& [column, type] : types->items()) {
      if (const std::optional<table::ColumnType> named = TypeNamed(type.get<std::string>())) saved.source_types[column] = *named;
    }
  }
  for (const Json& item : json.at("derivations")) saved.derivations.push_back({item.at("name").get<std::string>(), item.at("expression").get<std::string>()});
  for (const Json& item : json.at("filters")) saved.filters.push_back({item.at("rows").get<std::string>(), item.at("kept").get<bool>(), item.at("reason").get<std::string>()});
  saved.least_query_rows = WholeOf<std::int64_t>(json.at("least_query_rows"));
  saved.training_rows = WholeOf<std::int64_t>(json.at("training_rows"));
  if (!json.at("trained_until").is_null()) saved.trained_until = WholeOf<base::Micros>(json.at("trained_until"));
  for (const auto& [column, values] : json.at("seen_values").items()) {
    std::vector<std::string>& seen = saved.seen_values[column] = values.get<std::vector<std::string>>();
    if (!std::is_sorted(seen.begin(), seen.end())) return Error{ErrorCode::kInvalidInput, where + ": is damaged: the values seen of '" + column + "' are not in order"};
  }
  saved.constant = json.at("constant").get<std::vector<double>>();
  if (saved.constant.size() != saved.num_outputs()) return Error{ErrorCode::kInvalidInput, where + ": is damaged: its constant has another number of values than the outcome"};
  saved.model = ASSAY_TRY(ReadBody(json.at("kind").get<std::string>(), json.at("model"), saved, where));
  return saved;
}

std::string SealOf(Json json) {
  json.erase(kSeal);
  return base::Sha256Hex(base::WriteJson(json));
}

// Values that category columns read by the model have among the training rows.
Json SeenValues(const Examples& examples, std::span<const std::uint32_t> rows, const Model& model) {
  Json seen = Json::object();
  for (const std::string& name : model.columns()) {
    const std::int64_t index = examples.table->Find(name);
    if (index < 0) continue;
    const table::Column& column = examples.table->column(static_cast<std::size_t>(index));
    if (column.type() != table::ColumnType::kCategory) continue;
    std::vector<char> has(column.dictionary().size(), 0);
    ForEachCode(column, rows, [&](std::size_t, std::uint32_t code) {
      if (code != table::kMissingCode) has[code] = 1;
    });
    std::vector<std::string> values;
    for (std::size_t code = 0; code < has.size(); ++code) {
      if (has[code] != 0) values.push_back(column.dictionary()[code]);
    }
    std::sort(values.begin(), values.end());
    seen[name] = std::move(values);
  }
  return seen;
}

std::filesystem::path BoosterPath(std::filesystem::path path) { return path.replace_extension(".xgboost.json"); }

}  // namespace

Result<void> SaveModel(const std::filesystem::path& path, const std::string& name, const Examples& examples, const Training& training, const Model& model) {
  Json features = Json::array(), derivations = Json::array(), filters = Json::array(), source_types = Json::object();
  for (const Feature& feature : examples.features) features.push_back({{"name", feature.name}, {"source", feature.source}, {"type", table::ColumnTypeName(examples.table->column(feature.column).type())}});
  for (const Derivation& derivation : examples.derivations) derivations.push_back({{"name", derivation.name}, {"expression", derivation.expression}});
  for (const RowFilter& filter : examples.filters) filters.push_back({{"rows", filter.rows}, {"kept", filter.kept}, {"reason", filter.reason}});
  for (const auto& [column, type] : examples.source_types) source_types[column] = table::ColumnTypeName(type);
  base::Micros until = base::kMissingTime;
  for (const std::uint32_t row : training.rows) until = examples.time.empty() ? until : std::max(until, examples.time[row]);
  Json json = {{"format", kFormat}, {"name", name}, {"kind", RungKindName(model.kind())}, {"task", TaskName(examples.task)},
               {"outcome", examples.outcome_text}, {"time", examples.time_text}, {"unit", examples.unit_text}, {"query", examples.query_text}, {"wait", examples.wait},
               {"classes", examples.classes}, {"features", features}, {"derivations", derivations}, {"filters", filters}, {"source_types", source_types}, {"least_query_rows", examples.least_query_rows}, {"training_rows", training.rows.size()},
               {"trained_until", until == base::kMissingTime ? Json(nullptr) : Json(until)}, {"seen_values", SeenValues(examples, training.rows, model)}, {"constant", training.constant}, {"model", model.ToJson()}};
  json[kSeal] = SealOf(json);
  const std::string booster = model.BoosterJson();
  if (!booster.empty()) ASSAY_TRY(base::WriteFileAtomically(BoosterPath(path), booster));
  return base::WriteFileAtomically(path, base::WriteJson(json) + "\n");
}

Result<SavedModel> LoadModel(const std::filesystem::path& path) { return ReadModel(ASSAY_TRY(base::ReadFile(path)), path.string()); }

Result<SavedModel> ReadModel(std::string_view bytes, const std::string& where, bool sealed) {
  const Json json = ASSAY_TRY_WITH(base::ParseJson(bytes, where), "this is not a whole model file");
  try {
    if (!json.is_object() || json.find("format") == json.end()) {
      const bool booster = json.is_object() && json.find("learner") != json.end();
      return Error{ErrorCode::kInvalidInput, where + ": is not a model of Assay" + (booster ? "; it is XGBoost's own file, which has no encoders: give the .json beside it" : "; give a file that 'assay train --models DIR' has written")};
    }
    const int format = WholeOf<int>(json.at("format"));
    if (format != kFormat) return Error{ErrorCode::kUnsupported, where + ": has model format " + std::to_string(format) + ", this version reads format " + std::to_string(kFormat) + "; train again"};
    if (sealed && (json.find(kSeal) == json.end() || json.at(kSeal) != SealOf(json))) return Error{ErrorCode::kInvalidInput, where + ": was changed or damaged after it was written (its SHA-256 does not fit); train again or fetch the file again"};
    return Read(json, where);
  } catch (const Json::exception& failure) {
    return Error{ErrorCode::kInvalidInput, where + ": is not a model of Assay or is damaged (" + failure.what() + ")"};
  }
}

}  // namespace assay::learn
