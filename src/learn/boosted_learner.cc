// Boosted trees by XGBoost (hist), on the encoder's dense matrix.
#include <xgboost/c_api.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>
#include <numeric>

#include "base/text.h"
#include "base/thread_pool.h"
#include "learn/encoder.h"
#include "learn/internal/learners.h"
#include "learn/metrics.h"
#include "learn/split.h"

namespace assay::learn {

namespace {

Error BoosterError(const char* doing) { return {ErrorCode::kInternal, std::string("XGBoost failed while ") + doing + ": " + XGBGetLastError()}; }

// Owning handles.
struct Data {
  DMatrixHandle handle = nullptr;
  Data() = default;
  Data(const Data&) = delete;
  Data& operator=(const Data&) = delete;
  ~Data() {
    if (handle != nullptr) XGDMatrixFree(handle);
  }
};
struct Booster {
  BoosterHandle handle = nullptr;
  Booster() = default;
  Booster(const Booster&) = delete;
  Booster& operator=(const Booster&) = delete;
  ~Booster() {
    if (handle != nullptr) XGBoosterFree(handle);
  }
};

// Small tables are trained by one thread: handing a tree's levels around would take longer than the work. Same trees either way.
int Threads(const RunContext& context, const Matrix& matrix) {
  constexpr std::size_t kWorthSharing = 200'000;  // values
  return context.pool != nullptr && matrix.values.size() >= kWorthSharing ? context.pool->num_threads() : 1;
}

struct Setting {
  int depth = 6;
  double learning_rate = 0.15;
  int trees = 60;
};

const char* ObjectiveOf(Task task) {
  switch (task) {
    case Task::kBinary: return "binary:logistic";
    case Task::kMulticlass: return "multi:softprob";
    case Task::kRegression: return "reg:squarederror";
    case Task::kRanking: return "rank:pairwise";
  }
  return "";
}

// Labels, and for ranking the rows of a query side by side.
struct TrainingRows {
  Rows rows;                          // in the order of the matrix
  std::vector<std::size_t> position;  // of each in the span that was handed in
  std::vector<std::uint32_t> group_sizes;
};

TrainingRows Arrange(const Examples& examples, std::span<const std::uint32_t> rows) {
  TrainingRows arranged;
  arranged.position.resize(rows.size());
  std::iota(arranged.position.begin(), arranged.position.end(), std::size_t{0});
  if (examples.task == Task::kRanking) {
    std::stable_sort(arranged.position.begin(), arranged.position.end(), [&](std::size_t a, std::size_t b) { return examples.query[rows[a]] < examples.query[rows[b]]; });
  }
  for (const std::size_t at : arranged.position) {
    const std::uint32_t row = rows[at];
    if (examples.task == Task::kRanking) {
      if (arranged.rows.empty() || examples.query[row] != examples.query[arranged.rows.back()]) arranged.group_sizes.push_back(0);
      ++arranged.group_sizes.back();
    }
    arranged.rows.push_back(row);
  }
  return arranged;
}

Result<void> MakeData(const Matrix& matrix, const RunContext& context, Data* data) {
  if (XGDMatrixCreateFromMat_omp(matrix.values.data(), matrix.num_rows(), matrix.num_columns, std::nanf(""), &data->handle, Threads(context, matrix)) != 0) return BoosterError("taking the data");
  return {};
}

// Trains on the matrix, whose rows are `arranged`; `watch` is called after each tree and stops the training by false.
Result<void> Train(const Examples& examples, const Matrix& matrix, const TrainingRows& arranged, const Setting& setting, const RunContext& context, Booster* booster, const std::function<Result<bool>(int)>& watch) {
  Data data;
  ASSAY_TRY(MakeData(matrix, context, &data));
  std::vector<float> labels;
  for (const std::uint32_t row : arranged.rows) labels.push_back(examples.outcome[row]);
  if (XGDMatrixSetFloatInfo(data.handle, "label", labels.data(), labels.size()) != 0) return BoosterError("taking the outcome");
  if (!arranged.group_sizes.empty() && XGDMatrixSetUIntInfo(data.handle, "group", arranged.group_sizes.data(), arranged.group_sizes.size()) != 0) return BoosterError("taking the queries");
  if (XGBoosterCreate(&data.handle, 1, &booster->handle) != 0) return BoosterError("starting");
  double mean = 0;
  for (const float y : labels) mean += static_cast<double>(y);
  mean /= static_cast<double>(std::max<std::size_t>(1, labels.size()));
  std::vector<std::pair<const char*, std::string>> parameters = {
      {"verbosity", "0"}, {"objective", ObjectiveOf(examples.task)}, {"tree_method", "hist"}, {"max_depth", std::to_string(setting.depth)},
      {"eta", base::ShortestNumber(setting.learning_rate)}, {"max_bin", "128"}, {"min_child_weight", "5"}, {"lambda", "5"},
      {"nthread", std::to_string(Threads(context, matrix))}, {"seed", std::to_string(context.seed % 2'000'000'000)}, {"disable_default_eval_metric", "1"}};
  if (examples.task == Task::kMulticlass) parameters.emplace_back("num_class", std::to_string(examples.classes.size()));
  if (examples.task == Task::kRegression) parameters.emplace_back("base_score", base::ShortestNumber(mean));
  if (examples.task == Task::kBinary) parameters.emplace_back("base_score", base::ShortestNumber(std::clamp(mean, 1e-6, 1 - 1e-6)));
  for (const auto& [name, value] : parameters) {
    if (XGBoosterSetParam(booster->handle, name, value.c_str()) != 0) return BoosterError("setting parameters");
  }
  for (int tree = 0; tree < setting.trees; ++tree) {
    if (context.cancelled()) return Error{ErrorCode::kCancelled, "stopped on request"};
    if (XGBoosterUpdateOneIter(booster->handle, tree, data.handle) != 0) return BoosterError("training");
    if (watch && !ASSAY_TRY(watch(tree))) break;
    if (!watch) context.Report("train boosted trees", tree + 1, setting.trees);
  }
  return {};
}

Result<std::vector<double>> PredictMatrix(BoosterHandle booster, const Matrix& matrix, const RunContext& context) {
  Data data;
  ASSAY_TRY(MakeData(matrix, context, &data));
  const bst_ulong* shape = nullptr;
  bst_ulong dimensions = 0;
  const float* out = nullptr;
  if (XGBoosterPredictFromDMatrix(booster, data.handle, R"({"type":0,"training":false,"iteration_begin":0,"iteration_end":0,"strict_shape":false})", &shape, &dimensions, &out) != 0) return BoosterError("predicting");
  std::size_t size = 1;
  for (bst_ulong d = 0; d < dimensions; ++d) size *= shape[d];
  return std::vector<double>(out, out + size);
}

class BoostedModel : public Model {
 public:
  BoostedModel(Task task, Encoder encoder, std::unique_ptr<Booster> booster, Setting setting) : task_(task), encoder_(std::move(encoder)), booster_(std::move(booster)), setting_(setting) {}
  RungKind kind() const override { return RungKind::kBoosted; }

  Result<void> Predict(const table::Table& table, std::span<const std::uint32_t> rows, std::span<double> out, const RunContext& context) const override {
    // Blocks bound the memory of the encoded copy.
    constexpr std::size_t kBlock = 1 << 19;
    const std::size_t k = rows.empty() ? 1 : out.size() / rows.size();
    for (std::size_t begin = 0; begin < rows.size(); begin += kBlock) {
      const std::size_t count = std::min(kBlock, rows.size() - begin);
      const Matrix matrix = ASSAY_TRY(encoder_.Encode(table, rows.subspan(begin, count), context));
      const std::vector<double> predicted = ASSAY_TRY(PredictMatrix(booster_->handle, matrix, context));
      ASSAY_CHECK(predicted.size() == count * k);
      std::copy(predicted.begin(), predicted.end(), out.begin() + static_cast<std::ptrdiff_t>(begin * k));
    }
    return {};
  }

  Json ToJson() const override {
    // The booster in XGBoost's own JSON, as text: it can be cut out and loaded by XGBoost itself.
    bst_ulong size = 0;
    const char* bytes = nullptr;
    ASSAY_CHECK(XGBoosterSaveModelToBuffer(booster_->handle, R"({"format":"json"})", &size, &bytes) == 0);
    return {{"encoder", encoder_.ToJson()}, {"depth", setting_.depth}, {"learning_rate", setting_.learning_rate}, {"trees", setting_.trees}, {"booster", std::string(bytes, size)}};
  }
  std::string Explain() const override {
    return std::to_string(setting_.trees) + " trees of depth " + std::to_string(setting_.depth) + " on " + std::to_string(encoder_.names().size()) + " encoded features (XGBoost)";
  }

 private:
  Task task_;
  Encoder encoder_;
  std::unique_ptr<Booster> booster_;
  Setting setting_;
};

// The loss by which settings are compared: the one that is trained, for ranking 1 - ndcg.
double LossOf(const Examples& examples, const Rows& rows, const std::vector<double>& predictions) {
  if (examples.task == Task::kRanking) {
    const std::vector<double> ndcg = QueryNdcg(examples, rows, predictions, 0);
    return 1 - std::accumulate(ndcg.begin(), ndcg.end(), 0.0) / static_cast<double>(ndcg.size());
  }
  std::vector<double> losses(rows.size());
  RowLosses(examples.task == Task::kRegression ? Metric::kRmse : Metric::kLogLoss, examples, rows, predictions, losses);
  return std::accumulate(losses.begin(), losses.end(), 0.0) / static_cast<double>(losses.size());
}

class BoostedLearner : public Learner {
 public:
  explicit BoostedLearner(const LearnerOptions& options) : options_(options) {}
  RungKind kind() const override { return RungKind::kBoosted; }
  std::string name() const override { return "boosted trees"; }

  Result<std::unique_ptr<Model>> Fit(const Examples& examples, std::span<const std::uint32_t> rows, const RunContext& context) const override {
    if (rows.empty()) return Error{ErrorCode::kInvalidInput, "there are no training rows"};
    if (examples.features.empty()) return Error{ErrorCode::kInvalidInput, "there is no feature to learn from"};
    Setting setting;
    if (options_.quick) {
      setting = {4, 0.3, 25};
    } else if (options_.num_trees > 0) {
      setting.trees = options_.num_trees;
    } else {
      setting = ASSAY_TRY(Tune(examples, rows, context));
    }
    const TrainingRows arranged = Arrange(examples, rows);
    Matrix matrix;
    Encoder encoder = ASSAY_TRY(Encoder::Fit(examples, arranged.rows, context, &matrix));
    auto booster = std::make_unique<Booster>();
    ASSAY_TRY(Train(examples, matrix, arranged, setting, context, booster.get(), {}));
    return std::unique_ptr<Model>(std::make_unique<BoostedModel>(examples.task, std::move(encoder), std::move(booster), setting));
  }

 private:
  // Depth and number of trees by validation inside the training rows, on a sample of whole units.
  Result<Setting> Tune(const Examples& examples, std::span<const std::uint32_t> rows, const RunContext& context) const {
    const Rows sample = SampleRows(examples, rows, 600'000, context.seed);
    const Result<std::vector<Split>> folds = CrossValidationFolds(examples, sample, examples.time.empty() ? 3 : 2, context.seed);
    if (!folds) return Setting{3, 0.1, 30};
    constexpr int kMostTrees = 150;
    constexpr int kStep = 10;
    Setting best;
    double best_loss = 1e300;
    for (const int depth : {2, 4, 6}) {
      std::vector<double> loss(kMostTrees / kStep, 0.0);
      std::vector<double> weight(loss.size(), 0.0);
      for (const Split& fold : *folds) {
        const TrainingRows arranged = Arrange(examples, fold.train);
        Matrix matrix;
        const Encoder encoder = ASSAY_TRY(Encoder::Fit(examples, arranged.rows, context, &matrix));
        const Matrix test = ASSAY_TRY(encoder.Encode(*examples.table, fold.test, context));
        Booster booster;
        double least = 1e300;
        int since_least = 0;
        const auto watch = [&](int tree) -> Result<bool> {
          if ((tree + 1) % kStep != 0) return true;
          const std::vector<double> predictions = ASSAY_TRY(PredictMatrix(booster.handle, test, context));
          const double now = LossOf(examples, fold.test, predictions);
          const auto at = static_cast<std::size_t>(tree / kStep);
          loss[at] += now;
          weight[at] += 1;
          since_least = now < least ? 0 : since_least + 1;
          least = std::min(least, now);
          return since_least < 3;
        };
        ASSAY_TRY(Train(examples, matrix, arranged, {depth, 0.15, kMostTrees}, context, &booster, watch));
      }
      for (std::size_t s = 0; s < loss.size(); ++s) {
        if (weight[s] < static_cast<double>(folds->size())) break;
        if (loss[s] / weight[s] < best_loss) {
          best_loss = loss[s] / weight[s];
          best = {depth, 0.15, static_cast<int>(s + 1) * kStep};
        }
      }
    }
    return best;
  }

  LearnerOptions options_;
};

}  // namespace

std::unique_ptr<Learner> MakeBoostedLearner(const LearnerOptions& options) { return std::make_unique<BoostedLearner>(options); }

Result<std::unique_ptr<Model>> LoadBoosted(const Json& json, Task task) {
  Encoder encoder = ASSAY_TRY(Encoder::FromJson(json.at("encoder")));
  const std::string& bytes = json.at("booster").get_ref<const std::string&>();
  auto booster = std::make_unique<Booster>();
  if (XGBoosterCreate(nullptr, 0, &booster->handle) != 0) return BoosterError("starting");
  if (XGBoosterLoadModelFromBuffer(booster->handle, bytes.data(), bytes.size()) != 0) return Error{ErrorCode::kInvalidInput, "the model file is damaged: XGBoost does not read its part"};
  const Setting setting{json.at("depth").get<int>(), json.at("learning_rate").get<double>(), json.at("trees").get<int>()};
  return std::unique_ptr<Model>(std::make_unique<BoostedModel>(task, std::move(encoder), std::move(booster), setting));
}

}  // namespace assay::learn
