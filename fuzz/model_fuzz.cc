// Bytes as a model file: an error with a sentence, or a model that explains itself and predicts a small table without a fault. The SHA-256 is not
// asked for, because what lies behind it is what is to be tried.
#include <cstdint>
#include <string_view>

#include "learn/model_store.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using assay::table::Column;
  const auto model = assay::learn::ReadModel({reinterpret_cast<const char*>(data), size}, "fuzz", false);
  if (!model) return 0;
  std::vector<Column> columns;
  columns.push_back(Column::Numbers("x", {0.5, 1e300, -1e300}));
  columns.push_back(Column::Categories("colour", {0, 1, assay::table::kMissingCode}, {"red", "violet"}));
  const auto table = assay::table::Table::Create(std::move(columns));
  const assay::learn::Rows rows = {0, 1, 2};
  std::vector<double> out(3 * model->num_outputs());
  (void)model->model->Explain(model->classes);
  (void)model->model->Predict(*table, rows, out, {}).has_value();
  return 0;
}
