// Which rows each atom has, as bits in the order of the losses.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "base/run_context.h"
#include "slices/features.h"
#include "slices/internal/loss_bands.h"

namespace assay::slices {

// Immutable after Create; reading is thread-safe. Keeps no reference to what it was made from.
class AtomBits {
 public:
  // Of every atom that a predicate with `least_rows` rows can be made of. kTooLarge beyond `memory_bytes` (0 = no limit), kCancelled.
  static Result<AtomBits> Create(std::span<const Feature> features, const LossBands& bands, std::int64_t least_rows, bool ranges, std::int64_t memory_bytes, const RunContext& context);

  std::size_t num_words() const { return num_words_; }
  std::int64_t size_bytes() const { return static_cast<std::int64_t>(bits_.size() * sizeof(std::uint64_t)); }
  // Null where the atom has none.
  const std::uint64_t* OfAtom(std::uint32_t feature, std::uint32_t atom) const;
  // Rows of a predicate: of one atom its own bits, else the union, made in `scratch` (num_words).
  const std::uint64_t* Of(const Predicate& predicate, std::uint64_t* scratch) const;
  // Rows for which all hold, into `out` (num_words). Requires at least one predicate.
  void OfAll(std::span<const Predicate> predicates, std::uint64_t* out) const;

 private:
  std::size_t num_words_ = 0;
  std::vector<std::uint64_t> bits_;
  std::vector<std::vector<std::int64_t>> begin_;  // per feature and atom: its first word in bits_, -1 = none
};

// The predicates that `least_rows` rows or more have and at least one has not, by feature, then first and last atom.
std::vector<Predicate> PredicatesOf(std::span<const Feature> features, std::int64_t num_rows, std::int64_t least_rows, bool ranges);

}  // namespace assay::slices
