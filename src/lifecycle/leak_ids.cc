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
constexpr double kAlikeSteps = 0.5;      // middle half of the steps against their median; 1.6 of numbers drawn at random and sorted

// "id", "order_id", "orderId", "uuid", "row_number": what people call columns that name rows. By whole words: what is paid is no id.
bool IsCalledId(const std::string& name) {
  const std::vector<std::string> words = base::WordsOfName(name);
  if (words.empty()) return false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    for (const char* word : {"uuid", "guid", "serial", "rowid", "rownum", "index", "identifier"}) {
      if (words[i] == word) return true;
    }
    if (i > 0 && ((words[i - 1] == "row" && (words[i] == "num" || words[i] == "number")) || (words[i - 1] == "primary" && words[i] == "key"))) return true;
  }
  const std::string& last = words.back();
  return words.front() == "id" || last == "id" || last == "key" || last == "no" || last == "nr";
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

// Whether from row to row the values move by about the same: numbers that were given out do, amounts that were sorted do not.
bool StepsAreAlike(const table::Column& column) {
  const std::int64_t every = column.num_rows() / 50'000 + 1;
  std::vector<double> steps;
  for (std::int64_t row = 0; row + 1 < column.num_rows(); row += every) {
    if (const double step = std::abs(column.NumberAt(row + 1) - column.NumberAt(row)); !std::isnan(step)) steps.push_back(step);
  }
  if (steps.empty()) return false;
  std::sort(steps.begin(), steps.end());
  const auto at = [&](std::size_t quarters) { return steps[quarters * (steps.size() - 1) / 4]; };
  return at(3) - at(1) <= kAlikeSteps * at(2);
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

using Views = std::vector<std::string_view>;  // a piece of each row's text

table::Column Coded(const std::string& name, const Views& texts) {
  std::unordered_map<std::string_view, std::uint32_t> codes;
  std::vector<std::string> dictionary;
  std::vector<std::uint32_t> column;
  for (const std::string_view text : texts) {
    const auto [at, is_new] = codes.emplace(text, static_cast<std::uint32_t>(dictionary.size()));
    if (is_new) dictionary.emplace_back(text);
    column.push_back(at->second);
  }
  return table::Column::Categories(name, std::move(column), std::move(dictionary));
}

// How much of the outcome's variance lies between the texts, less what as many random groups would show; for classes of the
// Gini index.
double ShareBetween(const Views& texts, const learn::Examples& examples) {
  const auto n = static_cast<double>(texts.size());
  const std::size_t k = examples.task == learn::Task::kMulticlass ? examples.classes.size() : 1;
  struct Group {
    double rows = 0;
    std::vector<double> sums;
  };
  std::unordered_map<std::string_view, Group> groups;
  std::vector<double> sums(k, 0.0);
  double squares = 0;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    Group& group = groups[texts[i]];
    if (static_cast<double>(groups.size()) > n / kLeastGroupRows) return 0;
    group.sums.resize(k, 0.0);
    group.rows += 1;
    const auto y = static_cast<double>(examples.outcome[i]);
    const std::size_t at = k > 1 ? static_cast<std::size_t>(y) : 0;
    const double value = k > 1 ? 1 : y;
    group.sums[at] += value;
    sums[at] += value;
    squares += value * value;
  }
  const auto g = static_cast<double>(groups.size());
  if (g < 2) return 0;
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
constexpr std::string_view kSeparators = "-_/.:|# ";
std::size_t CountParts(std::string_view text) { return 1 + static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return kSeparators.find(c) != std::string_view::npos; })); }
std::string_view PartAt(std::string_view text, std::size_t at) {
  for (; at > 0; --at) text.remove_prefix(text.find_first_of(kSeparators) + 1);
  return text.substr(0, text.find_first_of(kSeparators));
}
std::size_t CountCharacters(std::string_view text) { return text.size(); }
std::string_view CharacterAt(std::string_view text, std::size_t at) { return text.substr(at, 1); }

