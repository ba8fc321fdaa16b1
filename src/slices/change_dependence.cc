#include "slices/internal/change_dependence.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "stats/unit_variance.h"

namespace assay::slices {

namespace {

constexpr std::int64_t kLeastRuns = 8;
constexpr double kLeastShareOfRows = 0.02;  // of a value whose noise is looked at
constexpr std::uint32_t kMostBundles = 1000;
constexpr double kMostWidening = 1.1;       // for noise of units in days, or of days in units, that halves share
constexpr double kMostResemblance = 0.2;    // of neighbouring runs that are in different halves

// Sums of e = x - R y (of a sum x) and of m = y (of a sum x) per block of a side.
struct Series {
  std::vector<double> e, m;
  double rows = 0, squares = 0;  // of e, over rows
};
using BothSeries = std::array<Series, 2>;

// One way to group the rows.
struct Grouping {
  const std::vector<std::uint32_t>* of_row;
  std::uint32_t count;
};

// What rows do beyond their side's level, grouped.
class Beyond {
 public:
  Beyond(const ChangeRows& rows, ChangeForm form, Grouping grouping) : rows_(rows), form_(form), grouping_(grouping) {
    double x[2] = {0, 0}, y[2] = {0, 0};
    for (std::size_t i = 0; i < rows.x.size(); ++i) {
      x[rows.side[i]] += rows.x[i];
      y[rows.side[i]] += rows.y_at(i);
    }
    for (std::size_t s = 0; s < 2; ++s) level_[s] = y[s] == 0 ? 0 : x[s] / y[s];
    all_ = Empty();
    std::array<std::vector<bool>, 2> has = {std::vector<bool>(grouping.count, false), std::vector<bool>(grouping.count, false)};
    for (std::size_t i = 0; i < rows.x.size(); ++i) {
      Add(i, &all_);
      has[rows.side[i]][(*grouping.of_row)[i]] = true;
    }
    for (std::size_t s = 0; s < 2; ++s) {
      for (std::uint32_t b = 0; b < grouping.count; ++b) {
        if (has[s][b]) there_[s].push_back(b);
      }
    }
  }

  const std::vector<std::uint32_t>& there(std::size_t side) const { return there_[side]; }
  const BothSeries& all() const { return all_; }

  // Of the values of a feature that have rows enough.
  std::vector<BothSeries> AtomsOf(const Feature& feature) const {
    std::vector<BothSeries> atoms;
    std::vector<std::uint32_t> place(feature.atoms.size(), UINT32_MAX);
    for (std::size_t a = 0; a < feature.atoms.size(); ++a) {
      if (static_cast<double>(feature.atoms[a].rows) < kLeastShareOfRows * static_cast<double>(rows_.x.size())) continue;
      place[a] = static_cast<std::uint32_t>(atoms.size());
      atoms.push_back(Empty());
    }
    ForEachAtom(feature, [&](std::size_t i, std::uint32_t atom) {
      if (place[atom] != UINT32_MAX) Add(i, &atoms[place[atom]]);
    });
    return atoms;
  }

  // Beyond what all rows of the block did; by block.
  std::vector<double> BeyondAll(const BothSeries& atom, std::size_t s) const {
    const double share = ShareOf(atom, s);
    std::vector<double> beyond(grouping_.count, 0);
    for (const std::uint32_t b : there_[s]) beyond[b] = atom[s].e[b] - share * all_[s].e[b];
    return beyond;
  }
  double ShareOf(const BothSeries& atom, std::size_t s) const {
    double own = 0, total = 0;
    for (const std::uint32_t b : there_[s]) {
      own += atom[s].m[b];
      total += all_[s].m[b];
    }
    return total == 0 ? 0 : own / total;
  }

 private:
  BothSeries Empty() const {
    const Series series{std::vector<double>(grouping_.count, 0), std::vector<double>(grouping_.count, 0), 0, 0};
    return {series, series};
  }
  void Add(std::size_t i, BothSeries* series) const {
    Series& own = (*series)[rows_.side[i]];
    const std::uint32_t b = (*grouping_.of_row)[i];
    const bool sum = form_ == ChangeForm::kSum;
    const double e = sum ? rows_.x[i] : rows_.x[i] - level_[rows_.side[i]] * rows_.y_at(i);
    own.e[b] += e;
    own.m[b] += sum ? rows_.x[i] : rows_.y_at(i);
    own.rows += 1;
    own.squares += e * e;
  }

