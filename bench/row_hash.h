// Values of made-up tables: each from a hash of its row and of what it is drawn for, so that a table is the same each time.
#pragma once

#include <cstdint>

namespace assay::bench {

// SplitMix64 of the row and what is drawn for it.
inline std::uint64_t Hash(std::int64_t row, std::uint64_t purpose) {
  std::uint64_t x = static_cast<std::uint64_t>(row) * 0x9E3779B97F4A7C15U + purpose * 0xD1B54A32D192ED03U;
  for (int round = 0; round < 2; ++round) {
    x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9U;
    x = (x ^ (x >> 27U)) * 0x94D049BB133111EBU;
    x ^= x >> 31U;
  }
  return x;
}

// In [0, 1).
inline double Uniform(std::int64_t row, std::uint64_t purpose) { return static_cast<double>(Hash(row, purpose) >> 11U) * 0x1p-53; }

}  // namespace assay::bench
