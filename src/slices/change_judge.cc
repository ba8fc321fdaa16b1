#include "slices/internal/change_judge.h"

#include <algorithm>
#include <cmath>

namespace assay::slices {

namespace {

constexpr double kPriorDegrees = 10;   // weight of the modelled variance against that between blocks
constexpr double kLeastDegrees = 3;    // of a variance between blocks
constexpr double kLeastShare = 0.001;  // of a side's rows

double RunPenalty(const Feature& feature, const Predicate& p) { return p.first == p.last ? 0 : 2 * std::log((static_cast<double>(feature.num_known()) + 1) / 2); }

}  // namespace

CellJudge::CellJudge(std::span<const Feature> features, SearchRows* rows, const Blocks& blocks, bool by_blocks, const ChangeOptions& options)
    : features_(features), rows_(rows), blocks_(blocks), by_blocks_(by_blocks), least_share_(options.least_share), rho_(features.size(), 0) {
  for (std::size_t s = 0; s < 2; ++s) least_[s] = std::max(static_cast<double>(options.least_rows), kLeastShare * static_cast<double>(rows->end(s) - rows->begin(s)));
  for (const Feature& feature : features) present_.emplace_back(feature.atoms.size(), static_cast<double>(2 * blocks.count));
}

bool CellJudge::Recentre() {
  rows_->level = {0, 0};
  pool_ = TallyAll(*rows_);  // with levels 0, e is x
  if (rows_->form == ChangeForm::kRate) {
    for (std::size_t s = 0; s < 2; ++s) rows_->level[s] = pool_[s].m == 0 ? 0 : pool_[s].e / pool_[s].m;
    pool_ = TallyAll(*rows_);
  }
  pool_share_ = (pool_[0].m / all_[0] + pool_[1].m / all_[1]) / 2;
  return pool_[0].m != 0 && pool_[1].m != 0 && pool_[0].rows >= least_[0] && pool_[1].rows >= least_[1];
}

void CellJudge::MeasureAgainstAll() {
  all_ = {pool_[0].m, pool_[1].m};
  pool_share_ = 1;
  // Of a sum shifts are shares of its total.
  least_shift_ = least_share_ * std::abs(rows_->form == ChangeForm::kSum ? 1 - all_[0] / all_[1] : rows_->level[1] - rows_->level[0]);
}

Result<void> CellJudge::MeasureDependence(const RunContext& context) {
  for (std::uint32_t f = 0; by_blocks_ && f < features_.size(); ++f) {
    const std::size_t size = features_[f].atoms.size();
    const std::vector<Tally> atoms = TallyAtoms(*rows_, f, size);
    std::vector<std::vector<Predicate>> cells;
    for (std::uint32_t a = 0; a < size && cells.size() < kMostScattered; ++a) {
      if (BigEnough(atoms[a])) cells.push_back({{f, a, a}});
    }
    const std::vector<Scatter> scatters = ASSAY_TRY(ScatterByBlocks(*rows_, features_, cells, pool_, context));
    double excess = 0, pairs = 0;
    for (std::size_t k = 0; k < cells.size(); ++k) {
      present_[f][cells[k][0].first] = scatters[k].present;
      const double by_rows = RowVarianceOf(scatters[k].tally, pool_);
      if (scatters[k].degrees < kLeastDegrees || !(by_rows > 0)) continue;
      excess += scatters[k].variance / by_rows - 1;
      pairs += std::max(0.0, RowsOf(scatters[k].tally) / scatters[k].present - 1);
    }
    if (pairs > 0) rho_[f] = std::max(0.0, excess / pairs);
  }
  return {};
}

void CellJudge::CountCells(std::span<const std::int64_t, 4> by_depth) { std::copy(by_depth.begin(), by_depth.end(), cells_.begin()); }

bool CellJudge::BigEnough(const Tally& cell) const {
  return (cell[0].rows >= least_[0] || cell[1].rows >= least_[1]) && pool_[0].rows - cell[0].rows >= least_[0] && pool_[1].rows - cell[1].rows >= least_[1];
}

// Of several features as of the one whose rows depend most, in as many blocks as the rarest.
double CellJudge::ModelVariance(const Tally& tally, std::span<const Predicate> predicates) const {
  double rho = 0, present = static_cast<double>(2 * blocks_.count);
  for (const Predicate& p : predicates) {
    rho = std::max(rho, rho_[p.feature]);
    double most = 0;
    for (std::uint32_t a = p.first; a <= p.last; ++a) most = std::max(most, present_[p.feature][a]);
    present = std::min(present, most);
  }
  return RowVarianceOf(tally, pool_) * (1 + rho * std::max(0.0, RowsOf(tally) / std::max(present, 1.0) - 1));
}

double CellJudge::Penalty(std::span<const Predicate> predicates) const {
  double penalty = 2 * std::log(static_cast<double>(std::max<std::int64_t>(1, cells_[predicates.size()])));
  for (const Predicate& p : predicates) penalty += RunPenalty(features_[p.feature], p);
  return penalty;
}

CandidateCell CellJudge::JudgedBy(double variance, std::vector<Predicate> predicates, const Tally& tally) const {
  CandidateCell made{std::move(predicates), kImmaterial, std::abs(ShiftOf(tally, pool_)), 0};
  if (!(variance > 0) || made.shift * pool_share_ < least_shift_) return made;
  made.score = made.shift * made.shift / variance - Penalty(made.predicates);
  if (made.score >= kLeastScore) made.credible = std::max(0.0, made.shift - 2 * std::sqrt(variance));
  return made;
}

CandidateCell CellJudge::QuicklyJudged(std::vector<Predicate> predicates, const Tally& tally) const {
  const double variance = ModelVariance(tally, predicates);
  return JudgedBy(variance, std::move(predicates), tally);
}

CandidateCell CellJudge::Judged(std::vector<Predicate> predicates, const Scatter& scatter) const {
  const double model = ModelVariance(scatter.tally, predicates);
  const double variance = by_blocks_ ? (scatter.degrees * scatter.variance + kPriorDegrees * model) / (scatter.degrees + kPriorDegrees) : model;
  return JudgedBy(variance, std::move(predicates), scatter.tally);
}

bool CellJudge::Reliable(const Scatter& scatter) const { return BigEnough(scatter.tally) && (!by_blocks_ || scatter.degrees >= kLeastDegrees); }

double CellJudge::MovementOf(const Tally& set) const {
  BothSums part, total;
  for (std::size_t s = 0; s < 2; ++s) {
    // Of days a sum counts per day.
    const double scale = rows_->form == ChangeForm::kSum && blocks_.number_is_fixed && blocks_.on_side[s] > 0 ? 1 / static_cast<double>(blocks_.on_side[s]) : 1;
    part[s] = {set[s].rows * scale, (set[s].e + rows_->level[s] * set[s].m) * scale, set[s].m * scale};
    total[s] = {pool_[s].rows * scale, (pool_[s].e + rows_->level[s] * pool_[s].m) * scale, pool_[s].m * scale};
  }
  const Effect effect = EffectOf(part, total, rows_->form);
  if (rows_->form == ChangeForm::kSum) return std::abs(effect.contribution) / std::max(std::abs(part[0].x) + std::abs(part[1].x), 1e-300);
  return (std::abs(effect.mix) + std::abs(effect.rate)) / std::max(std::abs(part[0].y / total[0].y) + std::abs(part[1].y / total[1].y), 1e-300);
}

}  // namespace assay::slices
