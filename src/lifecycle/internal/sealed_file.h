// Arrays of numbers in one file, whole or not at all, which shows when it was changed: what a run keeps between its steps.
#pragma once

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/file.h"
#include "base/result.h"
#include "base/sha256.h"

namespace assay::lifecycle {

// Magic line, then arrays, each behind its count, then the SHA-256 of it all. Numbers as this machine holds them.
class SealedWriter {
 public:
  explicit SealedWriter(std::string_view magic) : bytes_(magic) {}

  template <class Container>
  void Put(const Container& values) {
    const auto count = static_cast<std::uint64_t>(values.size());
    bytes_.append(reinterpret_cast<const char*>(&count), sizeof count);
    bytes_.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(*values.data()));
  }
  Result<void> Write(const std::filesystem::path& path) const { return base::WriteFileAtomically(path, bytes_ + base::Sha256Hex(bytes_)); }

 private:
  std::string bytes_;
};

class SealedReader {
 public:
  // kInvalidInput when it is not such a file, or damaged.
  static Result<SealedReader> Open(const std::filesystem::path& path, std::string_view magic) {
    SealedReader reader(path, ASSAY_TRY(base::ReadFile(path)));
    const std::string_view whole = reader.whole_;
    if (!whole.starts_with(magic) || whole.size() < magic.size() + kSealDigits) return reader.Damaged();
    if (base::Sha256Hex(whole.substr(0, whole.size() - kSealDigits)) != whole.substr(whole.size() - kSealDigits)) return reader.Damaged();
    reader.at_ = magic.size();
    return reader;
  }

  Error Damaged() const { return {ErrorCode::kInvalidInput, path_.string() + ": is damaged; run again with --fresh"}; }
  bool empty() const { return at_ + kSealDigits >= whole_.size(); }
  // The next array; false when the file ends before it does.
  template <class Container>
  bool Take(Container* out) {
    using T = typename Container::value_type;
    const std::size_t left = whole_.size() - kSealDigits - at_;
    std::uint64_t count = 0;
    if (left < sizeof count) return false;
    std::memcpy(&count, whole_.data() + at_, sizeof count);
    if (count > (left - sizeof count) / sizeof(T)) return false;
    at_ += sizeof count;
    out->resize(count);
    if (count > 0) std::memcpy(out->data(), whole_.data() + at_, count * sizeof(T));
    at_ += count * sizeof(T);
    return true;
  }

 private:
  static constexpr std::size_t kSealDigits = 64;
  SealedReader(std::filesystem::path path, std::string whole) : path_(std::move(path)), whole_(std::move(whole)) {}

  std::filesystem::path path_;
  std::string whole_;
  std::size_t at_ = 0;
};

}  // namespace assay::lifecycle
