#include "stats/corrected_resampled_t.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "stats/distributions.h"

namespace assay::stats {

Result<Interval> CorrectedResampledT(std::span<const double> differences, const ResamplingShape& shape, double level) {
  if (differences.size() < 2) return Error{ErrorCode::kNumeric, "comparing procedures needs at least two fits, there is " + std::to_string(differences.size())};
  if (!(shape.training_rows > 0) || !(shape.test_rows > 0)) return Error{ErrorCode::kNumeric, "comparing procedures needs training rows and test rows in every fit"};
  const auto fits = static_cast<double>(differences.size());
  double sum = 0;
  for (const double d : differences) sum += d;
  const double mean = sum / fits;
  double squares = 0;
  for (const double d : differences) squares += (d - mean) * (d - mean);
  const bool all_equal = std::equal(differences.begin() + 1, differences.end(), differences.begin());
  if (all_equal && differences[0] != 0) return Error{ErrorCode::kNumeric, "every fit gave the same difference, so there is no spread to judge it by"};
  // (1/J + n_test/n_train) s^2
  const double error = all_equal ? 0 : std::sqrt((1 / fits + shape.test_rows / shape.training_rows) * squares / (fits - 1));
  Interval interval = StudentInterval(mean, error, fits - 1, level);
  interval.units = static_cast<std::int64_t>(differences.size());
  return interval;
}

PracticalDifference ProbabilityOfPracticalDifference(const Interval& difference, double margin) {
  PracticalDifference result;
  if (difference.standard_error <= 0) {
    result.better = difference.value > margin ? 1 : 0;
    result.worse = difference.value < -margin ? 1 : 0;
  } else {
    result.better = StudentCdf((difference.value - margin) / difference.standard_error, difference.degrees);
    result.worse = StudentCdf((-margin - difference.value) / difference.standard_error, difference.degrees);
  }
  result.equivalent = 1 - result.better - result.worse;
  return result;
}

}  // namespace assay::stats
