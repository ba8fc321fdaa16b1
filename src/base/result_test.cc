#include "base/result.h"

#include <gtest/gtest.h>

namespace assay::base {
namespace {

Result<int> Fails(ErrorCode code) { return Error{code, "what went wrong"}; }

Result<int> Wraps(ErrorCode code) {
  const int value = ASSAY_TRY_WITH(Fails(code), std::string("flights.csv"));
  return value;
}

TEST(Result, ContextStandsBeforeTheMessage) { EXPECT_EQ(Wraps(ErrorCode::kInvalidInput).error().message, "flights.csv: what went wrong"); }

TEST(Result, AStopOnRequestBlamesNoFile) {
  EXPECT_EQ(Wraps(ErrorCode::kCancelled).error().message, "what went wrong");
  EXPECT_EQ(Wraps(ErrorCode::kCancelled).error().code, ErrorCode::kCancelled);
}

}  // namespace
}  // namespace assay::base
