#include "slices/internal/slice_tree.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/thread_pool.h"
#include "slices/internal/slice_walker.h"

namespace assay::slices {

namespace {

constexpr std::size_t kRootsPerBatch = 8;
constexpr std::size_t kSubtreesPerBatch = 32;

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
  const std::vector<TreeChild>* siblings = nullptr;
  std::size_t place = 0;
  const std::uint64_t* parent = nullptr;
};

}  // namespace

Result<TreeCounts> SearchTree(const LossBands& bands, const AtomBits& atoms, std::span<const Predicate> predicates, std::int64_t least_rows, std::int64_t max_level, BestSlices* best, const RunContext& context) {
  TreeCounts counts;
  const std::size_t levels = max_level > 0 ? static_cast<std::size_t>(max_level) : predicates.size();
  TreeSearch shared{bands, atoms, predicates, least_rows, levels, context, JoinedAtoms(predicates), FirstBands(bands), nullptr};
  TreeWalker first(shared, best->Task());
  const std::vector<TreeChild> roots = first.Roots();
  if (context.cancelled()) return Error{ErrorCode::kCancelled, "stopped on request"};
  best->Merge(std::move(first.best()));
  Add(first.counts(), &counts);
  if (levels < 2) return counts;
  RootPairs pairs(roots);
  shared.pairs = &pairs;
  counts.peak_bytes = pairs.size_bytes();
  const std::int64_t all_pairs = static_cast<std::int64_t>(roots.size() * roots.size() / 2) + 1;

  for (std::size_t begin = 0; begin < roots.size() && roots[begin].bound >= best->threshold(); begin += kRootsPerBatch) {
    const std::size_t end = std::min(roots.size(), begin + kRootsPerBatch);
    struct Expanded {
      std::vector<TreeChild> children;
      std::vector<std::uint64_t> rows;
    };
    std::vector<Expanded> expanded(end - begin);
    std::vector<std::unique_ptr<TreeWalker>> walkers(end - begin);
    ASSAY_TRY(base::ParallelFor(context.Quiet(), static_cast<std::int64_t>(walkers.size()), [&](std::int64_t t) {
      const auto at = static_cast<std::size_t>(t);
      walkers[at] = std::make_unique<TreeWalker>(shared, best->Task());
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
        walker = std::make_unique<TreeWalker>(shared, best->Task());
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
