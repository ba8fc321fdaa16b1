#include "slices/metric_tree.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/text.h"

namespace assay::slices {

namespace {

constexpr std::size_t kMostDefinitions = 500;

// Values of a node's children as a row.
class Values : public expression::RowView {
 public:
  explicit Values(std::vector<double> values) : values_(std::move(values)) {}
  expression::Value At(std::size_t column) const override { return {values_[column], nullptr}; }

 private:
  std::vector<double> values_;
};

bool SameName(const std::string& a, const std::string& b) { return base::Lowercase(a) == base::Lowercase(b); }

class Builder {
 public:
  explicit Builder(std::span<const MetricDefinition> definitions) : definitions_(definitions) {
    for (const MetricDefinition& d : definitions) names_.push_back(d.name);
  }

  Result<MetricTree> Build(const std::string& root) {
    for (std::size_t i = 0; i < std::min(definitions_.size(), kMostDefinitions); ++i) {
      if (definitions_[i].name.empty()) return Error{ErrorCode::kInvalidInput, definitions_[i].where + ": a metric without a name; write for example: name = \"revenue\""};
      for (std::size_t k = 0; k < i; ++k) {
        if (SameName(names_[i], names_[k])) return Error{ErrorCode::kInvalidInput, definitions_[i].where + ": the metric's name '" + names_[i] + "' is taken; give it another one"};
      }
    }
    if (definitions_.size() > kMostDefinitions) return Error{ErrorCode::kTooLarge, definitions_.back().where + ": there are " + std::to_string(definitions_.size()) + " metrics, more than " + std::to_string(kMostDefinitions)};
    if (definitions_.empty()) return Error{ErrorCode::kInvalidInput, "there are no [[metrics]]"};
    if (!root.empty() && Find(root) == names_.size()) return Error{ErrorCode::kNotFound, "there is no metric '" + root + "'." + base::DidYouMean(root, names_) + " There are: " + base::Join(names_, ", ")};
    ASSAY_TRY(Add(root.empty() ? 0 : Find(root)));
    return std::move(tree_);
  }

 private:
  std::size_t Find(const std::string& name) const {
    return static_cast<std::size_t>(std::find_if(names_.begin(), names_.end(), [&](const std::string& n) { return SameName(n, name); }) - names_.begin());
  }

  // The node of a definition, made where it is not there yet.
  Result<std::size_t> Add(std::size_t index) {
    const MetricDefinition& definition = definitions_[index];
    for (std::size_t n = 0; n < tree_.nodes.size(); ++n) {
      if (tree_.nodes[n].name == definition.name) return n;
    }
    if (std::find(open_.begin(), open_.end(), index) != open_.end()) {
      std::string round;
      for (auto at = std::find(open_.begin(), open_.end(), index); at != open_.end(); ++at) round += "'" + names_[*at] + "' needs ";
      return Error{ErrorCode::kInvalidInput, definition.where + ": the metrics go round in a circle: " + round + "'" + definition.name + "'; write one of them as a metric of the data, such as sum(x)"};
    }
    open_.push_back(index);
    MetricNode node;
    node.name = definition.name;
    node.is = definition.is;
    const std::string where = definition.where + ": 'is' of the metric '" + definition.name + "'";
    if (NamesAggregate(definition.is)) {
      node.leaf = static_cast<int>(tree_.leaves.size());
      if (tree_.leaves.size() == kMostLeaves) return Error{ErrorCode::kTooLarge, where + ": a tree may have at most " + std::to_string(kMostLeaves) + " leaves; write a ratio as one metric, sum(x)/sum(y)"};
      tree_.leaves.push_back(ASSAY_TRY_WITH(ParseMetric(definition.is), where));
      tree_.leaf_names.push_back(definition.name);
    } else {
      ASSAY_TRY(AddFormula(definition, where, &node));
    }
    open_.pop_back();
    tree_.nodes.push_back(std::move(node));
    return tree_.nodes.size() - 1;
  }

