#include "store/internal/column_builder.h"

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

double HugeToDouble(duckdb_hugeint value) { return duckdb_hugeint_to_double(value); }
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
    case DUCKDB_TYPE_UINTEGER: return ReadAs::kInteger;
    case DUCKDB_TYPE_UBIGINT:
    case DUCKDB_TYPE_HUGEINT:
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
  doubles_.assign(floats_.begin(), floats_.end());
  floats_ = {};
  wide_ = true;
}

void ColumnBuilder::AppendInteger(std::int64_t value) {
  if (big_integers_) {
    integers_.push_back(value);
    return;
  }
  if (value > kExactDouble || value < -kExactDouble) {
    if (!wide_) Promote();
    integers_.reserve(doubles_.size() + 1);
    for (const double d : doubles_) integers_.push_back(std::isnan(d) ? table::kMissingInteger : static_cast<std::int64_t>(d));
    doubles_ = {};
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
    return Error{ErrorCode::kInvalidInput, "row " + std::to_string(row + 1) + ", column '" + name_ +
                                               "': the value is infinite; replace it by a number or leave it empty"};
  }
  if (!std::isnan(value) && value != std::trunc(value)) integer_ = false;
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
      return Error{ErrorCode::kInvalidInput, "row " + std::to_string(row + 1) + ", column '" + name_ +
                                                 "': the text is not valid UTF-8; save the file as UTF-8"};
    }
    code = static_cast<std::uint32_t>(entries_.size());
    entries_.emplace_back(text);
    code_of_.emplace(entries_.back(), code);
    entry_bytes_ += 96 + text.size();
    if (code == 255) {
      codes16_.reserve(codes8_.size());
      for (const std::uint8_t c : codes8_) codes16_.push_back(c == 255 ? 65535 : c);
      codes8_ = {};
    } else if (code == 65535) {
      codes32_.reserve(codes16_.size());
      for (const std::uint16_t c : codes16_) codes32_.push_back(c == 65535 ? table::kMissingCode : c);
      codes16_ = {};
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

Result<void> ColumnBuilder::Append(duckdb_vector vector, std::int64_t num_rows, std::int64_t first_row) {
  const std::uint64_t* validity = duckdb_vector_get_validity(vector);
  for (std::int64_t i = 0; i < num_rows; ++i) {
    const auto k = static_cast<std::size_t>(i);
    const bool valid = validity == nullptr || ((validity[k / 64] >> (k % 64)) & 1U) != 0;
    if (!valid) {
      switch (read_as_) {
        case ReadAs::kBoolean: booleans_.push_back(255); break;
        case ReadAs::kTime: integers_.push_back(base::kMissingTime); break;
        case ReadAs::kText:
          if (entries_.size() <= 255) codes8_.push_back(255);
          else if (entries_.size() <= 65535) codes16_.push_back(65535);
          else codes32_.push_back(table::kMissingCode);
          break;
        default:
          if (big_integers_) integers_.push_back(table::kMissingInteger);
          else if (wide_) doubles_.push_back(static_cast<double>(kMissingFloat));
          else floats_.push_back(kMissingFloat);
      }
      continue;
    }
    switch (type_) {
      case DUCKDB_TYPE_BOOLEAN: booleans_.push_back(DataOf<bool>(vector)[k] ? 1 : 0); break;
      case DUCKDB_TYPE_UTINYINT: AppendInteger(DataOf<std::uint8_t>(vector)[k]); break;
      case DUCKDB_TYPE_USMALLINT: AppendInteger(DataOf<std::uint16_t>(vector)[k]); break;
      case DUCKDB_TYPE_UINTEGER: AppendInteger(DataOf<std::uint32_t>(vector)[k]); break;
      case DUCKDB_TYPE_TINYINT: AppendInteger(DataOf<std::int8_t>(vector)[k]); break;
      case DUCKDB_TYPE_SMALLINT:
        if (read_as_ == ReadAs::kInteger) AppendInteger(DataOf<std::int16_t>(vector)[k]);
        else ASSAY_TRY(AppendReal(DataOf<std::int16_t>(vector)[k] / decimal_divisor_, first_row + i));
        break;
      case DUCKDB_TYPE_INTEGER:
        if (read_as_ == ReadAs::kInteger) AppendInteger(DataOf<std::int32_t>(vector)[k]);
        else ASSAY_TRY(AppendReal(DataOf<std::int32_t>(vector)[k] / decimal_divisor_, first_row + i));
        break;
      case DUCKDB_TYPE_BIGINT:
        if (read_as_ == ReadAs::kInteger) AppendInteger(DataOf<std::int64_t>(vector)[k]);
        else ASSAY_TRY(AppendReal(static_cast<double>(DataOf<std::int64_t>(vector)[k]) / decimal_divisor_, first_row + i));
        break;
      case DUCKDB_TYPE_UBIGINT: ASSAY_TRY(AppendReal(static_cast<double>(DataOf<std::uint64_t>(vector)[k]), first_row + i)); break;
      case DUCKDB_TYPE_HUGEINT:
        ASSAY_TRY(AppendReal(HugeToDouble(DataOf<duckdb_hugeint>(vector)[k]) / decimal_divisor_, first_row + i));
        break;
      case DUCKDB_TYPE_FLOAT: ASSAY_TRY(AppendReal(static_cast<double>(DataOf<float>(vector)[k]), first_row + i)); break;
      case DUCKDB_TYPE_DOUBLE: ASSAY_TRY(AppendReal(DataOf<double>(vector)[k], first_row + i)); break;
      case DUCKDB_TYPE_DATE: integers_.push_back(DataOf<std::int32_t>(vector)[k] * base::kMicrosPerDay); break;
      case DUCKDB_TYPE_TIMESTAMP:
      case DUCKDB_TYPE_TIMESTAMP_TZ: integers_.push_back(DataOf<std::int64_t>(vector)[k]); break;
      case DUCKDB_TYPE_TIMESTAMP_S: integers_.push_back(DataOf<std::int64_t>(vector)[k] * base::kMicrosPerSecond); break;
      case DUCKDB_TYPE_TIMESTAMP_MS: integers_.push_back(DataOf<std::int64_t>(vector)[k] * 1000); break;
      case DUCKDB_TYPE_TIMESTAMP_NS: integers_.push_back(DataOf<std::int64_t>(vector)[k] / 1000); break;
      case DUCKDB_TYPE_VARCHAR: {
        const duckdb_string_t& text = DataOf<duckdb_string_t>(vector)[k];
        const std::uint32_t length = text.value.inlined.length;
        const char* bytes = length <= 12 ? text.value.inlined.inlined : text.value.pointer.ptr;
        ASSAY_TRY(AppendText({bytes, length}, first_row + i));
        break;
      }
      default: return Error{ErrorCode::kInternal, "column '" + name_ + "' has a type that was not prepared for"};
    }
  }
  return {};
}

std::size_t ColumnBuilder::size_bytes() const {
  return floats_.capacity() * 4 + doubles_.capacity() * 8 + integers_.capacity() * 8 + booleans_.capacity() +
         codes8_.capacity() + codes16_.capacity() * 2 + codes32_.capacity() * 4 + entry_bytes_;
}

table::Column ColumnBuilder::Finish() {
  using table::Column;
  using table::ColumnType;
  switch (read_as_) {
    case ReadAs::kBoolean: return Column::Booleans(std::move(name_), std::move(booleans_));
    case ReadAs::kTime: return Column::Times(std::move(name_), std::move(integers_));
    case ReadAs::kText: {
      code_of_.clear();
      std::vector<std::string> dictionary(std::make_move_iterator(entries_.begin()), std::make_move_iterator(entries_.end()));
      const std::size_t size = dictionary.size();
      Column::Storage storage;
      if (size <= 255) storage = std::move(codes8_);
      else if (size <= 65535) storage = std::move(codes16_);
      else storage = std::move(codes32_);
      return {std::move(name_), ColumnType::kCategory, std::move(storage), std::move(dictionary), false};
    }
    default: break;
  }
  if (big_integers_) return {std::move(name_), ColumnType::kNumber, std::move(integers_), {}, true};
  if (wide_) return {std::move(name_), ColumnType::kNumber, std::move(doubles_), {}, integer_};
  return {std::move(name_), ColumnType::kNumber, std::move(floats_), {}, integer_};
}

}  // namespace assay::store::internal
