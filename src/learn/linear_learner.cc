// Logistic or ridge regression on standardised, encoded features.
//
// Newton's method (IRLS) with an L2 penalty on dense blocks, solved by Eigen: two to ten passes over the data, each the
// same on any number of threads because blocks are merged in order. Measured against liblinear on the flights it is
// several times faster and takes no sparse copy of the data.
#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "base/thread_pool.h"
#include "learn/encoder.h"
#include "learn/internal/learners.h"
#include "learn/metrics.h"
#include "learn/split.h"

namespace assay::learn {

namespace {

constexpr std::size_t kBlockRows = 16384;
// Of the squared weights of standardised features, not of the intercept. Weights grow with the unit of an outcome that is a number as its
// errors do, so the unit does not matter. Which one is chosen by validation inside the training rows.
constexpr double kPenalties[] = {1, 30, 1000};
constexpr std::int64_t kTuningRows = 50'000;

double Sigmoid(double x) { return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x)); }

// Standardised columns, then one 0/1 column for each encoded column with missing values, then the intercept.
struct Design {
  std::vector<double> mean, scale;
  std::vector<std::uint32_t> indicated;  // encoded columns with a missing indicator
  std::size_t size() const { return mean.size() + indicated.size() + 1; }

  void Fill(const float* row, double* out) const {
    for (std::size_t c = 0; c < mean.size(); ++c) {
      const auto value = static_cast<double>(row[c]);
      out[c] = std::isnan(value) ? 0.0 : (value - mean[c]) / scale[c];
    }
    for (std::size_t m = 0; m < indicated.size(); ++m) out[mean.size() + m] = std::isnan(row[indicated[m]]) ? 1.0 : 0.0;
    out[size() - 1] = 1.0;
  }
};

Design MakeDesign(const Matrix& matrix) {
  Design design;
  const std::size_t p = matrix.num_columns;
  std::vector<double> count(p, 0), mean(p, 0), squares(p, 0);
  for (std::size_t i = 0; i < matrix.num_rows(); ++i) {
    for (std::size_t c = 0; c < p; ++c) {
      const auto value = static_cast<double>(matrix.values[i * p + c]);
      if (std::isnan(value)) continue;
      count[c] += 1;
      const double step = value - mean[c];
      mean[c] += step / count[c];
      squares[c] += step * (value - mean[c]);
    }
  }
  const auto rows = static_cast<double>(matrix.num_rows());
  for (std::size_t c = 0; c < p; ++c) {
    const double deviation = count[c] > 1 ? std::sqrt(squares[c] / count[c]) : 0;
    design.mean.push_back(mean[c]);
    design.scale.push_back(deviation > 1e-12 * std::abs(mean[c]) ? deviation : 1.0);
    if (count[c] > 0 && count[c] < rows) design.indicated.push_back(static_cast<std::uint32_t>(c));
  }
  return design;
}

class LinearModel : public Model {
 public:
  LinearModel(Task task, Encoder encoder, Design design, std::vector<std::vector<double>> weights) : task_(task), encoder_(std::move(encoder)), design_(std::move(design)), weights_(std::move(weights)) {}
  RungKind kind() const override { return RungKind::kLinear; }

  Result<void> Predict(const table::Table& table, std::span<const std::uint32_t> rows, std::span<double> out, const RunContext& context) const override {
    return encoder_.EncodeInBlocks(table, rows, context, [&](std::size_t begin, const Matrix& block) { return PredictBlock(block, out.subspan(begin * weights_.size(), block.num_rows() * weights_.size()), context); });
  }

  std::vector<std::string> columns() const override { return encoder_.columns(); }
  Json ToJson() const override { return {{"encoder", encoder_.ToJson()}, {"mean", design_.mean}, {"scale", design_.scale}, {"indicated", design_.indicated}, {"weights", weights_}}; }

