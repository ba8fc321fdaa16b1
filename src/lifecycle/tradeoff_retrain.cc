// What is given up by blending two models instead of training one on blended labels.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>

#include "base/step_clock.h"
#include "base/text.h"
#include "expression/expression.h"
#include "learn/split.h"
#include "lifecycle/estimates.h"
#include "lifecycle/tradeoff.h"
#include "objectives/frontier.h"
#include "stats/cluster_mean.h"

namespace assay::lifecycle {

namespace {

using evidence::RetrainReport;
using learn::Examples;

constexpr const char* kEach = "train one model per objective";
constexpr const char* kBlended = "train on blended labels";
constexpr std::int64_t kMostTrainingRows = 200'000;

// The rows of which both outcomes are known, with both.
struct Joint {
  Examples examples;  // a regression; its outcome is set anew for every label
  std::vector<float> labels[2];
  std::vector<std::uint32_t> source_rows;
};

Joint JointOf(const TradeoffInput& input) {
  const Examples &first = *input.examples[0], &second = *input.examples[1];
  std::unordered_map<std::uint32_t, std::uint32_t> second_row;
  for (std::uint32_t i = 0; i < input.source_rows[1].size(); ++i) second_row.emplace(input.source_rows[1][i], i);
  Joint joint;
  learn::Rows rows;
  for (std::uint32_t i = 0; i < input.source_rows[0].size(); ++i) {
    const auto other = second_row.find(input.source_rows[0][i]);
    if (other == second_row.end()) continue;
    rows.push_back(i);
    joint.source_rows.push_back(input.source_rows[0][i]);
    joint.labels[0].push_back(first.outcome[i]);
    joint.labels[1].push_back(second.outcome[other->second]);
  }
  // One list of features for both, so that only the labels differ.
  Examples shared = first;
  std::erase_if(shared.features, [&](const learn::Feature& feature) {
    return std::none_of(second.features.begin(), second.features.end(), [&](const learn::Feature& other) { return other.name == feature.name; });
  });
  shared.task = learn::Task::kRegression;
  shared.centre = learn::Centre::kMean;
  shared.classes.clear();
  shared.query.clear();
  shared.num_queries = 0;
  joint.examples = Restricted(shared, rows);
  joint.examples.outcome = joint.labels[0];
  return joint;
}

float SpreadOf(const std::vector<float>& values, const learn::Rows& rows) {
  double mean = 0, squares = 0;
  for (const std::uint32_t row : rows) mean += values[row];
  mean /= static_cast<double>(rows.size());
  for (const std::uint32_t row : rows) squares += (values[row] - mean) * (values[row] - mean);
  return static_cast<float>(std::sqrt(squares / static_cast<double>(std::max<std::size_t>(rows.size(), 2) - 1)));
}

class Retraining {
 public:
  Retraining(const TradeoffInput& input, const TradeoffSettings& settings, const learn::Learner& learner, const RunContext& context) : input_(input), settings_(settings), learner_(learner), context_(context) {}

  Result<void> Fill(RetrainReport* report) {
    joint_ = JointOf(input_);
    if (joint_.source_rows.empty()) return Error{ErrorCode::kNumeric, "no row has both outcomes"};
    if (joint_.examples.features.empty()) return Error{ErrorCode::kNumeric, "the objectives share no feature"};
    ASSAY_TRY(FindQueries());
    // As for ranking, so that lists are held back whole.
    Examples lists = joint_.examples;
    lists.task = learn::Task::kRanking;
    lists.query = query_;
    lists.num_queries = num_queries_;
    const learn::Split split = ASSAY_TRY(learn::SplitHoldout(lists, {0.2, context_.seed}));
    train_ = learn::ThinRows(joint_.examples, split.train, kMostTrainingRows, context_.seed);
    test_ = split.test;
    for (int o = 0; o < 2; ++o) {
      const float spread = SpreadOf(joint_.labels[o], train_);
      if (!(spread > 0)) return Error{ErrorCode::kNumeric, "an outcome is the same in every row that trains"};
      for (float& label : joint_.labels[o]) label /= spread;
      spreads_[o] = spread;
    }
    ASSAY_TRY(MakeItems());
    std::vector<double> scores[2];
    for (int o = 0; o < 2; ++o) {
      const base::ScopedStep step(context_, kEach);
      scores[o] = ASSAY_TRY(Train(static_cast<float>(o)));
    }
    for (const double lambda : {0.25, 0.5, 0.75}) {
      std::vector<double> retrained;
      {
        const base::ScopedStep step(context_, kBlended);
        retrained = ASSAY_TRY(Train(static_cast<float>(lambda)));
      }
      std::vector<double> blended(test_.size());
      for (std::size_t i = 0; i < blended.size(); ++i) blended[i] = (1 - lambda) * scores[0][i] + lambda * scores[1][i];
      report->points.push_back(ASSAY_TRY(Compare(lambda, blended, retrained)));
    }
    report->training_rows = static_cast<std::int64_t>(train_.size());
    report->items = static_cast<std::int64_t>(test_.size());
    report->queries = items_.num_queries();
    return {};
  }

