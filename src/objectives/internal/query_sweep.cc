#include "objectives/internal/query_sweep.h"

#include <algorithm>
#include <bit>
#include <numeric>

namespace assay::objectives {

namespace {

// Just above 0.
bool AheadAboveZero(std::span<const ScoreLine> lines, std::uint32_t a, std::uint32_t b) {
  if (lines[a].first != lines[b].first) return lines[a].first > lines[b].first;
  if (lines[a].second != lines[b].second) return lines[a].second > lines[b].second;
  return a < b;
}

template <class Ahead>
std::vector<std::uint32_t> First(std::size_t n, std::size_t k, const Ahead& ahead) {
  std::vector<std::uint32_t> order(n);
  std::iota(order.begin(), order.end(), 0U);
  k = std::min(k, n);
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(k), order.end(), ahead);
  order.resize(k);
  return order;
}

}  // namespace

std::vector<std::uint32_t> QuerySweep::OrderAboveZero(std::span<const ScoreLine> lines) {
  return First(lines.size(), lines.size(), [&](std::uint32_t a, std::uint32_t b) { return AheadAboveZero(lines, a, b); });
}

std::vector<std::uint32_t> TopAtOne(std::span<const ScoreLine> lines, std::size_t k) {
  return First(lines.size(), k, [&](std::uint32_t a, std::uint32_t b) { return lines[a].second != lines[b].second ? lines[a].second > lines[b].second : a < b; });
}

void QuerySweep::Begin(std::span<const ScoreLine> lines, std::size_t k) {
  lines_ = lines;
  lambda_ = 0;
  const std::size_t n = lines.size();
  list_.resize(n);
  std::iota(list_.begin(), list_.end(), 0U);
  const std::size_t kept = std::min(k, n);
  const auto end = list_.begin() + static_cast<std::ptrdiff_t>(kept);
  const auto ahead = [&](std::uint32_t a, std::uint32_t b) { return AheadAboveZero(lines, a, b); };
  if (kept < n) std::nth_element(list_.begin(), end, list_.end(), ahead);
  std::sort(list_.begin(), end, ahead);
  outside_.assign(end, list_.end());
  list_.resize(kept);
  crossings_.assign(kept, {});
  leaves_ = std::bit_ceil(std::max<std::size_t>(kept, 1));
  winner_.assign(2 * leaves_, 0);
  for (std::size_t rank = 0; rank < leaves_; ++rank) winner_[leaves_ + rank] = static_cast<std::uint32_t>(std::min(rank, kept - 1));
  for (std::size_t rank = 0; rank + 1 < kept; ++rank) crossings_[rank] = CrossingOf(lines[list_[rank]], lines[list_[rank + 1]]);
  FindChallenger();
  for (std::size_t node = leaves_; --node >= 1;) {
    const std::uint32_t a = winner_[2 * node], b = winner_[2 * node + 1];
    winner_[node] = CompareCrossings(crossings_[b], crossings_[a]) < 0 ? b : a;
  }
}

void QuerySweep::Raise(std::size_t leaf) {
  for (std::size_t node = (leaves_ + leaf) / 2; node >= 1; node /= 2) {
    const std::uint32_t a = winner_[2 * node], b = winner_[2 * node + 1];
    winner_[node] = CompareCrossings(crossings_[b], crossings_[a]) < 0 ? b : a;
  }
}

// The earliest item from outside to pass the last of the list; of several at one lambda the one that is ahead just above it.
void QuerySweep::FindChallenger() {
  const ScoreLine last = lines_[list_.back()];
  Crossing best;
  for (std::size_t i = 0; i < outside_.size(); ++i) {
    const ScoreLine line = lines_[outside_[i]];
    if (line.second <= last.second) continue;
    const Crossing crossing = CrossingOf(last, line);
    const int compared = CompareCrossings(crossing, best);
    if (compared > 0) continue;
    if (compared == 0) {
      const ScoreLine other = best.below;
      if (line.second < other.second || (line.second == other.second && outside_[i] > outside_[challenger_])) continue;
    }
    best = crossing;
    challenger_ = i;
  }
  crossings_[list_.size() - 1] = best;
}

void QuerySweep::SetCrossing(std::size_t rank) {
  if (rank + 1 == list_.size()) {
    FindChallenger();
  } else {
    crossings_[rank] = CrossingOf(lines_[list_[rank]], lines_[list_[rank + 1]]);
  }
  Raise(rank);
}

double QuerySweep::NextLambda() const { return Earliest().exists() ? LambdaOf(Earliest()) : std::numeric_limits<double>::infinity(); }

bool QuerySweep::Next(const OnChange& on_change) {
  const Crossing at = Earliest();
  if (!at.exists()) return false;
  lambda_ = LambdaOf(at);
  do {
    const std::size_t rank = winner_[1];
    const std::uint32_t before = list_[rank];
    if (rank + 1 == list_.size()) {
      std::swap(list_[rank], outside_[challenger_]);
      on_change(rank, before, list_[rank]);
    } else {
      std::swap(list_[rank], list_[rank + 1]);
      on_change(rank, before, list_[rank]);
      on_change(rank + 1, list_[rank], before);
      SetCrossing(rank + 1);
    }
    SetCrossing(rank);
    if (rank > 0) SetCrossing(rank - 1);
  } while (CompareCrossings(Earliest(), at) == 0);
  return true;
}

}  // namespace assay::objectives
