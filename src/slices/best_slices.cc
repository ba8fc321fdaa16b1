#include "slices/internal/best_slices.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

namespace assay::slices {

// Bounds and scores are computed from sums in different orders; this is far more than they can differ by.
double BestSlices::Slack(double score) const { return 1e-9 * std::max(1.0, std::abs(score)) + rounding_; }

void BestSlices::Note(double score) {
  best_scores_.insert(std::upper_bound(best_scores_.begin(), best_scores_.end(), score, std::greater<>()), score);
  if (best_scores_.size() > k_) best_scores_.pop_back();
  if (best_scores_.size() == k_) threshold_ = std::max(threshold_, best_scores_.back() - Slack(best_scores_.back()));
}

void BestSlices::Offer(CandidateSlice candidate) {
  if (!Wants(candidate.score)) return;
  if ((known_before_ != nullptr && known_before_->contains(candidate.rows)) || !known_.insert(candidate.rows).second) return;
  Note(candidate.score);
  candidates_.push_back(std::move(candidate));
  if (candidates_.size() <= 4 * k_ + 256) return;
  std::erase_if(candidates_, [&](const CandidateSlice& c) { return c.score < threshold_; });
}

BestSlices BestSlices::Task() const {
  BestSlices task(k_, 0);
  task.rounding_ = rounding_;
  task.threshold_ = threshold_;
  task.best_scores_ = best_scores_;
  task.known_before_ = &known_;
  return task;
}

void BestSlices::Merge(BestSlices task) {
  for (CandidateSlice& candidate : task.candidates_) Offer(std::move(candidate));
}

std::vector<CandidateSlice> BestSlices::Sorted() const {
  std::vector<CandidateSlice> sorted = candidates_;
  std::erase_if(sorted, [&](const CandidateSlice& c) { return c.score < threshold_; });
  std::sort(sorted.begin(), sorted.end(), [](const CandidateSlice& a, const CandidateSlice& b) { return a.score != b.score ? a.score > b.score : a.rows < b.rows; });
  return sorted;
}

}  // namespace assay::slices
