// Money per decision: what acting on a score is worth, and the threshold at which acting is worth most.
//
// A decision acts or stays silent; the outcome then is positive or not: four cells, each with a sum of money. A rule
// "act when score >= threshold" has the expected value sum over cells of share x money. Source: Elkan 2001, "The
// foundations of cost-sensitive learning"; Provost, Fawcett 2013, ch. 7 (profit curves).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "stats/cluster_mean.h"

namespace assay::objectives {

// Money per decision in one currency, any sign; finite.
struct DecisionMoney {
  double true_positive = 0;   // acted, and the outcome is positive
  double false_positive = 0;  // acted, and it is not
  double true_negative = 0;   // silent, and it is not
  double false_negative = 0;  // silent, and it is

  double Of(bool acts, bool positive) const { return acts ? (positive ? true_positive : false_positive) : (positive ? false_negative : true_negative); }
  // The chance from which acting pays, if scores were true chances: 0 where it never loses, +infinity where it never gains.
  // NaN where it brings the same as silence whatever the outcome, or gains only where the outcome is not positive.
  double BreakEvenChance() const;
};

// Money per decision that differs by row (an order's margin, a loan's loss): each span holds an amount for every row, or one for
// all. Finite where read.
struct AmountsPerRow {
  std::span<const double> true_positive, false_positive, true_negative, false_negative;
  static double At(std::span<const double> amounts, std::size_t row) { return amounts[amounts.size() == 1 ? 0 : row]; }
};

// What each row's decision brings, its outcome being what it is: `silent` without acting, `gain` more when acting. All that a
// threshold is chosen and judged by.
struct RowMoney {
  std::vector<double> gain, silent;
};
// Reads of every row the two amounts that belong to its outcome; the others may be missing.
RowMoney RowMoneyOf(std::span<const std::uint8_t> positive, const AmountsPerRow& amounts);

// 1 where acting is expected to bring as much as silence or more: chance x (TP - FN) + (1 - chance) x (FP - TN) >= 0, decided by the row's own break-even
// chance, so that ties fall as they do where amounts are equal; 0 where it brings the same whatever the outcome. The best that calibrated chances can do,
// whatever each row's amounts (Elkan 2001, section 2). Reads all four amounts.
std::vector<std::uint8_t> ActsAtBreakEven(std::span<const double> chances, const AmountsPerRow& amounts);

struct Threshold {
  double score = 0;          // act when score >= this; +infinity: never act
  double money_per_decision = 0;
  double share_acted = 0;    // of the rows it was chosen on
};

// What each row brings in at a threshold; the mean over rows by units is the value with its interval (stats::ClusterMean).
std::vector<double> MoneyPerRow(std::span<const double> scores, std::span<const std::uint8_t> positive, const DecisionMoney& money, double threshold);

}  // namespace assay::objectives
