#include "learn/internal/booster_forest.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/json.h"
#include "learn/internal/booster.h"
#include "learn/internal/json_values.h"

namespace assay::learn {

namespace {

Error Damaged(const std::string& what) { return {ErrorCode::kInvalidInput, "the model file is damaged: XGBoost's part: " + what}; }

// XGBoost writes some numbers as text.
std::int64_t NumberOf(const Json& value) { return value.is_string() ? std::strtoll(value.get_ref<const std::string&>().c_str(), nullptr, 10) : WholeOf<std::int64_t>(value); }

// What XGBoost's JSON says beside the nodes, which the forest itself checks. A leaf's output stands where the inner nodes have their condition; booleans may be numbers.
Result<trees::Tree> TreeOf(const Json& json, std::size_t number) {
  const std::string where = "tree " + std::to_string(number);
  trees::Tree tree;
  tree.left = WholesOf<std::int32_t>(json.at("left_children"));
  tree.right = WholesOf<std::int32_t>(json.at("right_children"));
  tree.feature = WholesOf<std::int32_t>(json.at("split_indices"));
  tree.value = FloatsOf(json.at("split_conditions"));
  tree.cover = FloatsOf(json.at("sum_hessian"));
  for (const Json& left : json.at("default_left")) tree.default_left.push_back(left.is_boolean() ? left.get<bool>() : WholeOf<int>(left) != 0);
  if (NumberOf(json.at("tree_param").at("num_nodes")) != static_cast<std::int64_t>(tree.size())) return Damaged(where + " has another number of nodes than it says");
  const Json& types = json.at("split_type");
  const bool numeric = json.at("categories").empty() && std::all_of(types.begin(), types.end(), [](const Json& type) { return WholeOf<int>(type) == 0; });
  if (!numeric) return Damaged(where + " splits on categories, which Assay never trains");
  return tree;
}

float BaseMargin(const Json& learner, Task task) {
  const Json& score = learner.at("learner_model_param").at("base_score");
  const auto base = score.is_string() ? std::strtof(score.get_ref<const std::string&>().c_str(), nullptr) : FloatOf(score);
  return task == Task::kBinary ? -std::log(1.0F / base - 1.0F) : base;
}

}  // namespace

Result<trees::Forest> ForestOfBooster(const std::string& text, Task task, Centre centre, std::size_t num_features, std::size_t num_outputs) {
  const Json json = ASSAY_TRY_WITH(base::ParseJson(text, "XGBoost's part"), "the model file is damaged");
  try {
    const Json& learner = json.at("learner");
    const Json& parameters = learner.at("learner_model_param");
    if (NumberOf(parameters.at("num_feature")) != static_cast<std::int64_t>(num_features)) return Damaged("it was trained on another number of features than the encoder makes");
    if (std::max<std::int64_t>(1, NumberOf(parameters.at("num_class"))) != static_cast<std::int64_t>(num_outputs)) return Damaged("it has another number of classes than the model");
    if (learner.at("objective").at("name").get<std::string>() != ObjectiveOf(task, centre)) return Damaged("it was trained for another outcome than the model's");
    const float base = BaseMargin(learner, task);
    if (!std::isfinite(base)) return Damaged("its base score is no chance");
    const Json& booster = learner.at("gradient_booster");
    if (booster.at("name").get<std::string>() != "gbtree") return Damaged("expected boosted trees");
    const Json& model = booster.at("model");
    std::vector<trees::Tree> trees;
    for (const Json& tree : model.at("trees")) trees.push_back(ASSAY_TRY(TreeOf(tree, trees.size())));
    if (NumberOf(model.at("gbtree_model_param").at("num_trees")) != static_cast<std::int64_t>(trees.size())) return Damaged("another number of trees than it says");
    Result<trees::Forest> forest = trees::Forest::Create(std::move(trees), WholesOf<std::uint32_t>(model.at("tree_info")), num_features, std::vector<float>(num_outputs, base));
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
