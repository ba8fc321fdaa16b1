#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/thread_pool.h"
#include "learn/internal/rule_tree.h"
#include "learn/internal/split_chance.h"

namespace assay::learn {

namespace {
// Mean rank of equals, as a share of all.
std::vector<double> RanksOf(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (std::size_t first = 0, last = 0; first < order.size(); first = last) {
    while (last < order.size() && values[order[last]] == values[order[first]]) ++last;
    for (std::size_t i = first; i < last; ++i) ranks[order[i]] = static_cast<double>(first + last) / 2 / static_cast<double>(order.size());
  }
  return ranks;
}
}  // namespace

RuleGrower::RuleGrower(const Examples& examples, std::span<const std::uint32_t> rows, const RunContext& context, int least_leaf_rows) : examples_(examples), rows_(rows.begin(), rows.end()), context_(context), k_(examples.num_outputs()) {
  target_.resize(rows_.size() * k_, 0.0);
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const float y = examples.outcome[rows_[i]];
    if (examples.task == Task::kMulticlass) target_[i * k_ + static_cast<std::size_t>(y)] = 1;
    else target_[i] = static_cast<double>(y);
  }
  if (examples.aims_at_median()) {
    target_ = RanksOf(target_);
  } else if (examples.task == Task::kRegression || examples.task == Task::kRanking) {
    // What numbers have in common says nothing of how they differ, and would drown it.
    offset_ = std::accumulate(target_.begin(), target_.end(), 0.0) / static_cast<double>(std::max<std::size_t>(1, target_.size()));
    for (double& t : target_) t -= offset_;
  }
  for (const double t : target_) least_gain_ += 1e-12 * t * t;
  const auto num_rows = static_cast<double>(rows_.size());
  least_rows_ = std::max(std::clamp(num_rows / 10, 5.0, 20.0), num_rows / 200);
  least_category_rows_ = std::clamp(num_rows * 3 / 20, 8.0, 30.0);
  if (least_leaf_rows > 0) least_rows_ = least_category_rows_ = least_leaf_rows;
}

Result<std::vector<RuleNode>> RuleGrower::Grow(int depth) {
  if (binned_.empty()) ASSAY_TRY(Bin());
  nodes_.clear();
  std::vector<std::uint32_t> all(rows_.size());
  std::iota(all.begin(), all.end(), 0U);
  prior_ = Sums(all);
  for (double& p : prior_) p /= static_cast<double>(rows_.size());
  ASSAY_TRY(Split(all, depth));
  return std::move(nodes_);
}

Result<void> RuleGrower::Bin() {
  binned_.resize(examples_.features.size());
  return base::ParallelFor(context_, static_cast<std::int64_t>(binned_.size()), [&](std::int64_t f) {
    const std::size_t index = examples_.features[static_cast<std::size_t>(f)].column;
    const table::Column& column = examples_.table->column(index);
    BinnedFeature& binned = binned_[static_cast<std::size_t>(f)];
    binned = BinFeature(column, rows_, target_, k_, least_category_rows_);
    binned.column = index;
  });
}

std::vector<double> RuleGrower::Sums(const std::vector<std::uint32_t>& members) const {
  std::vector<double> sums(k_, 0.0);
  for (const std::uint32_t i : members) {
    for (std::size_t c = 0; c < k_; ++c) sums[c] += target_[i * k_ + c];
  }
  return sums;
}

double RuleGrower::Variance(const std::vector<std::uint32_t>& members, const std::vector<double>& sums) const {
  double squares = 0;
  for (const std::uint32_t i : members) {
    for (std::size_t c = 0; c < k_; ++c) {
      const double away = target_[i * k_ + c] - sums[c] / static_cast<double>(members.size());
      squares += away * away;
    }
  }
  return squares / static_cast<double>(members.size());
}

