// Makers of the figures that reports hold, from what the statistics give.
#pragma once

#include <string>

#include "base/result.h"
#include "evidence/reports/common.h"
#include "stats/interval.h"

namespace assay::lifecycle {

// The reason for no interval where it would have no width.
inline constexpr const char* kEveryUnitAlike = "every unit gave the same value, which does not say how far others may lie";

evidence::Estimate WithInterval(const stats::Interval& interval, double level = 0.95);
// "a count", "stated in the charter": why there is no interval, or why there is no value (NaN) either.
evidence::Estimate WithoutInterval(double value, const std::string& reason);
// The interval, or the error as the reason why there is none.
evidence::Estimate ToEstimate(const Result<stats::Interval>& interval, double level = 0.95);
// value, low and high times `factor` plus `shift`. Requires factor >= 0.
evidence::Estimate Scaled(const evidence::Estimate& estimate, double factor, double shift);
// Whether a value or an end of its interval reaches a million: nobody counts the digits of more.
bool IsInMillions(const evidence::Estimate& estimate);
evidence::Figure MakeFigure(const std::string& name, const std::string& label, evidence::Estimate estimate, const std::string& unit = "");

// "95 %", "99.7 %": with as many decimals as tell it from 100 %.
std::string LevelInWords(double level);
// "0.120 (95 % interval 0.101 to 0.139)", decimals as base::ReadableInterval chooses them. Requires an interval.
std::string EstimateInWords(const evidence::Estimate& estimate);

}  // namespace assay::lifecycle
