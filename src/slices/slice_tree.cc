#include "slices/internal/slice_tree.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "base/thread_pool.h"
#include "slices/internal/row_bits.h"

namespace assay::slices {

namespace {

constexpr std::size_t kRootsPerBatch = 8;
constexpr std::size_t kSubtreesPerBatch = 32;
constexpr std::int64_t kMostPairBytes = 64'000'000;

struct Child {
  std::uint32_t predicate = 0;
  std::int64_t size = 0;
  double bound = 0;  // of its subsets
  Profile profile{};
};

// The highest bound first; equal children lie side by side, the first predicate in front.
bool Before(const Child& a, const Child& b) {
  if (a.bound != b.bound) return a.bound > b.bound;
  if (a.profile != b.profile) return a.profile > b.profile;
  return a.predicate < b.predicate;
}

Profile Sum(Profile a, const Profile& b) {
  for (std::size_t k = 0; k < kMostBands; ++k) a[k] += b[k];
  return a;
}

Profile Difference(Profile a, const Profile& b) {
  for (std::size_t k = 0; k < kMostBands; ++k) a[k] -= b[k];
  return a;
}

bool Nested(const Predicate& a, const Predicate& b) {
  return a.feature == b.feature && ((a.first <= b.first && b.last <= a.last) || (b.first <= a.first && a.last <= b.last));
}

// What is known of pairs of roots. Written for a root by one task, read by later batches; nothing is kept where there are too many.
class Pairs {
 public:
  explicit Pairs(const std::vector<Child>& roots) {
    for (std::uint32_t r = 0; r < roots.size(); ++r) {
      if (place_of_.size() <= roots[r].predicate) place_of_.resize(roots[r].predicate + 1, 0);
      place_of_[roots[r].predicate] = r;
    }
    const std::size_t pairs = roots.size() * (std::max<std::size_t>(roots.size(), 1) - 1) / 2;
    if (static_cast<std::int64_t>(pairs) <= kMostPairBytes) ruled_out_.resize(pairs, 0);
    if (static_cast<std::int64_t>(pairs * sizeof(Profile)) <= kMostPairBytes) profiles_.resize(pairs);
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

struct Shared {
  const LossBands& bands;
  const AtomBits& atoms;
  std::span<const Predicate> predicates;
  std::int64_t least_rows;
  std::size_t max_level;
  const RunContext& context;
  std::vector<std::uint32_t> joined;  // per feature: its atoms that ranges are made of, 0 where there are no ranges
  std::size_t first_bands;            // those of the largest losses, after which a child is judged before the rest is counted
  Pairs* pairs;
};

// So many bands that they take a tenth of the words, but not all.
std::size_t FirstBands(const LossBands& bands) {
  std::size_t band = 1;
  while (band + 1 < bands.num_bands() && bands.begin_word(band) * 10 < bands.num_words()) ++band;
  return std::min(band, bands.num_bands());
}

std::vector<std::uint32_t> JoinedAtoms(std::span<const Predicate> predicates) {
  std::vector<std::uint32_t> joined;
  for (const Predicate& p : predicates) {
    if (joined.size() <= p.feature) joined.resize(p.feature + 1, 0);
    if (p.first != p.last) joined[p.feature] = std::max(joined[p.feature], p.last + 1);
  }
  return joined;
}

// One task: expands nodes with finds and counts of its own.
class Walker {
 public:
  Walker(const Shared& shared, BestSlices best) : shared_(shared), best_(std::move(best)), words_(shared.atoms.num_words()) {}

  // Children of all rows.
  std::vector<Child> Roots() {
    std::vector<Child> roots;
    for (std::uint32_t p = 0; p < shared_.predicates.size(); ++p) {
      if (p % 1024 == 0 && shared_.context.cancelled()) break;
      const Predicate& predicate = shared_.predicates[p];
      Child child{p, 0, 0, shared_.joined[predicate.feature] != 0 ? RunProfile(nullptr, predicate) : shared_.bands.ProfileOf(shared_.atoms.OfAtom(predicate.feature, predicate.first))};
      if (Judge(nullptr, &child)) roots.push_back(child);
    }
    Arrange(nullptr, &roots);
    return roots;
  }

  // Children of the child at `place` among `siblings`, whose parent has the rows `parent` (null: all); those rows go to `rows`.
  std::vector<Child> Expand(const std::vector<Child>& siblings, std::size_t place, const std::uint64_t* parent, std::vector<std::uint64_t>* rows) {
    const Child& node = siblings[place];
    chosen_.push_back(node.predicate);
    std::vector<Child> children;
    rows->clear();
    cached_features_.clear();
    for (std::size_t j = 0; j < place; ++j) {
      const Child& other = siblings[j];
      if (shared_.predicates[other.predicate].feature == shared_.predicates[node.predicate].feature) continue;
      Profile most;
      if (!ParentsAllow(node, other, &most)) {
        ++counts_.pruned.by_parents;
        if (chosen_.size() == 1) shared_.pairs->RuleOut(node.predicate, other.predicate);
        continue;
      }
      if (rows->empty()) TakeRows(parent, node.predicate, rows);
      Child child{other.predicate, 0, 0, most};
      if (!ProfileWith(rows->data(), &child)) {
        if (chosen_.size() == 1) shared_.pairs->RuleOut(node.predicate, other.predicate);
        continue;
      }
      child.size = shared_.bands.SizeOf(child.profile);
      if (chosen_.size() == 1) shared_.pairs->Note(node.predicate, other.predicate, child.profile);
      // The same rows as without one of the two.
      const bool redundant = child.size == node.size || child.size == other.size;
      if (redundant && child.size >= shared_.least_rows) ++counts_.pruned.by_same_rows;
      if (Judge(rows->data(), &child, redundant)) {
        children.push_back(child);
      } else if (chosen_.size() == 1) {
        shared_.pairs->RuleOut(node.predicate, other.predicate);
      }
    }
    if (!children.empty() && chosen_.size() + 1 < shared_.max_level) Arrange(rows->data(), &children);
    chosen_.pop_back();
    return children;
  }

  // Everything below the child at `place`. False when the person stopped it.
  bool Descend(const std::vector<Child>& siblings, std::size_t place, const std::uint64_t* parent) {
    if (siblings[place].bound < best_.threshold()) {
      ++counts_.pruned.by_score;
      return true;
    }
    if (chosen_.size() + 2 > shared_.max_level) return true;
    if (shared_.context.cancelled()) return false;
    std::vector<std::uint64_t> rows;
    const std::vector<Child> children = Expand(siblings, place, parent, &rows);
    chosen_.push_back(siblings[place].predicate);
    bool goes_on = true;
    for (std::size_t c = 0; c < children.size() && goes_on; ++c) goes_on = Descend(children, c, rows.data());
    chosen_.pop_back();
    return goes_on;
  }

  std::vector<std::uint32_t>& chosen() { return chosen_; }
  BestSlices& best() { return best_; }
  const TreeCounts& counts() const { return counts_; }

 private:
  const std::uint64_t* Bits(std::uint32_t predicate) {
    if (scratch_.empty()) scratch_.resize(words_);
    return shared_.atoms.Of(shared_.predicates[predicate], scratch_.data());
  }

  void TakeRows(const std::uint64_t* parent, std::uint32_t predicate, std::vector<std::uint64_t>* rows) {
    rows->resize(words_);
    const std::uint64_t* bits = Bits(predicate);
    Intersect(parent == nullptr ? bits : parent, bits, words_, rows->data());
  }

  // The profile of the node's rows that have the child's predicate, in the place of one that is no lower. False, the child being counted and done
  // with, when what is known after the bands of the largest losses rules it out. Of ranges, the profiles of all runs of atoms come from
  // those of the atoms.
  bool ProfileWith(const std::uint64_t* rows, Child* child) {
    const Predicate& p = shared_.predicates[child->predicate];
    if (shared_.joined[p.feature] != 0) {
      child->profile = RunProfile(rows, p);
      return true;
    }
    const std::uint64_t* bits = shared_.atoms.OfAtom(p.feature, p.first);
    shared_.bands.CountBands(rows, bits, 0, shared_.first_bands, &child->profile);
    if (shared_.bands.SubsetBound(child->profile) < best_.threshold()) {
      CountLevel();
      ++counts_.pruned.by_score;
      return false;
    }
    shared_.bands.CountBands(rows, bits, shared_.first_bands, shared_.bands.num_bands(), &child->profile);
    return true;
  }

  // `rows` null: all.
  Profile RunProfile(const std::uint64_t* rows, const Predicate& p) {
    const auto profile_of = [&](std::uint32_t atom) {
      const std::uint64_t* bits = shared_.atoms.OfAtom(p.feature, atom);
      return shared_.bands.ProfileOfBoth(rows == nullptr ? bits : rows, bits);
    };
    auto [cached, added] = cached_features_.try_emplace(p.feature);
    if (added) {
      cached->second.emplace_back();
      for (std::uint32_t a = 0; a < shared_.joined[p.feature]; ++a) cached->second.push_back(Sum(cached->second.back(), profile_of(a)));
    }
    if (p.last >= shared_.joined[p.feature]) return profile_of(p.first);
    return Difference(cached->second[p.last + 1], cached->second[p.first]);
  }

  // Whether two conjunctions that differ in their last predicate leave anything to their union; `most`: a profile that is no lower than its.
  bool ParentsAllow(const Child& node, const Child& other, Profile* most) const {
    Profile& least = *most;
    for (std::size_t b = 0; b < kMostBands; ++b) least[b] = std::min(node.profile[b], other.profile[b]);
    if (chosen_.size() > 1) {
      if (shared_.pairs->RuledOut(node.predicate, other.predicate)) return false;
      if (const Profile* pair = shared_.pairs->ProfileOf(node.predicate, other.predicate)) {
        for (std::size_t b = 0; b < kMostBands; ++b) least[b] = std::min(least[b], (*pair)[b]);
      }
    }
    return shared_.bands.SizeOf(least) >= shared_.least_rows && shared_.bands.SubsetBound(least) >= best_.threshold();
  }

  void CountLevel() {
    if (counts_.per_level.size() <= chosen_.size()) counts_.per_level.resize(chosen_.size() + 1, 0);
    ++counts_.per_level[chosen_.size()];
  }

  // Counts a child of a node with these rows (null: all) and offers it; whether it is to be followed.
  bool Judge(const std::uint64_t* rows, Child* child, bool redundant = false) {
    CountLevel();
    child->size = shared_.bands.SizeOf(child->profile);
    if (child->size < shared_.least_rows || child->size == 0) {
      ++counts_.pruned.by_support;
      return false;
    }
    if (redundant) return false;
    if (shared_.bands.ScoreBound(child->profile) >= best_.threshold()) Offer(rows, *child);
    if (chosen_.size() + 1 == shared_.max_level) return false;  // nothing comes after it
    child->bound = shared_.bands.SubsetBound(child->profile);
    if (child->bound >= best_.threshold()) return true;
    ++counts_.pruned.by_score;
    return false;
  }

  void Offer(const std::uint64_t* rows, const Child& child) {
    if (offered_.empty()) offered_.resize(words_);
    const std::uint64_t* bits = Bits(child.predicate);
    Intersect(rows == nullptr ? bits : rows, bits, words_, offered_.data());
    CandidateSlice candidate;
    candidate.size = child.size;
    candidate.score = shared_.bands.ScoreOf(shared_.bands.LossSum(offered_.data()), child.size);
    if (!best_.Wants(candidate.score)) return;
    candidate.rows = HashRows(offered_.data(), words_);
    for (const std::uint32_t p : chosen_) candidate.predicates.push_back(shared_.predicates[p]);
    candidate.predicates.push_back(shared_.predicates[child.predicate]);
    std::sort(candidate.predicates.begin(), candidate.predicates.end());
    best_.Offer(std::move(candidate));
  }

  // In order, and one for those of equal rows. `parent`: their common rows, null for all.
  void Arrange(const std::uint64_t* parent, std::vector<Child>* children) {
    std::sort(children->begin(), children->end(), Before);
    std::vector<Child> kept;
    std::vector<std::uint64_t> rows;
    for (const Child& child : *children) {
      bool same = false;
      rows.clear();
      for (std::size_t k = kept.size(); k > 0 && !same && kept[k - 1].profile == child.profile; --k) {
        if (Nested(shared_.predicates[child.predicate], shared_.predicates[kept[k - 1].predicate])) {
          same = true;  // as many rows, one among the other's
          continue;
        }
        if (rows.empty()) TakeRows(parent, child.predicate, &rows);
        same = CountBoth(rows.data(), Bits(kept[k - 1].predicate), words_) == static_cast<std::uint32_t>(child.size);
      }
      if (same) {
        ++counts_.pruned.by_same_rows;
      } else {
        kept.push_back(child);
      }
    }
    *children = std::move(kept);
  }

  const Shared& shared_;
  BestSlices best_;
  std::size_t words_;
  TreeCounts counts_;
  std::vector<std::uint32_t> chosen_;
  std::vector<std::uint64_t> scratch_, offered_;
  std::map<std::uint32_t, std::vector<Profile>> cached_features_;  // of the node being expanded: sums of the profiles of the first atoms
};

void Add(const TreeCounts& more, TreeCounts* counts) {
  if (counts->per_level.size() < more.per_level.size()) counts->per_level.resize(more.per_level.size(), 0);
  for (std::size_t l = 0; l < more.per_level.size(); ++l) counts->per_level[l] += more.per_level[l];
  counts->pruned.by_support += more.pruned.by_support;
  counts->pruned.by_score += more.pruned.by_score;
  counts->pruned.by_parents += more.pruned.by_parents;
  counts->pruned.by_same_rows += more.pruned.by_same_rows;
}

// A child of a root, with all that is needed to go on from it.
struct Subtree {
  std::uint32_t root = 0;  // predicate
  const std::vector<Child>* siblings = nullptr;
  std::size_t place = 0;
  const std::uint64_t* parent = nullptr;
};

}  // namespace

Result<TreeCounts> SearchTree(const LossBands& bands, const AtomBits& atoms, std::span<const Predicate> predicates, std::int64_t least_rows, std::int64_t max_level, BestSlices* best, const RunContext& context) {
  TreeCounts counts;
  const std::size_t levels = max_level > 0 ? static_cast<std::size_t>(max_level) : predicates.size();
  Shared shared{bands, atoms, predicates, least_rows, levels, context, JoinedAtoms(predicates), FirstBands(bands), nullptr};
  Walker first(shared, best->Task());
  const std::vector<Child> roots = first.Roots();
  if (context.cancelled()) return Error{ErrorCode::kCancelled, "stopped on request"};
  best->Merge(std::move(first.best()));
  Add(first.counts(), &counts);
  if (levels < 2) return counts;
  Pairs pairs(roots);
  shared.pairs = &pairs;
  counts.peak_bytes = pairs.size_bytes();
  const std::int64_t all_pairs = static_cast<std::int64_t>(roots.size() * roots.size() / 2) + 1;

  for (std::size_t begin = 0; begin < roots.size() && roots[begin].bound >= best->threshold(); begin += kRootsPerBatch) {
    const std::size_t end = std::min(roots.size(), begin + kRootsPerBatch);
    struct Expanded {
      std::vector<Child> children;
      std::vector<std::uint64_t> rows;
    };
    std::vector<Expanded> expanded(end - begin);
    std::vector<std::unique_ptr<Walker>> walkers(end - begin);
    ASSAY_TRY(base::ParallelFor(context.Quiet(), static_cast<std::int64_t>(walkers.size()), [&](std::int64_t t) {
      const auto at = static_cast<std::size_t>(t);
      walkers[at] = std::make_unique<Walker>(shared, best->Task());
      expanded[at].children = walkers[at]->Expand(roots, begin + at, nullptr, &expanded[at].rows);
    }));
    std::vector<Subtree> subtrees;
    for (std::size_t t = 0; t < walkers.size(); ++t) {
      best->Merge(std::move(walkers[t]->best()));
      Add(walkers[t]->counts(), &counts);
      for (std::size_t c = 0; c < expanded[t].children.size(); ++c) subtrees.push_back({roots[begin + t].predicate, &expanded[t].children, c, expanded[t].rows.data()});
    }
    std::stable_sort(subtrees.begin(), subtrees.end(), [](const Subtree& a, const Subtree& b) { return (*a.siblings)[a.place].bound > (*b.siblings)[b.place].bound; });
    for (std::size_t from = 0; levels > 2 && from < subtrees.size(); from += kSubtreesPerBatch) {
      const std::size_t to = std::min(subtrees.size(), from + kSubtreesPerBatch);
      walkers.clear();
      walkers.resize(to - from);
      ASSAY_TRY(base::ParallelFor(context.Quiet(), static_cast<std::int64_t>(walkers.size()), [&](std::int64_t t) {
        const Subtree& subtree = subtrees[from + static_cast<std::size_t>(t)];
        auto& walker = walkers[static_cast<std::size_t>(t)];
        walker = std::make_unique<Walker>(shared, best->Task());
        walker->chosen().push_back(subtree.root);
        walker->Descend(*subtree.siblings, subtree.place, subtree.parent);
      }));
      for (const auto& walker : walkers) {
        best->Merge(std::move(walker->best()));
        Add(walker->counts(), &counts);
      }
    }
    context.Report("searching slices", static_cast<std::int64_t>(end * end / 2), all_pairs);
  }
  context.Report("searching slices", all_pairs, all_pairs);
  return counts;
}

}  // namespace assay::slices
