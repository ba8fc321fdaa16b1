// A metric as people write it: sum(x), avg(x), count(), sum(x)/sum(y), where x and y are EXPRs (docs/change.md).
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "slices/change_effect.h"

namespace assay::slices {

struct Metric {
  ChangeForm form = ChangeForm::kRate;
  std::string x;  // EXPR per row that is summed; "1" for count()
  std::string y;  // EXPR of a ratio's denominator; "" for a sum and for a mean, which counts rows
  std::string text;  // as written
};

// Names in any case; avg(x) = mean(x) = sum(x)/count(). kInvalidInput says what was found and shows what to write.
Result<Metric> ParseMetric(std::string_view text);

// Whether the text calls one of sum, avg, mean, count, so that it is meant for such a metric, not for a formula over others' names.
bool NamesAggregate(std::string_view text);

}  // namespace assay::slices
