// What blocks say of the noise of a contribution, of a shift, of the metric.
#include <algorithm>
#include <cmath>

#include "slices/internal/change_blocks.h"

namespace assay::slices {

namespace {

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
  return stats::StudentInterval(value, std::sqrt(sets.widening * variance.variance), std::min(variance.degrees, std::max(kLeastDegrees, sets.most_degrees)), sets.level);
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

}  // namespace

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
  const TwoSets whole{all, sets.blocks, sets.half, sets.form, sets.level, sets.widening, sets.most_degrees};
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
