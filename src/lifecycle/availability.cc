#include "lifecycle/availability.h"

#include <algorithm>
#include <array>
#include <unordered_set>

#include "base/text.h"

namespace assay::lifecycle {

namespace {

constexpr std::int64_t kFewestWithout = 20;
constexpr double kLeastWith = 0.2, kMostRatio = 0.05, kMostAhead = 0.05;

// 1 for all rows without outcome and, where there is a time, for as many of the newest rows with one.
std::vector<std::uint8_t> ComparedRows(const std::vector<std::uint8_t>& outcome_known, const table::Column* time) {
  std::vector<std::uint8_t> compared(outcome_known.size(), 1);
  if (time == nullptr) return compared;
  std::vector<base::Micros> times;
  for (std::size_t row = 0; row < outcome_known.size(); ++row) {
    if (outcome_known[row] != 0) times.push_back(time->TimeAt(static_cast<std::int64_t>(row)));
  }
  const std::size_t wanted = std::max<std::size_t>(kFewestWithout, outcome_known.size() - times.size());
  if (times.size() <= wanted) return compared;
  std::nth_element(times.begin(), times.end() - static_cast<std::ptrdiff_t>(wanted), times.end());
  const base::Micros since = times[times.size() - wanted];
  for (std::size_t row = 0; row < outcome_known.size(); ++row) {
    if (outcome_known[row] != 0 && time->TimeAt(static_cast<std::int64_t>(row)) < since) compared[row] = 0;
  }
  return compared;
}

}  // namespace

std::vector<std::uint8_t> KnownOutcomes(const table::Column& outcome) {
  std::vector<std::uint8_t> known(static_cast<std::size_t>(outcome.num_rows()));
  for (std::int64_t row = 0; row < outcome.num_rows(); ++row) known[static_cast<std::size_t>(row)] = outcome.IsMissing(row) ? 0 : 1;
  return known;
}

std::vector<LateColumn> FindLateColumns(const table::Table& table, const std::vector<std::uint8_t>& outcome_known, const table::Column* time, const std::vector<std::string>& skip) {
  std::vector<LateColumn> late;
  const std::vector<std::uint8_t> compared = ComparedRows(outcome_known, time);
  for (const table::Column& column : table.columns()) {
    if (base::IsAmong(skip, column.name())) continue;
    std::int64_t with = 0, without = 0, there_with = 0, there_without = 0, timed = 0, ahead = 0;
    const bool compare = time != nullptr && column.type() == table::ColumnType::kTime;
    for (std::int64_t row = 0; row < column.num_rows(); ++row) {
      const bool there = !column.IsMissing(row);
      const bool known = outcome_known[static_cast<std::size_t>(row)] != 0;
      if (compared[static_cast<std::size_t>(row)] != 0) {
        (known ? with : without) += 1;
        (known ? there_with : there_without) += there ? 1 : 0;
      }
      if (compare && there && !time->IsMissing(row)) {
        ++timed;
        ahead += column.TimeAt(row) > time->TimeAt(row) ? 1 : 0;
      }
    }
    const double share_with = with > 0 ? static_cast<double>(there_with) / static_cast<double>(with) : 0;
    const double share_without = without > 0 ? static_cast<double>(there_without) / static_cast<double>(without) : 0;
    if (without >= kFewestWithout && share_with >= kLeastWith && share_without <= kMostRatio * share_with) {
      late.push_back({column.name(), "it has a value in " + base::ReadableShare(share_with) + " of the " + base::ReadableCount(with) + " rows whose outcome is known" + (time != nullptr ? " (the newest)" : "") + " and in " + base::ReadableShare(share_without) + " of the " + base::ReadableCount(without) + " rows whose outcome is not: it hardly exists before the outcome does", true});
    } else if (timed >= kFewestWithout && static_cast<double>(ahead) > kMostAhead * static_cast<double>(timed)) {
      late.push_back({column.name(), "it lies after the decision in " + base::ReadableShare(static_cast<double>(ahead) / static_cast<double>(timed)) + " of the " + base::ReadableCount(timed) + " rows that have both times", false});
    }
  }
  return late;
}

Delays DelaysAfter(const table::Column& column, const table::Column& time, const std::vector<std::uint8_t>& outcome_known) {
  Delays delays;
  for (std::int64_t row = 0; row < column.num_rows(); ++row) {
    if (outcome_known[static_cast<std::size_t>(row)] == 0 || column.IsMissing(row) || time.IsMissing(row)) continue;
    delays.after.push_back(column.TimeAt(row) - time.TimeAt(row));
    delays.num_before += delays.after.back() < 0 ? 1 : 0;
  }
  return delays;
}

base::Micros Delays::percentile_95() const {
  std::vector<base::Micros> sorted = after;
  const auto place = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() * 95 / 100);
  std::nth_element(sorted.begin(), place, sorted.end());
  return *place;
}

