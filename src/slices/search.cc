#include "slices/search.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "base/text.h"
#include "base/thread_pool.h"
#include "slices/internal/atom_bits.h"
#include "slices/internal/best_slices.h"
#include "slices/internal/descriptions.h"
#include "slices/internal/loss_bands.h"
#include "slices/internal/row_bits.h"
#include "slices/internal/slice_tree.h"

namespace assay::slices {

namespace {

constexpr std::size_t kMostTies = 100'000;
constexpr std::int64_t kWordsPerSlice = std::int64_t{1} << 24U;

struct Search {
  std::span<const Feature> features;
  const SearchOptions& options;
  const LossBands& bands;
  const AtomBits& atoms;
  std::vector<Predicate> predicates;
};

FoundSlice Describe(const Search& search, const CandidateSlice& candidate) {
  Descriptions descriptions = DescribeRows(search.features, search.atoms, search.predicates, candidate.predicates, search.options.max_level, kWordsPerSlice);
  FoundSlice slice;
  slice.predicates = std::move(descriptions.shown.front());
  slice.same_rows.assign(std::make_move_iterator(descriptions.shown.begin() + 1), std::make_move_iterator(descriptions.shown.end()));
  slice.same_rows_more = descriptions.more;
  slice.all_descriptions = descriptions.all;
  slice.size = candidate.size;
  slice.score = candidate.score;
  std::vector<std::uint64_t> rows(search.atoms.num_words());
  search.atoms.OfAll(slice.predicates, rows.data());
  slice.loss_sum = search.bands.ToGiven(search.bands.LossSum(rows.data()));
  slice.loss_max = search.bands.ToGiven(search.bands.LossMax(rows.data()));
  return slice;
}

// The order of the result.
void Arrange(const Search& search, std::vector<FoundSlice>* slices) {
  const auto text = [&](const FoundSlice& s) { return DescriptionText(search.features, s.predicates); };
  std::sort(slices->begin(), slices->end(), [&](const FoundSlice& a, const FoundSlice& b) {
    if (a.score != b.score) return a.score > b.score;
    if (a.predicates.size() != b.predicates.size()) return a.predicates.size() < b.predicates.size();
    if (a.size != b.size) return a.size > b.size;
    return text(a) < text(b);
  });
}

// The k best distinct row sets, and what equals the k-th, in order.
Result<std::vector<FoundSlice>> Best(const Search& search, std::size_t k, bool all_ties, SearchResult* result, const RunContext& context) {
  BestSlices best(k, static_cast<double>(search.bands.rows()) / static_cast<double>(search.options.least_rows));
  const TreeCounts counts = ASSAY_TRY(SearchTree(search.bands, search.atoms, search.predicates, search.options.least_rows, search.options.max_level, &best, context));
  if (result->per_level.size() < counts.per_level.size()) result->per_level.resize(counts.per_level.size(), 0);
  for (std::size_t l = 0; l < counts.per_level.size(); ++l) result->per_level[l] += counts.per_level[l];
  result->pruned.by_support += counts.pruned.by_support;
  result->pruned.by_score += counts.pruned.by_score;
  result->pruned.by_parents += counts.pruned.by_parents;
  result->pruned.by_same_rows += counts.pruned.by_same_rows;
  result->peak_bytes = std::max(result->peak_bytes, counts.peak_bytes + search.atoms.size_bytes() + search.bands.size_bytes());
  std::vector<CandidateSlice> candidates = best.Sorted();
  if (candidates.size() > k) {
    // Only what equals the k-th may stand in its place.
    const double last = candidates[k - 1].score;
    std::erase_if(candidates, [&](const CandidateSlice& c) { return c.score < last; });
  }
  if (candidates.size() > std::max(k, kMostTies)) {
    return Error{ErrorCode::kTooLarge, base::ReadableCount(static_cast<std::int64_t>(candidates.size())) + " slices have the same score as number " + std::to_string(k) + "; raise the minimum support, or lower alpha so that size counts too"};
  }
  std::vector<FoundSlice> slices(candidates.size());
  ASSAY_TRY(base::ParallelFor(context, static_cast<std::int64_t>(slices.size()), [&](std::int64_t i) {
    slices[static_cast<std::size_t>(i)] = Describe(search, candidates[static_cast<std::size_t>(i)]);
  }, "describing slices"));
  Arrange(search, &slices);
  if (!all_ties && slices.size() > k) slices.resize(k);
  return slices;
}

double Overlap(const std::vector<std::uint64_t>& a, const std::vector<std::uint64_t>& b) {
  const double both = CountBoth(a.data(), b.data(), a.size());
  const double any = static_cast<double>(CountBits(a.data(), a.size())) + CountBits(b.data(), b.size()) - both;
  return both / any;
}

// Greedily in order, those that overlap with no earlier one by more than is allowed; all ties of the last where `all_ties`.
std::vector<FoundSlice> KeepDistinct(const Search& search, std::vector<FoundSlice> slices, std::size_t k, bool all_ties) {
  std::vector<FoundSlice> kept;
  std::vector<std::vector<std::uint64_t>> rows_of_kept;
  for (FoundSlice& slice : slices) {
    if (kept.size() >= k && !(all_ties && slice.score == kept[k - 1].score)) break;
    std::vector<std::uint64_t> rows(search.atoms.num_words());
    search.atoms.OfAll(slice.predicates, rows.data());
    const bool distinct = std::all_of(rows_of_kept.begin(), rows_of_kept.end(), [&](const auto& other) { return Overlap(rows, other) <= search.options.most_overlap; });
    if (!distinct) continue;
    kept.push_back(std::move(slice));
    rows_of_kept.push_back(std::move(rows));
  }
  return kept;
}

}  // namespace

Result<void> SearchOptions::Validate() const {
  const auto refuse = [](const std::string& text) { return Error{ErrorCode::kInvalidInput, text}; };
  if (k < 1 || k > 10'000) return refuse("k: " + std::to_string(k) + " is not between 1 and 10,000");
  if (!(alpha > 0 && alpha <= 1)) return refuse("alpha: " + base::ShortestNumber(alpha) + " is not above 0 and at most 1");
  if (least_rows < 1) return refuse("minimum support: " + std::to_string(least_rows) + " is below 1 row");
  if (max_level < 0) return refuse("max-level: " + std::to_string(max_level) + " is below 0");
  if (!(most_overlap > 0 && most_overlap <= 1)) return refuse("distinct: " + base::ShortestNumber(most_overlap) + " is not above 0 and at most 1");
  return {};
}

double SliceScore(double alpha, double loss_sum, std::int64_t size, double total_loss, std::int64_t rows) {
  const auto n = static_cast<double>(rows), s = static_cast<double>(size);
  return alpha * (loss_sum / s / (total_loss / n) - 1) - (1 - alpha) * (n / s - 1);
}

Result<SearchResult> SearchSlices(std::span<const Feature> features, std::span<const double> losses, const SearchOptions& options, const RunContext& context) {
  ASSAY_TRY(options.Validate());
  SearchResult result;
  result.rows = static_cast<std::int64_t>(losses.size());
  if (losses.empty()) return result;
  const LossBands bands(losses, options.alpha, options.least_rows);
  result.loss_sum = bands.ToGiven(bands.total());
  if (bands.total() <= 0) return result;
  const AtomBits atoms = ASSAY_TRY(AtomBits::Create(features, bands, options.least_rows, options.ranges, options.memory_bytes, context));
  const Search search{features, options, bands, atoms, PredicatesOf(features, result.rows, options.least_rows, options.ranges)};
  const auto k = static_cast<std::size_t>(options.k);
  if (options.most_overlap >= 1) {
    result.slices = ASSAY_TRY(Best(search, k, options.all_ties, &result, context));
  } else {
    // Greedy choice looks at slices in order, so a longer list of the best has the same beginning: it is long enough when k were kept
    // before its end, or when there are no more.
    for (std::size_t most = 4 * k;; most *= 4) {
      std::vector<FoundSlice> slices = ASSAY_TRY(Best(search, most, true, &result, context));
      const bool all = slices.size() < most;
      const double last = slices.empty() ? 0 : slices.back().score;
      result.slices = KeepDistinct(search, std::move(slices), k, options.all_ties);
      if (all || (result.slices.size() >= k && (!options.all_ties || result.slices.back().score > last))) break;
      if (most > kMostTies) return Error{ErrorCode::kTooLarge, "among the " + base::ReadableCount(static_cast<std::int64_t>(most)) + " best slices only " + std::to_string(result.slices.size()) + " overlap by no more than " + base::ShortestNumber(options.most_overlap) + "; allow more overlap, or ask for fewer slices"};
    }
  }
  for (const std::int64_t evaluated : result.per_level) result.evaluated += evaluated;
  return result;
}

std::vector<std::uint32_t> RowsOf(std::span<const Feature> features, std::span<const Predicate> predicates) {
  std::vector<std::uint32_t> rows;
  if (predicates.empty()) return rows;
  const std::size_t num_rows = std::visit([](const auto& atoms) { return atoms.size(); }, features[predicates[0].feature].atom_of_row);
  std::vector<std::uint8_t> held(num_rows, 0);
  for (std::size_t p = 0; p < predicates.size(); ++p) {
    ForEachAtom(features[predicates[p].feature], [&](std::size_t row, std::uint32_t atom) {
      if (held[row] == p && atom >= predicates[p].first && atom <= predicates[p].last) ++held[row];
    });
  }
  for (std::uint32_t row = 0; row < num_rows; ++row) {
    if (held[row] == predicates.size()) rows.push_back(row);
  }
  return rows;
}

}  // namespace assay::slices
