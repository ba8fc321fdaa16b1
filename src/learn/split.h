// Which rows train and which rows judge.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "learn/examples.h"

namespace assay::learn {

// What splits and samples hold together and intervals are made by: units; rows where there are none; for ranking queries,
// whole lists, or the units where each query lies in one unit. One pass over the rows for ranking.
enum class GroupKind { kRow, kUnit, kQuery };
GroupKind GroupKindOf(const Examples& examples);

struct Split {
  Rows train;
  Rows test;
};

struct HoldoutOptions {
  double share = 0.2;      // of the rows, by whole units (or the latest period)
  std::uint64_t seed = 42;
};
// With time: the latest rows are the holdout and training rows end at least `wait` before its first decision (rows in
// the gap are in neither); without time: whole groups (GroupKindOf) drawn by seed, two at least where there are four. With time a query of a ranking stands
// whole at its first time, and its outcomes are known when its last row's are. Early rows of units that are judged do not
// train, unless units live so long that less than a quarter of the early rows would be left: then units stand on both
// sides, later rows judged by earlier ones, and ExplainSplit says so. kInvalidInput when a side would be empty or of one
// class.
Result<Split> SplitHoldout(const Examples& examples, const HoldoutOptions& options);

// Folds inside `rows`: rolling origin where there is time (train on earlier, gap >= wait, test on the next block),
// else K-fold by whole groups. Each fold's train and test are subsets of `rows`; no row is tested twice. Blocks begin where
// equal times begin, so few times make fewer folds.
Result<std::vector<Split>> CrossValidationFolds(const Examples& examples, std::span<const std::uint32_t> rows, int num_folds,
                                                std::uint64_t seed);

// In words, for reports: "the last 20 % of days, 2001-05-24 to 2001-06-29; gap 2 hours".
std::string ExplainSplit(const Examples& examples, const Split& split);

// Random halves for procedures that are fitted again and again (stats/corrected_resampled_t.h). Whole groups (GroupKindOf;
// instead of rows days, or a hundred stretches of a time shorter than 20 days; without time rows) are dealt by seed: one
// half trains, the other judges. With time the earlier two thirds and the later third are dealt apart, a half of the
// earlier trains (gap >= wait), a half of the later judges; of units that live through both, one half's past trains and
// the other half's later rows judge.
struct Resampling {
  std::vector<Split> splits;  // as many as asked for, less those whose training half is empty or of one class
  std::string groups;         // what was dealt: "units", "queries", "days", "stretches of time", "rows"
  // Means over the splits. Spared groups could have judged and did not; without time they are those that trained.
  double training_groups = 0, judging_groups = 0, spared_groups = 0;
};
Result<Resampling> RandomHalves(const Examples& examples, std::span<const std::uint32_t> rows, int repeats, std::uint64_t seed);

// A sample of at most `num_rows` rows by seed, made of whole groups as RandomHalves deals them, large and small ones at equal
// rates. At least one group, however large; else one larger than the sample is left out.
Rows SampleRows(const Examples& examples, std::span<const std::uint32_t> rows, std::int64_t num_rows, std::uint64_t seed);
// `num_rows` of `rows` by seed, evenly from all groups, whose number decides what the rows can tell; whole queries for
// ranking. All rows when there are no more.
Rows ThinRows(const Examples& examples, std::span<const std::uint32_t> rows, std::int64_t num_rows, std::uint64_t seed);
// The groups that a sample of SampleRows is made of, and what they are called ("units", "days").
std::int64_t CountGroups(const Examples& examples, std::span<const std::uint32_t> rows);
std::string GroupWords(const Examples& examples);

}  // namespace assay::learn
