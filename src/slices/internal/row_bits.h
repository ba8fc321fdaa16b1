// Sets of rows as bits, and their counts by band.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace assay::slices {

// Words of 64 rows; a band is a run of whole groups of eight words.
inline constexpr std::size_t kWordsPerGroup = 8;

// Population count of a AND b. By the widest instructions that the machine has.
std::uint32_t CountBoth(const std::uint64_t* a, const std::uint64_t* b, std::size_t words);
std::uint32_t CountBits(const std::uint64_t* a, std::size_t words);
// out = a AND b; out may be either.
void Intersect(const std::uint64_t* a, const std::uint64_t* b, std::size_t words, std::uint64_t* out);
// out |= a
void Unite(const std::uint64_t* a, std::size_t words, std::uint64_t* out);

// 128 bits that tell sets of rows apart: two different ones of n words agree by a chance of about (n / 2^60)^2, of 10 million rows 2^-86.
struct RowsHash {
  std::uint64_t first = 0, second = 0;
  bool operator==(const RowsHash&) const = default;
  auto operator<=>(const RowsHash&) const = default;
};
RowsHash HashRows(const std::uint64_t* a, std::size_t words);

}  // namespace assay::slices