  const ChangeRows& rows_;
  ChangeForm form_;
  Grouping grouping_;
  double level_[2] = {0, 0};
  BothSeries all_;
  std::array<std::vector<std::uint32_t>, 2> there_;
};

// What noise is seen: of the metric of all rows, and of values beyond all rows (the mean over those of a feature, the largest of any feature).
struct Noise {
  double of_all = 0, of_values = 0;
  double Largest() const { return std::max(of_all, of_values); }
};

Noise AutocorrelationOf(const ChangeRows& rows, const Beyond& beyond, std::int64_t days, const std::vector<bool>& is_calendar) {
  const auto sum_over = [&](const auto& values_of, stats::Autocorrelations* sum) {
    for (std::size_t s = 0; s < 2; ++s) {
      const std::vector<double>& by_block = values_of(s);
      std::vector<double> values;
      for (const std::uint32_t b : beyond.there(s)) values.push_back(by_block[b]);
      *sum += stats::AutocorrelationsOf(values);
    }
  };
  const auto lasting = [&](stats::Autocorrelations sum, std::size_t series) {
    sum /= 2 * static_cast<double>(series);
    return stats::LastingAutocorrelation(sum, days, 2);
  };
  Noise noise;
  stats::Autocorrelations of_all;
  sum_over([&](std::size_t s) -> const std::vector<double>& { return beyond.all()[s].e; }, &of_all);
  noise.of_all = lasting(of_all, 1);
  for (std::size_t f = 0; f < rows.features.size(); ++f) {
    if (is_calendar[f]) continue;
    stats::Autocorrelations sum;
    const std::vector<BothSeries> atoms = beyond.AtomsOf(rows.features[f]);
    for (const BothSeries& atom : atoms) sum_over([&](std::size_t s) { return beyond.BeyondAll(atom, s); }, &sum);
    if (!atoms.empty()) noise.of_values = std::max(noise.of_values, lasting(sum, atoms.size()));
  }
  return noise;
}

// Of the difference of sides, each in units of its denominator: about the mean of its groups.
double VarianceOfGroups(const Beyond& beyond, const std::array<std::vector<double>, 2>& values, const double (&scale)[2], std::uint32_t count) {
  std::vector<double> sum(count, 0);
  for (std::size_t s = 0; s < 2; ++s) {
    const auto n = static_cast<double>(beyond.there(s).size());
    double mean = 0;
    for (const std::uint32_t b : beyond.there(s)) mean += values[s][b] / n;
    const double blown_up = n > 1 ? std::sqrt(n / (n - 1)) : 0;
    for (const std::uint32_t b : beyond.there(s)) sum[b] += (s == 1 ? 1 : -1) * (values[s][b] - mean) * blown_up / scale[s];
  }
  double variance = 0;
  for (const double v : sum) variance += v * v;
  return variance;
}

// Variance by groups over that of independent rows.
Noise VarianceOf(const ChangeRows& rows, ChangeForm form, Grouping grouping, const std::vector<bool>& is_calendar) {
  const Beyond beyond(rows, form, grouping);
  double scale[2] = {0, 0};
  for (std::size_t s = 0; s < 2; ++s) {
    for (const std::uint32_t b : beyond.there(s)) scale[s] += beyond.all()[s].m[b];
    if (scale[s] == 0) return {1, 1};
  }
  const BothSeries& all = beyond.all();
  const auto by_rows = [&](const auto& squares_of) {
    double variance = 0;
    for (std::size_t s = 0; s < 2; ++s) variance += squares_of(s) / (scale[s] * scale[s]);
    return variance;
  };
  Noise noise{1, 1};
  const double of_all = by_rows([&](std::size_t s) { return all[s].squares; });
  if (of_all > 0) noise.of_all = VarianceOfGroups(beyond, {all[0].e, all[1].e}, scale, grouping.count) / of_all;
  for (std::size_t f = 0; f < rows.features.size(); ++f) {
    if (is_calendar[f]) continue;
    double sum = 0, count = 0;
    for (const BothSeries& atom : beyond.AtomsOf(rows.features[f])) {
      const double own = by_rows([&](std::size_t s) {
        const double w = beyond.ShareOf(atom, s);
        return atom[s].squares * (1 - 2 * w) + w * w * all[s].squares;
      });
      if (!(own > 0)) continue;
      sum += VarianceOfGroups(beyond, {beyond.BeyondAll(atom, 0), beyond.BeyondAll(atom, 1)}, scale, grouping.count) / own;
      count += 1;
    }
    if (count > 0) noise.of_values = std::max(noise.of_values, sum / count);
  }
  return noise;
}

// Whether (but for a tenth of the rows) all rows of a day have one value, as of a weekday.
bool IsCalendar(const ChangeRows& rows, const Feature& feature, Grouping days) {
  std::vector<std::uint32_t> first(days.count, UINT32_MAX);
  std::size_t others = 0;
  ForEachAtom(feature, [&](std::size_t i, std::uint32_t atom) {
    std::uint32_t& of_day = first[(*days.of_row)[i]];
    if (of_day == UINT32_MAX) of_day = atom;
    others += of_day != atom ? 1 : 0;
  });
  return others * 10 < rows.x.size();
}

std::int64_t LeastOnASide(const ChangeRows& rows, const std::vector<std::uint32_t>& group, std::uint32_t count) {
  std::array<std::vector<bool>, 2> has = {std::vector<bool>(count, false), std::vector<bool>(count, false)};
  for (std::size_t i = 0; i < rows.x.size(); ++i) has[rows.side[i]][group[i]] = true;
  return std::min(std::count(has[0].begin(), has[0].end(), true), std::count(has[1].begin(), has[1].end(), true));
}

// Of units and days: how much more noise each shows than independent rows.
struct TwoWays {
  Noise units{1, 1}, days{1, 1};
  std::int64_t days_on_a_side = 0;
};

TwoWays MeasureTwoWays(const ChangeRows& rows, ChangeForm form, const std::vector<bool>& is_calendar) {
  TwoWays two;
  two.days_on_a_side = LeastOnASide(rows, rows.day, rows.num_days);
  if (two.days_on_a_side < 2) return two;
  // Many units are put together into sets at random: their sums are as independent.
  std::vector<std::uint32_t> set(rows.block.size());
  const std::uint32_t sets = std::min(rows.num_blocks, kMostBundles);
  for (std::size_t i = 0; i < set.size(); ++i) set[i] = rows.num_blocks <= kMostBundles ? rows.block[i] : static_cast<std::uint32_t>((rows.block[i] * std::uint64_t{0x9E3779B97F4A7C15}) >> 32U) % kMostBundles;
  two.units = VarianceOf(rows, form, {&set, sets}, is_calendar);
  two.days = VarianceOf(rows, form, {&rows.day, rows.num_days}, is_calendar);
  return two;
}

// One of the two that all noise of a kind is taken by.
struct Chosen {
  double units = 1, days = 1, autocorrelation = 0;
  std::int64_t days_on_a_side = 0;
};

// The variance over what blocks of this kind, in runs of this length, show.
double WideningOf(const Chosen& noise, BlockKind kind, std::int64_t days, const stats::SeriesRuns& runs) {
  double widening = kind == BlockKind::kTimes ? runs.widening : 1;
  if (days >= 2) widening *= stats::CrossedVariance(noise.units, noise.days, 1) / (kind == BlockKind::kTimes ? noise.days : noise.units);
  return widening;
}

}  // namespace

ChangeDependence FindDependence(const ChangeRows& rows, ChangeForm form, std::int64_t least_blocks) {
  ChangeDependence found;
  found.shifts.kind = found.levels.kind = rows.kind;
  found.is_calendar.assign(rows.features.size(), false);
  if (rows.kind == BlockKind::kRows) return found;
  found.is_calendar.clear();
  const bool crossed = rows.kind == BlockKind::kUnits && !rows.day.empty();
  const bool has_days = crossed || rows.kind == BlockKind::kTimes;
  const Grouping days = crossed ? Grouping{&rows.day, rows.num_days} : Grouping{&rows.block, rows.num_blocks};
  for (std::size_t f = 0; f < rows.features.size(); ++f) found.is_calendar.push_back(has_days && IsCalendar(rows, rows.features[f], days));
  const TwoWays two = crossed ? MeasureTwoWays(rows, form, found.is_calendar) : TwoWays{};
  Noise autocorrelation;
  std::int64_t series = 0;
  if (has_days) {
    const Beyond beyond(rows, form, days);
    series = static_cast<std::int64_t>(std::min(beyond.there(0).size(), beyond.there(1).size()));
    if (series >= 2 * kLeastRuns) autocorrelation = AutocorrelationOf(rows, beyond, series, found.is_calendar);
  }
  const auto decide = [&](const Chosen& noise, BlockNoise* blocks) {
    const double chance = 2 * std::sqrt(2.0 / static_cast<double>(std::max<std::int64_t>(2, 2 * noise.days_on_a_side - 2)));
    if (crossed && noise.days > 1 + chance && noise.days > noise.units) blocks->kind = BlockKind::kTimes;
    const bool times = blocks->kind == BlockKind::kTimes;
    blocks->block = times && crossed ? &rows.day : &rows.block;
    blocks->num_blocks = times && crossed ? rows.num_days : rows.num_blocks;
    if (times) blocks->runs = stats::RunsOf(noise.autocorrelation, series, kLeastRuns, 2);
    // Few days give no interval, whatever their noise.
    if (crossed && times && noise.days_on_a_side < least_blocks) return;
    blocks->widening = WideningOf(noise, blocks->kind, noise.days_on_a_side, blocks->runs);
    blocks->crossed = crossed && blocks->widening > blocks->runs.widening;
  };
  const Chosen of_shifts{two.units.of_values, two.days.of_values, autocorrelation.of_values, two.days_on_a_side};
  const Chosen of_levels{two.units.Largest(), two.days.Largest(), autocorrelation.Largest(), two.days_on_a_side};
  decide(of_shifts, &found.shifts);
  decide(of_levels, &found.levels);
  found.halves_resemble = found.shifts.widening > kMostWidening * found.shifts.runs.widening || found.shifts.runs.resemblance > kMostResemblance;
  const bool times = found.shifts.kind == BlockKind::kTimes;
  found.contribution_widening = std::max(found.shifts.widening, WideningOf(of_levels, found.shifts.kind, of_levels.days_on_a_side, times ? stats::WithLength(of_levels.autocorrelation, series, found.shifts.runs.length, 2) : stats::SeriesRuns{}));
  return found;
}

}  // namespace assay::slices
