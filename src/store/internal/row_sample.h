// A random sample of rows in file order, decided while the rows stream by.
#pragma once

#include <cstdint>
#include <vector>

#include "base/random.h"

namespace assay::store::internal {

// Selection sampling (Knuth, The Art of Computer Programming 3.4.2, algorithm S): exactly `wanted` of `total` rows, each
// set equally likely; depends on the seed only.
class RowSample {
 public:
  RowSample(std::uint64_t seed, std::int64_t wanted, std::int64_t total) : random_(seed, "sample rows"), needed_(wanted), left_(total) {}

  // Which of the next `num_rows` rows are in the sample, as offsets.
  std::vector<std::uint32_t> Next(std::int64_t num_rows) {
    std::vector<std::uint32_t> chosen;
    for (std::int64_t i = 0; i < num_rows && left_ > 0; ++i, --left_) {
      if (needed_ <= 0 || static_cast<std::int64_t>(random_.Below(static_cast<std::uint64_t>(left_))) >= needed_) continue;
      chosen.push_back(static_cast<std::uint32_t>(i));
      --needed_;
    }
    return chosen;
  }

 private:
  base::RandomStream random_;
  std::int64_t needed_, left_;
};

}  // namespace assay::store::internal
