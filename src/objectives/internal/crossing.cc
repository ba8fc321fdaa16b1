#include "objectives/internal/crossing.h"

#include <array>
#include <cmath>
#include <cstddef>

namespace assay::objectives {

namespace {

// A number as a sum of two doubles that do not overlap.
struct Pair {
  double high, low;
};

Pair Difference(double a, double b) {
  const double difference = a - b;
  const double back = a - difference;
  return {difference, (back - b) + (a - (difference + back))};
}

Pair Product(double a, double b) {
  const double product = a * b;
  return {product, std::fma(a, b, -product)};
}

// Exact sums: a growing list of doubles that do not overlap, the largest last (Shewchuk's GROW-EXPANSION).
class Expansion {
 public:
  void Add(double value) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < size_; ++i) {
      const double sum = terms_[i] + value;
      const double back = sum - terms_[i];
      const double rest = (terms_[i] - (sum - back)) + (value - back);
      if (rest != 0) terms_[kept++] = rest;
      value = sum;
    }
    if (value != 0) terms_[kept++] = value;
    size_ = kept;
  }
  void Add(Pair pair, double sign) {
    Add(sign * pair.low);
    Add(sign * pair.high);
  }
  int Sign() const { return size_ == 0 ? 0 : terms_[size_ - 1] > 0 ? 1 : -1; }

 private:
  std::array<double, 20> terms_{};
  std::size_t size_ = 0;
};

int SignOf(double value) { return value > 0 ? 1 : value < 0 ? -1 : 0; }

// lead_a / gain_a against lead_b / gain_b, all four positive: the sign of lead_a x gain_b - lead_b x gain_a.
int CompareExactly(const Crossing& a, const Crossing& b) {
  const Pair lead_a = Difference(a.above.first, a.below.first), gain_a = Difference(a.below.second, a.above.second);
  const Pair lead_b = Difference(b.above.first, b.below.first), gain_b = Difference(b.below.second, b.above.second);
  const Pair left = Product(lead_a.high, gain_b.high), right = Product(lead_b.high, gain_a.high);
  if (lead_a.low == 0 && gain_a.low == 0 && lead_b.low == 0 && gain_b.low == 0) {
    // Rounding is monotone, so the rounded products decide unless they are equal.
    return left.high != right.high ? SignOf(left.high - right.high) : SignOf(left.low - right.low);
  }
  Expansion difference;
  for (const double lead : {lead_a.high, lead_a.low}) {
    for (const double gain : {gain_b.high, gain_b.low}) difference.Add(Product(lead, gain), 1);
  }
  for (const double lead : {lead_b.high, lead_b.low}) {
    for (const double gain : {gain_a.high, gain_a.low}) difference.Add(Product(lead, gain), -1);
  }
  return difference.Sign();
}

}  // namespace

Crossing CrossingOf(ScoreLine above, ScoreLine below) {
  Crossing crossing{above, below};
  if (below.second > above.second) crossing.odds = (above.first - below.first) / (below.second - above.second);
  return crossing;
}

double LambdaOf(const Crossing& crossing) {
  const long double lead = static_cast<long double>(crossing.above.first) - crossing.below.first;
  const long double gain = static_cast<long double>(crossing.below.second) - crossing.above.second;
  const auto lambda = static_cast<double>(lead / (lead + gain));
  // The nearest double may be 0 or 1, which no crossing is at.
  return std::fmin(std::fmax(lambda, std::numeric_limits<double>::denorm_min()), std::nextafter(1.0, 0.0));
}

int CompareCrossings(const Crossing& a, const Crossing& b) {
  if (!a.exists() || !b.exists()) return a.exists() ? -1 : b.exists() ? 1 : 0;
  // Each of the differences and the quotient is off by at most one part in 2^53.
  constexpr double kSlack = 8 * std::numeric_limits<double>::epsilon();
  if (a.odds < b.odds * (1 - kSlack)) return -1;
  if (a.odds > b.odds * (1 + kSlack)) return 1;
  return CompareExactly(a, b);
}

}  // namespace assay::objectives
