// Fewer points of a curve, so that it still looks the same: with the largest error that leaving points out makes.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace assay::stats {

struct ThinnedCurve {
  std::vector<std::size_t> kept;  // indices in order; first and last always among them
  double largest_error = 0;       // largest vertical distance of a point left out from the straight lines between kept ones
};

// Ramer-Douglas-Peucker with the vertical distance, which is what a reader of the plot would misread; the distance of a
// point is the largest over all `series` (a mean and both ends of its interval are thinned together).
// Requires: x strictly increasing; every series as long as x; `anchors` as long as x or empty. Points where any series is
// not finite are kept, as are the points marked in `anchors` (change points). A series that is finite nowhere is ignored.
// Cost: n log n mostly, n^2 at worst. Source: Ramer 1972, doi:10.1016/S0146-664X(72)80017-0; Douglas, Peucker 1973.
ThinnedCurve ThinCurve(std::span<const double> x, std::span<const std::span<const double>> series, const std::vector<bool>& anchors, double tolerance);

// At most `most` points wherever kept-by-rule points allow: the tolerance starts at a thousandth of the series' range and doubles
// until they fit. Requires most >= 2. Up to `most` points the curve stays whole, with error 0.
ThinnedCurve ThinCurveToFit(std::span<const double> x, std::span<const std::span<const double>> series, const std::vector<bool>& anchors, std::size_t most);

}  // namespace assay::stats
