// The outcome by weekday, month and hour.
#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "lifecycle/internal/far_times.h"
#include "lifecycle/understand.h"
#include "stats/change_points.h"
#include "stats/group_means.h"
#include "stats/multiple_testing.h"

namespace assay::lifecycle {

namespace {

using evidence::Season;

constexpr double kDaysOfThreeYears = 3 * 365.0;
constexpr std::size_t kDaysOfThreeWeeks = 21;

struct Part {
  const char* name;
  std::vector<std::string> periods;  // those of a series whose season this is
  std::size_t length;
  int (*position)(const base::CivilTime&);
  std::string (*label)(int);
};

std::string WeekdayLabel(int k) {
  static constexpr const char* kNames[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  return kNames[k];
}
std::string MonthLabel(int k) {
  static constexpr const char* kNames[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  return kNames[k];
}
std::string HourLabel(int k) { return (k < 10 ? "0" : "") + std::to_string(k) + ":00"; }

const Part kParts[] = {
    {"weekday", {"day"}, 7, [](const base::CivilTime& c) { return c.weekday - 1; }, WeekdayLabel},
    {"month", {"week", "month"}, 12, [](const base::CivilTime& c) { return c.month - 1; }, MonthLabel},
    {"hour", {"hour"}, 24, [](const base::CivilTime& c) { return c.hour; }, HourLabel},
};

// Days resemble their neighbours: the series of their means, against drawn ones that do too. Shifts are allowed for as in the series
// over time where it is not too long for that. NaN where some day has no row.
double WeekdayPValue(const std::vector<base::Micros>& times, const std::vector<double>& outcome, base::Micros first_day, std::size_t days, std::uint64_t seed) {
  constexpr std::size_t kMostDays = 4000, kMostBesideShifts = 400;
  if (days > kMostDays) return std::nan("");
  std::vector<double> means(days, 0);
  std::vector<std::int64_t> rows(days, 0);
  for (std::size_t i = 0; i < outcome.size(); ++i) {
    if (times[i] == base::kMissingTime) continue;
    const auto day = static_cast<std::size_t>((times[i] - first_day) / base::kMicrosPerDay);
    means[day] += outcome[i];
    ++rows[day];
  }
  if (std::find(rows.begin(), rows.end(), 0) != rows.end()) return std::nan("");
  for (std::size_t day = 0; day < days; ++day) means[day] /= static_cast<double>(rows[day]);
  double squares = 0;
  std::int64_t known = 0;
  for (std::size_t i = 0; i < outcome.size(); ++i) {
    if (times[i] == base::kMissingTime) continue;
    const double away = outcome[i] - means[static_cast<std::size_t>((times[i] - first_day) / base::kMicrosPerDay)];
    squares += away * away;
    ++known;
  }
  const stats::PeriodMeans series{means, rows, squares / static_cast<double>(std::max<std::int64_t>(1, known - static_cast<std::int64_t>(days)))};
  const auto monday = static_cast<std::size_t>(base::ToCivil(first_day).weekday - 1);
  std::vector<std::size_t> weekday;
  for (std::size_t day = 0; day < days; ++day) weekday.push_back((day + monday) % 7);
  const Result<stats::SeasonTest> test = days <= kMostBesideShifts ? stats::TestSeasonBesideShifts(series, weekday, 7, {.seed = seed}) : stats::TestSeason(series, 7, monday, {.seed = seed});
  return test ? test->p_value : std::nan("");
}

// The extremes of a few rows are chance: only positions with at least a quarter of an even share of them are compared.
std::vector<std::size_t> PositionsToCompare(const Season& season) {
  double rows = 0, filled = 0;
  for (const std::int64_t n : season.rows) {
    rows += static_cast<double>(n);
    filled += n > 0 ? 1 : 0;
  }
  std::vector<std::size_t> compared;
  for (std::size_t k = 0; k < season.means.size(); ++k) {
    if (std::isfinite(season.means[k].low) && static_cast<double>(season.rows[k]) * 4 * filled >= rows) compared.push_back(k);
  }
  return compared;
}

// The lowest and the highest position in words, noted in the season; "" where there are not two.
std::string Extremes(const std::vector<std::size_t>& compared, Season* season) {
  if (compared.size() < 2) return "";
  const auto by_value = [&](std::size_t a, std::size_t b) { return season->means[a].value < season->means[b].value; };
  const std::size_t low = *std::min_element(compared.begin(), compared.end(), by_value), high = *std::max_element(compared.begin(), compared.end(), by_value);
  season->lowest = season->labels[low];
  season->highest = season->labels[high];
  const auto with_mean = [&](std::size_t k) {
    const evidence::Estimate& mean = season->means[k];
    const base::ReadableEnds ends = base::ReadableInterval(mean.value, mean.low, mean.high);
    return season->labels[k] + ", " + ends.value + " (" + ends.low + " to " + ends.high + ")";
  };
  const auto measured = static_cast<std::size_t>(std::count_if(season->means.begin(), season->means.end(), [](const evidence::Estimate& mean) { return std::isfinite(mean.low); }));
  return ": lowest at " + with_mean(low) + ", highest at " + with_mean(high) + (compared.size() < measured ? ", among the " + std::to_string(compared.size()) + " with enough rows to compare" : "");
}

}  // namespace

std::vector<Season> FindSeasons(const learn::Examples& examples, const Dependence& dependence, const evidence::OutcomeOverTime& over_time, const RunContext& context) {
  std::vector<Season> seasons;
  if (examples.time.empty()) return seasons;
  base::Micros least = INT64_MAX, most = INT64_MIN;
  bool clock = false;
  std::string outside;
  const std::vector<base::Micros> times = WithoutFarTimes(examples.time, &outside);
  for (const base::Micros time : times) {
    if (time == base::kMissingTime) continue;
    least = std::min(least, time);
    most = std::max(most, time);
    clock = clock || time % base::kMicrosPerDay != 0;
  }
  if (least >= most) return seasons;
  const std::vector<double> outcome = OutcomeNumbers(examples);
  const auto floor_day = [](base::Micros t) { return base::FloorDivide(t, base::kMicrosPerDay) * base::kMicrosPerDay; };
  const auto days = static_cast<std::size_t>((floor_day(most) - floor_day(least)) / base::kMicrosPerDay) + 1;
  std::vector<std::uint8_t> group(outcome.size());
  for (const Part& part : kParts) {
    if (part.length == 24 && !clock) continue;
    context.Report("seasons", static_cast<std::int64_t>(seasons.size()), 3);
    Season season;
    season.name = part.name;
    for (std::size_t i = 0; i < group.size(); ++i) {
      group[i] = times[i] == base::kMissingTime ? stats::kNoGroup : static_cast<std::uint8_t>(part.position(base::ToCivil(times[i])));
    }
    const Result<stats::GroupMeans> means = stats::CompareGroups(outcome, group, part.length, dependence.Clusters());
    if (!means) continue;
    for (std::size_t k = 0; k < part.length; ++k) {
      season.labels.push_back(part.label(static_cast<int>(k)));
      season.means.push_back(ToEstimate(means->means[k]));
      season.rows.push_back(means->rows[k]);
    }
    season.p_value = means->p_value;
    season.method = "equal means by units (Rao, Scott)";
    const auto not_tested = [&](const std::string& why) {
      season.p_value = std::nan("");
      season.reason = "the data span " + base::Counted(static_cast<std::int64_t>(days), "day", "days") + "; " + why;
      season.method = "not tested: " + season.reason;
    };
    if (part.length == 7 && days < kDaysOfThreeWeeks) {
      not_tested("a weekday cannot be told from its day in less than three weeks");
    } else if (base::IsAmong(part.periods, over_time.period) && std::isfinite(over_time.season_p_value)) {
      season.p_value = over_time.season_p_value;
      season.method = "the season of the series over time: fitted together with a shift of the level, against drawn AR(1) series";
    } else if (part.length == 12 && static_cast<double>(days) < kDaysOfThreeYears) {
      not_tested("a season of the year cannot be told from a trend in less than three years");
    } else if (part.length == 7) {
      const double p_value = WeekdayPValue(times, outcome, floor_day(least), days, context.seed);
      if (std::isfinite(p_value)) {
        season.p_value = p_value;
        season.method = "daily means against drawn AR(1) series";
      }
    }
    seasons.push_back(std::move(season));
  }
  std::vector<double> p_values;
  for (const Season& season : seasons) p_values.push_back(season.p_value);
  const std::vector<double> q_values = stats::BenjaminiHochberg(p_values);
  for (std::size_t s = 0; s < seasons.size(); ++s) {
    Season& season = seasons[s];
    season.q_value = q_values[s];
    const std::vector<std::size_t> compared = PositionsToCompare(season);
    season.compared = static_cast<std::int64_t>(compared.size());
    if (std::isnan(season.p_value)) {
      season.answer = season.reason.empty() ? "too few independent units to tell" : season.method;
      if (season.reason.empty()) season.reason = season.answer;
    } else if (season.q_value > 0.05) {
      season.answer = "no difference by " + season.name + " is shown (p = " + base::ReadableNumber(season.p_value, 2) + (season.p_value <= 0.05 ? ", among all that were looked at q = " + base::ReadableNumber(season.q_value, 2) : "") + ")";
    } else {
      season.answer = "differs by " + season.name + Extremes(compared, &season) + "; p = " + base::ReadableNumber(season.p_value, 2);
    }
  }
  return seasons;
}

}  // namespace assay::lifecycle
