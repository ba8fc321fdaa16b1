#include "lifecycle/internal/traits.h"

#include <gtest/gtest.h>

#include <numeric>

#include "lifecycle/estimates.h"

namespace assay::lifecycle {
namespace {

// A label is an expression, as an exclusion or a hypothesis would be written: no separators in its numbers.
TEST(Traits, ThresholdsStandAsInExpressions) {
  std::vector<double> years;
  for (int i = 0; i < 80; ++i) years.push_back(1960 + i);
  std::vector<std::uint32_t> rows(years.size());
  std::iota(rows.begin(), rows.end(), 0U);
  const Traits cut = TraitsOf(table::Column::Numbers("year", years), rows);
  EXPECT_EQ(cut.labels, (std::vector<std::string>{"year <= 1980", "1980 < year <= 2000", "2000 < year <= 2020", "year > 2020"}));

  const Traits few = TraitsOf(table::Column::Numbers("price", {1500, 2500, 1500, 2500}), std::vector<std::uint32_t>{0, 1, 2, 3});
  EXPECT_EQ(few.labels, (std::vector<std::string>{"price = 1500", "price = 2500"}));
}

TEST(EstimateInWords, ValueAndEndsHaveTheSameDecimals) {
  const struct { evidence::Estimate estimate; const char* text; } kCases[] = {
      {{0.03417, 0.02269, 0.04597, 0.95, ""}, "0.034 (95 % interval 0.023 to 0.046)"},
      {{-31521.3, -51983.1, -11059.2, 0.95, ""}, "-31,521 (95 % interval -51,983 to -11,059)"},
      {{0, 0, 0, 1 - 0.05 / 3, ""}, "0 (98.33 % interval 0 to 0)"},
  };
  for (const auto& c : kCases) EXPECT_EQ(EstimateInWords(c.estimate), c.text);
}

}  // namespace
}  // namespace assay::lifecycle
