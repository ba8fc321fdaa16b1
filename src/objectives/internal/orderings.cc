#include "objectives/internal/orderings.h"

#include <algorithm>
#include <bit>

#include "objectives/internal/query_sweep.h"

namespace assay::objectives {

namespace {

std::uint64_t Hash(double odds) { return std::bit_cast<std::uint64_t>(odds) * 0x9E3779B97F4A7C15ULL; }

// The share must not be told by the bits that the slot is made of.
std::uint64_t Mixed(std::uint64_t hash) { return (hash ^ (hash >> 29)) * 0xBF58476D1CE4E5B9ULL; }

}  // namespace

double OrderingCounter::LooksFor(std::size_t n) {
  const std::size_t pairs = n * (n - 1) / 2;
  return static_cast<double>(pairs) * static_cast<double>(SharesFor(pairs));
}

std::int64_t OrderingCounter::Count(std::span<const ScoreLine> lines) {
  const std::vector<std::uint32_t> order = QuerySweep::OrderAboveZero(lines);
  const std::size_t n = order.size();
  first_.resize(n);
  second_.resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    first_[i] = lines[order[i]].first;
    second_[i] = lines[order[i]].second;
  }
  const std::size_t pairs = n * (n - 1) / 2;
  const std::size_t shares = SharesFor(pairs);
  if (shares == 1) {
    odds_.resize(pairs + 1);
    std::size_t swaps = 0;
    for (std::size_t i = 0; i + 1 < n; ++i) swaps += SwapsOf(i, odds_.data() + swaps);
    Clear(swaps);
    for (std::size_t s = 0; s < swaps; ++s) Insert(odds_[s], Hash(odds_[s]));
    return 1 + distinct_;
  }
  // Too many for caches: a share of the hash values at a time, all pairs looked at for each.
  odds_.resize(n);
  std::int64_t distinct = 0;
  for (std::uint64_t share = 0; share < shares; ++share) {
    Clear(kMostAtOnce + kMostAtOnce / 8);  // shares are not quite even
    for (std::size_t i = 0; i + 1 < n; ++i) {
      for (std::size_t s = 0, swaps = SwapsOf(i, odds_.data()); s < swaps; ++s) {
        const std::uint64_t hash = Hash(odds_[s]);
        if (((Mixed(hash) >> 32) * shares) >> 32 == share) Insert(odds_[s], hash);
      }
    }
    distinct += distinct_;
  }
  return 1 + distinct;
}

std::size_t OrderingCounter::SwapsOf(std::size_t at, double* odds) const {
  std::size_t swaps = 0;
  for (std::size_t j = at + 1; j < first_.size(); ++j) {
    const double gain = second_[j] - second_[at];
    odds[swaps] = (first_[at] - first_[j]) / gain;
    swaps += gain > 0 ? 1 : 0;  // written over otherwise: no branch
  }
  return swaps;
}

void OrderingCounter::Clear(std::size_t most) {
  slots_.assign(std::bit_ceil(2 * most + 2), 0);
  shift_ = 64 - std::countr_zero(slots_.size());
  distinct_ = 0;
}

void OrderingCounter::Insert(double odds, std::uint64_t hash) {
  // Odds are above 0, so 0 is an empty slot.
  std::size_t slot = hash >> shift_;
  while (slots_[slot] != odds && slots_[slot] != 0) slot = (slot + 1) & (slots_.size() - 1);
  distinct_ += slots_[slot] == 0 ? 1 : 0;
  slots_[slot] = odds;
}

}  // namespace assay::objectives
