#include "learn/split.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/random.h"
#include "base/text.h"

namespace assay::learn {

namespace {

// Rows that must stay together: by query for ranking, else by unit, else alone.
std::span<const std::uint32_t> GroupIds(const Examples& examples) {
  if (examples.task == Task::kRanking) return examples.query;
  return examples.unit;
}
std::uint32_t NumGroups(const Examples& examples) {
  if (examples.task == Task::kRanking) return examples.num_queries;
  return examples.unit.empty() ? static_cast<std::uint32_t>(examples.num_rows()) : examples.num_units;
}
std::uint32_t GroupOf(const Examples& examples, std::uint32_t row) {
  const std::span<const std::uint32_t> ids = GroupIds(examples);
  return ids.empty() ? row : ids[row];
}

std::vector<std::uint32_t> ByTime(const Examples& examples, std::span<const std::uint32_t> rows) {
  std::vector<std::uint32_t> order(rows.begin(), rows.end());
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return examples.time[a] < examples.time[b]; });
  return order;
}

// The rows of `order` (by time) cut at `cut`: the test part starts there, moved on to the next whole day-like boundary of
// equal times and whole units; training rows are those whose outcome was known before the first test decision.
Split CutByTime(const Examples& examples, const std::vector<std::uint32_t>& order, std::size_t cut, std::size_t end) {
  Split split;
  // Units that straddle the cut go to the test side as far as they are late; their early rows are left out.
  while (cut > 0 && cut < end && examples.time[order[cut]] == examples.time[order[cut - 1]]) --cut;
  if (!examples.unit.empty()) {
    while (cut > 0 && cut < end && examples.unit[order[cut]] == examples.unit[order[cut - 1]]) --cut;
  }
  if (cut >= end) return split;
  const base::Micros start = examples.time[order[cut]];
  std::vector<char> tested(NumGroups(examples), 0);
  for (std::size_t i = cut; i < end; ++i) {
    split.test.push_back(order[i]);
    tested[GroupOf(examples, order[i])] = 1;
  }
  for (std::size_t i = 0; i < cut; ++i) {
    const std::uint32_t row = order[i];
    const bool known = examples.time[row] == base::kMissingTime || examples.time[row] + examples.wait <= start;
    if (known && tested[GroupOf(examples, row)] == 0) split.train.push_back(row);
  }
  std::sort(split.train.begin(), split.train.end());
  std::sort(split.test.begin(), split.test.end());
  return split;
}

// Like CutByTime for units that live on both sides of the cut: units of one random half are tested, of the other train.
Split CutPanel(const Examples& examples, const std::vector<std::uint32_t>& order, std::size_t cut, std::size_t end, std::uint64_t half, std::uint64_t seed) {
  Split split;
  while (cut > 0 && cut < end && examples.time[order[cut]] == examples.time[order[cut - 1]]) --cut;
  if (cut >= end) return split;
  const base::Micros start = examples.time[order[cut]];
  const auto half_of = [&](std::uint32_t row) { return base::RandomStream(seed, "halves of units", examples.unit[row]).Below(2); };
  for (std::size_t i = 0; i < end; ++i) {
    const std::uint32_t row = order[i];
    const bool tested = half_of(row) == half;
    if (i >= cut && tested) split.test.push_back(row);
    const bool known = examples.time[row] == base::kMissingTime || examples.time[row] + examples.wait <= start;
    if (i < cut && !tested && known) split.train.push_back(row);
  }
  std::sort(split.train.begin(), split.train.end());
  std::sort(split.test.begin(), split.test.end());
  return split;
}

// Groups present among rows, shuffled by seed.
std::vector<std::uint32_t> ShuffledGroups(const Examples& examples, std::span<const std::uint32_t> rows, std::uint64_t seed, std::string_view purpose) {
  std::vector<char> seen(NumGroups(examples), 0);
  std::vector<std::uint32_t> groups;
  for (const std::uint32_t row : rows) {
    const std::uint32_t group = GroupOf(examples, row);
    if (seen[group] != 0) continue;
    seen[group] = 1;
    groups.push_back(group);
  }
  base::RandomStream random(seed, purpose);
  random.Shuffle(std::span<std::uint32_t>(groups));
  return groups;
}

bool OneClass(const Examples& examples, const Rows& rows) {
  if (examples.task != Task::kBinary) return false;
  return std::all_of(rows.begin(), rows.end(), [&](std::uint32_t r) { return examples.outcome[r] == examples.outcome[rows[0]]; });
}

Result<void> CheckSides(const Examples& examples, const Split& split) {
  for (const Rows* side : {&split.train, &split.test}) {
    const char* name = side == &split.train ? "training part" : "holdout";
    if (side->empty()) return Error{ErrorCode::kInvalidInput, std::string("the ") + name + " would be empty; give more rows, more units or a longer period"};
    if (OneClass(examples, *side)) return Error{ErrorCode::kInvalidInput, std::string("all rows of the ") + name + " have the same outcome; give more rows or a longer period"};
  }
  return {};
}

}  // namespace

