#include "slices/internal/change_scatter.h"

#include <algorithm>
#include <bit>

#include "base/thread_pool.h"
#include "slices/internal/change_blocks.h"

namespace assay::slices {

namespace {

constexpr std::size_t kMostChunks = 4;
constexpr std::size_t kRowsOfChunk = 65'536;  // chunks go by rows alone, so that sums do not depend on threads

// Sums per block and side, of each cell (at block-side x cells + cell) and of the pool.
struct Partial {
  std::vector<SideTally> cells, pool;
};

// Per feature that any cell names, per atom (one more for "no atom") the cells that allow it.
struct Masks {
  std::vector<std::uint32_t> features;
  std::vector<std::vector<std::uint64_t>> allowed;
};

Masks MasksOf(std::span<const Feature> features, std::span<const std::vector<Predicate>> cells) {
  Masks masks;
  for (const std::vector<Predicate>& cell : cells) {
    for (const Predicate& p : cell) {
      if (std::find(masks.features.begin(), masks.features.end(), p.feature) == masks.features.end()) masks.features.push_back(p.feature);
    }
  }
  for (const std::uint32_t f : masks.features) {
    std::vector<std::uint64_t> allowed(features[f].atoms.size() + 1, ~std::uint64_t{0});
    for (std::size_t k = 0; k < cells.size(); ++k) {
      for (const Predicate& p : cells[k]) {
        if (p.feature != f) continue;
        for (std::size_t a = 0; a < allowed.size(); ++a) {
          if (a < p.first || a > p.last || a + 1 == allowed.size()) allowed[a] &= ~(std::uint64_t{1} << k);
        }
      }
    }
    masks.allowed.push_back(std::move(allowed));
  }
  return masks;
}

void AddRows(const SearchRows& rows, const Masks& masks, std::size_t num_cells, std::size_t begin, std::size_t end, std::size_t side, Partial* partial) {
  const std::uint64_t every = num_cells == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << num_cells) - 1;
  for (std::size_t i = begin; i < end; ++i) {
    if (rows.alive[i] == 0) continue;
    const double e = rows.e_at(i, side), m = rows.m_at(i);
    const std::size_t place = std::size_t{rows.block[i]} * 2 + side;
    partial->pool[place].Add(e, m);
    std::uint64_t fits = every;
    for (std::size_t k = 0; k < masks.features.size() && fits != 0; ++k) {
      const std::vector<std::uint64_t>& allowed = masks.allowed[k];
      fits &= allowed[std::min<std::size_t>(rows.atoms[masks.features[k]][i], allowed.size() - 1)];
    }
    for (; fits != 0; fits &= fits - 1) partial->cells[place * num_cells + static_cast<std::size_t>(std::countr_zero(fits))].Add(e, m);
  }
}

Scatter ScatterOf(const Partial& sums, std::size_t cell, std::size_t num_cells, const Tally& pool, ChangeForm form) {
  Scatter scatter;
  const std::size_t places = sums.pool.size();
  for (std::size_t p = 0; p < places; ++p) {
    const SideTally& own = sums.cells[p * num_cells + cell];
    scatter.tally[p % 2] += own;
    scatter.present += own.rows > 0 ? 1 : 0;
  }
  std::vector<BlockTerm> terms(places / 2);
  for (std::size_t p = 0; p < places; ++p) {
    const std::size_t s = p % 2;
    const SideTally &own = sums.cells[p * num_cells + cell], &all = sums.pool[p], &total = scatter.tally[s];
    if (all.rows <= 0) continue;
    const double w = total.m / pool[s].m;
    const double u = form == ChangeForm::kSum ? own.m - w * all.m : own.e - w * all.e - total.e / pool[s].m * all.m;
    terms[p / 2].u[s] = (s == 1 ? u : -u) / pool[s].m;
    terms[p / 2].mass[s] = MassShare(own.rows, all.rows, total.rows, pool[s].rows);
  }
  const BlockVariance variance = VarianceOf(terms);
  scatter.variance = variance.variance;
  scatter.degrees = variance.degrees;
  return scatter;
}

}  // namespace

Result<std::vector<Scatter>> ScatterByBlocks(const SearchRows& rows, std::span<const Feature> features, std::span<const std::vector<Predicate>> cells, const Tally& pool, const RunContext& context) {
  const Masks masks = MasksOf(features, cells);
  const std::size_t places = std::size_t{rows.num_blocks} * 2;
  const std::size_t num_chunks = std::clamp<std::size_t>(rows.size() / kRowsOfChunk, 1, kMostChunks);
  std::vector<Partial> partials(num_chunks);
  ASSAY_TRY(base::ParallelFor(context.Quiet(), static_cast<std::int64_t>(num_chunks), [&](std::int64_t chunk) {
    Partial& partial = partials[static_cast<std::size_t>(chunk)];
    partial.cells.resize(places * cells.size());
    partial.pool.resize(places);
    for (std::size_t s = 0; s < 2; ++s) {
      const std::size_t begin = rows.begin(s), length = rows.end(s) - begin, c = static_cast<std::size_t>(chunk);
      AddRows(rows, masks, cells.size(), begin + length * c / num_chunks, begin + length * (c + 1) / num_chunks, s, &partial);
    }
  }));
  for (std::size_t c = 1; c < num_chunks; ++c) {
    for (std::size_t i = 0; i < partials[0].cells.size(); ++i) partials[0].cells[i] += partials[c].cells[i];
    for (std::size_t i = 0; i < places; ++i) partials[0].pool[i] += partials[c].pool[i];
  }
  std::vector<Scatter> scatters;
  for (std::size_t k = 0; k < cells.size(); ++k) scatters.push_back(ScatterOf(partials[0], k, cells.size(), pool, rows.form));
  return scatters;
}

}  // namespace assay::slices
