// Random trees, and what they say by the plainest way there is.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "base/random.h"
#include "trees/forest.h"

namespace assay::trees {

struct TreeShape {
  std::size_t leaves = 31, features = 20;
  bool missing = true;  // some splits send missing values left
};

// Grown leaf by leaf at random places; thresholds as normal values are, covers that add up.
inline Tree RandomTree(const TreeShape& shape, base::RandomStream& random) {
  Tree tree;
  const auto add = [&](double cover) {
    tree.left.push_back(-1);
    tree.right.push_back(-1);
    tree.feature.push_back(0);
    tree.value.push_back(static_cast<float>(random.Normal() / 10));
    tree.default_left.push_back(0);
    tree.cover.push_back(static_cast<float>(cover));
  };
  add(1000);
  std::vector<std::size_t> leaves = {0};
  while (leaves.size() < shape.leaves) {
    const std::size_t at = random.Below(leaves.size());
    const std::size_t node = leaves[at];
    const double share = 0.1 + 0.8 * random.Uniform();
    tree.left[node] = static_cast<std::int32_t>(tree.size());
    tree.right[node] = tree.left[node] + 1;
    tree.feature[node] = static_cast<std::int32_t>(random.Below(shape.features));
    tree.value[node] = static_cast<float>(random.Normal());
    tree.default_left[node] = shape.missing && random.Uniform() < 0.5 ? 1 : 0;
    const double cover = static_cast<double>(tree.cover[node]);
    add(cover * share);
    add(cover * (1 - share));
    leaves[at] = tree.size() - 2;
    leaves.push_back(tree.size() - 1);
  }
  return tree;
}

inline std::size_t LeafOf(const Tree& tree, const float* row) {
  std::size_t node = 0;
  while (!tree.IsLeaf(node)) {
    const float x = row[tree.feature[node]];
    const bool left = std::isnan(x) ? tree.default_left[node] != 0 : x < tree.value[node];
    node = static_cast<std::size_t>(left ? tree.left[node] : tree.right[node]);
  }
  return node;
}

}  // namespace assay::trees
