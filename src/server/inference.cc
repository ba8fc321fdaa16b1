#include "server/inference.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "server/internal/tensors.h"

namespace assay::server {

namespace {

using lifecycle::ModelInput;
using lifecycle::ServedModel;
using table::ColumnType;

const char* DatatypeOf(ColumnType type) {
  switch (type) {
    case ColumnType::kNumber: return "FP64";
    case ColumnType::kBoolean: return "BOOL";
    default: return "BYTES";
  }
}

// parameters.NAME of an object, where it is true or false.
std::optional<bool> FlagOf(const Json& json, const char* name) {
  const auto parameters = json.find("parameters");
  if (parameters == json.end() || !parameters->is_object() || !parameters->contains(name) || !(*parameters)[name].is_boolean()) return std::nullopt;
  return (*parameters)[name].get<bool>();
}

bool SeveralClasses(const ServedModel& model) { return model.saved().task == learn::Task::kMulticlass; }

}  // namespace

Result<InferenceRequest> ParseInference(std::string_view body, std::size_t json_bytes, const ServedModel& model) {
  if (json_bytes > body.size()) return Wrong("the header Inference-Header-Content-Length says " + std::to_string(json_bytes) + " bytes, but the body has " + std::to_string(body.size()));
  std::string_view bytes = body.substr(json_bytes);
  const Json json = ASSAY_TRY(base::ParseJson(body.substr(0, json_bytes), "the request's body"));
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
      InferenceRequest::Output asked{output["name"].get<std::string>(), FlagOf(output, "binary_data").value_or(FlagOf(json, "binary_data_output").value_or(false))};
      if (std::any_of(request.outputs.begin(), request.outputs.end(), [&](const auto& other) { return other.name == asked.name; })) return Wrong("outputs[" + std::to_string(i) + "] asks for '" + asked.name + "' again");
      request.outputs.push_back(std::move(asked));
    }
  }
  request.binary = FlagOf(json, "binary_data_output").value_or(false);
  const auto inputs = json.find("inputs");
  if (inputs == json.end() || !inputs->is_array() || inputs->empty()) return Wrong("inputs is missing; expected a list of tensors, one per column: " + NamesOf(model.inputs()));
  std::vector<Tensor> tensors;
  for (std::size_t i = 0; i < inputs->size(); ++i) tensors.push_back(ASSAY_TRY(TensorOf((*inputs)[i], i, &bytes)));
  if (!bytes.empty()) return Wrong(std::to_string(bytes.size()) + " bytes behind the JSON belong to no tensor");
  request.rows = ASSAY_TRY(RowsOfTensors(tensors, model.inputs()));
  return request;
}

Result<InferenceAnswer> WriteInference(const InferenceRequest& request, const ServedModel& model, const std::string& name, const std::string& version, std::span<const double> scores) {
  const bool classes = SeveralClasses(model);
  for (const InferenceRequest::Output& output : request.outputs) {
    if (output.name != "prediction" && !(classes && output.name == "probability")) return Error{ErrorCode::kNotFound, "outputs: the model has no output '" + output.name + "'; it has prediction" + (classes ? " and probability" : "")};
  }
  const std::size_t outputs = model.saved().num_outputs(), rows = scores.size() / outputs;
  Json answer = {{"model_name", name}, {"model_version", version}};
  if (request.has_id) answer["id"] = request.id;
  Json tensors = Json::array();
  std::string bytes;
  // Whether an output is asked for, and how.
  const auto asked = [&](const char* output, bool* binary) {
    *binary = request.binary;
    if (request.outputs.empty()) return true;
    const auto found = std::find_if(request.outputs.begin(), request.outputs.end(), [&](const auto& one) { return one.name == output; });
    if (found == request.outputs.end()) return false;
    *binary = found->binary;
    return true;
  };
  const auto add = [&](const char* output, Json shape, const char* datatype, bool binary, std::string_view raw, const auto& data) {
    Json tensor = {{"name", output}, {"datatype", datatype}, {"shape", std::move(shape)}};
    if (binary) {
      tensor["parameters"] = {{"binary_data_size", raw.size()}};
      bytes.append(raw);
    } else {
      tensor["data"] = data();
    }
    tensors.push_back(std::move(tensor));
  };
  bool binary = false;
  if (classes && asked("prediction", &binary)) {
    Json likeliest = Json::array();
    std::string raw;
    for (std::size_t r = 0; r < rows; ++r) {
      const std::span<const double> row = scores.subspan(r * outputs, outputs);
      const std::string& text = model.saved().classes[static_cast<std::size_t>(std::max_element(row.begin(), row.end()) - row.begin())];
      const auto size = static_cast<std::uint32_t>(text.size());
      if (binary) raw.append(reinterpret_cast<const char*>(&size), sizeof size).append(text);
      else likeliest.push_back(text);
    }
    add("prediction", {rows}, "BYTES", binary, raw, [&] { return std::move(likeliest); });
  }
  const char* numbers = classes ? "probability" : "prediction";
  if (asked(numbers, &binary)) {
    const std::string_view raw(reinterpret_cast<const char*>(scores.data()), scores.size_bytes());
    add(numbers, classes ? Json{rows, outputs} : Json{rows}, "FP64", binary, raw, [&] { return std::vector<double>(scores.begin(), scores.end()); });
  }
  answer["outputs"] = std::move(tensors);
  InferenceAnswer written{base::WriteJson(answer), 0};
  written.json_bytes = written.body.size();
  written.body += bytes;
  return written;
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
