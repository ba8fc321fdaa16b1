// The stretch of a series whose level differs most from the rest.
#pragma once

#include <span>
#include <vector>

#include "stats/internal/series_noise.h"

namespace assay::stats::internal {

// [first, end); one of its ends may be the series' end. At least `least` periods in it, before it and after it.
struct Stretch {
  std::size_t first = 0, end = 0;
  double score = 0;  // squared difference of the weighted means, by its variance where the noise has variance 1
};

// Cost: n^2 / 2 steps.
Stretch FindStretch(const Weighted& series, std::size_t least);
// The values minus the mean of each of its up to three parts, standardised.
std::vector<double> AboutLevels(const Weighted& series, const Stretch& stretch);
// How far the stretch lies from the rest by the noise about the levels; 0 without a stretch.
double Standing(const Stretch& stretch, std::span<const double> standardised);

}  // namespace assay::stats::internal
