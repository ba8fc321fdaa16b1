#include "slices/internal/change_search.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/thread_pool.h"
#include "slices/internal/change_cells.h"
#include "slices/internal/change_judge.h"
#include "slices/internal/change_scatter.h"

namespace assay::slices {

namespace {

constexpr double kMostVisits = 64e6;      // leaves x sets of features
constexpr std::size_t kKept = 40;         // candidates that are looked at closely, before their kin join them
constexpr std::size_t kWidened = 12;      // of which the best are tried with wider ranges
constexpr double kWithinNoise = 1;        // candidates this near in score are equally good
constexpr double kMaterial = 0.5;         // of the largest credible shift: what is looked at before anything smaller

bool Disjoint(std::span<const Predicate> a, std::span<const Predicate> b) {
  for (const Predicate& p : a) {
    for (const Predicate& q : b) {
      if (p.feature == q.feature && (p.last < q.first || q.last < p.first)) return true;
    }
  }
  return false;
}

class Search {
 public:
  Search(const ChangeRows& rows, ChangeForm form, const Blocks& blocks, bool by_blocks, const ChangeOptions& options, const RunContext& context)
      : features_(rows.features), options_(options), context_(context), search_(TakeRows(rows, form, blocks, by_blocks)), judge_(features_, &search_, blocks, by_blocks, options) {}

  Result<ChosenCells> Run() {
    ChosenCells chosen;
    if (search_.begin_after == 0 || search_.begin_after == search_.size()) return chosen;
    if (!judge_.Recentre()) return chosen;
    judge_.MeasureAgainstAll();
    ASSAY_TRY(Prepare(&chosen));
    for (std::int64_t part = 0; part < options_.most_parts; ++part) {
      context_.Report("looking for parts", part, options_.most_parts);
      if (context_.cancelled()) return Error{ErrorCode::kCancelled, "stopped"};
      if (!judge_.Recentre()) break;
      const std::vector<Predicate> best = ASSAY_TRY(BestCell(chosen.cells));
      if (best.empty()) break;
      TakeOut(best);
      chosen.cells.push_back(best);
    }
    context_.Report("looking for parts", options_.most_parts, options_.most_parts);
    return chosen;
  }

 private:
  static SearchRows TakeRows(const ChangeRows& rows, ChangeForm form, const Blocks& blocks, bool by_blocks) {
    SearchRows search;
    std::vector<std::uint32_t> taken;
    for (std::uint8_t side = 0; side < 2; ++side) {
      for (std::uint32_t i = 0; i < rows.x.size(); ++i) {
        if (rows.side[i] == side && !(by_blocks && blocks.test[blocks.of_row[i]])) taken.push_back(i);
      }
      if (side == 0) search.begin_after = taken.size();
    }
    search.form = form;
    search.num_blocks = blocks.count;
    search.alive.assign(taken.size(), 1);
    for (const std::uint32_t i : taken) {
      search.x.push_back(rows.x[i]);
      if (!rows.y.empty()) search.y.push_back(rows.y[i]);
      search.block.push_back(blocks.of_row[i]);
    }
    search.atoms.resize(rows.features.size());
    for (std::size_t f = 0; f < rows.features.size(); ++f) {
      std::vector<std::uint16_t> all(rows.x.size(), kNoAtom16);
      ForEachAtom(rows.features[f], [&](std::size_t row, std::uint32_t atom) { all[row] = static_cast<std::uint16_t>(atom); });
      search.atoms[f].reserve(taken.size());
      for (const std::uint32_t i : taken) search.atoms[f].push_back(all[i]);
    }
    return search;
  }

  // All features where their combinations are few enough, else those whose cells moved most.
  std::vector<std::uint32_t> ToCombine() {
    std::vector<std::pair<double, std::uint32_t>> order;
    for (std::uint32_t f = 0; f < features_.size(); ++f) {
      double best = 0;
      for (const CandidateCell& c : SinglesOf(f)) best = std::max(best, c.score);
      order.emplace_back(-best, f);
    }
    std::sort(order.begin(), order.end());
    std::vector<std::uint32_t> combined;
    double leaves = 1;
    for (const auto& [score, f] : order) {
      const auto k = static_cast<double>(combined.size() + 1);
      leaves = std::min(static_cast<double>(search_.size()), leaves * static_cast<double>(features_[f].atoms.size() + 1));
      const double sets = k * (k - 1) / 2 + (options_.depth >= 3 ? k * (k - 1) * (k - 2) / 6 : 0);
      if (sets * leaves > kMostVisits) break;
      combined.push_back(f);
    }
    std::sort(combined.begin(), combined.end());
    return combined;
  }

