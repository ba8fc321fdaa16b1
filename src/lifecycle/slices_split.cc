// Which rows are searched and which are measured.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/random.h"
#include "base/text.h"
#include "base/time.h"
#include "lifecycle/internal/slice_parts.h"

namespace assay::lifecycle {

namespace {

// What is dealt as a whole: units, else days, and each row whose day is unknown by itself.
struct Groups {
  std::vector<std::uint32_t> of_row;
  std::uint32_t count = 0;
  std::uint32_t days = 0;  // of them, the first; none where they are units
};

Groups GroupsOf(const SliceRows& rows, const DaysOfRows& days) {
  if (!rows.unit.empty()) return {rows.unit, rows.num_units, 0};
  Groups groups{days.of_row, static_cast<std::uint32_t>(days.count), static_cast<std::uint32_t>(days.count)};
  for (std::uint32_t& of_row : groups.of_row) {
    if (of_row == kNoDay) of_row = groups.count++;
  }
  return groups;
}

// The start of the day from which on rows are measured, so that about this share of those that have a day lie before it.
base::Micros FirstMeasuredDay(const DaysOfRows& days, double share) {
  std::vector<double> size(static_cast<std::size_t>(days.count), 0);
  double all = 0, before = 0;
  for (const std::uint32_t day : days.of_row) {
    if (day == kNoDay) continue;
    size[day] += 1;
    all += 1;
  }
  std::size_t first = 0;
  while (first + 1 < size.size() && (first == 0 || before + size[first] / 2 <= share * all)) before += size[first++];
  return days.starts[first];
}

// The moment from which on rows are measured. Units that follow each other, as days and orders do, are parted where one begins, which leaves out next to
// nothing; units that come again by the day.
base::Micros FirstMeasured(const SliceRows& rows, const DaysOfRows& days, double share) {
  constexpr double kFollow = 0.05;  // of the rows, by which rows and whole units before a moment may differ
  std::vector<base::Micros> first(rows.num_units, INT64_MAX);
  std::vector<double> size(rows.num_units, 0);
  std::vector<base::Micros> times;
  for (std::size_t i = 0; i < rows.time.size(); ++i) {
    if (rows.time[i] == base::kMissingTime) continue;
    first[rows.unit[i]] = std::min(first[rows.unit[i]], rows.time[i]);
    size[rows.unit[i]] += 1;
    times.push_back(rows.time[i]);
  }
  std::vector<std::uint32_t> order(rows.num_units);
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return first[a] < first[b]; });
  const auto all = static_cast<double>(times.size());
  double before = 0;
  std::size_t k = 0;
  while (k + 1 < order.size() && first[order[k + 1]] != INT64_MAX && (k < 2 || before + size[order[k]] / 2 <= share * all)) before += size[order[k++]];
  const base::Micros begin = first[order[k]];
  const auto rows_before = static_cast<double>(std::count_if(times.begin(), times.end(), [&](base::Micros t) { return t < begin; }));
  return std::abs(rows_before - before) <= kFollow * all ? begin : FirstMeasuredDay(days, share);
}

// Rows of a group that could be searched, and those that could be measured.
struct Sizes {
  std::uint32_t before = 0, after = 0;
};

Error TooFew(std::size_t groups, const std::string& one, const std::string& many) {
  return {ErrorCode::kInvalidInput, "--honest: the rows are of " + base::Counted(static_cast<std::int64_t>(groups), one, many) + ", and each half needs two at least; give more data, or search and measure on the same rows (--honest 0), without intervals"};
}

// Neither unit nor time is known.
Result<HonestSplit> DrawRows(std::size_t n, double measure_share, std::uint64_t seed) {
  if (n < 4) return TooFew(n, "row", "rows");
  learn::Rows order(n);
  std::iota(order.begin(), order.end(), 0U);
  base::RandomStream random(seed, "rows that slices are searched in");
  random.Shuffle(std::span(order));
  const std::size_t searched = std::clamp<std::size_t>(static_cast<std::size_t>(std::lround((1 - measure_share) * static_cast<double>(n))), 2, n - 2);
  HonestSplit split;
  split.measure.assign(order.begin() + static_cast<std::ptrdiff_t>(searched), order.end());
  order.resize(searched);
  split.search = std::move(order);
  std::sort(split.search.begin(), split.search.end());
  std::sort(split.measure.begin(), split.measure.end());
  split.words = "drawn at random by row: searched in " + base::Counted(static_cast<std::int64_t>(searched), "row") + ", measured on " + base::Counted(static_cast<std::int64_t>(n - searched), "row") + " that the search did not see";
  return split;
}

// How many of the groups, in this order, are searched: as many as bring the rows of both sides closest to the shares asked for, and leave out few.
std::size_t NumSearched(const std::vector<std::uint32_t>& order, const std::vector<Sizes>& sizes, double measure_share, std::size_t num_rows) {
  std::int64_t searched = 0, measured = 0;
  for (const std::uint32_t g : order) measured += sizes[g].after;
  std::size_t best = 2;
  double least = 3;
  for (std::size_t g = 0; g + 2 < order.size(); ++g) {
    searched += sizes[order[g]].before;
    measured -= sizes[order[g]].after;
    const auto kept = static_cast<double>(searched + measured);
    const double off = std::abs(static_cast<double>(measured) / std::max(1.0, kept) - measure_share) + 1 - kept / static_cast<double>(num_rows);
    if (g < 1 || off >= least) continue;
    least = off;
    best = g + 1;
  }
  return best;
}