std::vector<double> RuleGrower::Output(const std::vector<std::uint32_t>& members, const std::vector<double>& sums) const {
  std::vector<double> output;
  if (examples_.aims_at_median()) {
    Rows rows;
    for (const std::uint32_t i : members) rows.push_back(rows_[i]);
    return {CentralOutcome(examples_, rows)};
  }
  for (std::size_t c = 0; c < k_; ++c) output.push_back(offset_ + (sums[c] + prior_[c]) / (static_cast<double>(members.size()) + 1));
  return output;
}

RuleGrower::Candidate RuleGrower::BestOf(std::size_t f, const std::vector<std::uint32_t>& members, const std::vector<double>& sums, double variance) const {
  const BinnedFeature& binned = binned_[f];
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
      if (score > best.gain) best = {score, 0, f, b, missing_left};
    }
  }
  if (best.gain > 0 && variance > 0) {
    const auto values = static_cast<std::size_t>(std::count_if(count.begin() + 1, count.end(), [](double rows) { return rows > 0; }));
    const double degrees = std::max<double>(1, static_cast<double>(k_) - 1);
    best.log_chance = LogChanceOfSplit(degrees * best.gain / variance, degrees, {!binned.values.empty(), values, count[0] > 0, least_rows_ / n});
  }
  return best;
}

void RuleGrower::FillNode(const Candidate& best, const std::vector<std::uint32_t>& members, RuleNode* node) const {
  const BinnedFeature& binned = binned_[best.feature];
  node->column = examples_.table->column(binned.column).name();
  node->category = !binned.values.empty();
  node->missing_left = best.missing_left;
  if (node->category) {
    // Only values that get here: a reader would wonder at others.
    std::vector<char> present(binned.num_bins, 0);
    for (const std::uint32_t i : members) present[binned.bin[i]] = 1;
    for (std::size_t b = 1; b < binned.num_bins; ++b) {
      if (present[b] == 0) continue;
      std::vector<std::string>& side = b <= best.bin ? node->values : node->right_values;
      side.insert(side.end(), binned.values[b - 1].begin(), binned.values[b - 1].end());
    }
    std::sort(node->values.begin(), node->values.end());
    std::sort(node->right_values.begin(), node->right_values.end());
  } else {
    node->upper = std::min(binned.uppers[best.bin - 1], std::numeric_limits<double>::max());
  }
}

Result<int> RuleGrower::Split(const std::vector<std::uint32_t>& members, int depth) {
  const auto index = static_cast<int>(nodes_.size());
  nodes_.emplace_back();
  const std::vector<double> sums = Sums(members);
  const auto n = static_cast<double>(members.size());
  nodes_.back().output = Output(members, sums);
  nodes_.back().share = n / static_cast<double>(rows_.size());
  if (depth == 0 || n < 2 * least_rows_) return index;
  const double variance = Variance(members, sums);
  std::vector<Candidate> candidates(binned_.size());
  ASSAY_TRY(base::ParallelFor(context_, static_cast<std::int64_t>(binned_.size()), [&](std::int64_t f) { candidates[static_cast<std::size_t>(f)] = BestOf(static_cast<std::size_t>(f), members, sums, variance); }));
  const auto best = std::max_element(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) { return a.log_chance != b.log_chance ? a.log_chance > b.log_chance : a.gain < b.gain; });
  if (best == candidates.end() || best->gain <= least_gain_) return index;
  const BinnedFeature& binned = binned_[best->feature];
  std::vector<std::uint32_t> left, right;
  for (const std::uint32_t i : members) {
    const std::size_t b = binned.bin[i];
    const bool goes_left = b == 0 ? best->missing_left : b <= best->bin;
    (goes_left ? left : right).push_back(i);
  }
  FillNode(*best, members, &nodes_[static_cast<std::size_t>(index)]);
  nodes_[static_cast<std::size_t>(index)].log_chance = std::min(0.0, best->log_chance + std::log(static_cast<double>(binned_.size())));
  const int left_index = ASSAY_TRY(Split(left, depth - 1));
  const int right_index = ASSAY_TRY(Split(right, depth - 1));
  nodes_[static_cast<std::size_t>(index)].left = left_index;
  nodes_[static_cast<std::size_t>(index)].right = right_index;
  return index;
}

}  // namespace assay::learn
