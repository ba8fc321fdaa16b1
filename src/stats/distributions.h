// Distribution and quantile functions, by Boost.Math. Pure, thread-safe.
#pragma once

#include <cstdint>

namespace assay::stats {

double NormalCdf(double z);
double NormalQuantile(double p);                      // 0 < p < 1
double StudentCdf(double t, double degrees);          // degrees > 0, may be fractional
double StudentQuantile(double p, double degrees);
double TwoSidedStudentP(double t, double degrees);    // P(|T| >= |t|); 1 for t = 0
double TwoSidedNormalP(double z);
double ChiSquareUpperP(double x, double degrees);     // P(X >= x)
double ChiSquareQuantile(double p, double degrees);   // 0 <= p < 1
double FisherUpperP(double f, double degrees_1, double degrees_2);  // F distribution, P(F >= f)
double BinomialTwoSidedP(std::int64_t successes, std::int64_t trials);  // exact, probability 1/2, twice the smaller tail, at most 1
double BinomialCdf(std::int64_t successes, std::int64_t trials, double p);
double BetaQuantile(double p, double a, double b);

}  // namespace assay::stats
