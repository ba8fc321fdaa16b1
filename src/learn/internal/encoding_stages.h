// Whose outcomes may help to encode a training row.
//
// With time, the rows are cut into eight stages. A row sees the outcomes that were known when its stage began (decided
// before, wait included), its own group's left out. Without time, whole groups are dealt into five stages and a row sees the
// other four. Groups are what splits hold together (GroupKindOf): a judged row's group did not train.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "learn/examples.h"

namespace assay::learn {

// All vectors are by position in the rows that were handed in.
struct EncodingStages {
  int count = 0;
  bool by_time = false;
  std::vector<std::uint8_t> stage;
  std::vector<std::uint8_t> visible_from;  // by_time: the first stage that may see the row's outcome, `count` = none
  // by_time: positions of the rows of groups that lie in several stages, group after group; `group_begin` holds where
  // each such group begins and, last, the end. Only for these is the own group's share ever among what a row sees.
  std::vector<std::uint32_t> straddling;
  std::vector<std::size_t> group_begin;
};

EncodingStages MakeEncodingStages(const Examples& examples, std::span<const std::uint32_t> rows, std::uint64_t seed);

// Outcome sums of one group of rows (a category, or all) by stage: [stage][0] = rows, then one sum per target.
class StageSums {
 public:
  StageSums(const EncodingStages& stages, std::size_t num_groups, std::size_t num_targets);
  // The row at `position` belongs to `group`.
  void Add(std::size_t position, std::size_t group, std::span<const double> targets);
  // To be called once after the last Add: [stage][group] now holds what rows of that stage may see.
  void Finish();
  // Rows and sums that a row of `stage` may see of `group`: num_targets + 1 numbers.
  std::span<const double> Visible(std::size_t stage, std::size_t group) const { return {&sums_[(stage * num_groups_ + group) * width_], width_}; }
  // All rows of the group.
  std::span<const double> All(std::size_t group) const { return {&all_[group * width_], width_}; }

 private:
  const EncodingStages& stages_;
  std::size_t num_groups_, width_;
  std::vector<double> sums_, all_;
};

}  // namespace assay::learn
