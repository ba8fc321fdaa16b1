#include "table/column.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "base/result.h"
#include "base/text.h"

namespace assay::table {

namespace {
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

template <class T>
constexpr bool kIsCode = std::is_same_v<T, std::uint8_t> || std::is_same_v<T, std::uint16_t> || std::is_same_v<T, std::uint32_t>;

template <class T>
double ToNumber(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    return static_cast<double>(value);
  } else if constexpr (std::is_same_v<T, std::int64_t>) {
    return value == kMissingInteger ? kNaN : static_cast<double>(value);
  } else {
    return value == std::numeric_limits<T>::max() ? kNaN : static_cast<double>(value);
  }
}

template <class T>
std::uint64_t ToKey(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    return std::isnan(value) ? kMissingKey : std::bit_cast<std::uint64_t>(value == 0 ? 0.0 : static_cast<double>(value));
  } else if constexpr (std::is_same_v<T, std::int64_t>) {
    return static_cast<std::uint64_t>(value);
  } else {
    return value == std::numeric_limits<T>::max() ? kMissingKey : value;
  }
}

template <class T>
std::uint32_t ToCode(T value) {
  return value == std::numeric_limits<T>::max() ? kMissingCode : value;
}

template <class Narrow>
std::vector<Narrow> NarrowCodes(const std::vector<std::uint32_t>& codes) {
  std::vector<Narrow> narrow(codes.size());
  for (std::size_t i = 0; i < codes.size(); ++i) {
    narrow[i] = codes[i] == kMissingCode ? std::numeric_limits<Narrow>::max() : static_cast<Narrow>(codes[i]);
  }
  return narrow;
}
}  // namespace

const char* ColumnTypeName(ColumnType type) {
  switch (type) {
    case ColumnType::kBoolean: return "boolean";
    case ColumnType::kNumber: return "number";
    case ColumnType::kCategory: return "category";
    case ColumnType::kTime: return "time";
  }
  return "unknown";
}

Column::Column(std::string name, ColumnType type, Storage storage, std::vector<std::string> dictionary, bool integer)
    : name_(std::move(name)), type_(type), storage_(std::make_shared<const Storage>(std::move(storage))), dictionary_(std::make_shared<const std::vector<std::string>>(std::move(dictionary))), integer_(integer) {}

Column Column::Numbers(std::string name, std::vector<double> values) {
  bool fits_float = true;
  bool integer = true;
  for (const double value : values) {
    if (std::isnan(value)) continue;
    if (static_cast<double>(static_cast<float>(value)) != value) fits_float = false;
    if (value != std::trunc(value)) integer = false;
  }
  if (!fits_float) return {std::move(name), ColumnType::kNumber, std::move(values), {}, integer};
  std::vector<float> narrow(values.begin(), values.end());
  return {std::move(name), ColumnType::kNumber, std::move(narrow), {}, integer};
}

Column Column::Integers(std::string name, std::vector<std::int64_t> values) {
  constexpr std::int64_t kExactDouble = std::int64_t{1} << 53;
  bool fits_double = true;
  for (const std::int64_t value : values) {
    if (value != kMissingInteger && (value > kExactDouble || value < -kExactDouble)) fits_double = false;
  }
  if (!fits_double) return {std::move(name), ColumnType::kNumber, std::move(values), {}, true};
  std::vector<double> numbers(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) numbers[i] = ToNumber(values[i]);
  return Numbers(std::move(name), std::move(numbers));
}

Column Column::Times(std::string name, std::vector<base::Micros> values) {
  return {std::move(name), ColumnType::kTime, std::move(values), {}, false};
}

Column Column::Booleans(std::string name, std::vector<std::uint8_t> values) {
  return {std::move(name), ColumnType::kBoolean, std::move(values), {}, false};
}

Column Column::Categories(std::string name, std::vector<std::uint32_t> codes, std::vector<std::string> dictionary) {
  const std::size_t size = dictionary.size();
  if (size <= 255) return {std::move(name), ColumnType::kCategory, NarrowCodes<std::uint8_t>(codes), std::move(dictionary), false};
  if (size <= 65535) return {std::move(name), ColumnType::kCategory, NarrowCodes<std::uint16_t>(codes), std::move(dictionary), false};
  return {std::move(name), ColumnType::kCategory, std::move(codes), std::move(dictionary), false};
}

std::int64_t Column::num_rows() const {
  return std::visit([](const auto& v) { return static_cast<std::int64_t>(v.size()); }, *storage_);
}

