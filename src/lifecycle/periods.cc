#include "lifecycle/internal/periods.h"

namespace assay::lifecycle {

std::int64_t PeriodOf(base::Micros time, PeriodLength length) {
  switch (length) {
    case PeriodLength::kHour: return base::FloorDivide(time, base::kMicrosPerHour);
    case PeriodLength::kDay: return base::FloorDivide(time, base::kMicrosPerDay);
    case PeriodLength::kWeek: return base::FloorDivide(base::FloorDivide(time, base::kMicrosPerDay) + 3, 7);  // weeks start on Monday
    case PeriodLength::kMonth: {
      const base::CivilTime civil = base::ToCivil(time);
      return civil.year * 12 + civil.month - 1;
    }
    case PeriodLength::kYear: return base::ToCivil(time).year;
  }
  return 0;
}

base::Micros StartOf(std::int64_t period, PeriodLength length) {
  switch (length) {
    case PeriodLength::kHour: return period * base::kMicrosPerHour;
    case PeriodLength::kDay: return period * base::kMicrosPerDay;
    case PeriodLength::kWeek: return (period * 7 - 3) * base::kMicrosPerDay;
    case PeriodLength::kMonth: return base::FromCivil({period / 12, static_cast<int>(period % 12) + 1, 1, 0, 0, 0, 0, 0});
    case PeriodLength::kYear: return base::FromCivil({period, 1, 1, 0, 0, 0, 0, 0});
  }
  return 0;
}

}  // namespace assay::lifecycle
