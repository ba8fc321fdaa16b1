// Which rows are searched and which are measured.
#include <algorithm>
#include <map>
#include <numeric>

#include "base/random.h"
#include "base/text.h"
#include "base/time.h"
#include "lifecycle/slices.h"

namespace assay::lifecycle {

namespace {

// What is dealt as a whole: units, else days, else rows.
struct Groups {
  std::vector<std::uint32_t> of_row;
  std::uint32_t count = 0;
  std::string one, many;
};

Groups GroupsOf(const SliceRows& rows) {
  const auto n = static_cast<std::size_t>(rows.num_rows());
  if (!rows.unit.empty()) return {rows.unit, rows.num_units, "unit", "units"};
  Groups groups{std::vector<std::uint32_t>(n), 0, "row", "rows"};
  if (rows.time.empty()) {
    std::iota(groups.of_row.begin(), groups.of_row.end(), 0U);
    groups.count = static_cast<std::uint32_t>(n);
    return groups;
  }
  groups.one = "day";
  groups.many = "days";
  std::map<std::int64_t, std::uint32_t> id_of;
  for (std::size_t i = 0; i < n; ++i) {
    if (rows.time[i] == base::kMissingTime) {
      groups.of_row[i] = groups.count++;  // alone, like everything whose day is unknown
      continue;
    }
    const auto [found, added] = id_of.emplace(base::FloorDivide(rows.time[i], base::kMicrosPerDay), groups.count);
    if (added) ++groups.count;
    groups.of_row[i] = found->second;
  }
  return groups;
}

}  // namespace

Result<HonestSplit> SplitForSearch(const SliceRows& rows, double measure_share, std::uint64_t seed) {
  const Groups groups = GroupsOf(rows);
  std::vector<std::int64_t> size(groups.count, 0);
  std::vector<base::Micros> first(groups.count, INT64_MAX);
  for (std::size_t i = 0; i < groups.of_row.size(); ++i) {
    ++size[groups.of_row[i]];
    if (!rows.time.empty()) first[groups.of_row[i]] = std::min(first[groups.of_row[i]], rows.time[i]);  // a missing time is the least
  }
  std::vector<std::uint32_t> order(groups.count);
  std::iota(order.begin(), order.end(), 0U);
  std::erase_if(order, [&](std::uint32_t g) { return size[g] == 0; });
  const std::size_t num_groups = order.size();
  if (num_groups < 4) {
    return Error{ErrorCode::kInvalidInput, "--honest: the rows are of " + base::Counted(static_cast<std::int64_t>(num_groups), groups.one, groups.many) + ", and each half needs two at least; give more data, or search and measure on the same rows (--honest 0), without intervals"};
  }
  base::RandomStream random(seed, "rows that slices are searched in");
  random.Shuffle(std::span(order));
  if (!rows.time.empty()) std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return first[a] < first[b]; });
  const double wanted = (1 - measure_share) * static_cast<double>(groups.of_row.size());
  std::vector<std::uint8_t> searched(groups.count, 0);
  std::int64_t taken = 0;
  for (std::size_t g = 0; g + 2 < num_groups; ++g) {
    if (g >= 2 && static_cast<double>(taken) + static_cast<double>(size[order[g]]) / 2 > wanted) break;
    searched[order[g]] = 1;
    taken += size[order[g]];
  }
  HonestSplit split;
  for (std::uint32_t i = 0; i < groups.of_row.size(); ++i) (searched[groups.of_row[i]] != 0 ? split.search : split.measure).push_back(i);
  const std::int64_t num_searched = std::count(searched.begin(), searched.end(), std::uint8_t{1});
  const std::int64_t num_measured = static_cast<std::int64_t>(num_groups) - num_searched;
  split.words = rows.time.empty() ? "drawn at random by " + groups.one + ": " : "by time, " + (groups.one == "unit" ? std::string("whole units by their first row") : groups.many) + ": ";
  split.words += "searched in " + base::Counted(num_searched, groups.one, groups.many) + (rows.time.empty() ? "" : " of the earlier part") + ", measured on " + base::Counted(num_measured, groups.one, groups.many) + " that the search did not see";
  return split;
}

}  // namespace assay::lifecycle