std::size_t Column::size_bytes() const {
  std::size_t bytes = std::visit([](const auto& v) { return v.size() * sizeof(v[0]); }, *storage_);
  for (const std::string& entry : *dictionary_) bytes += sizeof(std::string) + (entry.size() > 15 ? entry.size() : 0);
  return bytes;
}

bool Column::IsMissing(std::int64_t row) const { return std::isnan(NumberAt(row)); }

double Column::NumberAt(std::int64_t row) const {
  return std::visit([row](const auto& v) { return ToNumber(v[static_cast<std::size_t>(row)]); }, *storage_);
}

std::uint32_t Column::CodeAt(std::int64_t row) const {
  return std::visit(
      [row](const auto& v) -> std::uint32_t {
        using T = typename std::decay_t<decltype(v)>::value_type;
        if constexpr (kIsCode<T>) return ToCode(v[static_cast<std::size_t>(row)]);
        ASSAY_CHECK(false && "CodeAt needs a category or boolean column");
        return kMissingCode;
      },
      *storage_);
}

base::Micros Column::TimeAt(std::int64_t row) const {
  ASSAY_CHECK(type_ == ColumnType::kTime);
  return std::get<std::vector<std::int64_t>>(*storage_)[static_cast<std::size_t>(row)];
}

std::string Column::TextAt(std::int64_t row) const {
  if (IsMissing(row)) return "";
  switch (type_) {
    case ColumnType::kBoolean: return CodeAt(row) == 1 ? "true" : "false";
    case ColumnType::kCategory: return (*dictionary_)[CodeAt(row)];
    case ColumnType::kTime: return base::FormatTime(TimeAt(row));
    case ColumnType::kNumber: break;
  }
  if (const auto* integers = std::get_if<std::vector<std::int64_t>>(storage_.get())) {
    return std::to_string((*integers)[static_cast<std::size_t>(row)]);
  }
  return base::ShortestNumber(NumberAt(row));
}

void Column::CopyNumbers(std::int64_t begin, std::span<double> out) const {
  std::visit(
      [&](const auto& v) {
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = ToNumber(v[static_cast<std::size_t>(begin) + i]);
      },
      *storage_);
}

void Column::CopyCodes(std::int64_t begin, std::span<std::uint32_t> out) const {
  std::visit(
      [&](const auto& v) {
        using T = typename std::decay_t<decltype(v)>::value_type;
        if constexpr (kIsCode<T>) {
          for (std::size_t i = 0; i < out.size(); ++i) out[i] = ToCode(v[static_cast<std::size_t>(begin) + i]);
        } else {
          ASSAY_CHECK(false && "CopyCodes needs a category or boolean column");
        }
      },
      *storage_);
}

void Column::CopyKeys(std::int64_t begin, std::span<std::uint64_t> out) const {
  std::visit(
      [&](const auto& v) {
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = ToKey(v[static_cast<std::size_t>(begin) + i]);
      },
      *storage_);
}

Column Column::Take(std::span<const std::uint32_t> rows) const {
  Storage taken = std::visit(
      [&](const auto& v) -> Storage {
        std::decay_t<decltype(v)> out(rows.size());
        for (std::size_t i = 0; i < rows.size(); ++i) out[i] = v[rows[i]];
        return out;
      },
      *storage_);
  Column column = *this;
  column.storage_ = std::make_shared<const Storage>(std::move(taken));
  return column;
}

Column Column::WithoutUnusedTexts() const {
  if (type_ != ColumnType::kCategory) return *this;
  std::vector<std::uint32_t> codes(static_cast<std::size_t>(num_rows())), place(dictionary_->size(), kMissingCode);
  CopyCodes(0, codes);
  for (const std::uint32_t code : codes) {
    if (code != kMissingCode) place[code] = 0;
  }
  if (std::find(place.begin(), place.end(), kMissingCode) == place.end()) return *this;
  std::vector<std::string> used;
  for (std::size_t c = 0; c < place.size(); ++c) {
    if (place[c] == kMissingCode) continue;
    place[c] = static_cast<std::uint32_t>(used.size());
    used.push_back((*dictionary_)[c]);
  }
  for (std::uint32_t& code : codes) code = code == kMissingCode ? kMissingCode : place[code];
  return Categories(name_, std::move(codes), std::move(used));
}

Column Column::Renamed(std::string name) const {
  Column column = *this;
  column.name_ = std::move(name);
  return column;
}

}  // namespace assay::table
