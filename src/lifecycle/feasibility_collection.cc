#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "base/text.h"
#include "lifecycle/internal/feasibility_items.h"
#include "stats/cluster_rate.h"
#include "stats/confident_learning.h"
#include "stats/distributions.h"

namespace assay::lifecycle {

namespace {

using evidence::FeasibilityItem;
using evidence::Verdict;
using learn::Examples;

// A time column that is written down when the outcome is: later than the decision in nearly all rows, known in nearly all
// rows with an outcome, and missing in nearly all without one.
struct LabelDelay {
  std::string column;
  std::vector<double> hours;  // per row of the examples; NaN where unknown
};

std::optional<LabelDelay> FindDelay(const Gathered& gathered) {
  const Examples& examples = gathered.examples;
  if (examples.time.empty()) return std::nullopt;
  std::vector<char> labelled(static_cast<std::size_t>(gathered.source->num_rows()), 0);
  for (const std::uint32_t row : gathered.source_rows) labelled[row] = 1;
  for (std::size_t c = 0; c < gathered.source->num_columns(); ++c) {
    const table::Column& column = gathered.source->column(c);
    if (column.type() != table::ColumnType::kTime || column.name() == examples.time_text) continue;
    double known = 0, later = 0, unlabelled = 0, unlabelled_missing = 0;
    LabelDelay delay{column.name(), std::vector<double>(examples.time.size(), std::nan(""))};
    for (std::size_t i = 0; i < gathered.source_rows.size(); ++i) {
      const base::Micros at = column.TimeAt(gathered.source_rows[i]);
      if (at == base::kMissingTime || examples.time[i] == base::kMissingTime) continue;
      known += 1;
      later += at >= examples.time[i] ? 1 : 0;
      delay.hours[i] = static_cast<double>(at - examples.time[i]) / 3.6e9;
    }
    for (std::size_t row = 0; row < labelled.size(); ++row) {
      if (labelled[row] != 0) continue;
      unlabelled += 1;
      unlabelled_missing += column.IsMissing(static_cast<std::int64_t>(row)) ? 1 : 0;
    }
    const auto rows = static_cast<double>(examples.time.size());
    if (known >= 0.95 * rows && later >= 0.99 * known && unlabelled >= 10 && unlabelled_missing >= 0.95 * unlabelled) return delay;
  }
  return std::nullopt;
}

// A quantile with its interval: where the distribution function, with its error by units, crosses the level (Woodruff 1952).
evidence::Estimate QuantileOf(const std::vector<double>& values, const std::vector<std::uint32_t>& unit, std::uint32_t num_units, double level) {
  std::vector<double> sorted = values;
  std::sort(sorted.begin(), sorted.end());
  const auto at = [&](double p) { return sorted[static_cast<std::size_t>(std::clamp(std::ceil(p * static_cast<double>(sorted.size())) - 1, 0.0, static_cast<double>(sorted.size() - 1)))]; };
  evidence::Estimate estimate = WithoutInterval(at(level), "");
  std::vector<double> below;
  for (const double v : values) below.push_back(v <= estimate.value ? 1 : 0);
  const Result<stats::Interval> share = stats::ClusterMean(below, {unit, num_units});
  if (!share) {
    estimate.reason = share.error().message;
    return estimate;
  }
  const double margin = share->high - share->value;
  estimate.low = at(level - margin);
  estimate.high = at(level + margin);
  return estimate;
}

void AddDelay(const Ground& ground, FeasibilityItem* item, std::string* words) {
  const std::optional<LabelDelay> delay = FindDelay(ground.gathered);
  const base::Micros wait = ground.examples.wait;
  *words = wait > 0 ? ", stated to be known after " + base::FormatDuration(wait) : ", after an unstated wait";
  if (!delay) return;
  std::vector<double> hours;
  std::vector<std::uint32_t> unit;
  for (std::size_t i = 0; i < delay->hours.size(); ++i) {
    if (std::isnan(delay->hours[i])) continue;
    hours.push_back(delay->hours[i]);
    if (!ground.dependence.unit.empty()) unit.push_back(ground.dependence.unit[i]);
  }
  const evidence::Estimate median = QuantileOf(hours, unit, ground.dependence.num_units, 0.5), most = QuantileOf(hours, unit, ground.dependence.num_units, 0.95);
  item->figures.push_back(MakeFigure("label_delay_median", "hours until half of the outcomes are known ('" + delay->column + "')", median, "hours"));
  item->figures.push_back(MakeFigure("label_delay_95", "hours until 95 % of the outcomes are known ('" + delay->column + "')", most, "hours"));
  *words += "; by '" + delay->column + "' half are known after " + base::ReadableNumber(median.value, 3) + " hours and 95 % after " + base::ReadableNumber(most.value, 3);
  const double stated = static_cast<double>(wait) / 3.6e9;
  if (wait > 0 && most.low > stated) {
    item->verdict = Verdict::kInconclusive;
    *words += ", which is longer than the stated wait";
  }
}

void AddNoise(const Ground& ground, const Gains& gains, FeasibilityItem* item, std::string* words) {
  const Examples& examples = ground.examples;
  const bool binary = examples.task == learn::Task::kBinary;
  if (!binary && examples.task != learn::Task::kMulticlass) return;
  const std::size_t k = binary ? 2 : examples.classes.size();
  std::vector<std::uint32_t> labels, unit;
  for (const std::uint32_t row : gains.all.rows) {
    labels.push_back(static_cast<std::uint32_t>(examples.outcome[row]));
    if (!ground.dependence.unit.empty()) unit.push_back(ground.dependence.unit[row]);
  }
  std::vector<double> pairs;
  if (binary) {
    for (const double p : *gains.best) pairs.insert(pairs.end(), {1 - p, p});
  }
  const Result<stats::ConfidentJoint> joint = stats::FindConfidentJoint(labels, binary ? pairs : *gains.best, k);
  if (!joint) return;
  const evidence::Estimate noise = ToEstimate(stats::NoiseInterval(*joint, labels, {unit, ground.dependence.num_units}));
  item->figures.push_back(MakeFigure("label_noise", "labels that confident learning doubts: at most this many are wrong (where features say little, most doubts are ignorance)", noise, "share"));
  item->figures.push_back(MakeFigure("accuracy_ceiling", "share of right classes that no model can exceed if all of them are wrong", WithoutInterval(1 - noise.value, "1 less the figure above"), "share"));
  *words += "; at most " + base::ReadableShare(noise.value) + " of the labels are wrong by confident learning, which also doubts what the features cannot tell apart";
  if (binary) return;
  // The pair of classes that are mistaken for each other most.
  std::size_t given = 0, guess = 1;
  for (std::size_t a = 0; a < k; ++a) {
    for (std::size_t b = 0; b < k; ++b) {
      if (a != b && joint->joint[a * k + b] > joint->joint[given * k + guess]) given = a, guess = b;
    }
  }
  if (joint->joint[given * k + guess] > 0) *words += ", most often '" + examples.classes[given] + "' that looks like '" + examples.classes[guess] + "' (" + base::ReadableShare(joint->joint[given * k + guess]) + " of the rows)";
}

}  // namespace

FeasibilityItem CollectionItem(const Ground& ground, const Gains& gains) {
  FeasibilityItem item = StartItem("collection");
  item.method = "share of rows with an outcome; delay from a time column that is known exactly where the outcome is; label noise by confident learning on the best model's out-of-fold probabilities (Northcutt, Jiang, Chuang 2021), intervals by unit";
  const auto labelled = static_cast<double>(ground.gathered.examples.num_rows());
  const double rate = labelled / (labelled + static_cast<double>(ground.gathered.rows_without_outcome));
  item.figures.push_back(MakeFigure("label_rate", "rows with an outcome", WithoutInterval(rate, "counted over all rows, not estimated from a sample"), "share"));
  item.verdict = rate >= 0.5 ? Verdict::kSupported : Verdict::kInconclusive;
  std::string delay, noise;
  AddDelay(ground, &item, &delay);
  AddNoise(ground, gains, &item, &noise);
  item.answer = base::ReadableShare(rate) + " of the rows have an outcome" + delay + noise + ".";
  return item;
}

}  // namespace assay::lifecycle