  Result<void> Prepare(ChosenCells* chosen) {
    for (std::uint32_t f = 0; f < features_.size(); ++f) {
      for (const Tally& atom : TallyAtoms(search_, f, features_[f].atoms.size())) singles_ += judge_.BigEnough(atom) ? 1 : 0;
    }
    ASSAY_TRY(judge_.MeasureDependence(context_));
    const bool combining = options_.depth >= 2;
    combinations_ = ASSAY_TRY(Combine(search_, features_, combining ? ToCombine() : std::vector<std::uint32_t>{}, options_.depth, judge_.least_rows(), context_));
    combinations_.cells[1] = singles_;
    if (combining && combinations_.features.size() < features_.size()) chosen->combined = combinations_.features;
    for (const std::int64_t cells : combinations_.cells) chosen->looked_at += cells;
    judge_.CountCells(combinations_.cells);
    return {};
  }

  static double MostCredible(std::span<const CandidateCell> candidates) {
    double most = 0;
    for (const CandidateCell& c : candidates) most = std::max(most, c.credible);
    return most;
  }
  // The best of those that moved at least so much.
  static void Keep(std::vector<CandidateCell>* candidates, std::size_t most, double least = 0) {
    std::erase_if(*candidates, [&](const CandidateCell& c) { return c.shift < least; });
    std::sort(candidates->begin(), candidates->end(), Better);
    if (candidates->size() > most) candidates->resize(most);
  }

  // Atoms of a feature and runs of neighbouring ones; `others` come along.
  void AddRuns(std::uint32_t f, std::span<const Tally> atoms, const std::vector<Predicate>& others, std::vector<CandidateCell>* candidates) const {
    const Feature& feature = features_[f];
    const auto add = [&](const Tally& tally, std::uint32_t first, std::uint32_t last) {
      if (!judge_.BigEnough(tally)) return;
      std::vector<Predicate> predicates = others;
      predicates.push_back({f, first, last});
      std::sort(predicates.begin(), predicates.end());
      candidates->push_back(judge_.QuicklyJudged(std::move(predicates), tally));
    };
    for (std::uint32_t a = 0; a < atoms.size(); ++a) {
      Tally run = atoms[a];
      add(run, a, a);
      if (!feature.ordered() || a >= feature.num_known()) continue;
      for (std::uint32_t b = a + 1; b < feature.num_known() && (a > 0 || b + 1 < feature.num_known()); ++b) {
        for (std::size_t s = 0; s < 2; ++s) run[s] += atoms[b][s];
        add(run, a, b);
      }
    }
  }
  std::vector<CandidateCell> SinglesOf(std::uint32_t f) const {
    std::vector<CandidateCell> candidates;
    AddRuns(f, TallyAtoms(search_, f, features_[f].atoms.size()), {}, &candidates);
    return candidates;
  }

  // The best cells by the modelled variance, of those whose shift is at least `material` times the largest that is credible; with wider ranges,
  // and with what each would be without one of its predicates.
  Result<std::vector<std::vector<Predicate>>> Candidates(double material) {
    const std::vector<Tally> leaves = TallyLeaves(search_, combinations_, context_);
    const std::size_t singles = features_.size(), sets = combinations_.sets.size();
    std::vector<std::vector<CandidateCell>> found(singles + sets);
    ASSAY_TRY(base::ParallelFor(context_.Quiet(), static_cast<std::int64_t>(found.size()), [&](std::int64_t task) {
      const auto k = static_cast<std::size_t>(task);
      if (k < singles) {
        found[k] = SinglesOf(static_cast<std::uint32_t>(k));
        return;
      }
      const Combinations::Set& set = combinations_.sets[k - singles];
      const std::vector<Tally> cells = TallyCells(set, leaves);
      for (std::uint32_t cell = 0; cell < cells.size(); ++cell) {
        if (!judge_.BigEnough(cells[cell])) continue;
        CandidateCell candidate = judge_.QuicklyJudged(combinations_.PredicatesOf(set, cell), cells[cell]);
        if (candidate.score > -20) found[k].push_back(std::move(candidate));
      }
    }));
    double most = 0;
    for (const std::vector<CandidateCell>& some : found) most = std::max(most, MostCredible(some));
    std::vector<CandidateCell> best;
    for (std::vector<CandidateCell>& some : found) {
      Keep(&some, kKept, material * most);
      best.insert(best.end(), std::make_move_iterator(some.begin()), std::make_move_iterator(some.end()));
    }
    Keep(&best, kKept);
    const std::size_t widened = std::min(kWidened, best.size());
    for (std::size_t k = 0; k < widened; ++k) Widen(best[k].predicates, leaves, &best);
    std::sort(best.begin() + static_cast<std::ptrdiff_t>(std::min(best.size(), kKept)), best.end(), Better);
    std::set<std::vector<Predicate>> seen;
    std::vector<std::vector<Predicate>> cells;
    const auto add = [&](std::vector<Predicate> predicates) {
      if (!predicates.empty() && cells.size() < kMostScattered && seen.insert(predicates).second) cells.push_back(std::move(predicates));
    };
    const std::size_t own = std::min<std::size_t>(best.size(), kKept - 8);
    for (std::size_t k = 0; k < own; ++k) add(best[k].predicates);
    for (std::size_t k = 0; k < std::min<std::size_t>(own, 5); ++k) {
      for (std::size_t without = 0; without < best[k].predicates.size(); ++without) {
        std::vector<Predicate> wider = best[k].predicates;
        wider.erase(wider.begin() + static_cast<std::ptrdiff_t>(without));
        add(std::move(wider));
      }
    }
    for (std::size_t k = kKept; k < best.size(); ++k) add(best[k].predicates);
    return cells;
  }
  void Widen(const std::vector<Predicate>& cell, std::span<const Tally> leaves, std::vector<CandidateCell>* best) const {
    if (cell.size() < 2) return;
    for (const Predicate& p : cell) {
      if (!features_[p.feature].ordered()) continue;
      std::vector<Predicate> others = cell;
      std::erase(others, p);
      std::vector<CandidateCell> runs;
      AddRuns(p.feature, TallyAlong(combinations_, leaves, p.feature, features_[p.feature].atoms.size(), others), others, &runs);
      Keep(&runs, 2);
      best->insert(best->end(), runs.begin(), runs.end());
    }
  }

