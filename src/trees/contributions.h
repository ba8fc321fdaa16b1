// What each feature adds to a row's margin: exact Shapley values of the trees, a feature that is not known being averaged over the training rows of each node.
//
// Path-dependent TreeSHAP (Lundberg, Erion, Lee 2018, arXiv:1802.03888, algorithm 2), in doubles; XGBoost's pred_contribs are the same in floats.
#pragma once

#include <span>
#include <vector>

#include "trees/forest.h"

namespace assay::trees {

// Immutable; thread-safe. Refers to the forest, which lives longer.
class Contributions {
 public:
  explicit Contributions(const Forest& forest);

  // `row`: num_features, NaN = missing. `out`: per output num_features contributions and then the expected margin; they add up to the row's margin. Cost: for every leaf
  // the square of its depth. Where no training row came, children count alike.
  void Of(std::span<const float> row, std::span<double> out) const;

  // The margin of each output that is expected of a row of which nothing is known: base and mean of each tree over its cover.
  const std::vector<double>& expected() const { return expected_; }

 private:
  const Forest& forest_;
  std::vector<double> expected_;
  std::size_t deepest_ = 0;
};

}  // namespace assay::trees
