// Which rows train and which rows judge.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "learn/examples.h"

namespace assay::learn {

struct Split {
  Rows train;
  Rows test;
};

struct HoldoutOptions {
  double share = 0.2;      // of the rows, by whole units (or the latest period)
  std::uint64_t seed = 42;
};
// With time: the latest rows are the holdout and training rows end at least `wait` before its first decision (rows in
// the gap are in neither); without time: whole units (queries for ranking) drawn by seed, stratified by class where
// possible. Units never stand on both sides; with time, rows of a unit that crosses stay out of training... see .cc.
// kInvalidInput when a side would be empty or of one class.
Result<Split> SplitHoldout(const Examples& examples, const HoldoutOptions& options);

// Folds inside `rows`: rolling origin where there is time (train on earlier, gap >= wait, test on the next block),
// else grouped K-fold by unit. Each fold's train and test are subsets of `rows`.
Result<std::vector<Split>> CrossValidationFolds(const Examples& examples, std::span<const std::uint32_t> rows, int num_folds,
                                                std::uint64_t seed);

// In words, for reports: "the last 20 % of days, 2001-05-24 to 2001-06-29; gap 2 hours".
std::string ExplainSplit(const Examples& examples, const Split& split);

// A sample of about `num_rows` rows made of whole units (or whole blocks of time), by seed.
Rows SampleRows(const Examples& examples, std::span<const std::uint32_t> rows, std::int64_t num_rows, std::uint64_t seed);

}  // namespace assay::learn
