// What two conflicting objectives give and take, at every weight: the exact curve of metrics over lambda.
//
// Items of a query are ranked by the blend (1 - lambda) * first + lambda * second. As lambda goes from 0 to 1 two items change places at most once, so
// metrics of the top k are step functions that change at finitely many lambdas. All of them are found: swept, not sampled. (Line search over piecewise
// constant metrics: Och 2003, doi:10.3115/1075096.1075117.)
//
// Order: by blend; equal lines in the order of the input; at a lambda where items change places the order just above it holds, so a curve's pieces are
// [0, b1), [b1, b2), ..., [bm, 1), and the single point 1, where equal second scores stand in the order of the input.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "base/run_context.h"
#include "objectives/ranked_items.h"

namespace assay::objectives {

// Steps are numbered with 32 bits.
inline constexpr std::uint64_t kMostSteps = 0xFFFFFFFF;

struct FrontierOptions {
  std::size_t k = 10;
  Discount discount = Discount::kNone;
  bool count_orderings = true;  // costs a look at every pair of items of a query
  std::uint64_t most_steps = kMostSteps;
};

// Looks at pairs of items that counting orders may take, half a minute on one core: of long queries (1,449 items and more) each pair is looked at several times.
inline constexpr double kMostLooks = 6e8;

// Immutable after Sweep; thread-safe. Memory: for every step of a query's list, and for every breakpoint, 8 bytes and 8 more per measure.
class Frontier {
 public:
  // Scores per item, finite and at most kLargestValue in size (kInvalidInput else). Cost, per query of n items with s steps, e of which bring an item into the
  // list: O(n log n + s log k + e n), and O(n^2) to count orderings. Queries run side by side; the same bytes on any number of threads. kTooLarge when there are
  // more than most_steps steps, as in lists so long that they change at nearly every swap; kCancelled also amid a query.
  static Result<Frontier> Sweep(const RankedItems& items, std::span<const double> first, std::span<const double> second, const FrontierOptions& options, const RunContext& context);

  // Distinct lambdas in (0, 1) at which the list of some query changes, ascending.
  const std::vector<double>& breakpoints() const { return breakpoints_; }
  // Pieces of the curve: piece 0 begins at 0, piece i at breakpoints()[i - 1]; the last piece is the point 1.
  std::size_t num_pieces() const { return breakpoints_.size() + 2; }
  double PieceBegin(std::size_t piece) const;
  // lambda in [0, 1]. Binary search.
  std::size_t PieceAt(double lambda) const;
  // Mean over queries of a measure, by its place among the items' measures.
  double Value(std::size_t piece, std::size_t measure) const { return values_[piece * num_measures_ + measure]; }
  // The same per query, into `values` (num_queries long); lambda in [0, 1].
  void PerQuery(double lambda, std::size_t measure, std::span<double> values) const;

  // Sums over queries of the orders of all items, and of the lists of the first k, that occur on [0, 1). Orders: two swaps of a query are one change where their
  // lambdas are the same double; -1 when not counted, or that would take more than kMostLooks.
  std::int64_t orderings() const { return orderings_; }
  std::int64_t distinct_top_k() const { return distinct_top_k_; }
  std::uint32_t num_queries() const { return static_cast<std::uint32_t>(step_begin_.size() - 1); }

 private:
  void AddUpQueries();
  // What a query's sum over its list is divided by.
  double DivisorOf(std::uint32_t query, std::size_t measure) const { return divisor_[measure] > 0 ? divisor_[measure] : shown_[query]; }

  std::size_t num_measures_ = 0;
  std::vector<double> divisor_;            // per measure: k, 1, or 0: as many items as the query shows
  std::vector<std::uint32_t> shown_;       // per query
  std::vector<double> breakpoints_;
  std::vector<double> values_;             // pieces x measures
  std::vector<std::size_t> step_begin_;    // per query, of its steps; its first step is the list at 0
  std::vector<double> step_lambda_;
  std::vector<double> step_sums_;          // steps x measures: discounted sums over the query's list
  std::int64_t orderings_ = 0, distinct_top_k_ = 0;
};

// A query's first k at lambda, best first: positions in the input.
std::vector<std::uint32_t> TopOfQuery(const RankedItems& items, std::span<const double> first, std::span<const double> second, std::uint32_t query, std::size_t k, double lambda);

}  // namespace assay::objectives
