// Area under the ROC curve, its variance and paired differences.
//
// Source: DeLong, DeLong, Clarke-Pearson 1988, doi:10.2307/2531595; by midranks in O(n log n): Sun, Xu 2014,
// doi:10.1109/LSP.2014.2337313; by units: Obuchowski 1997, doi:10.2307/2533958.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "stats/cluster_mean.h"

namespace assay::stats {

// Ranks 1 .. n, equal values share the mean of their ranks.
std::vector<double> Midranks(std::span<const double> values);

struct AucParts {
  double auc = 0.5;
  // Per row, mean 0: the row's share in the AUC's error. Differences of two models' influences give paired variances.
  std::vector<double> influence;
  std::int64_t positives = 0, negatives = 0;
};
// `positive` is 1 or 0 per row. kNumeric when a class is empty.
Result<AucParts> Auc(std::span<const double> scores, std::span<const std::uint8_t> positive);

// Interval on the logit scale (it stays inside (0, 1) and covers near the ends), p_value against 1/2. Without units the
// variance is exactly DeLong's, with units Obuchowski's with a correction for few of them; Student's t with Satterthwaite's
// degrees of freedom instead of the normal quantile, which matters with 50 positives. kNumeric when the rows of a class
// come from fewer than two units.
Result<Interval> AucInterval(const AucParts& parts, std::span<const std::uint8_t> positive, const Clusters& clusters, double level = 0.95);

// auc(a) - auc(b) on the same rows. Identical scores give difference 0, standard_error 0 and p_value NaN.
Result<Interval> AucDifference(const AucParts& a, const AucParts& b, std::span<const std::uint8_t> positive, const Clusters& clusters, double level = 0.95);

}  // namespace assay::stats
