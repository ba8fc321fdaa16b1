// Scores of sixteen rows at once: of each tree a mask of the leaves that are still possible, from which every split that a row answers with "right" strikes the leaves
// to its left; the first that stays is the row's. Splits are looked at feature by feature, in order of their thresholds, so that nothing is fetched from afar.
//
// QuickScorer (Lucchese et al. 2015, doi:10.1145/2766462.2767733), its vectorised form (Lucchese et al. 2016, doi:10.1145/2911451.2914758) in blocks of trees.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "trees/forest.h"

namespace assay::trees {

inline constexpr std::size_t kLanes = 16;       // rows at once
inline constexpr std::size_t kChunkTrees = 128; // whose masks stay near

template <class Mask>
struct LeafSplit {
  float threshold;
  std::uint32_t tree;  // within its chunk
  Mask struck;         // leaves to its left
};
// Splits of a feature in a chunk: those that send a missing value left, then those that send it right, both ascending in threshold.
struct SplitRange {
  std::uint32_t feature, begin, missing_right, end;
};

// `Mask`: an unsigned integer with a bit per leaf. Immutable; thread-safe.
template <class Mask>
class BitmaskScorer {
 public:
  static constexpr std::size_t kMostLeaves = sizeof(Mask) * 8;

  // Requires trees that Forest::Create took, of at most kMostLeaves leaves each.
  BitmaskScorer(std::span<const Tree> trees, std::size_t num_features);

  // Adds to `margins` (kLanes rows of num_outputs) of `rows` (kLanes rows, row-major) what trees [0, n) say, in their order.
  void Add(const float* rows, std::span<const std::uint32_t> output_of_tree, std::size_t num_outputs, float* margins) const;

 private:
  struct Chunk {
    std::uint32_t first_tree = 0, num_trees = 0;
    std::uint32_t begin = 0, end = 0;  // of ranges_
  };

  std::size_t num_features_;
  std::vector<LeafSplit<Mask>> splits_;
  std::vector<SplitRange> ranges_;
  std::vector<Chunk> chunks_;
  std::vector<float> leaf_values_;  // kMostLeaves per tree, from left to right
};

extern template class BitmaskScorer<std::uint32_t>;
extern template class BitmaskScorer<std::uint64_t>;

}  // namespace assay::trees
