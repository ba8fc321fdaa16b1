// How many orders of a query's items occur as lambda goes from 0 to 1.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "objectives/internal/crossing.h"

namespace assay::objectives {

// Reused for many queries, one per thread. Cost: O(n^2) time; memory for the swaps of one query. Distinct as doubles.
class OrderingCounter {
 public:
  // 1 + the distinct lambdas in (0, 1) at which two items change places; 1 + the number of discordant pairs where no two coincide (Kendall 1938).
  std::int64_t Count(std::span<const ScoreLine> lines);

 private:
  std::vector<double> odds_;
  std::vector<std::uint64_t> slots_;
  std::vector<double> first_, second_;
};

}  // namespace assay::objectives
