#include "learn/internal/booster.h"

#include <xgboost/c_api.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/text.h"
#include "base/thread_pool.h"
#include "learn/learner.h"

namespace assay::learn {

namespace {

Error BoosterError(const char* doing) {
  const std::string text = XGBGetLastError();
  if (text.find("bad_alloc") != std::string::npos) return {ErrorCode::kTooLarge, std::string("out of memory while XGBoost was ") + doing + "; use fewer columns (--features), a sample (--sample), or a machine with more memory"};
  return {ErrorCode::kInternal, std::string("XGBoost failed while ") + doing + ": " + text};
}

// Small tables are trained by one thread: handing a tree's levels around would take longer than the work. Same trees either way.
int Threads(const RunContext& context, std::size_t num_values) {
  return num_values >= kSharedValues ? base::NumThreads(context) : 1;
}

std::size_t NumValues(DMatrixHandle matrix) {
  bst_ulong rows = 0, columns = 0;
  if (XGDMatrixNumRow(matrix, &rows) != 0 || XGDMatrixNumCol(matrix, &columns) != 0) return 0;
  return static_cast<std::size_t>(rows * columns);
}

// Where the matrix lies, as numpy's array interface says it.
std::string ArrayInterface(const Matrix& matrix) {
  return R"({"data":[)" + std::to_string(reinterpret_cast<std::uintptr_t>(matrix.values.data())) + R"(,true],"shape":[)" + std::to_string(matrix.num_rows()) + "," + std::to_string(matrix.num_columns) + R"(],"typestr":"<f4","version":3})";
}

// A matrix as the one batch of an iterator, which XGBoost passes over several times.
struct OneBatch {
  std::string array;
  DMatrixHandle proxy = nullptr;
  bool given = false;

