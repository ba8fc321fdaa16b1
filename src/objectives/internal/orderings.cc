#include "objectives/internal/orderings.h"

#include <algorithm>
#include <bit>

#include "objectives/internal/query_sweep.h"

namespace assay::objectives {

std::int64_t OrderingCounter::Count(std::span<const ScoreLine> lines) {
  const std::vector<std::uint32_t> order = QuerySweep::OrderAboveZero(lines);
  const std::size_t n = order.size();
  first_.resize(n);
  second_.resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    first_[i] = lines[order[i]].first;
    second_[i] = lines[order[i]].second;
  }
  odds_.resize(n * (n - 1) / 2 + 1);
  std::size_t swaps = 0;
  for (std::size_t i = 0; i + 1 < n; ++i) {
    for (std::size_t j = i + 1; j < n; ++j) {
      const double gain = second_[j] - second_[i];
      odds_[swaps] = (first_[i] - first_[j]) / gain;
      swaps += gain > 0 ? 1 : 0;  // written over otherwise: no branch
    }
  }
  // A hash table of bit patterns; odds are above 0, so 0 is an empty slot.
  slots_.assign(std::bit_ceil(2 * swaps + 1), 0);
  const int shift = 64 - std::countr_zero(slots_.size());
  std::int64_t distinct = 0;
  for (std::size_t s = 0; s < swaps; ++s) {
    const auto bits = std::bit_cast<std::uint64_t>(odds_[s]);
    for (std::size_t slot = shift == 64 ? 0 : (bits * 0x9E3779B97F4A7C15ULL) >> shift;; slot = (slot + 1) & (slots_.size() - 1)) {
      if (slots_[slot] == bits) break;
      if (slots_[slot] != 0) continue;
      slots_[slot] = bits;
      ++distinct;
      break;
    }
  }
  return 1 + distinct;
}

}  // namespace assay::objectives
