#include "store/internal/column_plan.h"

#include <string_view>

#include "store/internal/column_builder.h"
#include "store/internal/duckdb_handle.h"

namespace assay::store::internal {

namespace {
bool HasTextForm(duckdb_type type) {
  switch (type) {
    case DUCKDB_TYPE_ENUM:
    case DUCKDB_TYPE_UUID:
    case DUCKDB_TYPE_TIME:
    case DUCKDB_TYPE_TIME_TZ:
    case DUCKDB_TYPE_TIME_NS:
    case DUCKDB_TYPE_INTERVAL:
    case DUCKDB_TYPE_SQLNULL:
    case DUCKDB_TYPE_BIT:
    case DUCKDB_TYPE_BIGNUM:
    case DUCKDB_TYPE_UHUGEINT: return true;
    default: return false;
  }
}

const char* WhatItIs(duckdb_type type) {
  switch (type) {
    case DUCKDB_TYPE_LIST:
    case DUCKDB_TYPE_ARRAY: return "a list";
    case DUCKDB_TYPE_MAP: return "a map";
    case DUCKDB_TYPE_UNION: return "a union of types";
    case DUCKDB_TYPE_BLOB: return "binary";
    default: return "of a type that Assay does not read";
  }
}
// Values of a JSON file that are texts here and numbers there reach us as pieces of JSON, texts in quotes.
bool IsJson(duckdb_logical_type type) {
  char* alias = duckdb_logical_type_get_alias(type);
  const bool is_json = alias != nullptr && std::string_view(alias) == "JSON";
  duckdb_free(alias);
  return is_json;
}
}  // namespace

void PlanColumn(const std::string& name, const std::string& select, duckdb_logical_type type, std::vector<PlannedColumn>* plan) {
  const duckdb_type id = duckdb_get_type_id(type);
  if (id == DUCKDB_TYPE_STRUCT) {
    for (idx_t i = 0; i < duckdb_struct_type_child_count(type); ++i) {
      char* child_name = duckdb_struct_type_child_name(type, i);
      const std::string child = child_name;
      duckdb_free(child_name);
      duckdb_logical_type child_type = duckdb_struct_type_child_type(type, i);
      PlanColumn(name + "." + child, "struct_extract(" + select + ", " + QuoteLiteral(child) + ")", child_type, plan);
      duckdb_destroy_logical_type(&child_type);
    }
    return;
  }
  const ReadAs read_as = ReadAsOf(id);
  const bool as_text = HasTextForm(id);
  PlannedColumn planned;
  planned.column.name = name;
  planned.column.type = ColumnTypeOf(read_as);
  planned.column.readable = read_as != ReadAs::kUnreadable || as_text;
  planned.column.type_text = planned.column.readable ? "" : WhatItIs(id);
  planned.mixed = IsJson(type);
  if (planned.column.readable) planned.select = as_text ? "CAST(" + select + " AS VARCHAR)" : planned.mixed ? "json_extract_string(" + select + ", '$')" : select;
  plan->push_back(std::move(planned));
}

}  // namespace assay::store::internal
