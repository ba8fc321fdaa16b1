// The outcome over time: period means by unit, level shifts, seasons.
#include <algorithm>
#include <cmath>
#include <map>

#include "base/text.h"
#include "lifecycle/understand.h"
#include "stats/change_points.h"
#include "stats/cluster_mean.h"

namespace assay::lifecycle {

namespace {

using evidence::OutcomeOverTime;

enum class PeriodLength { kHour, kDay, kWeek, kMonth, kYear };
struct PeriodRow {
  PeriodLength length;
  const char* name;
  double days;
};
constexpr PeriodRow kPeriods[] = {{PeriodLength::kHour, "hour", 1.0 / 24}, {PeriodLength::kDay, "day", 1}, {PeriodLength::kWeek, "week", 7}, {PeriodLength::kMonth, "month", 30.44}, {PeriodLength::kYear, "year", 365.25}};

// Number of the period that holds a time; neighbours differ by 1.
std::int64_t PeriodOf(base::Micros time, PeriodLength length) {
  const auto floor_divide = [](std::int64_t a, std::int64_t b) { return a / b - ((a % b != 0 && (a < 0) != (b < 0)) ? 1 : 0); };
  switch (length) {
    case PeriodLength::kHour: return floor_divide(time, base::kMicrosPerHour);
    case PeriodLength::kDay: return floor_divide(time, base::kMicrosPerDay);
    case PeriodLength::kWeek: return floor_divide(floor_divide(time, base::kMicrosPerDay) + 3, 7);  // weeks start on Monday
    case PeriodLength::kMonth: {
      const base::CivilTime civil = base::ToCivil(time);
      return civil.year * 12 + civil.month - 1;
    }
    case PeriodLength::kYear: return base::ToCivil(time).year;
  }
  return 0;
}

base::Micros StartOf(std::int64_t period, PeriodLength length) {
  switch (length) {
    case PeriodLength::kHour: return period * base::kMicrosPerHour;
    case PeriodLength::kDay: return period * base::kMicrosPerDay;
    case PeriodLength::kWeek: return (period * 7 - 3) * base::kMicrosPerDay;
    case PeriodLength::kMonth: return base::FromCivil({period / 12, static_cast<int>(period % 12) + 1, 1, 0, 0, 0, 0, 0});
    case PeriodLength::kYear: return base::FromCivil({period, 1, 1, 0, 0, 0, 0, 0});
  }
  return 0;
}

// The finest period with at most 400 of them and about 20 rows in each.
const PeriodRow& ChoosePeriod(double days, std::int64_t rows) {
  for (const PeriodRow& row : kPeriods) {
    const double periods = days / row.days + 1;
    if (periods <= 400 && static_cast<double>(rows) / periods >= 20) return row;
  }
  for (const PeriodRow& row : kPeriods) {
    if (days / row.days + 1 <= 60) return row;
  }
  return kPeriods[4];
}

void FillSeason(const std::vector<double>& series, std::int64_t first_period, PeriodLength length, std::vector<double>* without_season, OutcomeOverTime* out, std::uint64_t seed) {
  static constexpr const char* kWeekdays[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::size_t period = 0;
  std::size_t offset = 0;
  if (length == PeriodLength::kDay) {
    period = 7;
    offset = static_cast<std::size_t>(((first_period + 3) % 7 + 7) % 7);  // 1970-01-01 was a Thursday
  } else if (length == PeriodLength::kMonth) {
    period = 12;
    offset = static_cast<std::size_t>(first_period % 12);
  } else if (length == PeriodLength::kHour) {
    period = 24;
    offset = static_cast<std::size_t>((first_period % 24 + 24) % 24);
  } else {
    out->seasonality = std::string("no season is looked for in ") + kPeriods[static_cast<int>(length)].name + "s";
    return;
  }
  const Result<stats::SeasonTest> test = stats::TestSeason(series, period, offset, {.seed = seed});
  if (!test) {
    out->seasonality = test.error().message;
    return;
  }
  out->season_p_value = test->p_value;
  const bool season = test->p_value <= 0.01;
  out->seasonality = season ? "repeats every " + std::to_string(period) + " " + kPeriods[static_cast<int>(length)].name + "s (p = " + base::ReadableNumber(test->p_value, 2) + "); the level shifts are looked for in what is left"
                            : "no repetition every " + std::to_string(period) + " " + kPeriods[static_cast<int>(length)].name + "s is shown (p = " + base::ReadableNumber(test->p_value, 2) + ")";
  if (!season) return;
  for (std::size_t k = 0; k < period; ++k) {
    out->season_labels.push_back(length == PeriodLength::kDay ? kWeekdays[k] : length == PeriodLength::kMonth ? kMonths[k] : std::to_string(k) + ":00");
    std::vector<double> at;
    for (std::size_t t = 0; t < series.size(); ++t) {
      if ((t + offset) % period == k) at.push_back(series[t]);
    }
    out->season_means.push_back(ToEstimate(stats::ClusterMean(at, {})));
  }
  for (std::size_t t = 0; t < series.size(); ++t) (*without_season)[t] -= test->effects[(t + offset) % period];
}

}  // namespace

OutcomeOverTime OutcomeSeries(const learn::Examples& examples, const Dependence& dependence, const RunContext& context) {
  OutcomeOverTime out;
  if (examples.time.empty()) {
    out.reason = "the data names no time; give --time to see the outcome over time";
    return out;
  }
  base::Micros least = INT64_MAX, most = INT64_MIN;
  std::int64_t known = 0;
  for (const base::Micros time : examples.time) {
    if (time == base::kMissingTime) continue;
    least = std::min(least, time);
    most = std::max(most, time);
    ++known;
  }
  if (known == 0 || most <= least) {
    out.reason = "all rows have the same time";
    return out;
  }
  const PeriodRow& period = ChoosePeriod(static_cast<double>(most - least) / static_cast<double>(base::kMicrosPerDay), known);
  out.period = period.name;
  const std::int64_t first = PeriodOf(least, period.length);
  const auto count = static_cast<std::size_t>(PeriodOf(most, period.length) - first + 1);
  const std::vector<double> outcome = OutcomeNumbers(examples);
  std::vector<std::vector<std::uint32_t>> rows_of(count);
  for (std::size_t i = 0; i < examples.time.size(); ++i) {
    if (examples.time[i] == base::kMissingTime) continue;
    rows_of[static_cast<std::size_t>(PeriodOf(examples.time[i], period.length) - first)].push_back(static_cast<std::uint32_t>(i));
  }
  // Units that name the period itself (the day) leave one unit a period: then its rows give the interval, which says so.
  std::vector<double> series;
  bool gaps = false;
  for (std::size_t p = 0; p < count; ++p) {
    evidence::PeriodPoint point;
    point.start = base::FormatTime(StartOf(first + static_cast<std::int64_t>(p), period.length));
    point.rows = static_cast<std::int64_t>(rows_of[p].size());
    std::vector<double> values;
    std::vector<std::uint32_t> unit;
    for (const std::uint32_t row : rows_of[p]) {
      values.push_back(outcome[row]);
      if (!dependence.unit.empty()) unit.push_back(dependence.unit[row]);
    }
    const Result<stats::Interval> interval = stats::ClusterMean(values, {unit, dependence.num_units});
    point.mean = ToEstimate(interval);
    if (!interval && !values.empty()) {
      double sum = 0;
      for (const double v : values) sum += v;
      point.mean.value = sum / static_cast<double>(values.size());
      point.mean.reason = "one unit a period has no interval of its own; the scatter from period to period shows the noise";
    }
    if (values.empty()) gaps = true;
    series.push_back(point.mean.value);
    out.points.push_back(std::move(point));
  }
  out.method = "largest standardised shift of a stretch of periods against simulated AR(1) series (5 % level for the whole series), searched again inside the parts";
  if (gaps) {
    out.method = "not looked for: some periods have no rows";
    out.seasonality = "not looked for: some periods have no rows";
    return out;
  }
  // A first or last period with far fewer rows than usual is only partly covered and would look like a change.
  std::vector<std::int64_t> sizes;
  for (const evidence::PeriodPoint& point : out.points) sizes.push_back(point.rows);
  std::nth_element(sizes.begin(), sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() / 2), sizes.end());
  const std::int64_t usual = sizes[sizes.size() / 2];
  const std::size_t begin = out.points.front().rows * 2 < usual ? 1 : 0;
  const std::size_t end = series.size() - (series.size() > begin + 1 && out.points.back().rows * 2 < usual ? 1 : 0);
  std::vector<double> core(series.begin() + static_cast<std::ptrdiff_t>(begin), series.begin() + static_cast<std::ptrdiff_t>(end));
  std::vector<double> without_season = core;
  FillSeason(core, first + static_cast<std::int64_t>(begin), period.length, &without_season, &out, context.seed);
  std::vector<stats::ChangePoint> found = stats::FindChangePoints(without_season, {.seed = context.seed});
  std::vector<std::size_t> starts = {0};
  for (const stats::ChangePoint& change : found) starts.push_back(change.first);
  starts.push_back(core.size());
  std::vector<evidence::Estimate> levels;
  for (std::size_t s = 0; s + 1 < starts.size(); ++s) {
    levels.push_back(ToEstimate(stats::SeriesMean(std::span<const double>(core).subspan(starts[s], starts[s + 1] - starts[s]))));
    for (std::size_t t = starts[s]; t < starts[s + 1]; ++t) out.points[begin + t].segment = static_cast<std::int64_t>(s);
  }
  for (std::size_t t = end; t < out.points.size(); ++t) out.points[t].segment = static_cast<std::int64_t>(found.size());
  for (std::size_t k = 0; k < found.size(); ++k) {
    evidence::ChangePoint change;
    change.start = out.points[begin + found[k].first].start;
    change.before = levels[k];
    change.after = levels[k + 1];
    change.p_value = found[k].p_value;
    out.changes.push_back(std::move(change));
  }
  return out;
}

}  // namespace assay::lifecycle
