#include "base/time.h"

#include <cmath>
#include <cstdio>

#include "base/text.h"

namespace assay::base {

namespace {
std::int64_t DaysFromCivil(std::int64_t year, int month, int day) {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = FloorDivide(year, 400);
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

int DaysInMonth(std::int64_t year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[month - 1];
}

// Reads exactly `width` digits.
bool ReadDigits(std::string_view* text, int width, int* value) {
  if (text->size() < static_cast<std::size_t>(width)) return false;
  int parsed = 0;
  for (int i = 0; i < width; ++i) {
    const char c = (*text)[static_cast<std::size_t>(i)];
    if (c < '0' || c > '9') return false;
    parsed = parsed * 10 + (c - '0');
  }
  text->remove_prefix(static_cast<std::size_t>(width));
  *value = parsed;
  return true;
}

bool Skip(std::string_view* text, char c) {
  if (text->empty() || text->front() != c) return false;
  text->remove_prefix(1);
  return true;
}

// "Z", "+02:00", "-0530", "+02", or nothing: how far local time is ahead of UTC, in minutes.
bool ReadOffset(std::string_view* rest, int* minutes) {
  if (rest->empty() || Skip(rest, 'Z')) return true;
  const bool behind = rest->front() == '-';
  if (!Skip(rest, '+') && !Skip(rest, '-')) return false;
  int hour = 0, minute = 0;
  if (!ReadDigits(rest, 2, &hour)) return false;
  if ((Skip(rest, ':') || !rest->empty()) && !ReadDigits(rest, 2, &minute)) return false;
  *minutes = (behind ? -1 : 1) * (hour * 60 + minute);
  return hour <= 15 && minute < 60;
}

bool ReadClock(std::string_view* rest, CivilTime* civil) {
  if (!ReadDigits(rest, 2, &civil->hour) || !Skip(rest, ':') || !ReadDigits(rest, 2, &civil->minute)) return false;
  if (Skip(rest, ':')) {
    if (!ReadDigits(rest, 2, &civil->second)) return false;
    if (Skip(rest, '.')) {
      int scale = 100000;
      bool any = false;
      while (!rest->empty() && rest->front() >= '0' && rest->front() <= '9') {
        civil->microsecond += (rest->front() - '0') * scale;
        scale /= 10;
        any = true;
        rest->remove_prefix(1);
      }
      if (!any) return false;
    }
  }
  return civil->hour < 24 && civil->minute < 60 && civil->second < 60;
}

struct DurationUnit {
  const char* word;  // singular, or short form
  double seconds;
};
constexpr DurationUnit kUnits[] = {{"s", 1},          {"sec", 1},      {"second", 1},   {"min", 60},
                                   {"minute", 60},    {"h", 3600},     {"hour", 3600},  {"d", 86400},
                                   {"day", 86400},    {"w", 604800},   {"week", 604800}};
}  // namespace

CivilTime ToCivil(Micros time) {
  CivilTime civil;
  const std::int64_t days = FloorDivide(time, kMicrosPerDay);
  std::int64_t rest = time - days * kMicrosPerDay;
  const std::int64_t z = days + 719468;
  const std::int64_t era = FloorDivide(z, 146097);
  const std::int64_t doe = z - era * 146097;
  const std::int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  const std::int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const std::int64_t mp = (5 * doy + 2) / 153;
  civil.day = static_cast<int>(doy - (153 * mp + 2) / 5 + 1);
  civil.month = static_cast<int>(mp < 10 ? mp + 3 : mp - 9);
  civil.year = yoe + era * 400 + (civil.month <= 2 ? 1 : 0);
  civil.weekday = static_cast<int>(((days + 3) % 7 + 7) % 7) + 1;
  civil.microsecond = static_cast<int>(rest % kMicrosPerSecond);
  rest /= kMicrosPerSecond;
  civil.second = static_cast<int>(rest % 60);
  civil.minute = static_cast<int>(rest / 60 % 60);
  civil.hour = static_cast<int>(rest / 3600);
  return civil;
}

Micros FromCivil(const CivilTime& c) {
  const std::int64_t seconds = (DaysFromCivil(c.year, c.month, c.day) * 24 + c.hour) * 3600 + c.minute * 60 + c.second;
  return seconds * kMicrosPerSecond + c.microsecond;
}

Result<Micros> ParseTime(std::string_view text) {
  std::string_view rest = Trim(text);
  const Error error{ErrorCode::kInvalidInput,
                    "'" + std::string(text) + "' is not a time; write it like 2001-03-04 or 2001-03-04 05:06:07"};
  CivilTime civil;
  int year = 0, offset_minutes = 0;
  if (!ReadDigits(&rest, 4, &year) || !Skip(&rest, '-') || !ReadDigits(&rest, 2, &civil.month)) return error;
  if (!rest.empty() && (!Skip(&rest, '-') || !ReadDigits(&rest, 2, &civil.day))) return error;
  civil.year = year;
  if (civil.month < 1 || civil.month > 12 || civil.day < 1 || civil.day > DaysInMonth(year, civil.month)) return error;
  if (!rest.empty()) {
    if (!Skip(&rest, 'T') && !Skip(&rest, ' ')) return error;
    if (!ReadClock(&rest, &civil) || !ReadOffset(&rest, &offset_minutes) || !rest.empty()) return error;
  }
  return FromCivil(civil) - offset_minutes * 60 * kMicrosPerSecond;
}

std::string FormatTime(Micros time) {
  const CivilTime c = ToCivil(time);
  char buffer[64];
  int length = std::snprintf(buffer, sizeof buffer, "%04lld-%02d-%02d", static_cast<long long>(c.year), c.month, c.day);
  std::string text(buffer, static_cast<std::size_t>(length));
  if (c.hour == 0 && c.minute == 0 && c.second == 0 && c.microsecond == 0) return text;
  length = std::snprintf(buffer, sizeof buffer, " %02d:%02d:%02d", c.hour, c.minute, c.second);
  text.append(buffer, static_cast<std::size_t>(length));
  if (c.microsecond != 0) {
    length = std::snprintf(buffer, sizeof buffer, ".%06d", c.microsecond);
    text.append(buffer, static_cast<std::size_t>(length));
  }
  return text;
}

Result<Micros> ParseDuration(std::string_view text) {
  const std::string_view trimmed = Trim(text);
  const std::size_t split = trimmed.find_first_not_of("0123456789.");
  double amount = 0;
  const std::string_view number = trimmed.substr(0, split);
  std::string unit = split == std::string_view::npos ? "" : Lowercase(Trim(trimmed.substr(split)));
  if (unit.size() > 2 && unit.back() == 's') unit.pop_back();
  if (ParseNumber(number, &amount)) {
    if (unit.empty() && amount == 0) return Micros{0};
    for (const DurationUnit& row : kUnits) {
      if (unit == row.word && amount * row.seconds < 1e11) {
        return static_cast<Micros>(std::llround(amount * row.seconds * static_cast<double>(kMicrosPerSecond)));
      }
    }
  }
  return Error{ErrorCode::kInvalidInput,
               "'" + std::string(text) + "' is not a length of time; write a number and a unit like '2 hours', '30 min' or '7 days'"};
}

std::string FormatDuration(Micros duration) {
  constexpr struct { const char* word; Micros size; } kSteps[] = {
      {"day", kMicrosPerDay}, {"hour", kMicrosPerHour}, {"minute", 60 * kMicrosPerSecond}, {"second", kMicrosPerSecond}};
  for (const auto& step : kSteps) {
    if (std::abs(duration) >= step.size || step.size == kMicrosPerSecond) {
      const double amount = static_cast<double>(duration) / static_cast<double>(step.size);
      std::string number = ReadableNumber(amount);
      std::erase(number, ',');  // so that it can be typed again
      return number + " " + step.word + (amount == 1.0 ? "" : "s");
    }
  }
  return "0 seconds";
}

}  // namespace assay::base
