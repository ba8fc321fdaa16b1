// Reads the engine's messages.
#pragma once

#include <string>

namespace assay::store::internal {

// The text between two marks, or "".
inline std::string TextBetween(const std::string& text, const std::string& before, const std::string& after) {
  const std::size_t begin = text.find(before);
  if (begin == std::string::npos) return "";
  const std::size_t end = text.find(after, begin + before.size());
  if (end == std::string::npos) return "";
  return text.substr(begin + before.size(), end - begin - before.size());
}

}  // namespace assay::store::internal
