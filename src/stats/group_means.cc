#include "stats/group_means.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "stats/distributions.h"

namespace assay::stats {

namespace {
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kMostCells = std::size_t{1} << 20U;  // two doubles each: 16 MB
constexpr std::size_t kJackknifeSets = 100;

// Rows and sums per (set of units, group), and their totals.
struct Cells {
  std::size_t sets = 0, groups = 0;
  std::vector<double> count, sum;              // [set * groups + group]
  std::vector<double> group_count, group_sum;  // [group]
  double rows = 0, total = 0, squares = 0;     // squares about `centre`
  double centre = 0;
  bool share = true;  // every value is 0 or 1

  double mean() const { return total / rows; }
  double group_mean(std::size_t g) const { return group_sum[g] / group_count[g]; }
};

Cells CountCells(std::span<const double> values, std::span<const std::uint8_t> group, std::size_t num_groups, const Clusters& clusters) {
  Cells cells;
  const bool by_row = clusters.unit.empty();
  const std::size_t units = by_row ? values.size() : clusters.num_units;
  cells.groups = num_groups;
  cells.sets = std::max<std::size_t>(1, std::min(units, kMostCells / num_groups));
  cells.count.assign(cells.sets * num_groups, 0);
  cells.sum.assign(cells.sets * num_groups, 0);
  for (std::size_t i = 0; i < values.size() && cells.centre == 0; ++i) cells.centre = group[i] == kNoGroup ? 0 : values[i];
  std::size_t row_set = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t set = by_row ? row_set : clusters.unit[i] % cells.sets;
    if (++row_set == cells.sets) row_set = 0;
    if (group[i] == kNoGroup) continue;
    const std::size_t at = set * num_groups + group[i];
    const double value = values[i] - cells.centre;
    cells.share = cells.share && (values[i] == 0 || values[i] == 1);
    cells.count[at] += 1;
    cells.sum[at] += value;
    cells.squares += value * value;
  }
  cells.group_count.assign(num_groups, 0);
  cells.group_sum.assign(num_groups, 0);
  for (std::size_t at = 0; at < cells.count.size(); ++at) {
    cells.group_count[at % num_groups] += cells.count[at];
    cells.group_sum[at % num_groups] += cells.sum[at];
  }
  for (std::size_t g = 0; g < num_groups; ++g) {
    cells.rows += cells.group_count[g];
    cells.total += cells.group_sum[g];
  }
  return cells;
}

// The variance of one group's mean by units, and on how many units it rests.
struct GroupVariance {
  double variance = 0;
  double degrees = 0;      // of the effective number of units
  std::int64_t units = 0;
};

GroupVariance VarianceOf(const Cells& cells, std::size_t g) {
  GroupVariance result;
  double squares = 0, count_squares = 0;
  for (std::size_t s = 0; s < cells.sets; ++s) {
    const double count = cells.count[s * cells.groups + g];
    if (count <= 0) continue;
    ++result.units;
    const double residual = cells.sum[s * cells.groups + g] - count * cells.group_mean(g);
    squares += residual * residual;
    count_squares += count * count;
  }
  if (result.units < 2) return result;
  const auto units = static_cast<double>(result.units);
  const double n = cells.group_count[g];
  result.variance = units / (units - 1) * squares / (n * n);
  result.degrees = std::max(1.0, n * n / count_squares - 1);
  return result;
}

// `share`: every value is 0 or 1.
Interval IntervalOf(double mean, const GroupVariance& variance, bool share) {
  if (share && (mean == 0 || mean == 1)) return AllAlike(mean, variance.units, 0.95);
  Interval interval = StudentInterval(mean, std::sqrt(variance.variance), variance.degrees, 0.95);
  interval.units = variance.units;
  return share ? OnLogitScale(interval, 0.95) : interval;
}

Error TooFewUnits(std::int64_t units) {
  return {ErrorCode::kNumeric, units == 0 ? "there is no row" : "all its rows belong to one unit, which leaves nothing to tell chance by"};
}

double SumSquaresBetween(const Cells& cells) {
  double between = 0;
  for (std::size_t g = 0; g < cells.groups; ++g) {
    if (cells.group_count[g] <= 0) continue;
    const double gap = cells.group_mean(g) - cells.mean();
    between += cells.group_count[g] * gap * gap;
  }
  return between;
}

// M of the header. `about_groups`: residuals about the groups' own means instead of the common one.
struct Covariance {
  std::vector<double> matrix;  // groups x groups, the lower half
  double trace = 0;
  std::int64_t units = 0;

