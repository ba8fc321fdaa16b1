// Whether predictions mean what they say, and a correction fitted inside the training rows where they do not.
//
// Binary: logit(q) = intercept + slope * logit(p) (Platt 1999; the slope as a measure: Cox 1958, doi:10.2307/2333203).
// Several classes: q proportional to p^slope (Guo et al. 2017, arXiv:1706.04599). Regression: q = intercept + slope * p.
// Scores for ranking have no scale to be wrong about.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "learn/learner.h"
#include "stats/cluster_mean.h"

namespace assay::learn {

struct Calibration {
  double intercept = 0, slope = 1;  // this is the identity
  bool identity() const { return intercept == 0 && slope == 1; }
};

// Fitted on `rows` with their predictions (as Model::Predict gives them). kNumeric when it does not exist: predictions all
// equal, classes perfectly separated, a slope that is not above 0.
Result<Calibration> FitCalibration(const Examples& examples, std::span<const std::uint32_t> rows, std::span<const double> predictions);
void ApplyCalibration(const Calibration& calibration, Task task, std::size_t num_outputs, std::span<double> predictions);

// The slope of the outcome on the predictions with its interval by units: 1 = as sure as they should be, below 1 = too sure.
// kNumeric as above, kUnsupported for ranking.
Result<stats::Interval> CalibrationSlope(const Examples& examples, std::span<const std::uint32_t> rows, std::span<const double> predictions, const stats::Clusters& clusters, double level = 0.95);

// One validation fold: `rows` of the examples with the predictions of a model that did not see them.
struct FoldPredictions {
  Rows rows;
  std::vector<double> predictions;
};
struct CrossFitted {
  Calibration calibration;                   // the identity unless it surely helps
  std::vector<FoldPredictions> calibrated;   // each fold by a map fitted on other folds (with time: on what was known before it)
};
// Decides inside the training rows whether predictions need correcting: only when the maps lower the loss of rows they
// were not fitted on, with the whole 95 % interval of the paired difference (by `unit`) above 0.
Result<CrossFitted> CalibrateAcrossFolds(const Examples& examples, std::vector<FoldPredictions> folds, const stats::Clusters& clusters);

// The model with its predictions corrected; kind, columns and explanation are the model's own.
std::unique_ptr<Model> Calibrated(std::unique_ptr<Model> model, const Calibration& calibration, Task task);
// Reads what Calibrated(..)->ToJson() wrote beside the inner model; may throw Json::exception.
Result<Calibration> LoadCalibration(const Json& json);

}  // namespace assay::learn
