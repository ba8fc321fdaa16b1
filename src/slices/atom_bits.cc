#include "slices/internal/atom_bits.h"

#include <algorithm>

#include "base/text.h"
#include "base/thread_pool.h"
#include "slices/internal/row_bits.h"

namespace assay::slices {

Result<AtomBits> AtomBits::Create(std::span<const Feature> features, const LossBands& bands, std::int64_t least_rows, bool ranges, std::int64_t memory_bytes, const RunContext& context) {
  AtomBits atoms;
  atoms.num_words_ = bands.num_words();
  std::int64_t words = 0;
  for (const Feature& feature : features) {
    std::vector<std::int64_t> begin(feature.atoms.size(), -1);
    for (std::size_t a = 0; a < begin.size(); ++a) {
      const bool joins = ranges && feature.ordered() && feature.atoms[a].op != Operator::kMissing;
      if (!joins && feature.atoms[a].rows < least_rows) continue;
      begin[a] = words;
      words += static_cast<std::int64_t>(atoms.num_words_);
    }
    atoms.begin_.push_back(std::move(begin));
  }
  const std::int64_t bytes = words * 8 + bands.size_bytes();
  if (memory_bytes > 0 && bytes > memory_bytes) {
    return Error{ErrorCode::kTooLarge, "the search would hold " + base::ReadableCount(words / static_cast<std::int64_t>(std::max<std::size_t>(1, atoms.num_words_))) + " values of features as bitmaps in " + base::ReadableCount(bytes / 1'000'000) + " MB, and " + base::ReadableCount(memory_bytes / 1'000'000) + " MB are free for that; raise the minimum support, name fewer features, or take a sample of the rows"};
  }
  atoms.bits_.assign(static_cast<std::size_t>(words), 0);
  const std::span<const std::uint32_t> position = bands.position();
  ASSAY_TRY(base::ParallelFor(context.Quiet(), static_cast<std::int64_t>(features.size()), [&](std::int64_t f) {
    const std::vector<std::int64_t>& begin = atoms.begin_[static_cast<std::size_t>(f)];
    ForEachAtom(features[static_cast<std::size_t>(f)], [&](std::size_t row, std::uint32_t atom) {
      if (begin[atom] < 0) return;
      const std::uint32_t bit = position[row];
      atoms.bits_[static_cast<std::size_t>(begin[atom]) + (bit >> 6U)] |= std::uint64_t{1} << (bit & 63U);
    });
  }));
  return atoms;
}

const std::uint64_t* AtomBits::OfAtom(std::uint32_t feature, std::uint32_t atom) const {
  const std::int64_t begin = begin_[feature][atom];
  return begin < 0 ? nullptr : bits_.data() + begin;
}

const std::uint64_t* AtomBits::Of(const Predicate& predicate, std::uint64_t* scratch) const {
  if (predicate.first == predicate.last) return OfAtom(predicate.feature, predicate.first);
  std::copy_n(OfAtom(predicate.feature, predicate.first), num_words_, scratch);
  for (std::uint32_t a = predicate.first + 1; a <= predicate.last; ++a) Unite(OfAtom(predicate.feature, a), num_words_, scratch);
  return scratch;
}

void AtomBits::OfAll(std::span<const Predicate> predicates, std::uint64_t* out) const {
  std::vector<std::uint64_t> scratch(num_words_);
  for (std::size_t p = 0; p < predicates.size(); ++p) {
    const std::uint64_t* bits = Of(predicates[p], scratch.data());
    p == 0 ? static_cast<void>(std::copy_n(bits, num_words_, out)) : Intersect(out, bits, num_words_, out);
  }
}

std::vector<Predicate> PredicatesOf(std::span<const Feature> features, std::int64_t num_rows, std::int64_t least_rows, bool ranges) {
  std::vector<Predicate> predicates;
  for (std::uint32_t f = 0; f < features.size(); ++f) {
    const Feature& feature = features[f];
    const auto known = static_cast<std::uint32_t>(feature.num_known());
    for (std::uint32_t first = 0; first < feature.atoms.size(); ++first) {
      const bool joins = ranges && feature.ordered() && first < known;
      std::int64_t rows = 0;
      for (std::uint32_t last = first; last < (joins ? known : first + 1); ++last) {
        rows += feature.atoms[last].rows;
        if (rows >= least_rows && rows > 0 && rows < num_rows) predicates.push_back({f, first, last});
      }
    }
  }
  return predicates;
}

}  // namespace assay::slices
