#include "store/internal/block_scan.h"

#include <algorithm>
#include <atomic>
#include <cmath>

namespace assay::store::internal {

namespace {

duckdb_type TypeOf(const table::ColumnSchema& column) {
  switch (column.type) {
    case table::ColumnType::kBoolean: return DUCKDB_TYPE_BOOLEAN;
    case table::ColumnType::kCategory: return DUCKDB_TYPE_VARCHAR;
    case table::ColumnType::kTime: return DUCKDB_TYPE_TIMESTAMP;
    case table::ColumnType::kNumber: break;
  }
  return column.integer ? DUCKDB_TYPE_BIGINT : DUCKDB_TYPE_DOUBLE;
}

void Bind(duckdb_bind_info info) {
  const auto* scan = static_cast<const BlockScan*>(duckdb_bind_get_extra_info(info));
  for (const table::ColumnSchema& column : scan->schema) {
    duckdb_logical_type type = duckdb_create_logical_type(TypeOf(column));
    duckdb_bind_add_result_column(info, column.name.c_str(), type);
    duckdb_destroy_logical_type(&type);
  }
}

void Init(duckdb_init_info info) { duckdb_init_set_max_threads(info, 1); }

template <class Value, class Read>
void FillNumbers(duckdb_vector vector, std::uint64_t* validity, idx_t count, Read read) {
  auto* out = static_cast<Value*>(duckdb_vector_get_data(vector));
  for (idx_t i = 0; i < count; ++i) {
    if (!read(i, &out[i])) duckdb_validity_set_row_invalid(validity, i);
  }
}

void Fill(const table::Column& column, const table::ColumnSchema& schema, std::int64_t begin, idx_t count, duckdb_vector vector) {
  duckdb_vector_ensure_validity_writable(vector);
  std::uint64_t* validity = duckdb_vector_get_validity(vector);
  const auto row = [begin](idx_t i) { return begin + static_cast<std::int64_t>(i); };
  switch (schema.type) {
    case table::ColumnType::kBoolean:
      FillNumbers<bool>(vector, validity, count, [&](idx_t i, bool* out) {
        const std::uint32_t code = column.CodeAt(row(i));
        *out = code == 1;
        return code != table::kMissingCode;
      });
      return;
    case table::ColumnType::kTime:
      FillNumbers<std::int64_t>(vector, validity, count, [&](idx_t i, std::int64_t* out) {
        *out = column.TimeAt(row(i));
        return *out != base::kMissingTime;
      });
      return;
    case table::ColumnType::kCategory:
      for (idx_t i = 0; i < count; ++i) {
        const std::uint32_t code = column.CodeAt(row(i));
        if (code == table::kMissingCode) {
          duckdb_validity_set_row_invalid(validity, i);
          continue;
        }
        const std::string& text = column.dictionary()[code];
        duckdb_vector_assign_string_element_len(vector, i, text.data(), text.size());
      }
      return;
    case table::ColumnType::kNumber: break;
  }
  if (schema.integer) {
    FillNumbers<std::int64_t>(vector, validity, count, [&](idx_t i, std::int64_t* out) {
      const auto* integers = std::get_if<std::vector<std::int64_t>>(&column.storage());
      if (integers != nullptr) {
        *out = (*integers)[static_cast<std::size_t>(row(i))];
        return *out != table::kMissingInteger;
      }
      const double value = column.NumberAt(row(i));
      *out = std::isnan(value) ? 0 : static_cast<std::int64_t>(value);
      return !std::isnan(value);
    });
    return;
  }
  FillNumbers<double>(vector, validity, count, [&](idx_t i, double* out) {
    *out = column.NumberAt(row(i));
    return !std::isnan(*out);
  });
}

void Scan(duckdb_function_info info, duckdb_data_chunk output) {
  auto* scan = static_cast<BlockScan*>(duckdb_function_get_extra_info(info));
  while (!scan->ended && (scan->block.empty() || scan->position == scan->block[0].num_rows())) {
    scan->position = 0;
    scan->block.clear();
    const Result<bool> more = scan->next(&scan->block);
    if (!more) {
      scan->failure = more.error();
      scan->ended = true;
      duckdb_function_set_error(info, "stopped");
      return;
    }
    scan->ended = !*more;
  }
  if (scan->ended) {
    duckdb_data_chunk_set_size(output, 0);
    return;
  }
  const auto left = static_cast<idx_t>(scan->block[0].num_rows() - scan->position);
  const idx_t count = std::min<idx_t>(left, duckdb_vector_size());
  for (std::size_t c = 0; c < scan->schema.size(); ++c) Fill(scan->block[c], scan->schema[c], scan->position, count, duckdb_data_chunk_get_vector(output, c));
  duckdb_data_chunk_set_size(output, count);
  scan->position += static_cast<std::int64_t>(count);
  scan->rows += static_cast<std::int64_t>(count);
}

}  // namespace

Result<std::string> RegisterBlockScan(duckdb_connection connection, BlockScan* scan) {
  static std::atomic<std::int64_t> registered = 0;
  const std::string name = "assay_blocks_" + std::to_string(++registered);
  duckdb_table_function function = duckdb_create_table_function();
  duckdb_table_function_set_name(function, name.c_str());
  duckdb_table_function_set_extra_info(function, scan, nullptr);
  duckdb_table_function_set_bind(function, Bind);
  duckdb_table_function_set_init(function, Init);
  duckdb_table_function_set_function(function, Scan);
  const duckdb_state state = duckdb_register_table_function(connection, function);
  duckdb_destroy_table_function(&function);
  if (state != DuckDBSuccess) return Error{ErrorCode::kInternal, "the data engine does not take columns to write"};
  return name;
}

}  // namespace assay::store::internal
