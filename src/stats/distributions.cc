#include "stats/distributions.h"

#include <algorithm>
#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/fisher_f.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

namespace assay::stats {

namespace bm = boost::math;

double NormalCdf(double z) { return bm::cdf(bm::normal(), z); }
double NormalQuantile(double p) { return bm::quantile(bm::normal(), p); }
double StudentCdf(double t, double degrees) { return bm::cdf(bm::students_t(degrees), t); }
double StudentQuantile(double p, double degrees) { return bm::quantile(bm::students_t(degrees), p); }
double TwoSidedStudentP(double t, double degrees) {
  return std::min(1.0, 2.0 * bm::cdf(bm::complement(bm::students_t(degrees), std::abs(t))));
}
double TwoSidedNormalP(double z) { return std::min(1.0, 2.0 * bm::cdf(bm::complement(bm::normal(), std::abs(z)))); }
double ChiSquareUpperP(double x, double degrees) { return x <= 0 ? 1.0 : bm::cdf(bm::complement(bm::chi_squared(degrees), x)); }
double ChiSquareQuantile(double p, double degrees) { return bm::quantile(bm::chi_squared(degrees), p); }
double FisherUpperP(double f, double degrees_1, double degrees_2) {
  return f <= 0 ? 1.0 : bm::cdf(bm::complement(bm::fisher_f(degrees_1, degrees_2), f));
}
double BinomialCdf(std::int64_t successes, std::int64_t trials, double p) {
  return successes < 0 ? 0.0 : bm::cdf(bm::binomial(static_cast<double>(trials), p), static_cast<double>(successes));
}
double BinomialTwoSidedP(std::int64_t successes, std::int64_t trials) {
  if (trials == 0) return 1.0;
  const std::int64_t smaller = std::min(successes, trials - successes);
  return std::min(1.0, 2.0 * BinomialCdf(smaller, trials, 0.5));
}
double BetaQuantile(double p, double a, double b) { return bm::quantile(bm::beta_distribution<>(a, b), p); }

}  // namespace assay::stats
