// Points in time and lengths of time, in UTC: a time that names no zone is taken for UTC.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace assay::base {

// Microseconds since 1970-01-01 00:00:00. kMissingTime stands for "no value" in columns.
using Micros = std::int64_t;
inline constexpr Micros kMissingTime = INT64_MIN;
inline constexpr Micros kMicrosPerSecond = 1'000'000;
inline constexpr Micros kMicrosPerHour = 3'600 * kMicrosPerSecond;
inline constexpr Micros kMicrosPerDay = 24 * kMicrosPerHour;
inline constexpr double kDaysPerMonth = 365.25 / 12;

struct CivilTime {
  std::int64_t year = 1970;
  int month = 1;        // 1..12
  int day = 1;          // 1..31
  int hour = 0, minute = 0, second = 0;
  int microsecond = 0;
  int weekday = 4;      // 1 = Monday .. 7 = Sunday (ISO 8601); filled by ToCivil, ignored by FromCivil
};

// Rounded towards minus infinity: the number of the day or hour that holds a time, also before 1970.
constexpr std::int64_t FloorDivide(std::int64_t a, std::int64_t b) { return a / b - ((a % b != 0 && (a % b < 0) != (b < 0)) ? 1 : 0); }

// Proleptic Gregorian calendar. Source: Hinnant, "chrono-compatible low-level date algorithms".
CivilTime ToCivil(Micros time);
Micros FromCivil(const CivilTime& civil);

// ISO 8601: "2001-03" (the first of the month), "2001-03-04", "2001-03-04 05:06[:07[.123456]]", "T" for the blank; a clock with "Z" or an offset from UTC ("+02:00")
// is brought to UTC.
Result<Micros> ParseTime(std::string_view text);
// "2001-03-04", with the time of day only when it is not midnight.
std::string FormatTime(Micros time);

// "90 min", "2 hours", "3 days", "1.5 h", "2 weeks", "0". Units: s, min, h, d, w and their words.
Result<Micros> ParseDuration(std::string_view text);
std::string FormatDuration(Micros duration);  // "2 hours", "1.5 days"; ParseDuration reads it

}  // namespace assay::base
