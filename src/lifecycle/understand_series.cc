// The outcome over time: period means by unit, level shifts, seasons.
#include <algorithm>
#include <cmath>
#include <map>

#include "base/text.h"
#include "lifecycle/internal/far_times.h"
#include "lifecycle/internal/periods.h"
#include "lifecycle/understand.h"
#include "stats/change_points.h"
#include "stats/cluster_mean.h"

namespace assay::lifecycle {

namespace {

using evidence::OutcomeOverTime;

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

// Rows per period, from `first` on.
std::vector<std::int64_t> CountPerPeriod(const std::vector<base::Micros>& times, PeriodLength length, std::int64_t first, std::size_t count) {
  std::vector<std::int64_t> rows(count, 0);
  for (const base::Micros time : times) {
    if (time != base::kMissingTime) ++rows[static_cast<std::size_t>(PeriodOf(time, length) - first)];
  }
  return rows;
}

// The period as ChoosePeriod says, or the next coarser one that leaves no period empty (weeks where nothing happens on
// Sundays) as long as there are twelve of them.
// A number that comes at its own rhythm, once a day or a month, is looked at in that rhythm, however few rows a period has.
const PeriodRow& PeriodWithoutGaps(const std::vector<base::Micros>& times, base::Micros least, base::Micros most, std::int64_t known, bool number) {
  for (const PeriodRow& row : kPeriods) {
    const std::int64_t first = PeriodOf(least, row.length);
    const std::int64_t count = PeriodOf(most, row.length) - first + 1;
    if (!number || count < 24 || count > 400) continue;
    const std::vector<std::int64_t> rows = CountPerPeriod(times, row.length, first, static_cast<std::size_t>(count));
    if (std::find(rows.begin(), rows.end(), 0) == rows.end()) return row;
  }
  const PeriodRow& chosen = ChoosePeriod(static_cast<double>(most - least) / static_cast<double>(base::kMicrosPerDay), known);
  for (const PeriodRow* row = &chosen; row <= &kPeriods[4]; ++row) {
    const std::int64_t first = PeriodOf(least, row->length);
    const auto count = static_cast<std::size_t>(PeriodOf(most, row->length) - first + 1);
    if (row != &chosen && count < 12) break;
    const std::vector<std::int64_t> rows = CountPerPeriod(times, row->length, first, count);
    if (std::find(rows.begin(), rows.end(), 0) == rows.end()) return *row;
  }
  return chosen;
}

// After minus before, the two taken as independent of each other.
evidence::Estimate DifferenceOf(const Result<stats::Interval>& before, const Result<stats::Interval>& after) {
  evidence::Estimate estimate;
  if (!before || !after) {
    estimate.reason = (before ? after : before).error().message;
    return estimate;
  }
  return ToEstimate(Result<stats::Interval>(stats::StudentInterval(after->value - before->value, std::hypot(before->standard_error, after->standard_error), std::min(before->degrees, after->degrees), 0.95)));
}

// Taking off a season that is not there makes shifts a little likelier to be reported, hence stricter than 5 %.
constexpr double kSeasonLevel = 0.005;

// The season that periods of one length may have.
struct SeasonRow {
  PeriodLength length;
  std::size_t positions;       // that are told apart
  std::int64_t least_periods;  // three seasons
  const char* repeats;
};
constexpr SeasonRow kSeasons[] = {{PeriodLength::kHour, 24, 72, "every 24 hours"}, {PeriodLength::kDay, 7, 21, "every 7 days"}, {PeriodLength::kWeek, 12, 157, "every year, by month"}, {PeriodLength::kMonth, 12, 36, "every 12 months"}};

std::size_t PositionOf(std::int64_t period, PeriodLength length) {
  switch (length) {
    case PeriodLength::kHour: return static_cast<std::size_t>((period % 24 + 24) % 24);
    case PeriodLength::kDay: return static_cast<std::size_t>(((period + 3) % 7 + 7) % 7);  // 1970-01-01 was a Thursday
    case PeriodLength::kWeek: return static_cast<std::size_t>(base::ToCivil(StartOf(period, length) + 3 * base::kMicrosPerDay).month - 1);  // of its Thursday
    case PeriodLength::kMonth: return static_cast<std::size_t>((period % 12 + 12) % 12);
    case PeriodLength::kYear: return 0;
  }
  return 0;
}

std::string PositionLabel(std::size_t position, PeriodLength length) {
  static constexpr const char* kWeekdays[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  return length == PeriodLength::kDay ? kWeekdays[position] : length == PeriodLength::kHour ? std::to_string(position) + ":00" : kMonths[position];
}

void FillSeason(const stats::PeriodMeans& series, std::int64_t first_period, PeriodLength length, learn::Task task, std::vector<double>* without_season, OutcomeOverTime* out, std::uint64_t seed) {
  const std::string periods = std::string(kPeriods[static_cast<int>(length)].name) + "s";
  const auto row = std::find_if(std::begin(kSeasons), std::end(kSeasons), [&](const SeasonRow& r) { return r.length == length; });
  if (row == std::end(kSeasons)) {
    out->seasonality = "no season is looked for in " + periods;
    return;
  }
  if (static_cast<std::int64_t>(series.means.size()) < row->least_periods) {
    out->seasonality = "at least " + std::to_string(row->least_periods) + " " + periods + " are needed to tell whether it repeats " + row->repeats + "; there " + (series.means.size() == 1 ? "is 1" : "are " + std::to_string(series.means.size()));
    return;
  }
  std::vector<std::size_t> position;
  for (std::size_t t = 0; t < series.means.size(); ++t) position.push_back(PositionOf(first_period + static_cast<std::int64_t>(t), length));
  const Result<stats::SeasonTest> test = stats::TestSeasonBesideShifts(series, position, row->positions, {.seed = seed});
  if (!test) {
    out->seasonality = test.error().message;
    return;
  }
  out->season_p_value = test->p_value;
  const bool season = test->p_value <= kSeasonLevel;
  const std::string p_value = "(p = " + base::ReadableNumber(test->p_value, 2) + ")";
  out->seasonality = season                   ? "repeats " + std::string(row->repeats) + " " + p_value + "; the level shifts are looked for in what is left"
                     : test->p_value <= 0.05 ? "may repeat " + std::string(row->repeats) + " " + p_value + ", not surely enough to look for level shifts in what is left"
                                             : "no repetition " + std::string(row->repeats) + " is shown " + p_value;
  if (!season) return;
  for (std::size_t k = 0; k < row->positions; ++k) {
    out->season_labels.push_back(PositionLabel(k, length));
    std::vector<double> at;
    for (std::size_t t = 0; t < series.means.size(); ++t) {
      if (position[t] == k) at.push_back(series.means[t]);
    }
    out->season_means.push_back(ToEstimate(MeanOutcome(task, at, {})));
  }
  for (std::size_t t = 0; t < series.means.size(); ++t) (*without_season)[t] -= test->effects[position[t]];
}

OutcomeOverTime SeriesOf(const learn::Examples& examples, const Dependence& dependence, const RunContext& context) {
  OutcomeOverTime out;
  if (examples.time.empty()) {
    out.reason = "the data names no time; name the time of the decision (data.time in the charter, --time on a bare file) to see the outcome over time";
    return out;
  }
  const std::vector<base::Micros> times = WithoutFarTimes(examples.time, &out.outside);
  base::Micros least = INT64_MAX, most = INT64_MIN;
  std::int64_t known = 0;
  for (const base::Micros time : times) {
    if (time == base::kMissingTime) continue;
    least = std::min(least, time);
    most = std::max(most, time);
    ++known;
  }
  if (known == 0 || most <= least) {
    out.reason = known == 0 ? "no row has a time" : "all rows have the same time";
    return out;
  }
  const PeriodRow& period = PeriodWithoutGaps(times, least, most, known, examples.task == learn::Task::kRegression);
  out.period = period.name;
  const std::int64_t first = PeriodOf(least, period.length);
  const auto count = static_cast<std::size_t>(PeriodOf(most, period.length) - first + 1);
  const std::vector<double> outcome = OutcomeNumbers(examples);
  // Rows sorted by period, in file order within each.
  const std::vector<std::int64_t> sizes = CountPerPeriod(times, period.length, first, count);
  std::vector<std::size_t> begin_of(count + 1, 0);
  for (std::size_t p = 0; p < count; ++p) begin_of[p + 1] = begin_of[p] + static_cast<std::size_t>(sizes[p]);
  std::vector<std::uint32_t> rows(begin_of[count]);
  std::vector<std::size_t> next(begin_of.begin(), begin_of.end() - 1);
  for (std::size_t i = 0; i < times.size(); ++i) {
    if (times[i] == base::kMissingTime) continue;
    rows[next[static_cast<std::size_t>(PeriodOf(times[i], period.length) - first)]++] = static_cast<std::uint32_t>(i);
  }
  // Units that name the period itself (the day) leave one unit a period, which has no interval of its own.
  std::vector<double> series;
  std::vector<std::size_t> filled;  // periods with rows
  double squares_within = 0;        // of rows about the mean of their period
  constexpr std::uint32_t kUnseen = UINT32_MAX;
  // Within a period what its days share is part of what is told, so units alone make the interval.
  std::vector<std::uint32_t> ids;
  const stats::Clusters units_of = stats::Grouped(dependence.Clusters(), stats::Grouping::kUnits, &ids);
  std::vector<std::uint32_t> local_of(units_of.num_units, kUnseen);  // unit -> its number within the period
  for (std::size_t p = 0; p < count; ++p) {
    evidence::PeriodPoint point;
    point.start = base::FormatTime(StartOf(first + static_cast<std::int64_t>(p), period.length));
    point.rows = sizes[p];
    const std::span<const std::uint32_t> own = std::span(rows).subspan(begin_of[p], static_cast<std::size_t>(sizes[p]));
    std::vector<double> values;
    std::vector<std::uint32_t> unit;
    std::uint32_t units = 0;
    for (const std::uint32_t row : own) {
      values.push_back(outcome[row]);
      if (units_of.unit.empty()) continue;
      std::uint32_t& local = local_of[units_of.unit[row]];
      if (local == kUnseen) local = units++;
      unit.push_back(local);
    }
    if (!units_of.unit.empty()) {
      for (const std::uint32_t row : own) local_of[units_of.unit[row]] = kUnseen;
    }
    const Result<stats::Interval> interval = MeanOutcome(examples.task, values, {unit, units});
    point.mean = ToEstimate(interval);
    if (!interval && !values.empty()) {
      double sum = 0;
      for (const double v : values) sum += v;
      point.mean.value = sum / static_cast<double>(values.size());
      point.mean.reason = "one unit a period has no interval of its own; the scatter from period to period shows the noise";
    }
    if (!values.empty()) {
      filled.push_back(p);
      series.push_back(point.mean.value);
      for (const double v : values) squares_within += (v - series.back()) * (v - series.back());
    }
    out.points.push_back(std::move(point));
    if (p % 16 == 0) context.Report("outcome over time", static_cast<std::int64_t>(p), static_cast<std::int64_t>(count));
  }
  out.method = "largest standardised shift of a stretch of periods against drawn AR(1) series with the noise of this one (5 % level for the whole series), searched again inside the parts; a period of few rows counts less";
  const bool gaps = filled.size() < count;
  // A first or last period with far fewer rows than usual is only partly covered and would look like a change.
  std::vector<std::int64_t> usual_size = sizes;
  std::nth_element(usual_size.begin(), usual_size.begin() + static_cast<std::ptrdiff_t>(count / 2), usual_size.end());
  const std::int64_t usual = usual_size[count / 2];
  const std::size_t begin = out.points[filled.front()].rows * 2 < usual ? 1 : 0;
  const std::size_t end = series.size() - (series.size() > begin + 1 && out.points[filled.back()].rows * 2 < usual ? 1 : 0);
  std::vector<double> core(series.begin() + static_cast<std::ptrdiff_t>(begin), series.begin() + static_cast<std::ptrdiff_t>(end));
  std::vector<std::int64_t> core_rows;
  for (std::size_t i = begin; i < end; ++i) core_rows.push_back(sizes[filled[i]]);
  const double row_variance = squares_within / static_cast<double>(std::max<std::int64_t>(1, known - static_cast<std::int64_t>(filled.size())));
  std::vector<double> without_season = core;
  if (gaps) {
    out.seasonality = "no season is looked for: " + base::ReadableCount(static_cast<std::int64_t>(count - filled.size())) + " of " + base::ReadableCount(static_cast<std::int64_t>(count)) + " periods have no rows";
    out.method += "; periods without rows are left out and their neighbours close up";
  } else {
    FillSeason({core, core_rows, row_variance}, first + static_cast<std::int64_t>(begin), period.length, examples.task, &without_season, &out, context.seed);
  }
  const std::vector<stats::ChangePoint> found = stats::FindChangePoints({without_season, core_rows, row_variance}, {.seed = context.seed});
  std::vector<std::size_t> starts = {0};
  for (const stats::ChangePoint& change : found) starts.push_back(change.first);
  starts.push_back(core.size());
  // Every period belongs to a stretch, also the ones left out of the search.
  std::size_t stretch = 0;
  for (std::size_t p = 0; p < count; ++p) {
    while (stretch < found.size() && p >= filled[begin + found[stretch].first]) ++stretch;
    out.points[p].segment = static_cast<std::int64_t>(stretch);
  }
  std::vector<Result<stats::Interval>> levels;
  for (std::size_t s = 0; s + 1 < starts.size(); ++s) levels.push_back(stats::SeriesMean(std::span<const double>(core).subspan(starts[s], starts[s + 1] - starts[s])));
  for (std::size_t k = 0; k < found.size(); ++k) {
    evidence::ChangePoint change;
    change.start = out.points[filled[begin + found[k].first]].start;
    change.before = ToEstimate(levels[k]);
    change.after = ToEstimate(levels[k + 1]);
    change.difference = DifferenceOf(levels[k], levels[k + 1]);
    change.p_value = found[k].p_value;
    out.changes.push_back(std::move(change));
  }
  return out;
}

}  // namespace

OutcomeOverTime OutcomeSeries(const learn::Examples& examples, const Dependence& dependence, const RunContext& context) {
  OutcomeOverTime out = SeriesOf(examples, dependence, context);
  if (std::isnan(out.season_p_value)) out.season_p_value_reason = out.reason.empty() ? out.seasonality : out.reason;
  return out;
}

}  // namespace assay::lifecycle
