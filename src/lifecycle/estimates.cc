#include "lifecycle/estimates.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"

namespace assay::lifecycle {

evidence::Estimate WithInterval(const stats::Interval& interval, double level) { return {interval.value, interval.low, interval.high, level, ""}; }

evidence::Estimate WithoutInterval(double value, const std::string& reason) {
  evidence::Estimate estimate;
  estimate.value = value;
  estimate.reason = reason;
  return estimate;
}

evidence::Estimate ToEstimate(const Result<stats::Interval>& interval, double level) {
  if (interval) return WithInterval(*interval, level);
  evidence::Estimate estimate = WithoutInterval(std::nan(""), interval.error().message);
  estimate.level = level;
  return estimate;
}

evidence::Estimate Scaled(const evidence::Estimate& estimate, double factor, double shift) {
  evidence::Estimate scaled = estimate;
  for (double* v : {&scaled.value, &scaled.low, &scaled.high}) *v = *v * factor + shift;
  return scaled;
}

bool IsInMillions(const evidence::Estimate& estimate) { return std::abs(estimate.value) >= 1e6 || std::abs(estimate.low) >= 1e6 || std::abs(estimate.high) >= 1e6; }

evidence::Figure MakeFigure(const std::string& name, const std::string& label, evidence::Estimate estimate, const std::string& unit) { return {name, label, std::move(estimate), unit}; }

std::string LevelInWords(double level) {
  const double missed = 100 * (1 - level);
  if (std::abs(missed - std::round(missed)) < 1e-9) return base::ReadableNumber(100 - std::round(missed)) + " %";
  return base::FixedNumber(100 - missed, std::max(1, -static_cast<int>(std::floor(std::log10(missed))))) + " %";
}

std::string EstimateInWords(const evidence::Estimate& e) {
  const double width = e.high - e.low;
  const std::string value = width >= 1e-8 && std::isfinite(width) ? base::FixedNumber(e.value, base::DecimalsFor(width)) : base::ReadableNumber(e.value, 3);
  return value + " (" + base::ReadableNumber(e.level * 100, 4) + " % interval " + base::ReadableRange(e.low, e.high) + ")";
}

}  // namespace assay::lifecycle
