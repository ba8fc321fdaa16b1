// How many orders of a query's items occur as lambda goes from 0 to 1.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "objectives/internal/crossing.h"

namespace assay::objectives {

// Reused for many queries, one per thread. Cost: O(n^2) time, n^2 / 2^21 times that for n above 1,449; at most
// 45 MB. Distinct as doubles.
class OrderingCounter {
 public:
  // 1 + the distinct lambdas in (0, 1) at which two items change places; 1 + the number of discordant pairs where no two coincide (Kendall 1938).
  std::int64_t Count(std::span<const ScoreLine> lines);
  // How many looks at a pair that takes for n items.
  static double LooksFor(std::size_t n);

 private:
  static constexpr std::size_t kMostAtOnce = 1 << 20;  // swaps
  static std::size_t SharesFor(std::size_t pairs) { return pairs <= kMostAtOnce ? 1 : pairs / kMostAtOnce + 1; }

  // Odds of the swaps of an item with those below it, into `odds`, which has room for one more than there are; how many.
  std::size_t SwapsOf(std::size_t at, double* odds) const;
  // A set of odds by open addressing.
  void Clear(std::size_t most);
  void Insert(double odds, std::uint64_t hash);

  std::vector<double> odds_;
  std::vector<double> slots_;
  int shift_ = 0;
  std::int64_t distinct_ = 0;
  std::vector<double> first_, second_;  // scores in the order just above 0
};

}  // namespace assay::objectives
