// The best row sets found so far.
#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "slices/internal/row_bits.h"
#include "slices/search.h"

namespace assay::slices {

struct CandidateSlice {
  double score = 0;        // from the exact sum
  std::int64_t size = 0;
  RowsHash rows;
  Conjunction predicates;  // one that holds for these rows, not always the shortest
};

// Keeps every row set that may be among the k best: those whose score is above 0 and not below the k-th by more than rounding.
// Not thread-safe: a task works on its own copy (Task), merged in the order of the tasks.
class BestSlices {
 public:
  // `size_ratio`: all rows over the minimum support, which is how far the terms of a score can exceed it.
  BestSlices(std::size_t k, double size_ratio) : k_(k), rounding_(1e-14 * size_ratio) {}

  // What scores below this cannot be among the k best, whatever the rounding. Just below 0 as long as there are fewer than k.
  double threshold() const { return threshold_; }
  bool Wants(double score) const { return score > 0 && score >= threshold_; }
  // Ignores what it does not want and rows that it knows.
  void Offer(CandidateSlice candidate);
  // Knows the scores and rows found so far, and holds none of them; this must stay as it is until the task is done. Cost: a copy of k scores.
  BestSlices Task() const;
  void Merge(BestSlices task);

  // Those found, best first: by score, then by rows, which does not depend on who found them first.
  std::vector<CandidateSlice> Sorted() const;
  std::size_t num_candidates() const { return candidates_.size(); }
  // Forgets all candidates but these; the threshold stays.
  void Keep(std::vector<CandidateSlice> kept) { candidates_ = std::move(kept); }

 private:
  void Note(double score);
  double Slack(double score) const;

  std::size_t k_;
  double rounding_;
  double threshold_ = -1e-9 - rounding_;
  std::vector<double> best_scores_;  // of the k best, falling
  std::set<RowsHash> known_;
  const std::set<RowsHash>* known_before_ = nullptr;  // of a task
  std::vector<CandidateSlice> candidates_;
};

}  // namespace assay::slices
