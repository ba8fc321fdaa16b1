// Logistic or ridge regression on standardised, encoded features; where the median is aimed at, the least absolute errors.
//
// Newton's method (IRLS) with an L2 penalty on dense blocks, solved by Eigen: two to ten passes over the data, each the
// same on any number of threads because blocks are merged in order. Measured against liblinear on the flights it is
// several times faster and takes no sparse copy of the data.
#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "base/thread_pool.h"
#include "learn/encoder.h"
#include "learn/internal/json_values.h"
#include "learn/internal/learners.h"
#include "learn/metrics.h"
#include "learn/split.h"

namespace assay::learn {

namespace {

constexpr std::size_t kBlockRows = 16384;
// Of the squared weights of standardised features, not of the intercept. Weights grow with the unit of an outcome that is a number as its
// errors do, so the unit does not matter. Which one is chosen by validation inside the training rows.
constexpr double kPenalties[] = {3000, 1000, 300, 100, 30, 10, 3, 1};  // each fit begins at the weights of the one before
constexpr double kUntuned = 30;
// Absolute errors are rounded off below this share of the outcome's mean distance from its median.
constexpr double kRounding = 0.02;
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

enum class Loss { kLogistic, kSquared, kAbsolute };
Loss LossOf(const Examples& examples) {
  if (examples.task == Task::kBinary || examples.task == Task::kMulticlass) return Loss::kLogistic;
  return examples.aims_at_median() ? Loss::kAbsolute : Loss::kSquared;
}

// One vector per output: `weights` of the design's columns.
using Weights = std::vector<std::vector<double>>;

Result<void> PredictMatrix(Task task, const Design& design, const Weights& weights, const Matrix& matrix, std::span<double> out, const RunContext& context) {
  const std::size_t k = weights.size();
  const std::size_t rows = matrix.num_rows();
  return base::ParallelFor(context, static_cast<std::int64_t>((rows + kBlockRows - 1) / kBlockRows), [&](std::int64_t block) {
    std::vector<double> x(design.size());
    const std::size_t end = std::min(rows, (static_cast<std::size_t>(block) + 1) * kBlockRows);
    for (std::size_t i = static_cast<std::size_t>(block) * kBlockRows; i < end; ++i) {
      design.Fill(&matrix.values[i * matrix.num_columns], x.data());
      double total = 0;
      for (std::size_t c = 0; c < k; ++c) {
        double margin = 0;
        for (std::size_t j = 0; j < x.size(); ++j) margin += weights[c][j] * x[j];
        const bool probability = task == Task::kBinary || task == Task::kMulticlass;
        out[i * k + c] = probability ? Sigmoid(margin) : margin;
        total += out[i * k + c];
      }
      // One-vs-rest probabilities brought to sum 1.
      for (std::size_t c = 0; c < k && task == Task::kMulticlass; ++c) out[i * k + c] /= std::max(total, 1e-300);
    }
  });
}

class LinearModel : public Model {
 public:
  LinearModel(Task task, bool median, Encoder encoder, Design design, Weights weights, std::string note) : task_(task), median_(median), encoder_(std::move(encoder)), design_(std::move(design)), weights_(std::move(weights)), note_(std::move(note)) {}
  RungKind kind() const override { return RungKind::kLinear; }

  Result<void> Predict(const table::Table& table, std::span<const std::uint32_t> rows, std::span<double> out, const RunContext& context) const override {
    return encoder_.EncodeInBlocks(table, rows, context, [&](std::size_t begin, const Matrix& block) { return PredictMatrix(task_, design_, weights_, block, out.subspan(begin * weights_.size(), block.num_rows() * weights_.size()), context); });
  }

  std::vector<std::string> columns() const override { return encoder_.columns(); }
  Json ToJson() const override { return {{"encoder", encoder_.ToJson()}, {"mean", design_.mean}, {"scale", design_.scale}, {"indicated", design_.indicated}, {"weights", weights_}, {"median", median_}, {"note", note_}}; }

