// Days whose neighbours resemble each other, joined to runs for what is measured of slices.
#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "lifecycle/internal/slice_parts.h"
#include "stats/series_runs.h"

namespace assay::lifecycle {

namespace {

constexpr std::int64_t kLeastRuns = 5;
constexpr double kLeastIndependent = 5;

using InsideOf = std::function<std::vector<std::uint8_t>(std::size_t)>;

// The larger one of all rows, and of the slices beyond all rows, on average.
double AutocorrelationOfLosses(const DaysOfRows& days, std::span<const double> losses, std::size_t num_slices, const InsideOf& inside_of) {
  const auto count = static_cast<std::size_t>(days.count);
  double mean = 0;
  for (const double loss : losses) mean += loss / static_cast<double>(losses.size());
  std::vector<double> all(count, 0);
  for (std::size_t m = 0; m < losses.size(); ++m) {
    if (days.of_row[m] != kNoDay) all[days.of_row[m]] += losses[m] - mean;
  }
  stats::Autocorrelations of_slices;
  double counted = 0;
  for (std::size_t slice = 0; slice < num_slices; ++slice) {
    const std::vector<std::uint8_t> inside = inside_of(slice);
    std::vector<double> beyond(count, 0);
    double rows = 0;
    for (std::size_t m = 0; m < losses.size(); ++m) {
      if (inside[m] == 0) continue;
      rows += 1;
      if (days.of_row[m] != kNoDay) beyond[days.of_row[m]] += losses[m] - mean;
    }
    if (rows == 0) continue;
    const double share = rows / static_cast<double>(losses.size());
    for (std::size_t d = 0; d < count; ++d) beyond[d] -= share * all[d];
    of_slices += stats::AutocorrelationsOf(beyond);
    counted += 1;
  }
  of_slices /= std::max(counted, 1.0);
  return std::max(stats::LastingAutocorrelation(stats::AutocorrelationsOf(all), days.count), stats::LastingAutocorrelation(of_slices, days.count));
}

}  // namespace

JoinedDays JoinDays(const SliceRows& rows, const learn::Rows& measured, std::span<const double> losses, std::size_t num_slices, const InsideOf& inside_of, const Dependence& dependence) {
  JoinedDays joined{dependence, {}, 1, ""};
  for (const std::uint32_t row : measured) {
    if (!dependence.unit.empty()) joined.unit.push_back(dependence.unit[row]);
  }
  const bool by_day = dependence.one == "day" || dependence.crossing != nullptr;
  if (!by_day || losses.empty()) return joined;
  const DaysOfRows days = DaysOf(rows, measured);
  if (days.count == 0) return joined;
  const stats::SeriesRuns runs = stats::RunsOf(AutocorrelationOfLosses(days, losses, num_slices, inside_of), days.count, kLeastRuns);
  if (runs.length <= 1) return joined;
  joined.widening = runs.widening;
  const std::string resemblance = "autocorrelation " + base::FixedNumber(runs.autocorrelation, 2);
  joined.dependence.words += "; days in runs of " + std::to_string(runs.length) + ", because neighbouring ones resemble each other (" + resemblance + ")";
  if (runs.independent < kLeastIndependent) joined.why_untested = "what happens on a day lasts (" + resemblance + "), so " + base::ReadableCount(days.count) + " days tell as little as " + base::FixedNumber(runs.independent, 1) + " independent ones; measure on a longer time";
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
