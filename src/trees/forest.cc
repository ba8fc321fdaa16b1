#include "trees/forest.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>

#include "trees/internal/bitmask_scorer.h"

namespace assay::trees {

namespace {

constexpr std::size_t kTurn = 8;              // trees walked in turn
constexpr std::size_t kNearFeatures = 1024;  // of a row's copy on the stack

Error NotATree(std::size_t tree, const std::string& what) { return {ErrorCode::kInvalidInput, "tree " + std::to_string(tree) + ": " + what}; }

Result<void> CheckTree(const Tree& tree, std::size_t number, std::size_t num_features) {
  const std::size_t nodes = tree.size();
  if (nodes == 0) return NotATree(number, "has no node");
  if (tree.right.size() != nodes || tree.feature.size() != nodes || tree.value.size() != nodes || tree.default_left.size() != nodes || tree.cover.size() != nodes) return NotATree(number, "has lists of different lengths");
  if (nodes > Forest::kMostNodes) return Error{ErrorCode::kUnsupported, "tree " + std::to_string(number) + " has " + std::to_string(nodes) + " nodes, more than " + std::to_string(Forest::kMostNodes)};
  std::vector<std::uint8_t> has_parent(nodes, 0);
  for (std::size_t n = 0; n < nodes; ++n) {
    if (!std::isfinite(tree.value[n])) return NotATree(number, "node " + std::to_string(n) + " has a value that is not finite");
    if (!(tree.cover[n] >= 0) || !std::isfinite(tree.cover[n])) return NotATree(number, "node " + std::to_string(n) + " has a cover below 0");
    if (tree.IsLeaf(n)) {
      if (tree.right[n] >= 0) return NotATree(number, "node " + std::to_string(n) + " has one child");
      continue;
    }
    if (tree.feature[n] < 0 || static_cast<std::size_t>(tree.feature[n]) >= num_features) return NotATree(number, "node " + std::to_string(n) + " splits on a feature that does not exist");
    for (const std::int32_t child : {tree.left[n], tree.right[n]}) {
      const auto at = static_cast<std::size_t>(child);
      if (child <= static_cast<std::int32_t>(n) || at >= nodes || has_parent[at] != 0) return NotATree(number, "node " + std::to_string(n) + " has a child that does not exist or has another parent");
      has_parent[at] = 1;
    }
  }
  return {};
}

}  // namespace

Result<Forest> Forest::Create(std::vector<Tree> trees, std::vector<std::uint32_t> output_of_tree, std::size_t num_features, std::vector<float> base) {
  if (num_features > kMostFeatures) return Error{ErrorCode::kUnsupported, "trees over " + std::to_string(num_features) + " features, more than " + std::to_string(kMostFeatures)};
  if (output_of_tree.size() != trees.size()) return Error{ErrorCode::kInvalidInput, std::to_string(trees.size()) + " trees with " + std::to_string(output_of_tree.size()) + " outputs of trees"};
  Forest forest;
  forest.num_features_ = num_features;
  std::size_t most_leaves = 0;
  for (std::size_t t = 0; t < trees.size(); ++t) {
    const Tree& tree = trees[t];
    ASSAY_TRY(CheckTree(tree, t, num_features));
    if (output_of_tree[t] >= base.size()) return NotATree(t, "adds to an output that does not exist");
    const std::size_t root = forest.nodes_.size();
    // In order of levels, siblings side by side.
    std::vector<std::int32_t> order = {0};
    std::vector<std::uint32_t> level = {0};
    std::uint32_t depth = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
      const auto n = static_cast<std::size_t>(order[i]);
      depth = std::max(depth, level[i]);
      if (tree.IsLeaf(n)) {
        forest.nodes_.push_back({tree.value[n], static_cast<std::uint16_t>(num_features * 2 + 1), 0});
        continue;
      }
      forest.nodes_.push_back({tree.value[n], static_cast<std::uint16_t>(tree.feature[n] * 2 + (tree.default_left[n] != 0 ? 1 : 0)), static_cast<std::uint16_t>(order.size() - i)});
      order.insert(order.end(), {tree.left[n], tree.right[n]});
      level.insert(level.end(), 2, level[i] + 1);
    }
    forest.root_.push_back(static_cast<std::uint32_t>(root));
    forest.depth_.push_back(depth);
    most_leaves = std::max(most_leaves, (tree.size() + 1) / 2);
  }
  if (most_leaves <= BitmaskScorer<std::uint32_t>::kMostLeaves) forest.narrow_ = std::make_shared<const BitmaskScorer<std::uint32_t>>(trees, num_features);
  else if (most_leaves <= BitmaskScorer<std::uint64_t>::kMostLeaves) forest.wide_ = std::make_shared<const BitmaskScorer<std::uint64_t>>(trees, num_features);
  forest.base_ = std::move(base);
  forest.trees_ = std::move(trees);
  forest.output_of_tree_ = std::move(output_of_tree);
  return forest;
}

