// The tree as a model: predict, explain, save and load.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "base/thread_pool.h"
#include "expression/expression.h"
#include "learn/internal/json_values.h"
#include "learn/internal/learners.h"
#include "learn/internal/rule_tree.h"

namespace assay::learn {

namespace {

// A part of a time is a feature named "month(Release Date)", without the quotes that its column needs in an EXPR.
std::string AsExpression(const std::string& feature) {
  const std::size_t open = feature.find('(');
  if (open != std::string::npos && feature.ends_with(")")) {
    const std::string part = feature.substr(0, open + 1) + expression::ColumnAsExpression(feature.substr(open + 1, feature.size() - open - 2)) + ")";
    if (expression::Expression::Parse(part)) return part;
  }
  return expression::ColumnAsExpression(feature);
}

class RuleModel : public Model {
 public:
  RuleModel(Task task, std::vector<RuleNode> nodes, std::string note) : task_(task), nodes_(std::move(nodes)), note_(std::move(note)) {}
  RungKind kind() const override { return RungKind::kRule; }

  Result<void> Predict(const table::Table& table, std::span<const std::uint32_t> rows, std::span<double> out, const RunContext& context) const override {
    struct Bound {
      const table::Column* column = nullptr;
      std::vector<char> left;  // by category code
    };
    std::vector<Bound> bound(nodes_.size());
    for (std::size_t n = 0; n < nodes_.size(); ++n) {
      if (nodes_[n].column.empty()) continue;
      const std::size_t index = ASSAY_TRY(table.IndexOf(nodes_[n].column));
      bound[n].column = &table.column(index);
      const bool category = bound[n].column->type() == table::ColumnType::kCategory;
      if (category != nodes_[n].category) return Error{ErrorCode::kInvalidInput, "column '" + nodes_[n].column + "' has another type than in the training data"};
      if (!category) continue;
      for (const std::string& entry : bound[n].column->dictionary()) {
        const bool left = std::binary_search(nodes_[n].values.begin(), nodes_[n].values.end(), entry);
        const bool right = std::binary_search(nodes_[n].right_values.begin(), nodes_[n].right_values.end(), entry);
        bound[n].left.push_back(left || (!right && nodes_[n].missing_left) ? 1 : 0);
      }
    }
    const std::size_t k = nodes_[0].output.size();
    constexpr std::int64_t kBlock = 65536;
    return base::ParallelFor(context, (static_cast<std::int64_t>(rows.size()) + kBlock - 1) / kBlock, [&](std::int64_t block) {
      const auto end = std::min<std::size_t>(rows.size(), static_cast<std::size_t>((block + 1) * kBlock));
      for (auto i = static_cast<std::size_t>(block * kBlock); i < end; ++i) {
        std::size_t n = 0;
        while (nodes_[n].left >= 0) {
          bool left = nodes_[n].missing_left;
          if (nodes_[n].category) {
            const std::uint32_t code = bound[n].column->CodeAt(rows[i]);
            if (code != table::kMissingCode) left = bound[n].left[code] != 0;
          } else {
            const double value = bound[n].column->NumberAt(rows[i]);
            if (!std::isnan(value)) left = value <= nodes_[n].upper;
          }
          n = static_cast<std::size_t>(left ? nodes_[n].left : nodes_[n].right);
        }
        std::copy(nodes_[n].output.begin(), nodes_[n].output.end(), out.begin() + static_cast<std::ptrdiff_t>(i * k));
      }
    });
  }

  std::vector<std::string> columns() const override {
    std::vector<std::string> columns;
    for (const RuleNode& node : nodes_) {
      if (!node.column.empty() && std::find(columns.begin(), columns.end(), node.column) == columns.end()) columns.push_back(node.column);
    }
    return columns;
  }
  Json ToJson() const override {
    Json nodes = Json::array();
    for (const RuleNode& n : nodes_) {
      nodes.push_back({{"column", n.column}, {"category", n.category}, {"upper", n.upper}, {"values", n.values}, {"right_values", n.right_values}, {"missing_left", n.missing_left}, {"left", n.left}, {"right", n.right}, {"output", n.output}, {"share", n.share}});
    }
    return {{"nodes", nodes}, {"note", note_}};
  }

  std::string Explain(std::span<const std::string> classes) const override {
    if (nodes_[0].left < 0) return (note_.empty() ? "no split helps" : note_) + ": " + Answer(nodes_[0], classes) + " for all";
    std::vector<std::string> lines;
    Collect(0, "", classes, &lines);
    if (!note_.empty()) lines.push_back("(" + note_ + ")");
    return base::Join(lines, "\n");
  }

