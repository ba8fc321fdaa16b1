#include "slices/internal/change_dependence.h"

#include <algorithm>
#include <cmath>

#include "slices/internal/change_series.h"
#include "stats/unit_variance.h"

namespace assay::slices {

namespace {

constexpr std::int64_t kLeastRuns = 8;
constexpr std::int64_t kLeastDays = 5;      // of which an autocorrelation is made
constexpr std::uint32_t kMostSets = 1000;   // of units
constexpr double kMostWidening = 1.1;       // for noise of units in days, or of days in units, that halves share
constexpr double kMostResemblance = 0.2;    // of neighbouring runs that are in different halves
constexpr double kCalendar = 0.8;
constexpr std::size_t kMostCounts = 50'000'000;

// A figure of all rows' metric, and one of how far values moved beyond all rows.
struct TwoFigures {
  double of_metric = 0, of_shifts = 0;
};

// Calls use(influence) for all rows, in the metric's own form, and use(influences of a feature) for those that do not go by the calendar.
template <class UseAll, class UseFeature>
void ForEachNoise(const ChangeRows& rows, ChangeForm form, RowGroups groups, bool number_is_fixed, const std::vector<bool>& is_calendar, const UseAll& use_all, const UseFeature& use_feature) {
  const ChangeSeries own(rows, rows.form, groups);
  use_all(own, own.OfAll(number_is_fixed));
  const auto features_of = [&](const ChangeSeries& series) {
    for (std::size_t f = 0; f < rows.features.size(); ++f) {
      if (!is_calendar[f]) use_feature(series, series.OfValues(rows.features[f]));
    }
  };
  form == rows.form ? features_of(own) : features_of(ChangeSeries(rows, form, groups));
}

// r of what days do, the mean over values and both sides; of shifts the largest of any feature.
struct Lasting {
  TwoFigures seen;   // 0 where it is not
  TwoFigures first;  // the first autocorrelation, seen or not, at least 0
};
Lasting AutocorrelationOf(const ChangeRows& rows, ChangeForm form, RowGroups days, std::int64_t num_days, const std::vector<bool>& is_calendar) {
  const auto add = [](const ChangeSeries& series, const Influence& influence, stats::Autocorrelations* sum) {
    for (std::size_t s = 0; s < 2; ++s) {
      std::vector<double> values;
      for (const std::uint32_t day : series.there(s)) values.push_back(influence.by_group[s][day]);
      *sum += stats::AutocorrelationsOf(values);
    }
  };
  const auto raise = [&](stats::Autocorrelations sum, std::size_t figures, double* seen, double* first) {
    sum /= 2 * static_cast<double>(figures);
    *seen = std::max(*seen, stats::LastingAutocorrelation(sum, num_days, 2));
    *first = std::max(*first, sum.lag[0]);
  };
  Lasting r;
  const auto of_all = [&](const ChangeSeries& series, const Influence& influence) {
    stats::Autocorrelations sum;
    add(series, influence, &sum);
    raise(sum, 1, &r.seen.of_metric, &r.first.of_metric);
  };
  const auto of_feature = [&](const ChangeSeries& series, const std::vector<Influence>& values) {
    stats::Autocorrelations sum;
    for (const Influence& value : values) add(series, value, &sum);
    if (!values.empty()) raise(sum, values.size(), &r.seen.of_shifts, &r.first.of_shifts);
  };
  ForEachNoise(rows, form, days, true, is_calendar, of_all, of_feature);
  return r;
}

// Of the difference of sides: by groups over that of independent rows; what centring took away is given back.
double VarianceRatio(const ChangeSeries& series, const Influence& influence, std::uint32_t count) {
  std::vector<double> sum(count, 0);
  for (std::size_t s = 0; s < 2; ++s) {
    const auto n = static_cast<double>(series.there(s).size());
    const double blown_up = n > 1 ? std::sqrt(n / (n - 1)) : 0;
    for (const std::uint32_t g : series.there(s)) sum[g] += (s == 1 ? 1 : -1) * influence.by_group[s][g] * blown_up;
  }
  double variance = 0;
  for (const double v : sum) variance += v * v;
  return influence.of_rows > 0 ? variance / influence.of_rows : 1;
}

// The mean over a feature's values, the largest of any feature.
TwoFigures VarianceOf(const ChangeRows& rows, ChangeForm form, RowGroups groups, bool number_is_fixed, const std::vector<bool>& is_calendar) {
  TwoFigures ratio{1, 1};
  const auto of_all = [&](const ChangeSeries& series, const Influence& influence) { ratio.of_metric = VarianceRatio(series, influence, groups.count); };
  const auto of_feature = [&](const ChangeSeries& series, const std::vector<Influence>& values) {
    double sum = 0;
    for (const Influence& value : values) sum += VarianceRatio(series, value, groups.count);
    if (!values.empty()) ratio.of_shifts = std::max(ratio.of_shifts, sum / static_cast<double>(values.size()));
  };
  ForEachNoise(rows, form, groups, number_is_fixed, is_calendar, of_all, of_feature);
  return ratio;
}

// Whether the day tells the value, as it tells a weekday: of the rows that the commonest value gets wrong the commonest of each day gets four fifths right
// (lambda: Goodman, Kruskal 1954, doi:10.1080/01621459.1954.10501231).
bool IsCalendar(const ChangeRows& rows, const Feature& feature, RowGroups days) {
  const std::size_t size = feature.atoms.size();
  if (size < 2 || std::size_t{days.count} * size > kMostCounts) return false;
  std::vector<std::uint32_t> count(std::size_t{days.count} * size, 0), of_value(size, 0);
  double all = 0;
  ForEachAtom(feature, [&](std::size_t i, std::uint32_t atom) {
    ++count[(*days.of_row)[i] * size + atom];
    ++of_value[atom];
    all += 1;
  });
  double right = 0;
  for (std::size_t day = 0; day < days.count; ++day) right += *std::max_element(count.begin() + static_cast<std::ptrdiff_t>(day * size), count.begin() + static_cast<std::ptrdiff_t>((day + 1) * size));
  const double right_without = *std::max_element(of_value.begin(), of_value.end());
  return all > right_without && right - right_without >= kCalendar * (all - right_without) && rows.x.size() > 0;
}

std::int64_t LeastOnASide(const ChangeRows& rows, RowGroups groups) {
  std::array<std::vector<bool>, 2> has = {std::vector<bool>(groups.count, false), std::vector<bool>(groups.count, false)};
  for (std::size_t i = 0; i < rows.x.size(); ++i) has[rows.side[i]][(*groups.of_row)[i]] = true;
  return std::min(std::count(has[0].begin(), has[0].end(), true), std::count(has[1].begin(), has[1].end(), true));
}

// Many units are put together into sets at random: their sums are as independent.
std::vector<std::uint32_t> SetsOfUnits(const ChangeRows& rows, std::uint32_t sets) {
  std::vector<std::uint32_t> set = rows.block;
  if (rows.num_blocks == sets) return set;
  for (std::uint32_t& of_row : set) of_row = static_cast<std::uint32_t>((of_row * std::uint64_t{0x9E3779B97F4A7C15}) >> 32U) % sets;
  return set;
}

// The noise of one figure: over that of independent rows by units and by days, where both are known, and how far days last.
struct NoiseOfFigure {
  double units = 1, days = 1, autocorrelation = 0, first_autocorrelation = 0;
};

struct Days {
  RowGroups groups;
  std::int64_t on_a_side = 0;  // of the side that has fewer
  bool with_units = false;
};

stats::SeriesRuns RunsOf(const NoiseOfFigure& noise, std::int64_t days, std::int64_t length) { return stats::AllowingForFew(noise.autocorrelation, noise.first_autocorrelation, days, length, kLeastRuns, 2); }

// The variance over what blocks of this kind show.
double WideningOf(const NoiseOfFigure& noise, BlockKind kind, const Days& days, const stats::SeriesRuns& runs) {
  double widening = kind == BlockKind::kTimes ? runs.widening : 1;
  if (days.with_units && days.on_a_side >= 2) widening *= stats::CrossedVariance(noise.units, noise.days, 1) / (kind == BlockKind::kTimes ? noise.days : noise.units);
  return widening;
}

BlockNoise Decide(const ChangeRows& rows, const NoiseOfFigure& noise, const Days& days) {
  BlockNoise blocks;
  const double chance = 2 * std::sqrt(2.0 / static_cast<double>(std::max<std::int64_t>(2, 2 * days.on_a_side - 2)));
  const bool by_day = !days.with_units || (noise.days > 1 + chance && noise.days > noise.units);
  blocks.kind = days.groups.of_row != nullptr && by_day ? BlockKind::kTimes : rows.kind;
  const bool times = blocks.kind == BlockKind::kTimes;
  blocks.block = times ? days.groups.of_row : &rows.block;
  blocks.num_blocks = times ? days.groups.count : rows.num_blocks;
  if (times) blocks.runs = RunsOf(noise, days.on_a_side, stats::RunsOf(noise.autocorrelation, days.on_a_side, kLeastRuns, 2).length);
  blocks.widening = WideningOf(noise, blocks.kind, days, blocks.runs);
  blocks.crossed = blocks.widening > blocks.runs.widening;
  if (times && blocks.runs.autocorrelation > 0) blocks.most_degrees = 2 * blocks.runs.independent - 2;
  if (blocks.crossed) blocks.most_degrees = std::min(blocks.most_degrees, 2 * static_cast<double>(days.on_a_side) - 2);
  return blocks;
}

}  // namespace

ChangeDependence FindDependence(const ChangeRows& rows, ChangeForm form) {
  ChangeDependence found;
  found.shifts.kind = found.levels.kind = rows.kind;
  found.is_calendar.assign(rows.features.size(), false);
  if (rows.kind == BlockKind::kRows) return found;
  Days days;
  days.with_units = rows.kind == BlockKind::kUnits && !rows.day.empty();
  if (days.with_units) days.groups = {&rows.day, rows.num_days};
  if (rows.kind == BlockKind::kTimes) days.groups = {&rows.block, rows.num_blocks};
  TwoFigures by_unit{1, 1}, by_day{1, 1};
  Lasting lasting;
  if (days.groups.of_row != nullptr) {
    days.on_a_side = LeastOnASide(rows, days.groups);
    for (std::size_t f = 0; f < rows.features.size(); ++f) found.is_calendar[f] = IsCalendar(rows, rows.features[f], days.groups);
    if (days.on_a_side >= kLeastDays) lasting = AutocorrelationOf(rows, form, days.groups, days.on_a_side, found.is_calendar);
  }
  if (days.with_units && days.on_a_side >= 2) {
    const std::uint32_t sets = std::min(rows.num_blocks, kMostSets);
    const std::vector<std::uint32_t> set = SetsOfUnits(rows, sets);
    by_unit = VarianceOf(rows, form, {&set, sets}, false, found.is_calendar);
    by_day = VarianceOf(rows, form, days.groups, true, found.is_calendar);
  }
  const NoiseOfFigure of_shifts{by_unit.of_shifts, by_day.of_shifts, lasting.seen.of_shifts, lasting.first.of_shifts};
  // What lasts in values lasts in the metric as well, though other noise may hide it there.
  const NoiseOfFigure of_metric{by_unit.of_metric, by_day.of_metric, std::max(lasting.seen.of_metric, lasting.seen.of_shifts), std::max(lasting.first.of_metric, lasting.first.of_shifts)};
  found.shifts = Decide(rows, of_shifts, days);
  found.levels = Decide(rows, of_metric, days);
  found.halves_resemble = found.shifts.widening > kMostWidening * found.shifts.runs.widening || found.shifts.runs.resemblance > kMostResemblance;
  const stats::SeriesRuns runs = RunsOf(of_metric, days.on_a_side, found.shifts.runs.length);
  found.contribution_widening = std::max(found.shifts.widening, WideningOf(of_metric, found.shifts.kind, days, runs));
  return found;
}

}  // namespace assay::slices
