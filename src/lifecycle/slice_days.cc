// Days whose neighbours resemble each other, joined to runs for what is measured of slices.
#include <algorithm>
#include <cmath>
#include <set>

#include "base/text.h"
#include "lifecycle/internal/slice_parts.h"
#include "stats/series_runs.h"

namespace assay::lifecycle {

namespace {

constexpr std::int64_t kLeastRuns = 5;

using InsideOf = std::function<std::vector<std::uint8_t>(std::size_t)>;

// Sums by day of the influence of rows on the difference of two means (of inside and outside; without outside, of one mean).
std::vector<double> InfluenceByDay(const DaysOfRows& days, std::span<const double> losses, std::span<const std::uint8_t> inside) {
  double sum[2] = {0, 0}, rows[2] = {0, 0};
  for (std::size_t m = 0; m < losses.size(); ++m) {
    sum[inside.empty() ? 1 : inside[m]] += losses[m];
    rows[inside.empty() ? 1 : inside[m]] += 1;
  }
  std::vector<double> by_day(static_cast<std::size_t>(days.count), 0);
  for (std::size_t m = 0; m < losses.size(); ++m) {
    if (days.of_row[m] == kNoDay) continue;
    const std::size_t in = inside.empty() ? 1 : inside[m];
    by_day[days.of_row[m]] += (in == 1 ? 1 : -1) * (losses[m] - sum[in] / rows[in]) / rows[in];
  }
  return by_day;
}

// Of all rows, and of the slices against the rest on average; the larger one. What all rows share falls out of a difference, but the slices' own series, of
// few rows, hide what lasts under their noise: by them alone 14 % of the runs of AR(1) shocks of .8 reject.
struct Lasting {
  double seen = 0, first = 0;
};
Lasting LastingOfLosses(const DaysOfRows& days, std::span<const double> losses, std::size_t num_slices, const InsideOf& inside_of) {
  stats::Autocorrelations of_slices;
  double counted = 0;
  for (std::size_t slice = 0; slice < num_slices; ++slice) {
    const std::vector<std::uint8_t> inside = inside_of(slice);
    const auto in = static_cast<std::size_t>(std::count(inside.begin(), inside.end(), std::uint8_t{1}));
    if (in == 0 || in == inside.size()) continue;
    of_slices += stats::AutocorrelationsOf(InfluenceByDay(days, losses, inside));
    counted += 1;
  }
  of_slices /= std::max(counted, 1.0);
  const stats::Autocorrelations of_all = stats::AutocorrelationsOf(InfluenceByDay(days, losses, {}));
  return {std::max(stats::LastingAutocorrelation(of_all, days.count), stats::LastingAutocorrelation(of_slices, days.count)), std::max({0.0, of_all.lag[0], of_slices.lag[0]})};
}

// Whether each day is a unit of its own, and each unit a day.
bool UnitsAreDays(const DaysOfRows& days, const Dependence& dependence) {
  std::vector<std::uint32_t> unit_of(static_cast<std::size_t>(days.count), UINT32_MAX);
  for (std::size_t m = 0; m < days.of_row.size(); ++m) {
    if (days.of_row[m] == kNoDay) return false;
    std::uint32_t& unit = unit_of[days.of_row[m]];
    if (unit == UINT32_MAX) unit = dependence.unit[m];
    if (unit != dependence.unit[m]) return false;
  }
  return std::set<std::uint32_t>(unit_of.begin(), unit_of.end()).size() == unit_of.size();
}

}  // namespace

JoinedDays JoinDays(const SliceRows& rows, const learn::Rows& measured, std::span<const double> losses, std::size_t num_slices, const InsideOf& inside_of, const Dependence& dependence) {
  JoinedDays joined{dependence, dependence.unit, 1, ""};
  if (rows.time.empty() || dependence.unit.empty() || losses.empty()) return joined;
  const DaysOfRows days = DaysOf(rows, measured);
  const bool by_day = dependence.one == "day" || dependence.crossing != nullptr || UnitsAreDays(days, dependence);
  if (!by_day || days.count == 0) return joined;
  const Lasting lasting = LastingOfLosses(days, losses, num_slices, inside_of);
  const std::int64_t length = stats::RunsOf(lasting.seen, days.count, kLeastRuns).length;
  // One series says less of r than the many of a change do: its upper limit of 95 %, with the standard error that is added there.
  const double first = lasting.first + 0.645 / std::sqrt(static_cast<double>(days.count));
  const stats::SeriesRuns runs = stats::AllowingForFew(lasting.seen, first, days.count, length, kLeastRuns);
  joined.widening = runs.widening;
  const std::string resemblance = "autocorrelation " + base::FixedNumber(runs.autocorrelation, 2);
  if (runs.autocorrelation == 0 && runs.widening > 1) joined.dependence.words += "; so few days do not show whether what happens on them lasts, which is allowed for";
  if (runs.length > 1) joined.dependence.words += "; days in runs of " + std::to_string(runs.length) + ", because neighbouring ones resemble each other (" + resemblance + ")";
  joined.why_untested = stats::WhyTooFew(runs, days.count);
  if (runs.length <= 1) return joined;
  const auto num_runs = static_cast<std::uint32_t>(days.count / runs.length);
  const auto run_of = [&](std::uint32_t day) { return static_cast<std::uint32_t>(std::uint64_t{day} * num_runs / static_cast<std::uint64_t>(days.count)); };
  if (dependence.crossing == nullptr) {
    // Rows without a time stay what they are, each on its own, behind the runs.
    std::uint32_t next = num_runs;
    for (std::size_t m = 0; m < joined.unit.size(); ++m) joined.unit[m] = days.of_row[m] == kNoDay ? next++ : run_of(days.of_row[m]);
    joined.dependence.num_units = next;
    return joined;
  }
  // Cells stay those of units and days: finer than of units and runs, they take less off the variance.
  stats::Crossing crossing = *dependence.crossing;
  for (std::uint32_t& period : crossing.period_of) period += num_runs;
  crossing.num_periods += num_runs;
  for (std::size_t m = 0; m < joined.unit.size(); ++m) {
    if (days.of_row[m] != kNoDay) crossing.period_of[joined.unit[m]] = run_of(days.of_row[m]);
  }
  joined.dependence.crossing = std::make_shared<const stats::Crossing>(std::move(crossing));
  return joined;
}

}  // namespace assay::lifecycle
