#include "slices/internal/slice_walker.h"

#include "slices/internal/row_bits.h"

namespace assay::slices {

namespace {

// The highest bound first; equal children lie side by side, the first predicate in front.
bool Before(const TreeChild& a, const TreeChild& b) {
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

}  // namespace

std::vector<TreeChild> TreeWalker::Roots() {
  std::vector<TreeChild> roots;
  for (std::uint32_t p = 0; p < shared_.predicates.size(); ++p) {
    if (p % 1024 == 0 && shared_.context.cancelled()) break;
    const Predicate& predicate = shared_.predicates[p];
    TreeChild child{p, 0, 0, shared_.joined[predicate.feature] != 0 ? RunProfile(nullptr, predicate) : shared_.bands.ProfileOf(shared_.atoms.OfAtom(predicate.feature, predicate.first))};
    if (Judge(nullptr, &child)) roots.push_back(child);
  }
  Arrange(nullptr, &roots);
  return roots;
}

std::vector<TreeChild> TreeWalker::Expand(const std::vector<TreeChild>& siblings, std::size_t place, const std::uint64_t* parent, std::vector<std::uint64_t>* rows) {
  const TreeChild& node = siblings[place];
  chosen_.push_back(node.predicate);
  std::vector<TreeChild> children;
  rows->clear();
  cached_features_.clear();
  for (std::size_t j = 0; j < place; ++j) {
    const TreeChild& other = siblings[j];
    if (shared_.predicates[other.predicate].feature == shared_.predicates[node.predicate].feature) continue;
    Profile most;
    if (!ParentsAllow(node, other, &most)) {
      ++counts_.pruned.by_parents;
      if (chosen_.size() == 1) shared_.pairs->RuleOut(node.predicate, other.predicate);
      continue;
    }
    if (rows->empty()) TakeRows(parent, node.predicate, rows);
    TreeChild child{other.predicate, 0, 0, most};
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

bool TreeWalker::Descend(const std::vector<TreeChild>& siblings, std::size_t place, const std::uint64_t* parent) {
  if (siblings[place].bound < best_.threshold()) {
    ++counts_.pruned.by_score;
    return true;
  }
  if (chosen_.size() + 2 > shared_.max_level) return true;
  if (shared_.context.cancelled()) return false;
  std::vector<std::uint64_t> rows;
  const std::vector<TreeChild> children = Expand(siblings, place, parent, &rows);
  chosen_.push_back(siblings[place].predicate);
  bool goes_on = true;
  for (std::size_t c = 0; c < children.size() && goes_on; ++c) goes_on = Descend(children, c, rows.data());
  chosen_.pop_back();
  return goes_on;
}

const std::uint64_t* TreeWalker::Bits(std::uint32_t predicate) {
  if (scratch_.empty()) scratch_.resize(words_);
  return shared_.atoms.Of(shared_.predicates[predicate], scratch_.data());
}

void TreeWalker::TakeRows(const std::uint64_t* parent, std::uint32_t predicate, std::vector<std::uint64_t>* rows) {
  rows->resize(words_);
  const std::uint64_t* bits = Bits(predicate);
  Intersect(parent == nullptr ? bits : parent, bits, words_, rows->data());
}

bool TreeWalker::ProfileWith(const std::uint64_t* rows, TreeChild* child) {
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

Profile TreeWalker::RunProfile(const std::uint64_t* rows, const Predicate& p) {
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

bool TreeWalker::ParentsAllow(const TreeChild& node, const TreeChild& other, Profile* most) const {
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

void TreeWalker::CountLevel() {
  if (counts_.per_level.size() <= chosen_.size()) counts_.per_level.resize(chosen_.size() + 1, 0);
  ++counts_.per_level[chosen_.size()];
}

bool TreeWalker::Judge(const std::uint64_t* rows, TreeChild* child, bool redundant) {
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

void TreeWalker::Offer(const std::uint64_t* rows, const TreeChild& child) {
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

void TreeWalker::Arrange(const std::uint64_t* parent, std::vector<TreeChild>* children) {
  std::sort(children->begin(), children->end(), Before);
  std::vector<TreeChild> kept;
  std::vector<std::uint64_t> rows;
  for (const TreeChild& child : *children) {
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

}  // namespace assay::slices
