#include "slices/internal/row_bits.h"

#include <bit>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace assay::slices {

namespace {

using CountBothFunction = std::uint32_t (*)(const std::uint64_t*, const std::uint64_t*, std::size_t);

std::uint32_t CountBothPortable(const std::uint64_t* a, const std::uint64_t* b, std::size_t words) {
  std::uint64_t count = 0;
  for (std::size_t w = 0; w < words; ++w) count += static_cast<std::uint64_t>(std::popcount(a[w] & b[w]));
  return static_cast<std::uint32_t>(count);
}

#if defined(__x86_64__)
__attribute__((target("popcnt"))) std::uint32_t CountBothScalar(const std::uint64_t* a, const std::uint64_t* b, std::size_t words) {
  // Four sums: one would wait for itself.
  std::uint64_t sums[4] = {0, 0, 0, 0};
  std::size_t w = 0;
  for (; w + 4 <= words; w += 4) {
    for (std::size_t k = 0; k < 4; ++k) sums[k] += static_cast<std::uint64_t>(__builtin_popcountll(a[w + k] & b[w + k]));
  }
  for (; w < words; ++w) sums[0] += static_cast<std::uint64_t>(__builtin_popcountll(a[w] & b[w]));
  return static_cast<std::uint32_t>(sums[0] + sums[1] + sums[2] + sums[3]);
}

__attribute__((target("avx512f,avx512vpopcntdq"))) std::uint32_t CountBothWide(const std::uint64_t* a, const std::uint64_t* b, std::size_t words) {
  __m512i first = _mm512_setzero_si512(), second = _mm512_setzero_si512();
  std::size_t w = 0;
  for (; w + 16 <= words; w += 16) {
    first = _mm512_add_epi64(first, _mm512_popcnt_epi64(_mm512_and_si512(_mm512_loadu_si512(a + w), _mm512_loadu_si512(b + w))));
    second = _mm512_add_epi64(second, _mm512_popcnt_epi64(_mm512_and_si512(_mm512_loadu_si512(a + w + 8), _mm512_loadu_si512(b + w + 8))));
  }
  if (w + 8 <= words) {
    first = _mm512_add_epi64(first, _mm512_popcnt_epi64(_mm512_and_si512(_mm512_loadu_si512(a + w), _mm512_loadu_si512(b + w))));
    w += 8;
  }
  std::uint64_t sums[8];
  _mm512_storeu_si512(sums, _mm512_add_epi64(first, second));
  std::uint64_t count = 0;
  for (const std::uint64_t sum : sums) count += sum;
  for (; w < words; ++w) count += static_cast<std::uint64_t>(std::popcount(a[w] & b[w]));
  return static_cast<std::uint32_t>(count);
}
#endif

CountBothFunction Widest() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512vpopcntdq") != 0 && __builtin_cpu_supports("avx512f") != 0) return CountBothWide;
  if (__builtin_cpu_supports("popcnt") != 0) return CountBothScalar;
#endif
  return CountBothPortable;
}

// Multiplication in the field of 2^61 - 1 elements.
std::uint64_t MultiplyModulo(std::uint64_t a, std::uint64_t b) {
  constexpr std::uint64_t kPrime = (std::uint64_t{1} << 61U) - 1;
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  const std::uint64_t sum = (static_cast<std::uint64_t>(product) & kPrime) + static_cast<std::uint64_t>(product >> 61U);
  return sum >= kPrime ? sum - kPrime : sum;
}

// A polynomial over that field with the words as coefficients, at a fixed point.
std::uint64_t HashAt(std::uint64_t point, const std::uint64_t* a, std::size_t words) {
  std::uint64_t hash = 1;
  for (std::size_t w = 0; w < words; ++w) {
    hash = MultiplyModulo(hash + (a[w] & 0xFFFFFFFFU), point);
    hash = MultiplyModulo(hash + (a[w] >> 32U), point);
  }
  return hash;
}

}  // namespace

std::uint32_t CountBoth(const std::uint64_t* a, const std::uint64_t* b, std::size_t words) {
  static const CountBothFunction count = Widest();
  return count(a, b, words);
}

std::uint32_t CountBits(const std::uint64_t* a, std::size_t words) { return CountBoth(a, a, words); }

void Intersect(const std::uint64_t* a, const std::uint64_t* b, std::size_t words, std::uint64_t* out) {
  for (std::size_t w = 0; w < words; ++w) out[w] = a[w] & b[w];
}

void Unite(const std::uint64_t* a, std::size_t words, std::uint64_t* out) {
  for (std::size_t w = 0; w < words; ++w) out[w] |= a[w];
}

RowsHash HashRows(const std::uint64_t* a, std::size_t words) { return {HashAt(0x0123456789ABCDEFU, a, words), HashAt(0x1EDCBA9876543210U, a, words)}; }

}  // namespace assay::slices
