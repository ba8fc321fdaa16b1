// Thresholds that are not shown to be worse than the best one.
//
// Candidates lie at fixed shares of the rows, never acting and always acting among them. A candidate t is left out when some candidate s brings
// significantly more: T(t) = max over s of (M(s) - M(t)) / scale(s, t) beyond its critical value. That is the level quantile of the same maximum
// over draws of units with replacement, centred, so it holds for all comparisons with t at once; the truly best candidate is therefore left out
// in at most 1 - level of all samples. The set is a confidence set for the best (multiple comparisons with the best: Hsu 1981,
// doi:10.1214/aos/1176345582; by resampling: Hansen, Lunde, Nason 2011, doi:10.3982/ECTA5771). Candidates that bring far less than t cannot
// refute it and leave the maximum (moment selection: Andrews, Soares 2010, doi:10.3982/ECTA7502).
// scale(s, t) is the standard error of the difference, by units, but at least a quarter of the largest one of t: between two near thresholds lie
// few rows, all of which may have lost by chance without showing any scatter.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "base/run_context.h"
#include "objectives/profit_curve.h"
#include "stats/unit_variance.h"

namespace assay::objectives {

struct ThresholdSetOptions {
  int draws = 2000;
  double level = 0.95;
  std::size_t most_candidates = 100;
};

struct ThresholdRange {
  // The nearest candidates above and below that are refuted, or the ends: thresholds above `below` and below `above` are not. above = +infinity and
  // below = the least score where nothing refuted lies beyond.
  double above = 0, below = 0;
  bool never = false, always = false;        // whether never, or always, acting is in it
  std::int64_t acted_least = 0, acted_most = 0;  // rows acted on by the candidates in it
};

struct ThresholdSet {
  std::vector<ProfitCurvePoint> candidates;  // by falling score
  std::vector<std::uint8_t> kept;      // per candidate
  std::vector<ThresholdRange> ranges;  // by falling score; the threshold with the most money always lies in one
  std::int64_t units = 0;              // drawn: units, or bundles of them
  bool bundled = false;
};

// Fewer units cannot be drawn again in enough ways.
inline constexpr std::int64_t kFewestUnitsToDraw = 12;

// With a crossing units or periods are drawn, whichever are fewer. kNumeric with fewer than kFewestUnitsToDraw. Same seed, same bytes with any
// number of threads. Cost: one sweep over rows, draws x (bundles + candidates) x candidates.
Result<ThresholdSet> ThresholdsNotShownWorse(const ProfitCurve& curve, const stats::Clusters& clusters, const ThresholdSetOptions& options, const RunContext& context);

}  // namespace assay::objectives
