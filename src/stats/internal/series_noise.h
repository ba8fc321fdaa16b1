// The noise of a series of period means about its levels: AR(1) and what rows scatter by themselves, of a size that differs from period
// to period, with innovations as the series itself shows them.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "stats/change_points.h"
#include "stats/monte_carlo_p.h"

namespace assay::stats::internal {

// How large the noise of each period is beside the others.
struct Scale {
  std::vector<double> deviation;  // root mean square 1
  std::vector<double> weight;     // in a mean: 1 / deviation^2
  std::vector<double> lasting;    // share of the variance that may resemble the neighbours': all but row_variance / rows
};
// Variance a + b / rows, what a period's rows share and what averages out, fitted to the squares about the mean (gamma
// quasi-likelihood; a and b at least 0). All 1 where no period has a fifth more rows than another.
Scale ScaleOf(const PeriodMeans& series);

// Whether the values differ by more than rounding does.
bool Varies(std::span<const double> values);

// Values and what each counts in a mean. `scale` outlives it.
struct Weighted {
  std::span<const double> values;
  const Scale& scale;

  double Mean(std::size_t first, std::size_t end) const;
  double Mean() const { return Mean(0, values.size()); }
  std::vector<double> Standardised(std::span<const double> residuals) const;
};

// Of a sum over many periods, per root of their number: s / (1 - phi), s of the innovations of these standardised residuals.
double LongRunDeviation(std::span<const double> standardised);

// Draws series without level shifts or seasons.
class NullSeries {
 public:
  // `phi`: of the standardised residuals about what was fitted. The innovations are those about the mean of the whole series, as it
  // would be had it neither shift nor season: they are drawn with replacement, so that rare large ones stay rare and large.
  NullSeries(const Weighted& series, double phi);

  std::vector<double> Draw(base::RandomStream* random) const { return DrawWith(phi_, random); }
  // The same with a phi that may as well have made the observed one: sampling error of a first autocorrelation (Bartlett 1946).
  std::vector<double> DrawUncertain(base::RandomStream* random) const;
  // First autocorrelation that drawn series have.
  double phi() const { return phi_; }
  void set_phi(double phi) { phi_ = phi; }
  const Scale& scale() const { return scale_; }

 private:
  std::vector<double> DrawWith(double phi, base::RandomStream* random) const;

  const Scale& scale_;
  std::vector<double> innovations_;  // variance 1
  double phi_;
};

// The phi whose drawn series show, on average, the phi that was observed about what was fitted: fitting levels and seasons that are
// not there takes correlation away, more so in short series.
template <class Estimate>
void CorrectPhi(const ChangeOptions& options, const Estimate& estimate, NullSeries* null) {
  constexpr int kSimulations = 100;
  const double observed = null->phi();
  for (int round = 0; round < 2; ++round) {
    double sum = 0;
    for (int b = 0; b < kSimulations; ++b) {
      base::RandomStream random(options.seed, "phi", static_cast<std::uint64_t>(b));
      const std::vector<double> drawn = null->Draw(&random);
      sum += estimate(Weighted{drawn, null->scale()});
    }
    null->set_phi(std::clamp(null->phi() + observed - sum / kSimulations, -0.5, 0.95));
  }
}

// Share of drawn series with at least this statistic; stops early when it is clear that p > alpha.
template <class Statistic>
double SimulatedP(double observed, const NullSeries& null, const ChangeOptions& options, std::string_view purpose, const Statistic& statistic) {
  int as_large = 0;
  const int enough = static_cast<int>(options.alpha * options.simulations * 4) + 10;
  for (int b = 0; b < options.simulations; ++b) {
    base::RandomStream random(options.seed, purpose, static_cast<std::uint64_t>(b));
    const std::vector<double> drawn = null.DrawUncertain(&random);
    if (statistic(Weighted{drawn, null.scale()}) >= observed) ++as_large;
    if (as_large >= enough) return MonteCarloP(as_large, b + 1, enough);
  }
  return MonteCarloP(as_large, options.simulations, enough);
}

}  // namespace assay::stats::internal
