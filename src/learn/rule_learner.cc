// The best rule of depth at most 3: a small tree that a person can read and write into any system.
//
// Grown greedily by the reduction of squared error (for 0/1 outcomes: the Gini index; Breiman et al. 1984) over at most 128
// bins per feature; categories are ordered by their smoothed outcome, which makes the best split in two one of order
// (Fisher 1958). How deep it goes is chosen by validation folds inside the training rows.
#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>

#include "base/text.h"
#include "base/thread_pool.h"
#include "learn/internal/learners.h"
#include "learn/metrics.h"
#include "learn/split.h"

namespace assay::learn {

namespace {

constexpr std::size_t kMostBins = 128;

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
};

std::string QuotedName(const std::string& name) {
  const bool plain = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }) && std::isdigit(static_cast<unsigned char>(name[0])) == 0;
  return plain || name.find('(') != std::string::npos ? name : "\"" + name + "\"";
}

class RuleModel : public Model {
 public:
  RuleModel(Task task, std::vector<RuleNode> nodes) : task_(task), nodes_(std::move(nodes)) {}
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

  Json ToJson() const override {
    Json nodes = Json::array();
    for (const RuleNode& n : nodes_) {
      nodes.push_back({{"column", n.column}, {"category", n.category}, {"upper", n.upper}, {"values", n.values}, {"right_values", n.right_values}, {"missing_left", n.missing_left}, {"left", n.left}, {"right", n.right}, {"output", n.output}, {"share", n.share}});
    }
    return {{"nodes", nodes}};
  }

  std::string Explain() const override {
    if (nodes_[0].left < 0) return "no split helps: " + Answer(nodes_[0]) + " for all";
    std::vector<std::string> lines;
    Collect(0, "", &lines);
    return base::Join(lines, "; ");
  }

 private:
  std::string Answer(const RuleNode& node) const {
    if (task_ == Task::kBinary) return base::ReadableShare(node.output[0]);
    if (task_ == Task::kMulticlass) return "class " + std::to_string(std::max_element(node.output.begin(), node.output.end()) - node.output.begin());
    return base::ReadableNumber(node.output[0]);
  }

  std::string Condition(const RuleNode& node, bool left) const {
    const std::string name = QuotedName(node.column);
    if (!node.category) {
      const std::string test = name + (left ? " <= " : " > ") + base::ReadableNumber(node.upper, 6);
      return node.missing_left == left ? "(" + test + " or " + name + " is null)" : test;
    }
    // The side with fewer values is the one that is named.
    const bool name_left = node.values.size() <= node.right_values.size();
    const std::vector<std::string>& values = name_left ? node.values : node.right_values;
    std::vector<std::string> shown(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(6, values.size())));
    for (std::string& value : shown) value = "'" + value + "'";
    const std::string more = values.size() > shown.size() ? ", and " + std::to_string(values.size() - shown.size()) + " more" : "";
    return name + (left == name_left ? " in (" : " not in (") + base::Join(shown, ", ") + more + ")";
  }

  void Collect(std::size_t n, const std::string& above, std::vector<std::string>* lines) const {
    const RuleNode& node = nodes_[n];
    if (node.left < 0) {
      lines->push_back(Answer(node) + " when " + above + " (" + base::ReadableShare(node.share) + " of rows)");
      return;
    }
    const std::string joint = above.empty() ? "" : above + " and ";
    Collect(static_cast<std::size_t>(node.left), joint + Condition(node, true), lines);
    Collect(static_cast<std::size_t>(node.right), joint + Condition(node, false), lines);
  }

  Task task_;
  std::vector<RuleNode> nodes_;
};

// Categories with fewer training rows count as missing: ordered by their own few outcomes they would look like a signal.
constexpr double kLeastCategoryRows = 30;

// A feature in bins: bin 0 = missing or rare, then numbers by size or categories by outcome.
struct Binned {
  std::size_t column = 0;
  std::vector<std::uint8_t> bin;                 // per position in rows
  std::vector<double> uppers;                    // number: upper end of bins 1..
  std::vector<std::vector<std::string>> values;  // category: values of bins 1..
  std::size_t num_bins = 1;
};

