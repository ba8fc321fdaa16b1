#include <algorithm>
#include <cmath>
#include <string>
#include <unordered_map>

#include "base/text.h"
#include "base/time.h"
#include "lifecycle/internal/leaks.h"
#include "stats/auc.h"

namespace assay::lifecycle {

namespace {

// "id", "order_id", "orderId", "uuid", "row_number": what people call columns that name rows.
bool IsCalledId(const std::string& name) {
  const std::string lower = base::Lowercase(name);
  for (const char* word : {"uuid", "guid", "serial", "rownum", "row_num", "row_number", "index", "identifier", "primary_key"}) {
    if (lower.find(word) != std::string::npos) return true;
  }
  if (lower == "id" || lower == "key" || lower == "nr" || lower == "no" || lower.ends_with("_id") || lower.ends_with("-id") || lower.ends_with(" id") || lower.ends_with("_key") || lower.ends_with("_no") || lower.ends_with("_nr") || lower.starts_with("id_")) return true;
  return name.size() > 2 && (name.ends_with("Id") || name.ends_with("ID"));
}

// |Spearman correlation| of the values with the order of the rows, above which they only go up or only down.
bool FollowsRows(const std::vector<double>& values) {
  const std::vector<double> ranks = stats::Midranks(values);
  const auto n = static_cast<double>(ranks.size());
  double squares = 0;
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    const double d = ranks[i] - static_cast<double>(i + 1);
    squares += d * d;
  }
  return std::abs(1 - 6 * squares / (n * (n * n - 1))) > 0.999;
}

// At most about 50,000 known values, in the order of the rows.
std::vector<double> EvenlyTaken(const table::Column& column) {
  const std::int64_t step = column.num_rows() / 50'000 + 1;
  std::vector<double> values;
  for (std::int64_t row = 0; row < column.num_rows(); row += step) {
    if (const double value = column.NumberAt(row); !std::isnan(value)) values.push_back(value);
  }
  return values;
}

// Whether most texts are names: a decimal or a time measures, and what has six words or more describes.
bool NamesInTexts(const std::vector<std::string>& texts) {
  const std::size_t step = texts.size() / 10'000 + 1;
  std::size_t names = 0, looked_at = 0;
  for (std::size_t i = 0; i < texts.size(); i += step) {
    const std::string_view text = base::Trim(texts[i]);
    double number = 0;
    const bool decimal = base::ParseNumber(text, &number) && text.find_first_not_of("+-0123456789") != std::string_view::npos;
    const bool prose = std::count(text.begin(), text.end(), ' ') >= 5;
    names += decimal || prose || base::ParseTime(text) ? 0 : 1;
    ++looked_at;
  }
  return 2 * names > looked_at;
}

table::Column Coded(const std::string& name, const std::vector<std::string>& texts) {
  std::unordered_map<std::string, std::uint32_t> codes;
  std::vector<std::string> dictionary;
  std::vector<std::uint32_t> column;
  for (const std::string& text : texts) {
    const auto [at, is_new] = codes.emplace(text, static_cast<std::uint32_t>(dictionary.size()));
    if (is_new) dictionary.push_back(text);
    column.push_back(at->second);
  }
  return table::Column::Categories(name, std::move(column), std::move(dictionary));
}

double NumberWithin(const std::string& text) {
  std::string digits;
  for (const char c : text) {
    if (c >= '0' && c <= '9' && digits.size() < 15) digits += c;
  }
  return digits.empty() ? std::nan("") : std::stod(digits);
}

}  // namespace

bool NamesRows(const table::Column& column, double range) {
  if (column.type() == table::ColumnType::kCategory) return NamesInTexts(column.dictionary());
  if (column.type() != table::ColumnType::kNumber || !column.is_integer()) return false;
  if (std::holds_alternative<std::vector<std::int64_t>>(column.storage()) || IsCalledId(column.name())) return true;
  const std::int64_t n = column.num_rows();
  return range + 1 <= 3 * static_cast<double>(n) || FollowsRows(EvenlyTaken(column));
}

bool CountsOrNames(const table::Column& column) {
  const std::int64_t n = column.num_rows();
  if (n < 50) return false;
  if (column.type() == table::ColumnType::kCategory) return static_cast<std::int64_t>(column.dictionary().size()) > n * 95 / 100 && NamesRows(column, 0);
  if (column.type() != table::ColumnType::kNumber || !column.is_integer()) return false;
  std::vector<double> values(static_cast<std::size_t>(n));
  column.CopyNumbers(0, values);
  std::erase_if(values, [](double v) { return std::isnan(v); });
  if (static_cast<std::int64_t>(values.size()) < n * 9 / 10) return false;
  std::sort(values.begin(), values.end());
  const auto distinct = std::unique(values.begin(), values.end()) - values.begin();
  return distinct > n * 95 / 100 && NamesRows(column, values[static_cast<std::size_t>(distinct - 1)] - values[0]);
}

std::vector<IdView> ViewsOfId(const table::Column& column) {
  const auto n = static_cast<std::size_t>(column.num_rows());
  std::vector<IdView> views;
  std::vector<std::string> first, first_three, last, last_two;
  std::vector<double> length, number;
  for (std::size_t i = 0; i < n; ++i) {
    const std::string text = column.TextAt(static_cast<std::int64_t>(i));
    first.push_back(text.substr(0, 1));
    first_three.push_back(text.substr(0, 3));
    last.push_back(text.empty() ? "" : text.substr(text.size() - 1));
    last_two.push_back(text.size() < 2 ? text : text.substr(text.size() - 2));
    length.push_back(static_cast<double>(text.size()));
    number.push_back(NumberWithin(text));
  }
  views.push_back({"its last character", Coded("last", last)});
  views.push_back({"its last two characters", Coded("last two", last_two)});
  views.push_back({"its first character", Coded("first", first)});
  views.push_back({"its first three characters", Coded("first three", first_three)});
  views.push_back({"its length", table::Column::Numbers("length", length)});
  if (column.type() == table::ColumnType::kCategory) views.push_back({"the number within it", table::Column::Numbers("number", number)});
  return views;
}

}  // namespace assay::lifecycle
