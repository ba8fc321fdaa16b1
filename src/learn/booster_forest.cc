#include "learn/internal/booster_forest.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/json.h"
#include "learn/internal/booster.h"

namespace assay::learn {

namespace {

Error Damaged(const std::string& what) { return {ErrorCode::kInvalidInput, "the model file is damaged: XGBoost's part: " + what}; }

// XGBoost writes some numbers as text.
std::int64_t NumberOf(const Json& value) { return value.is_string() ? std::strtoll(value.get_ref<const std::string&>().c_str(), nullptr, 10) : value.get<std::int64_t>(); }

Result<void> CheckTree(const Json& tree, std::size_t number, std::size_t num_features) {
  const std::string where = "tree " + std::to_string(number);
  const auto left = tree.at("left_children").get<std::vector<std::int64_t>>();
  const auto right = tree.at("right_children").get<std::vector<std::int64_t>>();
  const auto parents = tree.at("parents").get<std::vector<std::int64_t>>();
  const auto feature = tree.at("split_indices").get<std::vector<std::int64_t>>();
  const auto nodes = static_cast<std::int64_t>(left.size());
  if (nodes == 0 || NumberOf(tree.at("tree_param").at("num_nodes")) != nodes) return Damaged(where + " has another number of nodes than it says");
  for (const char* name : {"right_children", "parents", "split_indices", "split_conditions", "default_left", "base_weights", "loss_changes", "sum_hessian", "split_type"}) {
    if (tree.at(name).size() != left.size()) return Damaged(where + ": '" + name + "' has another length than its nodes");
  }
  for (const char* name : {"categories", "categories_nodes", "categories_segments", "categories_sizes"}) {
    if (!tree.at(name).empty()) return Damaged(where + " splits on categories, which Assay never trains");
  }
  for (const Json& type : tree.at("split_type")) {
    if (type.get<std::int64_t>() != 0) return Damaged(where + " splits on categories, which Assay never trains");
  }
  for (std::int64_t n = 0; n < nodes; ++n) {
    const auto at = static_cast<std::size_t>(n);
    const bool leaf = left[at] == -1;
    // Children stand behind their parent, so that there is no circle.
    const auto below = [&](std::int64_t child) { return child > n && child < nodes && parents[static_cast<std::size_t>(child)] == n; };
    if (leaf ? right[at] != -1 : !below(left[at]) || !below(right[at]) || left[at] == right[at]) return Damaged(where + ", node " + std::to_string(n) + " has children that do not exist");
    if (feature[at] < 0 || (!leaf && feature[at] >= static_cast<std::int64_t>(num_features))) return Damaged(where + ", node " + std::to_string(n) + " splits on a feature that does not exist");
  }
  return {};
}

Result<void> CheckBooster(const Json& json, std::size_t num_features, std::size_t num_outputs) {
  const Json& learner = json.at("learner");
  const Json& parameters = learner.at("learner_model_param");
  if (NumberOf(parameters.at("num_feature")) != static_cast<std::int64_t>(num_features)) return Damaged("it was trained on another number of features than the encoder makes");
  const std::int64_t classes = NumberOf(parameters.at("num_class"));
  if (std::max<std::int64_t>(1, classes) != static_cast<std::int64_t>(num_outputs)) return Damaged("it has another number of classes than the model");
  const Json& booster = learner.at("gradient_booster");
  if (booster.at("name").get<std::string>() != "gbtree") return Damaged("expected boosted trees");
  const Json& model = booster.at("model");
  const Json& trees = model.at("trees");
  if (trees.size() > 100'000 || NumberOf(model.at("gbtree_model_param").at("num_trees")) != static_cast<std::int64_t>(trees.size()) || model.at("tree_info").size() != trees.size()) return Damaged("another number of trees than it says");
  for (std::size_t t = 0; t < trees.size(); ++t) {
    const std::int64_t group = model.at("tree_info")[t].get<std::int64_t>();
    if (group < 0 || group >= static_cast<std::int64_t>(num_outputs)) return Damaged("tree " + std::to_string(t) + " belongs to a class that does not exist");
    ASSAY_TRY(CheckTree(trees[t], t, num_features));
  }
  return {};
}

// A leaf's output stands where the inner nodes have their condition. Booleans may be numbers.
trees::Tree TreeOf(const Json& json) {
  trees::Tree tree;
  tree.left = json.at("left_children").get<std::vector<std::int32_t>>();
  tree.right = json.at("right_children").get<std::vector<std::int32_t>>();
  tree.feature = json.at("split_indices").get<std::vector<std::int32_t>>();
  tree.value = json.at("split_conditions").get<std::vector<float>>();
  tree.cover = json.at("sum_hessian").get<std::vector<float>>();
  for (const Json& left : json.at("default_left")) tree.default_left.push_back(left.is_boolean() ? left.get<bool>() : left.get<int>() != 0);
  return tree;
}

float BaseMargin(const Json& learner, Task task) {
  const Json& score = learner.at("learner_model_param").at("base_score");
  const auto base = score.is_string() ? std::strtof(score.get_ref<const std::string&>().c_str(), nullptr) : score.get<float>();
  return task == Task::kBinary ? -std::log(1.0F / base - 1.0F) : base;
}

}  // namespace

Result<trees::Forest> ForestOfBooster(const std::string& text, Task task, Centre centre, std::size_t num_features, std::size_t num_outputs) {
  const Json json = ASSAY_TRY_WITH(base::ParseJson(text, "XGBoost's part"), "the model file is damaged");
  try {
    ASSAY_TRY(CheckBooster(json, num_features, num_outputs));
    const Json& learner = json.at("learner");
    if (learner.at("objective").at("name").get<std::string>() != ObjectiveOf(task, centre)) return Damaged("it was trained for another outcome than the model's");
    const float base = BaseMargin(learner, task);
    if (!std::isfinite(base)) return Damaged("its base score is no chance");
    const Json& model = learner.at("gradient_booster").at("model");
    std::vector<trees::Tree> trees;
    for (const Json& tree : model.at("trees")) trees.push_back(TreeOf(tree));
    Result<trees::Forest> forest = trees::Forest::Create(std::move(trees), model.at("tree_info").get<std::vector<std::uint32_t>>(), num_features, std::vector<float>(num_outputs, base));
    if (!forest && forest.error().code == ErrorCode::kInvalidInput) return Damaged(forest.error().message);
    return forest;
  } catch (const Json::exception& failure) {
    return Damaged(failure.what());
  }
}

void PredictionsOfMargins(Task task, std::size_t num_outputs, std::span<float> margins) {
  if (task == Task::kBinary) {
    for (float& margin : margins) margin = 1.0F / (std::exp(std::min(-margin, 88.7F)) + 1.0F);
  }
  if (task != Task::kMulticlass) return;
  for (std::size_t begin = 0; begin < margins.size(); begin += num_outputs) {
    const std::span<float> row = margins.subspan(begin, num_outputs);
    const float most = *std::max_element(row.begin(), row.end());
    double sum = 0;
    for (float& margin : row) sum += static_cast<double>(margin = std::exp(margin - most));
    for (float& margin : row) margin /= static_cast<float>(sum);
  }
}

}  // namespace assay::learn
