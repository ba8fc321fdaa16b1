#include "base/result.h"

namespace assay::base {

namespace {
struct CodeRow {
  ErrorCode code;
  const char* name;
  int exit_code;
};
constexpr CodeRow kCodes[] = {
    {ErrorCode::kInvalidInput, "invalid_input", 2}, {ErrorCode::kNotFound, "not_found", 2},
    {ErrorCode::kConflict, "conflict", 2},          {ErrorCode::kUnsupported, "unsupported", 2},
    {ErrorCode::kNumeric, "numeric", 2},            {ErrorCode::kTooLarge, "too_large", 2},
    {ErrorCode::kCancelled, "cancelled", 130},      {ErrorCode::kIo, "io", 2},
    {ErrorCode::kInternal, "internal", 70},
};
const CodeRow& RowOf(ErrorCode code) {
  for (const CodeRow& row : kCodes) {
    if (row.code == code) return row;
  }
  return kCodes[8];
}
}  // namespace

int ExitCode(ErrorCode code) { return RowOf(code).exit_code; }
const char* ErrorCodeName(ErrorCode code) { return RowOf(code).name; }

void CheckFailed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "assay: defect: %s does not hold (%s:%d). Please report it.\n", condition, file, line);
  std::abort();
}

}  // namespace assay::base