 private:
  std::string Answer(const RuleNode& node, std::span<const std::string> classes) const {
    if (task_ == Task::kBinary) return base::ReadableShare(node.output[0]);
    if (task_ == Task::kMulticlass) {
      const auto likeliest = static_cast<std::size_t>(std::max_element(node.output.begin(), node.output.end()) - node.output.begin());
      return (likeliest < classes.size() ? "'" + classes[likeliest] + "'" : "class " + std::to_string(likeliest)) + " with " + base::ReadableShare(node.output[likeliest]);
    }
    return base::ReadableNumber(node.output[0]);
  }

  // What leads to the left.
  std::string Condition(const RuleNode& node) const {
    const std::string name = AsExpression(node.column);
    if (!node.category) return name + " <= " + base::PlainNumber(node.upper) + (node.missing_left ? " or " + name + " is null" : "");
    // The side that missing and rare values do not go to is the one that its values say all about.
    const std::vector<std::string>& values = node.missing_left ? node.right_values : node.values;
    std::vector<std::string> shown(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(6, values.size())));
    for (std::string& value : shown) value = "'" + value + "'";
    const std::string more = values.size() > shown.size() ? ", and " + std::to_string(values.size() - shown.size()) + " more" : "";
    return name + (node.missing_left ? " not in (" : " in (") + base::Join(shown, ", ") + more + ")";
  }

  // A line per branch, branches of branches two blanks further in.
  void Collect(std::size_t n, const std::string& indent, std::span<const std::string> classes, std::vector<std::string>* lines) const {
    for (const bool left : {true, false}) {
      const std::size_t below = static_cast<std::size_t>(left ? nodes_[n].left : nodes_[n].right);
      const RuleNode& node = nodes_[below];
      const std::string branch = indent + (left ? "if " + Condition(nodes_[n]) : std::string("else"));
      lines->push_back(branch + (node.left < 0 ? ": " + Answer(node, classes) + " (" + base::ReadableShare(node.share) + " of rows)" : ":"));
      if (node.left >= 0) Collect(below, indent + "  ", classes, lines);
    }
  }

  Task task_;
  std::vector<RuleNode> nodes_;
  std::string note_;
};

}  // namespace

std::unique_ptr<Model> MakeRuleModel(Task task, std::vector<RuleNode> nodes, std::string note) { return std::make_unique<RuleModel>(task, std::move(nodes), std::move(note)); }

Result<std::unique_ptr<Model>> LoadRule(const Json& json, Task task, std::size_t num_outputs) {
  std::vector<RuleNode> nodes;
  for (const Json& item : json.at("nodes")) {
    RuleNode n;
    n.column = item.at("column").get<std::string>();
    n.category = item.at("category").get<bool>();
    n.upper = item.at("upper").get<double>();
    n.values = item.at("values").get<std::vector<std::string>>();
    n.right_values = item.at("right_values").get<std::vector<std::string>>();
    n.missing_left = item.at("missing_left").get<bool>();
    n.left = WholeOf<int>(item.at("left"));
    n.right = WholeOf<int>(item.at("right"));
    n.output = item.at("output").get<std::vector<double>>();
    n.share = item.at("share").get<double>();
    nodes.push_back(std::move(n));
  }
  if (nodes.size() > kMostRuleNodes) return Error{ErrorCode::kInvalidInput, "the model file is damaged: a rule of " + std::to_string(nodes.size()) + " nodes; at most " + std::to_string(kMostRuleNodes) + " are grown"};
  std::vector<int> parents(nodes.size(), 0);
  for (const RuleNode& node : nodes) {
    for (const int child : {node.left, node.right}) {
      if (child >= 0 && child < static_cast<int>(nodes.size())) ++parents[static_cast<std::size_t>(child)];
    }
  }
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (parents[i] > 1) return Error{ErrorCode::kInvalidInput, "the model file is damaged: node " + std::to_string(i) + " is reached in two ways"};
    // Children stand behind their parent, so that a damaged file cannot make a circle.
    const auto below = [&](int child) { return child == -1 || (child > static_cast<int>(i) && child < static_cast<int>(nodes.size())); };
    if (nodes[i].output.size() != num_outputs) return Error{ErrorCode::kInvalidInput, "the model file is damaged: node " + std::to_string(i) + " answers with another number of values than the outcome has"};
    if (!std::is_sorted(nodes[i].values.begin(), nodes[i].values.end()) || !std::is_sorted(nodes[i].right_values.begin(), nodes[i].right_values.end())) return Error{ErrorCode::kInvalidInput, "the model file is damaged: the values of node " + std::to_string(i) + " are not in order"};
    if (!below(nodes[i].left) || !below(nodes[i].right) || (nodes[i].left < 0) != nodes[i].column.empty() || (nodes[i].left < 0) != (nodes[i].right < 0)) return Error{ErrorCode::kInvalidInput, "the model file is damaged: node " + std::to_string(i)};
  }
  if (nodes.empty()) return Error{ErrorCode::kInvalidInput, "the model file is damaged: no nodes"};
  return MakeRuleModel(task, std::move(nodes), json.value("note", std::string()));
}

}  // namespace assay::learn
