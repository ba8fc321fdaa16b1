#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "lifecycle/internal/change_parts.h"

namespace assay::lifecycle {

namespace {

using evidence::ChangePart;
using evidence::ChangeReport;

constexpr const char* kNoIntervalOfTree = "a metric made of others is divided exactly; noise is measured for each of its leaves";

// A leaf's part in the unit of the root: what it moved the leaf by, times what the leaf moved the root by for each unit of its own.
ChangePart InRootUnit(ChangePart part, const std::string& leaf, double factor, double change) {
  part.metric = leaf;
  for (double* value : {&part.contribution, &part.mix, &part.rate, &part.estimate, &part.low, &part.high}) *value *= factor;
  if (factor < 0) std::swap(part.low, part.high);
  part.share = change == 0 ? std::nullopt : std::optional(part.contribution / change);
  return part;
}

evidence::ChangeOfMetric NodeOf(const slices::MetricNode& node, double before, double after) {
  evidence::ChangeOfMetric made;
  made.name = node.name;
  made.is = node.is;
  made.leaf = node.leaf >= 0;
  made.before = before;
  made.after = after;
  made.change = after - before;
  made.reason = kNoIntervalOfTree;
  return made;
}

}  // namespace

Result<ChangeReport> ReportOfTree(const ChangeProblem& problem, const ChangeSides& sides, const table::Table& table, const RunContext& context, std::vector<std::string>* notes) {
  const slices::MetricTree tree = ASSAY_TRY_WITH(slices::BuildMetricTree(problem.metrics, problem.metric), "--metric");
  std::vector<ChangeReport> leaves;
  std::vector<double> before, after;
  for (std::size_t i = 0; i < tree.leaves.size(); ++i) {
    context.Report("metrics", static_cast<std::int64_t>(i), static_cast<std::int64_t>(tree.leaves.size()));
    std::vector<std::string> of_leaf;
    const std::string& name = tree.leaf_names[i];
    const slices::ChangeRows rows = ASSAY_TRY(RowsOfMetric(tree.leaves[i], "the metric '" + name + "'", sides, table, context, &of_leaf));
    leaves.push_back(ASSAY_TRY(ReportOfMetric(problem, name, tree.leaves.size(), rows, context, &of_leaf)));
    before.push_back(leaves.back().total.before);
    after.push_back(leaves.back().total.after);
    for (const std::string& note : of_leaf) {
      const std::string whole = "of '" + name + "': " + note;
      if (i == 0 || std::find(notes->begin(), notes->end(), "of '" + tree.leaf_names[0] + "': " + note) == notes->end()) notes->push_back(whole);
    }
  }
  context.Report("metrics", static_cast<std::int64_t>(leaves.size()), static_cast<std::int64_t>(leaves.size()));
  const std::vector<double> shapley = ASSAY_TRY(slices::ShapleyOfLeaves(tree, before, after));
  const std::vector<double> values[2] = {tree.ValuesOf(before), tree.ValuesOf(after)};
  ChangeReport report;
  report.metric = tree.nodes.back().name;
  report.total = leaves[0].total;  // rows and blocks
  report.total.before = values[0].back();
  report.total.after = values[1].back();
  report.total.change = values[1].back() - values[0].back();
  report.total.low = report.total.high = report.total.p_value = std::nan("");
  report.total.reason = kNoIntervalOfTree;
  report.total.mix = report.total.rate = 0;
  report.total.mix_by = "parts";
  report.total.before_estimate = {values[0].back(), std::nan(""), std::nan(""), 0.95, kNoIntervalOfTree};
  report.total.after_estimate = {values[1].back(), std::nan(""), std::nan(""), 0.95, kNoIntervalOfTree};
  report.tested = leaves[0].tested;
  report.method = "the change is divided among the leaves of the tree by Shapley's value, exactly; then, for each leaf: " + leaves[0].method;
  report.unit_of_noise = leaves[0].unit_of_noise;
  report.features = {};
  report.unexplained = report.total.change;
  const double change = report.total.change;
  for (std::size_t n = 0; n < tree.nodes.size(); ++n) report.metrics.push_back(NodeOf(tree.nodes[n], values[0][n], values[1][n]));
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    const ChangeReport& leaf = leaves[i];
    const double factor = leaf.total.change == 0 ? 0 : shapley[i] / leaf.total.change;
    report.total.mix += factor * leaf.total.mix;
    report.total.rate += factor * leaf.total.rate;
    report.cells_looked_at += leaf.cells_looked_at;
    report.cells_tested += leaf.cells_tested;
    report.tested = report.tested && leaf.tested;
    for (evidence::ChangeOfMetric& node : report.metrics) {
      if (node.name != tree.leaf_names[i]) continue;
      node.contribution = shapley[i];
      node.share = change == 0 ? std::nullopt : std::optional(shapley[i] / change);
      node.low = leaf.total.low;
      node.high = leaf.total.high;
      node.reason = leaf.total.reason;
      node.text = leaf.answer;
      node.unexplained = factor * leaf.unexplained;
      node.unexplained_text = leaf.unexplained_text;
    }
    if (leaf.total.change == 0 && !leaf.parts.empty()) {
      notes->push_back("of '" + tree.leaf_names[i] + "': its parts cancel exactly, so that they moved nothing of '" + report.metric + "' and are not shown");
      continue;
    }
    for (const ChangePart& part : leaf.parts) {
      report.parts.push_back(InRootUnit(part, tree.leaf_names[i], factor, change));
      report.unexplained -= report.parts.back().contribution;
    }
  }
  report.rest.text = "see the leaves";
  report.rest.reason = kNoIntervalOfTree;
  report.rest.contribution = report.unexplained;
  report.unexplained_text = UnexplainedText(report);
  report.answer = AnswerOf(report, report.metric);
  return report;
}

}  // namespace assay::lifecycle
