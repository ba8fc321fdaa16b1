#include "table/written_dates.h"

#include <array>
#include <charconv>

#include "base/text.h"

namespace assay::table {

namespace {

constexpr std::array<std::string_view, 12> kMonths = {"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"};

// 1..12, or 0.
int MonthOf(std::string_view word) {
  const std::string lower = base::Lowercase(word);
  if (lower.size() < 3) return 0;
  for (std::size_t m = 0; m < kMonths.size(); ++m) {
    if (lower == kMonths[m] || lower == kMonths[m].substr(0, 3)) return static_cast<int>(m) + 1;
  }
  return 0;
}

// The number that the whole word is, with between `least` and `most` digits; -1 otherwise.
int NumberOf(std::string_view word, std::size_t least, std::size_t most) {
  int value = -1;
  if (word.size() < least || word.size() > most) return -1;
  const auto [end, code] = std::from_chars(word.data(), word.data() + word.size(), value);
  return code == std::errc() && end == word.data() + word.size() && value >= 0 ? value : -1;
}

}  // namespace

base::Micros ParseWrittenDate(std::string_view text) {
  std::array<std::string_view, 3> words;
  std::size_t count = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t begin = text.find_first_not_of(" ,", at);
    if (begin == std::string_view::npos) break;
    const std::size_t end = std::min(text.size(), text.find_first_of(" ,", begin));
    if (count == words.size()) return base::kMissingTime;
    words[count++] = text.substr(begin, end - begin);
    at = end;
  }
  if (count != words.size()) return base::kMissingTime;
  const bool month_first = MonthOf(words[0]) > 0;
  const int month = MonthOf(month_first ? words[0] : words[1]);
  const int day = NumberOf(month_first ? words[1] : words[0], 1, 2);
  const int year = NumberOf(words[2], 4, 4);
  if (month == 0 || day < 1 || year < 1) return base::kMissingTime;
  base::CivilTime civil;
  civil.year = year;
  civil.month = month;
  civil.day = day;
  const base::Micros time = base::FromCivil(civil);
  const base::CivilTime back = base::ToCivil(time);
  return back.month == month && back.day == day ? time : base::kMissingTime;  // June 31 would become July 1
}

namespace {
template <class Parse>
std::optional<Column> AllParsed(const Column& column, Parse parse) {
  if (column.type() != ColumnType::kCategory || column.dictionary().empty()) return std::nullopt;
  std::vector<base::Micros> time_of_code;
  for (const std::string& text : column.dictionary()) {
    time_of_code.push_back(parse(text));
    if (time_of_code.back() == base::kMissingTime) return std::nullopt;
  }
  std::vector<std::uint32_t> codes(static_cast<std::size_t>(column.num_rows()));
  column.CopyCodes(0, codes);
  std::vector<base::Micros> times;
  times.reserve(codes.size());
  for (const std::uint32_t code : codes) times.push_back(code == kMissingCode ? base::kMissingTime : time_of_code[code]);
  return Column::Times(column.name(), std::move(times));
}
}  // namespace

std::optional<Column> DatesFromText(const Column& column) { return AllParsed(column, ParseWrittenDate); }

std::optional<Column> TimesFromText(const Column& column) {
  return AllParsed(column, [](const std::string& text) {
    const Result<base::Micros> time = base::ParseTime(text);
    return time ? *time : base::kMissingTime;
  });
}

std::optional<Column> MonthsFromText(const Column& column) {
  constexpr std::size_t kMonthSigns = 7;
  return AllParsed(column, [](const std::string& text) {
    const Result<base::Micros> time = base::ParseTime(text);
    return time && text.size() == kMonthSigns ? *time : base::kMissingTime;
  });
}

}  // namespace assay::table
