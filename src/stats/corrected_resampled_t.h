// Two learning procedures compared by fitting both again and again on parts of the same rows.
//
// The J differences share training rows, so their spread understates how far their mean may be off. The correction
// takes the variance of the mean as (1/J + test rows / training rows) s^2, with Student's t on J - 1 degrees of freedom.
// Here J counts all fits (folds x repeats) and has nothing to do with the number of rows.
// Source: Nadeau, Bengio 2003, doi:10.1023/A:1024068626366; repeated cross-validation: Bouckaert, Frank 2004,
// doi:10.1007/978-3-540-24775-3_3; the posterior: Corani, Benavoli 2015, doi:10.1007/s10994-015-5486-z.
// The correction is a rule of thumb that errs on the safe side (docs/statistics.md has measured figures). Pure, thread-safe.
#pragma once

#include <span>

#include "base/result.h"
#include "stats/cluster_mean.h"

namespace assay::stats {

// Rows (or units, where whole units are held out) of each fit; means where they vary a little.
struct ResamplingShape {
  double training_rows = 0;  // > 0
  double test_rows = 0;      // > 0
};

// Mean of `differences` (score of a minus score of b per fit, finite), interval and two-sided p value of no difference.
// All differences exactly 0 (the same predictions every time): value 0, standard error 0, p NaN.
// kNumeric: fewer than two fits, rows not above 0, or equal differences other than 0, which show no spread to judge by.
Result<Interval> CorrectedResampledT(std::span<const double> differences, const ResamplingShape& shape, double level = 0.95);

struct PracticalDifference {
  double better = 0, equivalent = 0, worse = 0;  // sum to 1
};
// Posterior probabilities that the true difference lies above `margin`, within, or below -margin (flat prior): `difference`
// comes from CorrectedResampledT, its posterior is Student's t about its value. Requires margin >= 0.
PracticalDifference ProbabilityOfPracticalDifference(const Interval& difference, double margin);

}  // namespace assay::stats
