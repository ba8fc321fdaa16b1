// The quick way for plain inference requests of a few rows: no tree of JSON values, no table. Says exactly what the long way (inference.h) says, or nothing at all: then
// the long way answers, and finds the words where something is wrong.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lifecycle/served_model.h"

namespace assay::server {

inline constexpr std::int64_t kMostQuickRows = 64;

struct QuickAnswer {
  std::string body;
  std::int64_t rows = 0;
};
// Takes JSON with nothing but id and inputs, data in flat lists, of a model that answers by row and has one output. Thread-safe.
std::optional<QuickAnswer> AnswerQuickly(std::string_view body, const lifecycle::ServedModel& model, std::string_view name, std::string_view version);

}  // namespace assay::server
