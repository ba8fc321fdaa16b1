// Neighbours of a series that resemble each other, joined to runs that hardly do.
#pragma once

#include <cstdint>

namespace assay::stats {

struct SeriesRuns {
  double autocorrelation = 0;  // of neighbours, lag 1; 0 where it is not told from none
  std::int64_t length = 1;     // of a run
  double widening = 1;         // the variance of a mean over what the scatter of means of such runs shows; above 1 where runs are too short
  double independent = 0;      // values without autocorrelation that would tell as much
};

// Of `n` values whose first autocorrelation is r, if they are an AR(1) series. Length: (2 r / (1 - r^2))^(2/3) n^(1/3), the best one for the variance of the mean
// (Carlstein 1986, doi:10.1214/aos/1176350057), at most as many as leave `least_runs`. Widening: (1 + r) / (1 - r), what the variance of a long mean is in
// units of independent values, over that of a run of L, (1 + r) / (1 - r) - 2 r (1 - r^L) / (L (1 - r)^2). Independent: n (1 - r) / (1 + r) (Bayley, Hammersley
// 1946, doi:10.2307/2983560); both of r and its standard error (Bartlett 1946, doi:10.2307/2983611) together. `series`: how many such series r is the mean of; at most 1.645 / sqrt(n series) counts as none, the 95 % point of white noise.
SeriesRuns RunsOf(double autocorrelation, std::int64_t n, std::int64_t least_runs, double series = 1);

}  // namespace assay::stats
