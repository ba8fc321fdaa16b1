#include "charter/limits.h"

#include <gtest/gtest.h>

namespace assay::charter {
namespace {

TEST(Limits, SayWhyANumberCannotBe) {
  struct Case {
    const char *section, *key;
    double value;
    const char* says;
  };
  const Case cases[] = {
      {"objectives", "least_gain", 0.01, ""},
      {"objectives", "least_gain", 0, "the smallest gain worth having must be above 0"},
      {"objectives", "least_gain", -1, "the smallest gain worth having must be above 0"},
      {"data", "least_query_rows", 10, ""},
      {"data", "least_query_rows", 2.5, "rows are counted in whole numbers"},
      {"data", "least_query_rows", 1e18, "a list that is ranked has at least two rows, and at most 1,000,000,000"},
      {"ethics", "largest_error_rate", 1.5, "an error rate lies between 0 and 1"},
      {"value", "false_positive", 3, "a false alarm cannot earn money here: a cost is negative"},
      {"value", "true_positive", -3, ""},
  };
  for (const Case& c : cases) EXPECT_EQ(ImpossibleNumber(c.section, c.key, c.value), c.says) << c.section << "." << c.key << " = " << c.value;
}

}  // namespace
}  // namespace assay::charter
