// Any bytes: parsing --gain never crashes; what parses has amounts, and reads the same when written again cell by cell.
#include <string>
#include <string_view>

#include "objectives/gains.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using assay::objectives::GainTexts;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const assay::Result<GainTexts> gains = assay::objectives::ParseGains({text});
  if (!gains) return 0;
  ASSAY_CHECK(!gains->true_positive.empty() && !gains->false_positive.empty() && !gains->true_negative.empty() && !gains->false_negative.empty());
  const assay::Result<GainTexts> again = assay::objectives::ParseGains({"tn=" + gains->true_negative + ",fn=" + gains->false_negative, "fp=" + gains->false_positive, "tp=" + gains->true_positive});
  ASSAY_CHECK(again.has_value() && again->true_positive == gains->true_positive && again->false_positive == gains->false_positive &&
              again->true_negative == gains->true_negative && again->false_negative == gains->false_negative);
  return 0;
}
