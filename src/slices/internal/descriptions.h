// All the ways to say which rows a slice has.
#pragma once

#include <span>
#include <vector>

#include "slices/features.h"
#include "slices/internal/atom_bits.h"
#include "slices/search.h"

namespace assay::slices {

struct Descriptions {
  std::vector<Conjunction> shown;  // up to six minimal ones, the shortest first: fewest predicates, then text
  std::int64_t more = 0;           // minimal ones beyond those
  bool all = true;                 // false: the count stopped for time; `shown` and `more` are of those found
};

// Minimal conjunctions of at most `max_level` predicates (0 = any number), out of `predicates`, that hold for just the rows for which
// `known` holds. `words_to_spend`: of bitmaps looked at once
// the shortest are found; 256 times as many until then.
Descriptions DescribeRows(std::span<const Feature> features, const AtomBits& atoms, std::span<const Predicate> predicates, const Conjunction& known, std::int64_t max_level, std::int64_t words_to_spend);

}  // namespace assay::slices
