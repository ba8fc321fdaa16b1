// One task of the search for slices: it expands nodes of the tree of conjunctions.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "base/run_context.h"
#include "slices/internal/atom_bits.h"
#include "slices/internal/best_slices.h"
#include "slices/internal/loss_bands.h"
#include "slices/internal/slice_tree.h"

namespace assay::slices {

struct TreeChild {
  std::uint32_t predicate = 0;
  std::int64_t size = 0;
  double bound = 0;  // of its subsets
  Profile profile{};
};

// What is known of pairs of roots. Written for a root by one task, read by later batches; nothing is kept where there are too many.
class RootPairs {
 public:
  static constexpr std::int64_t kMostBytes = 64'000'000;

  explicit RootPairs(const std::vector<TreeChild>& roots) {
    for (std::uint32_t r = 0; r < roots.size(); ++r) {
      if (place_of_.size() <= roots[r].predicate) place_of_.resize(roots[r].predicate + 1, 0);
      place_of_[roots[r].predicate] = r;
    }
    const std::size_t pairs = roots.size() * (std::max<std::size_t>(roots.size(), 1) - 1) / 2;
    if (static_cast<std::int64_t>(pairs) <= kMostBytes) ruled_out_.resize(pairs, 0);
    if (static_cast<std::int64_t>(pairs * sizeof(Profile)) <= kMostBytes) profiles_.resize(pairs);
  }

  void RuleOut(std::uint32_t a, std::uint32_t b) {
    if (!ruled_out_.empty()) ruled_out_[Place(a, b)] = 1;
  }
  bool RuledOut(std::uint32_t a, std::uint32_t b) const { return !ruled_out_.empty() && ruled_out_[Place(a, b)] != 0; }
  void Note(std::uint32_t a, std::uint32_t b, const Profile& profile) {
    if (!profiles_.empty()) profiles_[Place(a, b)] = profile;
  }
  const Profile* ProfileOf(std::uint32_t a, std::uint32_t b) const { return profiles_.empty() ? nullptr : &profiles_[Place(a, b)]; }
  std::int64_t size_bytes() const { return static_cast<std::int64_t>(ruled_out_.size() + profiles_.size() * sizeof(Profile)); }

 private:
  std::size_t Place(std::uint32_t a, std::uint32_t b) const {
    const std::size_t high = std::max(place_of_[a], place_of_[b]), low = std::min(place_of_[a], place_of_[b]);
    return high * (high - 1) / 2 + low;
  }

  std::vector<std::uint32_t> place_of_;  // of a predicate, among the roots
  std::vector<std::uint8_t> ruled_out_;  // bytes, which tasks may write side by side
  std::vector<Profile> profiles_;
};

struct TreeSearch {
  const LossBands& bands;
  const AtomBits& atoms;
  std::span<const Predicate> predicates;
  std::int64_t least_rows;
  std::size_t max_level;
  const RunContext& context;
  std::vector<std::uint32_t> joined;  // per feature: its atoms that ranges are made of, 0 where there are no ranges
  std::size_t first_bands;            // those of the largest losses, after which a child is judged before the rest is counted
  RootPairs* pairs;
};

// One task: expands nodes with finds and counts of its own.
class TreeWalker {
 public:
  TreeWalker(const TreeSearch& shared, BestSlices best) : shared_(shared), best_(std::move(best)), words_(shared.atoms.num_words()) {}

  // Children of all rows.
  std::vector<TreeChild> Roots();

  // Children of the child at `place` among `siblings`, whose parent has the rows `parent` (null: all); those rows go to `rows`.
  std::vector<TreeChild> Expand(const std::vector<TreeChild>& siblings, std::size_t place, const std::uint64_t* parent, std::vector<std::uint64_t>* rows);

  // Everything below the child at `place`. False when the person stopped it.
  bool Descend(const std::vector<TreeChild>& siblings, std::size_t place, const std::uint64_t* parent);

  std::vector<std::uint32_t>& chosen() { return chosen_; }
  BestSlices& best() { return best_; }
  const TreeCounts& counts() const { return counts_; }

 private:
  const std::uint64_t* Bits(std::uint32_t predicate);
  void TakeRows(const std::uint64_t* parent, std::uint32_t predicate, std::vector<std::uint64_t>* rows);

  // The profile of the node's rows that have the child's predicate, in the place of one that is no lower. False, the child being counted and done
  // with, when what is known after the bands of the largest losses rules it out. Of ranges, the profiles of all runs of atoms come from
  // those of the atoms.
  bool ProfileWith(const std::uint64_t* rows, TreeChild* child);

  // `rows` null: all.
  Profile RunProfile(const std::uint64_t* rows, const Predicate& p);

  // Whether two conjunctions that differ in their last predicate leave anything to their union; `most`: a profile that is no lower than its.
  bool ParentsAllow(const TreeChild& node, const TreeChild& other, Profile* most) const;
  void CountLevel();

  // Counts a child of a node with these rows (null: all) and offers it; whether it is to be followed.
  bool Judge(const std::uint64_t* rows, TreeChild* child, bool redundant = false);
  void Offer(const std::uint64_t* rows, const TreeChild& child);

  // In order, and one for those of equal rows. `parent`: their common rows, null for all.
  void Arrange(const std::uint64_t* parent, std::vector<TreeChild>* children);

  const TreeSearch& shared_;
  BestSlices best_;
  std::size_t words_;
  TreeCounts counts_;
  std::vector<std::uint32_t> chosen_;
  std::vector<std::uint64_t> scratch_, offered_;
  std::map<std::uint32_t, std::vector<Profile>> cached_features_;  // of the node being expanded: sums of the profiles of the first atoms
};

}  // namespace assay::slices
