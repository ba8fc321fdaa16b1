// The ordered top k of one query while lambda goes from 0 to 1: a kinetic list, swap by swap.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "objectives/internal/crossing.h"

namespace assay::objectives {

// Reused for many queries, one per thread. Life, per query: Begin, then Next until it returns false.
//
// Before and after every step the list is the order just above lambda(): by blend, among equal blends by the order just above, among equal lines by the
// order of the input. Swaps that happen at one lambda are one step. Cost: a step takes O(log k), and O(n) when an item enters the list.
class QuerySweep {
 public:
  // A rank (from 0) that `now` took over from `before`, positions in the query. A step may report a rank more than once, in order.
  using OnChange = std::function<void(std::size_t rank, std::uint32_t before, std::uint32_t now)>;

  // Lines of the query's items, at least one, in the order of the input; they must live until the sweep ends. k >= 1.
  void Begin(std::span<const ScoreLine> lines, std::size_t k);
  std::span<const std::uint32_t> list() const { return list_; }
  double lambda() const { return lambda_; }  // 0 at the start
  // The next lambda in (0, 1) at which the list changes; infinity when there is none.
  double NextLambda() const;
  // Goes there; false when there is none.
  bool Next(const OnChange& on_change);

  // The order of all items just above 0.
  static std::vector<std::uint32_t> OrderAboveZero(std::span<const ScoreLine> lines);

 private:
  void SetCrossing(std::size_t rank);       // of the pair rank, rank + 1; of the last rank with the best item outside
  void Raise(std::size_t leaf);             // carries a leaf's crossing up the tournament
  const Crossing& Earliest() const { return crossings_[winner_[1]]; }
  void FindChallenger();

  std::span<const ScoreLine> lines_;
  std::vector<std::uint32_t> list_, outside_;  // positions in the query; outside in no order
  std::size_t challenger_ = 0;                 // index into outside_ of the item that enters next
  std::vector<Crossing> crossings_;            // per rank
  std::vector<std::uint32_t> winner_;          // tournament over crossings_: node 1 is the earliest, leaves from leaves_ on
  std::size_t leaves_ = 1;
  double lambda_ = 0;
};

// The k first at exactly 1: by the second score, among equals in the order of the input.
std::vector<std::uint32_t> TopAtOne(std::span<const ScoreLine> lines, std::size_t k);

}  // namespace assay::objectives
