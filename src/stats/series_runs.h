// Neighbours of a series that resemble each other, joined to runs that hardly do.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

namespace assay::stats {

struct SeriesRuns {
  double autocorrelation = 0;  // of neighbours; 0 where it is not told from none
  std::int64_t length = 1;     // of a run
  double widening = 1;         // the variance of a mean over what the scatter of means of such runs shows; above 1 where runs are too short
  double resemblance = 0;      // correlation of neighbouring runs
  double independent = 0;      // values without autocorrelation that would tell as much
};

// The first three autocorrelations of values in order, about their mean; each corrected for taking it off, (n r + 1) / (n - 3). 0 where they do not vary, or
// are fewer than five. To be averaged over series that are alike.
struct Autocorrelations {
  std::array<double, 3> lag = {0, 0, 0};
  Autocorrelations& operator+=(const Autocorrelations& other);
  Autocorrelations& operator/=(double count);
};
Autocorrelations AutocorrelationsOf(std::span<const double> values);
// r of an AR(1) series, on which each value's own noise may lie: that noise makes the first autocorrelation small, but not the second smaller still. The largest
// r_k^(1/k), as far as each r_k, and those before it, are seen: above 1.645 / sqrt(n series), the 95 % point of white noise, and there are 30 k values at least. 0: none is.
double LastingAutocorrelation(const Autocorrelations& r, std::int64_t n, double series = 1);

// Of `n` values with this autocorrelation (LastingAutocorrelation), if they are an AR(1) series. Length: (2 r / (1 - r^2))^(2/3) n^(1/3), the best one for the variance of the mean
// (Carlstein 1986, doi:10.1214/aos/1176350057), at most as many as leave `least_runs`. Widening: (1 + r) / (1 - r), what the variance of a long mean is in
// units of independent values, over that of a run of L, (1 + r) / (1 - r) - 2 r (1 - r^L) / (L (1 - r)^2). Resemblance:
// r (1 - r^L)^2 / (1 - r)^2 over L times the latter. Independent: n (1 - r) / (1 + r) (Bayley, Hammersley
// 1946, doi:10.2307/2983560); both of r and its standard error (Bartlett 1946, doi:10.2307/2983611) together. `series`: how many such series r is the mean of.
SeriesRuns RunsOf(double autocorrelation, std::int64_t n, std::int64_t least_runs, double series = 1);
// The same for runs of a length that is given.
SeriesRuns WithLength(double autocorrelation, std::int64_t n, std::int64_t length, double series = 1);
// The same where fewer than 2 x least_runs values may hide what lasts: where nothing is `seen` (0), what the first autocorrelation and its standard error may hide is
// allowed for in widening and resemblance; independent is then by r alone, so that it is no reason to refuse.
SeriesRuns AllowingForFew(double seen, double first, std::int64_t n, std::int64_t length, std::int64_t least_runs, double series = 1);

// Why days that last so are too few for noise to be told by them: fewer than five independent ones. "" where they are not.
std::string WhyTooFew(const SeriesRuns& runs, std::int64_t days);

}  // namespace assay::stats