  double SumSquares() const {
    const auto k = static_cast<std::size_t>(std::lround(std::sqrt(static_cast<double>(matrix.size()))));
    double sum = 0;
    for (std::size_t g = 0; g < k; ++g) {
      for (std::size_t h = 0; h <= g; ++h) sum += (h < g ? 2 : 1) * matrix[g * k + h] * matrix[g * k + h];
    }
    return sum;
  }
};

Covariance CovarianceOf(const Cells& cells, bool about_groups) {
  const std::size_t k = cells.groups;
  std::vector<double> d(k);
  Covariance result;
  result.matrix.assign(k * k, 0);
  for (std::size_t s = 0; s < cells.sets; ++s) {
    double count = 0, unit_sum = 0;
    for (std::size_t g = 0; g < k; ++g) {
      const double c = cells.count[s * k + g];
      count += c;
      d[g] = c > 0 ? cells.sum[s * k + g] - c * (about_groups ? cells.group_mean(g) : cells.mean()) : 0;
      unit_sum += d[g];
    }
    if (count <= 0) continue;
    ++result.units;
    for (std::size_t g = 0; g < k; ++g) {
      if (cells.group_count[g] > 0) d[g] = (d[g] - cells.group_count[g] / cells.rows * unit_sum) / std::sqrt(cells.group_count[g]);
    }
    for (std::size_t g = 0; g < k; ++g) {
      for (std::size_t h = 0; h <= g; ++h) result.matrix[g * k + h] += d[g] * d[h];
    }
  }
  const auto units = static_cast<double>(result.units);
  const double factor = units > 1 ? units / (units - 1) : 0;
  for (double& m : result.matrix) m *= factor;
  for (std::size_t g = 0; g < k; ++g) result.trace += result.matrix[g * k + g];
  return result;
}

// The cells of at most kJackknifeSets sets, for the jackknife.
Cells Folded(const Cells& cells) {
  Cells folded;
  folded.sets = std::min(cells.sets, kJackknifeSets);
  folded.groups = cells.groups;
  folded.group_count = cells.group_count;
  folded.group_sum = cells.group_sum;
  folded.rows = cells.rows;
  folded.total = cells.total;
  folded.squares = cells.squares;
  folded.count.assign(folded.sets * cells.groups, 0);
  folded.sum.assign(folded.sets * cells.groups, 0);
  for (std::size_t s = 0; s < cells.sets; ++s) {
    for (std::size_t g = 0; g < cells.groups; ++g) {
      folded.count[s % folded.sets * cells.groups + g] += cells.count[s * cells.groups + g];
      folded.sum[s % folded.sets * cells.groups + g] += cells.sum[s * cells.groups + g];
    }
  }
  return folded;
}

// Jackknife (Efron, Stein 1981) of the share between groups. The squares of a left-out set are taken in proportion to its
// rows: the variance of all values moves little and is no part of what the groups do.
double JackknifeError(const Cells& whole) {
  const Cells folded = Folded(whole);
  const std::size_t k = folded.groups;
  std::vector<double> shares;
  for (std::size_t left = 0; left < folded.sets; ++left) {
    double rows = 0, total = 0, between = 0;
    for (std::size_t g = 0; g < k; ++g) {
      const double c = folded.group_count[g] - folded.count[left * k + g];
      const double s = folded.group_sum[g] - folded.sum[left * k + g];
      rows += c;
      total += s;
      if (c > 0) between += s * s / c;
    }
    if (rows <= 0) continue;
    const double variance = folded.squares / folded.rows - (folded.total / folded.rows) * (folded.total / folded.rows);
    shares.push_back((between - total * total / rows) / rows / variance);
  }
  double mean = 0, spread = 0;
  for (const double share : shares) mean += share / static_cast<double>(shares.size());
  for (const double share : shares) spread += (share - mean) * (share - mean);
  const auto m = static_cast<double>(shares.size());
  return std::sqrt((m - 1) / m * spread);
}

// The cells of one grouping of the units, or of the three of crossed ones: units, periods, units in a period.
std::vector<Cells> CellsOfGroupings(std::span<const double> values, std::span<const std::uint8_t> group, std::size_t num_groups, const Clusters& clusters) {
  std::vector<Cells> all;
  if (clusters.crossing == nullptr) {
    all.push_back(CountCells(values, group, num_groups, clusters));
    return all;
  }
  for (const Grouping grouping : {Grouping::kUnits, Grouping::kPeriods, Grouping::kCells}) {
    std::vector<std::uint32_t> ids;
    all.push_back(CountCells(values, group, num_groups, Grouped(clusters, grouping, &ids)));
  }
  return all;
}

GroupVariance VarianceOf(const std::vector<Cells>& all, std::size_t g) {
  GroupVariance first = VarianceOf(all[0], g);
  if (all.size() == 1) return first;
  const GroupVariance second = VarianceOf(all[1], g), cells = VarianceOf(all[2], g);
  first.variance = CrossedVariance(first.variance, second.variance, cells.variance);
  first.degrees = std::min(first.degrees, second.degrees);
  first.units = std::min(first.units, second.units);
  return first;
}

Covariance CovarianceOf(const std::vector<Cells>& all, bool about_groups) {
  const Covariance first = CovarianceOf(all[0], about_groups);
  if (all.size() == 1) return first;
  const Covariance second = CovarianceOf(all[1], about_groups), cells = CovarianceOf(all[2], about_groups);
  Covariance both = first.trace >= second.trace ? first : second;
  const double trace = first.trace + second.trace - cells.trace;
  if (trace > both.trace) {
    for (std::size_t i = 0; i < both.matrix.size(); ++i) both.matrix[i] = first.matrix[i] + second.matrix[i] - cells.matrix[i];
    both.trace = trace;
  }
  both.units = std::min(first.units, second.units);
  return both;
}

// Share between groups, chance taken off.
double Explained(const std::vector<Cells>& all) {
  const Cells& cells = all[0];
  const double total = cells.squares - cells.total * cells.mean();
  if (!(total > 0)) return 0;
  return (SumSquaresBetween(cells) - CovarianceOf(all, true).trace) / total;
}

double JackknifeError(const std::vector<Cells>& all) {
  std::vector<double> squares;
  for (const Cells& cells : all) squares.push_back(std::pow(JackknifeError(cells), 2));
  return std::sqrt(all.size() == 1 ? squares[0] : CrossedVariance(squares[0], squares[1], squares[2]));
}

}  // namespace

