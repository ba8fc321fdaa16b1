// Corrections for having looked at many things. P values in, adjusted values out, in the same order; NaN stays NaN and
// does not count as a test.
#pragma once

#include <span>
#include <vector>

namespace assay::stats {

// q values of Benjamini, Hochberg 1995, doi:10.1111/j.2517-6161.1995.tb02031.x: rejecting q <= alpha keeps the false
// discovery rate at alpha under independence or positive dependence.
std::vector<double> BenjaminiHochberg(std::span<const double> p_values);
// q values of Benjamini, Yekutieli 2001, doi:10.1214/aos/1013699998: the same under any dependence, 1 + 1/2 + ... + 1/m
// times as large.
std::vector<double> BenjaminiYekutieli(std::span<const double> p_values);
// Adjusted p values of Holm 1979: rejecting those <= alpha keeps the chance of any false rejection at alpha.
std::vector<double> Holm(std::span<const double> p_values);

}  // namespace assay::stats
