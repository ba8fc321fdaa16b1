// Boosted trees, trained by XGBoost (hist) on the encoder's dense matrix, scored by ours (trees/forest.h).
#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>

#include "base/text.h"
#include "base/thread_pool.h"
#include "learn/encoder.h"
#include "learn/internal/booster.h"
#include "learn/internal/booster_forest.h"
#include "learn/internal/json_values.h"
#include "learn/internal/learners.h"
#include "learn/metrics.h"
#include "learn/split.h"

namespace assay::learn {

namespace {

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

// A matrix whose rows are `arranged`, ready to train on; the dense copy is given back.
struct TrainingData {
  std::unique_ptr<BoosterData> data;
  double central_outcome = 0;  // in units of outcome_scale, as the labels in `data`
  double outcome_scale = 1;
  double information = 1;  // of an outcome, against that of one whose two values are equally frequent
};

// XGBoost adds up squares of labels as floats and takes gains below 1e-6 for nothing, so labels must not be far from the order of 1. A
// power of two is taken off that changes no digit of them; labels that are near enough stay as they are.
double ScaleOf(const Examples& examples, std::span<const float> labels) {
  if (examples.task != Task::kRegression || labels.empty()) return 1;
  double mean = 0, squares = 0;
  for (const float label : labels) mean += static_cast<double>(label) / static_cast<double>(labels.size());
  for (const float label : labels) squares += (static_cast<double>(label) - mean) * (static_cast<double>(label) - mean) / static_cast<double>(labels.size());
  const double deviation = std::sqrt(squares);
  if (!(deviation > 0) || (deviation >= 1.0 / 16 && deviation <= 65536)) return 1;
  return std::exp2(std::floor(std::log2(deviation)));
}

// A child's weight is the sum of p (1 - p) over its rows: the same weight would ask a rare outcome for far more rows than a
// common one, and leave the rarest unseen. Mean of 4 p (1 - p) over the classes that are told apart.
double Information(const Examples& examples, std::span<const float> labels) {
  if ((examples.task != Task::kBinary && examples.task != Task::kMulticlass) || labels.empty()) return 1;
  std::vector<double> counts(std::max<std::size_t>(2, examples.classes.size()), 0.0);
  for (const float y : labels) counts[static_cast<std::size_t>(y)] += 1;
  double mean = 0;
  for (const double count : counts) {
    const double p = count / static_cast<double>(labels.size());
    mean += 4 * p * (1 - p) / static_cast<double>(counts.size());
  }
  return mean;
}

Result<TrainingData> MakeTrainingData(const Examples& examples, Matrix matrix, const TrainingRows& arranged, int bins, const RunContext& context) {
  TrainingData training;
  std::vector<float> labels;
  labels.reserve(arranged.rows.size());
  for (const std::uint32_t row : arranged.rows) {
    labels.push_back(examples.outcome[row]);
    training.central_outcome += static_cast<double>(labels.back());
  }
  training.information = Information(examples, labels);
  training.outcome_scale = ScaleOf(examples, labels);
  for (float& label : labels) label = static_cast<float>(static_cast<double>(label) / training.outcome_scale);
  training.central_outcome /= static_cast<double>(std::max<std::size_t>(1, labels.size()));
  if (examples.aims_at_median()) training.central_outcome = CentralOutcome(examples, arranged.rows);
  training.central_outcome /= training.outcome_scale;
  training.data = ASSAY_TRY(BoosterData::ForTraining(matrix, labels, arranged.group_sizes, bins, context));
  return training;
}

// The setting as XGBoost takes it: the least child weight in units of this outcome's information.
BoosterSetting ForOutcome(BoosterSetting setting, const Examples& examples, const TrainingData& training) {
  setting.centre = examples.aims_at_median() ? Centre::kMedian : Centre::kMean;
  setting.least_child_weight *= training.information;
  return setting;
}

// Rows that one task scores.
constexpr std::size_t kRowsOfTask = 4096;

class BoostedModel : public Model, public RowModel {
 public:
  BoostedModel(Encoder encoder, trees::Forest forest, Task task, std::string booster, BoosterSetting setting, std::string note) : encoder_(std::move(encoder)), forest_(std::move(forest)), task_(task), booster_(std::move(booster)), setting_(setting), note_(std::move(note)) {}
  RungKind kind() const override { return RungKind::kBoosted; }

