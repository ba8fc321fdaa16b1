#include "learn/internal/split_chance.h"

#include <algorithm>
#include <cmath>

#include "stats/distributions.h"

namespace assay::learn {

namespace {

double LogChiSquareUpperP(double x, double degrees) {
  const double p = stats::ChiSquareUpperP(x, degrees);
  // Beyond what a double holds, the first term of the tail's expansion.
  return p > 1e-290 ? std::log(p) : -x / 2 + (degrees / 2 - 1) * std::log(x / 2) - std::lgamma(degrees / 2);
}

}  // namespace

double LogChanceOfSplit(double statistic, double degrees, const SplitSearch& search) {
  if (!(statistic > 0)) return 0;
  const double one = LogChiSquareUpperP(statistic, degrees);
  const auto values = static_cast<double>(search.values) + (search.categories && search.missing ? 1 : 0);
  if (search.categories) {
    const double divisions = std::max(1.0, values - 1) * std::log(2.0);
    const double ways = values < 40 ? std::log(std::max(1.0, std::expm1(divisions))) : divisions;
    // No division explains more than all values by themselves.
    return std::min(0.0, std::min(one + ways, LogChiSquareUpperP(statistic, degrees * std::max(1.0, values - 1))));
  }
  const double least = std::clamp(search.least_share, 1e-6, 0.5);
  const double independent = 2 + std::max(0.0, statistic - 1) * std::log((1 - least) / least);
  const double ways = std::min(std::max(1.0, values - 1), independent);
  return std::min(0.0, one + std::log(ways) + (search.missing ? std::log(2.0) : 0.0));
}

}  // namespace assay::learn
