// Any bytes: parsing a metric never crashes; one that parses has EXPRs that parse, and reads the same when written again. A tree of the bytes' lines as
// definitions is built or refused, and its values and shares exist or are refused.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "slices/metric_tree.h"

namespace assay::slices {
namespace {

void CheckMetric(std::string_view text) {
  const Result<Metric> metric = ParseMetric(text);
  if (!metric) return;
  ASSAY_CHECK(NamesAggregate(text));
  ASSAY_CHECK(expression::Expression::Parse(metric->x).has_value());
  ASSAY_CHECK(metric->y.empty() || expression::Expression::Parse(metric->y).has_value());
  const Result<Metric> again = ParseMetric(metric->text);
  ASSAY_CHECK(again.has_value() && again->x == metric->x && again->y == metric->y && again->form == metric->form);
}

void CheckTree(std::string_view text) {
  std::vector<MetricDefinition> definitions;
  while (!text.empty() && definitions.size() < 20) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    const std::size_t equals = std::min(line.find('='), line.size());
    definitions.push_back({std::string(line.substr(0, equals)), std::string(line.substr(std::min(equals + 1, line.size()))), "line " + std::to_string(definitions.size() + 1)});
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  const Result<MetricTree> tree = BuildMetricTree(definitions, "");
  if (!tree) return;
  std::vector<double> before, after;
  for (std::size_t i = 0; i < tree->leaves.size(); ++i) {
    before.push_back(static_cast<double>(i) - 1);
    after.push_back(static_cast<double>(i * i) + 0.5);
  }
  const Result<std::vector<double>> shapley = ShapleyOfLeaves(*tree, before, after);
  if (!shapley) return;
  ASSAY_CHECK(shapley->size() == tree->leaves.size());
}

}  // namespace
}  // namespace assay::slices

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  assay::slices::CheckMetric(text);
  assay::slices::CheckTree(text);
  return 0;
}
