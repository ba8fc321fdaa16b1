// Any bytes: splitting never crashes; no letter but separators and blanks at the ends of parts is lost; a token is found where it stands.
#include <algorithm>
#include <string>
#include <string_view>

#include "base/result.h"
#include "expression/split.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace assay;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto letters = [](std::string_view s) { return std::count_if(s.begin(), s.end(), [](unsigned char c) { return c > ' ' && c != ','; }); };
  std::ptrdiff_t kept = 0;
  for (const std::string& part : expression::SplitOutsideBrackets(text, ',')) {
    kept += letters(part);
    if (expression::UnclosedIn(text).empty()) ASSAY_CHECK(expression::UnclosedIn(part).empty());
  }
  ASSAY_CHECK(kept == letters(text));
  const std::size_t at = expression::LastOutsideBrackets(text, "<=");
  ASSAY_CHECK(at == std::string_view::npos || text.substr(at, 2) == "<=");
  return 0;
}
