// A sum with about twice the digits of a double, so that equal sets of numbers have, but for rare last bits, equal sums.
#pragma once

#include <cmath>

namespace assay::stats {

// Two doubles hold the sum: error below 1e-30 of the sum of magnitudes per number added. Source: Dekker 1971,
// doi:10.1007/BF01397083.
class ExactSum {
 public:
  void Add(double value) {
    const double sum = high_ + value;
    const double back = sum - high_;
    low_ += (high_ - (sum - back)) + (value - back);
    high_ = sum;
  }
  // Adds times x value.
  void Add(double times, double value) {
    const double product = times * value;
    Add(product);
    low_ += std::fma(times, value, -product);
  }
  double Value() const { return high_ + low_; }

 private:
  double high_ = 0, low_ = 0;
};

}  // namespace assay::stats
