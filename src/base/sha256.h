// SHA-256 (FIPS 180-4) by OpenSSL: fingerprints of data, the chain of the ledger.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace assay::base {

// Feed, then Finish once. Not thread-safe.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  void Update(const void* data, std::size_t num_bytes);
  std::string FinishHex();  // 64 lower-case hexadecimal digits

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string Sha256Hex(std::string_view bytes);

}  // namespace assay::base
