// Metrics on held-out rows with intervals, and paired differences between two predictions of the same rows.
//
// Every metric is brought to a value and an influence per item (row, or query for ranking); the variance of the value
// is that of the mean influence by independent units (delta method), so one mechanism serves all metrics, single and
// paired. The target of the interval is the metric's population value for these fixed scoring functions.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "learn/examples.h"
#include "learn/metrics.h"
#include "stats/cluster_mean.h"
#include "stats/unit_bootstrap.h"

namespace assay::learn {

struct MetricParts {
  double value = 0;
  std::vector<double> influence;  // per item, mean about 0
};

// The held-out rows and what their intervals need. Built once per comparison of several rungs.
class Judge {
 public:
  // `constant`: predictions of the constant rung for `rows`, against which skill is measured. `unit`: dependence of rows
  // (may be finer or coarser than examples.unit), empty = independent (for ranking: queries). All rows of a query have one.
  Judge(const Examples& examples, Rows rows, std::vector<double> constant, const stats::Clusters& clusters);

  // kNumeric when the metric does not exist here (AUC with one class).
  Result<MetricParts> Parts(Metric metric, std::span<const double> predictions) const;
  Result<stats::Interval> Estimate(Metric metric, std::span<const double> predictions, double level = 0.95) const;
  // a better than b by how much: positive whatever the metric's direction. Identical predictions (but for rounding, 1e-12 of
  // their size): difference exactly 0, standard error 0, p_value NaN, an interval without width. Different ones whose
  // difference is the same in every unit (both put all positives on top, say): standard error 0 and p_value NaN as well;
  // the interval is stats::AllAlikeDifference, of the metric's width, where it has both ends (LimitsOf), else none (NaN).
  Result<stats::Interval> Improvement(Metric metric, std::span<const double> a, std::span<const double> b, double level = 0.95) const;

  // The same difference with an interval from drawing whole units again (stats/unit_bootstrap.h). No p value. More than 500
  // units are drawn in 500 bundles of whole units, so the cost does not grow with them: about 0.1 s, for an AUC also rows x
  // 500 additions. kNumeric for crossed units.
  Result<stats::Interval> BootstrapImprovement(Metric metric, std::span<const double> a, std::span<const double> b,
                                               const stats::BootstrapOptions& options) const;

  const Rows& rows() const { return rows_; }
  // But for rounding: a rule without a split, say.
  bool EqualsConstant(std::span<const double> predictions) const;
  std::int64_t num_units() const;  // independent units among the rows
  // The unit of each judged item (rows; for ranking queries), into the judge; without units none.
  stats::Clusters Clusters() const { return {unit_of_item_, num_units_, crossing_}; }

 private:
  // Per item, for every metric but AUC: what its value is the mean of (rmse: the mean's root; skill, r2: over that of the
  // reference), less being better.
  std::vector<double> ItemLosses(Metric metric, std::span<const double> predictions) const;
  std::vector<double> ReferenceLosses(Metric metric) const;  // skill and r2
  // The interval of a difference that is the same in every unit, which says nothing about how far others may lie.
  stats::Interval NothingVaries(Metric metric, stats::Interval interval, double level) const;

  const Examples& examples_;
  Rows rows_;
  std::vector<double> constant_;
  std::vector<std::uint32_t> unit_of_item_;
  std::uint32_t num_units_ = 0;
  const stats::Crossing* crossing_ = nullptr;
  std::size_t num_items_ = 0;
  std::vector<std::uint8_t> positive_;
};

}  // namespace assay::learn
