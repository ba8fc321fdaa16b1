#include "store/internal/column_builder.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/text.h"

namespace assay::store::internal {

namespace {
constexpr std::int64_t kExactDouble = std::int64_t{1} << 53;
constexpr float kMissingFloat = std::numeric_limits<float>::quiet_NaN();

// Values of a vector as T.
template <class T>
const T* DataOf(duckdb_vector vector) {
  return static_cast<const T*>(duckdb_vector_get_data(vector));
}

Error At(std::int64_t row, const std::string& column, const std::string& what) {
  return {ErrorCode::kInvalidInput, "row " + std::to_string(row + 1) + ", column '" + column + "': " + what};
}
}  // namespace

ReadAs ReadAsOf(duckdb_type type) {
  switch (type) {
    case DUCKDB_TYPE_BOOLEAN: return ReadAs::kBoolean;
    case DUCKDB_TYPE_TINYINT:
    case DUCKDB_TYPE_SMALLINT:
    case DUCKDB_TYPE_INTEGER:
    case DUCKDB_TYPE_BIGINT:
    case DUCKDB_TYPE_UTINYINT:
    case DUCKDB_TYPE_USMALLINT:
    case DUCKDB_TYPE_UINTEGER:
    case DUCKDB_TYPE_UBIGINT:
    case DUCKDB_TYPE_HUGEINT: return ReadAs::kInteger;
    case DUCKDB_TYPE_FLOAT:
    case DUCKDB_TYPE_DOUBLE:
    case DUCKDB_TYPE_DECIMAL: return ReadAs::kReal;
    case DUCKDB_TYPE_DATE:
    case DUCKDB_TYPE_TIMESTAMP:
    case DUCKDB_TYPE_TIMESTAMP_S:
    case DUCKDB_TYPE_TIMESTAMP_MS:
    case DUCKDB_TYPE_TIMESTAMP_NS:
    case DUCKDB_TYPE_TIMESTAMP_TZ: return ReadAs::kTime;
    case DUCKDB_TYPE_VARCHAR: return ReadAs::kText;
    default: return ReadAs::kUnreadable;
  }
}

table::ColumnType ColumnTypeOf(ReadAs read_as) {
  switch (read_as) {
    case ReadAs::kBoolean: return table::ColumnType::kBoolean;
    case ReadAs::kTime: return table::ColumnType::kTime;
    case ReadAs::kText:
    case ReadAs::kUnreadable: return table::ColumnType::kCategory;
    case ReadAs::kInteger:
    case ReadAs::kReal: break;
  }
  return table::ColumnType::kNumber;
}

ColumnBuilder::ColumnBuilder(std::string name, duckdb_type type, duckdb_logical_type logical_type)
    : name_(std::move(name)), type_(type), read_as_(ReadAsOf(type)) {
  if (type == DUCKDB_TYPE_DECIMAL) decimal_divisor_ = std::pow(10.0, duckdb_decimal_scale(logical_type));
  if (type == DUCKDB_TYPE_DECIMAL && logical_type != nullptr) type_ = duckdb_decimal_internal_type(logical_type);
}

void ColumnBuilder::Promote() {
  floats_.MoveTo(&doubles_, [](float value) { return static_cast<double>(value); });
  wide_ = true;
}

void ColumnBuilder::AppendInteger(std::int64_t value) {
  if (big_integers_) {
    integers_.push_back(value);
    return;
  }
  if (value > kExactDouble || value < -kExactDouble) {
    if (!wide_) Promote();
    doubles_.MoveTo(&integers_, [](double d) { return std::isnan(d) ? table::kMissingInteger : static_cast<std::int64_t>(d); });
    big_integers_ = true;
    integers_.push_back(value);
    return;
  }
  const auto real = static_cast<double>(value);
  if (!wide_ && static_cast<double>(static_cast<float>(real)) != real) Promote();
  if (wide_) {
    doubles_.push_back(real);
  } else {
    floats_.push_back(static_cast<float>(real));
  }
}

Result<void> ColumnBuilder::AppendReal(double value, std::int64_t row) {
  if (std::isinf(value)) {
    return At(row, name_, "the value is infinite; replace it by a number or leave it empty");
  }
  if (!std::isnan(value)) {
    if (value != std::trunc(value)) integer_ = false;
    largest_ = std::max(largest_, std::abs(value));
  }
  if (!wide_ && !std::isnan(value) && static_cast<double>(static_cast<float>(value)) != value) Promote();
  if (wide_) {
    doubles_.push_back(value);
  } else {
    floats_.push_back(static_cast<float>(value));
  }
  return {};
}

Result<void> ColumnBuilder::AppendText(std::string_view text, std::int64_t row) {
  auto found = code_of_.find(text);
  std::uint32_t code = 0;
  if (found == code_of_.end()) {
    if (!base::IsValidUtf8(text)) {
      return At(row, name_, "the text is not valid UTF-8; save the file as UTF-8");
    }
    code = static_cast<std::uint32_t>(entries_.size());
    entries_.emplace_back(text);
    code_of_.emplace(entries_.back(), code);
    entry_bytes_ += 96 + text.size();
    if (code == 255) {
      codes8_.MoveTo(&codes16_, [](std::uint8_t c) { return c == 255 ? std::uint16_t{65535} : std::uint16_t{c}; });
    } else if (code == 65535) {
      codes16_.MoveTo(&codes32_, [](std::uint16_t c) { return c == 65535 ? table::kMissingCode : std::uint32_t{c}; });
    }
  } else {
    code = found->second;
  }
  if (entries_.size() <= 255) {
    codes8_.push_back(static_cast<std::uint8_t>(code));
  } else if (entries_.size() <= 65535) {
    codes16_.push_back(static_cast<std::uint16_t>(code));
  } else {
    codes32_.push_back(code);
  }
  return {};
}

void ColumnBuilder::AppendMissing() {
  switch (read_as_) {
    case ReadAs::kBoolean: booleans_.push_back(255); return;
    case ReadAs::kTime: integers_.push_back(base::kMissingTime); return;
    case ReadAs::kText:
      if (entries_.size() <= 255) codes8_.push_back(255);
      else if (entries_.size() <= 65535) codes16_.push_back(65535);
      else codes32_.push_back(table::kMissingCode);
      return;
    default: break;
  }
  if (big_integers_) integers_.push_back(table::kMissingInteger);
  else if (wide_) doubles_.push_back(static_cast<double>(kMissingFloat));
  else floats_.push_back(kMissingFloat);
}

// `value` counts units of `micros` microseconds.
Result<void> ColumnBuilder::AppendTime(std::int64_t value, std::int64_t micros, std::int64_t row) {
  const std::int64_t limit = INT64_MAX / micros;
  const bool infinite = value == INT64_MAX || value == -INT64_MAX || (micros == base::kMicrosPerDay && (value == INT32_MAX || value == -INT32_MAX));
  if (infinite || value >= limit || value <= -limit) {
    return At(row, name_, "the time is infinite or beyond the year 292,000; replace it by a time or leave it empty");
  }
  integers_.push_back(value * micros);
  return {};
}

Result<void> ColumnBuilder::AppendValue(duckdb_vector vector, std::size_t k, std::int64_t row) {
  const bool whole = read_as_ == ReadAs::kInteger;
  switch (type_) {
    case DUCKDB_TYPE_BOOLEAN: booleans_.push_back(DataOf<bool>(vector)[k] ? 1 : 0); return {};
    case DUCKDB_TYPE_UTINYINT: AppendInteger(DataOf<std::uint8_t>(vector)[k]); return {};
    case DUCKDB_TYPE_USMALLINT: AppendInteger(DataOf<std::uint16_t>(vector)[k]); return {};
    case DUCKDB_TYPE_UINTEGER: AppendInteger(DataOf<std::uint32_t>(vector)[k]); return {};
    case DUCKDB_TYPE_TINYINT: AppendInteger(DataOf<std::int8_t>(vector)[k]); return {};
    case DUCKDB_TYPE_SMALLINT:
      if (!whole) return AppendReal(DataOf<std::int16_t>(vector)[k] / decimal_divisor_, row);
      AppendInteger(DataOf<std::int16_t>(vector)[k]);
      return {};
    case DUCKDB_TYPE_INTEGER:
      if (!whole) return AppendReal(DataOf<std::int32_t>(vector)[k] / decimal_divisor_, row);
      AppendInteger(DataOf<std::int32_t>(vector)[k]);
      return {};
    case DUCKDB_TYPE_BIGINT: {
      const std::int64_t value = DataOf<std::int64_t>(vector)[k];
      if (!whole) return AppendReal(static_cast<double>(value) / decimal_divisor_, row);
      overflowed_ = overflowed_ || value == table::kMissingInteger;
      AppendInteger(value);
      return {};
    }
    case DUCKDB_TYPE_UBIGINT: {
      const std::uint64_t value = DataOf<std::uint64_t>(vector)[k];
      overflowed_ = overflowed_ || value > INT64_MAX;
      AppendInteger(overflowed_ ? 0 : static_cast<std::int64_t>(value));
      return {};
    }
    case DUCKDB_TYPE_HUGEINT: {
      const duckdb_hugeint value = DataOf<duckdb_hugeint>(vector)[k];
      if (!whole) return AppendReal(duckdb_hugeint_to_double(value) / decimal_divisor_, row);
      const bool fits = (value.upper == 0 && value.lower <= INT64_MAX) || (value.upper == -1 && value.lower > 0x8000000000000000ULL);
      overflowed_ = overflowed_ || !fits;
      AppendInteger(overflowed_ ? 0 : static_cast<std::int64_t>(value.lower));
      return {};
    }
    case DUCKDB_TYPE_FLOAT: return AppendReal(static_cast<double>(DataOf<float>(vector)[k]), row);
    case DUCKDB_TYPE_DOUBLE: return AppendReal(DataOf<double>(vector)[k], row);
    case DUCKDB_TYPE_DATE: return AppendTime(DataOf<std::int32_t>(vector)[k], base::kMicrosPerDay, row);
    case DUCKDB_TYPE_TIMESTAMP:
    case DUCKDB_TYPE_TIMESTAMP_TZ: return AppendTime(DataOf<std::int64_t>(vector)[k], 1, row);
    case DUCKDB_TYPE_TIMESTAMP_S: return AppendTime(DataOf<std::int64_t>(vector)[k], base::kMicrosPerSecond, row);
    case DUCKDB_TYPE_TIMESTAMP_MS: return AppendTime(DataOf<std::int64_t>(vector)[k], 1000, row);
    case DUCKDB_TYPE_TIMESTAMP_NS: {
      const std::int64_t value = DataOf<std::int64_t>(vector)[k];
      const std::int64_t floor = value / 1000 - (value % 1000 < 0 ? 1 : 0);
      return AppendTime(value == INT64_MAX || value == -INT64_MAX ? value : floor, 1, row);
    }
    case DUCKDB_TYPE_VARCHAR: {
      const duckdb_string_t& text = DataOf<duckdb_string_t>(vector)[k];
      const std::uint32_t length = text.value.inlined.length;
      const char* bytes = length <= 12 ? text.value.inlined.inlined : text.value.pointer.ptr;
      return AppendText({bytes, length}, row);
    }
    default: return Error{ErrorCode::kInternal, "column '" + name_ + "' has a type that was not prepared for"};
  }
}

Result<void> ColumnBuilder::Append(duckdb_vector vector, std::span<const std::uint32_t> rows, std::int64_t first_row) {
  const std::uint64_t* validity = duckdb_vector_get_validity(vector);
  for (const std::uint32_t k : rows) {
    const bool valid = validity == nullptr || ((validity[k / 64] >> (k % 64)) & 1U) != 0;
    if (!valid) {
      AppendMissing();
    } else {
      ASSAY_TRY(AppendValue(vector, k, first_row + k));
    }
  }
  return {};
}

std::size_t ColumnBuilder::size_bytes() const {
  return floats_.size_bytes() + doubles_.size_bytes() + integers_.size_bytes() + booleans_.size_bytes() + codes8_.size_bytes() +
         codes16_.size_bytes() + codes32_.size_bytes() + entry_bytes_;
}

table::Column ColumnBuilder::Finish() {
  using table::Column;
  using table::ColumnType;
  switch (read_as_) {
    case ReadAs::kBoolean: return Column::Booleans(std::move(name_), booleans_.Take());
    case ReadAs::kTime: return Column::Times(std::move(name_), integers_.Take());
    case ReadAs::kText: {
      code_of_.clear();
      std::vector<std::string> dictionary(std::make_move_iterator(entries_.begin()), std::make_move_iterator(entries_.end()));
      const std::size_t size = dictionary.size();
      Column::Storage storage;
      if (size <= 255) storage = codes8_.Take();
      else if (size <= 65535) storage = codes16_.Take();
      else storage = codes32_.Take();
      return {std::move(name_), ColumnType::kCategory, std::move(storage), std::move(dictionary), false};
    }
    default: break;
  }
  if (big_integers_) return {std::move(name_), ColumnType::kNumber, integers_.Take(), {}, true};
  if (wide_) return {std::move(name_), ColumnType::kNumber, doubles_.Take(), {}, integer_};
  return {std::move(name_), ColumnType::kNumber, floats_.Take(), {}, integer_};
}

}  // namespace assay::store::internal
