#include "stats/unit_variance.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

namespace assay::stats {

namespace {

// Sums over the rows of one unit, by part.
struct UnitSums {
  double rows[2] = {0, 0};
  double influence[2] = {0, 0};
};

struct Totals {
  double rows[2] = {0, 0};
  double squares[2] = {0, 0};  // of single influences
  std::int64_t units[2] = {0, 0};
  int parts = 1;
};

Result<void> EnoughUnits(const Totals& totals) {
  for (int c = 0; c < totals.parts; ++c) {
    if (totals.units[c] >= 2) continue;
    const std::string there = "there " + std::string(totals.units[c] == 1 ? "is 1" : "are 0");
    return Error{ErrorCode::kNumeric, totals.parts == 1 ? "an interval needs at least two independent units, " + there : "an interval needs at least two independent units on either side, " + there + " on one"};
  }
  return {};
}

// Rows of their own: sum over parts of s_c^2 n_c, Welch's degrees of freedom.
UnitVariance OfRows(const Totals& totals) {
  const double n = totals.rows[0] + totals.rows[1];
  UnitVariance result;
  double weighed = 0;
  for (int c = 0; c < totals.parts; ++c) {
    const double part = totals.squares[c] / (n * n) * totals.rows[c] / (totals.rows[c] - 1);
    result.variance += part;
    weighed += part * part / (totals.rows[c] - 1);
  }
  result.degrees = weighed > 0 ? result.variance * result.variance / weighed : n - totals.parts;
  return result;
}

// Variance of one influence and covariance of two of one unit, per part and (at [2]) across parts.
struct Dependence {
  double variance[2] = {0, 0};
  double shared[3] = {0, 0, 0};
};

// Moments of the unit sums. Centring leaves a part's squares short by the share of pairs within units; that is given back.
Dependence EstimateDependence(const std::vector<UnitSums>& units, const Totals& totals) {
  double squares[3] = {0, 0, 0}, pairs[3] = {0, 0, 0}, rows_squared[2] = {0, 0};
  for (const UnitSums& u : units) {
    for (int c = 0; c < totals.parts; ++c) {
      squares[c] += u.influence[c] * u.influence[c];
      rows_squared[c] += u.rows[c] * u.rows[c];
    }
    squares[2] += u.influence[0] * u.influence[1];
    pairs[2] += u.rows[0] * u.rows[1];
  }
  Dependence dependence;
  for (int c = 0; c < totals.parts; ++c) {
    const double n = totals.rows[c];
    dependence.variance[c] = totals.squares[c] / (n - 1);
    pairs[c] = rows_squared[c] - n;
    const double when_independent = dependence.variance[c] * (n - rows_squared[c] / n);
    if (pairs[c] > 0) dependence.shared[c] = std::clamp((squares[c] - when_independent) / pairs[c], 0.0, dependence.variance[c]);
  }
  const double most = std::sqrt(dependence.shared[0] * dependence.shared[1]);
  if (pairs[2] > 0) dependence.shared[2] = std::clamp(squares[2] / pairs[2], -most, most);
  return dependence;
}

// Satterthwaite: 2 E(V)^2 / var(V) for V = sum of t_g^2, t_g = sum_c b_gc (e_gc - h_gc E_c) with e_gc the unit's true sum,
// E_c the part's, h the share of its rows in the part, b = (1 - h)^(-1/2). With w = (b_c h_c), z = V_g b, T = sum of V_g:
//   cov(t_g, t_h) = [g = h] b'V_g b - z_g'w_h - w_g'z_h + w_g'T w_h,
// whose squares sum to tr(B F B F) for F = sum of (w, z)(w, z)', B = ((T, -1), (-1, 0)), plus what only the diagonal has.
double Degrees(const std::vector<UnitSums>& units, const Totals& totals) {
  const Dependence d = EstimateDependence(units, totals);
  struct Terms {
    double f[4];  // w_0, w_1, z_0, z_1
    double own;   // b'V_g b
  };
  double total[2][2] = {{0, 0}, {0, 0}};
  const auto terms = [&](const UnitSums& u, double (*sum)[2]) {
    Terms t{};
    double b[2] = {0, 0}, v[2][2] = {{0, 0}, {0, 0}};
    for (int c = 0; c < totals.parts; ++c) {
      if (u.rows[c] <= 0) continue;
      const double share = u.rows[c] / totals.rows[c];
      b[c] = 1 / std::sqrt(1 - share);
      t.f[c] = b[c] * share;
      v[c][c] = u.rows[c] * (d.variance[c] - d.shared[c]) + u.rows[c] * u.rows[c] * d.shared[c];
    }
    v[0][1] = v[1][0] = u.rows[0] * u.rows[1] * d.shared[2];
    for (int c = 0; c < 2; ++c) {
      t.f[2 + c] = b[0] * v[0][c] + b[1] * v[1][c];
      for (int e = 0; e < 2 && sum != nullptr; ++e) sum[c][e] += v[c][e];
    }
    t.own = t.f[2] * b[0] + t.f[3] * b[1];
    return t;
  };
  for (const UnitSums& u : units) terms(u, total);
  const double bilinear[4][4] = {{total[0][0], total[0][1], -1, 0}, {total[1][0], total[1][1], 0, -1}, {-1, 0, 0, 0}, {0, -1, 0, 0}};
  double outer[4][4] = {}, expected = 0, diagonal = 0;
  for (const UnitSums& u : units) {
    const Terms t = terms(u, nullptr);
    double common = 0;
    for (int i = 0; i < 4; ++i) {
      for (int j = 0; j < 4; ++j) {
        outer[i][j] += t.f[i] * t.f[j];
        common += t.f[i] * bilinear[i][j] * t.f[j];
      }
    }
    expected += common + t.own;
    diagonal += t.own * (2 * common + t.own);
  }
  double product[4][4] = {};
  for (int i = 0; i < 4; ++i) {
    for (int j = 0; j < 4; ++j) {
      for (int k = 0; k < 4; ++k) product[i][j] += bilinear[i][k] * outer[k][j];
    }
  }
  double squares = diagonal;
  for (int i = 0; i < 4; ++i) {
    for (int j = 0; j < 4; ++j) squares += product[i][j] * product[j][i];
  }
  return squares > 0 ? expected * expected / squares : 0;
}

}  // namespace

Clusters Grouped(const Clusters& clusters, Grouping grouping, std::vector<std::uint32_t>* ids) {
  if (clusters.crossing == nullptr) return clusters;
  if (grouping == Grouping::kCells) return {clusters.unit, clusters.num_units, nullptr};
  const Crossing& crossing = *clusters.crossing;
  const std::vector<std::uint32_t>& of = grouping == Grouping::kUnits ? crossing.unit_of : crossing.period_of;
  ids->clear();
  for (const std::uint32_t cell : clusters.unit) ids->push_back(of[cell]);
  if (grouping == Grouping::kUnits) return {*ids, crossing.num_units, nullptr};
  return {*ids, crossing.num_periods, nullptr, clusters.widening};
}

double CrossedVariance(double units, double periods, double cells) { return std::max({units, periods, units + periods - cells}); }

std::int64_t CountUnits(const Clusters& clusters, std::size_t num_rows) {
  if (clusters.unit.empty()) return static_cast<std::int64_t>(num_rows);
  if (clusters.crossing != nullptr) {
    std::vector<std::uint32_t> ids;
    return CountUnits(Grouped(clusters, Grouping::kUnits, &ids), num_rows);
  }
  std::vector<char> seen(clusters.num_units, 0);
  std::int64_t units = 0;
  for (const std::uint32_t unit : clusters.unit) {
    units += seen[unit] == 0 ? 1 : 0;
    seen[unit] = 1;
  }
  return units;
}

namespace {
Result<UnitVariance> VarianceByBoth(std::span<const double> influence, std::span<const std::uint8_t> part, const Clusters& clusters) {
  std::vector<std::uint32_t> ids;
  const UnitVariance units = ASSAY_TRY(VarianceByUnits(influence, part, Grouped(clusters, Grouping::kUnits, &ids)));
  const UnitVariance periods = ASSAY_TRY(VarianceByUnits(influence, part, Grouped(clusters, Grouping::kPeriods, &ids)));
  const UnitVariance cells = ASSAY_TRY(VarianceByUnits(influence, part, Grouped(clusters, Grouping::kCells, &ids)));
  UnitVariance both = units.variance >= periods.variance ? units : periods;
  both.variance = CrossedVariance(units.variance, periods.variance, cells.variance);
  both.degrees = std::min(units.degrees, periods.degrees);
  both.units = std::min(units.units, periods.units);
  return both;
}
}  // namespace

Result<UnitVariance> VarianceByUnits(std::span<const double> influence, std::span<const std::uint8_t> part, const Clusters& clusters) {
  if (influence.empty()) return Error{ErrorCode::kNumeric, "there is no row"};
  if (clusters.crossing != nullptr) return VarianceByBoth(influence, part, clusters);
  Totals totals;
  totals.parts = part.empty() ? 1 : 2;
  const bool by_row = clusters.unit.empty();
  std::vector<UnitSums> units(by_row ? 0 : clusters.num_units);
  for (std::size_t i = 0; i < influence.size(); ++i) {
    const std::size_t c = part.empty() ? 0 : part[i];
    totals.rows[c] += 1;
    totals.squares[c] += influence[i] * influence[i];
    if (by_row) continue;
    units[clusters.unit[i]].rows[c] += 1;
    units[clusters.unit[i]].influence[c] += influence[i];
  }
  for (int c = 0; c < totals.parts; ++c) {
    totals.units[c] = by_row ? static_cast<std::int64_t>(totals.rows[c]) : std::count_if(units.begin(), units.end(), [&](const UnitSums& u) { return u.rows[c] > 0; });
  }
  ASSAY_TRY(EnoughUnits(totals));
  UnitVariance result;
  double cubes = 0;
  if (by_row) {
    result = OfRows(totals);
    double of_part[2] = {0, 0};
    for (std::size_t i = 0; i < influence.size(); ++i) of_part[part.empty() ? 0 : part[i]] += influence[i] * influence[i] * influence[i];
    for (int c = 0; c < totals.parts; ++c) cubes += of_part[c] * std::pow(1 - 1 / totals.rows[c], -1.5);  // blown up as the variance is
  } else {
    const double n = totals.rows[0] + totals.rows[1];
    for (const UnitSums& u : units) {
      double sum = 0;
      for (int c = 0; c < totals.parts; ++c) {
        if (u.rows[c] > 0) sum += u.influence[c] / std::sqrt(1 - u.rows[c] / totals.rows[c]);
      }
      result.variance += sum * sum / (n * n);
      cubes += sum * sum * sum;
    }
    result.degrees = Degrees(units, totals);
  }
  result.units = totals.parts == 1 ? totals.units[0] : std::min(totals.units[0], totals.units[1]);
  if (result.variance > 0) {
    // (sum of t^3 / G) / (sum of t^2 / G)^(3/2), with the sum of squares from the variance.
    const auto count = static_cast<double>(result.units);
    const auto rows = static_cast<double>(influence.size());
    const double squares = result.variance * rows * rows;
    result.skewness = std::sqrt(count) * cubes / (squares * std::sqrt(squares));
  }
  result.variance *= clusters.widening;
  if (!(result.degrees > 0)) result.degrees = static_cast<double>(result.units - 1);
  return result;
}

}  // namespace assay::stats