// "19 days and 3 rows without a time", of the groups for which counts(group) holds.
template <class Counts>
std::string Counted(const Groups& groups, const Counts& counts) {
  std::int64_t whole = 0, alone = 0;
  for (std::uint32_t g = 0; g < groups.count; ++g) {
    if (counts(g)) ++(groups.days > 0 && g >= groups.days ? alone : whole);
  }
  return base::Counted(whole, groups.days > 0 ? "day" : "unit", groups.days > 0 ? "days" : "units") + (alone == 0 ? "" : " and " + base::Counted(alone, "row") + " without a time");
}

}  // namespace

DaysOfRows DaysOf(const SliceRows& rows, std::span<const std::uint32_t> which) {
  std::vector<std::int64_t> day, sorted;
  for (const std::uint32_t row : which) {
    const base::Micros at = rows.time.empty() ? base::kMissingTime : rows.time[row];
    day.push_back(at == base::kMissingTime ? INT64_MIN : base::FloorDivide(at, base::kMicrosPerDay));
    if (day.back() != INT64_MIN) sorted.push_back(day.back());
  }
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  DaysOfRows days;
  days.count = static_cast<std::int64_t>(sorted.size());
  for (const std::int64_t d : day) days.of_row.push_back(d == INT64_MIN ? kNoDay : static_cast<std::uint32_t>(std::lower_bound(sorted.begin(), sorted.end(), d) - sorted.begin()));
  for (const std::int64_t d : sorted) days.starts.push_back(d * base::kMicrosPerDay);
  return days;
}

Result<HonestSplit> SplitForSearch(const SliceRows& rows, double measure_share, std::uint64_t seed) {
  const auto n = static_cast<std::size_t>(rows.num_rows());
  DaysOfRows days;
  if (!rows.time.empty()) {
    learn::Rows every(n);
    std::iota(every.begin(), every.end(), 0U);
    days = DaysOf(rows, every);
  }
  if (rows.unit.empty() && days.count < 2) return DrawRows(n, measure_share, seed);
  const Groups groups = GroupsOf(rows, days);
  const bool by_time = days.count >= 2;
  // Units that come again are on one side only, and the sides have no time in common: what happens on a day to all of a slice would show in both.
  const bool cuts = by_time && !rows.unit.empty();
  const base::Micros cut = cuts ? FirstMeasured(rows, days, 1 - measure_share) : 0;
  const auto is_before = [&](std::size_t i) { return !cuts || days.of_row[i] == kNoDay || rows.time[i] < cut; };
  const auto is_after = [&](std::size_t i) { return !cuts || days.of_row[i] == kNoDay || rows.time[i] >= cut; };
  std::vector<Sizes> sizes(groups.count);
  for (std::size_t i = 0; i < n; ++i) {
    sizes[groups.of_row[i]].before += is_before(i) ? 1 : 0;
    sizes[groups.of_row[i]].after += is_after(i) ? 1 : 0;
  }
  std::vector<std::uint32_t> order(groups.count);
  std::iota(order.begin(), order.end(), 0U);
  std::erase_if(order, [&](std::uint32_t g) { return sizes[g].before + sizes[g].after == 0; });
  const std::size_t num_groups = order.size();
  if (num_groups < 4) return TooFew(num_groups, groups.days > 0 ? "day" : "unit", groups.days > 0 ? "days" : "units");
  base::RandomStream random(seed, "rows that slices are searched in");
  random.Shuffle(std::span(order));
  const auto share_after = [&](std::uint32_t g) { return static_cast<double>(sizes[g].after) / static_cast<double>(sizes[g].before + sizes[g].after); };
  if (cuts) {
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return share_after(a) < share_after(b); });
  } else if (by_time) {
    // Days in their order; rows without one anywhere.
    std::vector<double> place(groups.count, 0);
    for (std::uint32_t g = 0; g < groups.count; ++g) place[g] = g < groups.days ? g : random.Uniform() * groups.days;
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return place[a] < place[b]; });
  }
  const std::size_t num_searched = NumSearched(order, sizes, measure_share, n);
  std::vector<std::uint8_t> is_searched(groups.count, 0);
  for (std::size_t g = 0; g < num_searched; ++g) is_searched[order[g]] = 1;
  HonestSplit split;
  std::vector<std::uint8_t> has_rows(groups.count, 0);
  for (std::uint32_t i = 0; i < n; ++i) {
    const bool search = is_searched[groups.of_row[i]] != 0;
    if (search ? !is_before(i) : !is_after(i)) continue;
    (search ? split.search : split.measure).push_back(i);
    has_rows[groups.of_row[i]] = 1;
  }
  const auto counted = [&](std::uint8_t side) { return Counted(groups, [&](std::uint32_t g) { return has_rows[g] != 0 && is_searched[g] == side; }); };
  const std::string from = cuts ? base::FormatTime(cut) : "";
  split.words = std::string(cuts ? "by time, whole units: " : by_time ? "by time: " : "drawn at random by unit: ") + "searched in " + counted(1) + (cuts ? " before " + from : by_time ? " of the earlier part" : "") + ", measured on " + counted(0) +
                (cuts ? " from then on" : "") + " that the search did not see";
  const std::size_t left_out = n - split.search.size() - split.measure.size();
  if (left_out > 0) split.words += "; " + base::Counted(static_cast<std::int64_t>(left_out), "row") + " of units with rows on both sides of it " + (left_out == 1 ? "was" : "were") + " left out";
  return split;
}

}  // namespace assay::lifecycle