  std::string Explain(std::span<const std::string> classes) const override {
    const std::vector<std::string> names = encoder_.Names(classes);
    std::vector<std::size_t> order(names.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return std::abs(weights_[0][a]) > std::abs(weights_[0][b]); });
    std::vector<std::string> parts;
    for (std::size_t i = 0; i < std::min<std::size_t>(4, order.size()); ++i) parts.push_back(names[order[i]] + " " + (weights_[0][order[i]] >= 0 ? "+" : "") + base::ReadableNumber(weights_[0][order[i]], 2));
    const std::string of_class = task_ == Task::kMulticlass && !classes.empty() ? " for '" + classes[0] + "'" : "";
    return std::string(task_ == Task::kBinary || task_ == Task::kMulticlass ? "logistic" : median_ ? "median" : "ridge") + " regression on " + std::to_string(names.size()) + " encoded features; per standard deviation" + of_class + ": " + base::Join(parts, ", ") + (note_.empty() ? "" : "; " + note_);
  }

 private:
  Task task_;
  bool median_;
  Encoder encoder_;
  Design design_;
  Weights weights_;
  std::string note_;  // how the penalty was come by, where a reader should know
};

// Gradient and, where asked for, Hessian of the penalised loss at `weights`, blocks merged in order. Of absolute errors the
// Hessian is that of the parabolas that touch them from above: each step of iterated least squares goes down.
struct Curvature {
  Eigen::VectorXd gradient;
  Eigen::MatrixXd hessian;
  double loss = 0;
};

struct Effort {
  int steps = 25;
  double tolerance = 1e-9;  // a step that gains less than this share of the loss is the last
};

class Newton {
 public:
  Newton(const Matrix& matrix, const Design& design, std::span<const double> target, Loss loss, double penalty, const RunContext& context) : matrix_(matrix), design_(design), target_(target), loss_(loss), penalty_(penalty), context_(context) {}

  // The best constant, which fits begin at.
  std::vector<double> Constant() const {
    std::vector<double> weights(design_.size(), 0.0);
    double mean = 0;
    for (const double y : target_) mean += y;
    mean /= static_cast<double>(target_.size());
    if (loss_ == Loss::kLogistic) {
      mean = std::clamp(mean, 1e-6, 1 - 1e-6);
      weights.back() = std::log(mean / (1 - mean));
    }
    return weights;
  }

  Result<std::vector<double>> Solve(const std::vector<double>& start, const Effort& effort) const {
    Eigen::VectorXd weights = Eigen::Map<const Eigen::VectorXd>(start.data(), static_cast<Eigen::Index>(start.size()));
    const int steps = loss_ == Loss::kSquared ? 1 : loss_ == Loss::kAbsolute ? 2 * effort.steps : effort.steps;
    for (int step = 0; step < steps; ++step) {
      const Curvature at = ASSAY_TRY(Measure(weights, true));
      const Eigen::VectorXd direction = at.hessian.ldlt().solve(at.gradient);
      if (loss_ == Loss::kSquared) {
        weights -= direction;
        break;
      }
      // Halve the step until the loss goes down.
      double size = 1;
      Eigen::VectorXd next = weights - direction;
      double loss = ASSAY_TRY(Measure(next, false)).loss;
      while (loss > at.loss * (1 + 1e-12) && size > 1e-4) {
        size /= 2;
        next = weights - size * direction;
        loss = ASSAY_TRY(Measure(next, false)).loss;
      }
      weights = next;
      if (at.loss - loss <= effort.tolerance * std::max(1.0, std::abs(at.loss))) break;
    }
    return std::vector<double>(weights.data(), weights.data() + weights.size());
  }

 private:
  Result<Curvature> Measure(const Eigen::VectorXd& weights, bool with_hessian) const {
    const auto p = static_cast<Eigen::Index>(design_.size());
    const std::size_t n = target_.size();
    const std::size_t num_blocks = (n + kBlockRows - 1) / kBlockRows;
    Curvature total{Eigen::VectorXd::Zero(p), Eigen::MatrixXd::Zero(with_hessian ? p : 0, with_hessian ? p : 0), 0};
    // A few blocks at a time keep the memory for their Hessians small.
    constexpr std::size_t kGroup = 16;
    for (std::size_t first = 0; first < num_blocks; first += kGroup) {
      const std::size_t count = std::min(kGroup, num_blocks - first);
      std::vector<Curvature> parts(count);
      ASSAY_TRY(base::ParallelFor(context_, static_cast<std::int64_t>(count), [&](std::int64_t b) { parts[static_cast<std::size_t>(b)] = MeasureBlock(weights, first + static_cast<std::size_t>(b), with_hessian); }));
      for (const Curvature& part : parts) {
        total.gradient += part.gradient;
        if (with_hessian) total.hessian += part.hessian;
        total.loss += part.loss;
      }
    }
    for (Eigen::Index j = 0; j + 1 < p; ++j) {
      total.gradient[j] += penalty_ * weights[j];
      if (with_hessian) total.hessian(j, j) += penalty_;
      total.loss += 0.5 * penalty_ * weights[j] * weights[j];
    }
    if (with_hessian) total.hessian(p - 1, p - 1) += 1e-9;
    return total;
  }

