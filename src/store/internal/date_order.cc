#include "store/internal/date_order.h"

#include <set>

#include "base/text.h"

namespace assay::store::internal {

namespace {
constexpr int kMonths = 12;
constexpr std::size_t kLeastRegular = 3;  // different dates from which equal days are no accident

std::string TwoDigits(int number) { return (number < 10 ? "0" : "") + std::to_string(number); }

// Of dates with two-digit years where day and year may change places in every value.
struct Turnable {
  std::set<int> days, years;
  std::optional<base::CivilTime> example;  // where it makes a difference
};

std::optional<Turnable> TurnableYears(const table::Column& times, const std::string& format) {
  if (times.type() != table::ColumnType::kTime || format.find("%y") == std::string::npos || !(format.starts_with("%y") || format.starts_with("%d"))) return std::nullopt;
  Turnable turnable;
  for (std::int64_t row = 0; row < times.num_rows(); ++row) {
    const base::Micros time = times.TimeAt(row);
    if (time == base::kMissingTime) continue;
    const base::CivilTime civil = base::ToCivil(time);
    const int year = static_cast<int>(civil.year % 100);
    base::CivilTime turned{2000 + civil.day, civil.month, year, 0, 0, 0, 0, 0};
    if (year < 1 || year > 31 || base::ToCivil(base::FromCivil(turned)).day != year) return std::nullopt;
    turnable.days.insert(civil.day);
    turnable.years.insert(year);
    if (!turnable.example && civil.day != year) turnable.example = civil;
  }
  return turnable;
}
}  // namespace

std::optional<std::string> UndecidedDateOrder(const table::Column& times, const std::string& format) {
  const bool day_first = format.starts_with("%d");
  if (times.type() != table::ColumnType::kTime || format.size() < 3 || (!day_first && !format.starts_with("%m"))) return std::nullopt;
  const char separator = format[2];
  std::set<int> days, months;
  std::optional<base::CivilTime> example;
  for (std::int64_t row = 0; row < times.num_rows(); ++row) {
    const base::Micros time = times.TimeAt(row);
    if (time == base::kMissingTime) continue;
    const base::CivilTime civil = base::ToCivil(time);
    if (civil.day > kMonths) return std::nullopt;
    if (days.size() < kMonths) days.insert(civil.day);
    if (months.size() < kMonths) months.insert(civil.month);
    if (!example && civil.day != civil.month) example = civil;
  }
  if (!example) return std::nullopt;
  const std::string day = TwoDigits(example->day), month = TwoDigits(example->month), year = std::to_string(example->year), short_year = format.find("%y") == std::string::npos ? year : TwoDigits(static_cast<int>(example->year % 100));
  const std::string written = (day_first ? day + separator + month : month + separator + day) + separator + short_year;
  const std::string iso = year + "-" + month + "-" + day;
  const std::string read = std::string(day_first ? "day" : "month") + separator + (day_first ? "month" : "day");
  const bool regular = months.size() == 1 && days.size() >= kLeastRegular;
  const std::string other = regular ? ", though the other way round all would be day " + std::to_string(*months.begin()) + " of a month" : "";
  return "'" + times.name() + "': no value shows which number is the day; read as " + read + other + ": " + written + " is taken for " + iso + ". If that is wrong, write the dates like " + year + "-" + day + "-" + month;
}

std::optional<std::string> UndecidedYearPlace(const table::Column& times, const std::string& format) {
  const std::optional<Turnable> turnable = TurnableYears(times, format);
  if (!turnable || !turnable->example) return std::nullopt;
  const std::string day = TwoDigits(turnable->example->day), month = TwoDigits(turnable->example->month), year = TwoDigits(static_cast<int>(turnable->example->year % 100));
  const std::string separator(1, format[2]);
  const bool day_first = format.starts_with("%d");
  const std::string written = (day_first ? day : year) + separator + month + separator + (day_first ? year : day);
  return "'" + times.name() + "': no value shows whether the day or the year stands first; read as " + (day_first ? "day" : "year") + separator + "month" + separator + (day_first ? "year" : "day") + ": " + written + " is taken for " + base::FormatTime(base::FromCivil({turnable->example->year, turnable->example->month, turnable->example->day, 0, 0, 0, 0, 0})) + ". If that is wrong, write the years with four digits";
}

bool RatherDayFirst(const table::Column& times, const std::string& format) {
  if (!format.starts_with("%y")) return false;
  const std::optional<Turnable> turnable = TurnableYears(times, format);
  return turnable && turnable->days.size() < turnable->years.size();
}

}  // namespace assay::store::internal