Result<GroupMeans> CompareGroups(std::span<const double> values, std::span<const std::uint8_t> group, std::size_t num_groups, const Clusters& clusters) {
  ASSAY_CHECK(num_groups >= 1 && num_groups <= 64);
  const std::vector<Cells> all = CellsOfGroupings(values, group, num_groups, clusters);
  const Cells& cells = all[0];
  if (cells.rows <= 0) return Error{ErrorCode::kNumeric, "there is no row"};
  GroupMeans result;
  std::size_t groups_with_rows = 0;
  for (std::size_t g = 0; g < num_groups; ++g) {
    const GroupVariance variance = VarianceOf(all, g);
    result.rows.push_back(static_cast<std::int64_t>(cells.group_count[g]));
    result.units.push_back(variance.units);
    groups_with_rows += variance.units > 0 ? 1 : 0;
    if (variance.units < 2) {
      result.means.emplace_back(TooFewUnits(variance.units));
    } else {
      result.means.emplace_back(IntervalOf(cells.group_mean(g) + cells.centre, variance, cells.share));
    }
  }
  const Covariance covariance = CovarianceOf(all, false);
  const double share = Explained(all);
  result.explained = std::clamp(share, 0.0, 1.0);
  if (covariance.units < 5 || groups_with_rows < 2 || !(covariance.trace > 0)) {
    result.explained_low = result.explained_high = result.p_value = kNaN;
    return result;
  }
  std::size_t sets = kJackknifeSets;
  for (const Cells& c : all) sets = std::min(sets, c.sets);
  const double margin = StudentQuantile(0.975, static_cast<double>(sets) - 1) * JackknifeError(all);
  result.explained_low = std::clamp(share - margin, 0.0, 1.0);
  result.explained_high = std::clamp(share + margin, 0.0, 1.0);
  result.p_value = FisherUpperP(SumSquaresBetween(cells) / covariance.trace, covariance.trace * covariance.trace / covariance.SumSquares(), static_cast<double>(covariance.units) - 1);
  return result;
}

}  // namespace assay::stats
