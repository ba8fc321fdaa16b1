#include "slices/internal/change_cells.h"

#include <algorithm>
#include <bit>

#include "base/thread_pool.h"

namespace assay::slices {

namespace {

// Dense ids of keys below `bound`, in order of first appearance.
class Compactor {
 public:
  Compactor(std::uint64_t bound, std::size_t most_keys) {
    dense_ = bound <= (std::uint64_t{1} << 22U) || bound <= 4 * most_keys;
    if (dense_) {
      ids_.assign(bound, kNoCell);
      return;
    }
    const std::size_t places = std::bit_ceil(2 * std::max<std::size_t>(most_keys, 8));
    ids_.assign(places, kNoCell);
    keys_.resize(places);
  }
  std::uint32_t IdOf(std::uint64_t key) {
    std::size_t place = key;
    if (!dense_) {
      const std::size_t mask = ids_.size() - 1;
      place = (key * 0x9E3779B97F4A7C15ULL >> 20U) & mask;
      while (ids_[place] != kNoCell && keys_[place] != key) place = (place + 1) & mask;
      keys_[place] = key;
    }
    if (ids_[place] == kNoCell) ids_[place] = count_++;
    return ids_[place];
  }
  std::uint32_t count() const { return count_; }

 private:
  bool dense_ = false;
  std::uint32_t count_ = 0;
  std::vector<std::uint32_t> ids_;
  std::vector<std::uint64_t> keys_;
};

void MakeLeaves(const SearchRows& rows, std::span<const Feature> features, Combinations* made) {
  const std::size_t n = rows.size(), width = made->features.size();
  made->leaf_of_row.assign(n, 0);
  made->num_leaves = n > 0 ? 1 : 0;
  for (const std::uint32_t f : made->features) {
    const std::uint64_t size = features[f].atoms.size() + 1;
    Compactor compactor(made->num_leaves * size, n);
    for (std::size_t i = 0; i < n; ++i) {
      const std::uint64_t atom = std::min<std::uint64_t>(rows.atoms[f][i], size - 1);
      made->leaf_of_row[i] = compactor.IdOf(made->leaf_of_row[i] * size + atom);
    }
    made->num_leaves = compactor.count();
  }
  made->leaf_atoms.resize(std::size_t{made->num_leaves} * width);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < width; ++k) made->leaf_atoms[made->leaf_of_row[i] * width + k] = rows.atoms[made->features[k]][i];
  }
}

std::vector<std::vector<std::uint32_t>> SetsOf(std::uint32_t width, std::int64_t depth) {
  std::vector<std::vector<std::uint32_t>> sets;
  for (std::uint32_t a = 0; a < width && depth >= 2; ++a) {
    for (std::uint32_t b = a + 1; b < width; ++b) {
      sets.push_back({a, b});
      for (std::uint32_t c = b + 1; c < width && depth >= 3; ++c) sets.push_back({a, b, c});
    }
  }
  return sets;
}

// Rows of each leaf by side.
std::vector<std::array<double, 2>> RowsOfLeaves(const SearchRows& rows, const Combinations& combinations) {
  std::vector<std::array<double, 2>> count(combinations.num_leaves, {0, 0});
  for (std::size_t s = 0; s < 2; ++s) {
    for (std::size_t i = rows.begin(s); i < rows.end(s); ++i) count[combinations.leaf_of_row[i]][s] += 1;
  }
  return count;
}

Combinations::Set MakeSet(const Combinations& combinations, std::span<const Feature> features, std::vector<std::uint32_t> members, std::span<const std::array<double, 2>> rows_of_leaf, std::array<double, 2> least) {
  Combinations::Set set;
  set.members = std::move(members);
  set.cell_of_leaf.assign(combinations.num_leaves, kNoCell);
  const std::size_t width = combinations.features.size();
  std::uint64_t bound = 1;
  for (const std::uint32_t k : set.members) bound *= features[combinations.features[k]].atoms.size();
  Compactor compactor(bound, combinations.num_leaves);
  for (std::uint32_t leaf = 0; leaf < combinations.num_leaves; ++leaf) {
    std::uint64_t key = 0;
    bool whole = true;
    for (const std::uint32_t k : set.members) {
      const std::uint16_t atom = combinations.leaf_atoms[leaf * width + k];
      whole = whole && atom != kNoAtom16;
      key = key * features[combinations.features[k]].atoms.size() + atom;
    }
    if (!whole) continue;
    set.cell_of_leaf[leaf] = compactor.IdOf(key);
  }
  std::vector<std::array<double, 2>> count(compactor.count(), {0, 0});
  std::vector<std::uint32_t> first(compactor.count(), kNoCell);
  for (std::uint32_t leaf = 0; leaf < combinations.num_leaves; ++leaf) {
    const std::uint32_t cell = set.cell_of_leaf[leaf];
    if (cell == kNoCell) continue;
    if (first[cell] == kNoCell) first[cell] = leaf;
    for (std::size_t s = 0; s < 2; ++s) count[cell][s] += rows_of_leaf[leaf][s];
  }
  std::vector<std::uint32_t> kept(compactor.count(), kNoCell);
  for (std::uint32_t cell = 0; cell < compactor.count(); ++cell) {
    if (count[cell][0] < least[0] && count[cell][1] < least[1]) continue;
    kept[cell] = static_cast<std::uint32_t>(set.leaf_of_cell.size());
    set.leaf_of_cell.push_back(first[cell]);
  }
  for (std::uint32_t& cell : set.cell_of_leaf) cell = cell == kNoCell ? kNoCell : kept[cell];
  return set;
}

}  // namespace

