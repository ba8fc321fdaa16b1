#include "learn/calibration.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "learn/comparison.h"

namespace assay::learn {

namespace {

constexpr double kLeastProbability = 1e-9;

double Clipped(double p) { return std::clamp(p, kLeastProbability, 1 - kLeastProbability); }
double Logit(double p) { return std::log(Clipped(p) / (1 - Clipped(p))); }
double Sigmoid(double x) { return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x)); }

Error NoSlope(const char* why) { return {ErrorCode::kNumeric, std::string("there is no calibration slope: ") + why}; }

// Slope, intercept, and what each row contributes to the slope's error (mean 0).
struct SlopeFit {
  Calibration calibration;
  std::vector<double> influence;
};

// y on x with an intercept: logistic by Newton's method, or least squares in one step. x is centred inside, so that huge or
// distant predictions do no harm.
Result<SlopeFit> FitLine(const std::vector<double>& x, const std::vector<double>& y, bool logistic) {
  const auto n = static_cast<double>(x.size());
  double centre = 0, spread = 0;
  for (const double v : x) centre += v / n;
  for (const double v : x) spread += (v - centre) * (v - centre) / n;
  spread = std::sqrt(spread);
  // Log odds are of the order of 1; values are in any unit.
  if (!(spread > 1e-12 * std::max(logistic ? 1.0 : 0.0, std::abs(centre)))) return NoSlope("the predictions are all equal");
  if (logistic && std::all_of(y.begin(), y.end(), [&](double v) { return v == y[0]; })) return NoSlope("all rows have the same outcome");
  double a = 0, b = logistic ? spread : 0;  // in units of the standardised x
  double saa = 0, sab = 0, sbb = 0;
  for (int iteration = 0; iteration < 50; ++iteration) {
    double ga = 0, gb = 0;
    saa = sab = sbb = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double z = (x[i] - centre) / spread;
      const double q = logistic ? Sigmoid(a + b * z) : a + b * z;
      const double w = logistic ? q * (1 - q) : 1;
      ga += y[i] - q;
      gb += (y[i] - q) * z;
      saa += w;
      sab += w * z;
      sbb += w * z * z;
    }
    const double determinant = saa * sbb - sab * sab;
    if (!(determinant > 1e-12 * saa * sbb)) return NoSlope("the predictions separate the outcomes perfectly");
    const double step_a = std::clamp((sbb * ga - sab * gb) / determinant, -4.0, 4.0);
    const double step_b = std::clamp((saa * gb - sab * ga) / determinant, -4.0, 4.0);
    a += logistic ? step_a : (sbb * ga - sab * gb) / determinant;
    b += logistic ? step_b : (saa * gb - sab * ga) / determinant;
    if (logistic && std::abs(b) > 1e3) return NoSlope("the predictions separate the outcomes perfectly");
    if (std::abs(step_a) + std::abs(step_b) < 1e-10) break;
  }
  SlopeFit fit;
  fit.calibration = {a - b * centre / spread, b / spread};
  const double determinant = saa * sbb - sab * sab;
  fit.influence.resize(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double z = (x[i] - centre) / spread;
    const double residual = y[i] - (logistic ? Sigmoid(a + b * z) : a + b * z);
    fit.influence[i] = n * residual * (saa * z - sab) / determinant / spread;
  }
  return fit;
}

// q proportional to p^slope, by Newton's method.
Result<SlopeFit> FitTemperature(const Examples& examples, std::span<const std::uint32_t> rows, std::span<const double> predictions) {
  const std::size_t k = examples.num_outputs();
  std::vector<double> logs(predictions.size()), q(k), score(rows.size());
  for (std::size_t i = 0; i < logs.size(); ++i) logs[i] = std::log(Clipped(predictions[i]));
  double slope = 1, curvature = 0;
  for (int iteration = 0; iteration < 50; ++iteration) {
    double gradient = 0;
    curvature = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const double* l = &logs[i * k];
      const double top = *std::max_element(l, l + k);
      double total = 0, mean = 0, square = 0;
      for (std::size_t c = 0; c < k; ++c) total += q[c] = std::exp(slope * (l[c] - top));
      for (std::size_t c = 0; c < k; ++c) {
        mean += q[c] / total * l[c];
        square += q[c] / total * l[c] * l[c];
      }
      score[i] = l[static_cast<std::size_t>(examples.outcome[rows[i]])] - mean;
      gradient += score[i];
      curvature += std::max(0.0, square - mean * mean);
    }
    if (!(curvature > 1e-12 * static_cast<double>(rows.size()))) return NoSlope("the predictions are all equal, or separate the classes perfectly");
    const double step = std::clamp(gradient / curvature, -1.0, 1.0);
    slope += step;
    if (std::abs(slope) > 1e3) return NoSlope("the predictions separate the classes perfectly");
    if (std::abs(step) < 1e-10) break;
  }
  SlopeFit fit{{0, slope}, std::move(score)};
  for (double& v : fit.influence) v *= static_cast<double>(rows.size()) / curvature;
  return fit;
}