Binned BinNumbers(const table::Column& column, std::span<const std::uint32_t> rows) {
  Binned binned;
  // Bin edges from at most about 50,000 evenly taken rows.
  const std::size_t step = rows.size() / 50000 + 1;
  std::vector<double> sorted;
  for (std::size_t i = 0; i < rows.size(); i += step) {
    const double value = column.NumberAt(rows[i]);
    if (!std::isnan(value)) sorted.push_back(value);
  }
  std::sort(sorted.begin(), sorted.end());
  std::vector<double> distinct;
  std::unique_copy(sorted.begin(), sorted.end(), std::back_inserter(distinct));
  if (distinct.size() <= kMostBins) {
    // Thresholds half-way between neighbours generalise to values between them.
    for (std::size_t d = 0; d + 1 < distinct.size(); ++d) binned.uppers.push_back(distinct[d] + (distinct[d + 1] - distinct[d]) / 2);
  } else {
    for (std::size_t b = 1; b < kMostBins; ++b) {
      const double upper = sorted[sorted.size() * b / kMostBins];
      if (binned.uppers.empty() || upper > binned.uppers.back()) binned.uppers.push_back(upper);
    }
  }
  binned.uppers.push_back(std::numeric_limits<double>::infinity());
  binned.num_bins = binned.uppers.size() + 1;
  binned.bin.resize(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double value = column.NumberAt(rows[i]);
    binned.bin[i] = std::isnan(value) ? 0 : static_cast<std::uint8_t>(std::lower_bound(binned.uppers.begin(), binned.uppers.end(), value) - binned.uppers.begin() + 1);
  }
  return binned;
}

Binned BinCategories(const table::Column& column, std::span<const std::uint32_t> rows, const std::vector<double>& target, std::size_t k) {
  Binned binned;
  const bool boolean = column.type() == table::ColumnType::kBoolean;
  const std::size_t size = boolean ? 2 : column.dictionary().size();
  std::vector<double> count(size, 0), sum(size, 0);
  double total = 0;
  // Categories are ordered by their mean of the first target.
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::uint32_t code = column.CodeAt(rows[i]);
    total += target[i * k];
    if (code == table::kMissingCode) continue;
    count[code] += 1;
    sum[code] += target[i * k];
  }
  const double prior = total / static_cast<double>(rows.size());
  std::vector<std::uint32_t> order;
  double known = 0;
  for (std::uint32_t c = 0; c < size; ++c) {
    if (count[c] < kLeastCategoryRows) continue;
    order.push_back(c);
    known += count[c];
  }
  const auto share = [&](std::uint32_t c) { return (sum[c] + 20 * prior) / (count[c] + 20); };
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return share(a) < share(b); });
  // Neighbours share a bin so that bins hold about equal numbers of rows.
  std::vector<std::uint8_t> bin_of(size, 0);
  double filled = 0;
  std::size_t bin = 0;
  for (const std::uint32_t c : order) {
    const auto wanted = static_cast<std::size_t>(filled / std::max(1.0, known) * static_cast<double>(kMostBins - 1)) + 1;
    if (order.size() <= kMostBins - 1) ++bin;
    else bin = std::max(bin, wanted);
    if (binned.values.size() < bin) binned.values.resize(bin);
    binned.values[bin - 1].push_back(boolean ? std::to_string(c) : column.dictionary()[c]);
    bin_of[c] = static_cast<std::uint8_t>(bin);
    filled += count[c];
  }
  binned.num_bins = bin + 1;
  binned.bin.resize(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::uint32_t code = column.CodeAt(rows[i]);
    binned.bin[i] = code == table::kMissingCode ? 0 : bin_of[code];
  }
  return binned;
}

