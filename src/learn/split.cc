#include "learn/split.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/random.h"
#include "base/text.h"
#include "learn/internal/row_groups.h"
#include "learn/internal/timeline.h"

namespace assay::learn {

namespace {

bool OneClass(const Examples& examples, const Rows& rows) {
  if (examples.task != Task::kBinary) return false;
  return std::all_of(rows.begin(), rows.end(), [&](std::uint32_t r) { return examples.outcome[r] == examples.outcome[rows[0]]; });
}

// Why rows cannot be split into parts that train and parts that judge, and what to do.
std::string WhyNoSplit(const Examples& examples, std::span<const std::uint32_t> rows) {
  const std::string all = "all " + base::ReadableCount(static_cast<std::int64_t>(rows.size())) + " rows ";
  if (GroupKindOf(examples) == GroupKind::kUnit && PresentGroups(RowGroups(examples), rows).size() == 1) return all + "belong to one unit, which cannot be judged by others: give data of more units, or name no unit (--unit, in a charter data.unit)";
  base::Micros first = INT64_MAX, last = INT64_MIN;
  for (const std::uint32_t row : rows) {
    if (examples.time.empty() || examples.time[row] == base::kMissingTime) continue;
    first = std::min(first, examples.time[row]);
    last = std::max(last, examples.time[row]);
  }
  if (first == last) return all + "have the same time (" + base::FormatTime(first) + "): give a longer period, or name no time (--time, in a charter data.time), which splits at random";
  if (first < last && examples.wait > (last - first) / 2) {
    return "the wait of " + base::FormatDuration(examples.wait) + " is too long for rows that span " + base::FormatDuration(last - first) + ": hardly any outcome was known when a later row was decided. Give a longer period, or mend the wait (--wait, in a charter problem.wait)";
  }
  if (OneClass(examples, {rows.begin(), rows.end()})) return all + "have the same outcome: give more rows or a longer period";
  return "there are too few rows, units or periods: give more rows or a longer period";
}

Result<void> CheckSides(const Examples& examples, const Split& split, const Rows& all) {
  for (const Rows* side : {&split.train, &split.test}) {
    const char* name = side == &split.train ? "training part" : "holdout";
    if (side->empty()) return Error{ErrorCode::kInvalidInput, std::string("the ") + name + " would be empty: " + WhyNoSplit(examples, all)};
    if (OneClass(examples, *side)) return Error{ErrorCode::kInvalidInput, std::string("all rows of the ") + name + " have the same outcome; give more rows or a longer period"};
  }
  return {};
}

// Groups in random order up to the first that does not fit, so that large and small ones are taken at equal rates; one that is
// larger than the whole sample is passed over. At least one.
Rows SampleGroups(const RowGroups& groups, std::span<const std::uint32_t> rows, std::int64_t num_rows, std::uint64_t seed) {
  std::vector<std::int64_t> sizes(groups.count(), 0);
  for (const std::uint32_t row : rows) ++sizes[groups.Of(row)];
  std::vector<char> taken(sizes.size(), 0);
  const std::vector<std::uint32_t> shuffled = ShuffledGroups(groups, rows, seed, "sample");
  std::int64_t total = 0;
  for (const std::uint32_t group : shuffled) {
    if (sizes[group] > num_rows) continue;
    if (total + sizes[group] > num_rows) break;
    taken[group] = 1;
    total += sizes[group];
  }
  if (total == 0 && !shuffled.empty()) taken[shuffled[0]] = 1;
  Rows sample;
  for (const std::uint32_t row : rows) {
    if (taken[groups.Of(row)] != 0) sample.push_back(row);
  }
  return sample;
}

}  // namespace

Result<Split> SplitHoldout(const Examples& examples, const HoldoutOptions& options) {
  Rows all(static_cast<std::size_t>(examples.num_rows()));
  std::iota(all.begin(), all.end(), 0U);
  Split split;
  if (!examples.time.empty()) {
    split = Timeline(examples, all).CutLatest(static_cast<std::size_t>(std::floor(static_cast<double>(all.size()) * (1 - options.share)))).split;
  } else {
    const RowGroups row_groups(examples);
    std::vector<char> held(row_groups.count(), 0);
    const std::vector<std::uint32_t> groups = ShuffledGroups(row_groups, all, options.seed, "holdout");
    const std::size_t least = groups.size() >= 4 ? 2 : 1;  // an interval needs two
    const auto count = std::max(least, static_cast<std::size_t>(std::lround(static_cast<double>(groups.size()) * options.share)));
    for (std::size_t i = 0; i < std::min(count, groups.size()); ++i) held[groups[i]] = 1;
    for (const std::uint32_t row : all) (held[row_groups.Of(row)] != 0 ? split.test : split.train).push_back(row);
  }
  ASSAY_TRY(CheckSides(examples, split, all));
  return split;
}

Result<std::vector<Split>> CrossValidationFolds(const Examples& examples, std::span<const std::uint32_t> rows, int num_folds, std::uint64_t seed) {
  std::vector<Split> folds;
  const auto k = static_cast<std::size_t>(num_folds);
  if (!examples.time.empty()) {
    const Timeline timeline(examples, rows);
    // k + 1 blocks: each but the first is judged once by what came before it.
    std::vector<std::size_t> limits;
    for (std::size_t f = 1; f <= k; ++f) limits.push_back(timeline.Limit(timeline.size() * f / (k + 1)));
    limits.push_back(timeline.size());
    std::vector<std::uint8_t> half_of;
    for (std::size_t f = 0; f < k; ++f) {
      Split fold = timeline.Cut(limits[f], limits[f + 1], CrossingUnits::kJudgeOnly);
      if (timeline.groups().kind() == GroupKind::kUnit && fold.train.size() * 4 < timeline.Cut(limits[f], limits[f + 1], CrossingUnits::kOnBothSides).train.size()) {
        // Units live so long that most are tested: half of them are judged by the other half's past, and the other way round.
        if (half_of.empty()) half_of = timeline.DealHalves(seed);
        for (std::uint8_t half = 0; half < 2; ++half) {
          Split part = timeline.CutPanel(limits[f], limits[f + 1], half_of, half);
          if (!part.train.empty() && !part.test.empty() && !OneClass(examples, part.train)) folds.push_back(std::move(part));
        }
        continue;
      }
      if (!fold.train.empty() && !fold.test.empty() && !OneClass(examples, fold.train)) folds.push_back(std::move(fold));
    }
  } else {
    const RowGroups row_groups(examples);
    const std::vector<std::uint32_t> groups = ShuffledGroups(row_groups, rows, seed, "folds");
    std::vector<std::uint32_t> fold_of(row_groups.count(), 0);
    for (std::size_t i = 0; i < groups.size(); ++i) fold_of[groups[i]] = static_cast<std::uint32_t>(i % k);
    for (std::size_t f = 0; f < k; ++f) {
      Split fold;
      for (const std::uint32_t row : rows) (fold_of[row_groups.Of(row)] == f ? fold.test : fold.train).push_back(row);
      if (!fold.train.empty() && !fold.test.empty() && !OneClass(examples, fold.train)) folds.push_back(std::move(fold));
    }
  }
  if (folds.empty()) return Error{ErrorCode::kInvalidInput, "no validation fold can be made of the " + std::to_string(num_folds) + " wanted: " + WhyNoSplit(examples, rows)};
  return folds;
}

std::string ExplainSplit(const Examples& examples, const Split& split) {
  const std::string sizes = base::ReadableCount(static_cast<std::int64_t>(split.train.size())) + " rows train, " + base::ReadableCount(static_cast<std::int64_t>(split.test.size())) + " judge";
  const WholeGroups groups(examples);
  if (examples.time.empty()) return std::string("a random part of whole ") + groups.words() + ": " + sizes;
  base::Micros first = INT64_MAX, last = INT64_MIN, trained = INT64_MIN;
  for (const std::uint32_t row : split.test) {
    first = std::min(first, examples.time[row]);
    last = std::max(last, examples.time[row]);
  }
  std::vector<char> trains(groups.count(), 0), judges(groups.count(), 0);
  for (const std::uint32_t row : split.train) {
    trained = std::max(trained, examples.time[row]);
    trains[groups.Of(row)] = 1;
  }
  for (const std::uint32_t row : split.test) judges[groups.Of(row)] = 1;
  const bool crossing = std::any_of(split.test.begin(), split.test.end(), [&](std::uint32_t row) { return trains[groups.Of(row)] != 0; });
  const std::string gap = examples.wait > 0 ? " (gap at least " + base::FormatDuration(examples.wait) + ")" : "";
  const std::string both_sides = crossing ? "; most units live through both, so they stand on both sides and the figures hold for later rows of known units, not for units never seen" : "";
  // Rows that neither train nor judge are early ones of judged groups, or lie in the gap.
  std::vector<char> used(examples.outcome.size(), 0);
  for (const Rows* rows : {&split.train, &split.test}) {
    for (const std::uint32_t row : *rows) used[row] = 1;
  }
  std::int64_t early = 0, in_gap = 0;
  for (std::uint32_t row = 0; row < used.size(); ++row) {
    if (used[row] == 0) ++(!crossing && judges[groups.Of(row)] != 0 ? early : in_gap);
  }
  std::string left_out = early > 0 ? "; " + base::ReadableCount(early) + " earlier rows of the judged " + groups.words() + " do neither" : "";
  if (in_gap > 0) left_out += "; " + base::ReadableCount(in_gap) + " rows whose outcome was not known by then do neither";
  const std::string whole_queries = examples.task == Task::kRanking ? "; a query stays whole, at the time of its first row" : "";
  return "the latest part, " + base::FormatTime(first) + " to " + base::FormatTime(last) + ", is judged by what was learned up to " + base::FormatTime(trained) + gap + ": " + sizes + left_out + whole_queries + both_sides;
}

Result<Resampling> RandomHalves(const Examples& examples, std::span<const std::uint32_t> rows, int repeats, std::uint64_t seed) {
  const RowGroups groups(examples);
  Split pools{{rows.begin(), rows.end()}, {rows.begin(), rows.end()}};
  bool apart = false;  // the two pools have no group in common, so each is dealt for itself
  if (!examples.time.empty()) {
    TimeCut cut = Timeline(examples, rows).CutLatest(rows.size() * 2 / 3);
    apart = cut.crossing == CrossingUnits::kJudgeOnly;
    pools = std::move(cut.split);
  }
  std::vector<std::uint32_t> early = PresentGroups(groups, pools.train), late = PresentGroups(groups, pools.test);
  if (apart) {
    // A day that the cut falls into is late.
    std::vector<char> is_late(groups.count(), 0);
    for (const std::uint32_t group : late) is_late[group] = 1;
    std::erase_if(early, [&](std::uint32_t group) { return is_late[group] != 0; });
  }
  Resampling resampling;
  resampling.groups = groups.words();
  for (int repeat = 0; repeat < repeats; ++repeat) {
    base::RandomStream random(seed, "random halves", static_cast<std::uint64_t>(repeat));
    random.Shuffle(std::span<std::uint32_t>(early));
    if (apart) random.Shuffle(std::span<std::uint32_t>(late));
    std::vector<char> trains(groups.count(), 0), judges(groups.count(), apart ? 0 : 1);
    for (std::size_t i = 0; i < (early.size() + 1) / 2; ++i) trains[early[i]] = 1, judges[early[i]] = 0;
    for (std::size_t i = 0; apart && i < (late.size() + 1) / 2; ++i) judges[late[i]] = 1;
    Split split;
    for (const std::uint32_t row : pools.train) {
      if (trains[groups.Of(row)] != 0) split.train.push_back(row);
    }
    for (const std::uint32_t row : pools.test) {
      if (judges[groups.Of(row)] != 0) split.test.push_back(row);
    }
    if (split.train.empty() || split.test.empty() || OneClass(examples, split.train)) continue;
    const auto judging = static_cast<double>(PresentGroups(groups, split.test).size());
    resampling.training_groups += static_cast<double>(PresentGroups(groups, split.train).size());
    resampling.judging_groups += judging;
    resampling.spared_groups += static_cast<double>(late.size()) - judging;
    resampling.splits.push_back(std::move(split));
  }
  if (resampling.splits.empty()) return Error{ErrorCode::kInvalidInput, "random halves cannot be made: " + WhyNoSplit(examples, rows)};
  for (double* mean : {&resampling.training_groups, &resampling.judging_groups, &resampling.spared_groups}) *mean /= static_cast<double>(resampling.splits.size());
  return resampling;
}

std::string GroupWords(const Examples& examples) { return RowGroups(examples).words(); }

std::int64_t CountGroups(const Examples& examples, std::span<const std::uint32_t> rows) { return static_cast<std::int64_t>(PresentGroups(RowGroups(examples), rows).size()); }

Rows SampleRows(const Examples& examples, std::span<const std::uint32_t> rows, std::int64_t num_rows, std::uint64_t seed) {
  if (static_cast<std::int64_t>(rows.size()) <= num_rows) return {rows.begin(), rows.end()};
  return SampleGroups(RowGroups(examples), rows, num_rows, seed);
}

Rows ThinRows(const Examples& examples, std::span<const std::uint32_t> rows, std::int64_t num_rows, std::uint64_t seed) {
  if (static_cast<std::int64_t>(rows.size()) <= num_rows) return {rows.begin(), rows.end()};
  if (examples.task == Task::kRanking) return SampleGroups(RowGroups(examples, GroupKind::kQuery), rows, num_rows, seed);
  base::RandomStream random(seed, "thin rows");
  auto needed = static_cast<std::uint64_t>(std::max<std::int64_t>(0, num_rows));
  Rows thin;
  thin.reserve(needed);
  for (std::size_t i = 0; i < rows.size() && needed > 0; ++i) {
    if (random.Below(rows.size() - i) >= needed) continue;
    thin.push_back(rows[i]);
    --needed;
  }
  return thin;
}

}  // namespace assay::learn