  Result<void> Predict(const table::Table& table, std::span<const std::uint32_t> rows, std::span<double> out, const RunContext& context) const override {
    const std::size_t outputs = forest_.num_outputs(), width = forest_.num_features();
    return encoder_.EncodeInBlocks(table, rows, context, [&](std::size_t begin, const Matrix& block) -> Result<void> {
      const std::size_t count = block.num_rows();
      return base::ParallelFor(context, static_cast<std::int64_t>((count + kRowsOfTask - 1) / kRowsOfTask), [&](std::int64_t task) {
        const std::size_t first = static_cast<std::size_t>(task) * kRowsOfTask, size = std::min(kRowsOfTask, count - first);
        std::vector<float> margins(size * outputs);
        forest_.Margins(std::span(block.values).subspan(first * width, size * width), margins);
        PredictionsOfMargins(task_, outputs, margins);
        std::copy(margins.begin(), margins.end(), out.begin() + static_cast<std::ptrdiff_t>((begin + first) * outputs));
      });
    });
  }

  const RowModel* by_row() const override { return this; }
  void PredictRow(std::span<const Cell> cells, std::span<double> out) const override {
    // A thread's own memory, so that a row costs no allocation.
    thread_local std::vector<float> row, margins;
    row.resize(forest_.num_features());
    margins.resize(forest_.num_outputs());
    encoder_.EncodeRow(cells, row.data());
    forest_.Margins(row, margins);
    PredictionsOfMargins(task_, margins.size(), margins);
    std::copy(margins.begin(), margins.end(), out.begin());
  }

  std::vector<std::string> columns() const override { return encoder_.columns(); }
  Json ToJson() const override {
    return {{"encoder", encoder_.ToJson()}, {"depth", setting_.depth}, {"learning_rate", setting_.learning_rate}, {"least_child_weight", setting_.least_child_weight}, {"trees", setting_.trees}, {"booster", booster_}, {"median", setting_.centre == Centre::kMedian}, {"note", note_}};
  }
  std::string BoosterJson() const override { return booster_; }
  std::string Explain(std::span<const std::string> /*classes*/) const override {
    return std::to_string(setting_.trees) + " trees of depth " + std::to_string(setting_.depth) + " on " + std::to_string(encoder_.names().size()) + " encoded features (XGBoost" + (setting_.centre == Centre::kMedian ? ", aimed at the median)" : ")") + (note_.empty() ? "" : "; " + note_);
  }

 private:
  Encoder encoder_;
  trees::Forest forest_;
  Task task_;
  std::string booster_;  // XGBoost's own JSON
  BoosterSetting setting_;
  std::string note_;  // how the settings were come by, where a reader should know
};

Result<std::unique_ptr<Model>> MakeBoosted(Encoder encoder, std::string booster, Task task, std::size_t num_outputs, const BoosterSetting& setting, std::string note) {
  trees::Forest forest = ASSAY_TRY(ForestOfBooster(booster, task, setting.centre, encoder.names().size(), num_outputs));
  return std::unique_ptr<Model>(std::make_unique<BoostedModel>(std::move(encoder), std::move(forest), task, std::move(booster), setting, std::move(note)));
}

// What a validation fold needs to judge settings: made once, used by all of them.
struct TuningFold {
  const Split* split = nullptr;
  TrainingData training;
  std::unique_ptr<BoosterData> test;
};

constexpr int kMostTrees = 150;
constexpr int kStep = 10;  // trees between two looks at the validation rows

class BoostedLearner : public Learner {
 public:
  explicit BoostedLearner(const LearnerOptions& options) : options_(options) {}
  RungKind kind() const override { return RungKind::kBoosted; }
  std::string name() const override { return "boosted trees"; }

  Result<std::unique_ptr<Model>> Fit(const Examples& examples, std::span<const std::uint32_t> rows, const RunContext& context) const override {
    if (rows.empty()) return Error{ErrorCode::kInvalidInput, "there are no training rows"};
    if (examples.features.empty()) return Error{ErrorCode::kInvalidInput, "there is no feature to learn from"};
    BoosterSetting setting;
    std::string note;
    if (options_.quick) {
      setting = options_.coarse ? BoosterSetting{3, 0.3, 5, 25, 32} : BoosterSetting{4, 0.3, 5, 25};
    } else if (options_.num_trees > 0) {
      setting.trees = options_.num_trees;
    } else {
      setting = ASSAY_TRY(Tune(examples, rows, context, &note));
    }
    setting.centre = examples.aims_at_median() ? Centre::kMedian : Centre::kMean;
    const TrainingRows arranged = Arrange(examples, rows);
    Matrix matrix;
    Encoder encoder = ASSAY_TRY(Encoder::Fit(examples, arranged.rows, context, &matrix));
    const TrainingData training = ASSAY_TRY(MakeTrainingData(examples, std::move(matrix), arranged, setting.bins, context));
    Booster booster;
    ASSAY_TRY(booster.Train(examples.task, examples.classes.size(), training.central_outcome, *training.data, ForOutcome(setting, examples, training), context, {}));
    ASSAY_TRY(booster.Scale(training.outcome_scale));
    return MakeBoosted(std::move(encoder), booster.ToJson(), examples.task, examples.num_outputs(), setting, std::move(note));
  }

