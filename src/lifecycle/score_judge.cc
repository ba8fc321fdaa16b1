#include "lifecycle/internal/score_judge.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/random.h"
#include "base/text.h"
#include "learn/calibration.h"
#include "learn/comparison.h"
#include "lifecycle/internal/judged_metrics.h"
#include "lifecycle/understand.h"

namespace assay::lifecycle {

namespace {

template <class T>
std::vector<T> Chosen(const std::vector<T>& values, const learn::Rows& rows) {
  std::vector<T> chosen;
  if (values.empty()) return chosen;
  chosen.reserve(rows.size());
  for (const std::uint32_t row : rows) chosen.push_back(values[row]);
  return chosen;
}

// Numbers the ids that are left from 0 on, in their order.
void NumberAnew(std::vector<std::uint32_t>* ids, std::uint32_t* num_ids) {
  std::vector<std::uint32_t> anew(*num_ids, 0);
  for (const std::uint32_t id : *ids) anew[id] = 1;
  *num_ids = 0;
  for (std::uint32_t& id : anew) id = id == 0 ? 0 : (*num_ids)++;
  for (std::uint32_t& id : *ids) id = anew[id];
}

}  // namespace

ScoreJudge::ScoreJudge(const learn::SavedModel& model, const learn::Examples& examples, std::span<const std::uint8_t> left_out, std::uint64_t seed, std::int64_t most_rows) : model_(model) {
  const auto counts = [&](std::size_t i) { return !std::isnan(examples.outcome[i]) && (left_out.empty() || left_out[i] == 0); };
  for (std::size_t i = 0; i < examples.outcome.size(); ++i) {
    with_outcome_ += counts(i) ? 1 : 0;
    some_left_out_ = some_left_out_ || (!std::isnan(examples.outcome[i]) && !counts(i));
  }
  const double share = static_cast<double>(most_rows) / static_cast<double>(std::max<std::int64_t>(1, with_outcome_));
  base::RandomStream rows(seed, "judged rows");
  for (std::size_t i = 0; i < examples.outcome.size(); ++i) {
    if (!counts(i)) continue;
    const bool taken = share >= 1 || (examples.query.empty() ? rows.Uniform() : base::RandomStream(seed, "judged queries", examples.query[i]).Uniform()) < share;
    if (taken) chosen_.push_back(static_cast<std::uint32_t>(i));
  }
  examples_.task = examples.task;
  examples_.classes = examples.classes;
  examples_.wait = examples.wait;
  examples_.outcome_text = examples.outcome_text;
  examples_.time_text = examples.time_text;
  examples_.unit_text = examples.unit_text;
  examples_.query_text = examples.query_text;
  examples_.num_units = examples.num_units;
  examples_.num_queries = examples.num_queries;
  examples_.outcome = Chosen(examples.outcome, chosen_);
  examples_.time = Chosen(examples.time, chosen_);
  examples_.unit = Chosen(examples.unit, chosen_);
  examples_.query = Chosen(examples.query, chosen_);
  NumberAnew(&examples_.unit, &examples_.num_units);
  NumberAnew(&examples_.query, &examples_.num_queries);
  predictions_.reserve(chosen_.size() * model.num_outputs());
}

void ScoreJudge::Add(std::span<const double> predictions) {
  const std::size_t k = model_.num_outputs();
  const auto end = next_row_ + static_cast<std::uint32_t>(predictions.size() / k);
  for (; next_chosen_ < chosen_.size() && chosen_[next_chosen_] < end; ++next_chosen_) {
    const double* of_row = &predictions[(chosen_[next_chosen_] - next_row_) * k];
    predictions_.insert(predictions_.end(), of_row, of_row + k);
  }
  next_row_ = end;
}

void ScoreJudge::Report(evidence::ScoreReport* report) const {
  report->judged_rows = static_cast<std::int64_t>(chosen_.size());
  if (chosen_.empty()) {
    report->metrics_reason = report->calibration_slope.reason = with_outcome_ == 0 ? (some_left_out_ ? "every row with a known outcome is left out by the problem the model was trained for" : "the outcome is missing in every row") : "a sample of queries small enough to judge has none of them";
    return;
  }
  ASSAY_CHECK(predictions_.size() == chosen_.size() * model_.num_outputs());
  if (report->judged_rows < with_outcome_) report->notes.push_back(std::string("the metrics come from a random sample of ") + (examples_.query.empty() ? "rows, " : "whole queries, ") + base::ReadableCount(report->judged_rows) + " of " + base::ReadableCount(with_outcome_) + " rows with a known outcome: their intervals are wider than those of all rows would be");
  learn::Rows rows(chosen_.size());
  std::iota(rows.begin(), rows.end(), 0U);
  std::vector<double> constant;
  for (std::size_t i = 0; i < rows.size(); ++i) constant.insert(constant.end(), model_.constant.begin(), model_.constant.end());
  const Dependence dependence = DependenceOf(examples_);
  const learn::Judge judge(examples_, rows, std::move(constant), dependence.Clusters());
  report->judged_units = judge.num_units();
  for (const learn::Metric metric : learn::MetricsOf(model_.task)) report->metrics[learn::MetricName(metric)] = MetricEstimate(judge, metric, predictions_);
  report->calibration_slope = ToEstimate(learn::CalibrationSlope(examples_, rows, predictions_, dependence.Clusters()));
  // A file that lacks what the model's unit or time is made of: the notes have said so.
  const bool lacks_both = dependence.one == "row" && !(model_.unit.empty() && model_.time.empty());
  report->notes.push_back("Intervals are " + (lacks_both ? std::string("by row, as if rows were independent") : dependence.words) + ".");
}

}  // namespace assay::lifecycle