  static void Reset(DataIterHandle handle) { static_cast<OneBatch*>(handle)->given = false; }
  static int Next(DataIterHandle handle) {
    auto* batch = static_cast<OneBatch*>(handle);
    if (batch->given) return 0;
    batch->given = true;
    return XGProxyDMatrixSetDataDense(batch->proxy, batch->array.c_str()) == 0 ? 1 : 0;
  }
};

std::vector<double> Outputs(const bst_ulong* shape, bst_ulong dimensions, const float* out) {
  std::size_t size = 1;
  for (bst_ulong d = 0; d < dimensions; ++d) size *= shape[d];
  return {out, out + size};
}

// The shortest text of the float that is nearest to the value, as XGBoost itself writes its numbers, read as a real.
double AsFloat(double value) {
  char buffer[40];
  const auto [end, code] = std::to_chars(buffer, buffer + sizeof buffer, static_cast<float>(value));
  double parsed = 0;
  std::from_chars(buffer, end, parsed);
  return parsed;
}

}  // namespace

const char* ObjectiveOf(Task task, Centre centre) {
  switch (task) {
    case Task::kBinary: return "binary:logistic";
    case Task::kMulticlass: return "multi:softprob";
    case Task::kRegression: return centre == Centre::kMedian ? "reg:absoluteerror" : "reg:squarederror";
    case Task::kRanking: return "rank:pairwise";
  }
  return "";
}

Result<std::unique_ptr<BoosterData>> BoosterData::ForTraining(const Matrix& matrix, std::span<const float> labels, std::span<const std::uint32_t> group_sizes, int bins, const RunContext& context) {
  std::unique_ptr<BoosterData> data(new BoosterData);
  OneBatch batch{ArrayInterface(matrix)};
  if (XGProxyDMatrixCreate(&batch.proxy) != 0) return BoosterError("taking the data");
  const std::string config = R"({"missing":NaN,"max_bin":)" + std::to_string(bins) + R"(,"nthread":)" + std::to_string(Threads(context, matrix.values.size())) + "}";
  const int taken = XGQuantileDMatrixCreateFromCallback(&batch, batch.proxy, nullptr, OneBatch::Reset, OneBatch::Next, config.c_str(), &data->handle_);
  XGDMatrixFree(batch.proxy);
  if (taken != 0) return BoosterError("taking the data");
  if (XGDMatrixSetFloatInfo(data->handle_, "label", labels.data(), labels.size()) != 0) return BoosterError("taking the outcome");
  if (!group_sizes.empty() && XGDMatrixSetUIntInfo(data->handle_, "group", group_sizes.data(), group_sizes.size()) != 0) return BoosterError("taking the queries");
  return data;
}

Result<std::unique_ptr<BoosterData>> BoosterData::ForWatching(const Matrix& matrix, const RunContext& context) {
  std::unique_ptr<BoosterData> data(new BoosterData);
  if (XGDMatrixCreateFromMat_omp(matrix.values.data(), matrix.num_rows(), matrix.num_columns, std::nanf(""), &data->handle_, Threads(context, matrix.values.size())) != 0) return BoosterError("taking the data");
  return data;
}

BoosterData::~BoosterData() {
  if (handle_ != nullptr) XGDMatrixFree(handle_);
}

Booster::~Booster() {
  if (handle_ != nullptr) XGBoosterFree(handle_);
}

Result<void> Booster::Train(Task task, std::size_t num_classes, double central_outcome, const BoosterData& data, const BoosterSetting& setting, const RunContext& context, const std::function<Result<bool>(int)>& watch) {
  DMatrixHandle matrix = data.handle();
  if (XGBoosterCreate(&matrix, 1, &handle_) != 0) return BoosterError("starting");
  // XGBoost draws the pairs of a query from a stream per thread: with other threads it would rank otherwise.
  const int threads = task == Task::kRanking ? 1 : Threads(context, NumValues(matrix));
  std::vector<std::pair<const char*, std::string>> parameters = {
      {"verbosity", "0"}, {"objective", ObjectiveOf(task, setting.centre)}, {"tree_method", "hist"}, {"max_depth", std::to_string(setting.depth)},
      {"eta", base::ShortestNumber(setting.learning_rate)}, {"max_bin", std::to_string(setting.bins)}, {"min_child_weight", base::ShortestNumber(setting.least_child_weight)}, {"lambda", "5"},
      {"nthread", std::to_string(threads)}, {"seed", std::to_string(context.seed % 2'000'000'000)}, {"disable_default_eval_metric", "1"}};
  if (task == Task::kMulticlass) parameters.emplace_back("num_class", std::to_string(num_classes));
  if (task == Task::kRegression) parameters.emplace_back("base_score", base::ShortestNumber(central_outcome));
  if (task == Task::kBinary) parameters.emplace_back("base_score", base::ShortestNumber(std::clamp(central_outcome, 1e-6, 1 - 1e-6)));
  for (const auto& [name, value] : parameters) {
    if (XGBoosterSetParam(handle_, name, value.c_str()) != 0) return BoosterError("setting parameters");
  }
  for (int tree = 0; tree < setting.trees; ++tree) {
    if (context.cancelled()) return Error{ErrorCode::kCancelled, "stopped on request"};
    if (XGBoosterUpdateOneIter(handle_, tree, matrix) != 0) return BoosterError("training");
    if (watch && !ASSAY_TRY(watch(tree))) break;
    if (!watch) context.Report("train boosted trees", tree + 1, setting.trees);
  }
  return {};
}

Result<void> Booster::Scale(double factor) {
  if (factor == 1) return {};
  Json json = ASSAY_TRY(base::ParseJson(ToJson(), "XGBoost's part"));
  Json& base_score = json["learner"]["learner_model_param"]["base_score"];
  base_score = base::ShortestNumber(AsFloat(factor * std::strtod(base_score.get_ref<const std::string&>().c_str(), nullptr)));
  for (Json& tree : json["learner"]["gradient_booster"]["model"]["trees"]) {
    const auto left = tree["left_children"].get<std::vector<std::int64_t>>();
    for (std::size_t node = 0; node < left.size(); ++node) {
      // A leaf's output stands where the inner nodes have their condition.
      if (left[node] == -1) tree["split_conditions"][node] = AsFloat(factor * tree["split_conditions"][node].get<double>());
      tree["base_weights"][node] = AsFloat(factor * tree["base_weights"][node].get<double>());
    }
  }
  const std::string text = json.dump();  // keeps the point of whole numbers, by which XGBoost tells reals
  if (XGBoosterLoadModelFromBuffer(handle_, text.data(), text.size()) != 0) return BoosterError("taking the unit of the outcome");
  return {};
}

Result<std::vector<double>> Booster::Predict(const BoosterData& data) const {
  const bst_ulong* shape = nullptr;
  bst_ulong dimensions = 0;
  const float* out = nullptr;
  if (XGBoosterPredictFromDMatrix(handle_, data.handle(), R"({"type":0,"training":false,"iteration_begin":0,"iteration_end":0,"strict_shape":false})", &shape, &dimensions, &out) != 0) return BoosterError("predicting");
  return Outputs(shape, dimensions, out);
}

std::string Booster::ToJson() const {
  bst_ulong size = 0;
  const char* bytes = nullptr;
  ASSAY_CHECK(XGBoosterSaveModelToBuffer(handle_, R"({"format":"json"})", &size, &bytes) == 0);
  return std::string(bytes, size);
}

}  // namespace assay::learn
