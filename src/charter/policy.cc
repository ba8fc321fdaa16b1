#include "charter/policy.h"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <toml++/toml.h>

#include "base/text.h"
#include "charter/draft.h"

namespace assay::charter {

namespace {

constexpr double kLargestNumber = 1e100;

// Takes keys out of one table; the first thing that is wrong is kept.
class TableReader {
 public:
  TableReader(const toml::table& table, std::string path, std::string section) : table_(table), path_(std::move(path)), section_(std::move(section)) {}

  std::string Text(const char* key, bool needed) {
    const toml::node* node = Take(key, needed);
    if (node == nullptr) return "";
    if (!node->is_string()) Wrong(*node, key, "must be text in quotes");
    return node->is_string() ? std::string(**node->as_string()) : "";
  }
  double Number(const char* key, double otherwise, double least, double most) {
    const toml::node* node = Take(key, std::isnan(otherwise));
    if (node == nullptr) return otherwise;
    if (!node->is_number()) {
      Wrong(*node, key, "must be a number without quotes");
      return otherwise;
    }
    const double value = node->is_integer() ? static_cast<double>(**node->as_integer()) : **node->as_floating_point();
    if (!(value >= least && value <= most)) Wrong(*node, key, "is " + base::PlainNumber(value) + ", expected " + base::PlainNumber(least) + " to " + base::PlainNumber(most));
    return value;
  }
  std::int64_t Count(const char* key, double otherwise, double most) {
    const double value = Number(key, otherwise, 1, most);
    if (std::isfinite(value) && value != std::trunc(value)) Wrong(*table_.get(key), key, "must be a whole number");
    return std::isfinite(value) ? static_cast<std::int64_t>(std::clamp(value, 1.0, most)) : 1;
  }
  std::string Choice(const char* key, const std::vector<std::string>& choices) {
    const std::string text = Text(key, false);
    if (text.empty()) return choices.front();
    if (std::find(choices.begin(), choices.end(), text) == choices.end()) Wrong(*table_.get(key), key, "is \"" + text + "\", expected one of " + base::Join(choices, ", "));
    return text;
  }
  const toml::array* Tables(const char* key, bool needed) {
    const toml::node* node = Take(key, needed);
    if (node == nullptr) return nullptr;
    const toml::array* array = node->as_array();
    if (array == nullptr || !std::all_of(array->begin(), array->end(), [](const toml::node& n) { return n.is_table(); })) {
      Wrong(*node, key, std::string("is a list of tables; write [[") + key + "]] above each");
      return nullptr;
    }
    return array;
  }
  void Wrong(const toml::node& node, const std::string& key, const std::string& what) { Note(node.source().begin.line, "'" + Named(key) + "' " + what); }
  void Note(unsigned line, const std::string& what) {
    if (error_.empty()) error_ = path_ + ": line " + std::to_string(line) + ": " + what;
  }
  // The first mistake, an unknown key among them; "" when there is none.
  std::string Finish() {
    for (const auto& [key, node] : table_) {
      if (!base::IsAmong(known_, key.str())) Note(key.source().begin.line, "there is no key '" + Named(std::string(key.str())) + "'." + base::DidYouMean(key.str(), known_));
    }
    return error_;
  }

 private:
  std::string Named(const std::string& key) const { return section_.empty() ? key : section_ + "." + key; }
  const toml::node* Take(const char* key, bool needed) {
    known_.emplace_back(key);
    const toml::node* node = table_.get(key);
    if (node == nullptr && needed) Note(table_.source().begin.line, "'" + Named(key) + "' is missing");
    return node;
  }

