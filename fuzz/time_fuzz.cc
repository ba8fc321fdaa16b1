// Any bytes as a time, a duration and a number: never a crash; what parses is written and reads back as the same value.
#include <cmath>
#include <string_view>

#include "base/text.h"
#include "base/time.h"

namespace {

using assay::base::FormatDuration;
using assay::base::FormatTime;
using assay::base::FromCivil;
using assay::base::ParseDuration;
using assay::base::ParseNumber;
using assay::base::ParseTime;
using assay::base::ToCivil;

void Check(std::string_view text) {
  if (const auto time = ParseTime(text)) {
    ASSAY_CHECK(*time != assay::base::kMissingTime);
    ASSAY_CHECK(FromCivil(ToCivil(*time)) == *time);
    const auto again = ParseTime(FormatTime(*time));
    ASSAY_CHECK(again && *again == *time);
  }
  if (const auto duration = ParseDuration(text); duration && *duration >= 1000) {
    // The readable form is rounded; it must at least be a duration again, near the first.
    const auto again = ParseDuration(FormatDuration(*duration));
    ASSAY_CHECK(again.has_value());
    const double first = static_cast<double>(*duration), second = static_cast<double>(*again);
    ASSAY_CHECK(std::abs(first - second) <= 0.06 * std::abs(first) + 1);
  }
  double value = 0;
  if (ParseNumber(text, &value)) {
    ASSAY_CHECK(std::isfinite(value));
    double again = 0;
    ASSAY_CHECK(ParseNumber(assay::base::ShortestNumber(value), &again) && again == value);
    ASSAY_CHECK(!assay::base::ReadableNumber(value, 3).empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