  std::string Explain(std::span<const std::string> classes) const override {
    const std::vector<std::string> names = encoder_.Names(classes);
    std::vector<std::size_t> order(names.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return std::abs(weights_[0][a]) > std::abs(weights_[0][b]); });
    std::vector<std::string> parts;
    for (std::size_t i = 0; i < std::min<std::size_t>(4, order.size()); ++i) parts.push_back(names[order[i]] + " " + (weights_[0][order[i]] >= 0 ? "+" : "") + base::ReadableNumber(weights_[0][order[i]], 2));
    const std::string of_class = task_ == Task::kMulticlass && !classes.empty() ? " for '" + classes[0] + "'" : "";
    return std::string(task_ == Task::kBinary || task_ == Task::kMulticlass ? "logistic" : "ridge") + " regression on " + std::to_string(names.size()) + " encoded features; per standard deviation" + of_class + ": " + base::Join(parts, ", ");
  }

 private:
  Result<void> PredictBlock(const Matrix& matrix, std::span<double> out, const RunContext& context) const {
    const std::size_t k = weights_.size();
    const std::size_t rows = matrix.num_rows();
    return base::ParallelFor(context, static_cast<std::int64_t>((rows + kBlockRows - 1) / kBlockRows), [&](std::int64_t block) {
      std::vector<double> x(design_.size());
      const std::size_t end = std::min(rows, (static_cast<std::size_t>(block) + 1) * kBlockRows);
      for (std::size_t i = static_cast<std::size_t>(block) * kBlockRows; i < end; ++i) {
        design_.Fill(&matrix.values[i * matrix.num_columns], x.data());
        double total = 0;
        for (std::size_t c = 0; c < k; ++c) {
          double margin = 0;
          for (std::size_t j = 0; j < x.size(); ++j) margin += weights_[c][j] * x[j];
          const bool probability = task_ == Task::kBinary || task_ == Task::kMulticlass;
          out[i * k + c] = probability ? Sigmoid(margin) : margin;
          total += out[i * k + c];
        }
        // One-vs-rest probabilities brought to sum 1.
        for (std::size_t c = 0; c < k && task_ == Task::kMulticlass; ++c) out[i * k + c] /= std::max(total, 1e-300);
      }
    });
  }

  Task task_;
  Encoder encoder_;
  Design design_;
  std::vector<std::vector<double>> weights_;
};

// Gradient and Hessian of the penalised loss at `weights`, blocks merged in order.
struct Curvature {
  Eigen::VectorXd gradient;
  Eigen::MatrixXd hessian;
  double loss = 0;
};

class Newton {
 public:
  Newton(const Matrix& matrix, const Design& design, std::vector<double> target, bool logistic, double penalty, const RunContext& context) : matrix_(matrix), design_(design), target_(std::move(target)), logistic_(logistic), penalty_(penalty), context_(context) {}

  Result<std::vector<double>> Solve() {
    const auto p = static_cast<Eigen::Index>(design_.size());
    Eigen::VectorXd weights = Eigen::VectorXd::Zero(p);
    if (logistic_) {
      double mean = 0;
      for (const double y : target_) mean += y;
      mean = std::clamp(mean / static_cast<double>(target_.size()), 1e-6, 1 - 1e-6);
      weights[p - 1] = std::log(mean / (1 - mean));
    }
    Curvature at = ASSAY_TRY(Measure(weights));
    for (int iteration = 0; iteration < (logistic_ ? 25 : 1); ++iteration) {
      const Eigen::VectorXd step = at.hessian.ldlt().solve(at.gradient);
      // Halve the step until the loss goes down.
      double size = 1;
      Eigen::VectorXd next = weights - step;
      Curvature there = ASSAY_TRY(Measure(next));
      while (there.loss > at.loss * (1 + 1e-12) && size > 1e-4) {
        size /= 2;
        next = weights - size * step;
        there = ASSAY_TRY(Measure(next));
      }
      const double gain = at.loss - there.loss;
      weights = next;
      at = std::move(there);
      if (gain <= 1e-9 * std::max(1.0, std::abs(at.loss))) break;
    }
    return std::vector<double>(weights.data(), weights.data() + weights.size());
  }

