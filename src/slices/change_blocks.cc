#include "slices/internal/change_blocks.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/random.h"
#include "slices/internal/change_dependence.h"

namespace assay::slices {

namespace {

constexpr std::uint32_t kMostBundles = 1000;
constexpr double kLeastDegrees = 2;

double Sign(std::size_t side) { return side == 1 ? 1.0 : -1.0; }

// What the formulas of a side need: sums over the blocks that count.
struct SideSums {
  Sums set, all;
};

// Calls use(block) for those that count.
template <class Use>
void ForEachBlock(const TwoSets& sets, const Use& use) {
  for (std::uint32_t b = 0; b < sets.table.count; ++b) {
    if (sets.half == Half::kAll || sets.blocks.test[b]) use(b);
  }
}

Sums AllOf(const TwoSets& sets, std::uint32_t b, std::size_t s) {
  Sums all = sets.table.at(0, b, s);
  all += sets.table.at(1, b, s);
  return all;
}

std::array<SideSums, 2> Totals(const TwoSets& sets) {
  std::array<SideSums, 2> totals;
  ForEachBlock(sets, [&](std::uint32_t b) {
    for (std::size_t s = 0; s < 2; ++s) {
      totals[s].set += sets.table.at(0, b, s);
      totals[s].all += AllOf(sets, b, s);
    }
  });
  return totals;
}

double MassOf(const SideSums& total, double rows_in_set, double rows) { return MassShare(rows_in_set, rows, total.set.rows, total.all.rows); }

Error TooFew() { return {ErrorCode::kNumeric, "too few blocks hold enough of it to show any scatter"}; }

Result<stats::Interval> IntervalFrom(double value, const BlockVariance& variance, const TwoSets& sets) {
  if (!(variance.degrees >= kLeastDegrees)) return TooFew();
  return stats::StudentInterval(value, std::sqrt(sets.blocks.widening * variance.variance), std::min(variance.degrees, std::max(kLeastDegrees, sets.blocks.most_degrees)), sets.level);
}

// term_of(block, side, sums of the set, of all) gives u.
template <class TermOf>
BlockVariance VarianceBy(const TwoSets& sets, const std::array<SideSums, 2>& totals, const TermOf& term_of) {
  std::vector<BlockTerm> terms;
  ForEachBlock(sets, [&](std::uint32_t b) {
    BlockTerm term;
    for (std::size_t s = 0; s < 2; ++s) {
      const Sums set = sets.table.at(0, b, s), all = AllOf(sets, b, s);
      if (all.rows <= 0) continue;
      term.u[s] = term_of(s, set, all);
      term.mass[s] = MassOf(totals[s], set.rows, all.rows);
    }
    terms.push_back(term);
  });
  return VarianceOf(terms);
}

// A sum over blocks: blocks of both sides count by their difference, around its mean (a run's around that of as many days); those of one side around theirs where their number is fixed, else
// around 0, since that they are there is chance as well.
Result<stats::Interval> SumInterval(const TwoSets& sets, const std::array<SideSums, 2>& totals, std::array<bool, 2> used) {
  std::array<double, 2> scale = {1, 1}, count = {0, 0}, counted = {0, 0};
  for (std::uint32_t b = 0; b < sets.table.count; ++b) {
    for (std::size_t s = 0; s < 2; ++s) {
      if (AllOf(sets, b, s).rows <= 0) continue;
      count[s] += sets.blocks.size[b];
      if (sets.half == Half::kAll || sets.blocks.test[b]) counted[s] += sets.blocks.size[b];
    }
  }
  double value = 0;
  for (std::size_t s = 0; s < 2; ++s) {
    if (used[s] && counted[s] > 0) scale[s] = count[s] / counted[s];
    if (used[s]) value += Sign(s) * scale[s] * totals[s].set.x;
  }
  const auto stratum = [&](std::uint32_t b) {
    const bool before = used[0] && AllOf(sets, b, 0).rows > 0, after = used[1] && AllOf(sets, b, 1).rows > 0;
    return before && after ? 3U : after ? 2U : before ? 1U : 0U;
  };
  const auto difference = [&](std::uint32_t b) {
    double d = 0;
    for (std::size_t s = 0; s < 2; ++s) d += used[s] ? Sign(s) * scale[s] * sets.table.at(0, b, s).x : 0.0;
    return d;
  };
  double size[4] = {0, 0, 0, 0}, days[4] = {0, 0, 0, 0}, mean[4] = {0, 0, 0, 0};
  ForEachBlock(sets, [&](std::uint32_t b) {
    size[stratum(b)] += 1;
    days[stratum(b)] += sets.blocks.size[b];
    mean[stratum(b)] += difference(b);
  });
  double variance = 0, weights = 0, squares = 0;
  for (std::size_t k = 0; k < std::size(mean); ++k) mean[k] = days[k] > 0 ? mean[k] / days[k] : 0;
  ForEachBlock(sets, [&](std::uint32_t b) {
    const std::uint32_t k = stratum(b);
    if (k == 0) return;
    const bool centred = k == 3 || sets.blocks.number_is_fixed;
    const double d = difference(b) - (centred ? mean[k] * sets.blocks.size[b] : 0);
    variance += d * d * (centred && size[k] > 1 ? size[k] / (size[k] - 1) : 1);
    double mass = 0;
    for (std::size_t s = 0; s < 2; ++s) mass += used[s] ? MassOf(totals[s], sets.table.at(0, b, s).rows, AllOf(sets, b, s).rows) : 0;
    weights += mass;
    squares += mass * mass;
  });
  const double sides = (size[1] > 0 ? 1 : 0) + (size[2] > 0 ? 1 : 0);
  return IntervalFrom(value, {variance, squares > 0 ? weights * weights / squares - std::max(1.0, sides) : 0}, sets);
}

// Neighbouring days of the same sides into runs of about equal length. Returns the number of runs.
std::uint32_t JoinToRuns(std::int64_t length, const std::vector<std::uint8_t>& sides, std::vector<std::uint32_t>* run_of) {
  if (length <= 1) return static_cast<std::uint32_t>(sides.size());
  std::uint32_t next = 0;
  for (std::uint8_t stratum = 0; stratum < 4; ++stratum) {
    std::vector<std::size_t> members;
    for (std::size_t b = 0; b < sides.size(); ++b) {
      if (sides[b] == stratum) members.push_back(b);
    }
    const std::size_t count = std::max<std::size_t>(1, members.size() / static_cast<std::size_t>(length));
    for (std::size_t k = 0; k < members.size(); ++k) (*run_of)[members[k]] = next + static_cast<std::uint32_t>(k * count / members.size());
    if (!members.empty()) next += static_cast<std::uint32_t>(count);
  }
  return next;
}

}  // namespace

Blocks MakeBlocks(const ChangeRows& rows, const ChangeDependence& dependence, std::uint64_t seed) {
  const std::size_t n = rows.x.size();
  const std::uint32_t given = dependence.block == nullptr ? static_cast<std::uint32_t>(n) : dependence.num_blocks;
  const auto block_at = [&](std::size_t i) { return dependence.block == nullptr ? static_cast<std::uint32_t>(i) : (*dependence.block)[i]; };
  Blocks blocks;
  blocks.number_is_fixed = dependence.kind == BlockKind::kTimes;
  blocks.widening = dependence.widening;
  if (dependence.runs.length > 1) blocks.most_degrees = 2 * dependence.runs.independent - 2;
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
  if (blocks.number_is_fixed) blocks.count = JoinToRuns(dependence.runs.length, sides, &bundle);
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
  for (const Stratum stratum : {Stratum::kBefore, Stratum::kAfter, Stratum::kBoth}) {
    std::vector<std::uint32_t> members;
    for (std::uint32_t b = 0; b < blocks.count; ++b) {
      if (blocks.stratum[b] == stratum) members.push_back(b);
    }
    base::RandomStream halves(seed, "change halves", static_cast<std::uint64_t>(stratum));
    halves.Shuffle(std::span(members));
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

Result<stats::Interval> ExcessInterval(const TwoSets& sets) {
  const std::array<SideSums, 2> totals = Totals(sets);
  const bool rate = sets.form == ChangeForm::kRate;
  double level[2], scale[2], weight[2], shift[2];
  for (std::size_t s = 0; s < 2; ++s) {
    scale[s] = rate ? totals[s].all.y : totals[s].all.x;
    if (scale[s] == 0 || totals[s].all.rows <= 0) return TooFew();
    level[s] = rate ? totals[s].all.x / scale[s] : 0;
    weight[s] = (rate ? totals[s].set.y : totals[s].set.x) / scale[s];
    shift[s] = rate ? (totals[s].set.x - level[s] * totals[s].set.y) / scale[s] : weight[s];
  }
  const BlockVariance variance = VarianceBy(sets, totals, [&](std::size_t s, const Sums& set, const Sums& all) {
    const double own = rate ? (set.x - level[s] * set.y) - weight[s] * (all.x - level[s] * all.y) - shift[s] * all.y : set.x - weight[s] * all.x;
    return Sign(s) * own / scale[s];
  });
  return IntervalFrom(shift[1] - shift[0], variance, sets);
}

Result<stats::Interval> ContributionInterval(const TwoSets& sets) {
  const std::array<SideSums, 2> totals = Totals(sets);
  if (sets.form == ChangeForm::kSum) return SumInterval(sets, totals, {true, true});
  if (totals[0].all.y == 0 || totals[1].all.y == 0) return TooFew();
  double level[2], weight[2], own[2];
  for (std::size_t s = 0; s < 2; ++s) {
    level[s] = totals[s].all.x / totals[s].all.y;
    weight[s] = totals[s].set.y / totals[s].all.y;
  }
  const double middle = (level[0] + level[1]) / 2;
  for (std::size_t s = 0; s < 2; ++s) own[s] = (totals[s].set.x - middle * totals[s].set.y) / totals[s].all.y;
  // The middle moves with either side's level.
  const BlockVariance variance = VarianceBy(sets, totals, [&](std::size_t s, const Sums& set, const Sums& all) {
    return (Sign(s) * (set.x - middle * set.y - own[s] * all.y) - (weight[1] - weight[0]) / 2 * (all.x - level[s] * all.y)) / totals[s].all.y;
  });
  return IntervalFrom(own[1] - own[0], variance, sets);
}

Result<stats::Interval> MetricInterval(const TwoSets& sets, int side) {
  const BlockTable all = Joined(sets.table, 0, [](std::uint32_t) { return true; });
  const TwoSets whole{all, sets.blocks, sets.half, sets.form, sets.level};
  const std::array<SideSums, 2> totals = Totals(whole);
  const std::array<bool, 2> used = {side != 1, side != 0};
  if (sets.form == ChangeForm::kSum) {
    Result<stats::Interval> interval = SumInterval(whole, totals, used);
    if (interval && side == 0) interval = stats::StudentInterval(-interval->value, interval->standard_error, interval->degrees, sets.level);
    return interval;
  }
  double value = 0, level[2] = {0, 0};
  for (std::size_t s = 0; s < 2; ++s) {
    if (!used[s]) continue;
    if (totals[s].all.y == 0) return TooFew();
    level[s] = totals[s].all.x / totals[s].all.y;
    value += side == 0 ? level[s] : Sign(s) * level[s];
  }
  const BlockVariance variance = VarianceBy(whole, totals, [&](std::size_t s, const Sums&, const Sums& block) {
    return used[s] ? Sign(s) * (block.x - level[s] * block.y) / totals[s].all.y : 0.0;
  });
  return IntervalFrom(value, variance, sets);
}

}  // namespace assay::slices
