// How far a trade-off curve may lie from what these queries show: intervals that hold at all lambdas of a grid at once.
//
// A bootstrap-t over queries: of queries drawn again with replacement, the largest and the smallest studentised deviation over the grid give one critical
// value for each side of all of it, so skewed queries get skewed intervals (Hall 1988, doi:10.1214/aos/1176350933; the largest deviation: sup-t bands, Montiel
// Olea, Plagborg-Møller 2019, doi:10.1002/jae.2656). Measured coverage: docs/tradeoff.md. Queries are taken as independent of each other.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/result.h"
#include "base/run_context.h"
#include "objectives/frontier.h"

namespace assay::objectives {

struct BandOptions {
  int draws = 2000;
  double level = 0.95;
};

struct Band {
  std::vector<double> value, low, high;  // per lambda of the grid; low = high = value where every query is alike
};

inline constexpr std::size_t kMostLambdas = 1000;
// More queries than this are drawn in so many bundles of whole queries; standard errors are always those of the queries.
inline constexpr std::uint32_t kMostBundles = 1000;

// Fewer cannot be drawn again in enough ways: each lambda then has Student's interval at a level that allows for all of them (Bonferroni).
inline constexpr std::uint32_t kFewestToDraw = 12;

// What is estimated: its mean over queries at lambda is the return value; per query into `values` (num_queries long).
using CurveByQuery = std::function<double(double lambda, std::span<double> values)>;

// Simultaneous over `lambdas` (1 .. kMostLambdas of them, in [0, 1]). kNumeric with fewer than two queries. Same seed, same bytes.
Result<Band> SimultaneousBand(const CurveByQuery& curve, std::uint32_t num_queries, std::span<const double> lambdas, const BandOptions& options, const RunContext& context);
// Of one measure of a frontier.
Result<Band> SimultaneousBand(const Frontier& frontier, std::size_t measure, std::span<const double> lambdas, const BandOptions& options, const RunContext& context);

}  // namespace assay::objectives
