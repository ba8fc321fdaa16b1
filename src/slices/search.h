// The slices on which a loss is concentrated: exact search for the conjunctions with the highest score.
//
// Score of a row set S of n rows (Sagadeeva, Boehm 2021, "SliceLine", doi:10.1145/3448016.3457323, equation 1), with mean loss e:
//     score(S) = alpha * (mean loss of S / e - 1) - (1 - alpha) * (n / |S| - 1)
// A conjunction has at most one predicate per feature. Conjunctions that hold for the same rows are one slice, described by the shortest.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "base/run_context.h"
#include "slices/features.h"

namespace assay::slices {

struct SearchOptions {
  std::int64_t k = 10;            // slices wanted, 1 .. 10,000
  double alpha = 0.95;            // weight of the loss against the size, 0 < alpha <= 1
  std::int64_t least_rows = 1;    // minimum support
  std::int64_t max_level = 0;     // most predicates of a conjunction; 0 = no limit
  bool ranges = false;            // predicates of numbers and times may join neighbouring atoms
  bool all_ties = false;          // also what has the score of the k-th
  double most_overlap = 1;        // Jaccard: keep the k best of which no two overlap by more, greedily in order; 1 = all
  std::int64_t memory_bytes = 0;  // most that bitmaps may take; 0 = no limit

  Result<void> Validate() const;  // kInvalidInput, naming the option
};

// Sorted by feature. "Minimal": no predicate can be left out.
using Conjunction = std::vector<Predicate>;

struct FoundSlice {
  Conjunction predicates;               // the shortest description: fewest predicates, then text
  std::vector<Conjunction> same_rows;   // further minimal ones in that order, up to five
  std::int64_t same_rows_more = 0;      // minimal ones beyond those
  bool all_descriptions = true;         // false: there may be more, counting them would have taken too long
  std::int64_t size = 0;
  double loss_sum = 0, loss_max = 0, score = 0;
};

// Of conjunctions, by why the search went no further there.
struct Pruned {
  std::int64_t by_support = 0;    // evaluated: fewer rows than the minimum
  std::int64_t by_score = 0;      // evaluated: no subset can reach the k-th score
  std::int64_t by_parents = 0;    // not evaluated: what is known of conjunctions with a predicate less rules them out
  std::int64_t by_same_rows = 0;  // same rows as one with fewer predicates, or as another that is followed
};

struct SearchResult {
  std::vector<FoundSlice> slices;        // best first: score, fewer predicates, larger, text
  std::int64_t rows = 0;
  double loss_sum = 0;                   // of all rows
  std::int64_t evaluated = 0;            // conjunctions whose rows and losses were counted, in all passes that most_overlap takes; the same with any number of threads
  std::vector<std::int64_t> per_level;   // of those, by number of predicates, from 1
  Pruned pruned;
  std::int64_t peak_bytes = 0;           // bitmaps, order of the rows, results of pairs
};

double SliceScore(double alpha, double loss_sum, std::int64_t size, double total_loss, std::int64_t rows);

// `losses`: one per row of the features, finite, >= 0 (requires). Exact: the result is that of enumerating every conjunction. No slice
// when all losses are 0. kTooLarge, with what to limit, beyond memory_bytes or when more than 100,000 row sets tie. Cost: a bit per row
// and atom with the minimum support, and a sort of the losses; then what the bounds leave, in the worst case exponential in the features.
Result<SearchResult> SearchSlices(std::span<const Feature> features, std::span<const double> losses, const SearchOptions& options, const RunContext& context);

// Rows of the features for which every predicate holds, ascending.
std::vector<std::uint32_t> RowsOf(std::span<const Feature> features, std::span<const Predicate> predicates);

}  // namespace assay::slices
