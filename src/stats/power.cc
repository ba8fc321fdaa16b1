#include "stats/power.h"

#include <boost/math/distributions/non_central_t.hpp>
#include <cmath>

#include "stats/distributions.h"

namespace assay::stats {

namespace {

// Smallest x in (low, high] with f(x) >= wanted, f rising; by halving on a logarithmic scale.
template <class F>
double Reach(F f, double wanted, double low, double high) {
  for (int i = 0; i < 200 && high / low > 1 + 1e-12; ++i) {
    const double middle = std::sqrt(low * high);
    (f(middle) >= wanted ? high : low) = middle;
  }
  return high;
}

Result<void> CheckOptions(double effect, double units, const PowerOptions& options) {
  if (!(std::isfinite(effect) && effect != 0)) return Error{ErrorCode::kInvalidInput, "the effect must not be 0"};
  if (!(units >= 2)) return Error{ErrorCode::kInvalidInput, "a test needs at least 2 units per variant"};
  if (!(options.level > 0 && options.level < 1 && options.power > options.level && options.power < 1)) return Error{ErrorCode::kInvalidInput, "level and power must lie between 0 and 1, the power above the level"};
  return {};
}

bool IsShare(double p) { return p > 0 && p < 1; }

// The test on the right side alone, as power.prop.test and power.t.test of R have it by default (strict = FALSE).
// power = Phi((sqrt(n) |p1 - p2| - z sqrt((p1 + p2)(1 - (p1 + p2) / 2))) / sqrt(p1 q1 + p2 q2)), z = z_(1 - level / 2)
double SharePower(double p1, double p2, double units, double level) {
  const double z = NormalQuantile(1 - level / 2);
  const double pooled = std::sqrt((p1 + p2) * (1 - (p1 + p2) / 2));
  const double apart = std::sqrt(p1 * (1 - p1) + p2 * (1 - p2));
  return NormalCdf((std::sqrt(units) * std::abs(p1 - p2) - z * pooled) / apart);
}

double MeanPower(double deviation, double effect, double units, double level) {
  const double shift = std::sqrt(units / 2) * std::abs(effect) / deviation;
  const double degrees = 2 * units - 2;
  if (degrees > 10'000 || shift > 30) return NormalCdf(shift - NormalQuantile(1 - level / 2));
  return boost::math::cdf(boost::math::complement(boost::math::non_central_t(degrees, shift), StudentQuantile(1 - level / 2, degrees)));
}

constexpr double kMostUnits = 1e18;

}  // namespace

Result<double> PowerOfShares(double baseline, double effect, double units, const PowerOptions& options) {
  ASSAY_TRY(CheckOptions(effect, units, options));
  if (!IsShare(baseline) || !IsShare(baseline + effect)) return Error{ErrorCode::kInvalidInput, "a share must stay between 0 and 1"};
  return SharePower(baseline, baseline + effect, units, options.level);
}

Result<double> PowerOfMeans(double standard_deviation, double effect, double units, const PowerOptions& options) {
  ASSAY_TRY(CheckOptions(effect, units, options));
  if (!(standard_deviation > 0 && std::isfinite(standard_deviation))) return Error{ErrorCode::kInvalidInput, "the standard deviation must be positive"};
  return MeanPower(standard_deviation, effect, units, options.level);
}

Result<double> UnitsForShares(double baseline, double effect, const PowerOptions& options) {
  ASSAY_TRY(PowerOfShares(baseline, effect, 2, options));
  return Reach([&](double n) { return SharePower(baseline, baseline + effect, n, options.level); }, options.power, 1.0, kMostUnits);
}

Result<double> UnitsForMeans(double standard_deviation, double effect, const PowerOptions& options) {
  ASSAY_TRY(PowerOfMeans(standard_deviation, effect, 2, options));
  return Reach([&](double n) { return MeanPower(standard_deviation, effect, n, options.level); }, options.power, 1.5, kMostUnits);
}

Result<double> EffectOfShares(double baseline, double sign, double units, const PowerOptions& options) {
  ASSAY_TRY(CheckOptions(sign, units, options));
  if (!IsShare(baseline)) return Error{ErrorCode::kInvalidInput, "a share must lie between 0 and 1"};
  const double largest = (sign > 0 ? 1 - baseline : baseline) * (1 - 1e-9);
  const double direction = sign > 0 ? 1 : -1;
  const auto power = [&](double effect) { return SharePower(baseline, baseline + direction * effect, units, options.level); };
  if (power(largest) < options.power) return Error{ErrorCode::kNumeric, "not even the largest possible effect would be seen with so few units"};
  return direction * Reach(power, options.power, largest * 1e-12, largest);
}

Result<double> EffectOfMeans(double standard_deviation, double units, const PowerOptions& options) {
  ASSAY_TRY(PowerOfMeans(standard_deviation, standard_deviation, units, options));
  return Reach([&](double effect) { return MeanPower(standard_deviation, effect, units, options.level); }, options.power, standard_deviation * 1e-12, standard_deviation * 1e6);
}

}  // namespace assay::stats
