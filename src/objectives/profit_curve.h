// The profit curve: money per decision when acting on the rows with the highest scores, for every threshold there is.
//
// Only a row's gain of acting over silence moves the curve, so amounts may differ by row. Source: Provost, Fawcett 2013, ch. 7; a threshold per
// distinct score as for an ROC curve. One sort, then sweeps; sums hold about twice a double's digits, so equal rows in another order give the
// same curve but for rare last bits.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "objectives/value.h"
#include "stats/exact_sum.h"

namespace assay::objectives {

struct ProfitCurvePoint {
  double score = 0;               // act when score >= this; +infinity: never
  std::int64_t acted = 0;         // rows
  double money_per_decision = 0;  // over all rows, acted on or not
};

struct ThinnedProfit {
  std::vector<ProfitCurvePoint> points;    // each exact; from never acting to always
  double largest_error = 0;          // largest vertical distance of a point left out from the straight lines between these
  std::int64_t num_thresholds = 0;   // of the whole curve, never acting among them
};

// Immutable; thread-safe. Memory: 20 bytes per row.
class ProfitCurve {
 public:
  // Scores and money finite, as long as each other. kInvalidInput without rows, or when lengths differ.
  static Result<ProfitCurve> Create(std::span<const double> scores, const RowMoney& money);

  std::size_t num_rows() const { return scores_.size(); }
  // Rows by falling score, those with equal scores by row number.
  std::span<const std::uint32_t> rows() const { return rows_; }
  std::span<const double> scores() const { return scores_; }  // in that order
  std::span<const double> gains() const { return gains_; }    // in that order
  double never() const { return silent_.Value() / static_cast<double>(scores_.size()); }  // money per decision without acting

  // The threshold with the most money; among equals the one that acts least.
  Threshold Best() const;
  // The same of the rows whose `part` (one per row, in the order that Create was given) is `which`; needs one at least.
  Threshold BestOfPart(std::span<const std::uint8_t> part, std::uint8_t which, const RowMoney& money) const;
  // The first threshold that acts on at least so many rows (at most num_rows()).
  ProfitCurvePoint ActingOn(std::int64_t least_rows) const { return ActingOn(std::span<const std::int64_t>(&least_rows, 1)).front(); }
  // For each of `least_rows`, ascending. One sweep.
  std::vector<ProfitCurvePoint> ActingOn(std::span<const std::int64_t> least_rows) const;
  // At most `most` points (at least 2), those that show the curve's shape best (stats/thin_curve.h). Cost: n log n mostly.
  ThinnedProfit Thinned(std::size_t most) const;

 private:
  // visit(ProfitCurvePoint) for never acting, then for each distinct score, falling.
  template <class Visit>
  void Sweep(const Visit& visit) const;
  // The same of the rows that `takes` (by row number), without acting worth `silent` in all.
  template <class Takes, class Visit>
  void SweepPart(const Takes& takes, stats::ExactSum silent, const Visit& visit) const;
  template <class SweepOver>
  static Threshold BestOf(const SweepOver& sweep_over);

  std::vector<std::uint32_t> rows_;
  std::vector<double> scores_, gains_;
  stats::ExactSum silent_;  // money of all rows without acting
};

// The threshold with the most money on these rows, one sum of money for all. kInvalidInput on empty or unequal spans.
Result<Threshold> BestThreshold(std::span<const double> scores, std::span<const std::uint8_t> positive, const DecisionMoney& money);

}  // namespace assay::objectives
