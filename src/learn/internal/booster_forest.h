// XGBoost's trees as ours, which predict without it.
#pragma once

#include <span>
#include <string>

#include "base/result.h"
#include "learn/examples.h"
#include "trees/forest.h"

namespace assay::learn {

// Of XGBoost's own JSON. kInvalidInput when the text is not a booster of this outcome for so many features and outputs; its trees are checked node by node.
Result<trees::Forest> ForestOfBooster(const std::string& text, Task task, Centre centre, std::size_t num_features, std::size_t num_outputs);

// Margins become what a model predicts: chances by the logistic function, or by softmax over `num_outputs`; others stay. In floats, as XGBoost computes them.
void PredictionsOfMargins(Task task, std::size_t num_outputs, std::span<float> margins);

}  // namespace assay::learn
