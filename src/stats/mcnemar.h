// McNemar's test: of the rows that only one of two classifiers gets right, does either get more?
//
// Rows that both get right, or both wrong, say nothing about the difference. Exact (binomial with probability 1/2, twice
// the smaller tail) when fewer than 25 rows disagree, else chi-squared with Edwards' correction (|b - c| - 1)^2 / (b + c).
// Source: McNemar 1947, doi:10.1007/BF02295996; correction: Edwards 1948, doi:10.1007/BF02289261.
// Rows must be independent: with several rows per unit the test rejects too often; compare accuracies by units instead
// (learn/comparison.h). Pure, thread-safe.
#pragma once

#include <cstdint>
#include <span>

namespace assay::stats {

struct Disagreements {
  std::int64_t only_a = 0;  // rows that a gets right and b wrong
  std::int64_t only_b = 0;
};
// `a_right`, `b_right`: 0 or 1 per row, of the same length.
Disagreements CountDisagreements(std::span<const std::uint8_t> a_right, std::span<const std::uint8_t> b_right);

struct McNemarTest {
  double statistic = 0;  // chi-squared with one degree of freedom; for the exact form the smaller of the two counts
  double p_value = 0;    // NaN without a single disagreement: there is nothing to test
  bool exact = false;
};
// Requires counts >= 0. Chooses the exact form below 25 disagreements.
McNemarTest McNemar(const Disagreements& counts);
McNemarTest McNemarExact(const Disagreements& counts);
// Equal counts give statistic 0 and p 1: the correction never turns a difference of nothing into one.
McNemarTest McNemarChiSquared(const Disagreements& counts);

}  // namespace assay::stats
