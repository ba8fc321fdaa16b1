#include "slices/internal/descriptions.h"

#include <algorithm>
#include <utility>

#include "slices/internal/row_bits.h"

namespace assay::slices {

namespace {

constexpr std::size_t kMostShown = 6;
constexpr std::int64_t kUntilFound = 256;  // the shortest one must be found, counting the others may stop

// Tries the predicates that hold for all rows of the slice, one size of conjunction after the other.
class Describer {
 public:
  Describer(std::span<const Feature> features, const AtomBits& atoms, std::int64_t words_to_spend) : features_(features), atoms_(atoms), words_(atoms.num_words()), budget_(kUntilFound * words_to_spend), after_(words_to_spend) {}

  Descriptions Describe(std::span<const Predicate> predicates, const Conjunction& known, std::int64_t max_level) {
    std::vector<std::uint64_t> rows(words_);
    atoms_.OfAll(known, rows.data());
    rows_ = CountBits(rows.data(), words_);
    Close(predicates, rows);
    const std::size_t most = max_level > 0 ? static_cast<std::size_t>(max_level) : features_.size();
    for (size_ = 1; size_ <= most; ++size_) {
      open_ = false;
      found_.clear();
      Extend(0, nullptr, UINT32_MAX);
      if (spent_) found_ = result_.shown.empty() ? std::vector<Conjunction>{known} : std::vector<Conjunction>();
      if (result_.shown.empty() && !found_.empty()) budget_ = std::min(budget_, after_);
      Take();
      if (spent_ || !open_) break;
    }
    result_.all = !spent_;
    return std::move(result_);
  }

 private:
  void Close(std::span<const Predicate> predicates, const std::vector<std::uint64_t>& rows) {
    std::vector<std::uint64_t> scratch(words_);
    // The atoms of each feature that rows of the slice have; a rare value has no atom, so some rows may be left over.
    struct Span {
      std::uint32_t first = UINT32_MAX, last = 0;
      std::uint32_t rows = 0;
    };
    std::vector<Span> spans(features_.size());
    std::vector<std::uint8_t> wanted(features_.size(), 0);
    for (const Predicate& p : predicates) wanted[p.feature] = 1;
    for (std::uint32_t f = 0; f < features_.size(); ++f) {
      for (std::uint32_t a = 0; wanted[f] != 0 && a < features_[f].atoms.size(); ++a) {
        const std::uint64_t* bits = atoms_.OfAtom(f, a);
        const std::uint32_t both = bits == nullptr ? 0 : CountBoth(bits, rows.data(), words_);
        if (both == 0) continue;
        spans[f] = {std::min(spans[f].first, a), a, spans[f].rows + both};
      }
    }
    for (const Predicate& p : predicates) {
      const Span& span = spans[p.feature];
      if (span.rows != rows_ || p.first > span.first || p.last < span.last) continue;
      const std::uint64_t* bits = atoms_.Of(p, scratch.data());
      closure_.push_back(p);
      if (bits == scratch.data()) {
        joined_.emplace_back(bits, bits + words_);
        bits_.push_back(joined_.back().data());  // a moved vector keeps its memory
      } else {
        bits_.push_back(bits);
      }
    }
  }

  // `bits`, with `count` rows, are those of chosen_; null for all rows.
  void Extend(std::size_t from, const std::uint64_t* bits, std::uint32_t count) {
    const bool last = chosen_.size() + 1 == size_;
    for (std::size_t c = from; c < closure_.size() && !spent_; ++c) {
      if (!chosen_.empty() && closure_[chosen_.back()].feature == closure_[c].feature) continue;
      const std::uint32_t both = CountBoth(bits == nullptr ? bits_[c] : bits, bits_[c], words_);
      budget_ -= static_cast<std::int64_t>(words_);
      spent_ = budget_ < 0;
      if (both == count) continue;  // it adds nothing, whatever comes after it
      if (both == rows_) {
        if (last && Irreducible(c)) {
          Conjunction conjunction;
          for (const std::size_t k : chosen_) conjunction.push_back(closure_[k]);
          conjunction.push_back(closure_[c]);
          found_.push_back(std::move(conjunction));
        }
        continue;
      }
      if (last) {
        open_ = true;
        continue;
      }
      std::vector<std::uint64_t> next(words_);
      Intersect(bits == nullptr ? bits_[c] : bits, bits_[c], words_, next.data());
      chosen_.push_back(c);
      Extend(c + 1, next.data(), both);
      chosen_.pop_back();
    }
  }

  // Whether each of chosen_ is needed beside `last`; without `last` more rows are left, as Extend saw.
  bool Irreducible(std::size_t last) {
    std::vector<std::uint64_t> rest(words_);
    for (std::size_t without = 0; without < chosen_.size(); ++without) {
      std::copy_n(bits_[last], words_, rest.data());
      for (std::size_t k = 0; k < chosen_.size(); ++k) {
        if (k != without) Intersect(rest.data(), bits_[chosen_[k]], words_, rest.data());
      }
      budget_ -= static_cast<std::int64_t>(words_ * chosen_.size());
      if (CountBits(rest.data(), words_) == rows_) return false;
    }
    return true;
  }

  // Of one size, in the order of their texts.
  void Take() {
    std::vector<std::pair<std::string, std::size_t>> texts;
    for (std::size_t i = 0; i < found_.size(); ++i) texts.emplace_back(DescriptionText(features_, found_[i]), i);
    std::sort(texts.begin(), texts.end());
    for (const auto& [text, i] : texts) {
      if (result_.shown.size() < kMostShown) {
        result_.shown.push_back(std::move(found_[i]));
      } else {
        ++result_.more;
      }
    }
  }

  std::span<const Feature> features_;
  const AtomBits& atoms_;
  std::size_t words_;
  std::int64_t budget_, after_;
  std::uint32_t rows_ = 0;
  std::vector<Predicate> closure_;           // by feature
  std::vector<const std::uint64_t*> bits_;
  std::vector<std::vector<std::uint64_t>> joined_;
  std::size_t size_ = 0;
  std::vector<std::size_t> chosen_;
  std::vector<Conjunction> found_;           // of size_
  bool open_ = false, spent_ = false;
  Descriptions result_;
};

}  // namespace

Descriptions DescribeRows(std::span<const Feature> features, const AtomBits& atoms, std::span<const Predicate> predicates, const Conjunction& known, std::int64_t max_level, std::int64_t words_to_spend) {
  return Describer(features, atoms, words_to_spend).Describe(predicates, known, max_level);
}

}  // namespace assay::slices
