// Rows that stay together when rows are split or sampled.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "learn/examples.h"
#include "learn/split.h"

namespace assay::learn {

// What never stands on both sides of a split without time. Keeps `examples`; thread-safe.
class WholeGroups {
 public:
  explicit WholeGroups(const Examples& examples) : WholeGroups(examples, GroupKindOf(examples)) {}
  WholeGroups(const Examples& examples, GroupKind kind);
  GroupKind kind() const { return kind_; }
  std::uint32_t count() const { return count_; }
  std::uint32_t Of(std::uint32_t row) const { return ids_.empty() ? row : ids_[row]; }
  const char* words() const;  // "rows", "units", "queries"

 private:
  GroupKind kind_;
  std::span<const std::uint32_t> ids_;  // empty: each row is a group
  std::uint32_t count_ = 0;
};

// What samples and repeated fits are dealt by: the same, but rows that only have a time go by day, or by a hundred
// stretches when there are few days; a row without a time is a group of its own. Keeps `examples`; thread-safe.
class RowGroups {
 public:
  explicit RowGroups(const Examples& examples) : RowGroups(examples, GroupKindOf(examples)) {}
  RowGroups(const Examples& examples, GroupKind kind);
  std::uint32_t Of(std::uint32_t row) const;
  std::uint32_t count() const { return starts_.empty() ? whole_.count() : static_cast<std::uint32_t>(starts_.size() + timeless_.size()); }
  const char* words() const;  // "queries", "units", "days", "stretches of time", "rows"

 private:
  const Examples& examples_;
  WholeGroups whole_;
  std::vector<base::Micros> starts_;  // of the days or stretches, ascending; empty for all other groups
  std::vector<std::uint32_t> timeless_;  // rows without a time, ascending
  bool by_day_ = false;
};

// Groups among rows, in order of first appearance, and shuffled by seed.
std::vector<std::uint32_t> PresentGroups(const RowGroups& groups, std::span<const std::uint32_t> rows);
std::vector<std::uint32_t> ShuffledGroups(const RowGroups& groups, std::span<const std::uint32_t> rows, std::uint64_t seed, std::string_view purpose);

}  // namespace assay::learn
