// Owning handles for XGBoost's C API, and its errors as sentences of ours.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/run_context.h"
#include "learn/encoder.h"
#include "learn/examples.h"

namespace assay::learn {

inline constexpr int kMostBins = 128;  // of a feature's values

// Rows in a form of XGBoost's own. Immutable; may be predicted by several boosters, not at the same time. `matrix` is not
// needed any more once it is made.
class BoosterData {
 public:
  // For training: every value as its bin, one byte, which is all that histograms need. The trees are the same as from the values
  // themselves. One label per row; for ranking the sizes of the queries, whose rows lie side by side.
  static Result<std::unique_ptr<BoosterData>> ForTraining(const Matrix& matrix, std::span<const float> labels, std::span<const std::uint32_t> group_sizes, int bins, const RunContext& context);
  // For rows that are predicted again and again while a booster grows.
  static Result<std::unique_ptr<BoosterData>> ForWatching(const Matrix& matrix, const RunContext& context);
  ~BoosterData();
  BoosterData(const BoosterData&) = delete;
  BoosterData& operator=(const BoosterData&) = delete;
  void* handle() const { return handle_; }

 private:
  BoosterData() = default;
  void* handle_ = nullptr;
};

// "binary:logistic": what XGBoost calls the outcome.
const char* ObjectiveOf(Task task, Centre centre);

struct BoosterSetting {
  int depth = 6;
  double learning_rate = 0.15;
  double least_child_weight = 5;  // of a binary outcome as frequent as not: 20 rows; boosted_learner scales it to the outcome
  int trees = 60;
  int bins = kMostBins;  // as of the data it is trained on
  Centre centre = Centre::kMean;  // regression: what the trees aim at
};

class Booster {
 public:
  Booster() = default;
  ~Booster();
  Booster(const Booster&) = delete;
  Booster& operator=(const Booster&) = delete;

  // Trains setting.trees trees on data with its outcome. `watch` is called after each tree and stops by false; may be empty.
  Result<void> Train(Task task, std::size_t num_classes, double central_outcome, const BoosterData& data, const BoosterSetting& setting, const RunContext& context, const std::function<Result<bool>(int)>& watch);
  // One output per row (several classes: one per row and class) of data made ForWatching: predicted again after further trees it costs only these. A finished booster
  // is predicted by booster_forest.h.
  Result<std::vector<double>> Predict(const BoosterData& data) const;

  // Predictions are `factor` times what they were, exactly where it is a power of two. Regression only.
  Result<void> Scale(double factor);

  std::string ToJson() const;  // XGBoost's own JSON

 private:
  void* handle_ = nullptr;
};

}  // namespace assay::learn
