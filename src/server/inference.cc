#include "server/inference.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <unordered_map>

#include "base/text.h"
#include "base/time.h"

namespace assay::server {

namespace {

using lifecycle::ModelInput;
using lifecycle::ServedModel;
using table::Column;
using table::ColumnType;

Error Wrong(const std::string& what) { return {ErrorCode::kInvalidInput, what}; }

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

constexpr const char* kDatatypes[] = {"BOOL", "UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64", "FP16", "FP32", "FP64", "BYTES"};

struct Tensor {
  std::string where, name, datatype;
  std::int64_t rows = 0, width = 1;
  std::vector<const Json*> data;  // row-major
};

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

Result<Tensor> TensorOf(const Json& json, std::size_t number) {
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
  if (datatype == nullptr || !datatype->is_string() || std::find(std::begin(kDatatypes), std::end(kDatatypes), datatype->get_ref<const std::string&>()) == std::end(kDatatypes)) return Wrong(tensor.where + ".datatype is missing or unknown; expected one of BOOL, INT64, FP32, FP64, BYTES and their like");
  tensor.datatype = datatype->get<std::string>();
  if (data == nullptr || !data->is_array()) return Wrong(tensor.where + ".data is missing; expected a list of values");
  const auto values = static_cast<std::size_t>(tensor.rows * tensor.width);
  tensor.data.reserve(std::min<std::size_t>(values, data->size()));
  ASSAY_TRY(Flatten(*data, tensor.where, 0, values, &tensor.data));
  if (tensor.data.size() != values) return Wrong(tensor.where + ".data has " + base::Counted(static_cast<std::int64_t>(tensor.data.size()), "value") + ", its shape says " + base::ReadableCount(static_cast<std::int64_t>(values)));
  return tensor;
}

Error WrongValue(const Tensor& tensor, std::size_t at, const Json& value, const char* expected) { return Wrong(tensor.where + ".data[" + std::to_string(at) + "] is " + KindOf(value) + "; expected " + expected); }

// Column `offset` of a tensor as what the model takes.
Result<Column> ColumnOfTensor(const Tensor& tensor, std::int64_t offset, const ModelInput& input) {
  const auto rows = static_cast<std::size_t>(tensor.rows);
  const auto at = [&](std::size_t row) { return row * static_cast<std::size_t>(tensor.width) + static_cast<std::size_t>(offset); };
  switch (input.type) {
    case ColumnType::kNumber: {
      std::vector<double> values(rows, std::nan(""));
      for (std::size_t i = 0; i < rows; ++i) {
        const Json& value = *tensor.data[at(i)];
        if (value.is_null()) continue;
        if (!value.is_number() && !value.is_boolean()) return WrongValue(tensor, at(i), value, "a number, or null where it is missing");
        values[i] = value.is_boolean() ? (value.get<bool>() ? 1 : 0) : value.get<double>();
      }
      return Column::Numbers(input.name, std::move(values));
    }
    case ColumnType::kBoolean: {
      std::vector<std::uint8_t> values(rows, 255);
      for (std::size_t i = 0; i < rows; ++i) {
        const Json& value = *tensor.data[at(i)];
        if (value.is_null()) continue;
        const bool known = value.is_boolean() || (value.is_number() && (value.get<double>() == 0 || value.get<double>() == 1));
        if (!known) return WrongValue(tensor, at(i), value, "true, false, 0 or 1, or null where it is missing");
        values[i] = value.is_boolean() ? value.get<bool>() : value.get<double>() == 1;
      }
      return Column::Booleans(input.name, std::move(values));
    }
    case ColumnType::kTime: {
      std::vector<base::Micros> values(rows, base::kMissingTime);
      for (std::size_t i = 0; i < rows; ++i) {
        const Json& value = *tensor.data[at(i)];
        if (value.is_null()) continue;
        if (!value.is_string()) return WrongValue(tensor, at(i), value, "a time such as \"2026-01-31 12:00:00\", or null where it is missing");
        const Result<base::Micros> time = base::ParseTime(value.get_ref<const std::string&>());
        if (!time) return Wrong(tensor.where + ".data[" + std::to_string(at(i)) + "] is no time; expected one such as \"2026-01-31 12:00:00\"");
        values[i] = *time;
      }
      return Column::Times(input.name, std::move(values));
    }
    case ColumnType::kCategory: {
      std::unordered_map<std::string, std::uint32_t> code_of;
      std::vector<std::string> dictionary;
      std::vector<std::uint32_t> codes(rows, table::kMissingCode);
      for (std::size_t i = 0; i < rows; ++i) {
        const Json& value = *tensor.data[at(i)];
        if (value.is_null()) continue;
        if (value.is_structured()) return WrongValue(tensor, at(i), value, "a text, or null where it is missing");
        // As a file's numbers and conditions become texts where the model took texts.
        const std::string text = value.is_string() ? value.get<std::string>() : value.is_boolean() ? (value.get<bool>() ? "true" : "false") : base::ShortestNumber(value.get<double>());
        const auto [found, added] = code_of.try_emplace(text, static_cast<std::uint32_t>(dictionary.size()));
        if (added) dictionary.push_back(text);
        codes[i] = found->second;
      }
      return Column::Categories(input.name, std::move(codes), std::move(dictionary));
    }
  }
  return Wrong("unknown type");
}

std::string NamesOf(const std::vector<ModelInput>& inputs) {
  std::vector<std::string> names;
  for (const ModelInput& input : inputs) names.push_back(input.name);
  return base::Join(names, ", ");
}

const char* DatatypeOf(ColumnType type) {
  switch (type) {
    case ColumnType::kNumber: return "FP64";
    case ColumnType::kBoolean: return "BOOL";
    default: return "BYTES";
  }
}

bool SeveralClasses(const ServedModel& model) { return model.saved().task == learn::Task::kMulticlass; }

}  // namespace

Result<InferenceRequest> ParseInference(std::string_view body, const ServedModel& model) {
  const Json json = ASSAY_TRY(base::ParseJson(body, "the request's body"));
  if (!json.is_object()) return Wrong(std::string("the request's body is ") + KindOf(json) + "; expected an object with inputs");
  InferenceRequest request;
  if (const auto id = json.find("id"); id != json.end() && !id->is_null()) {
    if (!id->is_string()) return Wrong(std::string("id is ") + KindOf(*id) + "; expected a text");
    request.id = id->get<std::string>();
    request.has_id = true;
  }
  if (const auto outputs = json.find("outputs"); outputs != json.end()) {
    if (!outputs->is_array()) return Wrong(std::string("outputs is ") + KindOf(*outputs) + "; expected a list of objects with a name");
    for (std::size_t i = 0; i < outputs->size(); ++i) {
      const Json& output = (*outputs)[i];
      if (!output.is_object() || !output.contains("name") || !output["name"].is_string()) return Wrong("outputs[" + std::to_string(i) + "] has no name");
      if (base::IsAmong(request.outputs, output["name"].get<std::string>())) return Wrong("outputs[" + std::to_string(i) + "] asks for '" + output["name"].get<std::string>() + "' again");
      request.outputs.push_back(output["name"].get<std::string>());
    }
  }
  const auto inputs = json.find("inputs");
  if (inputs == json.end() || !inputs->is_array() || inputs->empty()) return Wrong("inputs is missing; expected a list of tensors, one per column: " + NamesOf(model.inputs()));
  std::vector<Tensor> tensors;
  for (std::size_t i = 0; i < inputs->size(); ++i) tensors.push_back(ASSAY_TRY(TensorOf((*inputs)[i], i)));
  const std::vector<ModelInput>& wanted = model.inputs();
  std::vector<Column> columns;
  // A model that reads no column still answers every row.
  if (wanted.empty()) {
    request.rows = ASSAY_TRY(table::Table::Create({Column::Numbers("row", std::vector<double>(static_cast<std::size_t>(tensors[0].rows), 0.0))}));
    return request;
  }
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
  request.rows = ASSAY_TRY(table::Table::Create(std::move(columns)));
  return request;
}

Result<std::string> WriteInference(const InferenceRequest& request, const ServedModel& model, const std::string& name, const std::string& version, std::span<const double> scores) {
  const bool classes = SeveralClasses(model);
  for (const std::string& output : request.outputs) {
    if (output != "prediction" && !(classes && output == "probability")) return Error{ErrorCode::kNotFound, "outputs: the model has no output '" + output + "'; it has prediction" + (classes ? " and probability" : "")};
  }
  const auto asked = [&](const char* output) { return request.outputs.empty() || base::IsAmong(request.outputs, output); };
  const std::size_t outputs = model.saved().num_outputs(), rows = scores.size() / outputs;
  Json answer = {{"model_name", name}, {"model_version", version}};
  if (request.has_id) answer["id"] = request.id;
  Json tensors = Json::array();
  const std::vector<double> values(scores.begin(), scores.end());
  if (classes && asked("prediction")) {
    Json likeliest = Json::array();
    for (std::size_t r = 0; r < rows; ++r) likeliest.push_back(model.saved().classes[static_cast<std::size_t>(std::max_element(values.begin() + static_cast<std::ptrdiff_t>(r * outputs), values.begin() + static_cast<std::ptrdiff_t>((r + 1) * outputs)) - values.begin()) - r * outputs]);
    tensors.push_back({{"name", "prediction"}, {"shape", {rows}}, {"datatype", "BYTES"}, {"data", std::move(likeliest)}});
  }
  if (classes && asked("probability")) tensors.push_back({{"name", "probability"}, {"shape", {rows, outputs}}, {"datatype", "FP64"}, {"data", values}});
  if (!classes) tensors.push_back({{"name", "prediction"}, {"shape", {rows}}, {"datatype", "FP64"}, {"data", values}});
  answer["outputs"] = std::move(tensors);
  return base::WriteJson(answer);
}

Json ModelMetadata(const ServedModel& model, const std::string& name, const std::string& version) {
  Json inputs = Json::array(), outputs = Json::array();
  for (const ModelInput& input : model.inputs()) inputs.push_back({{"name", input.name}, {"datatype", DatatypeOf(input.type)}, {"shape", {-1}}});
  if (SeveralClasses(model)) {
    outputs.push_back({{"name", "prediction"}, {"datatype", "BYTES"}, {"shape", {-1}}});
    outputs.push_back({{"name", "probability"}, {"datatype", "FP64"}, {"shape", {-1, model.saved().num_outputs()}}});
  } else {
    outputs.push_back({{"name", "prediction"}, {"datatype", "FP64"}, {"shape", {-1}}});
  }
  return {{"name", name}, {"versions", {version}}, {"platform", "assay_model"}, {"inputs", std::move(inputs)}, {"outputs", std::move(outputs)}};
}

}  // namespace assay::server