 private:
  // Depth, least child weight and number of trees by validation inside the training rows, on a sample of all units.
  Result<BoosterSetting> Tune(const Examples& examples, std::span<const std::uint32_t> rows, const RunContext& context, std::string* note) const {
    const Rows sample = ThinRows(examples, rows, options_.tuning_rows > 0 ? options_.tuning_rows : kBoostedTuningRows, context.seed);
    const Result<std::vector<Split>> splits = CrossValidationFolds(examples, sample, examples.time.empty() ? 3 : 2, context.seed);
    if (!splits) {
      *note = "fixed settings, because folds cannot choose them: " + splits.error().message;
      return BoosterSetting{3, 0.1, 5, 30};
    }
    std::vector<TuningFold> folds;
    for (const Split& split : *splits) {
      const TrainingRows arranged = Arrange(examples, split.train);
      Matrix matrix;
      const Encoder encoder = ASSAY_TRY(Encoder::Fit(examples, arranged.rows, context, &matrix));
      TuningFold fold;
      fold.split = &split;
      fold.training = ASSAY_TRY(MakeTrainingData(examples, std::move(matrix), arranged, kMostBins, context));
      matrix = ASSAY_TRY(encoder.Encode(*examples.table, split.test, context));
      fold.test = ASSAY_TRY(BoosterData::ForWatching(matrix, context));
      folds.push_back(std::move(fold));
    }
    BoosterSetting best;
    double best_loss = std::numeric_limits<double>::infinity();
    // Deeper as long as that pays.
    for (const int depth : {2, 4, 6}) {
      ASSAY_TRY(TryOut({depth, 0.15, 5, kMostTrees}, examples, folds, context, &best, &best_loss));
      if (best.depth != depth) break;
    }
    // Larger leaves at the best depth: what is rare is smoothed away.
    ASSAY_TRY(TryOut({best.depth, 0.15, 50, kMostTrees}, examples, folds, context, &best, &best_loss));
    return best;
  }

  // Keeps the setting with the number of trees at which its mean loss over the folds is least, when that beats *best_loss.
  static Result<void> TryOut(const BoosterSetting& setting, const Examples& examples, const std::vector<TuningFold>& folds, const RunContext& context, BoosterSetting* best, double* best_loss) {
    std::vector<double> loss(kMostTrees / kStep, 0.0);
    std::vector<std::size_t> judged(loss.size(), 0);
    for (const TuningFold& fold : folds) {
      Booster booster;
      double least = std::numeric_limits<double>::infinity();
      int since_least = 0;
      const auto watch = [&](int tree) -> Result<bool> {
        if ((tree + 1) % kStep != 0) return true;
        std::vector<double> predictions = ASSAY_TRY(booster.Predict(*fold.test));
        for (double& p : predictions) p *= fold.training.outcome_scale;
        const double now = MeanLoss(examples, fold.split->test, predictions);
        const auto at = static_cast<std::size_t>(tree / kStep);
        loss[at] += now;
        judged[at] += 1;
        since_least = now < least ? 0 : since_least + 1;
        least = std::min(least, now);
        return since_least < 3;
      };
      ASSAY_TRY(booster.Train(examples.task, examples.classes.size(), fold.training.central_outcome, *fold.training.data, ForOutcome(setting, examples, fold.training), context, watch));
    }
    for (std::size_t s = 0; s < loss.size() && judged[s] == folds.size(); ++s) {
      const double mean = loss[s] / static_cast<double>(folds.size());
      if (mean >= *best_loss) continue;
      *best_loss = mean;
      *best = setting;
      best->trees = static_cast<int>(s + 1) * kStep;
    }
    return {};
  }

  LearnerOptions options_;
};

}  // namespace

std::unique_ptr<Learner> MakeBoostedLearner(const LearnerOptions& options) { return std::make_unique<BoostedLearner>(options); }

Result<std::unique_ptr<Model>> LoadBoosted(const Json& json, Task task, std::size_t num_outputs) {
  Encoder encoder = ASSAY_TRY(Encoder::FromJson(json.at("encoder")));
  BoosterSetting setting{WholeOf<int>(json.at("depth")), json.at("learning_rate").get<double>(), json.at("least_child_weight").get<double>(), WholeOf<int>(json.at("trees"))};
  if (json.value("median", false)) setting.centre = Centre::kMedian;
  return MakeBoosted(std::move(encoder), json.at("booster").get<std::string>(), task, num_outputs, setting, json.value("note", std::string()));
}

}  // namespace assay::learn