  Curvature MeasureBlock(const Eigen::VectorXd& weights, std::size_t block, bool with_hessian) const {
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
      if (loss_ == Loss::kLogistic) {
        const double q = Sigmoid(margin[i]);
        residual[i] = q - y;
        curvature[i] = std::sqrt(std::max(q * (1 - q), 1e-12));
        part.loss += std::log1p(std::exp(-std::abs(margin[i]))) + std::max(margin[i], 0.0) - y * margin[i];
      } else if (loss_ == Loss::kAbsolute) {
        const double distance = std::hypot(margin[i] - y, kRounding);
        residual[i] = (margin[i] - y) / distance;
        curvature[i] = std::sqrt(1 / distance);
        part.loss += distance;
      } else {
        residual[i] = margin[i] - y;
        curvature[i] = 1;
        part.loss += 0.5 * residual[i] * residual[i];
      }
    }
    part.gradient = x.transpose() * residual;
    if (!with_hessian) return part;
    x = curvature.asDiagonal() * x;
    part.hessian = Eigen::MatrixXd::Zero(p, p);
    part.hessian.selfadjointView<Eigen::Lower>().rankUpdate(x.transpose());
    part.hessian.triangularView<Eigen::StrictlyUpper>() = part.hessian.transpose();
    return part;
  }

  const Matrix& matrix_;
  const Design& design_;
  std::span<const double> target_;
  Loss loss_;
  double penalty_;
  const RunContext& context_;
};

// Rows made ready to be fitted with several penalties.
class Problem {
 public:
  static Result<Problem> Prepare(const Examples& examples, std::span<const std::uint32_t> rows, const RunContext& context) {
    Problem problem;
    problem.loss_ = LossOf(examples);
    problem.encoder_ = ASSAY_TRY(Encoder::Fit(examples, rows, context, &problem.matrix_));
    problem.design_ = MakeDesign(problem.matrix_);
    for (std::size_t c = 0; c < examples.num_outputs(); ++c) {
      std::vector<double>& target = problem.targets_.emplace_back(rows.size());
      for (std::size_t i = 0; i < rows.size(); ++i) {
        const float y = examples.outcome[rows[i]];
        target[i] = examples.task == Task::kMulticlass ? (static_cast<std::size_t>(y) == c ? 1.0 : 0.0) : static_cast<double>(y);
      }
    }
    if (problem.loss_ == Loss::kAbsolute) problem.Standardise();
    return problem;
  }

  // Begins at *weights unless they are empty, and leaves them there, in the problem's own unit.
  Result<void> Fit(double penalty, const Effort& effort, const RunContext& context, Weights* weights) const {
    if (weights->empty()) weights->resize(targets_.size());
    for (std::size_t c = 0; c < targets_.size(); ++c) {
      const Newton newton(matrix_, design_, targets_[c], loss_, penalty, context);
      std::vector<double>& own = (*weights)[c];
      own = ASSAY_TRY(newton.Solve(own.empty() ? newton.Constant() : own, effort));
    }
    return {};
  }

  Weights InUnitOfOutcome(Weights weights) const {
    for (std::vector<double>& own : weights) {
      for (double& w : own) w *= unit_;
      own.back() += zero_;
    }
    return weights;
  }
  const Encoder& encoder() const { return encoder_; }
  const Design& design() const { return design_; }

 private:
  // Absolute errors have no unit of their own to be rounded off in.
  void Standardise() {
    zero_ = Median(targets_[0]);
    double distance = 0;
    for (const double y : targets_[0]) distance += std::abs(y - zero_) / static_cast<double>(targets_[0].size());
    unit_ = distance > 0 ? distance : 1;
    for (double& y : targets_[0]) y = (y - zero_) / unit_;
  }

