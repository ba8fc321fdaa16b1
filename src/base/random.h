// Random streams that do not depend on threads.
//
// Every replicate, block or fold draws from its own stream, named by (seed, purpose, index), so a run gives the same
// numbers whichever thread takes the work and in whatever order.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace assay::base {

// xoshiro256++ seeded through SplitMix64. Source: Blackman, Vigna 2021, doi:10.1145/3460772.
// Not thread-safe; cheap to construct (tens of ns).
class RandomStream {
 public:
  using result_type = std::uint64_t;
  explicit RandomStream(std::uint64_t seed, std::string_view purpose = {}, std::uint64_t index = 0);

  std::uint64_t Next();
  std::uint64_t operator()() { return Next(); }
  static constexpr std::uint64_t min() { return 0; }
  static constexpr std::uint64_t max() { return ~std::uint64_t{0}; }

  double Uniform();                           // in [0, 1), 53 bits
  std::uint64_t Below(std::uint64_t bound);   // unbiased in [0, bound); requires bound > 0
  double Normal();                            // standard normal, polar method
  std::uint64_t Poisson1();                   // Poisson with mean 1, by inversion (bootstrap weights)

  // Fisher-Yates.
  template <class T>
  void Shuffle(std::span<T> items) {
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[Below(i)]);
  }

 private:
  std::uint64_t state_[4];
  double spare_normal_ = 0.0;
  bool has_spare_ = false;
};

}  // namespace assay::base
