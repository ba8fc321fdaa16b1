// The p value of a test whose null distribution is drawn: permutations, or simulated series.
#pragma once

namespace assay::stats {

// `as_extreme` of `draws` null statistics reached the observed one. Drawing all that were planned: (C + 1) / (B + 1), never
// 0, valid at any number of draws. Stopped early because `as_extreme` reached the number at which drawing ends: C / draws
// (Besag, Clifford 1991, doi:10.1093/biomet/78.2.301), valid as well when that number is reached by the last draw.
// Requires 0 <= as_extreme <= draws.
inline double MonteCarloP(int as_extreme, int draws, int stop_at) {
  return as_extreme >= stop_at ? static_cast<double>(as_extreme) / draws : (as_extreme + 1.0) / (draws + 1.0);
}

}  // namespace assay::stats
