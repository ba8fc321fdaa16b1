// A metric that is made of others: revenue = visits x conversion x basket. Its change, divided among the leaves exactly.
//
// By Shapley's value (Shapley 1953): a leaf gets the mean, over all orders in which the leaves may go from before to after, of what the
// root then moves by. It adds up, treats leaves alike, and holds for any formula: zeros, negative values, sums and quotients. (The logarithmic
// mean Divisia index adds up as well, and for a pure product differs little, but needs positive values and products.)
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "expression/expression.h"
#include "slices/metric.h"

namespace assay::slices {

inline constexpr std::size_t kMostLeaves = 12;  // 4,096 states of the tree

struct MetricDefinition {
  std::string name;
  std::string is;     // a metric (metric.h), or an EXPR over the names of others
  std::string where;  // "assay.toml: line 12", for messages
};

struct MetricNode {
  std::string name, is;
  int leaf = -1;                            // position among the leaves; -1 for a formula
  std::vector<std::size_t> children;        // positions among the nodes, all before this one
  std::vector<expression::BoundExpression> formula;  // one, of a formula, over the children in order
};

struct MetricTree {
  std::vector<MetricNode> nodes;  // children before parents; the root is the last
  std::vector<Metric> leaves;
  std::vector<std::string> leaf_names;

  // Values of all nodes; NaN where one does not exist (a division by 0).
  std::vector<double> ValuesOf(std::span<const double> leaves) const;
};

// Of the definition named `root` ("" = the first). kInvalidInput or kNotFound, with its place: a name that stands twice or is not there, a metric that
// needs itself, a formula that is none, more than kMostLeaves leaves.
Result<MetricTree> BuildMetricTree(std::span<const MetricDefinition> definitions, const std::string& root);

// What each leaf's way from `before` to `after` moves the root by; sums to the root's change. kNumeric, naming leaves, where the root
// has no value on the way.
Result<std::vector<double>> ShapleyOfLeaves(const MetricTree& tree, std::span<const double> before, std::span<const double> after);

}  // namespace assay::slices
