// Hours, days, weeks, months and years of the calendar.
#pragma once

#include <cstdint>

#include "base/time.h"

namespace assay::lifecycle {

enum class PeriodLength { kHour, kDay, kWeek, kMonth, kYear };
struct PeriodRow {
  PeriodLength length;
  const char* name;
  double days;
};
inline constexpr PeriodRow kPeriods[] = {{PeriodLength::kHour, "hour", 1.0 / 24}, {PeriodLength::kDay, "day", 1}, {PeriodLength::kWeek, "week", 7}, {PeriodLength::kMonth, "month", 30.44}, {PeriodLength::kYear, "year", 365.25}};

// Number of the period that holds a time; neighbours differ by 1. Requires a time that is known.
std::int64_t PeriodOf(base::Micros time, PeriodLength length);
base::Micros StartOf(std::int64_t period, PeriodLength length);

}  // namespace assay::lifecycle