  Loss loss_ = Loss::kSquared;
  Encoder encoder_;
  Matrix matrix_;
  Design design_;
  std::vector<std::vector<double>> targets_;  // (outcome - zero_) / unit_
  double zero_ = 0, unit_ = 1;
};

class LinearLearner : public Learner {
 public:
  explicit LinearLearner(const LearnerOptions& options) : options_(options) {}
  RungKind kind() const override { return RungKind::kLinear; }
  std::string name() const override { return "linear"; }

  Result<std::unique_ptr<Model>> Fit(const Examples& examples, std::span<const std::uint32_t> rows, const RunContext& context) const override {
    if (rows.empty()) return Error{ErrorCode::kInvalidInput, "there are no training rows"};
    std::string note;
    const double penalty = options_.quick ? 1 : ASSAY_TRY(ChoosePenalty(examples, rows, context, &note));
    const Problem problem = ASSAY_TRY(Problem::Prepare(examples, rows, context));
    Weights weights;
    // In comparisons one step from the constant ranks as well as all.
    ASSAY_TRY(problem.Fit(penalty, options_.coarse ? Effort{1} : Effort{}, context, &weights));
    return std::unique_ptr<Model>(std::make_unique<LinearModel>(examples.task, examples.aims_at_median(), problem.encoder(), problem.design(), problem.InUnitOfOutcome(std::move(weights)), std::move(note)));
  }

 private:
  // By validation folds on a sample of all units; the largest penalty among equals.
  Result<double> ChoosePenalty(const Examples& examples, std::span<const std::uint32_t> rows, const RunContext& context, std::string* note) const {
    const Rows sample = ThinRows(examples, rows, options_.tuning_rows > 0 ? std::min(options_.tuning_rows, kTuningRows) : kTuningRows, context.seed);
    const Result<std::vector<Split>> folds = CrossValidationFolds(examples, sample, 2, context.seed);
    if (!folds) {
      *note = "penalty " + base::ReadableNumber(kUntuned) + ", because folds cannot choose it: " + folds.error().message;
      return kUntuned;
    }
    std::vector<double> loss(std::size(kPenalties), 0.0);
    for (const Split& fold : *folds) {
      const Problem problem = ASSAY_TRY(Problem::Prepare(examples, fold.train, context));
      const Matrix test = ASSAY_TRY(problem.encoder().Encode(*examples.table, fold.test, context));
      std::vector<double> predictions(fold.test.size() * examples.num_outputs());
      Weights weights;
      for (std::size_t p = 0; p < loss.size(); ++p) {
        // Near enough to compare penalties.
        ASSAY_TRY(problem.Fit(kPenalties[p], {10, 1e-5}, context, &weights));
        ASSAY_TRY(PredictMatrix(examples.task, problem.design(), problem.InUnitOfOutcome(weights), test, predictions, context));
        loss[p] += MeanLoss(examples, fold.test, predictions);
      }
    }
    return kPenalties[std::min_element(loss.begin(), loss.end()) - loss.begin()];
  }

  LearnerOptions options_;
};

}  // namespace

std::unique_ptr<Learner> MakeLinearLearner(const LearnerOptions& options) { return std::make_unique<LinearLearner>(options); }

Result<std::unique_ptr<Model>> LoadLinear(const Json& json, Task task, std::size_t num_outputs) {
  Encoder encoder = ASSAY_TRY(Encoder::FromJson(json.at("encoder")));
  Design design{json.at("mean").get<std::vector<double>>(), json.at("scale").get<std::vector<double>>(), WholesOf<std::uint32_t>(json.at("indicated"))};
  auto weights = json.at("weights").get<std::vector<std::vector<double>>>();
  bool fits = design.mean.size() == encoder.names().size() && design.scale.size() == design.mean.size() && weights.size() == num_outputs;
  for (const std::vector<double>& w : weights) fits = fits && w.size() == design.size();
  for (const std::uint32_t c : design.indicated) fits = fits && c < design.mean.size();
  if (!fits) return Error{ErrorCode::kInvalidInput, "the model file is damaged: weights do not fit the encoder"};
  return std::unique_ptr<Model>(std::make_unique<LinearModel>(task, json.value("median", false), std::move(encoder), std::move(design), std::move(weights), json.value("note", std::string())));
}

}  // namespace assay::learn
