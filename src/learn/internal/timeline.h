// Rows in order of time, and the parts that they are cut into.
//
// A query of a ranking stands whole at its first time; its outcomes are known when that of its last row is.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "learn/examples.h"
#include "learn/internal/row_groups.h"
#include "learn/split.h"

namespace assay::learn {

enum class CrossingUnits { kJudgeOnly, kOnBothSides };

struct TimeCut {
  Split split;
  CrossingUnits crossing = CrossingUnits::kJudgeOnly;
};

// Keeps `examples`, which must have times. Positions count rows in order of time.
class Timeline {
 public:
  Timeline(const Examples& examples, std::span<const std::uint32_t> rows);

  std::size_t size() const { return order_.size(); }
  const WholeGroups& groups() const { return groups_; }
  // Where a part may begin that is wanted at `position`: moved back to where equal times begin, and before that the unit
  // whose rows follow each other there.
  std::size_t Limit(std::size_t position) const;

  // `begin` and `end` are limits or size(). Tested is what lies between; training rows lie before, with outcomes that were
  // known at the first test decision. Early rows of units that are tested train only with kOnBothSides.
  Split Cut(std::size_t begin, std::size_t end, CrossingUnits crossing) const;
  // The groups that have rows here dealt into two halves of equal size, by group: 0 or 1. Dealt anew in each part of the rows, so
  // that a half can be halved again.
  std::vector<std::uint8_t> DealHalves(std::uint64_t seed) const;
  // For units that live on both sides: those of one half are tested, those of the other train.
  Split CutPanel(std::size_t begin, std::size_t end, std::span<const std::uint8_t> half_of, std::uint8_t half) const;
  // Everything from the limit at `position` on is tested. Units stand on both sides only when most live so long that three
  // quarters of the training rows would be lost otherwise.
  TimeCut CutLatest(std::size_t position) const;

 private:
  base::Micros FirstTime(std::uint32_t row) const { return first_.empty() ? examples_.time[row] : first_[examples_.query[row]]; }
  bool KnownAt(std::uint32_t row, base::Micros moment) const;

  const Examples& examples_;
  WholeGroups groups_;
  std::vector<base::Micros> first_, last_;  // by query; empty where rows stand for themselves
  std::vector<std::uint32_t> order_;        // equal times by group, then by row
};

}  // namespace assay::learn
