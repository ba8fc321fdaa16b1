#include "trees/internal/bitmask_scorer.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <type_traits>

// The loops over lanes for the widest registers there are; one body, chosen when the program starts.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define ASSAY_WIDEST __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define ASSAY_WIDEST
#endif

namespace assay::trees {

namespace {

template <class Mask>
struct LeafMasks {
  std::vector<Mask> left;  // per node: the leaves of its left child
  std::vector<float> values;
};

// Leaves from left to right; children stand behind their parent, so sums run backwards.
template <class Mask>
LeafMasks<Mask> MasksOf(const Tree& tree) {
  LeafMasks<Mask> masks;
  masks.left.assign(tree.size(), 0);
  std::vector<Mask> below(tree.size(), 0);
  std::vector<std::int32_t> open = {0};
  while (!open.empty()) {
    const auto node = static_cast<std::size_t>(open.back());
    open.pop_back();
    if (tree.IsLeaf(node)) {
      below[node] = Mask{1} << masks.values.size();
      masks.values.push_back(tree.value[node]);
      continue;
    }
    open.insert(open.end(), {tree.right[node], tree.left[node]});
  }
  for (std::size_t node = tree.size(); node-- > 0;) {
    if (tree.IsLeaf(node)) continue;
    masks.left[node] = below[static_cast<std::size_t>(tree.left[node])];
    below[node] = masks.left[node] | below[static_cast<std::size_t>(tree.right[node])];
  }
  return masks;
}

// Sixteen lanes as one value; the compiler makes of it what registers there are.
using FloatLanes [[gnu::vector_size(sizeof(float) * kLanes)]] = float;
using AnswerLanes [[gnu::vector_size(sizeof(std::int32_t) * kLanes)]] = std::int32_t;
using NarrowLanes [[gnu::vector_size(sizeof(std::uint32_t) * kLanes)]] = std::uint32_t;
using WideLanes [[gnu::vector_size(sizeof(std::uint64_t) * kLanes)]] = std::uint64_t;

// Strikes leaves of the lanes whose value is not below the thresholds; `greatest`: of the lanes. Not a template, which would have one form only.
ASSAY_WIDEST void Strike(const LeafSplit<std::uint32_t>* split, const LeafSplit<std::uint32_t>* end, const FloatLanes& lanes, float greatest, NarrowLanes* possible) {
  for (; split != end && split->threshold <= greatest; ++split) possible[split->tree] &= ~(reinterpret_cast<NarrowLanes>(lanes >= split->threshold) & split->struck);
}
ASSAY_WIDEST void Strike(const LeafSplit<std::uint64_t>* split, const LeafSplit<std::uint64_t>* end, const FloatLanes& lanes, float greatest, WideLanes* possible) {
  for (; split != end && split->threshold <= greatest; ++split) {
    const AnswerLanes right = lanes >= split->threshold;
    possible[split->tree] &= ~(__builtin_convertvector(right, WideLanes) & split->struck);
  }
}
template <class Mask>
using MaskLanes = std::conditional_t<sizeof(Mask) == 4, NarrowLanes, WideLanes>;

}  // namespace

template <class Mask>
BitmaskScorer<Mask>::BitmaskScorer(std::span<const Tree> trees, std::size_t num_features) : num_features_(num_features) {
  leaf_values_.assign(trees.size() * kMostLeaves, 0.0F);
  for (std::size_t first = 0; first < trees.size(); first += kChunkTrees) {
    Chunk chunk{static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(std::min(kChunkTrees, trees.size() - first)), static_cast<std::uint32_t>(ranges_.size()), 0};
    struct Found {
      std::uint32_t feature;
      bool missing_right;
      LeafSplit<Mask> split;
    };
    std::vector<Found> found;
    for (std::uint32_t t = 0; t < chunk.num_trees; ++t) {
      const Tree& tree = trees[first + t];
      const LeafMasks<Mask> masks = MasksOf<Mask>(tree);
      std::copy(masks.values.begin(), masks.values.end(), leaf_values_.begin() + static_cast<std::ptrdiff_t>((first + t) * kMostLeaves));
      for (std::size_t node = 0; node < tree.size(); ++node) {
        if (!tree.IsLeaf(node)) found.push_back({static_cast<std::uint32_t>(tree.feature[node]), tree.default_left[node] == 0, {tree.value[node], t, masks.left[node]}});
      }
    }
    std::stable_sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
      if (a.feature != b.feature) return a.feature < b.feature;
      if (a.missing_right != b.missing_right) return b.missing_right;
      return a.split.threshold < b.split.threshold;
    });
    for (const Found& one : found) {
      const auto at = static_cast<std::uint32_t>(splits_.size());
      if (ranges_.size() == chunk.begin || ranges_.back().feature != one.feature) ranges_.push_back({one.feature, at, at, at});
      splits_.push_back(one.split);
      ranges_.back().end = at + 1;
      if (!one.missing_right) ranges_.back().missing_right = at + 1;
    }
    chunk.end = static_cast<std::uint32_t>(ranges_.size());
    chunks_.push_back(chunk);
  }
}

template <class Mask>
void BitmaskScorer<Mask>::Add(const float* rows, std::span<const std::uint32_t> output_of_tree, std::size_t num_outputs, float* margins) const {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  std::array<MaskLanes<Mask>, kChunkTrees> possible;
  for (const Chunk& chunk : chunks_) {
    std::fill_n(possible.begin(), chunk.num_trees, ~MaskLanes<Mask>{});
    for (std::uint32_t r = chunk.begin; r < chunk.end; ++r) {
      const SplitRange& range = ranges_[r];
      FloatLanes low, high;  // a missing value below, and above, all thresholds
      float greatest_low = -kInfinity, greatest_high = -kInfinity;
      for (std::size_t l = 0; l < kLanes; ++l) {
        const float x = rows[l * num_features_ + range.feature];
        low[l] = std::isnan(x) ? -kInfinity : x;
        high[l] = std::isnan(x) ? kInfinity : x;
        greatest_low = std::max(greatest_low, low[l]);
        greatest_high = std::max(greatest_high, high[l]);
      }
      const LeafSplit<Mask>* splits = splits_.data();
      Strike(splits + range.begin, splits + range.missing_right, low, greatest_low, possible.data());
      Strike(splits + range.missing_right, splits + range.end, high, greatest_high, possible.data());
    }
    for (std::uint32_t t = 0; t < chunk.num_trees; ++t) {
      const float* values = leaf_values_.data() + (chunk.first_tree + t) * kMostLeaves;
      float* out = margins + output_of_tree[chunk.first_tree + t];
      for (std::size_t l = 0; l < kLanes; ++l) out[l * num_outputs] += values[std::countr_zero(possible[t][l])];
    }
  }
}

template class BitmaskScorer<std::uint32_t>;
template class BitmaskScorer<std::uint64_t>;

}  // namespace assay::trees
