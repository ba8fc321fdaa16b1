// Cells of the search for parts: how rows of a pool fall into conjunctions of atoms, and how far each moved otherwise than the pool.
//
// Per side s and set of rows: e and m such that the set's T_s = e / M_s and weight w_s = m / M_s, M_s being m of the pool. Of a rate e = x - R_s y, m = y;
// of a sum both are x (T is then the share of the total). T = T_1 - T_0.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "slices/change.h"

namespace assay::slices {

inline constexpr std::uint16_t kNoAtom16 = UINT16_MAX;
inline constexpr std::uint32_t kNoCell = UINT32_MAX;

// Sums over rows of one side; q = sum of e^2.
struct SideTally {
  double rows = 0, e = 0, m = 0, q = 0;
  void Add(double e_of_row, double m_of_row) {
    rows += 1;
    e += e_of_row;
    m += m_of_row;
    q += e_of_row * e_of_row;
  }
  SideTally& operator+=(const SideTally& other);
};
using Tally = std::array<SideTally, 2>;

// The rows that are searched, those of before first; `atoms` per feature.
struct SearchRows {
  ChangeForm form = ChangeForm::kRate;
  std::size_t begin_after = 0;
  std::vector<double> x, y;  // y empty: 1 per row
  std::vector<std::uint32_t> block;
  std::uint32_t num_blocks = 0;
  std::vector<std::vector<std::uint16_t>> atoms;
  std::vector<std::uint8_t> alive;   // still in the pool
  std::array<double, 2> level = {0, 0};  // of the pool: R_s

  std::size_t size() const { return x.size(); }
  std::size_t begin(std::size_t side) const { return side == 0 ? 0 : begin_after; }
  std::size_t end(std::size_t side) const { return side == 0 ? begin_after : size(); }
  double m_at(std::size_t i) const { return form == ChangeForm::kSum ? x[i] : y.empty() ? 1.0 : y[i]; }
  double e_at(std::size_t i, std::size_t side) const { return form == ChangeForm::kSum ? x[i] : x[i] - level[side] * m_at(i); }
};

// T and the variance that it would have were the rows independent. Requires m of the pool not 0 on either side.
double ShiftOf(const Tally& cell, const Tally& pool);
double RowVarianceOf(const Tally& cell, const Tally& pool);

struct CandidateCell {
  std::vector<Predicate> predicates;  // by feature
  double score = 0;
  double shift = 0;                   // its size in the pool, without sign
  double credible = 0;                // of it, less two standard errors; 0 where the score says chance
};
// The best first, equal ones in the order of their predicates.
bool Better(const CandidateCell& a, const CandidateCell& b);

// Cells of two and more features: what combinations of atoms occur, and which cell of each set of features each belongs to.
struct Combinations {
  std::vector<std::uint32_t> features;        // that are combined
  std::vector<std::uint32_t> leaf_of_row;
  std::uint32_t num_leaves = 0;
  std::vector<std::uint16_t> leaf_atoms;      // num_leaves x features
  struct Set {
    std::vector<std::uint32_t> members;       // positions in `features`
    std::vector<std::uint32_t> cell_of_leaf;  // kNoCell where a feature has no atom or the cell too few rows
    std::vector<std::uint32_t> leaf_of_cell;  // one of its leaves
  };
  std::vector<Set> sets;
  std::array<std::int64_t, 4> cells = {0, 0, 0, 0};  // by number of predicates, of those with enough rows

  std::vector<Predicate> PredicatesOf(const Set& set, std::uint32_t cell) const;
};
// `least`: rows of a cell on one side at least.
Result<Combinations> Combine(const SearchRows& rows, std::span<const Feature> features, std::vector<std::uint32_t> combined, std::int64_t depth, std::array<double, 2> least, const RunContext& context);

// Of the rows alive: per leaf; per atom of one feature (rows without an atom are left out); all.
std::vector<Tally> TallyLeaves(const SearchRows& rows, const Combinations& combinations, const RunContext& context);
std::vector<Tally> TallyAtoms(const SearchRows& rows, std::size_t feature, std::size_t num_atoms);
Tally TallyAll(const SearchRows& rows);
// Of one set of features, from the leaves.
std::vector<Tally> TallyCells(const Combinations::Set& set, std::span<const Tally> leaves);
// Per atom of a feature, of the leaves that the other predicates fit; all of them are combined.
std::vector<Tally> TallyAlong(const Combinations& combinations, std::span<const Tally> leaves, std::uint32_t feature, std::size_t num_atoms, std::span<const Predicate> others);

}  // namespace assay::slices
