#include "learn/metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <unordered_map>

#include "base/text.h"

namespace assay::learn {

namespace {
struct MetricRow {
  Metric metric;
  const char* name;
  bool higher_is_better;
  bool binary, multiclass, regression, ranking;
  MetricLimits limits;
};
constexpr double kNone = std::numeric_limits<double>::infinity();
constexpr MetricRow kMetrics[] = {
    {Metric::kSkill, "skill", true, true, true, true, true, {-kNone, 1}},
    {Metric::kAuc, "auc", true, true, false, false, false, {0, 1}},
    {Metric::kLogLoss, "log_loss", false, true, true, false, false, {0, kNone}},
    {Metric::kBrier, "brier", false, true, true, false, false, {0, 2}},
    {Metric::kAccuracy, "accuracy", true, true, true, false, false, {0, 1}},
    {Metric::kRmse, "rmse", false, false, false, true, false, {0, kNone}},
    {Metric::kMae, "mae", false, false, false, true, false, {0, kNone}},
    {Metric::kR2, "r2", true, false, false, true, false, {-kNone, 1}},
    {Metric::kNdcg, "ndcg", true, false, false, false, true, {0, 1}},
};
const MetricRow& RowOf(Metric metric) { return kMetrics[static_cast<std::size_t>(metric)]; }

// As scikit-learn clips: to the spacing of doubles at 1, which is the farthest from certain that 1 - p can say.
constexpr double kLeastProbability = std::numeric_limits<double>::epsilon();
double ClippedLog(double p) { return std::log(std::clamp(p, kLeastProbability, 1.0 - kLeastProbability)); }
}  // namespace

const char* MetricName(Metric metric) { return RowOf(metric).name; }
bool HigherIsBetter(Metric metric) { return RowOf(metric).higher_is_better; }

bool MetricApplies(Metric metric, Task task) {
  const MetricRow& row = RowOf(metric);
  switch (task) {
    case Task::kBinary: return row.binary;
    case Task::kMulticlass: return row.multiclass;
    case Task::kRegression: return row.regression;
    case Task::kRanking: return row.ranking;
  }
  return false;
}

std::vector<Metric> MetricsOf(Task task) {
  std::vector<Metric> metrics;
  for (const MetricRow& row : kMetrics) {
    if (MetricApplies(row.metric, task)) metrics.push_back(row.metric);
  }
  return metrics;
}

Result<void> RefuseMetricOf(Metric metric, Task task) {
  if (MetricApplies(metric, task)) return {};
  std::vector<std::string> names;
  for (const Metric other : MetricsOf(task)) names.emplace_back(MetricName(other));
  return Error{ErrorCode::kInvalidInput, std::string("the metric '") + MetricName(metric) + "' does not exist for the task " + TaskName(task) + "; take one of " + base::Join(names, ", ")};
}

MetricLimits LimitsOf(Metric metric) { return RowOf(metric).limits; }

std::string LimitPassed(Metric metric, double value) {
  const MetricLimits limits = LimitsOf(metric);
  return value > limits.most ? "at most " + base::ShortestNumber(limits.most) : value < limits.least ? "at least " + base::ShortestNumber(limits.least) : "";
}

Result<Metric> ParseMetric(const std::string& name) {
  std::vector<std::string> names;
  for (const MetricRow& row : kMetrics) {
    if (name == row.name) return row.metric;
    names.emplace_back(row.name);
  }
  return Error{ErrorCode::kInvalidInput, "metric '" + name + "' is not known." + base::DidYouMean(name, names) + " The metrics are: " + base::Join(names, ", ")};
}

void RowLosses(Metric metric, const Examples& examples, std::span<const std::uint32_t> rows, std::span<const double> predictions, std::span<double> losses) {
  const std::size_t k = examples.num_outputs();
  const bool multiclass = examples.task == Task::kMulticlass;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double y = static_cast<double>(examples.outcome[rows[i]]);
    const std::span<const double> p = predictions.subspan(i * k, k);
    switch (metric) {
      case Metric::kLogLoss: losses[i] = multiclass ? -ClippedLog(p[static_cast<std::size_t>(y)]) : (y > 0.5 ? -ClippedLog(p[0]) : -ClippedLog(1 - p[0])); break;
      case Metric::kBrier: {
        double sum = 0;
        if (multiclass) {
          for (std::size_t c = 0; c < k; ++c) sum += (p[c] - (static_cast<double>(c) == y ? 1 : 0)) * (p[c] - (static_cast<double>(c) == y ? 1 : 0));
        } else {
          sum = (p[0] - y) * (p[0] - y);
        }
        losses[i] = sum;
        break;
      }
      case Metric::kAccuracy: {
        const double guess = multiclass ? static_cast<double>(std::max_element(p.begin(), p.end()) - p.begin()) : (p[0] >= 0.5 ? 1 : 0);
        losses[i] = guess == y ? 0 : 1;
        break;
      }
      case Metric::kMae: losses[i] = std::abs(p[0] - y); break;
      default: losses[i] = (p[0] - y) * (p[0] - y); break;
    }
  }
}