  // Empty: none stands out. Large shifts first: what moved little is looked for when they are taken out.
  Result<std::vector<Predicate>> BestCell(const std::vector<std::vector<Predicate>>& earlier) {
    const std::vector<Predicate> large = ASSAY_TRY(BestOf(kMaterial, earlier));
    if (!large.empty()) return large;
    return BestOf(0, earlier);
  }
  Result<std::vector<Predicate>> BestOf(double material, const std::vector<std::vector<Predicate>>& earlier) {
    const std::vector<std::vector<Predicate>> cells = ASSAY_TRY(Candidates(material));
    if (cells.empty()) return std::vector<Predicate>{};
    const std::vector<Scatter> scatters = ASSAY_TRY(ScatterByBlocks(search_, features_, cells, judge_.pool(), context_));
    std::vector<CandidateCell> judged;
    for (std::size_t k = 0; k < cells.size(); ++k) {
      if (judge_.Reliable(scatters[k])) judged.push_back(judge_.Judged(cells[k], scatters[k]));
    }
    Keep(&judged, judged.size(), material * MostCredible(judged));
    if (judged.empty() || judged[0].score < CellJudge::kLeastScore) return std::vector<Predicate>{};
    const auto apart = [&](const CandidateCell& c) { return std::all_of(earlier.begin(), earlier.end(), [&](const auto& e) { return Disjoint(c.predicates, e); }); };
    // Shorter before longer, disjoint from the parts before it before overlapping.
    const CandidateCell* best = &judged[0];
    for (const CandidateCell& c : judged) {
      if (c.score < judged[0].score - kWithinNoise) break;
      const bool shorter = c.predicates.size() < best->predicates.size();
      if (shorter || (c.predicates.size() == best->predicates.size() && apart(c) && !apart(*best))) best = &c;
    }
    return OrComplement(best->predicates);
  }

  // A cell and its complement lie equally far out. Where the complement, too, is an atom or a run, the one that moved more is the cause.
  std::vector<Predicate> OrComplement(const std::vector<Predicate>& cell) const {
    if (cell.size() != 1) return cell;
    const Predicate p = cell[0];
    const Feature& feature = features_[p.feature];
    const std::vector<Tally> atoms = TallyAtoms(search_, p.feature, feature.atoms.size());
    Tally inside, outside;
    std::vector<std::uint32_t> others;
    for (std::uint32_t a = 0; a < atoms.size(); ++a) {
      const bool in = p.first <= a && a <= p.last;
      for (std::size_t s = 0; s < 2; ++s) (in ? inside : outside)[s] += atoms[a][s];
      if (!in && RowsOf(atoms[a]) > 0) others.push_back(a);
    }
    const bool all_rows = RowsOf(inside) + RowsOf(outside) == RowsOf(judge_.pool());
    if (others.empty() || !all_rows || !judge_.BigEnough(outside)) return cell;
    const bool run = others.back() - others.front() + 1 == others.size() && feature.ordered() && others.back() < feature.num_known();
    if ((others.size() > 1 && !run) || judge_.MovementOf(outside) <= judge_.MovementOf(inside)) return cell;
    return {{p.feature, others.front(), others.back()}};
  }

  void TakeOut(std::span<const Predicate> cell) {
    for (std::size_t i = 0; i < search_.size(); ++i) {
      if (std::all_of(cell.begin(), cell.end(), [&](const Predicate& p) { return p.first <= search_.atoms[p.feature][i] && search_.atoms[p.feature][i] <= p.last; })) search_.alive[i] = 0;
    }
  }

  std::span<const Feature> features_;
  const ChangeOptions& options_;
  const RunContext& context_;
  SearchRows search_;
  CellJudge judge_;
  Combinations combinations_;
  std::int64_t singles_ = 0;
};

}  // namespace

Result<ChosenCells> ChooseCells(const ChangeRows& rows, ChangeForm form, const Blocks& blocks, bool by_blocks, const ChangeOptions& options, const RunContext& context) {
  return Search(rows, form, blocks, by_blocks, options, context).Run();
}

}  // namespace assay::slices
