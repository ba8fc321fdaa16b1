// How far a cell stands out: its shift in standard errors, less what the best of as many cells shows by chance.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "base/result.h"
#include "slices/change.h"
#include "slices/internal/change_blocks.h"
#include "slices/internal/change_cells.h"
#include "slices/internal/change_scatter.h"

namespace assay::slices {

// Used in steps: Recentre whenever rows left the pool; once, with all rows in it, MeasureAgainstAll, MeasureDependence, CountCells. The rows outlive it.
class CellJudge {
 public:
  static constexpr double kLeastScore = 2;     // of a cell that is worth a test
  static constexpr double kImmaterial = -1e9;  // score of a cell that moved too little for anyone to mind

  CellJudge(std::span<const Feature> features, SearchRows* rows, const Blocks& blocks, bool by_blocks, const ChangeOptions& options);

  // Levels and sums of the rows alive; false when they can show no shift.
  bool Recentre();
  void MeasureAgainstAll();
  // What rows of a block have in common beyond their number, from the cells of each single feature: the variance of a cell with n rows in each block
  // that has any is 1 + rho (n - 1) times what independent rows show.
  Result<void> MeasureDependence(const RunContext& context);
  void CountCells(std::span<const std::int64_t, 4> by_depth);

  const Tally& pool() const { return pool_; }
  std::array<double, 2> least_rows() const { return least_; }
  // Enough rows in the cell on one side, and in the rest on both.
  bool BigEnough(const Tally& cell) const;
  // By the modelled variance.
  CandidateCell QuicklyJudged(std::vector<Predicate> predicates, const Tally& tally) const;
  // By the scatter between blocks, moderated towards the model; without blocks by the model. Whether it can be trusted: Reliable.
  CandidateCell Judged(std::vector<Predicate> predicates, const Scatter& scatter) const;
  bool Reliable(const Scatter& scatter) const;
  // How much a set moved, for its size.
  double MovementOf(const Tally& set) const;

 private:
  double ModelVariance(const Tally& tally, std::span<const Predicate> predicates) const;
  double Penalty(std::span<const Predicate> predicates) const;
  CandidateCell JudgedBy(double variance, std::vector<Predicate> predicates, const Tally& tally) const;

  std::span<const Feature> features_;
  SearchRows* rows_;
  const Blocks& blocks_;
  bool by_blocks_;
  double least_share_;
  std::array<double, 2> least_ = {0, 0};      // rows of a cell on one side
  Tally pool_;
  std::array<double, 2> all_ = {1, 1};        // m of all rows
  double pool_share_ = 1, least_shift_ = 0;   // shifts of a pool count in the unit of all rows, where the change gives their measure
  std::array<std::int64_t, 4> cells_ = {0, 0, 0, 0};
  std::vector<double> rho_;                   // per feature
  std::vector<std::vector<double>> present_;  // per feature and atom: blocks and sides that have rows of it
};

inline double RowsOf(const Tally& tally) { return tally[0].rows + tally[1].rows; }

}  // namespace assay::slices
