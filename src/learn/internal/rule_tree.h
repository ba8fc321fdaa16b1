// A small tree that a person can read: its nodes, how it is grown, and the model made of it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "learn/learner.h"

namespace assay::learn {

// A rule has at most three conditions one below the other.
inline constexpr int kDeepestRule = 3;
inline constexpr std::size_t kMostRuleNodes = (std::size_t{2} << kDeepestRule) - 1;

// A node of the tree; leaves have no column.
struct RuleNode {
  std::string column;              // "" for a leaf
  bool category = false;
  double upper = 0;                // number: left when value <= upper
  std::vector<std::string> values;        // category: left when among these, sorted
  std::vector<std::string> right_values;  // right when among these; all others go where missing goes
  bool missing_left = false;
  int left = -1, right = -1;
  std::vector<double> output;      // of the rows that reach the node, smoothed
  double share = 0;                // of training rows
  double log_chance = 0;           // of the split, by LogChanceOfSplit and Bonferroni over features; while it grows, not saved
};

// `note`: how its shape was come by, where a reader should know; stands in place of "no split helps" when there is no split.
std::unique_ptr<Model> MakeRuleModel(Task task, std::vector<RuleNode> nodes, std::string note = "");

// A feature in bins: bin 0 = missing or rare, then numbers by size or categories by outcome.
struct BinnedFeature {
  std::size_t column = 0;
  std::vector<std::uint8_t> bin;                 // per position in rows
  std::vector<double> uppers;                    // number: upper end of bins 1..
  std::vector<std::vector<std::string>> values;  // category: values of bins 1..
  std::size_t num_bins = 1;
};
// `target`: `k` values per position.
// Categories with fewer than `least_category_rows` rows count as missing.
BinnedFeature BinFeature(const table::Column& column, std::span<const std::uint32_t> rows, const std::vector<double>& target, std::size_t k, double least_category_rows);

// Grows trees of several depths on the same bins. The feature of a split is the one whose best split chance would find least easily;
// where the median is aimed at, splits part the outcome's ranks and leaves answer with medians. Not thread-safe; uses context.pool itself.
class RuleGrower {
 public:
  // `least_leaf_rows` 0: one in 200 of the rows, and 20, or one in ten of fewer than 200 rows but 5.
  RuleGrower(const Examples& examples, std::span<const std::uint32_t> rows, const RunContext& context, int least_leaf_rows = 0);
  Result<std::vector<RuleNode>> Grow(int depth);

 private:
  struct Candidate {
    double gain = 0, log_chance = 0;
    std::size_t feature = 0, bin = 0;  // left: bins 1..bin, and missing where it fits better
    bool missing_left = false;
  };
  Result<void> Bin();
  std::vector<double> Sums(const std::vector<std::uint32_t>& members) const;
  // The variance of the targets, summed over them.
  double Variance(const std::vector<std::uint32_t>& members, const std::vector<double>& sums) const;
  Candidate BestOf(std::size_t f, const std::vector<std::uint32_t>& members, const std::vector<double>& sums, double variance) const;
  std::vector<double> Output(const std::vector<std::uint32_t>& members, const std::vector<double>& sums) const;
  Result<int> Split(const std::vector<std::uint32_t>& members, int depth);
  void FillNode(const Candidate& best, const std::vector<std::uint32_t>& members, RuleNode* node) const;

  const Examples& examples_;
  Rows rows_;
  const RunContext& context_;
  std::size_t k_;
  std::vector<double> target_;
  std::vector<BinnedFeature> binned_;
  std::vector<double> prior_;
  std::vector<RuleNode> nodes_;
  double least_rows_ = 20;
  double offset_ = 0;      // the mean that was taken off the targets of numbers
  double least_gain_ = 0;  // what rounding makes of sums of squared targets
  // Of a category by itself: ordered by their own few outcomes rare ones would look like a signal.
  double least_category_rows_ = 30;
};

}  // namespace assay::learn
