#include "table/written_values.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/text.h"

namespace assay::table {

namespace {

constexpr std::size_t kThousand = 3;  // digits

bool AllDigits(std::string_view text) { return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos; }

std::string_view WithoutSign(std::string_view text) { return text.starts_with('-') || text.starts_with('+') ? text.substr(1) : text; }

// "1,234": one to three digits, not a lone 0, a comma, three digits.
bool MayBeThousands(std::string_view text) {
  const std::string_view bare = WithoutSign(text);
  const std::size_t comma = bare.find(',');
  return comma != std::string_view::npos && comma <= kThousand && bare.size() - comma - 1 == kThousand && !bare.starts_with('0');
}

bool HasComma(const std::string& text) { return text.find(',') != std::string::npos; }

}  // namespace

std::optional<Column> BooleansFromText(const Column& column) {
  if (column.type() != ColumnType::kCategory || column.dictionary().empty()) return std::nullopt;
  std::vector<std::uint8_t> value_of_code;
  for (const std::string& text : column.dictionary()) {
    const std::string lower = base::Lowercase(text);
    if (lower != "true" && lower != "false") return std::nullopt;
    value_of_code.push_back(lower == "true" ? 1 : 0);
  }
  constexpr std::uint8_t kMissing = 255;
  std::vector<std::uint32_t> codes(static_cast<std::size_t>(column.num_rows()));
  column.CopyCodes(0, codes);
  std::vector<std::uint8_t> values;
  values.reserve(codes.size());
  for (const std::uint32_t code : codes) values.push_back(code == kMissingCode ? kMissing : value_of_code[code]);
  return Column::Booleans(column.name(), std::move(values));
}

double ParseDecimalComma(std::string_view text) {
  const std::string_view trimmed = base::Trim(text), bare = WithoutSign(trimmed);
  const std::size_t comma = bare.find(',');
  std::string whole(bare.substr(0, comma));
  if (const std::size_t first = whole.find('.'); first != std::string::npos) {
    if (first == 0 || first > kThousand || (whole.size() - first) % (kThousand + 1) != 0) return std::nan("");
    for (std::size_t i = first; i < whole.size(); i += kThousand + 1) {
      if (whole[i] != '.') return std::nan("");
    }
    std::erase(whole, '.');
  }
  if (!AllDigits(whole)) return std::nan("");
  std::string number = (trimmed.starts_with('-') ? "-" : "") + whole;
  if (comma != std::string_view::npos) {
    if (!AllDigits(bare.substr(comma + 1))) return std::nan("");
    number += "." + std::string(bare.substr(comma + 1));
  }
  double value = 0;
  return base::ParseNumber(number, &value) ? value : std::nan("");
}

std::optional<Column> NumbersFromText(const Column& column) {
  if (column.type() != ColumnType::kCategory || column.dictionary().empty()) return std::nullopt;
  const std::vector<std::string>& texts = column.dictionary();
  if (std::none_of(texts.begin(), texts.end(), [](const std::string& text) { return HasComma(text) && !MayBeThousands(text); })) return std::nullopt;
  std::vector<double> value_of_code;
  for (const std::string& text : texts) {
    value_of_code.push_back(ParseDecimalComma(text));
    if (std::isnan(value_of_code.back())) return std::nullopt;
  }
  std::vector<std::uint32_t> codes(static_cast<std::size_t>(column.num_rows()));
  column.CopyCodes(0, codes);
  std::vector<double> values;
  values.reserve(codes.size());
  for (const std::uint32_t code : codes) values.push_back(code == kMissingCode ? std::nan("") : value_of_code[code]);
  return Column::Numbers(column.name(), std::move(values));
}

bool CommaMayPartThousands(const Column& column) {
  if (column.type() != ColumnType::kCategory) return false;
  const std::vector<std::string>& texts = column.dictionary();
  return std::any_of(texts.begin(), texts.end(), HasComma) && std::all_of(texts.begin(), texts.end(), [](const std::string& text) { return MayBeThousands(text) ? !std::isnan(ParseDecimalComma(text)) : AllDigits(WithoutSign(text)); });
}

}  // namespace assay::table
