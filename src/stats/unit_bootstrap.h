// Interval of a statistic from drawing its independent units again, with replacement.
//
// A second opinion beside the delta method: it needs no formula for the variance and no symmetry, only units that are
// alike. Percentile interval (Efron 1979, doi:10.1214/aos/1176344552; whole units: Field, Welsh 2007,
// doi:10.1111/j.1467-9868.2007.00593.x), its ends moved out for few units so that a mean gets the width of Student's
// interval (Hesterberg 2015, doi:10.1080/00031305.2015.1089789). Pure; same seed, same bytes.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/result.h"
#include "stats/interval.h"
#include "stats/unit_variance.h"

namespace assay::stats {

struct BootstrapOptions {
  int draws = 2000;
  std::uint64_t seed = 42;
  double level = 0.95;
};

// `statistic(times)`: its value when unit u is there times[u] times; not finite where it does not exist (no positive was drawn).
// `value`: with every unit once. `degrees` > 0: units that inform it less one (the smaller class's for an AUC); at most
// num_units - 1. The result's standard_error is the spread over the draws, p_value stays NaN.
// kNumeric: fewer than two units, or a statistic that does not exist in more than 1 % of the draws.
Result<Interval> UnitBootstrap(double value, std::size_t num_units, double degrees, const std::function<double(std::span<const double> times)>& statistic,
                               const BootstrapOptions& options);

// Units dealt by seed into at most `most` bundles of whole units, as even in number as can be: drawing bundles costs the
// same for any number of units. Fewer units than that: each is its own bundle.
struct Bundles {
  std::vector<std::uint32_t> of_row;  // 0 .. count - 1
  std::uint32_t count = 0;
  std::int64_t units = 0;
};
Bundles BundleUnits(const Clusters& clusters, std::size_t num_rows, std::uint32_t most, std::uint64_t seed);

}  // namespace assay::stats