Result<SlopeFit> FitSlope(const Examples& examples, std::span<const std::uint32_t> rows, std::span<const double> predictions) {
  if (examples.task == Task::kRanking) return Error{ErrorCode::kUnsupported, "scores for ranking have no scale"};
  if (rows.size() < 3) return NoSlope("there are fewer than three rows");
  // The same prediction for every row has no slope, whatever the task.
  const std::size_t k = examples.num_outputs();
  bool varies = false;
  for (std::size_t i = k; i < predictions.size() && !varies; ++i) varies = predictions[i] != predictions[i % k];
  if (!varies) return NoSlope("the predictions are all equal");
  if (examples.task == Task::kMulticlass) return FitTemperature(examples, rows, predictions);
  std::vector<double> x(rows.size()), y(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    x[i] = examples.task == Task::kBinary ? Logit(predictions[i]) : predictions[i];
    y[i] = static_cast<double>(examples.outcome[rows[i]]);
  }
  return FitLine(x, y, examples.task == Task::kBinary);
}

class CalibratedModel : public Model, public RowModel {
 public:
  CalibratedModel(std::unique_ptr<Model> model, const Calibration& calibration, Task task) : model_(std::move(model)), calibration_(calibration), task_(task) {}
  RungKind kind() const override { return model_->kind(); }
  std::vector<std::string> columns() const override { return model_->columns(); }
  Result<void> Predict(const table::Table& table, std::span<const std::uint32_t> rows, std::span<double> out, const RunContext& context) const override {
    ASSAY_TRY(model_->Predict(table, rows, out, context));
    ApplyCalibration(calibration_, task_, rows.empty() ? 1 : out.size() / rows.size(), out);
    return {};
  }
  const RowModel* by_row() const override { return model_->by_row() == nullptr ? nullptr : this; }
  void PredictRow(std::span<const Cell> cells, std::span<double> out) const override {
    model_->by_row()->PredictRow(cells, out);
    ApplyCalibration(calibration_, task_, out.size(), out);
  }
  Json ToJson() const override {
    Json json = model_->ToJson();
    json["calibration"] = {{"intercept", calibration_.intercept}, {"slope", calibration_.slope}};
    return json;
  }
  std::string BoosterJson() const override { return model_->BoosterJson(); }
  std::string Explain(std::span<const std::string> classes) const override {
    const std::string slope = base::ReadableNumber(calibration_.slope, 3), intercept = base::ReadableNumber(calibration_.intercept, 3);
    const std::string how = task_ == Task::kMulticlass ? "probabilities to the power " + slope : task_ == Task::kBinary ? "log odds times " + slope + " plus " + intercept : "times " + slope + " plus " + intercept;
    const std::string model = model_->Explain(classes);
    return model + (model.find('\n') == std::string::npos ? "; " : "\n") + "calibrated inside the training part: " + how;
  }

 private:
  std::unique_ptr<Model> model_;
  Calibration calibration_;
  Task task_;
};

}  // namespace

Result<Calibration> FitCalibration(const Examples& examples, std::span<const std::uint32_t> rows, std::span<const double> predictions) {
  const SlopeFit fit = ASSAY_TRY(FitSlope(examples, rows, predictions));
  if (!(fit.calibration.slope > 0)) return NoSlope("the outcome falls where the predictions rise");
  return fit.calibration;
}