  const toml::table& table_;
  std::string path_, section_, error_;
  std::vector<std::string> known_;
};

std::string ReadObjective(const toml::table& table, const std::string& path, PolicyObjective* objective) {
  TableReader reader(table, path, "objectives");
  objective->name = reader.Text("name", true);
  objective->least = reader.Number("least", 0, 0, 1);
  objective->most = reader.Number("most", 1, 0, 1);
  objective->weight = reader.Number("weight", std::nan(""), 0, kLargestNumber);
  objective->scale = reader.Number("scale", 1, 1e-100, kLargestNumber);
  objective->rung = reader.Text("rung", true);
  objective->model = reader.Text("model", true);
  if (table.contains("calibration")) objective->calibration = reader.Choice("calibration", {"logistic", "linear"});
  if (!objective->calibration.empty()) {
    objective->intercept = reader.Number("intercept", std::nan(""), -kLargestNumber, kLargestNumber);
    objective->slope = reader.Number("slope", std::nan(""), 1e-100, kLargestNumber);
  }
  return reader.Finish();
}

std::string ReadGuardrail(const toml::table& table, const std::string& path, PolicyGuardrail* guardrail) {
  TableReader reader(table, path, "guardrails");
  guardrail->name = reader.Text("name", true);
  guardrail->expression = reader.Text("expression", true);
  guardrail->at_least = table.contains("least") && !table.contains("limit");
  if (table.contains("least") && table.contains("limit")) reader.Note(table.source().begin.line, "the guardrail '" + guardrail->name + "' has both a limit and a least value; write it as two");
  guardrail->limit = reader.Number(guardrail->at_least ? "least" : "limit", std::nan(""), -kLargestNumber, kLargestNumber);
  return reader.Finish();
}

}  // namespace

Result<Policy> ParsePolicy(const std::string& text, const std::string& path) {
  toml::table root;
  try {
    root = toml::parse(text, path);
  } catch (const toml::parse_error& error) {
    return Error{ErrorCode::kInvalidInput, path + ": line " + std::to_string(error.source().begin.line) + ": not valid TOML: " + std::string(error.description())};
  }
  Policy policy;
  TableReader reader(root, path, "");
  policy.version = reader.Count("version", std::nan(""), 1e15);
  policy.blend = reader.Choice("blend", {"sum", "product", "multiplier"});
  policy.multiplier = reader.Text("multiplier", policy.blend == "multiplier");
  policy.filter = reader.Text("filter", false);
  std::string wrong;
  if (root.contains("threshold")) {
    policy.threshold = reader.Number("threshold", std::nan(""), -kLargestNumber, kLargestNumber);
    for (const char* key : {"query", "k", "discount"}) {
      if (root.contains(key)) reader.Note(root.get(key)->source().begin.line, std::string("'") + key + "' is of lists, and this policy decides single rows by a threshold; leave one of them out");
    }
  } else {
    policy.query = reader.Text("query", true);
    policy.k = reader.Count("k", 10, 1e6);
    policy.discount = reader.Choice("discount", {"none", "log2"});
  }
  if (const toml::array* objectives = reader.Tables("objectives", true)) {
    for (const toml::node& node : *objectives) {
      std::string fault = ReadObjective(*node.as_table(), path, &policy.objectives.emplace_back());
      const auto same = std::count_if(policy.objectives.begin(), policy.objectives.end(), [&](const PolicyObjective& o) { return o.name == policy.objectives.back().name; });
      if (fault.empty() && same > 1) fault = path + ": line " + std::to_string(node.source().begin.line) + ": the objective '" + policy.objectives.back().name + "' stands there twice; leave one of them out";
      if (wrong.empty()) wrong = fault;
    }
  }
  if (const toml::array* guardrails = reader.Tables("guardrails", false)) {
    for (const toml::node& node : *guardrails) {
      std::string fault = ReadGuardrail(*node.as_table(), path, &policy.guardrails.emplace_back());
      const std::string& name = policy.guardrails.back().name;
      const auto same = std::count_if(policy.guardrails.begin(), policy.guardrails.end(), [&](const PolicyGuardrail& g) { return g.name == name; }) + std::count_if(policy.objectives.begin(), policy.objectives.end(), [&](const PolicyObjective& o) { return o.name == name; });
      if (fault.empty() && same > 1) fault = path + ": line " + std::to_string(node.source().begin.line) + ": two guardrails, or a guardrail and an objective, are called '" + name + "'; give each a name of its own";
      if (wrong.empty()) wrong = fault;
    }
  }
  if (const std::string fault = reader.Finish(); !fault.empty()) wrong = fault;
  if (!wrong.empty()) return Error{ErrorCode::kInvalidInput, wrong};
  if (policy.objectives.size() < 2) return Error{ErrorCode::kInvalidInput, path + ": a policy weighs two or more objectives; this one has " + std::to_string(policy.objectives.size())};
  double sum = 0;
  for (const PolicyObjective& objective : policy.objectives) sum += objective.weight;
  if (!(sum > 0)) return Error{ErrorCode::kInvalidInput, path + ": all weights are 0, so nothing would be ranked; give one objective a weight above 0"};
  for (std::size_t o = 0; o < policy.objectives.size(); ++o) {
    const PolicyObjective& objective = policy.objectives[o];
    const double share = objective.weight / sum;
    // Weights that add up to 1 but for rounding lie on their bounds.
    if (share >= objective.least - 1e-9 && share <= objective.most + 1e-9) continue;
    const toml::node* at = root["objectives"][o].node();
    return Error{ErrorCode::kInvalidInput, path + ": line " + std::to_string(at->source().begin.line) + ": the weight of '" + objective.name + "' is " + base::PlainNumber(objective.weight) + ", of all weights " + base::PlainNumber(share, 4) + ", outside its bounds " + base::PlainNumber(objective.least) + " to " + base::PlainNumber(objective.most)};
  }
  return policy;
}

std::string WritePolicy(const Policy& policy, const std::string& project) {
  std::ostringstream out;
  const auto number = [](double value) { return base::ShortestNumber(value); };
  out << "# How the scores of " << TomlString(project) << " become " << (std::isfinite(policy.threshold) ? "decisions" : "a list") << ". Weights may be changed within their bounds, guardrails and " << (std::isfinite(policy.threshold) ? "the threshold" : "k") << " as well:\n"
      << "# no model is touched by that. Written by assay tradeoff, which counts the versions and can take one back.\n"
      << "version = " << policy.version << "\n"
      << "blend = " << TomlString(policy.blend) << "\n";
  if (!policy.multiplier.empty()) out << "multiplier = " << TomlString(policy.multiplier) << "\n";
  if (!policy.filter.empty()) out << "filter = " << TomlString(policy.filter) << "  # what may be shown at all\n";
  if (std::isfinite(policy.threshold)) {
    out << "threshold = " << number(policy.threshold) << "  # rows whose blend reaches it are acted on\n";
  } else {
    out << "query = " << TomlString(policy.query) << "\nk = " << policy.k << "\ndiscount = " << TomlString(policy.discount) << "\n";
  }
  for (const PolicyObjective& o : policy.objectives) {
    out << "\n[[objectives]]\nname = " << TomlString(o.name) << "\nweight = " << number(o.weight) << "\nleast = " << number(o.least) << "\nmost = " << number(o.most) << "\nscale = " << number(o.scale) << "  # scores are divided by it\nrung = " << TomlString(o.rung) << "\nmodel = " << TomlString(o.model) << "\n";
    if (!o.calibration.empty()) out << "calibration = " << TomlString(o.calibration) << "  # comes before the scale\nintercept = " << number(o.intercept) << "\nslope = " << number(o.slope) << "\n";
  }
  for (const PolicyGuardrail& g : policy.guardrails) out << "\n[[guardrails]]\nname = " << TomlString(g.name) << "\nexpression = " << TomlString(g.expression) << (g.at_least ? "\nleast = " : "\nlimit = ") << number(g.limit) << "\n";
  return out.str();
}

}  // namespace assay::charter