std::vector<double> QueryNdcg(const Examples& examples, std::span<const std::uint32_t> rows, std::span<const double> scores, int k) {
  std::unordered_map<std::uint32_t, std::size_t> place;
  std::vector<std::vector<std::size_t>> items;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto [found, added] = place.emplace(examples.query[rows[i]], items.size());
    if (added) items.emplace_back();
    items[found->second].push_back(i);
  }
  std::vector<double> ndcg;
  for (std::vector<std::size_t>& list : items) {
    const std::size_t cut = k > 0 ? std::min(list.size(), static_cast<std::size_t>(k)) : list.size();
    const auto gain = [&](std::size_t i) { return static_cast<double>(examples.outcome[rows[i]]); };
    // Equal scores share the mean gain of their ranks, so that the order of rows in the file does not matter.
    std::stable_sort(list.begin(), list.end(), [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
    double dcg = 0;
    for (std::size_t first = 0; first < cut;) {
      std::size_t last = first + 1;
      double gains = gain(list[first]);
      while (last < list.size() && scores[list[last]] == scores[list[first]]) gains += gain(list[last++]);
      const double mean_gain = gains / static_cast<double>(last - first);
      for (std::size_t r = first; r < std::min(last, cut); ++r) dcg += mean_gain / std::log2(static_cast<double>(r) + 2);
      first = last;
    }
    std::sort(list.begin(), list.end(), [&](std::size_t a, std::size_t b) { return gain(a) > gain(b); });
    double ideal = 0;
    for (std::size_t r = 0; r < cut; ++r) ideal += gain(list[r]) / std::log2(static_cast<double>(r) + 2);
    ndcg.push_back(ideal > 0 ? dcg / ideal : 1.0);
  }
  return ndcg;
}

Metric LossMetric(const Examples& examples) {
  if (examples.task != Task::kRegression) return Metric::kLogLoss;
  return examples.aims_at_median() ? Metric::kMae : Metric::kRmse;
}

double MeanLoss(const Examples& examples, std::span<const std::uint32_t> rows, std::span<const double> predictions) {
  if (examples.task == Task::kRanking) {
    const std::vector<double> ndcg = QueryNdcg(examples, rows, predictions, 0);
    return 1 - std::accumulate(ndcg.begin(), ndcg.end(), 0.0) / static_cast<double>(ndcg.size());
  }
  std::vector<double> losses(rows.size());
  RowLosses(LossMetric(examples), examples, rows, predictions, losses);
  return std::accumulate(losses.begin(), losses.end(), 0.0) / static_cast<double>(losses.size());
}

double DefaultLeastGain(Metric metric, const Examples& examples) {
  constexpr double kShare = 0.01;
  if (metric != Metric::kRmse && metric != Metric::kMae) return kShare;
  Rows rows(static_cast<std::size_t>(examples.num_rows()));
  std::iota(rows.begin(), rows.end(), 0U);
  const double centre = CentralOutcome(examples, rows);
  double sum = 0;
  for (const float y : examples.outcome) sum += metric == Metric::kMae ? std::abs(static_cast<double>(y) - centre) : (static_cast<double>(y) - centre) * (static_cast<double>(y) - centre);
  const double mean = sum / static_cast<double>(std::max<std::size_t>(1, rows.size()));
  return kShare * (metric == Metric::kMae ? mean : std::sqrt(mean));
}

}  // namespace assay::learn
