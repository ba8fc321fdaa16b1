#include "slices/internal/change_parts.h"

#include <algorithm>
#include <cmath>

#include "base/step_clock.h"
#include "base/text.h"
#include "base/thread_pool.h"
#include "slices/internal/change_by_feature.h"
#include "stats/multiple_testing.h"

namespace assay::slices {

namespace {

constexpr std::size_t kChunks = 8;             // fixed, so that sums do not depend on threads
constexpr double kLeastOfAbsolute = 0.1;       // a sum smaller than this part of the sum of absolute values has no shares

// Whether a sum's shares mean something on both sides.
bool HasShares(const ChangeRows& rows, const BothSums& total) {
  double absolute[2] = {0, 0};
  for (std::size_t i = 0; i < rows.x.size(); ++i) absolute[rows.side[i]] += std::abs(rows.x[i]);
  const bool large = std::abs(total[0].x) >= kLeastOfAbsolute * absolute[0] && std::abs(total[1].x) >= kLeastOfAbsolute * absolute[1];
  return large && total[0].x * total[1].x > 0;
}

// Per row the first cell that fits it, cells.size() where none does.
Result<std::vector<std::uint8_t>> PartOfRows(const ChangeRows& rows, const Cells& cells, const RunContext& context) {
  const std::size_t n = rows.x.size();
  std::vector<std::uint8_t> part(n, static_cast<std::uint8_t>(cells.size()));
  ASSAY_TRY(base::ParallelFor(context.Quiet(), kChunks, [&](std::int64_t chunk) {
    const std::size_t begin = n * static_cast<std::size_t>(chunk) / kChunks, end = n * static_cast<std::size_t>(chunk + 1) / kChunks;
    std::vector<std::uint8_t> fits(end - begin);
    for (std::size_t k = cells.size(); k-- > 0;) {
      std::fill(fits.begin(), fits.end(), std::uint8_t{1});
      for (const Predicate& p : cells[k]) {
        std::visit([&](const auto& atoms) {
          for (std::size_t i = begin; i < end; ++i) fits[i - begin] &= static_cast<std::uint8_t>(p.first <= atoms[i] && atoms[i] <= p.last);
        }, rows.features[p.feature].atom_of_row);
      }
      for (std::size_t i = begin; i < end; ++i) {
        if (fits[i - begin] != 0) part[i] = static_cast<std::uint8_t>(k);
      }
    }
  }));
  return part;
}

// Blocks of either side that do not scatter at all, yet differ: the share of the ways to exchange them that shows as much (2 over n_0 + n_1 choose n_0;
// of blocks on both sides 2 over 2^n).
double ExchangeP(const Blocks& blocks) {
  double lone[2] = {0, 0}, both = 0;
  for (std::uint32_t b = 0; b < blocks.count; ++b) {
    if (!blocks.test[b]) continue;
    lone[0] += blocks.stratum[b] == Stratum::kBefore ? 1 : 0;
    lone[1] += blocks.stratum[b] == Stratum::kAfter ? 1 : 0;
    both += blocks.stratum[b] == Stratum::kBoth ? 1 : 0;
  }
  const double ways = both > 0 ? both * std::log(2.0) : std::lgamma(lone[0] + lone[1] + 1) - std::lgamma(lone[0] + 1) - std::lgamma(lone[1] + 1);
  return std::min(1.0, 2 * std::exp(-ways));
}

double POfShift(const Result<stats::Interval>& excess, const Blocks& blocks) {
  if (!excess) return 1;
  const bool scatters = excess->standard_error > 1e-12 * std::abs(excess->value);
  return scatters ? excess->p_value : excess->value == 0 ? 1.0 : ExchangeP(blocks);
}

// Each cell against what is left without those before it. `looked_at`: tests that count, failed ones as p = 1.
PartTests TestCells(const FoundParts& found, std::size_t looked_at, ChangeForm form, double level) {
  PartTests tests;
  const ChangeDependence& noise = found.dependence;
  for (std::uint32_t k = 0; k < found.cells.size(); ++k) {
    const BlockTable two = Joined(found.table, k, [&](std::uint32_t set) { return set == k; });
    const bool calendar = std::any_of(found.cells[k].begin(), found.cells[k].end(), [&](const Predicate& p) { return noise.is_calendar[p.feature]; });
    if (calendar && !WhyNoNoise(found.blocks.on_side, noise.levels, 0).empty()) {
      tests.p.push_back(1);
      continue;
    }
    tests.p.push_back(POfShift(ExcessInterval({two, found.blocks, Half::kTest, form, level, calendar ? noise.contribution_widening : noise.shifts.widening, (calendar ? noise.levels : noise.shifts).most_degrees}), found.blocks));
  }
  std::vector<double> all = tests.p;
  all.resize(std::max(looked_at, found.cells.size()), 1.0);
  tests.q = stats::BenjaminiHochberg(all);
  tests.q.resize(found.cells.size());
  return tests;
}

Result<FoundParts> SearchBy(ChangeForm choice, const ChangeRows& rows, const BothSums& total, const ChangeOptions& options, const RunContext& context) {
  FoundParts searched;
  searched.dependence = FindDependence(rows, choice);
  searched.blocks = MakeBlocks(rows, searched.dependence.shifts, context.seed);
  searched.why_untested = WhyNoNoise(searched.blocks.on_side, searched.dependence.shifts, options.least_blocks);
  {
    const base::ScopedStep step(context, "choose parts");
    // Blocks that resemble their neighbours too much for a test still say more than rows do.
    const bool by_blocks = std::min(searched.blocks.on_side[0], searched.blocks.on_side[1]) >= options.least_blocks;
    searched.chosen = ASSAY_TRY(ChooseCells(rows, choice, searched.blocks, by_blocks, options, context));
  }
  const base::ScopedStep step(context, "test parts");
  searched.cells = searched.chosen.cells;
  if (!searched.tested() && searched.cells.empty()) searched.cells = LargestValues(rows, total, options.most_parts);
  const std::size_t looked_at = searched.dependence.halves_resemble ? static_cast<std::size_t>(searched.chosen.looked_at) : searched.cells.size();
  // Those that fail go back into the rest; what is left is tested again, until all of it holds.
  while (true) {
    const std::vector<std::uint8_t> part = ASSAY_TRY(PartOfRows(rows, searched.cells, context));
    searched.table = ASSAY_TRY(TableOf(rows, searched.blocks, part, searched.cells.size() + 1, context));
    if (!searched.tested()) return searched;
    searched.tests = TestCells(searched, looked_at, choice, options.level);
    Cells kept;
    for (std::size_t k = 0; k < searched.cells.size(); ++k) {
      if (searched.tests.q[k] <= options.largest_q) kept.push_back(searched.cells[k]);
    }
    if (kept.size() == searched.cells.size()) return searched;
    searched.cells = std::move(kept);
  }
}

}  // namespace

std::string WhyNoNoise(const std::int64_t (&blocks)[2], const BlockNoise& noise, std::int64_t least) {
  const std::int64_t few = std::min(blocks[0], blocks[1]);
  if (few < least) return "noise between blocks cannot be told from " + std::to_string(few) + " on a side; it takes " + std::to_string(least);
  return noise.kind == BlockKind::kTimes ? stats::WhyTooFew(noise.runs, few) : "";
}

Result<BlockTable> TableOf(const ChangeRows& rows, const Blocks& blocks, std::span<const std::uint8_t> set, std::size_t sets, const RunContext& context) {
  const std::size_t n = rows.x.size(), places = sets * blocks.count * 2;
  std::vector<std::vector<Sums>> partial(kChunks, std::vector<Sums>(places));
  ASSAY_TRY(base::ParallelFor(context.Quiet(), kChunks, [&](std::int64_t chunk) {
    const auto c = static_cast<std::size_t>(chunk);
    for (std::size_t i = n * c / kChunks; i < n * (c + 1) / kChunks; ++i) {
      partial[c][(std::size_t{set[i]} * blocks.count + blocks.of_row[i]) * 2 + rows.side[i]] += {1, rows.x[i], rows.y_at(i)};
    }
  }));
  BlockTable table{static_cast<std::uint32_t>(sets), blocks.count, std::move(partial[0])};
  for (std::size_t c = 1; c < kChunks; ++c) {
    for (std::size_t i = 0; i < places; ++i) table.sums[i] += partial[c][i];
  }
  return table;
}

// Of a sum with shares these come first. How many rows there are is noise for them, but not for means, which are looked at where no share moved:
// two searches, each of which may err half as often.
Result<FoundParts> FindParts(const ChangeRows& rows, const BothSums& total, const ChangeOptions& options, const RunContext& context) {
  if (rows.form == ChangeForm::kRate) return SearchBy(rows.form, rows, total, options, context);
  if (!HasShares(rows, total)) {
    FoundParts of_means = ASSAY_TRY(SearchBy(ChangeForm::kRate, rows, total, options, context));
    of_means.as_mean = true;
    return of_means;
  }
  ChangeOptions half = options;
  half.largest_q = options.largest_q / 2;
  FoundParts searched = ASSAY_TRY(SearchBy(rows.form, rows, total, half, context));
  if (!searched.tested()) return searched;
  if (searched.cells.empty()) {
    FoundParts of_means = ASSAY_TRY(SearchBy(ChangeForm::kRate, rows, total, half, context));
    of_means.chosen.looked_at += searched.chosen.looked_at;
    of_means.as_mean = of_means.tested() && !of_means.cells.empty();
    if (of_means.as_mean) searched = std::move(of_means);
    searched.means_too = true;
  }
  for (double& q : searched.tests.q) q = std::min(1.0, 2 * q);
  return searched;
}

}  // namespace assay::slices
