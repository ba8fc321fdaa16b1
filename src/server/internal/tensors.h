// Tensors of the Open Inference Protocol, as JSON or as bytes behind it, and the columns that they are.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "lifecycle/served_model.h"
#include "table/table.h"

namespace assay::server {

// Bytes of a value of a datatype; 0: of its own length, 4 bytes little-endian before it.
struct Datatype {
  const char* name;
  std::size_t bytes;
};
inline constexpr Datatype kDatatypes[] = {{"BOOL", 1}, {"UINT8", 1}, {"UINT16", 2}, {"UINT32", 4}, {"UINT64", 8}, {"INT8", 1}, {"INT16", 2}, {"INT32", 4}, {"INT64", 8}, {"FP16", 2}, {"FP32", 4}, {"FP64", 8}, {"BYTES", 0}};

// "FP64", "BYTES", ...: a tensor's type by the protocol.
bool IsDatatype(std::string_view name);

inline constexpr std::int64_t kMostRowsOfRequest = 1'000'000;

// Views into the request.
struct Tensor {
  std::string where;  // "inputs[0] ('size')", for messages
  std::string name;
  const Datatype* datatype = nullptr;
  std::int64_t rows = 0, width = 1;
  // Row-major, one of them.
  std::vector<const Json*> data;
  std::string_view bytes;               // of numbers
  std::vector<std::string_view> texts;  // of BYTES
  bool binary = false;
};

inline Error Wrong(const std::string& what) { return {ErrorCode::kInvalidInput, what}; }
// "a list": what a value is, for messages.
const char* KindOf(const Json& value);

// Number `number` of a request's inputs; binary values are taken off the front of `bytes`. kInvalidInput names the tensor and what is wrong; kTooLarge beyond
// kMostRowsOfRequest rows.
Result<Tensor> TensorOf(const Json& json, std::size_t number, std::string_view* bytes);

// One tensor per column, or one of all columns side by side, as what the model takes. kInvalidInput names the tensor and the place in it.
Result<table::Table> RowsOfTensors(const std::vector<Tensor>& tensors, const std::vector<lifecycle::ModelInput>& wanted);
// "size, colour, day"
std::string NamesOf(const std::vector<lifecycle::ModelInput>& inputs);

}  // namespace assay::server