// A missing value is neither below nor at least the threshold, so the two questions differ for it alone.
inline std::uint32_t Forest::Next(const Node* nodes, std::uint32_t node, const float* row) {
  const Node& at = nodes[node];
  const float x = row[at.feature >> 1];
  const bool not_below = !(x < at.value), at_least = x >= at.value;
  return node + at.step + static_cast<std::uint32_t>((at.feature & 1) != 0 ? at_least : not_below);
}

void Forest::MarginsOfRow(const float* row, float* margins) const {
  const Node* nodes = nodes_.data();
  const std::size_t trees = root_.size();
  std::copy(base_.begin(), base_.end(), margins);
  std::size_t t = 0;
  for (; t + kTurn <= trees; t += kTurn) {
    std::array<std::uint32_t, kTurn> node;
    std::uint32_t depth = 0;
    for (std::size_t i = 0; i < kTurn; ++i) {
      node[i] = root_[t + i];
      depth = std::max(depth, depth_[t + i]);
    }
    for (std::uint32_t level = 0; level < depth; ++level) {
      for (std::size_t i = 0; i < kTurn; ++i) node[i] = Next(nodes, node[i], row);
    }
    for (std::size_t i = 0; i < kTurn; ++i) margins[output_of_tree_[t + i]] += nodes[node[i]].value;
  }
  for (; t < trees; ++t) {
    std::uint32_t node = root_[t];
    for (std::uint32_t level = 0; level < depth_[t]; ++level) node = Next(nodes, node, row);
    margins[output_of_tree_[t]] += nodes[node].value;
  }
}

void Forest::Margins(std::span<const float> rows, std::span<float> margins) const {
  const std::size_t outputs = num_outputs(), width = num_features_ + 1, count = outputs == 0 ? 0 : margins.size() / outputs;
  std::size_t r = 0;
  for (; (narrow_ || wide_) && r + kLanes <= count; r += kLanes) {
    float* out = margins.data() + r * outputs;
    for (std::size_t l = 0; l < kLanes; ++l) std::copy(base_.begin(), base_.end(), out + l * outputs);
    if (narrow_) narrow_->Add(rows.data() + r * num_features_, output_of_tree_, outputs, out);
    else wide_->Add(rows.data() + r * num_features_, output_of_tree_, outputs, out);
  }
  if (r == count) return;
  std::array<float, kNearFeatures> near;
  std::vector<float> far;
  if (width > kNearFeatures) far.resize(width);
  float* row = width > kNearFeatures ? far.data() : near.data();
  row[num_features_] = std::numeric_limits<float>::quiet_NaN();
  for (; r < count; ++r) {
    std::copy_n(rows.data() + r * num_features_, num_features_, row);
    MarginsOfRow(row, margins.data() + r * outputs);
  }
}

}  // namespace assay::trees
