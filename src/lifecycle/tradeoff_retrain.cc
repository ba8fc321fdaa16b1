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
#include "lifecycle/internal/flag_columns.h"
#include "lifecycle/internal/tradeoff_parts.h"
#include "objectives/frontier.h"
#include "stats/cluster_mean.h"

namespace assay::lifecycle {

namespace {

using evidence::Estimate;
using evidence::RetrainReport;
using learn::Examples;

constexpr const char* kEach = "train one model per objective";
constexpr const char* kBlended = "train on blended labels";
constexpr std::int64_t kMostTrainingRows = 200'000;

// The rows of which every outcome is known, with all of them.
struct Joint {
  Examples examples;  // a regression; its outcome is set anew for every label
  std::vector<std::vector<float>> labels;  // per objective
  std::vector<std::uint32_t> source_rows;
};

Joint JointOf(const TradeoffInput& input) {
  const std::size_t count = input.examples.size();
  Joint joint;
  joint.labels.resize(count);
  learn::Rows rows;
  std::vector<std::size_t> at(count, 0);
  // Source rows ascend in each of them.
  for (std::uint32_t i = 0; i < input.source_rows[0].size(); ++i) {
    const std::uint32_t row = input.source_rows[0][i];
    at[0] = i;
    bool everywhere = true;
    for (std::size_t o = 1; o < count; ++o) {
      while (at[o] < input.source_rows[o].size() && input.source_rows[o][at[o]] < row) ++at[o];
      everywhere = everywhere && at[o] < input.source_rows[o].size() && input.source_rows[o][at[o]] == row;
    }
    if (!everywhere) continue;
    rows.push_back(i);
    joint.source_rows.push_back(row);
    for (std::size_t o = 0; o < count; ++o) joint.labels[o].push_back(input.examples[o]->outcome[at[o]]);
  }
  // One list of features for all, so that only the labels differ.
  Examples shared = *input.examples[0];
  std::erase_if(shared.features, [&](const learn::Feature& feature) {
    return !std::all_of(input.examples.begin(), input.examples.end(), [&](const auto& examples) {
      return std::any_of(examples->features.begin(), examples->features.end(), [&](const learn::Feature& other) { return other.name == feature.name; });
    });
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

class Retraining {
 public:
  Retraining(const TradeoffInput& input, const TradeoffSettings& settings, const learn::Learner& learner, const RunContext& context) : input_(input), settings_(settings), learner_(learner), context_(context) {}

  Result<void> Fill(RetrainReport* report) {
    joint_ = JointOf(input_);
    if (joint_.source_rows.empty()) return Error{ErrorCode::kNumeric, "no row has every outcome"};
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
    const std::size_t count = joint_.labels.size();
    for (std::vector<float>& labels : joint_.labels) {
      std::vector<double> trains;
      for (const std::uint32_t row : train_) trains.push_back(labels[row]);
      const auto spread = static_cast<float>(StandardDeviation(trains));
      if (!(spread > 0)) return Error{ErrorCode::kNumeric, "an outcome is the same in every row that trains"};
      for (float& label : labels) label /= spread;
      spreads_.push_back(spread);
    }
    ASSAY_TRY(MakeItems());
    std::vector<std::vector<double>> scores;
    for (std::size_t o = 0; o < count; ++o) {
      const base::ScopedStep step(context_, kEach);
      std::vector<double> alone(count, 0.0);
      alone[o] = 1;
      scores.push_back(ASSAY_TRY(Train(alone)));
    }
    const std::vector<std::vector<double>> all_weights = WeightsTried(count);
    // All comparisons at once (Bonferroni): one of twenty would leave 0 out by chance.
    const double level = 1 - 0.05 / static_cast<double>(all_weights.size() * count);
    for (const std::vector<double>& weights : all_weights) {
      std::vector<double> retrained;
      {
        const base::ScopedStep step(context_, kBlended);
        retrained = ASSAY_TRY(Train(weights));
      }
      std::vector<double> blended(test_.size(), 0.0);
      for (std::size_t o = 0; o < count; ++o) {
        for (std::size_t i = 0; i < blended.size(); ++i) blended[i] += weights[o] * scores[o][i];
      }
      report->points.push_back(ASSAY_TRY(Compare(weights, blended, retrained, level)));
    }
    report->training_rows = static_cast<std::int64_t>(train_.size());
    report->items = static_cast<std::int64_t>(test_.size());
    report->queries = items_.num_queries();
    return {};
  }

 private:
  // Of two objectives a quarter, a half and three quarters; of more alike for all, and each with half of the weight.
  static std::vector<std::vector<double>> WeightsTried(std::size_t count) {
    if (count == 2) return {{0.75, 0.25}, {0.5, 0.5}, {0.25, 0.75}};
    std::vector<std::vector<double>> tried = {std::vector<double>(count, 1 / static_cast<double>(count))};
    for (std::size_t o = 0; o < count; ++o) {
      tried.emplace_back(count, 0.5 / static_cast<double>(count - 1));
      tried.back()[o] = 0.5;
    }
    return tried;
  }

  // Predictions of the test rows by a model trained on the blended label.
  Result<std::vector<double>> Train(const std::vector<double>& weights) {
    for (std::size_t i = 0; i < joint_.examples.outcome.size(); ++i) {
      float label = 0;
      for (std::size_t o = 0; o < weights.size(); ++o) label += static_cast<float>(weights[o]) * joint_.labels[o][i];
      joint_.examples.outcome[i] = label;
    }
    const std::unique_ptr<learn::Model> model = ASSAY_TRY(learner_.Fit(joint_.examples, train_, context_.Quiet()));
    std::vector<double> predictions(test_.size());
    ASSAY_TRY(model->Predict(*joint_.examples.table, test_, predictions, context_.Quiet()));
    return predictions;
  }

  // A row without a query is a list of its own. Single rows stand in batches.
  Result<void> FindQueries() {
    const Problem& problem = input_.objectives.front().problem;
    k_ = settings_.k;
    if (std::isfinite(settings_.share)) {
      const Batches batches = BatchesOf(input_, settings_.share);
      k_ = batches.shown;
      std::vector<std::uint64_t> units(joint_.source_rows.begin(), joint_.source_rows.end());
      if (!problem.unit.empty()) {
        const table::Column unit = ASSAY_TRY(expression::EvaluateText(problem.unit, "data.unit", *input_.source, "unit", context_));
        unit.Take(joint_.source_rows).CopyKeys(0, units);
      }
      const Dealt dealt = DealBatches(units, batches.size, context_.seed);
      query_ = dealt.batch;
      unit_of_query_ = dealt.group_of_batch;
      left_over_ = dealt.num_batches;
      num_queries_ = dealt.num_batches + 1;
      if (!unit_of_query_.empty()) unit_of_query_.push_back(0);  // of the rows left over, which are not judged
      return {};
    }
    const std::string text = !problem.query.empty() ? problem.query : "date(" + problem.time + ")";
    const table::Column query = ASSAY_TRY(expression::EvaluateText(text, "data.query", *input_.source, "query", context_));
    query_ = DenseIds(query.Take(joint_.source_rows), &num_queries_);
    if (problem.unit.empty() || problem.unit == text) return {};
    const table::Column unit = ASSAY_TRY(expression::EvaluateText(problem.unit, "data.unit", *input_.source, "unit", context_));
    std::vector<std::uint64_t> units(joint_.source_rows.size());
    unit.Take(joint_.source_rows).CopyKeys(0, units);
    bool cross = false;
    unit_of_query_ = UnitsOfQueries(query_, num_queries_, units, &cross);
    return {};
  }

  Result<void> MakeItems() {
    // Lists as people would see them.
    std::vector<double> allowed;
    if (!settings_.filter.empty()) allowed = ASSAY_TRY(NumbersOf(settings_.filter, "tradeoff.filter", "a number or a condition", *input_.source, context_));
    std::erase_if(test_, [&](std::uint32_t row) { return query_[row] == left_over_ || (!allowed.empty() && allowed[joint_.source_rows[row]] != 1); });
    if (test_.empty()) return Error{ErrorCode::kNumeric, "no item held back may be shown"};
    std::unordered_map<std::uint32_t, std::uint32_t> ids;
    std::vector<std::uint32_t> query_of;
    std::vector<objectives::Measure> measures(joint_.labels.size());
    for (const std::uint32_t row : test_) {
      query_of.push_back(ids.try_emplace(query_[row], static_cast<std::uint32_t>(ids.size())).first->second);
      for (std::size_t o = 0; o < measures.size(); ++o) measures[o].values.push_back(static_cast<double>(joint_.labels[o][row]) * spreads_[o]);
    }
    for (std::size_t o = 0; o < measures.size(); ++o) measures[o].name = input_.objectives[o].name;
    if (!unit_of_query_.empty()) {
      std::vector<std::uint64_t> units(ids.size());
      for (const auto& [query, id] : ids) units[id] = unit_of_query_[query];
      std::uint32_t count = 0;
      unit_of_item_query_ = NumberedAsTheyAppear(units, &count);
    }
    items_ = ASSAY_TRY(objectives::RankedItems::Create(query_of, static_cast<std::uint32_t>(ids.size()), std::move(measures)));
    return {};
  }

  // Each by its own scores alone: ties stand in the order of the data both times.
  Result<evidence::RetrainPoint> Compare(const std::vector<double>& weights, const std::vector<double>& blended, const std::vector<double>& retrained, double level) const {
    const objectives::FrontierOptions options{static_cast<std::size_t>(k_), settings_.discount == "log2" ? objectives::Discount::kLog2 : objectives::Discount::kNone, false};
    const objectives::Frontier blend = ASSAY_TRY(objectives::Frontier::Sweep(items_, blended, blended, options, context_.Quiet()));
    const objectives::Frontier single = ASSAY_TRY(objectives::Frontier::Sweep(items_, retrained, retrained, options, context_.Quiet()));
    evidence::RetrainPoint point;
    stats::Clusters units;
    if (!unit_of_item_query_.empty()) units = {unit_of_item_query_, *std::max_element(unit_of_item_query_.begin(), unit_of_item_query_.end()) + 1};
    std::vector<double> a(items_.num_queries()), b(items_.num_queries());
    for (std::size_t o = 0; o < weights.size(); ++o) {
      point.weights[input_.objectives[o].name] = weights[o];
      blend.PerQuery(0, o, a);
      single.PerQuery(0, o, b);
      for (std::size_t q = 0; q < a.size(); ++q) b[q] -= a[q];
      Estimate gap = ToEstimate(stats::ClusterMean(b, units, level), level);
      if (std::isfinite(gap.low) && gap.low == gap.high) gap = WithoutInterval(gap.value, kEveryUnitAlike);
      point.gaps[input_.objectives[o].name] = gap;
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
  std::vector<double> spreads_;
  std::int64_t k_ = 10;
  std::vector<std::uint32_t> unit_of_query_;  // empty: queries are independent
  std::vector<std::uint32_t> unit_of_item_query_;  // of the lists that are judged
  std::uint32_t left_over_ = UINT32_MAX;      // the query of rows that fill no batch
  objectives::RankedItems items_;
};

std::string InWords(const RetrainReport& report) {
  int better = 0, worse = 0, unclear = 0;
  for (const evidence::RetrainPoint& point : report.points) {
    for (const auto& [name, gap] : point.gaps) ++(gap.low > 0 ? better : gap.high < 0 ? worse : unclear);
  }
  const std::string of = " of " + std::to_string(better + worse + unclear) + " comparisons", each = report.points.empty() ? "" : std::to_string(report.points[0].gaps.size());
  if (better == 0 && worse == 0) return "Training on blended labels is not shown to give other lists than adding the scores of " + each + " models in units of their labels' spreads: in none" + of + " does the interval, which allows for all of them, leave 0 out. Blending serves every weight with " + each + " trainings.";
  return "Training on blended labels is better than adding the scores of " + each + " models in units of their labels' spreads in " + std::to_string(better) + of + ", worse in " + std::to_string(worse) + ", and not shown to differ in " + std::to_string(unclear) + ". It takes a training for every weight; blending takes " + each + " for all.";
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
