#include "trees/contributions.h"

#include <algorithm>
#include <cmath>

namespace assay::trees {

namespace {

// A feature on the way down: which part of the rows follows the way when it is not known, whether this row does when it is, and the sum of the weights of all subsets
// of the features so far, by their size.
struct Step {
  std::int32_t feature = -1;
  double unknown = 1, known = 1, weight = 1;
};

// The cover of a child as a part of its parent's. Nothing is left out whole: what was taken into an average of weight 0 could not be taken out again.
double PartOf(const Tree& tree, std::size_t child, std::size_t parent) {
  constexpr double kLeast = 1e-9;
  const auto left = static_cast<std::size_t>(tree.left[parent]);
  const double whole = static_cast<double>(tree.cover[left]) + static_cast<double>(tree.cover[static_cast<std::size_t>(tree.right[parent])]);
  const double part = whole > 0 ? std::clamp(static_cast<double>(tree.cover[left]) / whole, kLeast, 1 - kLeast) : 0.5;
  return child == left ? part : 1 - part;
}

void Extend(Step* path, std::size_t length, std::int32_t feature, double unknown, double known) {
  path[length] = {feature, unknown, known, length == 0 ? 1.0 : 0.0};
  const auto size = static_cast<double>(length + 1);
  for (std::size_t i = length; i-- > 0;) {
    path[i + 1].weight += known * path[i].weight * static_cast<double>(i + 1) / size;
    path[i].weight *= unknown * static_cast<double>(length - i) / size;
  }
}

// Takes the step at `at` out again; `last`: index of the last.
void Unwind(Step* path, std::size_t last, std::size_t at) {
  const double unknown = path[at].unknown, known = path[at].known;
  const auto size = static_cast<double>(last + 1);
  double next = path[last].weight;
  for (std::size_t i = last; i-- > 0;) {
    if (known != 0) {
      const double before = path[i].weight;
      path[i].weight = next * size / (static_cast<double>(i + 1) * known);
      next = before - path[i].weight * unknown * static_cast<double>(last - i) / size;
    } else {
      path[i].weight *= size / (unknown * static_cast<double>(last - i));
    }
  }
  for (std::size_t i = at; i < last; ++i) {
    path[i].feature = path[i + 1].feature;
    path[i].unknown = path[i + 1].unknown;
    path[i].known = path[i + 1].known;
  }
}

// The sum of the weights if the step at `at` were taken out.
double UnwoundSum(const Step* path, std::size_t last, std::size_t at) {
  const double unknown = path[at].unknown, known = path[at].known;
  const auto size = static_cast<double>(last + 1);
  double next = path[last].weight, sum = 0;
  for (std::size_t i = last; i-- > 0;) {
    if (known != 0) {
      const double weight = next * size / (static_cast<double>(i + 1) * known);
      sum += weight;
      next = path[i].weight - weight * unknown * static_cast<double>(last - i) / size;
    } else {
      sum += path[i].weight * size / (unknown * static_cast<double>(last - i));
    }
  }
  return sum;
}

struct Descent {
  const Tree& tree;
  const float* row;
  double* out;

  bool GoesLeft(std::size_t node) const {
    const float x = row[tree.feature[node]];
    return std::isnan(x) ? tree.default_left[node] != 0 : x < tree.value[node];
  }

  // The parent's path of `length` steps, with room for those of all nodes below behind it.
  void Visit(std::size_t node, Step* parent_path, std::size_t length, std::int32_t feature, double unknown, double known) {
    Step* path = parent_path + length;
    std::copy_n(parent_path, length, path);
    Extend(path, length, feature, unknown, known);
    if (tree.IsLeaf(node)) {
      for (std::size_t i = 1; i <= length; ++i) out[path[i].feature] += UnwoundSum(path, length, i) * (path[i].known - path[i].unknown) * static_cast<double>(tree.value[node]);
      return;
    }
    const bool left = GoesLeft(node);
    const auto hot = static_cast<std::size_t>(left ? tree.left[node] : tree.right[node]), cold = static_cast<std::size_t>(left ? tree.right[node] : tree.left[node]);
    double before_unknown = 1, before_known = 1;
    std::size_t last = length;
    // Asked twice on one way, a feature is one player.
    for (std::size_t i = 1; i <= last; ++i) {
      if (path[i].feature != tree.feature[node]) continue;
      before_unknown = path[i].unknown;
      before_known = path[i].known;
      Unwind(path, last, i);
      --last;
      break;
    }
    Visit(hot, path, last + 1, tree.feature[node], PartOf(tree, hot, node) * before_unknown, before_known);
    Visit(cold, path, last + 1, tree.feature[node], PartOf(tree, cold, node) * before_unknown, 0);
  }
};

// Means over the cover, children first.
double MeanOf(const Tree& tree) {
  std::vector<double> mean(tree.size());
  for (std::size_t node = tree.size(); node-- > 0;) {
    if (tree.IsLeaf(node)) {
      mean[node] = static_cast<double>(tree.value[node]);
      continue;
    }
    mean[node] = 0;
    for (const std::int32_t child : {tree.left[node], tree.right[node]}) mean[node] += PartOf(tree, static_cast<std::size_t>(child), node) * mean[static_cast<std::size_t>(child)];
  }
  return mean[0];
}

std::size_t DepthOf(const Tree& tree) {
  std::vector<std::size_t> depth(tree.size(), 0);
  for (std::size_t node = 0; node < tree.size(); ++node) {
    if (tree.IsLeaf(node)) continue;
    depth[static_cast<std::size_t>(tree.left[node])] = depth[static_cast<std::size_t>(tree.right[node])] = depth[node] + 1;
  }
  return *std::max_element(depth.begin(), depth.end());
}

}  // namespace

Contributions::Contributions(const Forest& forest) : forest_(forest), expected_(forest.base().begin(), forest.base().end()) {
  for (std::size_t t = 0; t < forest.num_trees(); ++t) {
    expected_[forest.output_of_tree()[t]] += MeanOf(forest.trees()[t]);
    deepest_ = std::max(deepest_, DepthOf(forest.trees()[t]));
  }
}

void Contributions::Of(std::span<const float> row, std::span<double> out) const {
  const std::size_t width = forest_.num_features() + 1;
  std::fill(out.begin(), out.end(), 0.0);
  // Each level copies the steps above it: 1 + 2 + ... of them.
  std::vector<Step> steps((deepest_ + 2) * (deepest_ + 3) / 2 + 1);
  for (std::size_t t = 0; t < forest_.num_trees(); ++t) {
    const Tree& tree = forest_.trees()[t];
    if (tree.IsLeaf(0)) continue;
    Descent{tree, row.data(), out.data() + forest_.output_of_tree()[t] * width}.Visit(0, steps.data(), 0, -1, 1, 1);
  }
  for (std::size_t o = 0; o < expected_.size(); ++o) out[o * width + width - 1] = expected_[o];
}

}  // namespace assay::trees
