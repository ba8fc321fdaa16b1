// [[metrics]]: each is measured in the data or made of others, without a circle.
#include <algorithm>
#include <set>

#include "base/text.h"
#include "lifecycle/internal/check_state.h"
#include "slices/metric_tree.h"

namespace assay::lifecycle::internal {

namespace {

// A metric that others need would be told of by each of them, a circle by each that is in it: its names are told once.
std::string KeyOf(const std::string& message) {
  if (message.find("in a circle") == std::string::npos) return message;
  std::set<std::string> names;
  for (std::size_t at = message.find('\''); at != std::string::npos;) {
    const std::size_t end = message.find('\'', at + 1);
    if (end == std::string::npos) break;
    names.insert(message.substr(at, end - at + 1));
    at = message.find('\'', end + 1);
  }
  return base::Join(std::vector<std::string>(names.begin(), names.end()), " ");
}

}  // namespace

void CheckMetrics(CheckState& state) {
  const std::vector<Record>& metrics = state.charter().list("metrics");
  std::vector<slices::MetricDefinition> definitions;
  for (const Record& metric : metrics) definitions.push_back({metric.text("name"), metric.text("is"), std::to_string(definitions.size())});
  std::set<std::string> told;
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    const std::string &name = definitions[i].name, &is = definitions[i].is;
    if (name.empty() || is.empty()) continue;  // empty answers are told of as such
    const Result<slices::MetricTree> tree = slices::BuildMetricTree(definitions, name);
    if (!tree) {
      if (!told.insert(KeyOf(tree.error().message)).second) continue;
      // Messages begin with the place given: the position of the metric at fault.
      const std::string& message = tree.error().message;
      const std::size_t colon = message.find(": ");
      const std::size_t at = colon == std::string::npos ? i : std::min<std::size_t>(metrics.size() - 1, std::stoul("0" + message.substr(0, colon)));
      state.Find("broken_metric", FieldStatus::kContradicted, PlaceOf("metrics", metrics[at], "is", at), colon == std::string::npos ? message : message.substr(colon + 2), "", "Write sum(x), avg(x), count() or sum(x)/sum(y) over the data's columns, or a formula over the names of other metrics (docs/change.md).");
      continue;
    }
    if (!slices::NamesAggregate(is)) continue;
    const slices::Metric& metric = tree->leaves[0];
    for (const std::string& part : {metric.x, metric.y}) {
      if (!part.empty()) EvaluateText(state, part, PlaceOf("metrics", metrics[i], "is", i), "\"sum(amount)\"", Wanted::kNumber);
    }
  }
}

}  // namespace assay::lifecycle::internal
