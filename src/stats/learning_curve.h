// How a score grows with training rows: score(n) = c - a n^-b, and what that says beyond the data.
//
// Source: the power law of Viering, Loog 2023, doi:10.1109/TPAMI.2022.3220744 (POW3). Fitted by weighted least squares
// (a and c exactly for each b in [0.025, 1.5], b by grid and golden section); intervals by refitting to points with redrawn errors. Before a law that only
// rises may be drawn, the points are tested for having fallen: the weighted distance to the nearest rising sequence
// (isotonic regression) against the same distance of pure noise, the worst case of a rising truth being a flat one
// (Robertson, Wright, Dykstra 1988, chapter 2).
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "base/result.h"
#include "stats/cluster_mean.h"

namespace assay::stats {

struct CurveObservation {
  double rows = 0;
  double score = 0;           // higher is better
  double standard_error = 0;  // > 0
};

struct LearningCurve {
  double a = 0, b = 0, c = 0;
  double misfit = 0;                     // root mean square distance of the points from the curve, in standard errors
  double monotone_p = 1;                 // p value of "the truth never falls"
  Interval asymptote;                    // c
  bool still_rising = false;             // score(2 n_max) > score(n_max) in more than 97.5 % of the redrawn curves: of flat
                                         // curves about one in twenty is called rising, because refits lie near a = 0
  std::vector<std::vector<double>> draws;  // refits {a, b, c}
  double At(double rows) const;
  // Interval of the fitted curve at `rows`.
  Interval Range(double rows) const;
  // How much twice as many rows raise it.
  Interval RiseByDoubling(double rows) const;
  // Rows at which the curve reaches `target`, with interval; infinite where it never does.
  Interval RowsFor(double target) const;
  // Share of the redrawn curves that never reach it.
  double ShareThatNever(double target) const;
};

// `errors`: redrawn errors of the scores, one vector of observations.size() per draw, about mean 0 - drawn jointly, because
// scores on the same test rows err together. Empty: 200 independent normal draws by seed.
// `ceiling`: the score of perfect predictions, which no curve passes.
// kNumeric with fewer than four sizes, and when "the truth never falls" is rejected at 5 %: then no law is drawn.
Result<LearningCurve> FitLearningCurve(std::span<const CurveObservation> observations, std::uint64_t seed,
                                       std::span<const std::vector<double>> errors = {}, double ceiling = std::numeric_limits<double>::infinity());

// The nearest never-falling sequence under these weights (pool adjacent violators).
std::vector<double> Isotonic(std::span<const double> values, std::span<const double> weights);

}  // namespace assay::stats
