#include "stats/calibration_check.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "stats/distributions.h"
#include "stats/exact_sum.h"

namespace assay::stats {

namespace {

constexpr int kMost = 3;
using Vector = std::array<double, kMost>;
using Matrix = std::array<Vector, kMost>;

Vector Weights(double u) {
  const double x = 2 * u - 1;
  return {1, x, (3 * x * x - 1) / 2};
}

// v' m^-1 v by Cholesky; directions that those before them already determine are left out and not counted.
double QuadraticForm(const Vector& v, Matrix m, int* directions) {
  Vector solved{};
  double form = 0;
  bool used[kMost] = {};
  Matrix factor{};
  *directions = 0;
  for (int i = 0; i < kMost; ++i) {
    const double own = m[i][i];
    double left = own, value = v[i];
    for (int j = 0; j < i; ++j) {
      if (!used[j]) continue;
      double sum = m[i][j];
      for (int k = 0; k < j; ++k) sum -= used[k] ? factor[i][k] * factor[j][k] : 0;
      factor[i][j] = sum / factor[j][j];
      left -= factor[i][j] * factor[i][j];
      value -= factor[i][j] * solved[j];
    }
    if (!(left > 1e-9 * own)) continue;
    used[i] = true;
    factor[i][i] = std::sqrt(left);
    solved[i] = value / factor[i][i];
    form += solved[i] * solved[i];
    ++*directions;
  }
  return form;
}

// u of every row.
std::vector<double> Positions(std::span<const double> chances, std::span<const std::uint32_t> order) {
  ExactSum total;
  for (const double p : chances) total.Add(p * (1 - p));
  std::vector<double> position(chances.size());
  double above = 0;
  for (std::size_t i = 0; i < order.size();) {
    std::size_t end = i;
    double here = 0;
    for (; end < order.size() && chances[order[end]] == chances[order[i]]; ++end) here += chances[order[end]] * (1 - chances[order[end]]);
    const double u = 1 - (above + here / 2) / total.Value();
    for (; i < end; ++i) position[order[i]] = u;
    above += here;
  }
  return position;
}

Result<CalibrationCheck> ByUnits(std::span<const double> chances, std::span<const std::uint8_t> positive, const std::vector<double>& position, const Clusters& clusters) {
  std::vector<Vector> sums(clusters.num_units, Vector{});
  std::vector<char> seen(clusters.num_units, 0);
  for (std::size_t i = 0; i < chances.size(); ++i) {
    const Vector weights = Weights(position[i]);
    seen[clusters.unit[i]] = 1;
    for (int k = 0; k < kMost; ++k) sums[clusters.unit[i]][k] += weights[k] * (positive[i] - chances[i]);
  }
  Vector total{};
  double units = 0;
  for (std::size_t u = 0; u < sums.size(); ++u) {
    units += seen[u];
    for (int k = 0; k < kMost; ++k) total[k] += sums[u][k];
  }
  if (units < 8) return Error{ErrorCode::kNumeric, "a test of calibration by units needs at least eight of them, there are " + std::to_string(static_cast<int>(units))};
  Matrix covariance{};
  for (std::size_t u = 0; u < sums.size(); ++u) {
    if (seen[u] == 0) continue;
    for (int i = 0; i < kMost; ++i) {
      for (int j = 0; j < kMost; ++j) covariance[i][j] += (sums[u][i] - total[i] / units) * (sums[u][j] - total[j] / units);
    }
  }
  for (Vector& row : covariance) {
    for (double& value : row) value *= units / (units - 1) * clusters.widening;
  }
  // Sums that are alike but for rounding have no scatter.
  for (int k = 0; k < kMost; ++k) {
    double squares = 0;
    for (const Vector& sum : sums) squares += sum[k] * sum[k];
    if (covariance[k][k] > 1e-24 * squares) continue;
    for (int j = 0; j < kMost; ++j) covariance[k][j] = covariance[j][k] = 0;
  }
  CalibrationCheck check;
  const double squared = QuadraticForm(total, covariance, &check.directions);
  if (check.directions == 0) return Error{ErrorCode::kNumeric, "every unit is as far off, which shows no scatter to test against"};
  check.degrees = units - check.directions;
  check.statistic = squared * check.degrees / (check.directions * (units - 1));
  check.p_value = FisherUpperP(check.statistic, check.directions, check.degrees);
  return check;
}

}  // namespace

Result<CalibrationCheck> CheckCalibration(std::span<const double> chances, std::span<const std::uint8_t> positive, std::span<const std::uint32_t> order, const Clusters& clusters) {
  bool any = false;
  for (std::size_t i = 0; i < chances.size(); ++i) {
    const bool certain = chances[i] == 0 || chances[i] == 1;
    if (certain && chances[i] != positive[i]) return CalibrationCheck{0, 0, 0, 0, true};
    any = any || !certain;
  }
  if (!any) return Error{ErrorCode::kNumeric, "every score is 0 or 1, and right, so there is nothing to test"};
  ExactSum expected;
  for (const double chance : chances) expected.Add(chance);
  const double positives = expected.Value(), negatives = static_cast<double>(chances.size()) - positives, least = clusters.unit.empty() ? kFewestToTest : kFewestToTestByUnits;
  if (std::min(positives, negatives) < least) {
    return Error{ErrorCode::kNumeric, "by the scores about " + std::to_string(std::llround(std::min(positives, negatives))) + (positives <= negatives ? " rows are positive" : " rows are not positive") + ", and a test" + (clusters.unit.empty() ? "" : " by units") + " needs " + std::to_string(std::llround(least))};
  }
  const std::vector<double> position = Positions(chances, order);
  if (!clusters.unit.empty()) {
    if (clusters.crossing == nullptr) return ByUnits(chances, positive, position, clusters);
    std::vector<std::uint32_t> ids;
    const CalibrationCheck units = ASSAY_TRY(ByUnits(chances, positive, position, Grouped(clusters, Grouping::kUnits, &ids)));
    const CalibrationCheck periods = ASSAY_TRY(ByUnits(chances, positive, position, Grouped(clusters, Grouping::kPeriods, &ids)));
    return units.p_value >= periods.p_value ? units : periods;
  }
  std::array<ExactSum, kMost> sums;
  std::array<std::array<ExactSum, kMost>, kMost> squares;
  for (const std::uint32_t row : order) {
    const Vector weights = Weights(position[row]);
    const double spread = chances[row] * (1 - chances[row]);
    for (int i = 0; i < kMost; ++i) {
      sums[i].Add(weights[i] * (positive[row] - chances[row]));
      for (int j = 0; j <= i; ++j) squares[i][j].Add(weights[i] * weights[j] * spread);
    }
  }
  Vector total{};
  Matrix variance{};
  for (int i = 0; i < kMost; ++i) {
    total[i] = sums[i].Value();
    for (int j = 0; j < kMost; ++j) variance[i][j] = squares[std::max(i, j)][std::min(i, j)].Value();
  }
  CalibrationCheck check;
  check.statistic = QuadraticForm(total, variance, &check.directions);
  check.p_value = ChiSquareUpperP(check.statistic, check.directions);
  return check;
}

}  // namespace assay::stats
