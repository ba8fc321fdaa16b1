// Three and more objectives: points over the simplex of weights, by exact line searches.
//
// Between two weight vectors every item is a line again, so the whole curve of metrics on that line is swept exactly (frontier.h). Lines run along the edges of
// the simplex, from each corner through the middle, and then from each corner through points drawn at random, every other one near a point found to be good
// (line search over weights: Och 2003, doi:10.3115/1075096.1075117). Exact on each
// line, not exhaustive over the simplex.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "base/run_context.h"
#include "objectives/frontier.h"

namespace assay::objectives {

struct WeightedPoint {
  std::vector<double> weights;  // of the objectives' scores, at least 0, sum 1; in the middle of a stretch with equal metrics
  std::vector<double> values;   // of all measures
};

struct SimplexSearch {
  std::vector<WeightedPoint> pareto;  // by the first `num_metrics` measures no other point found dominates; first metric falling
  std::int64_t lines = 0;
  std::int64_t points = 0;            // looked at
};

// Of a line with more pieces so many, evenly spaced, are looked at: with many queries neighbours differ by next to nothing.
inline constexpr std::size_t kMostPointsPerLine = 1000;

// One score vector per objective (two or more), as many metrics: the first measures of `items`, in the same order. Lines searched: at least the edges and
// medians, m (m - 1) / 2 + m for m objectives. Same seed, same bytes.
Result<SimplexSearch> SearchSimplex(const RankedItems& items, const std::vector<std::vector<double>>& scores, const FrontierOptions& options, std::int64_t lines, const RunContext& context);

}  // namespace assay::objectives
