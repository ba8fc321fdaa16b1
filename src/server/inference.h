// The Open Inference Protocol's requests and answers (V2 REST): tensors to columns, scores to tensors; as JSON, or with the values of tensors behind it as bytes.
//
// Sources: kserve/open-inference-protocol, specification/protocol/inference_rest.md; triton-inference-server/server, docs/protocol/extension_binary_data.md.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "lifecycle/served_model.h"
#include "table/table.h"

namespace assay::server {

// What an answer is asked to hold.
struct InferenceRequest {
  std::string id;
  bool has_id = false;
  struct Output {
    std::string name;
    bool binary = false;
  };
  std::vector<Output> outputs;  // empty: all
  bool binary = false;          // of outputs that are not named
  table::Table rows;            // columns of the model's inputs
};
// Bytes behind the JSON of `json_bytes`; all of it where there are no binary tensors (header Inference-Header-Content-Length).
struct InferenceAnswer {
  std::string body;
  std::size_t json_bytes = 0;
  bool binary() const { return json_bytes < body.size(); }
};

// One tensor per column, shape [n] or [n, 1], or one of shape [n, F] with the model's inputs side by side. null and NaN are missing values. The JSON has `json_bytes`
// bytes of the body. kInvalidInput names the tensor and the place in it.
Result<InferenceRequest> ParseInference(std::string_view body, std::size_t json_bytes, const lifecycle::ServedModel& model);

// {"model_name", "model_version", "id", "outputs"}. kNotFound when an output is asked for that the model does not have.
Result<InferenceAnswer> WriteInference(const InferenceRequest& request, const lifecycle::ServedModel& model, const std::string& name, const std::string& version, std::span<const double> scores);

// {"name", "versions", "platform", "inputs", "outputs"}.
Json ModelMetadata(const lifecycle::ServedModel& model, const std::string& name, const std::string& version);

}  // namespace assay::server