LabelDelay FindLabelDelay(const std::vector<std::uint8_t>& outcome_known, const table::Column& time) {
  base::Micros first = INT64_MAX, last = INT64_MIN;
  for (std::int64_t row = 0; row < time.num_rows(); ++row) {
    const base::Micros t = time.TimeAt(row);
    if (t == base::kMissingTime) continue;
    first = std::min(first, t);
    last = std::max(last, t);
  }
  LabelDelay delay;
  // Days by age: 0 = the newest 24 hours. Absurd times would make the list endless.
  if (last <= first || last / base::kMicrosPerDay - first / base::kMicrosPerDay > 200'000) return delay;
  const auto days = static_cast<std::size_t>((last - first) / base::kMicrosPerDay) + 1;
  if (days < 3) return delay;
  std::vector<std::int64_t> rows(days, 0), known(days, 0);
  for (std::int64_t row = 0; row < time.num_rows(); ++row) {
    const base::Micros t = time.TimeAt(row);
    if (t == base::kMissingTime) continue;
    const auto age = static_cast<std::size_t>((last - t) / base::kMicrosPerDay);
    ++rows[age];
    known[age] += outcome_known[static_cast<std::size_t>(row)];
  }
  const auto share = [&](std::size_t begin, std::size_t end) {
    std::int64_t all = 0, there = 0;
    for (std::size_t age = begin; age < end; ++age) all += rows[age], there += known[age];
    return all > 0 ? static_cast<double>(there) / static_cast<double>(all) : 0.0;
  };
  delay.usual = share(days / 2, days);
  if (delay.usual < kLeastWith) return delay;
  std::size_t stretch = 0;
  while (stretch < days / 2 && (rows[stretch] == 0 || share(stretch, stretch + 1) < delay.usual / 2)) ++stretch;
  while (stretch > 0 && rows[stretch - 1] == 0) --stretch;
  for (std::size_t age = 0; age < stretch; ++age) delay.rows += rows[age];
  if (delay.rows < kFewestWithout) return delay;
  delay.known = share(0, stretch);
  delay.delay = static_cast<base::Micros>(stretch) * base::kMicrosPerDay;
  return delay;
}

std::string LateNameReason(const std::string& name) {
  static constexpr std::array kWords = {"actual", "final", "outcome", "result", "resolved", "resolution", "closed", "completed", "refunded", "refund", "cancelled", "canceled", "cancellation", "churned", "returned", "delivered", "settled"};
  for (const std::string& word : base::WordsOfName(name)) {
    if (std::find(kWords.begin(), kWords.end(), word) != kWords.end()) return "its name says '" + word + "': it looks known only afterwards";
  }
  return "";
}

bool HasDistinctValues(const table::Column& column) {
  constexpr std::int64_t kFewestRows = 50, kMostLookedAt = 200'000;
  const std::int64_t rows = std::min(column.num_rows(), kMostLookedAt);
  if (rows < kFewestRows) return false;
  if (column.type() == table::ColumnType::kCategory) return static_cast<std::int64_t>(column.dictionary().size()) > column.num_rows() * 95 / 100;
  if (column.type() != table::ColumnType::kNumber || !column.is_integer()) return false;
  std::vector<std::uint64_t> keys(static_cast<std::size_t>(rows));
  column.CopyKeys(0, keys);
  const std::unordered_set<std::uint64_t> values(keys.begin(), keys.end());
  return static_cast<std::int64_t>(values.size()) > rows * 95 / 100;
}

}  // namespace assay::lifecycle
