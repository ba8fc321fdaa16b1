#include "slices/internal/change_blocks.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "base/random.h"

namespace assay::slices {

namespace {

constexpr std::uint32_t kMostBundles = 1000;

// Neighbouring days of the same sides into runs of about equal length, numbered by their first day. Returns the number of runs.
std::uint32_t JoinToRuns(std::int64_t length, const std::vector<std::uint8_t>& sides, std::vector<std::uint32_t>* run_of) {
  if (length <= 1) return static_cast<std::uint32_t>(sides.size());
  std::uint32_t runs = 0;
  std::array<std::size_t, 4> members = {0, 0, 0, 0}, seen = {0, 0, 0, 0};
  for (const std::uint8_t stratum : sides) ++members[stratum];
  std::array<std::size_t, 4> last = {SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX};
  std::array<std::uint32_t, 4> id = {0, 0, 0, 0};
  for (std::size_t day = 0; day < sides.size(); ++day) {
    const std::uint8_t stratum = sides[day];
    const std::size_t count = std::max<std::size_t>(1, members[stratum] / static_cast<std::size_t>(length));
    const std::size_t run = seen[stratum]++ * count / members[stratum];
    if (run != last[stratum]) {
      last[stratum] = run;
      id[stratum] = runs++;
    }
    (*run_of)[day] = id[stratum];
  }
  return runs;
}

}  // namespace

Blocks MakeBlocks(const ChangeRows& rows, const BlockNoise& noise, std::uint64_t seed) {
  const std::size_t n = rows.x.size();
  const std::uint32_t given = noise.block == nullptr ? static_cast<std::uint32_t>(n) : noise.num_blocks;
  const auto block_at = [&](std::size_t i) { return noise.block == nullptr ? static_cast<std::uint32_t>(i) : (*noise.block)[i]; };
  Blocks blocks;
  blocks.number_is_fixed = noise.kind == BlockKind::kTimes;
  std::vector<std::uint8_t> sides(given, 0);
  for (std::size_t i = 0; i < n; ++i) sides[block_at(i)] |= static_cast<std::uint8_t>(1U << rows.side[i]);
  for (const std::uint8_t both : sides) {
    blocks.on_side[0] += both & 1U;
    blocks.on_side[1] += both >> 1U;
  }
  const bool dealt = !blocks.number_is_fixed && given > kMostBundles;
  std::vector<std::uint32_t> bundle(given);
  std::iota(bundle.begin(), bundle.end(), 0U);
  blocks.count = dealt ? kMostBundles : given;
  if (blocks.number_is_fixed) blocks.count = JoinToRuns(noise.runs.length, sides, &bundle);
  blocks.stratum.assign(blocks.count, Stratum::kNone);
  blocks.size.assign(blocks.count, blocks.number_is_fixed ? 0 : 1);
  base::RandomStream deal(seed, "change bundles");
  for (std::uint32_t b = 0; b < given; ++b) {
    if (dealt) bundle[b] = static_cast<std::uint32_t>(deal.Below(kMostBundles));
    if (blocks.number_is_fixed) blocks.size[bundle[b]] += 1;
    Stratum& stratum = blocks.stratum[bundle[b]];
    stratum = static_cast<Stratum>(static_cast<std::uint8_t>(stratum) | sides[b]);
  }
  blocks.of_row.resize(n);
  for (std::size_t i = 0; i < n; ++i) blocks.of_row[i] = bundle[block_at(i)];
  blocks.test.assign(blocks.count, false);
  // One draw for each block that has rows, whichever side they are on: before and after exchanged give the same halves.
  base::RandomStream halves(seed, "change halves");
  std::vector<double> draw(blocks.count, 0);
  for (std::uint32_t b = 0; b < blocks.count; ++b) {
    if (blocks.stratum[b] != Stratum::kNone) draw[b] = halves.Uniform();
  }
  for (const Stratum stratum : {Stratum::kBefore, Stratum::kAfter, Stratum::kBoth}) {
    std::vector<std::uint32_t> members;
    for (std::uint32_t b = 0; b < blocks.count; ++b) {
      if (blocks.stratum[b] == stratum) members.push_back(b);
    }
    std::stable_sort(members.begin(), members.end(), [&](std::uint32_t a, std::uint32_t b) { return draw[a] < draw[b]; });
    for (std::size_t i = members.size() / 2; i < members.size(); ++i) blocks.test[members[i]] = true;
  }
  return blocks;
}

double MassShare(double set_in_block, double in_block, double set, double all) {
  const double outside = all - set;
  if (all <= 0) return 0;
  if (set <= 0 || outside <= 0) return in_block / all;
  return (outside * set_in_block / set + set * (in_block - set_in_block) / outside) / all;
}

BlockTable BlockTable::From(std::uint32_t set) const {
  return {sets - set, count, {sums.begin() + static_cast<std::ptrdiff_t>(std::size_t{set} * 2 * count), sums.end()}};
}

// V = sum of (u_0 / sqrt(1 - h_0) + u_1 / sqrt(1 - h_1))^2, h being shares of the mass: what centring took is given back (see
// stats/unit_variance.h). Degrees as for blocks that scatter by their mass: 1 / sum of h^2, less one for each side.
BlockVariance VarianceOf(std::span<const BlockTerm> terms) {
  double side[2] = {0, 0};
  BlockVariance result;
  for (const BlockTerm& term : terms) {
    double sum = 0;
    for (std::size_t s = 0; s < 2; ++s) {
      if (term.mass[s] >= 1) continue;  // alone on its side: it shows no scatter
      const double u = term.u[s] / std::sqrt(1 - term.mass[s]);
      side[s] += u * u;
      sum += u;
    }
    result.variance += sum * sum;
  }
  const double both = side[0] + side[1];
  double squares = 0;
  for (const BlockTerm& term : terms) {
    const double mass = both > 0 ? (side[0] * term.mass[0] + side[1] * term.mass[1]) / both : 0;
    squares += mass * mass;
  }
  const double sides = (side[0] > 0 ? 1 : 0) + (side[1] > 0 ? 1 : 0);
  // Nothing scatters: as many degrees as blocks, whatever their mass.
  result.degrees = squares > 0 ? 1 / squares - sides : both == 0 ? static_cast<double>(terms.size()) - 2 : 0;
  return result;
}

}  // namespace assay::slices