 private:
  Result<Curvature> Measure(const Eigen::VectorXd& weights) const {
    const auto p = static_cast<Eigen::Index>(design_.size());
    const std::size_t n = target_.size();
    const std::size_t num_blocks = (n + kBlockRows - 1) / kBlockRows;
    Curvature total{Eigen::VectorXd::Zero(p), Eigen::MatrixXd::Zero(p, p), 0};
    // A few blocks at a time keep the memory for their Hessians small.
    constexpr std::size_t kGroup = 16;
    for (std::size_t first = 0; first < num_blocks; first += kGroup) {
      const std::size_t count = std::min(kGroup, num_blocks - first);
      std::vector<Curvature> parts(count);
      ASSAY_TRY(base::ParallelFor(context_, static_cast<std::int64_t>(count), [&](std::int64_t b) { parts[static_cast<std::size_t>(b)] = MeasureBlock(weights, first + static_cast<std::size_t>(b)); }));
      for (const Curvature& part : parts) {
        total.gradient += part.gradient;
        total.hessian += part.hessian;
        total.loss += part.loss;
      }
    }
    for (Eigen::Index j = 0; j + 1 < p; ++j) {
      total.gradient[j] += penalty_ * weights[j];
      total.hessian(j, j) += penalty_;
      total.loss += 0.5 * penalty_ * weights[j] * weights[j];
    }
    total.hessian(p - 1, p - 1) += 1e-9;
    return total;
  }

  Curvature MeasureBlock(const Eigen::VectorXd& weights, std::size_t block) const {
    const auto p = static_cast<Eigen::Index>(design_.size());
    const std::size_t begin = block * kBlockRows;
    const std::size_t end = std::min(target_.size(), begin + kBlockRows);
    Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> x(static_cast<Eigen::Index>(end - begin), p);
    for (std::size_t i = begin; i < end; ++i) design_.Fill(&matrix_.values[i * matrix_.num_columns], x.row(static_cast<Eigen::Index>(i - begin)).data());
    const Eigen::VectorXd margin = x * weights;
    Eigen::VectorXd residual(margin.size()), curvature(margin.size());
    Curvature part;
    for (Eigen::Index i = 0; i < margin.size(); ++i) {
      const double y = target_[begin + static_cast<std::size_t>(i)];
      if (logistic_) {
        const double q = Sigmoid(margin[i]);
        residual[i] = q - y;
        curvature[i] = std::sqrt(std::max(q * (1 - q), 1e-12));
        part.loss += std::log1p(std::exp(-std::abs(margin[i]))) + std::max(margin[i], 0.0) - y * margin[i];
      } else {
        residual[i] = margin[i] - y;
        curvature[i] = 1;
        part.loss += 0.5 * residual[i] * residual[i];
      }
    }
    part.gradient = x.transpose() * residual;
    x = curvature.asDiagonal() * x;
    part.hessian = Eigen::MatrixXd::Zero(p, p);
    part.hessian.selfadjointView<Eigen::Lower>().rankUpdate(x.transpose());
    part.hessian.triangularView<Eigen::StrictlyUpper>() = part.hessian.transpose();
    return part;
  }

  const Matrix& matrix_;
  const Design& design_;
  std::vector<double> target_;
  bool logistic_;
  double penalty_;
  const RunContext& context_;
};

class LinearLearner : public Learner {
 public:
  explicit LinearLearner(const LearnerOptions& options) : options_(options) {}
  RungKind kind() const override { return RungKind::kLinear; }
  std::string name() const override { return "linear"; }