void ApplyCalibration(const Calibration& calibration, Task task, std::size_t num_outputs, std::span<double> predictions) {
  if (calibration.identity() || task == Task::kRanking) return;
  if (task == Task::kMulticlass) {
    for (std::size_t i = 0; i + num_outputs <= predictions.size(); i += num_outputs) {
      double total = 0;
      for (std::size_t c = 0; c < num_outputs; ++c) total += predictions[i + c] = std::pow(Clipped(predictions[i + c]), calibration.slope);
      for (std::size_t c = 0; c < num_outputs; ++c) predictions[i + c] /= total;
    }
    return;
  }
  for (double& p : predictions) p = task == Task::kBinary ? Sigmoid(calibration.intercept + calibration.slope * Logit(p)) : calibration.intercept + calibration.slope * p;
}

Result<stats::Interval> CalibrationSlope(const Examples& examples, std::span<const std::uint32_t> rows, std::span<const double> predictions, const stats::Clusters& clusters, double level) {
  const SlopeFit fit = ASSAY_TRY(FitSlope(examples, rows, predictions));
  return stats::FromInfluence(fit.calibration.slope, fit.influence, clusters, level);
}

Result<CrossFitted> CalibrateAcrossFolds(const Examples& examples, std::vector<FoldPredictions> folds, const stats::Clusters& clusters) {
  CrossFitted result;
  result.calibrated = folds;
  if (examples.task == Task::kRanking || folds.size() < 2) return result;
  const std::size_t k = examples.num_outputs();
  Rows judged, all_rows;
  std::vector<double> raw, mapped, all_predictions;
  for (std::size_t f = 0; f < folds.size(); ++f) {
    all_rows.insert(all_rows.end(), folds[f].rows.begin(), folds[f].rows.end());
    all_predictions.insert(all_predictions.end(), folds[f].predictions.begin(), folds[f].predictions.end());
    base::Micros start = std::numeric_limits<base::Micros>::max();
    for (const std::uint32_t row : folds[f].rows) start = examples.time.empty() ? start : std::min(start, examples.time[row]);
    Rows rows;
    std::vector<double> predictions;
    for (std::size_t g = 0; g < folds.size(); ++g) {
      if (g == f) continue;
      for (std::size_t i = 0; i < folds[g].rows.size(); ++i) {
        const std::uint32_t row = folds[g].rows[i];
        if (!examples.time.empty() && !(examples.time[row] < start && examples.time[row] + examples.wait <= start)) continue;
        rows.push_back(row);
        predictions.insert(predictions.end(), folds[g].predictions.begin() + static_cast<std::ptrdiff_t>(i * k), folds[g].predictions.begin() + static_cast<std::ptrdiff_t>((i + 1) * k));
      }
    }
    const Result<Calibration> map = FitCalibration(examples, rows, predictions);
    if (!map) continue;
    ApplyCalibration(*map, examples.task, k, result.calibrated[f].predictions);
    judged.insert(judged.end(), folds[f].rows.begin(), folds[f].rows.end());
    raw.insert(raw.end(), folds[f].predictions.begin(), folds[f].predictions.end());
    mapped.insert(mapped.end(), result.calibrated[f].predictions.begin(), result.calibrated[f].predictions.end());
  }
  const Result<Calibration> final_map = FitCalibration(examples, all_rows, all_predictions);
  bool helps = false;
  if (final_map && !judged.empty()) {
    const Judge judge(examples, judged, {}, clusters);
    const Result<stats::Interval> gain = judge.Improvement(examples.task == Task::kRegression ? Metric::kRmse : Metric::kLogLoss, mapped, raw);
    helps = gain && gain->low > 0;
  }
  if (helps) {
    result.calibration = *final_map;
  } else {
    result.calibrated = std::move(folds);
  }
  return result;
}

std::unique_ptr<Model> Calibrated(std::unique_ptr<Model> model, const Calibration& calibration, Task task) {
  if (calibration.identity()) return model;
  return std::make_unique<CalibratedModel>(std::move(model), calibration, task);
}

Result<Calibration> LoadCalibration(const Json& json) {
  const Calibration calibration{json.at("intercept").get<double>(), json.at("slope").get<double>()};
  if (!(calibration.slope > 0)) return Error{ErrorCode::kInvalidInput, "the model file is damaged: its calibration has a slope that is not above 0"};
  return calibration;
}

}  // namespace assay::learn
