// The best rule of depth at most 3: a small tree that a person can read and write into any system.
//
// Grown greedily by the reduction of squared error (for 0/1 outcomes: the Gini index; Breiman et al. 1984) over at most 128
// bins per feature; categories are ordered by their smoothed outcome, which makes the best split in two one of order (Fisher
// 1958) for numbers and two classes and nearly so for more (rule_bins.cc). How deep it goes, and whether it keeps splits that chance could have found, is chosen by validation folds inside the
// training rows.
#include <algorithm>
#include <cmath>

#include "learn/internal/learners.h"
#include "learn/internal/rule_tree.h"
#include "learn/metrics.h"
#include "learn/split.h"

namespace assay::learn {

namespace {

// A split that chance finds in more than one of 20 features like these is left out where a shape is strict.
const double kStrict = std::log(0.05);

// How much of the greedily grown tree is kept.
struct Shape {
  int depth = 0;
  bool strict = false;  // only splits that chance would hardly have found
};

// The same tree cut off: what growing to that shape gives, because it grows greedily.
int CopyTruncated(const std::vector<RuleNode>& nodes, int from, const Shape& shape, std::vector<RuleNode>* out) {
  const auto index = static_cast<int>(out->size());
  out->push_back(nodes[static_cast<std::size_t>(from)]);
  const RuleNode& node = nodes[static_cast<std::size_t>(from)];
  if (node.left < 0) return index;
  if (shape.depth == 0 || (shape.strict && node.log_chance > kStrict)) {
    RuleNode leaf;
    leaf.output = node.output;
    leaf.share = node.share;
    (*out)[static_cast<std::size_t>(index)] = std::move(leaf);
    return index;
  }
  const Shape below{shape.depth - 1, shape.strict};
  const int left = CopyTruncated(nodes, node.left, below, out);
  const int right = CopyTruncated(nodes, node.right, below, out);
  (*out)[static_cast<std::size_t>(index)].left = left;
  (*out)[static_cast<std::size_t>(index)].right = right;
  return index;
}

std::vector<RuleNode> Truncated(const std::vector<RuleNode>& nodes, const Shape& shape) {
  std::vector<RuleNode> kept;
  CopyTruncated(nodes, 0, shape, &kept);
  return kept;
}

class RuleLearner : public Learner {
 public:
  explicit RuleLearner(const LearnerOptions& options) : options_(options) {}
  RungKind kind() const override { return RungKind::kRule; }
  std::string name() const override { return "best rule"; }

  Result<std::unique_ptr<Model>> Fit(const Examples& examples, std::span<const std::uint32_t> rows, const RunContext& context) const override {
    if (rows.empty()) return Error{ErrorCode::kInvalidInput, "there are no training rows"};
    Shape shape{options_.max_rule_depth};
    std::string note;
    if (!options_.quick) shape = ASSAY_TRY(ChooseShape(examples, rows, context, &note));
    const std::vector<RuleNode> nodes = ASSAY_TRY(RuleGrower(examples, rows, context, options_.least_leaf_rows).Grow(shape.depth));
    return MakeRuleModel(examples.task, Truncated(nodes, shape), std::move(note));
  }

 private:
  // The simplest first: of equally good shapes it is taken.
  std::vector<Shape> Shapes() const {
    std::vector<Shape> shapes = {{0, false}};
    for (const bool strict : {true, false}) {
      for (int depth = 1; depth <= options_.max_rule_depth; ++depth) shapes.push_back({depth, strict});
    }
    return shapes;
  }

  Result<Shape> ChooseShape(const Examples& examples, std::span<const std::uint32_t> rows, const RunContext& context, std::string* note) const {
    const std::int64_t most = options_.tuning_rows > 0 ? options_.tuning_rows : 1'000'000;
    const Rows sample = ThinRows(examples, rows, most, context.seed);
    Result<std::vector<Split>> folds = CrossValidationFolds(examples, sample, 3, context.seed);
    // What the wait leaves of the first blocks may be too few rows for the splits that all of them will show.
    if (folds) std::erase_if(*folds, [&](const Split& fold) { return fold.train.size() * 8 < sample.size(); });
    if (!folds || folds->empty()) {
      *note = "at most one split that chance would hardly find, because folds cannot choose the depth: " + (folds ? std::string("the wait leaves too few earlier rows") : folds.error().message);
      return Shape{1, true};
    }
    const std::vector<Shape> shapes = Shapes();
    std::vector<double> loss(shapes.size(), 0);
    for (const learn::Split& fold : *folds) {
      const std::vector<RuleNode> deepest = ASSAY_TRY(RuleGrower(examples, fold.train, context, options_.least_leaf_rows).Grow(options_.max_rule_depth));
      for (std::size_t s = 0; s < shapes.size(); ++s) {
        std::vector<double> predictions(fold.test.size() * examples.num_outputs());
        ASSAY_TRY(MakeRuleModel(examples.task, Truncated(deepest, shapes[s]))->Predict(*examples.table, fold.test, predictions, context));
        loss[s] += MeanLoss(examples, fold.test, predictions);
      }
    }
    const Shape best = shapes[static_cast<std::size_t>(std::min_element(loss.begin(), loss.end()) - loss.begin())];
    if (best.depth == 0) *note = "no depth up to " + std::to_string(options_.max_rule_depth) + " beat the constant on " + std::to_string(folds->size()) + (folds->size() == 1 ? " fold" : " folds") + " inside the training rows";
    return best;
  }

  LearnerOptions options_;
};

}  // namespace

std::unique_ptr<Learner> MakeRuleLearner(const LearnerOptions& options) { return std::make_unique<RuleLearner>(options); }

}  // namespace assay::learn