 private:
  // Predictions of the test rows by a model trained on the blended label.
  Result<std::vector<double>> Train(float lambda) {
    for (std::size_t i = 0; i < joint_.examples.outcome.size(); ++i) joint_.examples.outcome[i] = (1 - lambda) * joint_.labels[0][i] + lambda * joint_.labels[1][i];
    const std::unique_ptr<learn::Model> model = ASSAY_TRY(learner_.Fit(joint_.examples, train_, context_.Quiet()));
    std::vector<double> predictions(test_.size());
    ASSAY_TRY(model->Predict(*joint_.examples.table, test_, predictions, context_.Quiet()));
    return predictions;
  }

  // A row without a query is a list of its own.
  Result<void> FindQueries() {
    const Problem& problem = input_.objectives.front().problem;
    const std::string text = !problem.query.empty() ? problem.query : "date(" + problem.time + ")";
    const table::Column query = ASSAY_TRY(expression::EvaluateText(text, "data.query", *input_.source, "query", context_));
    query_ = DenseIds(query.Take(joint_.source_rows), &num_queries_);
    return {};
  }

  Result<void> MakeItems() {
    std::unordered_map<std::uint32_t, std::uint32_t> ids;
    std::vector<std::uint32_t> query_of;
    std::vector<objectives::Measure> measures(2);
    for (const std::uint32_t row : test_) {
      query_of.push_back(ids.try_emplace(query_[row], static_cast<std::uint32_t>(ids.size())).first->second);
      for (int o = 0; o < 2; ++o) measures[o].values.push_back(static_cast<double>(joint_.labels[o][row]) * spreads_[o]);
    }
    for (int o = 0; o < 2; ++o) measures[o].name = input_.objectives[o].name;
    items_ = ASSAY_TRY(objectives::RankedItems::Create(query_of, static_cast<std::uint32_t>(ids.size()), std::move(measures)));
    return {};
  }

  // Each by its own scores alone: ties stand in the order of the data both times.
  Result<evidence::RetrainPoint> Compare(double lambda, const std::vector<double>& blended, const std::vector<double>& retrained) const {
    const objectives::FrontierOptions options{static_cast<std::size_t>(settings_.k), settings_.discount == "log2" ? objectives::Discount::kLog2 : objectives::Discount::kNone, false};
    const objectives::Frontier blend = ASSAY_TRY(objectives::Frontier::Sweep(items_, blended, blended, options, context_.Quiet()));
    const objectives::Frontier single = ASSAY_TRY(objectives::Frontier::Sweep(items_, retrained, retrained, options, context_.Quiet()));
    evidence::RetrainPoint point;
    point.lambda = lambda;
    std::vector<double> a(items_.num_queries()), b(items_.num_queries());
    for (std::size_t o = 0; o < 2; ++o) {
      blend.PerQuery(0, o, a);
      single.PerQuery(0, o, b);
      for (std::size_t q = 0; q < a.size(); ++q) b[q] -= a[q];
      point.gaps[input_.objectives[o].name] = ToEstimate(stats::ClusterMean(b, {}));
    }
    return point;
  }

  const TradeoffInput& input_;
  const TradeoffSettings& settings_;
  const learn::Learner& learner_;
  const RunContext& context_;
  Joint joint_;
  std::vector<std::uint32_t> query_;  // per joint row
  std::uint32_t num_queries_ = 0;
  learn::Rows train_, test_;
  double spreads_[2] = {1, 1};
  objectives::RankedItems items_;
};

std::string InWords(const RetrainReport& report) {
  int better = 0, worse = 0, unclear = 0;
  for (const evidence::RetrainPoint& point : report.points) {
    for (const auto& [name, gap] : point.gaps) ++(gap.low > 0 ? better : gap.high < 0 ? worse : unclear);
  }
  const std::string of = " of " + std::to_string(better + worse + unclear) + " comparisons";
  if (better == 0 && worse == 0) return "Training on blended labels is not shown to give other lists than blending the scores of two models: in none" + of + " does the interval leave 0 out. Blending serves every weight with two trainings.";
  return "Training on blended labels is better than blending scores in " + std::to_string(better) + of + ", worse in " + std::to_string(worse) + ", and not shown to differ in " + std::to_string(unclear) + ". It takes a training for every weight; blending takes two for all.";
}

}  // namespace

RetrainReport RetrainGap(const TradeoffInput& input, const TradeoffSettings& settings, const learn::Learner& learner, const RunContext& context) {
  RetrainReport report;
  report.learner = learner.name();
  report.each_step = kEach;
  report.blended_step = kBlended;
  const Result<void> filled = Retraining(input, settings, learner, context).Fill(&report);
  if (!filled) report.reason = filled.error().message;
  report.text = filled ? InWords(report) : "Training on blended labels was not compared: " + report.reason + ".";
  return report;
}

}  // namespace assay::lifecycle
