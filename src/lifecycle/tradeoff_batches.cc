// What stands in for lists where rows are decided singly, and which lists belong together.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <unordered_map>

#include "base/random.h"
#include "lifecycle/internal/tradeoff_parts.h"

namespace assay::lifecycle {

std::vector<std::uint32_t> NumberedAsTheyAppear(const std::vector<std::uint64_t>& keys, std::uint32_t* count) {
  std::unordered_map<std::uint64_t, std::uint32_t> ids;
  std::vector<std::uint32_t> numbers;
  for (const std::uint64_t key : keys) numbers.push_back(ids.try_emplace(key, static_cast<std::uint32_t>(ids.size())).first->second);
  *count = static_cast<std::uint32_t>(ids.size());
  return numbers;
}

std::vector<std::uint32_t> UnitsOfQueries(const std::vector<std::uint32_t>& query, std::uint32_t num_queries, const std::vector<std::uint64_t>& unit, bool* cross) {
  std::vector<std::uint64_t> keys(num_queries, table::kMissingKey);
  std::unordered_map<std::uint64_t, std::uint32_t> list_of;
  bool nested = true, apart = true;
  for (std::size_t i = 0; i < query.size(); ++i) {
    if (keys[query[i]] == table::kMissingKey) keys[query[i]] = unit[i];
    nested = nested && keys[query[i]] == unit[i];
    apart = apart && list_of.try_emplace(unit[i], query[i]).first->second == query[i];
  }
  *cross = *cross || (!apart && !nested);
  if (apart || !nested) return {};
  std::uint32_t count = 0;
  return NumberedAsTheyAppear(keys, &count);
}

Dealt DealBatches(const std::vector<std::uint64_t>& units, std::int64_t size, std::uint64_t seed) {
  Dealt dealt;
  std::uint32_t num_units = 0;
  const std::vector<std::uint32_t> unit = NumberedAsTheyAppear(units, &num_units);
  const std::size_t rows = units.size(), whole = static_cast<std::size_t>(size);
  std::vector<std::uint32_t> order(num_units);
  std::iota(order.begin(), order.end(), 0U);
  base::RandomStream random(seed, "batches of single rows");
  random.Shuffle(std::span<std::uint32_t>(order));
  // Groups of three batches and more lose little to rows left over; fifty are enough to draw from.
  const bool grouped = num_units < rows;
  const std::size_t groups = grouped ? std::min<std::size_t>({num_units, 50, std::max<std::size_t>(12, rows / (3 * whole))}) : 1;
  std::vector<std::size_t> rows_of(num_units, 0), filled(groups, 0);
  for (const std::uint32_t u : unit) ++rows_of[u];
  std::vector<std::uint32_t> group(num_units, 0);
  for (const std::uint32_t u : order) {
    group[u] = static_cast<std::uint32_t>(std::min_element(filled.begin(), filled.end()) - filled.begin());
    filled[group[u]] += rows_of[u];
  }
  std::vector<std::uint32_t> place(num_units);
  for (std::uint32_t i = 0; i < num_units; ++i) place[order[i]] = i;
  std::vector<std::vector<std::uint32_t>> members(groups);
  for (std::uint32_t row = 0; row < rows; ++row) members[group[unit[row]]].push_back(row);
  constexpr std::uint32_t kLeftOver = UINT32_MAX;
  dealt.batch.assign(rows, kLeftOver);
  for (std::uint32_t g = 0; g < groups; ++g) {
    std::stable_sort(members[g].begin(), members[g].end(), [&](std::uint32_t a, std::uint32_t b) { return place[unit[a]] < place[unit[b]]; });
    const std::size_t batches = members[g].size() / whole;
    for (std::size_t i = 0; i < batches * whole; ++i) dealt.batch[members[g][i]] = dealt.num_batches + static_cast<std::uint32_t>(i / whole);
    dealt.num_batches += static_cast<std::uint32_t>(batches);
    if (grouped) dealt.group_of_batch.insert(dealt.group_of_batch.end(), batches, g);
  }
  for (std::uint32_t& batch : dealt.batch) batch = std::min(batch, dealt.num_batches);
  // Groups without a whole batch have no number.
  std::uint32_t count = 0;
  if (grouped) dealt.group_of_batch = NumberedAsTheyAppear({dealt.group_of_batch.begin(), dealt.group_of_batch.end()}, &count);
  return dealt;
}

Batches BatchesOf(const TradeoffInput& input, double share) {
  std::size_t rows = SIZE_MAX;
  for (const ObjectiveScores& scores : input.scores) rows = std::min({rows, scores.out_of_fold.rows.size(), scores.holdout.rows.size()});
  // Of a hundred rows where there are enough of them; of fewer where there are not, so that groups of units lose little, but two at least are acted on, and two
  // are not.
  const double size = std::clamp(static_cast<double>(rows) / (input.objectives.front().problem.unit.empty() ? 20 : 60), 20.0, 100.0);
  Batches batches;
  batches.shown = std::max<std::int64_t>(2, std::llround(share * size));
  batches.size = std::max<std::int64_t>(batches.shown + 2, std::llround(static_cast<double>(batches.shown) / share));
  if (share > 0.5) {
    const std::int64_t silent = std::max<std::int64_t>(2, std::llround((1 - share) * size));
    batches.size = std::llround(static_cast<double>(silent) / (1 - share));
    batches.shown = batches.size - silent;
  }
  return batches;
}

}  // namespace assay::lifecycle
