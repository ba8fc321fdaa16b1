// What acting from a chosen threshold is worth, measured on rows that had no say in the choice.
//
// Whole units are dealt into halves A and B; t_A has the most money on A, t_B on B. Every row is decided by the threshold of the other half:
//   V^ = 1/n [ sum over A of m_i(t_B) + sum over B of m_i(t_A) ],  m_i(t) the money of row i when acting from t.
// What it estimates is the value of the two thresholds that were really chosen, (n_A V(t_B) + n_B V(t_A)) / n, V(t) being the expected money per
// decision of acting from t on the population: not that of the best threshold there is, which no one has.
// Interval: given t_B the rows of A are a plain sample, so V^ less its target is a mean over rows of m_i less the mean of its half. Its variance is that
// of two parts, each centred apart and summed by unit (stats/unit_variance.h). The parts hang together only through the choices:
// nothing in the limit where these settle (Chernozhukov et al. 2018, doi:10.1111/ectj.12097, section 3, for cross-fitting). Where two
// thresholds far apart are equally good, both best by chance, they do not settle; docs/value.md has the coverage measured then.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "objectives/profit_curve.h"
#include "stats/cluster_mean.h"

namespace assay::objectives {

// 0 or 1 per row: whole units (with a crossing: its units, so that a day may lie on both sides), by seed.
std::vector<std::uint8_t> HalvesOfUnits(const stats::Clusters& clusters, std::size_t num_rows, std::uint64_t seed);

struct CrossFit {
  std::array<Threshold, 2> chosen;      // on half 0 and on half 1
  std::vector<std::uint8_t> half;       // per row
  std::vector<std::uint8_t> acts;       // per row, by the other half's threshold
};
// kInvalidInput when a half has no row.
Result<CrossFit> ChooseOnHalves(const ProfitCurve& curve, const RowMoney& money, std::vector<std::uint8_t> half);

// Mean of `values` (money, or its difference to another policy), by units, as above. `half` empty: nothing was chosen, one part. Rows that are
// independent allow for skewness (stats::AgainstSkewness), units do not: sums of few units say too little of it. kNumeric: fewer than two units
// in a half.
Result<stats::Interval> MeanMoneyOf(std::span<const double> values, std::span<const std::uint8_t> half, const stats::Clusters& clusters, double level = 0.95);

// The same of the difference to a policy near the chosen thresholds, such as the break-even chance: the rows in which they differ are those that the choices
// looked at, so the two halves depend on each other. The interval allows for any dependence of theirs: standard errors add up.
Result<stats::Interval> MeanDifferenceOf(std::span<const double> values, std::span<const std::uint8_t> half, const stats::Clusters& clusters, double level = 0.95);

// Fewer units that are acted on say too little of what others would bring: such an interval holds in 85 to 92 of 100 samples (docs/value.md).
inline constexpr std::int64_t kFewestUnitsActedOn = 30;
// Units with a row that is acted on; with a crossing units or periods, whichever are fewer. 0 where rows are independent.
std::int64_t UnitsActedOn(std::span<const std::uint8_t> acts, const stats::Clusters& clusters);

}  // namespace assay::objectives