  Result<void> AddFormula(const MetricDefinition& definition, const std::string& where, MetricNode* node) {
    const expression::Expression parsed = ASSAY_TRY_WITH(expression::Expression::Parse(definition.is), where);
    table::Schema schema;
    for (const std::string& name : parsed.columns()) {
      const std::size_t found = Find(name);
      if (found == names_.size()) return Error{ErrorCode::kNotFound, where + " speaks of '" + name + "', which is no metric." + base::DidYouMean(name, names_) + " A column of the data stands in a metric of its own, such as sum(" + name + ")"};
      const std::size_t child = ASSAY_TRY(Add(found));
      node->children.push_back(child);
      schema.push_back({name, table::ColumnType::kNumber, false, {}});
    }
    if (schema.empty()) return Error{ErrorCode::kInvalidInput, where + " is '" + definition.is + "', which names no other metric; write a metric of the data, such as sum(x), or a formula such as visits * conversion"};
    node->formula.push_back(ASSAY_TRY_WITH(expression::BoundExpression::Bind(parsed, schema), where));
    if (node->formula[0].type() != expression::ValueType::kNumber) return Error{ErrorCode::kInvalidInput, where + " gives a " + expression::ValueTypeName(node->formula[0].type()) + ", not a number"};
    return {};
  }

  std::span<const MetricDefinition> definitions_;
  std::vector<std::string> names_;
  std::vector<std::size_t> open_;  // definitions that are being added
  MetricTree tree_;
};

// "with 'a' as after and 'b' as before"
std::string StateInWords(const MetricTree& tree, std::uint32_t state) {
  std::string before, after;
  for (std::size_t i = 0; i < tree.leaves.size(); ++i) {
    std::string& side = (state >> i & 1U) != 0 ? after : before;
    side += (side.empty() ? "'" : ", '") + tree.leaf_names[i] + "'";
  }
  if (before.empty()) return "after";
  if (after.empty()) return "before";
  return "with " + after + " as after and " + before + " as before";
}

}  // namespace

std::vector<double> MetricTree::ValuesOf(std::span<const double> of_leaves) const {
  std::vector<double> values;
  for (const MetricNode& node : nodes) {
    if (node.leaf >= 0) {
      values.push_back(of_leaves[static_cast<std::size_t>(node.leaf)]);
      continue;
    }
    std::vector<double> children;
    for (const std::size_t child : node.children) children.push_back(values[child]);
    values.push_back(node.formula[0].EvaluateRow(Values(std::move(children))).number);
  }
  return values;
}

Result<MetricTree> BuildMetricTree(std::span<const MetricDefinition> definitions, const std::string& root) { return Builder(definitions).Build(root); }

Result<std::vector<double>> ShapleyOfLeaves(const MetricTree& tree, std::span<const double> before, std::span<const double> after) {
  const std::size_t n = tree.leaves.size();
  const std::uint32_t states = 1U << n;
  std::vector<double> root(states);
  for (std::uint32_t state = 0; state < states; ++state) {
    std::vector<double> leaves(n);
    for (std::size_t i = 0; i < n; ++i) leaves[i] = (state >> i & 1U) != 0 ? after[i] : before[i];
    root[state] = tree.ValuesOf(leaves).back();
    if (!std::isfinite(root[state])) return Error{ErrorCode::kNumeric, "the metric '" + tree.nodes.back().name + "' has no value " + StateInWords(tree, state) + " (a division by 0, or a value that is missing), so its change cannot be divided among its parts"};
  }
  // |S|! (n - |S| - 1)! / n! for |S| leaves that went before: 1 / (n times n - 1 over |S|).
  std::vector<double> weight(n);
  double choose = 1;
  for (std::size_t size = 0; size < n; ++size) {
    weight[size] = 1 / (static_cast<double>(n) * choose);
    choose = choose * static_cast<double>(n - 1 - size) / static_cast<double>(size + 1);
  }
  std::vector<double> shapley(n, 0);
  for (std::uint32_t state = 0; state < states; ++state) {
    for (std::size_t i = 0; i < n; ++i) {
      if ((state >> i & 1U) == 0) shapley[i] += weight[static_cast<std::size_t>(std::popcount(state))] * (root[state | 1U << i] - root[state]);
    }
  }
  return shapley;
}

}  // namespace assay::slices
