// A ledger of three records, changed by the input (or, when its first byte is odd, the input itself as the file): reading never
// crashes; whatever is read without an error is a beginning of what was written; and a ledger that reads can be appended to and reads
// again, torn last line or not.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/file.h"
#include "evidence/ledger.h"

namespace {

namespace fs = std::filesystem;
using assay::evidence::Ledger;

// In memory where there is such a file system: every append is made durable.
const fs::path& Folder() {
  static const fs::path folder = [] {
    std::error_code none;
    const fs::path parent = fs::is_directory("/dev/shm", none) ? fs::path("/dev/shm") : fs::temp_directory_path();
    return parent / ("assay-ledger-fuzz-" + std::to_string(::getpid()));
  }();
  static const bool cleaned = [] {
    std::atexit([] {
      std::error_code none;
      fs::remove_all(Folder(), none);
    });
    return true;
  }();
  (void)cleaned;
  return folder;
}

const std::string& Original() {
  static const std::string bytes = [] {
    Ledger ledger(Folder());
    for (int i = 0; i < 3; ++i) ASSAY_CHECK(ledger.Append("report", assay::Json{{"x", i}, {"text", "a\nb"}}).has_value());
    return *assay::base::ReadFile(ledger.path());
  }();
  return bytes;
}

// Edits: two bytes position, one byte how many to remove, one byte how many of the next to put in.
std::string Changed(std::string bytes, std::string_view edits) {
  while (edits.size() >= 4) {
    const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(edits[i])); };
    const std::size_t at = std::min(bytes.size(), byte(0) * 256 + byte(1));
    const std::size_t remove = byte(2), put = std::min(edits.size() - 4, byte(3));
    bytes.replace(at, std::min(remove, bytes.size() - at), edits.substr(4, put));
    edits.remove_prefix(4 + put);
  }
  return bytes;
}

void Check(std::string_view input) {
  const std::string original = Original();
  const bool raw = !input.empty() && (input[0] & 1) != 0;
  const std::string bytes = raw ? std::string(input.substr(1)) : Changed(original, input.substr(std::min<std::size_t>(1, input.size())));
  Ledger ledger(Folder());
  std::ofstream(ledger.path(), std::ios::binary | std::ios::trunc) << bytes;
  const auto before = ledger.Read();
  if (before) {
    const std::string whole_lines = bytes.substr(0, bytes.rfind('\n') + 1);
    ASSAY_CHECK(original.starts_with(whole_lines));
  }
  const auto appended = ledger.Append("report", assay::Json{{"y", 1}});
  if (!before) return;
  ASSAY_CHECK(appended.has_value());
  const auto after = ledger.Read();
  ASSAY_CHECK(after && after->notice.empty() && after->head == appended->hash);
  ASSAY_CHECK(after->records.size() == before->records.size() + (before->notice.empty() ? 1U : 2U));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
