#include "store/internal/date_order.h"

#include <set>

#include "base/text.h"

namespace assay::store::internal {

namespace {
constexpr int kMonths = 12;
constexpr std::size_t kLeastRegular = 3;  // different dates from which equal days are no accident

std::string TwoDigits(int number) { return (number < 10 ? "0" : "") + std::to_string(number); }
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
  const std::string day = TwoDigits(example->day), month = TwoDigits(example->month), year = std::to_string(example->year);
  const std::string written = (day_first ? day + separator + month : month + separator + day) + separator + year;
  const std::string iso = year + "-" + month + "-" + day;
  const std::string read = std::string(day_first ? "day" : "month") + separator + (day_first ? "month" : "day");
  const bool regular = months.size() == 1 && days.size() >= kLeastRegular;
  const std::string other = regular ? ", though the other way round all would be day " + std::to_string(*months.begin()) + " of a month" : "";
  return "'" + times.name() + "': no value shows which number is the day; read as " + read + other + ": " + written + " is taken for " + iso + ". If that is wrong, write the dates like " + year + "-" + day + "-" + month;
}

}  // namespace assay::store::internal
