// Any bytes: reading a policy never crashes; an error names the file; what is read is written so that it reads back the same.
#include <string>
#include <string_view>

#include "charter/policy.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace assay;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const Result<charter::Policy> policy = charter::ParsePolicy(text, "policy.toml");
  if (!policy) {
    ASSAY_CHECK(policy.error().message.starts_with("policy.toml: "));
    return 0;
  }
  const std::string written = charter::WritePolicy(*policy, "any");
  const Result<charter::Policy> again = charter::ParsePolicy(written, "again.toml");
  ASSAY_CHECK(again.has_value() && charter::WritePolicy(*again, "any") == written);
  return 0;
}
