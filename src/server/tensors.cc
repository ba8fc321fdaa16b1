#include "server/internal/tensors.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <unordered_map>

#include "base/text.h"
#include "base/time.h"

namespace assay::server {

namespace {

using lifecycle::ModelInput;
using table::Column;
using table::ColumnType;

// A value of a tensor, whichever way it came.
struct TensorValue {
  enum class Kind { kMissing, kNumber, kBoolean, kText, kOther };
  Kind kind = Kind::kMissing;
  double number = 0;  // a boolean's as 0 or 1
  std::string_view text;
};

template <class T>
double NumberAt(std::string_view bytes, std::size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at * sizeof(T), sizeof(T));
  return static_cast<double>(value);
}

// IEEE 754 half precision.
double HalfAt(std::string_view bytes, std::size_t at) {
  std::uint16_t bits = 0;
  std::memcpy(&bits, bytes.data() + at * 2, 2);
  const int exponent = bits >> 10 & 31, fraction = bits & 1023;
  const double size = exponent == 31 ? (fraction == 0 ? HUGE_VAL : std::nan("")) : exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
  return (bits & 0x8000) != 0 ? -size : size;
}

double RawNumber(const Tensor& tensor, std::size_t at) {
  switch (tensor.datatype - kDatatypes) {
    case 0: case 1: return NumberAt<std::uint8_t>(tensor.bytes, at);
    case 2: return NumberAt<std::uint16_t>(tensor.bytes, at);
    case 3: return NumberAt<std::uint32_t>(tensor.bytes, at);
    case 4: return NumberAt<std::uint64_t>(tensor.bytes, at);
    case 5: return NumberAt<std::int8_t>(tensor.bytes, at);
    case 6: return NumberAt<std::int16_t>(tensor.bytes, at);
    case 7: return NumberAt<std::int32_t>(tensor.bytes, at);
    case 8: return NumberAt<std::int64_t>(tensor.bytes, at);
    case 9: return HalfAt(tensor.bytes, at);
    case 10: return NumberAt<float>(tensor.bytes, at);
    default: return NumberAt<double>(tensor.bytes, at);
  }
}

TensorValue ValueAt(const Tensor& tensor, std::size_t at) {
  if (tensor.binary) {
    if (tensor.datatype->bytes == 0) return {TensorValue::Kind::kText, 0, tensor.texts[at]};
    const double number = RawNumber(tensor, at);
    if (std::isnan(number)) return {};
    return {tensor.datatype == kDatatypes ? TensorValue::Kind::kBoolean : TensorValue::Kind::kNumber, number, {}};
  }
  const Json& value = *tensor.data[at];
  if (value.is_null()) return {};
  if (value.is_boolean()) return {TensorValue::Kind::kBoolean, value.get<bool>() ? 1.0 : 0.0, {}};
  if (value.is_number()) return {TensorValue::Kind::kNumber, value.get<double>(), {}};
  if (value.is_string()) return {TensorValue::Kind::kText, 0, value.get_ref<const std::string&>()};
  return {TensorValue::Kind::kOther, 0, KindOf(value)};
}

std::string_view InWords(const TensorValue& cell) {
  switch (cell.kind) {
    case TensorValue::Kind::kMissing: return "null";
    case TensorValue::Kind::kNumber: return "a number";
    case TensorValue::Kind::kBoolean: return "true or false";
    case TensorValue::Kind::kText: return "a text";
    case TensorValue::Kind::kOther: return cell.text;
  }
  return "";
}

// Takes a tensor's values off the front of what is behind the JSON.
Result<void> TakeBytes(const Json& size, std::string_view* bytes, Tensor* tensor) {
  const auto values = static_cast<std::size_t>(tensor->rows * tensor->width);
  if (!size.is_number_unsigned()) return Wrong(tensor->where + ".parameters.binary_data_size is no whole number");
  const auto length = size.get<std::uint64_t>();
  if (length > bytes->size()) return Wrong(tensor->where + ".parameters.binary_data_size is " + std::to_string(length) + ", but only " + std::to_string(bytes->size()) + " bytes are left behind the JSON");
  std::string_view own = bytes->substr(0, length);
  bytes->remove_prefix(length);
  tensor->binary = true;
  if (tensor->datatype->bytes > 0) {
    if (length != values * tensor->datatype->bytes) return Wrong(tensor->where + " has " + std::to_string(length) + " bytes; " + base::Counted(static_cast<std::int64_t>(values), "value") + " of " + tensor->datatype->name + " have " + std::to_string(values * tensor->datatype->bytes));
    tensor->bytes = own;
    return {};
  }
  for (std::size_t i = 0; i < values; ++i) {
    std::uint32_t size_of_text = 0;
    if (own.size() < 4) return Wrong(tensor->where + ": its bytes end before value " + std::to_string(i));
    std::memcpy(&size_of_text, own.data(), 4);
    own.remove_prefix(4);
    if (own.size() < size_of_text) return Wrong(tensor->where + ": its bytes end within value " + std::to_string(i));
    tensor->texts.push_back(own.substr(0, size_of_text));
    own.remove_prefix(size_of_text);
  }
  if (!own.empty()) return Wrong(tensor->where + " has " + std::to_string(own.size()) + " bytes more than its values");
  return {};
}

// Data may be flat or nested.
Result<void> Flatten(const Json& data, const std::string& where, int depth, std::size_t most, std::vector<const Json*>* out) {
  for (const Json& item : data) {
    if (item.is_array() && depth < 2) {
      ASSAY_TRY(Flatten(item, where, depth + 1, most, out));
      continue;
    }
    if (out->size() == most) return Wrong(where + ".data has more values than its shape says (" + std::to_string(most) + ")");
    out->push_back(&item);
  }
  return {};
}

Error WrongValue(const Tensor& tensor, std::size_t at, const TensorValue& cell, const char* expected) { return Wrong(tensor.where + ".data[" + std::to_string(at) + "] is " + std::string(InWords(cell)) + "; expected " + expected); }

// Column `offset` of a tensor as what the model takes.
Result<Column> ColumnOfTensor(const Tensor& tensor, std::int64_t offset, const ModelInput& input) {
  using Kind = TensorValue::Kind;
  const auto rows = static_cast<std::size_t>(tensor.rows);
  const auto at = [&](std::size_t row) { return row * static_cast<std::size_t>(tensor.width) + static_cast<std::size_t>(offset); };
  const auto for_each = [&](const auto& take) -> Result<void> {
    for (std::size_t i = 0; i < rows; ++i) {
      const TensorValue cell = ValueAt(tensor, at(i));
      if (cell.kind != Kind::kMissing) ASSAY_TRY(take(i, cell));
    }
    return {};
  };
  switch (input.type) {
    case ColumnType::kNumber: {
      std::vector<double> values(rows, std::nan(""));
      ASSAY_TRY(for_each([&](std::size_t i, const TensorValue& cell) -> Result<void> {
        if (cell.kind != Kind::kNumber && cell.kind != Kind::kBoolean) return WrongValue(tensor, at(i), cell, "a number, or null where it is missing");
        if (std::isinf(cell.number)) return Wrong(tensor.where + ".data[" + std::to_string(at(i)) + "] is infinite; expected a finite number, or null where it is missing");
        values[i] = cell.number;
        return {};
      }));
      return Column::Numbers(input.name, std::move(values));
    }
    case ColumnType::kBoolean: {
      std::vector<std::uint8_t> values(rows, 255);
      ASSAY_TRY(for_each([&](std::size_t i, const TensorValue& cell) -> Result<void> {
        const bool known = cell.kind == Kind::kBoolean || (cell.kind == Kind::kNumber && (cell.number == 0 || cell.number == 1));
        if (!known) return WrongValue(tensor, at(i), cell, "true, false, 0 or 1, or null where it is missing");
        values[i] = cell.number == 0 ? 0 : 1;
        return {};
      }));
      return Column::Booleans(input.name, std::move(values));
    }
    case ColumnType::kTime: {
      std::vector<base::Micros> values(rows, base::kMissingTime);
      ASSAY_TRY(for_each([&](std::size_t i, const TensorValue& cell) -> Result<void> {
        if (cell.kind != Kind::kText) return WrongValue(tensor, at(i), cell, "a time such as \"2026-01-31 12:00:00\", or null where it is missing");
        const Result<base::Micros> time = base::ParseTime(cell.text);
        if (!time) return Wrong(tensor.where + ".data[" + std::to_string(at(i)) + "] is no time; expected one such as \"2026-01-31 12:00:00\"");
        values[i] = *time;
        return {};
      }));
      return Column::Times(input.name, std::move(values));
    }
    case ColumnType::kCategory: {
      std::unordered_map<std::string, std::uint32_t> code_of;
      std::vector<std::string> dictionary;
      std::vector<std::uint32_t> codes(rows, table::kMissingCode);
      ASSAY_TRY(for_each([&](std::size_t i, const TensorValue& cell) -> Result<void> {
        if (cell.kind == Kind::kOther) return WrongValue(tensor, at(i), cell, "a text, or null where it is missing");
        // As a file's numbers and conditions become texts where the model took texts.
        const std::string text = cell.kind == Kind::kText ? std::string(cell.text) : cell.kind == Kind::kBoolean ? (cell.number != 0 ? "true" : "false") : base::ShortestNumber(cell.number);
        const auto [found, added] = code_of.try_emplace(text, static_cast<std::uint32_t>(dictionary.size()));
        if (added) dictionary.push_back(text);
        codes[i] = found->second;
        return {};
      }));
      return Column::Categories(input.name, std::move(codes), std::move(dictionary));
    }
  }
  return Wrong("unknown type");
}

}  // namespace

