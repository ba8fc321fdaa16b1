// The two lowest rungs: a random guess by label shares, and the constant.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/random.h"
#include "base/text.h"
#include "learn/internal/json_values.h"
#include "learn/internal/learners.h"

namespace assay::learn {

namespace {

// Shares of the classes, or the mean, over rows.
std::vector<double> Shares(const Examples& examples, std::span<const std::uint32_t> rows) {
  std::vector<double> shares(examples.num_outputs(), 0.0);
  for (const std::uint32_t row : rows) {
    if (examples.task == Task::kMulticlass) {
      shares[static_cast<std::size_t>(examples.outcome[row])] += 1;
    } else {
      shares[0] += static_cast<double>(examples.outcome[row]);
    }
  }
  for (double& share : shares) share /= static_cast<double>(rows.size());
  return shares;
}

class ConstantModel : public Model {
 public:
  ConstantModel(Task task, Centre centre, std::vector<double> values) : task_(task), centre_(centre), values_(std::move(values)) {}
  RungKind kind() const override { return RungKind::kConstant; }
  Result<void> Predict(const table::Table&, std::span<const std::uint32_t> rows, std::span<double> out, const RunContext&) const override {
    for (std::size_t i = 0; i < rows.size(); ++i) std::copy(values_.begin(), values_.end(), out.begin() + static_cast<std::ptrdiff_t>(i * values_.size()));
    return {};
  }
  std::vector<std::string> columns() const override { return {}; }
  Json ToJson() const override { return {{"values", values_}, {"median", centre_ == Centre::kMedian}}; }
  std::string Explain(std::span<const std::string> /*classes*/) const override {
    switch (task_) {
      case Task::kBinary: return "always " + base::ReadableShare(values_[0]) + ", the share in the training rows";
      case Task::kMulticlass: return "always the shares of the classes in the training rows";
      case Task::kRegression: return "always " + base::ReadableNumber(values_[0]) + (centre_ == Centre::kMedian ? ", the median of the training rows" : ", the mean of the training rows");
      case Task::kRanking: return "all items alike: their order within a query is left open";
    }
    return "";
  }

 private:
  Task task_;
  Centre centre_;
  std::vector<double> values_;
};

// Each row draws its answer by its own hash: the same row gets the same answer whatever the order of rows.
class RandomModel : public Model {
 public:
  RandomModel(Task task, std::vector<double> shares, std::vector<float> draws, std::uint64_t seed) : task_(task), shares_(std::move(shares)), draws_(std::move(draws)), seed_(seed) {}
  RungKind kind() const override { return RungKind::kRandom; }
  Result<void> Predict(const table::Table&, std::span<const std::uint32_t> rows, std::span<double> out, const RunContext&) const override {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      base::RandomStream random(seed_, "random rung", rows[i]);
      const double u = random.Uniform();
      if (task_ == Task::kRanking) {
        out[i] = u;
      } else if (task_ == Task::kRegression) {
        out[i] = static_cast<double>(draws_[random.Below(draws_.size())]);
      } else if (task_ == Task::kBinary) {
        out[i] = u < shares_[0] ? kSure : 1 - kSure;
      } else {
        std::size_t drawn = 0;
        for (double sum = shares_[0]; u >= sum && drawn + 1 < shares_.size(); sum += shares_[drawn]) ++drawn;
        for (std::size_t c = 0; c < shares_.size(); ++c) out[i * shares_.size() + c] = c == drawn ? kSure : (1 - kSure) / static_cast<double>(shares_.size() - 1);
      }
    }
    return {};
  }
  std::vector<std::string> columns() const override { return {}; }
  Json ToJson() const override { return {{"shares", shares_}, {"draws", draws_}, {"seed", seed_}}; }
  std::string Explain(std::span<const std::string> /*classes*/) const override {
    if (task_ == Task::kRanking) return "a random order within each query";
    if (task_ == Task::kRegression) return "the outcome of a training row drawn at random";
    return "a class drawn at random by its share in the training rows, claimed with 99 % certainty";
  }

 private:
  // A drawn class is claimed with this probability; full certainty would make the log loss infinite.
  static constexpr double kSure = 0.99;
  Task task_;
  std::vector<double> shares_;
  std::vector<float> draws_;  // regression: up to 1,000 training outcomes
  std::uint64_t seed_;
};

class ConstantLearner : public Learner {
 public:
  RungKind kind() const override { return RungKind::kConstant; }
  std::string name() const override { return "constant"; }
  Result<std::unique_ptr<Model>> Fit(const Examples& examples, std::span<const std::uint32_t> rows, const RunContext&) const override {
    if (rows.empty()) return Error{ErrorCode::kInvalidInput, "there are no training rows"};
    return std::unique_ptr<Model>(std::make_unique<ConstantModel>(examples.task, examples.aims_at_median() ? Centre::kMedian : Centre::kMean, examples.aims_at_median() ? std::vector<double>{CentralOutcome(examples, rows)} : Shares(examples, rows)));
  }
};

class RandomLearner : public Learner {
 public:
  RungKind kind() const override { return RungKind::kRandom; }
  std::string name() const override { return "random"; }
  Result<std::unique_ptr<Model>> Fit(const Examples& examples, std::span<const std::uint32_t> rows, const RunContext& context) const override {
    if (rows.empty()) return Error{ErrorCode::kInvalidInput, "there are no training rows"};
    std::vector<float> draws;
    base::RandomStream random(context.seed, "random rung draws");
    for (int i = 0; i < 1000 && examples.task == Task::kRegression; ++i) draws.push_back(examples.outcome[rows[random.Below(rows.size())]]);
    return std::unique_ptr<Model>(std::make_unique<RandomModel>(examples.task, Shares(examples, rows), std::move(draws), context.seed));
  }
};

}  // namespace

std::unique_ptr<Learner> MakeConstantLearner() { return std::make_unique<ConstantLearner>(); }
std::unique_ptr<Learner> MakeRandomLearner() { return std::make_unique<RandomLearner>(); }

Result<std::unique_ptr<Model>> LoadConstant(const Json& json, Task task, std::size_t num_outputs) {
  auto values = json.at("values").get<std::vector<double>>();
  if (values.size() != num_outputs) return Error{ErrorCode::kInvalidInput, "the model file is damaged: its constant has another number of values than the outcome"};
  return std::unique_ptr<Model>(std::make_unique<ConstantModel>(task, json.value("median", false) ? Centre::kMedian : Centre::kMean, std::move(values)));
}
Result<std::unique_ptr<Model>> LoadRandom(const Json& json, Task task, std::size_t num_outputs) {
  auto shares = json.at("shares").get<std::vector<double>>();
  auto draws = FloatsOf(json.at("draws"));
  if (shares.size() != num_outputs || (task == Task::kRegression && draws.empty())) return Error{ErrorCode::kInvalidInput, "the model file is damaged: its shares do not fit the outcome"};
  return std::unique_ptr<Model>(std::make_unique<RandomModel>(task, std::move(shares), std::move(draws), WholeOf<std::uint64_t>(json.at("seed"))));
}

}  // namespace assay::learn
