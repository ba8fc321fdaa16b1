#include "stats/interval.h"

#include <cmath>

#include "stats/distributions.h"

namespace assay::stats {

namespace {
double Margin(const Interval& interval, double level) { return StudentQuantile(0.5 + level / 2, interval.degrees) * interval.standard_error; }
}  // namespace

Interval StudentInterval(double value, double standard_error, double degrees, double level) {
  Interval interval;
  interval.value = interval.low = interval.high = value;
  interval.standard_error = standard_error;
  interval.degrees = degrees;
  if (!(standard_error > 0)) return interval;
  const double margin = Margin(interval, level);
  interval.low = value - margin;
  interval.high = value + margin;
  interval.p_value = TwoSidedStudentP(value / standard_error, degrees);
  return interval;
}

Interval OnLogitScale(Interval interval, double level) {
  const double spread = interval.value * (1 - interval.value);
  if (!(spread > 0) || !(interval.standard_error > 0)) return interval;
  // d logit(v) = dv / (v (1 - v))
  const double logit = std::log(interval.value / (1 - interval.value));
  const double margin = Margin(interval, level) / spread;
  interval.low = 1 / (1 + std::exp(margin - logit));
  interval.high = 1 / (1 + std::exp(-margin - logit));
  return interval;
}

Interval AgainstSkewness(Interval interval, double level) {
  const double root = std::sqrt(static_cast<double>(interval.units));
  const double slope = interval.skewness / root;
  if (!(interval.standard_error > 0) || !(std::abs(slope) > 1e-9)) return interval;
  // g(U) = U + slope U^2 / 3 + slope^2 U^3 / 27 + slope / 6 is nearly symmetric; its inverse at z:
  const auto inverse = [&](double z) { return (std::cbrt(1 + slope * (z - slope / 6)) - 1) * 3 / slope; };
  const double quantile = StudentQuantile(0.5 + level / 2, interval.degrees);
  interval.low = interval.value - interval.standard_error * inverse(quantile);
  interval.high = interval.value - interval.standard_error * inverse(-quantile);
  return interval;
}

double SkewedP(const Interval& interval) {
  if (!(interval.standard_error > 0)) return std::numeric_limits<double>::quiet_NaN();
  const double slope = interval.skewness / std::sqrt(static_cast<double>(interval.units));
  const double u = interval.value / interval.standard_error;
  return TwoSidedStudentP(u + slope * u * u / 3 + slope * slope * u * u * u / 27 + slope / 6, interval.degrees);
}

namespace {
// All of n trials succeed with probability p^n; p is refuted where that is below (1 - level) / 2.
double LeastShareOfAlike(std::int64_t units, double level) { return std::pow((1 - level) / 2, 1 / static_cast<double>(units)); }
}  // namespace

Interval AllAlike(double value, std::int64_t units, double level) {
  Interval interval;
  interval.value = interval.low = interval.high = value;
  interval.units = units;
  interval.degrees = static_cast<double>(units - 1);
  const double farthest = LeastShareOfAlike(units, level);
  (value > 0.5 ? interval.low : interval.high) = value > 0.5 ? farthest : 1 - farthest;
  return interval;
}

Interval AllAlikeDifference(double value, std::int64_t units, double level) {
  Interval interval;
  interval.value = value;
  interval.units = units;
  interval.degrees = static_cast<double>(units - 1);
  const double others = 1 - LeastShareOfAlike(units, level);
  interval.low = value - others * (value + 1);
  interval.high = value + others * (1 - value);
  return interval;
}

}  // namespace assay::stats