const char* KindOf(const Json& value) {
  switch (value.type()) {
    case Json::value_t::null: return "null";
    case Json::value_t::object: return "an object";
    case Json::value_t::array: return "a list";
    case Json::value_t::string: return "a text";
    case Json::value_t::boolean: return "true or false";
    default: return "a number";
  }
}

std::string NamesOf(const std::vector<ModelInput>& inputs) {
  std::vector<std::string> names;
  for (const ModelInput& input : inputs) names.push_back(input.name);
  return base::Join(names, ", ");
}

bool IsDatatype(std::string_view name) {
  return std::any_of(std::begin(kDatatypes), std::end(kDatatypes), [&](const Datatype& type) { return name == type.name; });
}

Result<Tensor> TensorOf(const Json& json, std::size_t number, std::string_view* bytes) {
  Tensor tensor;
  tensor.where = "inputs[" + std::to_string(number) + "]";
  if (!json.is_object()) return Wrong(tensor.where + " is " + KindOf(json) + "; expected an object with name, shape, datatype and data");
  const auto member = [&](const char* key) -> const Json* {
    const auto found = json.find(key);
    return found == json.end() ? nullptr : &*found;
  };
  const Json *name = member("name"), *shape = member("shape"), *datatype = member("datatype"), *data = member("data");
  if (name == nullptr || !name->is_string()) return Wrong(tensor.where + ".name is missing; expected the name of a column as text");
  tensor.name = name->get<std::string>();
  tensor.where += " ('" + tensor.name + "')";
  if (shape == nullptr || !shape->is_array() || shape->empty() || shape->size() > 2 || !std::all_of(shape->begin(), shape->end(), [](const Json& n) { return n.is_number_integer() && n.get<double>() >= 0 && n.get<double>() <= 1e9; })) return Wrong(tensor.where + ".shape is not one or two whole numbers, such as [1] or [1, 20]");
  tensor.rows = (*shape)[0].get<std::int64_t>();
  if (shape->size() == 2) tensor.width = (*shape)[1].get<std::int64_t>();
  if (tensor.rows > kMostRowsOfRequest || tensor.width > 100'000 || tensor.rows * tensor.width > 100 * kMostRowsOfRequest) return Error{ErrorCode::kTooLarge, tensor.where + ".shape has more rows than the " + base::ReadableCount(kMostRowsOfRequest) + " that one request may have; send them in parts"};
  const auto known = std::find_if(std::begin(kDatatypes), std::end(kDatatypes), [&](const Datatype& type) { return datatype != nullptr && datatype->is_string() && datatype->get_ref<const std::string&>() == type.name; });
  if (known == std::end(kDatatypes)) return Wrong(tensor.where + ".datatype is missing or unknown; expected one of BOOL, INT64, FP32, FP64, BYTES and their like");
  tensor.datatype = known;
  if (const Json* parameters = member("parameters"); parameters != nullptr && parameters->is_object() && parameters->contains("binary_data_size")) {
    if (data != nullptr) return Wrong(tensor.where + " has both data and binary_data_size");
    ASSAY_TRY(TakeBytes((*parameters)["binary_data_size"], bytes, &tensor));
    return tensor;
  }
  if (data == nullptr || !data->is_array()) return Wrong(tensor.where + ".data is missing; expected a list of values");
  const auto values = static_cast<std::size_t>(tensor.rows * tensor.width);
  tensor.data.reserve(std::min<std::size_t>(values, data->size()));
  ASSAY_TRY(Flatten(*data, tensor.where, 0, values, &tensor.data));
  if (tensor.data.size() != values) return Wrong(tensor.where + ".data has " + base::Counted(static_cast<std::int64_t>(tensor.data.size()), "value") + ", its shape says " + base::ReadableCount(static_cast<std::int64_t>(values)));
  return tensor;
}

Result<table::Table> RowsOfTensors(const std::vector<Tensor>& tensors, const std::vector<ModelInput>& wanted) {
  std::vector<Column> columns;
  // A model that reads no column still answers every row.
  if (wanted.empty()) return table::Table::Create({Column::Numbers("row", std::vector<double>(static_cast<std::size_t>(tensors[0].rows), 0.0))});
  const bool matrix = tensors.size() == 1 && std::none_of(wanted.begin(), wanted.end(), [&](const ModelInput& input) { return input.name == tensors[0].name; });
  if (matrix) {
    if (static_cast<std::size_t>(tensors[0].width) != wanted.size()) return Wrong(tensors[0].where + " is no column of the model, and as one matrix of all columns it would need the shape [n, " + std::to_string(wanted.size()) + "]. The columns are: " + NamesOf(wanted));
    for (std::size_t c = 0; c < wanted.size(); ++c) columns.push_back(ASSAY_TRY(ColumnOfTensor(tensors[0], static_cast<std::int64_t>(c), wanted[c])));
  } else {
    std::vector<const Tensor*> of_input(wanted.size(), nullptr);
    for (const Tensor& tensor : tensors) {
      const auto found = std::find_if(wanted.begin(), wanted.end(), [&](const ModelInput& input) { return input.name == tensor.name; });
      if (found == wanted.end()) {
        std::vector<std::string> names;
        for (const ModelInput& input : wanted) names.push_back(input.name);
        return Wrong(tensor.where + " is no column of the model." + base::DidYouMean(tensor.name, names) + " The columns are: " + NamesOf(wanted));
      }
      const Tensor*& place = of_input[static_cast<std::size_t>(found - wanted.begin())];
      if (place != nullptr) return Wrong(tensor.where + " stands twice among the inputs");
      if (tensor.width != 1) return Wrong(tensor.where + ".shape: a column has the shape [n] or [n, 1]");
      if (tensor.rows != tensors[0].rows) return Wrong(tensor.where + " has " + base::Counted(tensor.rows, "row") + ", " + tensors[0].where + " has " + base::ReadableCount(tensors[0].rows));
      place = &tensor;
    }
    for (std::size_t c = 0; c < wanted.size(); ++c) {
      if (of_input[c] == nullptr) return Wrong("inputs: the column '" + wanted[c].name + "' is missing. The columns are: " + NamesOf(wanted));
      columns.push_back(ASSAY_TRY(ColumnOfTensor(*of_input[c], 0, wanted[c])));
    }
  }
  return table::Table::Create(std::move(columns));
}

}  // namespace assay::server
