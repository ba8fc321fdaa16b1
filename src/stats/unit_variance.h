// Variance of an estimate when rows of one unit depend on each other, and how far that variance can be trusted.
//
// The estimate's error is the mean over rows of an influence: for a mean the value minus the mean, for an AUC the
// placement minus the AUC. Rows may fall into two parts that were centred apart (inside and outside a segment, positives
// and negatives). Summed by unit (Liang, Zeger 1986, doi:10.1093/biomet/73.1.13), each sum blown up for what centring took
// from it, which makes the variance exact on average for independent rows (Bell, McCaffrey 2002, Survey Methodology 28:169;
// "CR2"): without units that is s^2/n for a mean, Welch's for a difference, DeLong's for an AUC.
// Degrees of freedom: Satterthwaite's, with the dependence within units taken from the influences themselves (Imbens,
// Kolesar 2016, doi:10.1162/REST_a_00552). G equal units give G - 1; one unit that outweighs the rest gives few.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"

namespace assay::stats {

// Rows that depend in two ways: on those of their unit at other times, and on those of other units in the same period (all shops
// feel the rain of a day). A cell is a unit in a period; maps of cells, dense ids.
struct Crossing {
  std::vector<std::uint32_t> unit_of, period_of;
  std::uint32_t num_units = 0, num_periods = 0;
};

// Rows of each unit: dense ids 0 .. num_units - 1, or empty when every row is a unit of its own. With a crossing (which must live
// as long) the ids are those of its cells.
struct Clusters {
  std::span<const std::uint32_t> unit;
  std::uint32_t num_units = 0;
  const Crossing* crossing = nullptr;
  double widening = 1;  // of the variance, for what units in order of time (of crossed rows the periods) share with their neighbours, see series_runs.h
};

// The three ways in which crossed rows can be grouped. Without a crossing: the clusters themselves.
enum class Grouping { kUnits, kPeriods, kCells };
// The same rows in one grouping, `ids` being the memory of its ids.
Clusters Grouped(const Clusters& clusters, Grouping grouping, std::vector<std::uint32_t>* ids);

// Of figures of the three groupings that add up as variances do: units + periods - cells (Cameron, Gelbach, Miller 2011,
// doi:10.1198/jbes.2010.07136), and never less than either alone, which that difference can be by chance.
double CrossedVariance(double units, double periods, double cells);

struct UnitVariance {
  double variance = 0;
  double degrees = 0;      // > 0, may be fractional
  std::int64_t units = 0;  // with rows; of the part that has fewer
  double skewness = 0;     // of the units' sums; of two parts that of the error over the root of `units`, as for one
};

// `part`: 0 or 1 per row, or empty for one part. Within each part `influence` (finite) has mean 0 up to rounding.
// kNumeric when a part has rows of fewer than two units: what is centred by one unit shows no scatter. Crossed: see CrossedVariance;
// degrees and units are the smaller ones of the units and the periods.
// Cost: three passes over units, one over rows; num_units of memory. Sums are taken in row order: same bytes always.
Result<UnitVariance> VarianceByUnits(std::span<const double> influence, std::span<const std::uint8_t> part, const Clusters& clusters);

// Units (not cells) that have at least one row.
std::int64_t CountUnits(const Clusters& clusters, std::size_t num_rows);

}  // namespace assay::stats