// Fits trees of several depths on the same bins.
class Grower {
 public:
  Grower(const Examples& examples, std::span<const std::uint32_t> rows, const RunContext& context) : examples_(examples), rows_(rows.begin(), rows.end()), context_(context), k_(examples.num_outputs()) {
    target_.resize(rows_.size() * k_, 0.0);
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const float y = examples.outcome[rows_[i]];
      if (examples.task == Task::kMulticlass) target_[i * k_ + static_cast<std::size_t>(y)] = 1;
      else target_[i] = static_cast<double>(y);
    }
    least_rows_ = std::max<double>(20, static_cast<double>(rows_.size()) / 200);
  }

  Result<std::vector<RuleNode>> Grow(int depth) {
    if (binned_.empty()) ASSAY_TRY(Bin());
    nodes_.clear();
    std::vector<std::uint32_t> all(rows_.size());
    std::iota(all.begin(), all.end(), 0U);
    prior_ = Sums(all);
    for (double& p : prior_) p /= static_cast<double>(rows_.size());
    ASSAY_TRY(Split(all, depth));
    return std::move(nodes_);
  }

 private:
  Result<void> Bin() {
    binned_.resize(examples_.features.size());
    return base::ParallelFor(context_, static_cast<std::int64_t>(binned_.size()), [&](std::int64_t f) {
      const std::size_t index = examples_.features[static_cast<std::size_t>(f)].column;
      const table::Column& column = examples_.table->column(index);
      const bool category = column.type() == table::ColumnType::kCategory;
      Binned& binned = binned_[static_cast<std::size_t>(f)];
      binned = category ? BinCategories(column, rows_, target_, k_) : BinNumbers(column, rows_);
      binned.column = index;
    });
  }

  std::vector<double> Sums(const std::vector<std::uint32_t>& members) const {
    std::vector<double> sums(k_, 0.0);
    for (const std::uint32_t i : members) {
      for (std::size_t c = 0; c < k_; ++c) sums[c] += target_[i * k_ + c];
    }
    return sums;
  }

  struct Candidate {
    double gain = 0;
    std::size_t feature = 0, bin = 0;  // left: bins 1..bin, and missing where it fits better
    bool missing_left = false;
  };

  Candidate BestOf(std::size_t f, const std::vector<std::uint32_t>& members, const std::vector<double>& sums) const {
    const Binned& binned = binned_[f];
    std::vector<double> count(binned.num_bins, 0), sum(binned.num_bins * k_, 0);
    for (const std::uint32_t i : members) {
      const std::size_t b = binned.bin[i];
      count[b] += 1;
      for (std::size_t c = 0; c < k_; ++c) sum[b * k_ + c] += target_[i * k_ + c];
    }
    const auto n = static_cast<double>(members.size());
    double base_score = 0;
    for (const double s : sums) base_score += s * s / n;
    Candidate best;
    best.feature = f;
    for (const bool missing_left : {false, true}) {
      if (missing_left && count[0] == 0) continue;
      double left_count = missing_left ? count[0] : 0;
      std::vector<double> left(k_, 0.0);
      if (missing_left) std::copy(sum.begin(), sum.begin() + static_cast<std::ptrdiff_t>(k_), left.begin());
      for (std::size_t b = 1; b + 1 < binned.num_bins || (b < binned.num_bins && !missing_left && count[0] > 0); ++b) {
        left_count += count[b];
        for (std::size_t c = 0; c < k_; ++c) left[c] += sum[b * k_ + c];
        const double right_count = n - left_count;
        if (left_count < least_rows_ || right_count < least_rows_) continue;
        double score = -base_score;
        for (std::size_t c = 0; c < k_; ++c) score += left[c] * left[c] / left_count + (sums[c] - left[c]) * (sums[c] - left[c]) / right_count;
        if (score > best.gain) best = {score, f, b, missing_left};
      }
    }
    return best;
  }

  Result<int> Split(const std::vector<std::uint32_t>& members, int depth) {
    const auto index = static_cast<int>(nodes_.size());
    nodes_.emplace_back();
    const std::vector<double> sums = Sums(members);
    const auto n = static_cast<double>(members.size());
    for (std::size_t c = 0; c < k_; ++c) nodes_.back().output.push_back((sums[c] + prior_[c]) / (n + 1));
    nodes_.back().share = n / static_cast<double>(rows_.size());
    if (depth == 0 || n < 2 * least_rows_) return index;
    std::vector<Candidate> candidates(binned_.size());
    ASSAY_TRY(base::ParallelFor(context_, static_cast<std::int64_t>(binned_.size()), [&](std::int64_t f) { candidates[static_cast<std::size_t>(f)] = BestOf(static_cast<std::size_t>(f), members, sums); }));
    const auto best = std::max_element(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) { return a.gain < b.gain; });
    if (best == candidates.end() || best->gain <= 1e-12 * n) return index;
    const Binned& binned = binned_[best->feature];
    std::vector<std::uint32_t> left, right;
    for (const std::uint32_t i : members) {
      const std::size_t b = binned.bin[i];
      const bool goes_left = b == 0 ? best->missing_left : b <= best->bin;
      (goes_left ? left : right).push_back(i);
    }
    {
      RuleNode& node = nodes_[static_cast<std::size_t>(index)];
      node.column = examples_.table->column(binned.column).name();
      node.category = !binned.values.empty();
      node.missing_left = best->missing_left;
      if (node.category) {
        for (std::size_t b = 1; b <= best->bin; ++b) node.values.insert(node.values.end(), binned.values[b - 1].begin(), binned.values[b - 1].end());
        for (std::size_t b = best->bin; b < binned.values.size(); ++b) node.right_values.insert(node.right_values.end(), binned.values[b].begin(), binned.values[b].end());
        std::sort(node.values.begin(), node.values.end());
        std::sort(node.right_values.begin(), node.right_values.end());
      } else {
        node.upper = std::min(binned.uppers[best->bin - 1], std::numeric_limits<double>::max());
      }
    }
    const int left_index = ASSAY_TRY(Split(left, depth - 1));
    const int right_index = ASSAY_TRY(Split(right, depth - 1));
    nodes_[static_cast<std::size_t>(index)].left = left_index;
    nodes_[static_cast<std::size_t>(index)].right = right_index;
    return index;
  }

  const Examples& examples_;
  Rows rows_;
  const RunContext& context_;
  std::size_t k_;
  std::vector<double> target_;
  std::vector<Binned> binned_;
  std::vector<double> prior_;
  std::vector<RuleNode> nodes_;
  double least_rows_ = 20;
};

