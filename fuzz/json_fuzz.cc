// Any bytes: reading JSON never crashes; what is read is written as valid UTF-8 without markup and reads back the same, in both
// layouts. As a text value, any bytes are written as valid JSON.
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/text.h"

namespace {

using assay::Json;
using assay::base::ParseJson;
using assay::base::WriteJson;

void CheckWritten(const std::string& written) {
  ASSAY_CHECK(assay::base::IsValidUtf8(written));
  ASSAY_CHECK(written.find('<') == std::string::npos);
  ASSAY_CHECK(written.find("\xE2\x80\xA8") == std::string::npos);
}

void Check(std::string_view text) {
  if (const auto value = ParseJson(text, "fuzz")) {
    for (const int indent : {0, 2}) {
      const std::string written = WriteJson(*value, indent);
      CheckWritten(written);
      const auto again = ParseJson(written, "again");
      ASSAY_CHECK(again.has_value());
      ASSAY_CHECK(WriteJson(*again, indent) == written);
    }
  }
  const std::string as_text = WriteJson(Json(std::string(text)));
  CheckWritten(as_text);
  const auto read = ParseJson(as_text, "text");
  ASSAY_CHECK(read && read->is_string());
  if (assay::base::IsValidUtf8(text)) ASSAY_CHECK(read->get<std::string>() == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