Result<Split> SplitHoldout(const Examples& examples, const HoldoutOptions& options) {
  Rows all(static_cast<std::size_t>(examples.num_rows()));
  std::iota(all.begin(), all.end(), 0U);
  Split split;
  if (!examples.time.empty()) {
    const std::vector<std::uint32_t> order = ByTime(examples, all);
    const auto cut = static_cast<std::size_t>(std::floor(static_cast<double>(order.size()) * (1 - options.share)));
    split = CutByTime(examples, order, cut, order.size());
  } else {
    std::vector<char> held(NumGroups(examples), 0);
    const std::vector<std::uint32_t> groups = ShuffledGroups(examples, all, options.seed, "holdout");
    const auto count = std::max<std::size_t>(1, static_cast<std::size_t>(std::lround(static_cast<double>(groups.size()) * options.share)));
    for (std::size_t i = 0; i < std::min(count, groups.size()); ++i) held[groups[i]] = 1;
    for (const std::uint32_t row : all) (held[GroupOf(examples, row)] != 0 ? split.test : split.train).push_back(row);
  }
  ASSAY_TRY(CheckSides(examples, split));
  return split;
}

Result<std::vector<Split>> CrossValidationFolds(const Examples& examples, std::span<const std::uint32_t> rows, int num_folds, std::uint64_t seed) {
  std::vector<Split> folds;
  const auto k = static_cast<std::size_t>(num_folds);
  if (!examples.time.empty()) {
    const std::vector<std::uint32_t> order = ByTime(examples, rows);
    // k + 1 blocks: each but the first is judged once by what came before it.
    for (std::size_t f = 1; f <= k; ++f) {
      const std::size_t begin = order.size() * f / (k + 1);
      const std::size_t end = order.size() * (f + 1) / (k + 1);
      Split fold = CutByTime(examples, order, begin, end);
      if (!examples.unit.empty() && fold.train.size() * 4 < begin) {
        // Units live so long that most are tested: half of them are judged by the other half's past, and the other way round.
        for (const std::uint64_t half : {0U, 1U}) {
          Split part = CutPanel(examples, order, begin, end, half, seed);
          if (!part.train.empty() && !part.test.empty() && !OneClass(examples, part.train)) folds.push_back(std::move(part));
        }
        continue;
      }
      if (!fold.train.empty() && !fold.test.empty() && !OneClass(examples, fold.train)) folds.push_back(std::move(fold));
    }
  } else {
    const std::vector<std::uint32_t> groups = ShuffledGroups(examples, rows, seed, "folds");
    std::vector<std::uint32_t> fold_of(NumGroups(examples), 0);
    for (std::size_t i = 0; i < groups.size(); ++i) fold_of[groups[i]] = static_cast<std::uint32_t>(i % k);
    for (std::size_t f = 0; f < k; ++f) {
      Split fold;
      for (const std::uint32_t row : rows) (fold_of[GroupOf(examples, row)] == f ? fold.test : fold.train).push_back(row);
      if (!fold.train.empty() && !fold.test.empty() && !OneClass(examples, fold.train)) folds.push_back(std::move(fold));
    }
  }
  if (folds.empty()) return Error{ErrorCode::kInvalidInput, "there are too few rows, units or periods for " + std::to_string(num_folds) + " validation folds"};
  return folds;
}

std::string ExplainSplit(const Examples& examples, const Split& split) {
  const std::string sizes = base::ReadableCount(static_cast<std::int64_t>(split.train.size())) + " rows train, " + base::ReadableCount(static_cast<std::int64_t>(split.test.size())) + " judge";
  if (examples.time.empty()) return "a random part of whole " + std::string(examples.task == Task::kRanking ? "queries" : examples.unit.empty() ? "rows" : "units") + ": " + sizes;
  base::Micros first = INT64_MAX, last = INT64_MIN, trained = INT64_MIN;
  for (const std::uint32_t row : split.test) {
    first = std::min(first, examples.time[row]);
    last = std::max(last, examples.time[row]);
  }
  for (const std::uint32_t row : split.train) trained = std::max(trained, examples.time[row]);
  return "the latest part, " + base::FormatTime(first) + " to " + base::FormatTime(last) + ", is judged by what was learned up to " + base::FormatTime(trained) + (examples.wait > 0 ? " (gap at least " + base::FormatDuration(examples.wait) + ")" : "") + ": " + sizes;
}

Rows SampleRows(const Examples& examples, std::span<const std::uint32_t> rows, std::int64_t num_rows, std::uint64_t seed) {
  if (static_cast<std::int64_t>(rows.size()) <= num_rows) return {rows.begin(), rows.end()};
  const std::vector<std::uint32_t> groups = ShuffledGroups(examples, rows, seed, "sample");
  std::vector<std::int64_t> sizes(NumGroups(examples), 0);
  for (const std::uint32_t row : rows) ++sizes[GroupOf(examples, row)];
  std::vector<char> taken(sizes.size(), 0);
  std::int64_t total = 0;
  for (const std::uint32_t group : groups) {
    // Whole groups until the next would go over, but at least two.
    if (total > 0 && total + sizes[group] > num_rows) continue;
    taken[group] = 1;
    total += sizes[group];
  }
  Rows sample;
  for (const std::uint32_t row : rows) {
    if (taken[GroupOf(examples, row)] != 0) sample.push_back(row);
  }
  return sample;
}

}  // namespace assay::learn
