#include "learn/internal/row_groups.h"

#include <algorithm>
#include <unordered_set>

#include "base/random.h"

namespace assay::learn {

namespace {
constexpr std::size_t kLeastDays = 20, kStretches = 100;

// The day's first moment.
base::Micros DayOf(base::Micros time) {
  const base::Micros rest = time % base::kMicrosPerDay;
  return time - (rest < 0 ? rest + base::kMicrosPerDay : rest);
}

bool QueriesLieInUnits(const Examples& examples) {
  if (examples.unit.empty()) return false;
  std::vector<std::uint32_t> unit_of(examples.num_queries, UINT32_MAX);
  for (std::size_t row = 0; row < examples.query.size(); ++row) {
    std::uint32_t& unit = unit_of[examples.query[row]];
    if (unit == UINT32_MAX) unit = examples.unit[row];
    if (unit != examples.unit[row]) return false;
  }
  return true;
}
}  // namespace

GroupKind GroupKindOf(const Examples& examples) {
  if (examples.task == Task::kRanking && !QueriesLieInUnits(examples)) return GroupKind::kQuery;
  return examples.unit.empty() ? GroupKind::kRow : GroupKind::kUnit;
}

WholeGroups::WholeGroups(const Examples& examples, GroupKind kind) : kind_(kind) {
  switch (kind) {
    case GroupKind::kRow: count_ = static_cast<std::uint32_t>(examples.num_rows()); break;
    case GroupKind::kUnit: ids_ = examples.unit, count_ = examples.num_units; break;
    case GroupKind::kQuery: ids_ = examples.query, count_ = examples.num_queries; break;
  }
}

const char* WholeGroups::words() const { return kind_ == GroupKind::kRow ? "rows" : kind_ == GroupKind::kUnit ? "units" : "queries"; }

RowGroups::RowGroups(const Examples& examples, GroupKind kind) : examples_(examples), whole_(examples, kind) {
  if (kind != GroupKind::kRow || examples.time.empty()) return;
  std::unordered_set<base::Micros> days;
  std::vector<base::Micros> times;
  for (std::size_t row = 0; row < examples.time.size(); ++row) {
    if (examples.time[row] == base::kMissingTime) {
      timeless_.push_back(static_cast<std::uint32_t>(row));
      continue;
    }
    times.push_back(examples.time[row]);
    days.insert(DayOf(times.back()));
  }
  by_day_ = days.size() >= kLeastDays;
  if (by_day_) {
    starts_.assign(days.begin(), days.end());
  } else {
    std::sort(times.begin(), times.end());
    for (std::size_t s = 0; s < kStretches && !times.empty(); ++s) starts_.push_back(times[times.size() * s / kStretches]);
  }
  std::sort(starts_.begin(), starts_.end());
  starts_.erase(std::unique(starts_.begin(), starts_.end()), starts_.end());
}

std::uint32_t RowGroups::Of(std::uint32_t row) const {
  if (starts_.empty()) return whole_.Of(row);
  if (examples_.time[row] == base::kMissingTime) return static_cast<std::uint32_t>(starts_.size() + static_cast<std::size_t>(std::lower_bound(timeless_.begin(), timeless_.end(), row) - timeless_.begin()));
  return static_cast<std::uint32_t>(std::upper_bound(starts_.begin(), starts_.end(), examples_.time[row]) - starts_.begin() - 1);
}

const char* RowGroups::words() const { return starts_.empty() ? whole_.words() : by_day_ ? "days" : "stretches of time"; }

std::vector<std::uint32_t> PresentGroups(const RowGroups& groups, std::span<const std::uint32_t> rows) {
  std::vector<char> seen(groups.count(), 0);
  std::vector<std::uint32_t> present;
  for (const std::uint32_t row : rows) {
    const std::uint32_t group = groups.Of(row);
    if (seen[group] != 0) continue;
    seen[group] = 1;
    present.push_back(group);
  }
  return present;
}

std::vector<std::uint32_t> ShuffledGroups(const RowGroups& groups, std::span<const std::uint32_t> rows, std::uint64_t seed, std::string_view purpose) {
  std::vector<std::uint32_t> present = PresentGroups(groups, rows);
  base::RandomStream random(seed, purpose);
  random.Shuffle(std::span<std::uint32_t>(present));
  return present;
}

}  // namespace assay::learn