double MeanLoss(const Examples& examples, const Model& model, const Rows& rows, const RunContext& context, bool* ok) {
  std::vector<double> predictions(rows.size() * examples.num_outputs()), losses(rows.size());
  if (!model.Predict(*examples.table, rows, predictions, context)) {
    *ok = false;
    return 0;
  }
  const bool classes = examples.task == Task::kBinary || examples.task == Task::kMulticlass;
  RowLosses(classes ? Metric::kLogLoss : Metric::kRmse, examples, rows, predictions, losses);
  double sum = 0;
  for (const double loss : losses) sum += loss;
  return sum / static_cast<double>(rows.size());
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
    std::vector<RuleNode> nodes = ASSAY_TRY(Grower(examples, rows, context).Grow(depth));
    return std::unique_ptr<Model>(std::make_unique<RuleModel>(examples.task, std::move(nodes)));
  }

 private:
  Result<int> ChooseDepth(const Examples& examples, std::span<const std::uint32_t> rows, const RunContext& context) const {
    const Rows sample = SampleRows(examples, rows, 1'000'000, context.seed);
    const Result<std::vector<Split>> folds = CrossValidationFolds(examples, sample, 3, context.seed);
    if (!folds) return 1;
    std::vector<double> loss(static_cast<std::size_t>(options_.max_rule_depth) + 1, 0);
    for (const learn::Split& fold : *folds) {
      Grower grower(examples, fold.train, context);
      for (std::size_t depth = 0; depth < loss.size(); ++depth) {
        std::vector<RuleNode> nodes = ASSAY_TRY(grower.Grow(static_cast<int>(depth)));
        bool ok = true;
        loss[depth] += MeanLoss(examples, RuleModel(examples.task, std::move(nodes)), fold.test, context, &ok);
        if (!ok) return Error{ErrorCode::kCancelled, "stopped on request"};
      }
    }
    return static_cast<int>(std::min_element(loss.begin(), loss.end()) - loss.begin());
  }

  LearnerOptions options_;
};

}  // namespace

std::unique_ptr<Learner> MakeRuleLearner(const LearnerOptions& options) { return std::make_unique<RuleLearner>(options); }

Result<std::unique_ptr<Model>> LoadRule(const Json& json, Task task) {
  std::vector<RuleNode> nodes;
  for (const Json& item : json.at("nodes")) {
    RuleNode n;
    n.column = item.at("column").get<std::string>();
    n.category = item.at("category").get<bool>();
    n.upper = item.at("upper").get<double>();
    n.values = item.at("values").get<std::vector<std::string>>();
    n.right_values = item.at("right_values").get<std::vector<std::string>>();
    n.missing_left = item.at("missing_left").get<bool>();
    n.left = item.at("left").get<int>();
    n.right = item.at("right").get<int>();
    n.output = item.at("output").get<std::vector<double>>();
    n.share = item.at("share").get<double>();
    nodes.push_back(std::move(n));
  }
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    // Children stand behind their parent, so that a damaged file cannot make a circle.
    const auto below = [&](int child) { return child == -1 || (child > static_cast<int>(i) && child < static_cast<int>(nodes.size())); };
    if (!below(nodes[i].left) || !below(nodes[i].right) || (nodes[i].left < 0) != nodes[i].column.empty() || (nodes[i].left < 0) != (nodes[i].right < 0)) return Error{ErrorCode::kInvalidInput, "the model file is damaged: node " + std::to_string(i)};
  }
  if (nodes.empty()) return Error{ErrorCode::kInvalidInput, "the model file is damaged: no nodes"};
  return std::unique_ptr<Model>(std::make_unique<RuleModel>(task, std::move(nodes)));
}

}  // namespace assay::learn
