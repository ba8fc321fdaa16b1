// Point values of the metrics that reports name. Intervals are stats' business.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "learn/examples.h"

namespace assay::learn {

// skill = 1 - loss / loss of the constant, with log loss (classification, in nats) or squared error (regression);
// for ranking skill = (ndcg - ndcg of the constant) / (1 - ndcg of the constant), all ties sharing their ranks.
enum class Metric { kSkill, kAuc, kLogLoss, kBrier, kAccuracy, kRmse, kMae, kR2, kNdcg };
const char* MetricName(Metric metric);  // the keys of reports: "skill", "auc", "log_loss", ...
Result<Metric> ParseMetric(const std::string& name);
bool HigherIsBetter(Metric metric);
bool MetricApplies(Metric metric, Task task);
std::vector<Metric> MetricsOf(Task task);  // the default one first
// kInvalidInput, with those that there are, when the metric does not exist for the task.
Result<void> RefuseMetricOf(Metric metric, Task task);
// What a metric can be, whatever the data: least to most, infinite where there is no limit.
struct MetricLimits {
  double least, most;
};
MetricLimits LimitsOf(Metric metric);
// "at most 1", "at least 0": the limit that the value lies beyond; "" when it can be.
std::string LimitPassed(Metric metric, double value);

// The loss per row whose mean is log_loss, brier, rmse^2, mae or 1 - accuracy. `predictions`: as Model::Predict gives
// them, for `rows` of `examples`. Probabilities are clipped to [e, 1 - e] with e = 2^-52.
// Requires a metric that is a mean over rows (not auc, ndcg).
void RowLosses(Metric metric, const Examples& examples, std::span<const std::uint32_t> rows,
               std::span<const double> predictions, std::span<double> losses);

// ndcg per query (in order of first appearance among rows): gain = outcome, log2 discount, cut at k (0: whole list). A query
// without any gain has no better order: 1.
// Rows with equal scores share the mean gain of their ranks. A query without any gain counts as 1.
std::vector<double> QueryNdcg(const Examples& examples, std::span<const std::uint32_t> rows,
                              std::span<const double> scores, int k);

// Per row how far its score puts it from its place in its query's list, as a share of the longest way (0 .. 1): by how many ranks it
// stands outside those that rows of its outcome may take when the list is ordered by outcome. Rows with equal scores stand on each
// of their ranks equally often. 0 in a list of one row. Requires a ranking task. Cost: one sort.
std::vector<double> Displacements(const Examples& examples, std::span<const std::uint32_t> rows, std::span<const double> scores);

// The smallest gain worth having where nobody has stated one: 0.01, and of rmse and mae, which are in the outcome's unit, a hundredth of
// what the constant answer reaches on all rows.
double DefaultLeastGain(Metric metric, const Examples& examples);

// The metric whose row losses learners reduce: log loss, squared error, or absolute error where the median is aimed at. Not for ranking.
Metric LossMetric(const Examples& examples);
// The loss by which settings are chosen inside the training rows: that of LossMetric, or 1 - ndcg, mean over rows.
double MeanLoss(const Examples& examples, std::span<const std::uint32_t> rows, std::span<const double> predictions);

}  // namespace assay::learn
