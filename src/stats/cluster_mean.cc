#include "stats/cluster_mean.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "stats/cluster_rate.h"

namespace assay::stats {

namespace {

double Mean(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

constexpr double kRounding = 1e-12;  // of a mean: scatter that only rounding leaves
constexpr double kLeastP = 1e-12;    // levels nearer to 1 cannot be told apart

bool NothingVaries(const Interval& mean) { return mean.standard_error <= kRounding * std::abs(mean.value); }

// The difference of two shares from the limits of either (MOVER: Zou, Donner 2008, doi:10.1002/sim.3095).
void JoinRates(const Difference& shares, double level, Interval* difference) {
  const Interval inside = RateOf(shares.inside, shares.rows_inside, level), outside = RateOf(shares.outside, shares.rows_outside, level);
  difference->low = difference->value - std::hypot(inside.value - inside.low, outside.high - outside.value);
  difference->high = difference->value + std::hypot(inside.high - inside.value, outside.value - outside.low);
}

// The same on the logit scale, with the correlation of the two sides.
void JoinShares(const Difference& shares, double level, Interval* difference) {
  const auto limits = [&](const Interval& share) { return share.value == 0 || share.value == 1 ? AllAlike(share.value, share.units, level) : OnLogitScale(share, level); };
  const Interval inside = limits(shares.inside), outside = limits(shares.outside);
  const double both = inside.standard_error * outside.standard_error;
  const double covariance = (inside.standard_error * inside.standard_error + outside.standard_error * outside.standard_error - shares.difference.standard_error * shares.difference.standard_error) / 2;
  const double correlation = both > 0 ? std::clamp(covariance / both, -1.0, 1.0) : 0;
  const auto joined = [&](double a, double b) { return std::sqrt(std::max(0.0, a * a + b * b - 2 * correlation * a * b)); };
  difference->low = difference->value - joined(inside.value - inside.low, outside.high - outside.value);
  difference->high = difference->value + joined(inside.high - inside.value, outside.value - outside.low);
}

// The least 1 - level at which the joined interval leaves 0 out.
template <class Join>
double POfJoined(const Difference& shares, const Join& join) {
  const auto leaves_out_zero = [&](double log_p) {
    Interval joined = shares.difference;
    join(shares, 1 - std::exp(log_p), &joined);
    return joined.low > 0 || joined.high < 0;
  };
  double low = std::log(kLeastP), high = 0;
  if (leaves_out_zero(low)) return kLeastP;
  for (int i = 0; i < 50; ++i) (leaves_out_zero((low + high) / 2) ? high : low) = (low + high) / 2;
  return std::exp(high);
}

}  // namespace

Result<Interval> FromInfluence(double value, std::span<const double> influence, const Clusters& clusters, double level, std::span<const std::uint8_t> part) {
  const UnitVariance variance = ASSAY_TRY(VarianceByUnits(influence, part, clusters));
  Interval interval = StudentInterval(value, std::sqrt(variance.variance), variance.degrees, level);
  interval.units = variance.units;
  interval.skewness = variance.skewness;
  return interval;
}

Result<Interval> ClusterMean(std::span<const double> values, const Clusters& clusters, double level) {
  if (values.empty()) return Error{ErrorCode::kNumeric, "there is no row"};
  const double mean = Mean(values);
  std::vector<double> influence(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) influence[i] = values[i] - mean;
  return FromInfluence(mean, influence, clusters, level);
}

Result<Interval> ClusterShare(std::span<const double> values, const Clusters& clusters, double level) {
  const Interval interval = ASSAY_TRY(ClusterMean(values, clusters, level));
  return interval.value == 0 || interval.value == 1 ? AllAlike(interval.value, interval.units, level) : OnLogitScale(interval, level);
}

Result<Interval> ClusterRatio(std::span<const double> a, std::span<const double> b, const Clusters& clusters, double level) {
  if (a.empty()) return Error{ErrorCode::kNumeric, "there is no row"};
  const double mean_b = Mean(b);
  if (mean_b == 0) return Error{ErrorCode::kNumeric, "the denominator of the ratio is 0"};
  const double ratio = Mean(a) / mean_b;
  std::vector<double> influence(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) influence[i] = (a[i] - ratio * b[i]) / mean_b;
  return FromInfluence(ratio, influence, clusters, level);
}

Result<Difference> ClusterDifference(std::span<const double> values, std::span<const std::uint8_t> inside, const Clusters& clusters, double level) {
  Difference result;
  double sum_inside = 0, sum_outside = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (inside[i] != 0) {
      sum_inside += values[i];
      ++result.rows_inside;
    } else {
      sum_outside += values[i];
      ++result.rows_outside;
    }
  }
  if (result.rows_inside == 0 || result.rows_outside == 0) {
    return Error{ErrorCode::kNumeric, result.rows_inside == 0 ? "no row lies inside the segment" : "no row lies outside the segment"};
  }
  const auto n = static_cast<double>(values.size());
  const auto n_inside = static_cast<double>(result.rows_inside);
  const auto n_outside = static_cast<double>(result.rows_outside);
  const double mean_inside = sum_inside / n_inside;
  const double mean_outside = sum_outside / n_outside;
  std::vector<double> influence(values.size()), values_of[2];
  std::vector<std::uint32_t> unit_of[2];
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool in = inside[i] != 0;
    influence[i] = in ? (values[i] - mean_inside) * n / n_inside : (mean_outside - values[i]) * n / n_outside;
    values_of[in ? 1 : 0].push_back(values[i]);
    if (!clusters.unit.empty()) unit_of[in ? 1 : 0].push_back(clusters.unit[i]);
  }
  result.difference = ASSAY_TRY(FromInfluence(mean_inside - mean_outside, influence, clusters, level, inside));
  const bool shares = std::all_of(values.begin(), values.end(), [](double v) { return v == 0 || v == 1; });
  const auto mean_of = shares ? ClusterShare : ClusterMean;
  result.inside = ASSAY_TRY(mean_of(values_of[1], {unit_of[1], clusters.num_units, clusters.crossing, clusters.widening}, level));
  result.outside = ASSAY_TRY(mean_of(values_of[0], {unit_of[0], clusters.num_units, clusters.crossing, clusters.widening}, level));
  // A side on which nothing varies adds nothing to the variance, though chance may have made it so.
  if (shares && (NothingVaries(result.inside) || NothingVaries(result.outside))) {
    JoinRates(result, level, &result.difference);
    if (result.difference.value != 0) result.difference.p_value = POfJoined(result, JoinRates);
  } else if (NothingVaries(result.inside) != NothingVaries(result.outside)) {
    return Error{ErrorCode::kNumeric, "on one side nothing varies, so nothing shows how far chance may move it"};
  }
  return result;
}

Result<Difference> SkewedDifference(std::span<const double> values, std::span<const std::uint8_t> inside, const Clusters& clusters, double level) {
  Difference result = ASSAY_TRY(ClusterDifference(values, inside, clusters, level));
  const bool shares = std::all_of(values.begin(), values.end(), [](double v) { return v == 0 || v == 1; });
  if (shares) {
    JoinShares(result, level, &result.difference);
    result.difference.p_value = result.difference.value == 0 ? 1 : POfJoined(result, JoinShares);
  } else if (clusters.unit.empty()) {
    result.difference = AgainstSkewness(result.difference, level);
    result.difference.p_value = SkewedP(result.difference);
  }
  return result;
}

}  // namespace assay::stats