  Result<std::unique_ptr<Model>> Fit(const Examples& examples, std::span<const std::uint32_t> rows, const RunContext& context) const override {
    if (rows.empty()) return Error{ErrorCode::kInvalidInput, "there are no training rows"};
    double penalty = kPenalties[0];
    if (!options_.quick) penalty = ASSAY_TRY(ChoosePenalty(examples, rows, context));
    return FitWith(penalty, examples, rows, context);
  }

 private:
  static Result<std::unique_ptr<Model>> FitWith(double penalty, const Examples& examples, std::span<const std::uint32_t> rows, const RunContext& context) {
    Matrix matrix;
    Encoder encoder = ASSAY_TRY(Encoder::Fit(examples, rows, context, &matrix));
    Design design = MakeDesign(matrix);
    const bool logistic = examples.task == Task::kBinary || examples.task == Task::kMulticlass;
    std::vector<std::vector<double>> weights;
    for (std::size_t c = 0; c < examples.num_outputs(); ++c) {
      std::vector<double> target(rows.size());
      for (std::size_t i = 0; i < rows.size(); ++i) {
        const float y = examples.outcome[rows[i]];
        target[i] = examples.task == Task::kMulticlass ? (static_cast<std::size_t>(y) == c ? 1.0 : 0.0) : static_cast<double>(y);
      }
      weights.push_back(ASSAY_TRY(Newton(matrix, design, std::move(target), logistic, penalty, context).Solve()));
    }
    return std::unique_ptr<Model>(std::make_unique<LinearModel>(examples.task, std::move(encoder), std::move(design), std::move(weights)));
  }

  // By validation folds on a sample of all units; the smallest penalty among equals.
  Result<double> ChoosePenalty(const Examples& examples, std::span<const std::uint32_t> rows, const RunContext& context) const {
    const Rows sample = ThinRows(examples, rows, options_.tuning_rows > 0 ? std::min(options_.tuning_rows, kTuningRows) : kTuningRows, context.seed);
    const Result<std::vector<Split>> folds = CrossValidationFolds(examples, sample, 2, context.seed);
    if (!folds) return kPenalties[1];
    double best = kPenalties[0], best_loss = std::numeric_limits<double>::infinity();
    for (const double penalty : kPenalties) {
      double loss = 0;
      for (const Split& fold : *folds) {
        const std::unique_ptr<Model> model = ASSAY_TRY(FitWith(penalty, examples, fold.train, context));
        std::vector<double> predictions(fold.test.size() * examples.num_outputs());
        ASSAY_TRY(model->Predict(*examples.table, fold.test, predictions, context));
        loss += MeanLoss(examples, fold.test, predictions);
      }
      if (loss >= best_loss) continue;
      best_loss = loss;
      best = penalty;
    }
    return best;
  }

  LearnerOptions options_;
};

}  // namespace

std::unique_ptr<Learner> MakeLinearLearner(const LearnerOptions& options) { return std::make_unique<LinearLearner>(options); }

Result<std::unique_ptr<Model>> LoadLinear(const Json& json, Task task, std::size_t num_outputs) {
  Encoder encoder = ASSAY_TRY(Encoder::FromJson(json.at("encoder")));
  Design design{json.at("mean").get<std::vector<double>>(), json.at("scale").get<std::vector<double>>(), json.at("indicated").get<std::vector<std::uint32_t>>()};
  auto weights = json.at("weights").get<std::vector<std::vector<double>>>();
  bool fits = design.mean.size() == encoder.names().size() && design.scale.size() == design.mean.size() && weights.size() == num_outputs;
  for (const std::vector<double>& w : weights) fits = fits && w.size() == design.size();
  for (const std::uint32_t c : design.indicated) fits = fits && c < design.mean.size();
  if (!fits) return Error{ErrorCode::kInvalidInput, "the model file is damaged: weights do not fit the encoder"};
  return std::unique_ptr<Model>(std::make_unique<LinearModel>(task, std::move(encoder), std::move(design), std::move(weights)));
}

}  // namespace assay::learn
