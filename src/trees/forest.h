// Scores of boosted trees, one row or many, the same to the last bit: a tree's leaves are added in the order of the trees, as floats, as XGBoost adds them.
//
// One row is walked through eight trees in turn, so that the processor has other loads to wait for: nodes of eight bytes, children side by side, a missing value's way
// without a branch; leaves lead to themselves until the deepest of the eight is done. Sixteen rows and more go through masks of leaves where no tree has more than 64
// (internal/bitmask_scorer.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/result.h"

namespace assay::trees {

template <class Mask>
class BitmaskScorer;

// One tree in XGBoost's terms. Node 0 is the root, children stand behind their parent; all vectors are as long as there are nodes.
struct Tree {
  std::vector<std::int32_t> left, right;   // children; -1 and -1: a leaf
  std::vector<std::int32_t> feature;       // of a split
  std::vector<float> value;                // of a split: rows whose feature is below it go left; of a leaf: what it adds
  std::vector<std::uint8_t> default_left;  // where a split sends a missing value (NaN)
  std::vector<float> cover;                // weight of the training rows in the node, 0 or above

  std::size_t size() const { return left.size(); }
  bool IsLeaf(std::size_t node) const { return left[node] < 0; }
};

// Immutable after Create; thread-safe; starts no thread.
class Forest {
 public:
  // `output_of_tree`: which output each tree adds to. `base`: margin of each output before any tree. kInvalidInput names the tree whose nodes are no tree, lack a
  // feature, or have values that are not finite; kUnsupported more than kMostFeatures features or kMostNodes nodes of a tree.
  static Result<Forest> Create(std::vector<Tree> trees, std::vector<std::uint32_t> output_of_tree, std::size_t num_features, std::vector<float> base);

  static constexpr std::size_t kMostFeatures = 32'767, kMostNodes = 65'535;

  std::size_t num_features() const { return num_features_; }
  std::size_t num_outputs() const { return base_.size(); }
  std::size_t num_trees() const { return trees_.size(); }
  const std::vector<Tree>& trees() const { return trees_; }
  const std::vector<std::uint32_t>& output_of_tree() const { return output_of_tree_; }
  const std::vector<float>& base() const { return base_; }

  // `rows`: row-major, num_features each, NaN = missing; `margins`: num_outputs each. Allocates nothing for up to a thousand features.
  void Margins(std::span<const float> rows, std::span<float> margins) const;

 private:
  // left child = this node + step, right child the one after it; a leaf has step 0 and reads the feature behind the last one, which is missing.
  struct Node {
    float value;
    std::uint16_t feature;  // times 2, plus 1 where a missing value goes left
    std::uint16_t step;
  };
  void MarginsOfRow(const float* row, float* margins) const;
  static std::uint32_t Next(const Node* nodes, std::uint32_t node, const float* row);

  std::size_t num_features_ = 0;
  std::vector<float> base_;
  std::vector<Tree> trees_;
  std::vector<std::uint32_t> output_of_tree_;
  std::vector<Node> nodes_;                // of all trees
  std::vector<std::uint32_t> root_, depth_;  // per tree
  // At most one of them: for trees of up to 32, and up to 64, leaves.
  std::shared_ptr<const BitmaskScorer<std::uint32_t>> narrow_;
  std::shared_ptr<const BitmaskScorer<std::uint64_t>> wide_;
};

}  // namespace assay::trees