SideTally& SideTally::operator+=(const SideTally& other) {
  rows += other.rows;
  e += other.e;
  m += other.m;
  q += other.q;
  return *this;
}

double ShiftOf(const Tally& cell, const Tally& pool) { return cell[1].e / pool[1].m - cell[0].e / pool[0].m; }

// Of either side: the mean over the pool's rows of ((1 in cell - w) e)^2, as a sum over M^2: ((1 - 2 w) q + w^2 Q) / M^2.
double RowVarianceOf(const Tally& cell, const Tally& pool) {
  double variance = 0;
  for (std::size_t s = 0; s < 2; ++s) {
    const double w = cell[s].m / pool[s].m;
    variance += ((1 - 2 * w) * cell[s].q + w * w * pool[s].q) / (pool[s].m * pool[s].m);
  }
  return variance;
}

bool Better(const CandidateCell& a, const CandidateCell& b) { return a.score != b.score ? a.score > b.score : a.predicates < b.predicates; }

std::vector<Predicate> Combinations::PredicatesOf(const Set& set, std::uint32_t cell) const {
  std::vector<Predicate> predicates;
  for (const std::uint32_t k : set.members) {
    const std::uint32_t atom = leaf_atoms[std::size_t{set.leaf_of_cell[cell]} * features.size() + k];
    predicates.push_back({features[k], atom, atom});
  }
  return predicates;
}

Result<Combinations> Combine(const SearchRows& rows, std::span<const Feature> features, std::vector<std::uint32_t> combined, std::int64_t depth, std::array<double, 2> least, const RunContext& context) {
  Combinations made;
  made.features = std::move(combined);
  MakeLeaves(rows, features, &made);
  const std::vector<std::array<double, 2>> rows_of_leaf = RowsOfLeaves(rows, made);
  const std::vector<std::vector<std::uint32_t>> members = SetsOf(static_cast<std::uint32_t>(made.features.size()), depth);
  std::vector<Combinations::Set> sets(members.size());
  ASSAY_TRY(base::ParallelFor(context, static_cast<std::int64_t>(members.size()), [&](std::int64_t i) {
    const auto k = static_cast<std::size_t>(i);
    sets[k] = MakeSet(made, features, members[k], rows_of_leaf, least);
  }, "combining features"));
  made.sets = std::move(sets);
  for (const Combinations::Set& set : made.sets) made.cells[set.members.size()] += static_cast<std::int64_t>(set.leaf_of_cell.size());
  return made;
}

std::vector<Tally> TallyLeaves(const SearchRows& rows, const Combinations& combinations, const RunContext& context) {
  std::vector<Tally> leaves(combinations.num_leaves);
  // A side each: they share no sum. (A stop is seen by the caller's next step.)
  static_cast<void>(base::ParallelFor(context.Quiet(), 2, [&](std::int64_t side) {
    const auto s = static_cast<std::size_t>(side);
    for (std::size_t i = rows.begin(s); i < rows.end(s); ++i) {
      if (rows.alive[i] != 0) leaves[combinations.leaf_of_row[i]][s].Add(rows.e_at(i, s), rows.m_at(i));
    }
  }));
  return leaves;
}

std::vector<Tally> TallyAtoms(const SearchRows& rows, std::size_t feature, std::size_t num_atoms) {
  std::vector<Tally> atoms(num_atoms);
  for (std::size_t s = 0; s < 2; ++s) {
    for (std::size_t i = rows.begin(s); i < rows.end(s); ++i) {
      const std::uint16_t atom = rows.atoms[feature][i];
      if (rows.alive[i] != 0 && atom != kNoAtom16) atoms[atom][s].Add(rows.e_at(i, s), rows.m_at(i));
    }
  }
  return atoms;
}

Tally TallyAll(const SearchRows& rows) {
  Tally all;
  for (std::size_t s = 0; s < 2; ++s) {
    for (std::size_t i = rows.begin(s); i < rows.end(s); ++i) {
      if (rows.alive[i] != 0) all[s].Add(rows.e_at(i, s), rows.m_at(i));
    }
  }
  return all;
}

std::vector<Tally> TallyCells(const Combinations::Set& set, std::span<const Tally> leaves) {
  std::vector<Tally> cells(set.leaf_of_cell.size());
  for (std::size_t leaf = 0; leaf < leaves.size(); ++leaf) {
    const std::uint32_t cell = set.cell_of_leaf[leaf];
    if (cell == kNoCell) continue;
    for (std::size_t s = 0; s < 2; ++s) cells[cell][s] += leaves[leaf][s];
  }
  return cells;
}

std::vector<Tally> TallyAlong(const Combinations& combinations, std::span<const Tally> leaves, std::uint32_t feature, std::size_t num_atoms, std::span<const Predicate> others) {
  const std::size_t width = combinations.features.size();
  const auto position = [&](std::uint32_t f) { return static_cast<std::size_t>(std::find(combinations.features.begin(), combinations.features.end(), f) - combinations.features.begin()); };
  std::vector<Tally> along(num_atoms);
  const std::size_t own = position(feature);
  for (std::size_t leaf = 0; leaf < leaves.size(); ++leaf) {
    const std::uint16_t* atoms = &combinations.leaf_atoms[leaf * width];
    const bool fits = std::all_of(others.begin(), others.end(), [&](const Predicate& p) {
      const std::uint16_t atom = atoms[position(p.feature)];
      return p.first <= atom && atom <= p.last;
    });
    if (!fits || atoms[own] == kNoAtom16) continue;
    for (std::size_t s = 0; s < 2; ++s) along[atoms[own]][s] += leaves[leaf][s];
  }
  return along;
}

}  // namespace assay::slices
