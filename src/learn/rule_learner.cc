// The best rule of depth at most 3: a small tree that a person can read and write into any system.
//
// Grown greedily by the reduction of squared error (for 0/1 outcomes: the Gini index; Breiman et al. 1984) over at most 128
// bins per feature; categories are ordered by their smoothed outcome, which makes the best split in two one of order
// (Fisher 1958). How deep it goes is chosen by validation folds inside the training rows.
#include <algorithm>

#include "learn/internal/learners.h"
#include "learn/internal/rule_tree.h"
#include "learn/metrics.h"
#include "learn/split.h"

namespace assay::learn {

namespace {

// The same tree cut off below `depth`: what growing to that depth gives, because it grows greedily.
int CopyTruncated(const std::vector<RuleNode>& nodes, int from, int depth, std::vector<RuleNode>* out) {
  const auto index = static_cast<int>(out->size());
  out->push_back(nodes[static_cast<std::size_t>(from)]);
  const RuleNode& node = nodes[static_cast<std::size_t>(from)];
  if (node.left < 0) return index;
  if (depth == 0) {
    RuleNode leaf;
    leaf.output = node.output;
    leaf.share = node.share;
    (*out)[static_cast<std::size_t>(index)] = std::move(leaf);
    return index;
  }
  const int left = CopyTruncated(nodes, node.left, depth - 1, out);
  const int right = CopyTruncated(nodes, node.right, depth - 1, out);
  (*out)[static_cast<std::size_t>(index)].left = left;
  (*out)[static_cast<std::size_t>(index)].right = right;
  return index;
}

class RuleLearner : public Learner {
 public:
  explicit RuleLearner(const LearnerOptions& options) : options_(options) {}
  RungKind kind() const override { return RungKind::kRule; }
  std::string name() const override { return "best rule"; }

  Result<std::unique_ptr<Model>> Fit(const Examples& examples, std::span<const std::uint32_t> rows, const RunContext& context) const override {
    if (rows.empty()) return Error{ErrorCode::kInvalidInput, "there are no training rows"};
    int depth = options_.max_rule_depth;
    if (!options_.quick) depth = ASSAY_TRY(ChooseDepth(examples, rows, context));
    std::vector<RuleNode> nodes = ASSAY_TRY(RuleGrower(examples, rows, context, options_.least_leaf_rows).Grow(depth));
    return MakeRuleModel(examples.task, std::move(nodes));
  }

 private:
  Result<int> ChooseDepth(const Examples& examples, std::span<const std::uint32_t> rows, const RunContext& context) const {
    const std::int64_t most = options_.tuning_rows > 0 ? options_.tuning_rows : 1'000'000;
    const Rows sample = ThinRows(examples, rows, most, context.seed);
    const Result<std::vector<Split>> folds = CrossValidationFolds(examples, sample, 3, context.seed);
    if (!folds) return 1;
    std::vector<double> loss(static_cast<std::size_t>(options_.max_rule_depth) + 1, 0);
    for (const learn::Split& fold : *folds) {
      const std::vector<RuleNode> deepest = ASSAY_TRY(RuleGrower(examples, fold.train, context, options_.least_leaf_rows).Grow(options_.max_rule_depth));
      for (std::size_t depth = 0; depth < loss.size(); ++depth) {
        std::vector<RuleNode> nodes;
        CopyTruncated(deepest, 0, static_cast<int>(depth), &nodes);
        std::vector<double> predictions(fold.test.size() * examples.num_outputs());
        ASSAY_TRY(MakeRuleModel(examples.task, std::move(nodes))->Predict(*examples.table, fold.test, predictions, context));
        loss[depth] += MeanLoss(examples, fold.test, predictions);
      }
    }
    return static_cast<int>(std::min_element(loss.begin(), loss.end()) - loss.begin());
  }

  LearnerOptions options_;
};

}  // namespace

std::unique_ptr<Learner> MakeRuleLearner(const LearnerOptions& options) { return std::make_unique<RuleLearner>(options); }

}  // namespace assay::learn
