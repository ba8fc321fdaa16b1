// How a score grows with training rows: score(n) = c - a n^-b, and what that says beyond the data.
//
// Source: the power law of Viering, Loog 2023, doi:10.1109/TPAMI.2022.3220744 (POW3). Fitted by weighted least squares
// (a and c exactly for each b in [0.025, 1.5], b by grid and golden section); intervals by refitting to points redrawn from their own errors.
#pragma once

#include <cstdint>
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
  Interval asymptote;                    // c
  bool still_rising = false;             // the interval of score(2 n_max) - score(n_max) lies above 0
  std::vector<std::vector<double>> draws;  // bootstrap fits {a, b, c}
  double At(double rows) const;
  // Interval of the fitted curve at `rows`.
  Interval Range(double rows) const;
  // Rows at which the curve reaches `target`, with interval; infinite where it never does.
  Interval RowsFor(double target) const;
};

// kNumeric with fewer than four sizes, and when the scores are not monotone: a later one lies significantly (2 standard
// errors of the difference) below an earlier one, so no power law may be drawn through them.
Result<LearningCurve> FitLearningCurve(std::span<const CurveObservation> observations, std::uint64_t seed);

}  // namespace assay::stats
