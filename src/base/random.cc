#include "base/random.h"

#include <bit>
#include <cmath>

namespace assay::base {

namespace {
std::uint64_t SplitMix(std::uint64_t* state) {
  *state += 0x9E3779B97F4A7C15ULL;
  std::uint64_t z = *state;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31U);
}
}  // namespace

RandomStream::RandomStream(std::uint64_t seed, std::string_view purpose, std::uint64_t index) {
  std::uint64_t mix = seed;
  mix = SplitMix(&mix);
  for (const char c : purpose) {
    mix ^= static_cast<unsigned char>(c);
    mix = SplitMix(&mix);
  }
  mix ^= index;
  for (std::uint64_t& word : state_) word = SplitMix(&mix);
}

std::uint64_t RandomStream::Next() {
  const std::uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0];
  const std::uint64_t t = state_[1] << 17U;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= t;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

double RandomStream::Uniform() { return static_cast<double>(Next() >> 11U) * 0x1.0p-53; }

// Rejection keeps every value equally likely.
std::uint64_t RandomStream::Below(std::uint64_t bound) {
  const std::uint64_t threshold = (0 - bound) % bound;
  for (;;) {
    const std::uint64_t draw = Next();
    if (draw >= threshold) return draw % bound;
  }
}

double RandomStream::Normal() {
  if (has_spare_) {
    has_spare_ = false;
    return spare_normal_;
  }
  for (;;) {
    const double u = 2.0 * Uniform() - 1.0;
    const double v = 2.0 * Uniform() - 1.0;
    const double s = u * u + v * v;
    if (s >= 1.0 || s == 0.0) continue;
    const double factor = std::sqrt(-2.0 * std::log(s) / s);
    spare_normal_ = v * factor;
    has_spare_ = true;
    return u * factor;
  }
}

std::uint64_t RandomStream::Poisson1() {
  double p = std::exp(-1.0);
  double cumulative = p;
  const double u = Uniform();
  std::uint64_t k = 0;
  while (u >= cumulative && k < 40) {
    ++k;
    p /= static_cast<double>(k);
    cumulative += p;
  }
  return k;
}

}  // namespace assay::base
