// Bytes as an inference request, its JSON as long as the first two say: an error with a sentence, or rows that a model scores and an answer that is written, the same by
// the quick way and the long.
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/file.h"
#include "learn/model_store.h"
#include "server/inference.h"
#include "server/row_inference.h"

namespace {

const assay::lifecycle::ServedModel& Model() {
  static const assay::lifecycle::ServedModel model = *assay::lifecycle::ServedModel::Create(std::make_shared<const assay::learn::SavedModel>(*assay::learn::ReadModel(*assay::base::ReadFile(ASSAY_FUZZ_MODEL), ASSAY_FUZZ_MODEL, false)));
  return model;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t json_bytes = data[0] * 256U + data[1];
  const std::string_view body(reinterpret_cast<const char*>(data) + 2, size - 2);
  // The long way takes every request that the quick way takes, and gives the same bytes.
  const auto quick = assay::server::AnswerQuickly(body, Model(), "m", "v");
  for (const std::size_t bytes : {json_bytes, body.size()}) {
    const auto request = assay::server::ParseInference(body, bytes, Model());
    const bool plain = quick && bytes == body.size();
    if (plain && !request) __builtin_trap();
    if (!request) continue;
    const auto scores = Model().Score(request->rows);
    if (plain && !scores) __builtin_trap();
    if (!scores) continue;
    const auto answer = assay::server::WriteInference(*request, Model(), "m", "v", *scores);
    if (plain && (!answer || answer->body != quick->body)) __builtin_trap();
  }
  return 0;
}
