#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/text.h"
#include "base/time.h"
#include "lifecycle/internal/leaks.h"
#include "stats/auc.h"

namespace assay::lifecycle {

namespace {

constexpr double kLeastGroupRows = 50;   // on average, of the texts by which rows are told apart
constexpr double kLeastShare = 0.02;     // of the outcome's variance, from which a place within ids is looked at
constexpr std::size_t kMostPieces = 64;

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

// How much of the outcome's variance lies between the texts, less what as many random groups would show; for classes of the
// Gini index.
double ShareBetween(const std::vector<std::string>& texts, const learn::Examples& examples) {
  const std::size_t k = examples.task == learn::Task::kMulticlass ? examples.classes.size() : 1;
  struct Group {
    double rows = 0;
    std::vector<double> sums;
  };
  std::unordered_map<std::string, Group> groups;
  std::vector<double> sums(k, 0.0);
  double squares = 0;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    Group& group = groups[texts[i]];
    group.sums.resize(k, 0.0);
    group.rows += 1;
    const auto y = static_cast<double>(examples.outcome[i]);
    const std::size_t at = k > 1 ? static_cast<std::size_t>(y) : 0;
    const double value = k > 1 ? 1 : y;
    group.sums[at] += value;
    sums[at] += value;
    squares += value * value;
  }
  const auto n = static_cast<double>(texts.size()), g = static_cast<double>(groups.size());
  if (g < 2 || g > n / kLeastGroupRows) return 0;
  double total = squares, between = 0;
  for (const double sum : sums) total -= sum * sum / n, between -= sum * sum / n;
  std::vector<double> parts;  // a map's order is not the data's: summed by size
  for (const auto& [text, group] : groups) {
    for (const double sum : group.sums) parts.push_back(sum * sum / group.rows);
  }
  std::sort(parts.begin(), parts.end());
  for (const double part : parts) between += part;
  return total > 0 ? 1 - (1 - between / total) * (n - 1) / (n - g) : 0;
}

// Letters and digits between separators: "ORD-2024-F-000123" has four parts.
std::vector<std::string> PartsOf(const std::string& text) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    const bool separates = c == '-' || c == '_' || c == '/' || c == '.' || c == ':' || c == '|' || c == '#' || c == ' ';
    if (separates) parts.emplace_back();
    else parts.back() += c;
  }
  return parts;
}

// The piece at one place of texts that are built alike which goes most with the outcome; none where nothing stands out.
// `pieces`: of each text. Texts built otherwise than nine in ten have "" there.
std::optional<std::vector<std::string>> TellingPiece(const std::vector<std::vector<std::string>>& pieces, const learn::Examples& examples, std::size_t* place) {
  std::unordered_map<std::size_t, std::size_t> count;
  for (const auto& p : pieces) ++count[p.size()];
  const auto usual = std::max_element(count.begin(), count.end(), [](const auto& a, const auto& b) { return std::pair(a.second, b.first) < std::pair(b.second, a.first); });
  if (usual == count.end() || usual->second * 10 < pieces.size() * 9 || usual->first < 2 || usual->first > kMostPieces) return std::nullopt;
  double best = kLeastShare;
  std::optional<std::vector<std::string>> telling;
  for (std::size_t at = 0; at < usual->first; ++at) {
    std::vector<std::string> column;
    for (const auto& p : pieces) column.push_back(p.size() == usual->first ? p[at] : "");
    const double share = ShareBetween(column, examples);
    if (share <= best) continue;
    best = share;
    *place = at + 1;
    telling = std::move(column);
  }
  return telling;
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

std::vector<IdView> ViewsOfId(const table::Column& column, const learn::Examples& examples) {
  const auto n = static_cast<std::size_t>(column.num_rows());
  std::vector<IdView> views;
  std::vector<std::string> first, first_three, last, last_two;
  std::vector<double> length, number;
  std::vector<std::vector<std::string>> parts, characters;
  for (std::size_t i = 0; i < n; ++i) {
    const std::string text = column.TextAt(static_cast<std::int64_t>(i));
    first.push_back(text.substr(0, 1));
    first_three.push_back(text.substr(0, 3));
    last.push_back(text.empty() ? "" : text.substr(text.size() - 1));
    last_two.push_back(text.size() < 2 ? text : text.substr(text.size() - 2));
    length.push_back(static_cast<double>(text.size()));
    number.push_back(NumberWithin(text));
    parts.push_back(PartsOf(text));
    characters.emplace_back();
    for (std::size_t c = 0; c < std::min(text.size(), kMostPieces + 1); ++c) characters.back().emplace_back(1, text[c]);
  }
  views.push_back({"its last character", Coded("last", last)});
  views.push_back({"its last two characters", Coded("last two", last_two)});
  views.push_back({"its first character", Coded("first", first)});
  views.push_back({"its first three characters", Coded("first three", first_three)});
  views.push_back({"its length", table::Column::Numbers("length", length)});
  if (column.type() == table::ColumnType::kCategory) views.push_back({"the number within it", table::Column::Numbers("number", number)});
  std::size_t place = 0;
  if (const auto part = TellingPiece(parts, examples, &place)) views.push_back({"its part " + std::to_string(place), Coded("part", *part)});
  if (const auto character = TellingPiece(characters, examples, &place)) views.push_back({"its character " + std::to_string(place), Coded("character", *character)});
  return views;
}

}  // namespace assay::lifecycle
