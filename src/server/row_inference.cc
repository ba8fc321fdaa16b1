#include "server/row_inference.h"

#include <simdjson.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "server/internal/tensors.h"

namespace assay::server {

namespace {

namespace json = simdjson::ondemand;
using learn::Cell;
using lifecycle::ModelInput;
using table::ColumnType;

// What a thread needs for a request, kept from one to the next.
struct Scratch {
  json::parser parser;
  std::vector<char> padded;
  std::vector<Cell> tensor, cells;
  std::vector<bool> filled;
  std::vector<double> scores;
};

// False: not plain.
bool TakeValue(json::value value, Cell* cell) {
  json::json_type type;
  if (value.type().get(type) != simdjson::SUCCESS) return false;
  switch (type) {
    case json::json_type::null: {
      // is_null() would take "nullx" as well.
      std::string_view token = value.raw_json_token();
      while (!token.empty() && static_cast<unsigned char>(token.back()) <= ' ') token.remove_suffix(1);
      *cell = {};
      return token == "null";
    }
    case json::json_type::number: cell->kind = Cell::Kind::kNumber; return value.get_double().get(cell->number) == simdjson::SUCCESS;
    case json::json_type::string: cell->kind = Cell::Kind::kText; return value.get_string().get(cell->text) == simdjson::SUCCESS;
    case json::json_type::boolean: {
      bool flag = false;
      if (value.get_bool().get(flag) != simdjson::SUCCESS) return false;
      *cell = {Cell::Kind::kNumber, flag ? 1.0 : 0.0, {}};
      return true;
    }
    default: return false;
  }
}

struct TensorHead {
  std::string_view name;
  std::int64_t rows = -1, width = 1;
  bool named = false, typed = false, has_data = false;
};

bool TakeShape(json::value value, TensorHead* head) {
  json::array shape;
  if (value.get_array().get(shape) != simdjson::SUCCESS) return false;
  int dimensions = 0;
  for (auto item : shape) {
    std::int64_t size = 0;
    if (item.get_int64().get(size) != simdjson::SUCCESS || size < 0 || size > 100'000 || dimensions == 2) return false;
    (dimensions++ == 0 ? head->rows : head->width) = size;
  }
  return dimensions > 0;
}

bool TakeTensor(json::object object, TensorHead* head, std::vector<Cell>* cells) {
  cells->clear();
  for (auto field : object) {
    std::string_view key;
    json::value value;
    if (field.unescaped_key().get(key) != simdjson::SUCCESS || field.value().get(value) != simdjson::SUCCESS) return false;
    if (key == "name") {
      if (std::exchange(head->named, true) || value.get_string().get(head->name) != simdjson::SUCCESS) return false;
    } else if (key == "shape") {
      if (head->rows >= 0 || !TakeShape(value, head)) return false;
    } else if (key == "datatype") {
      std::string_view datatype;
      if (std::exchange(head->typed, true) || value.get_string().get(datatype) != simdjson::SUCCESS || !IsDatatype(datatype)) return false;
    } else if (key == "data") {
      json::array data;
      if (std::exchange(head->has_data, true) || value.get_array().get(data) != simdjson::SUCCESS) return false;
      for (auto item : data) {
        json::value one;
        if (item.get(one) != simdjson::SUCCESS || cells->size() > 100'000) return false;
        cells->emplace_back();
        if (!TakeValue(one, &cells->back())) return false;
      }
    } else {
      return false;
    }
  }
  return head->named && head->typed && head->has_data && head->rows > 0 && head->rows <= kMostQuickRows && static_cast<std::int64_t>(cells->size()) == head->rows * head->width;
}

// Whether a value is one of the column's as it stands.
bool Fits(const Cell& cell, ColumnType type) {
  if (cell.kind == Cell::Kind::kMissing) return true;
  switch (type) {
    case ColumnType::kNumber: return cell.kind == Cell::Kind::kNumber && std::isfinite(cell.number);
    case ColumnType::kBoolean: return cell.kind == Cell::Kind::kNumber && (cell.number == 0 || cell.number == 1);
    case ColumnType::kCategory: return cell.kind == Cell::Kind::kText;
    case ColumnType::kTime: return false;
  }
  return false;
}

// Written in JSON as it stands.
bool IsPlain(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](char c) { return c >= ' ' && c < 127 && c != '"' && c != '\\' && c != '<'; });
}

}  // namespace

std::optional<QuickAnswer> AnswerQuickly(std::string_view body, const lifecycle::ServedModel& model, std::string_view name, std::string_view version) {
  const learn::RowModel* by_row = model.by_row();
  const std::vector<ModelInput>& inputs = model.inputs();
  if (by_row == nullptr || model.saved().num_outputs() != 1 || inputs.empty() || !IsPlain(name) || body.size() > (1U << 20)) return std::nullopt;
  thread_local Scratch scratch;
  scratch.padded.resize(std::max(scratch.padded.size(), body.size() + simdjson::SIMDJSON_PADDING));
  std::memcpy(scratch.padded.data(), body.data(), body.size());
  json::document document;
  json::object request;
  if (scratch.parser.iterate(scratch.padded.data(), body.size(), scratch.padded.size()).get(document) != simdjson::SUCCESS || document.get_object().get(request) != simdjson::SUCCESS) return std::nullopt;

  std::optional<std::string> id;
  std::int64_t rows = -1;
  bool has_inputs = false;
  for (auto field : request) {
    std::string_view key;
    json::value value;
    if (field.unescaped_key().get(key) != simdjson::SUCCESS || field.value().get(value) != simdjson::SUCCESS) return std::nullopt;
    if (key == "id") {
      std::string_view text;
      if (id || value.get_string().get(text) != simdjson::SUCCESS) return std::nullopt;
      id = std::string(text);
      continue;
    }
    json::array tensors;
    if (key != "inputs" || std::exchange(has_inputs, true) || value.get_array().get(tensors) != simdjson::SUCCESS) return std::nullopt;
    scratch.filled.assign(inputs.size(), false);
    std::size_t next = 0, taken = 0;  // most send columns in their order
    for (auto item : tensors) {
      json::object object;
      TensorHead head;
      if (item.get_object().get(object) != simdjson::SUCCESS || !TakeTensor(object, &head, &scratch.tensor)) return std::nullopt;
      if (next >= inputs.size() || inputs[next].name != head.name) next = static_cast<std::size_t>(std::find_if(inputs.begin(), inputs.end(), [&](const ModelInput& input) { return input.name == head.name; }) - inputs.begin());
      const bool matrix = taken == 0 && next == inputs.size() && head.width == static_cast<std::int64_t>(inputs.size());
      if (!matrix && (next == inputs.size() || head.width != 1 || scratch.filled[next])) return std::nullopt;
      if (rows >= 0 && head.rows != rows) return std::nullopt;
      if (rows < 0) {
        rows = head.rows;
        scratch.cells.resize(static_cast<std::size_t>(rows) * inputs.size());
      }
      if (matrix) {
        for (std::size_t i = 0; i < scratch.tensor.size(); ++i) {
          if (!Fits(scratch.tensor[i], inputs[i % inputs.size()].type)) return std::nullopt;
        }
        std::copy(scratch.tensor.begin(), scratch.tensor.end(), scratch.cells.begin());
        taken = inputs.size();
        continue;
      }
      for (std::size_t r = 0; r < scratch.tensor.size(); ++r) {
        if (!Fits(scratch.tensor[r], inputs[next].type)) return std::nullopt;
        scratch.cells[r * inputs.size() + next] = scratch.tensor[r];
      }
      scratch.filled[next++] = true;
      if (++taken > inputs.size()) return std::nullopt;
    }
    if (taken != inputs.size()) return std::nullopt;
  }
  const char* behind = nullptr;
  if (!has_inputs || document.current_location().get(behind) != simdjson::OUT_OF_BOUNDS) return std::nullopt;

  QuickAnswer answer;
  answer.rows = rows;
  std::string& out = answer.body;
  out.reserve(160 + name.size() + version.size() + static_cast<std::size_t>(rows) * 24);
  out.append(R"({"model_name":")").append(name).append(R"(","model_version":")").append(version).append("\"");
  if (id) out.append(R"(,"id":)").append(base::WriteJson(Json(*id)));
  out.append(R"(,"outputs":[{"name":"prediction","datatype":"FP64","shape":[)").append(std::to_string(rows)).append(R"(],"data":[)");
  for (std::int64_t r = 0; r < rows; ++r) {
    double score = 0;
    by_row->PredictRow(std::span(scratch.cells).subspan(static_cast<std::size_t>(r) * inputs.size(), inputs.size()), {&score, 1});
    if (!std::isfinite(score)) return std::nullopt;
    if (r > 0) out += ',';
    out.append(base::ShortestNumber(score));
  }
  out.append("]}]}");
  return answer;
}

}  // namespace assay::server