// The piece at one place of texts that are built alike which goes most with the outcome; none where nothing stands out. Texts
// built otherwise than nine in ten have "" there.
std::optional<Views> TellingPiece(const Views& texts, std::size_t (*count_of)(std::string_view), std::string_view (*piece_at)(std::string_view, std::size_t), const learn::Examples& examples, std::size_t* place) {
  std::unordered_map<std::size_t, std::size_t> count;
  for (const std::string_view text : texts) ++count[count_of(text)];
  const auto usual = std::max_element(count.begin(), count.end(), [](const auto& a, const auto& b) { return std::pair(a.second, b.first) < std::pair(b.second, a.first); });
  if (usual == count.end() || usual->second * 10 < texts.size() * 9 || usual->first < 2 || usual->first > kMostPieces) return std::nullopt;
  double best = kLeastShare;
  std::optional<Views> telling;
  for (std::size_t at = 0; at < usual->first; ++at) {
    Views column;
    for (const std::string_view text : texts) column.push_back(count_of(text) == usual->first ? piece_at(text, at) : std::string_view());
    const double share = ShareBetween(column, examples);
    if (share <= best) continue;
    best = share;
    *place = at + 1;
    telling = std::move(column);
  }
  return telling;
}

double NumberWithin(std::string_view text) {
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
  return range + 1 <= 3 * static_cast<double>(n) || (StepsAreAlike(column) && FollowsRows(EvenlyTaken(column)));
}

TellsApart HowTellsApart(const table::Column& column) {
  const std::int64_t n = column.num_rows();
  if (n < 50) return TellsApart::kNo;
  if (column.type() == table::ColumnType::kCategory) return static_cast<std::int64_t>(column.dictionary().size()) > n * 95 / 100 && NamesRows(column, 0) ? TellsApart::kByName : TellsApart::kNo;
  if (column.type() != table::ColumnType::kNumber || !column.is_integer()) return TellsApart::kNo;
  std::vector<double> values(static_cast<std::size_t>(n));
  column.CopyNumbers(0, values);
  std::erase_if(values, [](double v) { return std::isnan(v); });
  if (static_cast<std::int64_t>(values.size()) < n * 9 / 10) return TellsApart::kNo;
  std::sort(values.begin(), values.end());
  const auto distinct = std::unique(values.begin(), values.end()) - values.begin();
  if (distinct <= n * 95 / 100) return TellsApart::kNo;
  return NamesRows(column, values[static_cast<std::size_t>(distinct - 1)] - values[0]) ? TellsApart::kByName : TellsApart::kByValue;
}

Result<void> ForEachViewOfId(const table::Column& column, const learn::Examples& examples, const JudgeView& judge) {
  // The texts of a category stand in its dictionary; those of numbers are written here.
  const bool category = column.type() == table::ColumnType::kCategory;
  std::vector<std::string> written;
  Views texts;
  for (std::int64_t row = 0; row < column.num_rows() && !category; ++row) written.push_back(column.TextAt(row));
  for (std::int64_t row = 0; row < column.num_rows(); ++row) {
    if (!category) texts.push_back(written[static_cast<std::size_t>(row)]);
    else texts.push_back(column.CodeAt(row) == table::kMissingCode ? std::string_view() : std::string_view(column.dictionary()[column.CodeAt(row)]));
  }
  const auto pieces = [&](const char* name, const auto& piece) {
    Views column_of;
    for (const std::string_view text : texts) column_of.push_back(piece(text));
    return Coded(name, column_of);
  };
  const auto numbers = [&](const char* name, const auto& number) {
    std::vector<double> column_of;
    for (const std::string_view text : texts) column_of.push_back(number(text));
    return table::Column::Numbers(name, std::move(column_of));
  };
  const auto last = [](std::size_t length) { return [=](std::string_view t) { return t.substr(t.size() - std::min(t.size(), length)); }; };
  const auto first = [](std::size_t length) { return [=](std::string_view t) { return t.substr(0, length); }; };
  if (!ASSAY_TRY(judge("its last character", pieces("last", last(1))))) return {};
  if (!ASSAY_TRY(judge("its last two characters", pieces("last two", last(2))))) return {};
  if (!ASSAY_TRY(judge("its first character", pieces("first", first(1))))) return {};
  if (!ASSAY_TRY(judge("its first three characters", pieces("first three", first(3))))) return {};
  if (!ASSAY_TRY(judge("its length", numbers("length", [](std::string_view t) { return static_cast<double>(t.size()); })))) return {};
  if (category && !ASSAY_TRY(judge(kNumberWithin, numbers("number", NumberWithin)))) return {};
  std::size_t place = 0;
  if (const auto part = TellingPiece(texts, CountParts, PartAt, examples, &place); part && !ASSAY_TRY(judge("its part " + std::to_string(place), Coded("part", *part)))) return {};
  if (const auto character = TellingPiece(texts, CountCharacters, CharacterAt, examples, &place)) ASSAY_TRY(judge("its character " + std::to_string(place), Coded("character", *character)));
  return {};
}

}  // namespace assay::lifecycle
