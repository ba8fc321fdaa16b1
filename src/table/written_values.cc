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

bool HasComma(std::string_view text) { return text.find(',') != std::string_view::npos; }

// The texts without the currency sign that all of them have; `sign`: that one, "" where there is none.
std::vector<std::string> WithoutCurrency(const std::vector<std::string>& texts, std::string* sign) {
  for (const char* currency : {"$", "€", "£", "¥"}) {
    std::vector<std::string> bare;
    for (const std::string& text : texts) {
      std::string number(base::Trim(text));
      const std::size_t at = number.find(currency);
      if (at == std::string::npos) break;
      number.erase(at, std::string_view(currency).size());
      const bool outside = at == 0 || at == number.size() || (at == 1 && (number[0] == '-' || number[0] == '+'));
      if (!outside) break;
      bare.emplace_back(base::Trim(number));
    }
    if (bare.size() != texts.size()) continue;
    *sign = currency;
    return bare;
  }
  return texts;
}

// How all of the texts are written, where some can be nothing else.
std::optional<DecimalMark> MarkOf(const std::vector<std::string>& texts, bool currency) {
  const auto is = [](DecimalMark mark) { return [mark](const std::string& text) { return !std::isnan(ParseWritten(text, mark)); }; };
  const bool commas = std::any_of(texts.begin(), texts.end(), HasComma);
  if (!commas && !currency) return std::nullopt;  // plain numbers, which are read before
  for (const DecimalMark mark : {DecimalMark::kComma, DecimalMark::kPoint}) {
    const DecimalMark other = mark == DecimalMark::kComma ? DecimalMark::kPoint : DecimalMark::kComma;
    if (!std::all_of(texts.begin(), texts.end(), is(mark))) continue;
    if ((mark == DecimalMark::kPoint && !commas) || !std::all_of(texts.begin(), texts.end(), is(other))) return mark;
    if (mark == DecimalMark::kComma && std::any_of(texts.begin(), texts.end(), [](const std::string& text) { return HasComma(text) && !MayBeThousands(text); })) return mark;
  }
  return std::nullopt;
}

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

double ParseWritten(std::string_view text, DecimalMark mark) {
  const char decimal = mark == DecimalMark::kComma ? ',' : '.', group = mark == DecimalMark::kComma ? '.' : ',';
  const std::string_view trimmed = base::Trim(text), bare = WithoutSign(trimmed);
  const std::size_t point = bare.find(decimal);
  std::string whole(bare.substr(0, point));
  if (const std::size_t first = whole.find(group); first != std::string::npos) {
    if (first == 0 || first > kThousand || (whole.size() - first) % (kThousand + 1) != 0) return std::nan("");
    for (std::size_t i = first; i < whole.size(); i += kThousand + 1) {
      if (whole[i] != group) return std::nan("");
    }
    std::erase(whole, group);
  }
  if (!AllDigits(whole)) return std::nan("");
  std::string number = (trimmed.starts_with('-') ? "-" : "") + whole;
  if (point != std::string_view::npos) {
    if (!AllDigits(bare.substr(point + 1))) return std::nan("");
    number += "." + std::string(bare.substr(point + 1));
  }
  double value = 0;
  return base::ParseNumber(number, &value) ? value : std::nan("");
}

std::optional<WrittenNumbers> NumbersFromText(const Column& column) {
  if (column.type() != ColumnType::kCategory || column.dictionary().empty()) return std::nullopt;
  std::string currency;
  const std::vector<std::string> texts = WithoutCurrency(column.dictionary(), &currency);
  const std::optional<DecimalMark> mark = MarkOf(texts, !currency.empty());
  if (!mark) return std::nullopt;
  std::vector<double> value_of_code;
  for (const std::string& text : texts) value_of_code.push_back(ParseWritten(text, *mark));
  std::vector<std::uint32_t> codes(static_cast<std::size_t>(column.num_rows()));
  column.CopyCodes(0, codes);
  std::vector<double> values;
  values.reserve(codes.size());
  for (const std::uint32_t code : codes) values.push_back(code == kMissingCode ? std::nan("") : value_of_code[code]);
  const bool commas = std::any_of(texts.begin(), texts.end(), HasComma);
  const std::string how = *mark == DecimalMark::kComma ? "with a decimal comma" : commas ? "with commas between thousands" : "";
  return WrittenNumbers{Column::Numbers(column.name(), std::move(values)), how + (currency.empty() ? "" : (how.empty() ? "in " : ", in ") + currency)};
}

bool CommaMayPartThousands(const Column& column) {
  if (column.type() != ColumnType::kCategory) return false;
  std::string currency;
  const std::vector<std::string> texts = WithoutCurrency(column.dictionary(), &currency);
  return std::any_of(texts.begin(), texts.end(), HasComma) && std::all_of(texts.begin(), texts.end(), [](const std::string& text) { return MayBeThousands(text) ? !std::isnan(ParseWritten(text, DecimalMark::kComma)) : AllDigits(WithoutSign(text)); });
}

}  // namespace assay::table
