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

// Of the values at `there`, about their mean; corrected for what taking it off costs: (n r + 1) / (n - 3). NaN where they do not vary.
double AutocorrelationOf(const std::vector<double>& values, const std::vector<std::uint32_t>& there) {
  const auto n = static_cast<double>(there.size());
  double mean = 0, squares = 0, products = 0;
  for (const std::uint32_t b : there) mean += values[b] / n;
  for (std::size_t k = 0; k < there.size(); ++k) {
    const double v = values[there[k]] - mean;
    squares += v * v;
    if (k > 0) products += v * (values[there[k - 1]] - mean);
  }
  return squares > 0 ? (n * products / squares + 1) / (n - 3) : std::nan("");
}

stats::SeriesRuns FindRuns(const ChangeRows& rows, ChangeForm form, Grouping days) {
  const Beyond beyond(rows, form, days);
  const auto n = static_cast<std::int64_t>(std::min(beyond.there(0).size(), beyond.there(1).size()));
  if (n < 2 * kLeastRuns) return {0, 1, 1, static_cast<double>(n)};
  const auto mean_over = [&](const auto& values_of) {
    double sum = 0, series = 0;
    for (std::size_t s = 0; s < 2; ++s) {
      const double r = AutocorrelationOf(values_of(s), beyond.there(s));
      if (std::isnan(r)) continue;
      sum += r;
      series += 1;
    }
    return series > 0 ? sum / series : 0.0;
  };
  double autocorrelation = mean_over([&](std::size_t s) -> const std::vector<double>& { return beyond.all()[s].e; });
  for (const Feature& feature : rows.features) {
    double sum = 0;
    const std::vector<BothSeries> atoms = beyond.AtomsOf(feature);
    for (const BothSeries& atom : atoms) sum += mean_over([&](std::size_t s) { return beyond.BeyondAll(atom, s); });
    if (!atoms.empty()) autocorrelation = std::max(autocorrelation, sum / static_cast<double>(atoms.size()));
  }
  return stats::RunsOf(autocorrelation, n, kLeastRuns, 2);
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

// Variance by groups over that of independent rows: of all rows, and the mean over the values of each feature.
std::vector<double> VarianceRatios(const ChangeRows& rows, ChangeForm form, Grouping grouping) {
  const Beyond beyond(rows, form, grouping);
  double scale[2] = {0, 0};
  for (std::size_t s = 0; s < 2; ++s) {
    for (const std::uint32_t b : beyond.there(s)) scale[s] += beyond.all()[s].m[b];
    if (scale[s] == 0) return {};
  }
  const BothSeries& all = beyond.all();
  const auto by_rows = [&](const auto& squares_of) {
    double variance = 0;
    for (std::size_t s = 0; s < 2; ++s) variance += squares_of(s) / (scale[s] * scale[s]);
    return variance;
  };
  std::vector<double> ratios;
  const double of_all = by_rows([&](std::size_t s) { return all[s].squares; });
  if (of_all > 0) ratios.push_back(VarianceOfGroups(beyond, {all[0].e, all[1].e}, scale, grouping.count) / of_all);
  for (const Feature& feature : rows.features) {
    double sum = 0, count = 0;
    for (const BothSeries& atom : beyond.AtomsOf(feature)) {
      const double own = by_rows([&](std::size_t s) {
        const double w = beyond.ShareOf(atom, s);
        return atom[s].squares * (1 - 2 * w) + w * w * all[s].squares;
      });
      if (!(own > 0)) continue;
      sum += VarianceOfGroups(beyond, {beyond.BeyondAll(atom, 0), beyond.BeyondAll(atom, 1)}, scale, grouping.count) / own;
      count += 1;
    }
    ratios.push_back(count > 0 ? sum / count : 1);
  }
  return ratios;
}

std::int64_t LeastOnASide(const ChangeRows& rows, const std::vector<std::uint32_t>& group, std::uint32_t count) {
  std::array<std::vector<bool>, 2> has = {std::vector<bool>(count, false), std::vector<bool>(count, false)};
  for (std::size_t i = 0; i < rows.x.size(); ++i) has[rows.side[i]][group[i]] = true;
  return std::min(std::count(has[0].begin(), has[0].end(), true), std::count(has[1].begin(), has[1].end(), true));
}

void CrossWithDays(const ChangeRows& rows, ChangeForm form, std::int64_t least_blocks, ChangeDependence* found) {
  const std::int64_t days = LeastOnASide(rows, rows.day, rows.num_days);
  if (days < 2) return;
  // Many units are put together into sets at random: their sums are as independent.
  std::vector<std::uint32_t> set(rows.block.size());
  const std::uint32_t sets = std::min(rows.num_blocks, kMostBundles);
  for (std::size_t i = 0; i < set.size(); ++i) set[i] = rows.num_blocks <= kMostBundles ? rows.block[i] : static_cast<std::uint32_t>((rows.block[i] * std::uint64_t{0x9E3779B97F4A7C15}) >> 32U) % kMostBundles;
  const std::vector<double> by_unit = VarianceRatios(rows, form, {&set, sets}), by_day = VarianceRatios(rows, form, {&rows.day, rows.num_days});
  for (std::size_t k = 0; k < by_unit.size() && k < by_day.size(); ++k) {
    found->unit_variance = std::max(found->unit_variance, by_unit[k]);
    found->day_variance = std::max(found->day_variance, by_day[k]);
  }
  const double crossed = stats::CrossedVariance(found->unit_variance, found->day_variance, 1);
  const bool days_show = found->day_variance > 1 + 2 * std::sqrt(2.0 / static_cast<double>(2 * days - 2));
  const bool days_rule = days_show && found->day_variance > found->unit_variance;
  if (days_rule) {
    found->kind = BlockKind::kTimes;
    found->block = &rows.day;
    found->num_blocks = rows.num_days;
    if (days < least_blocks) return;
  }
  found->widening = crossed / (days_rule ? found->day_variance : found->unit_variance);
  found->halves_resemble = found->widening > 1.1;
  found->crossed = found->widening > 1;
}

}  // namespace

ChangeDependence FindDependence(const ChangeRows& rows, ChangeForm form, std::int64_t least_blocks) {
  ChangeDependence found;
  found.kind = rows.kind;
  if (rows.kind == BlockKind::kRows) return found;
  found.block = &rows.block;
  found.num_blocks = rows.num_blocks;
  if (rows.kind == BlockKind::kUnits && !rows.day.empty()) CrossWithDays(rows, form, least_blocks, &found);
  if (found.kind != BlockKind::kTimes) return found;
  found.runs = FindRuns(rows, form, {found.block, found.num_blocks});
  found.widening *= found.runs.widening;
  found.halves_resemble = found.halves_resemble || found.runs.widening > 1.3;
  return found;
}

}  // namespace assay::slices
