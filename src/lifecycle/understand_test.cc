#include "lifecycle/understand.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>

#include "base/random.h"
#include "base/thread_pool.h"
#include "lifecycle/gathered_for_test.h"
#include "lifecycle/internal/far_times.h"

namespace assay::lifecycle {
namespace {

using table::Column;

// 120 days with 40 rows each. `shift` lifts the outcome's chance from day 60 on; 'strong' goes with the outcome, 'noise'
// does not; days have their own level.
Gathered Days(double shift, std::uint64_t seed) {
  base::RandomStream random(seed, "days");
  std::vector<double> outcome, strong;
  std::vector<std::uint32_t> noise;
  std::vector<base::Micros> time;
  for (int day = 0; day < 120; ++day) {
    const double level = 0.3 + 0.05 * random.Normal() + (day >= 60 ? shift : 0);
    for (int i = 0; i < 40; ++i) {
      const double x = random.Uniform();
      outcome.push_back(random.Uniform() < level + 0.4 * (x - 0.5) ? 1 : 0);
      strong.push_back(x);
      noise.push_back(static_cast<std::uint32_t>(random.Below(4)));
      time.push_back(day * base::kMicrosPerDay);
    }
  }
  std::vector<Column> columns;
  columns.push_back(Column::Numbers("y", outcome));
  columns.push_back(Column::Numbers("strong", strong));
  columns.push_back(Column::Categories("noise", noise, {"a", "b", "c", "d"}));
  columns.push_back(Column::Times("t", time));
  Problem problem;
  problem.outcome = "y = 1";
  problem.time = "t";
  return GatherColumns(problem, std::move(columns));
}

TEST(Understand, FindsAPlantedShiftAndTheStrongFeature) {
  const Result<evidence::UnderstandReport> report = Understand(Days(0.3, 1), {}, {});
  ASSERT_TRUE(report);
  ASSERT_EQ(report->over_time.changes.size(), 1U);
  EXPECT_GE(report->over_time.changes[0].start, base::FormatTime(58 * base::kMicrosPerDay));
  EXPECT_LE(report->over_time.changes[0].start, base::FormatTime(62 * base::kMicrosPerDay));
  ASSERT_FALSE(report->associations.empty());
  const auto of = [&](const std::string& name) { return *std::find_if(report->associations.begin(), report->associations.end(), [&](const auto& a) { return a.feature == name; }); };
  EXPECT_LT(of("strong").q_value, 0.01);
  EXPECT_GT(of("noise").q_value, 0.05);
}

TEST(Understand, HypothesesAreJudgedWithTheirDirection) {
  const std::vector<Hypothesis> hypotheses = {
      {"strong lifts", "", "strong > 0.5", "", "higher", "", "EUR"},
      {"strong lowers", "", "strong > 0.5", "", "lower", "", ""},
      {"noise matters", "", "noise = 'a'", "", "different", "", ""},
      {"no such column", "", "weather = 'rain'", "", "higher", "", ""},
      {"nobody inside", "", "strong > 7", "", "higher", "", ""},
  };
  const Result<evidence::UnderstandReport> report = Understand(Days(0, 2), hypotheses, {});
  ASSERT_TRUE(report);
  using evidence::Verdict;
  const Verdict expected[] = {Verdict::kSupported, Verdict::kRefuted, Verdict::kInconclusive, Verdict::kInconclusive, Verdict::kInconclusive};
  for (std::size_t i = 0; i < hypotheses.size(); ++i) EXPECT_EQ(report->hypotheses[i].verdict, expected[i]) << hypotheses[i].name << ": " << report->hypotheses[i].answer;
  // In its unit, and inside, outside and difference with the same decimals.
  const std::string& answer = report->hypotheses[0].answer;
  std::string decimals_hidden = answer;
  bool in_decimals = false;
  for (char& c : decimals_hidden) {
    in_decimals = c == '.' || (in_decimals && c >= '0' && c <= '9');
    if (in_decimals && c != '.') c = '#';
  }
  const std::size_t point = decimals_hidden.find('.');
  ASSERT_NE(point, std::string::npos) << answer;
  const std::string figure = "0." + std::string(decimals_hidden.find(' ', point) - point - 1, '#');
  EXPECT_EQ(decimals_hidden, "holds: " + figure + " EUR inside against " + figure + " EUR outside, a difference of " + figure + " EUR (95 % interval " + figure + " to " + figure + ")");
  EXPECT_NE(figure, "0.");
  EXPECT_EQ(report->hypotheses[3].answer.rfind("no data yet", 0), 0U);
  EXPECT_EQ(report->hypotheses[4].answer.rfind("no data yet", 0), 0U);
}

// With a level of their own per day and a segment that is constant within days, rows alone would be "significant" far too
// often; by day at most 5 % are.
TEST(Understand, ByDayNoiseIsSeldomCalledAnEffect) {
  int rejected = 0;
  constexpr int kRuns = 200;
  for (std::uint64_t run = 0; run < kRuns; ++run) {
    const Gathered gathered = Days(0, 100 + run);
    const Hypothesis even{"even days", "", "day(t) / 2 = greatest(0, day(t) / 2) and weekday(t) <= 3", "", "different", "", ""};
    rejected += TestHypotheses(gathered, DependenceOf(gathered.examples), {even}, {})[0].p_value <= 0.05 ? 1 : 0;
  }
  EXPECT_LE(rejected, 19);  // 99.5 % of binomial(200, .05)
}

TEST(Understand, AlertsNameWhatIsOdd) {
  std::vector<double> id, constant(100, 7.0), y, wild;
  std::vector<std::uint32_t> mail;
  std::vector<std::string> addresses;
  for (int i = 0; i < 100; ++i) {
    id.push_back(1000 + i);
    y.push_back(i % 2);
    wild.push_back(i == 5 ? 1e6 : i % 10);
    mail.push_back(static_cast<std::uint32_t>(i));
    addresses.push_back("person" + std::to_string(i) + "@example.org");
  }
  std::vector<Column> columns;
  columns.push_back(Column::Numbers("id", id));
  columns.push_back(Column::Numbers("constant", constant));
  columns.push_back(Column::Numbers("wild", wild));
  columns.push_back(Column::Categories("contact", mail, addresses));
  columns.push_back(Column::Numbers("y", y));
  Problem problem;
  problem.outcome = "y = 1";
  problem.features = {"constant"};
  const Gathered gathered = GatherColumns(problem, std::move(columns));
  std::vector<std::string> kinds;
  for (const evidence::Alert& alert : FindAlerts(gathered, ProfileColumns(*gathered.source, {}))) kinds.push_back(alert.kind + ":" + alert.column);
  for (const char* kind : {"id_like:id", "constant:constant", "outliers:wild", "pii_like:contact", "id_like:contact", "conflicting_labels:"}) {
    EXPECT_NE(std::find(kinds.begin(), kinds.end(), kind), kinds.end()) << kind;
  }
}

TEST(Understand, MeasurementsDoNotLookLikeIds) {
  base::RandomStream random(4, "measurements");
  std::vector<double> y, sensor, income, number, whole;
  std::vector<std::uint32_t> codes;
  std::vector<std::string> reading;
  for (int i = 0; i < 400; ++i) {
    y.push_back(i % 2);
    sensor.push_back(20 + random.Normal());
    income.push_back(std::round(1e6 * std::exp(random.Normal())));
    whole.push_back(std::round(1e9 * random.Uniform()));
    number.push_back(5000 + (i * 37) % 400);
    codes.push_back(static_cast<std::uint32_t>(i));
    reading.push_back(i == 3 ? "broken" : std::to_string(random.Normal()));
  }
  std::vector<Column> columns;
  columns.push_back(Column::Numbers("y", y));
  columns.push_back(Column::Numbers("sensor", sensor));
  columns.push_back(Column::Numbers("income", income));
  columns.push_back(Column::Numbers("whole", whole));
  columns.push_back(Column::Categories("reading", codes, reading));
  columns.push_back(Column::Numbers("number", number));
  columns.push_back(Column::Numbers("order_id", whole));
  Problem problem;
  problem.outcome = "y = 1";
  const Gathered gathered = GatherColumns(problem, std::move(columns));
  std::vector<std::string> ids;
  for (const evidence::Alert& alert : FindAlerts(gathered, ProfileColumns(*gathered.source, {}))) {
    if (alert.kind == "id_like") ids.push_back(alert.column);
  }
  EXPECT_EQ(ids, (std::vector<std::string>{"number", "order_id"}));
}

TEST(Understand, NoDataYetSaysWhy) {
  struct Case {
    Hypothesis hypothesis;
    const char* says;
  };
  const Case cases[] = {
      {{"no column", "", "strng > 0.5", "", "higher", "", ""}, "no data yet: its segment names the column 'strng', which the data do not have. Did you mean 'strong'?"},
      {{"nobody", "", "strong > 7", "", "higher", "", ""}, "no data yet: no row lies inside the segment"},
      {{"future", "", "strong > 0.5", "", "higher", "t > '2030-01-01'", ""}, "no data yet: no row lies in its period; the data reach from 1970-01-01 to 1970-04-30"},
      {{"one day", "", "t = '1970-01-05'", "", "higher", "", ""}, "no data yet: "},
      {{"no segment", "", "", "", "higher", "", ""}, "no data yet: the claim names no segment"},
      {{"broken", "", "strong >", "", "higher", "", ""}, "cannot be tested: its segment is no expression"},
      {{"text", "", "strong > 0.5", "noise", "higher", "", ""}, "cannot be tested: its metric is a category"},
  };
  for (const Case& c : cases) {
    const Gathered gathered = Days(0, 2);
    const evidence::HypothesisResult result = TestHypotheses(gathered, DependenceOf(gathered.examples), {c.hypothesis}, {})[0];
    EXPECT_EQ(result.answer.rfind(c.says, 0), 0U) << c.hypothesis.name << ": " << result.answer;
    EXPECT_EQ(result.verdict, evidence::Verdict::kInconclusive);
    EXPECT_FALSE(result.effect.reason.empty());
  }
}

// Orders that are returned days later, on weekdays only; Mondays are worst.
Gathered Orders(bool with_return_time) {
  base::RandomStream random(5, "orders");
  std::vector<double> y;
  std::vector<base::Micros> ordered, returned;
  for (int day = 0; day < 280; ++day) {
    if (day % 7 >= 5) continue;  // 1970-01-05 was a Monday
    for (int i = 0; i < 30; ++i) {
      y.push_back(random.Uniform() < (day % 7 == 0 ? 0.5 : 0.2) ? 1 : 0);
      ordered.push_back((day + 4) * base::kMicrosPerDay + static_cast<base::Micros>(random.Below(24)) * base::kMicrosPerHour);
      returned.push_back(ordered.back() + static_cast<base::Micros>(1 + random.Below(10)) * base::kMicrosPerDay);
    }
  }
  std::vector<Column> columns;
  columns.push_back(Column::Numbers("y", y));
  columns.push_back(Column::Times("ordered", ordered));
  if (with_return_time) columns.push_back(Column::Times("returned", returned));
  Problem problem;
  problem.outcome = "y = 1";
  problem.time = "ordered";
  problem.wait = 5 * base::kMicrosPerDay;
  return GatherColumns(problem, std::move(columns));
}

TEST(Understand, LabelDelayIsMeasuredOrSaysWhyNot) {
  const Gathered gathered = Orders(true);
  const evidence::LabelDelay delay = FindLabelDelay(gathered, DependenceOf(gathered.examples));
  EXPECT_EQ(delay.column, "returned");
  EXPECT_EQ(delay.rows, 6000);
  EXPECT_GE(delay.median_hours.value, 120);  // 1 to 10 days, each as likely
  EXPECT_LE(delay.median_hours.value, 144);
  EXPECT_LE(delay.median_hours.low, delay.median_hours.value);
  EXPECT_GE(delay.median_hours.high, delay.median_hours.value);
  EXPECT_NEAR(delay.within_wait.value, 0.5, 0.03);
  const Gathered without = Orders(false);
  const evidence::LabelDelay unknown = FindLabelDelay(without, DependenceOf(without.examples));
  EXPECT_EQ(unknown.column, "");
  EXPECT_NE(unknown.answer.find("cannot be said"), std::string::npos);
  EXPECT_FALSE(unknown.median_hours.reason.empty());
}

// "shipped" is declared known after the decision, "closed" is there exactly where the outcome is.
TEST(Understand, OneColumnSaysWhenOutcomesWereKnown) {
  std::vector<double> y;
  std::vector<base::Micros> ordered, shipped, closed;
  for (int i = 0; i < 100; ++i) {
    y.push_back(i % 5 == 0 ? std::nan("") : i % 2);
    ordered.push_back(base::FromCivil({2001, 1, 1, 0, 0, 0, 0, 0}) + i * base::kMicrosPerDay);
    shipped.push_back(ordered.back() + base::kMicrosPerDay);
    closed.push_back(i % 5 == 0 ? base::kMissingTime : ordered.back() + (1 + i) * base::kMicrosPerHour);
  }
  std::vector<Column> columns = {Column::Numbers("y", y), Column::Times("ordered", ordered), Column::Times("shipped", shipped), Column::Times("closed", closed)};
  Problem problem;
  problem.outcome = "y = 1";
  problem.time = "ordered";
  problem.known_after = {"shipped"};
  const auto table = std::make_shared<const table::Table>(*table::Table::Create(std::move(columns)));
  const Gathered gathered = *GatherFromTable(problem, table, {}, {});
  const std::optional<OutcomeDelays> delays = MeasureDelays(gathered, DependenceOf(gathered.examples));
  ASSERT_TRUE(delays);
  EXPECT_EQ(delays->column, "closed");
  EXPECT_TRUE(delays->follows_outcome);
  EXPECT_EQ(FindLabelDelay(gathered, DependenceOf(gathered.examples)).column, "closed");
  problem.where = "y = 0 or y = 1";
  problem.exclude = {"closed"};
  const Gathered declared = GatherColumns(problem, {table->column(0), table->column(1), table->column(2), Column::Times("closed", ordered)});
  EXPECT_EQ(MeasureDelays(declared, DependenceOf(declared.examples))->column, "shipped");
}

// 40 delays of 1 to 40 hours: 38 of them lie below the 95 % quantile, and a share of .95 of 40 is known to about .82 to .99.
TEST(Understand, TheIntervalOfAHighQuantileIsLongerBelow) {
  OutcomeDelays delays;
  for (int i = 1; i <= 40; ++i) delays.hours.push_back(i);
  const evidence::Estimate high = delays.Quantile(0.95);
  const stats::Interval share = *stats::ClusterShare([] { std::vector<double> below(40, 1.0); below[0] = below[1] = 0; return below; }(), {});
  EXPECT_NEAR(high.value, 38.05, 1e-9);
  EXPECT_NEAR(high.low, 1 + 39 * (0.95 - (share.value - share.low)), 1e-9);
  EXPECT_LT(high.low, 33);
  EXPECT_GT(high.high, high.value);
  delays.hours.assign(40, 7.0);
  EXPECT_EQ(delays.Quantile(0.95).low, 7);
}

TEST(Understand, SeasonsAreFoundAndDaysWithoutRowsDoNotStopTheSearch) {
  const Gathered gathered = Orders(false);
  const std::vector<evidence::Season> seasons = FindSeasons(gathered.examples, DependenceOf(gathered.examples), OutcomeSeries(gathered.examples, DependenceOf(gathered.examples), {}), {});
  ASSERT_EQ(seasons.size(), 3U);
  EXPECT_EQ(seasons[0].name, "weekday");
  EXPECT_LE(seasons[0].q_value, 0.05) << seasons[0].answer;
  EXPECT_NE(seasons[0].answer.find("highest at Mon"), std::string::npos) << seasons[0].answer;
  EXPECT_NE(seasons[1].method.find("less than three years"), std::string::npos);
  EXPECT_GT(seasons[2].q_value, 0.05) << seasons[2].answer;
  const evidence::OutcomeOverTime series = OutcomeSeries(gathered.examples, DependenceOf(gathered.examples), {});
  EXPECT_EQ(series.period, "week");
  EXPECT_TRUE(series.reason.empty());
}

// One question, one test: a weekly rhythm beside a shift of its level is the same in the series and among the weekdays.
TEST(Understand, TheSeasonOfTheSeriesAndOfTheWeekdaysAgree) {
  base::RandomStream random(2, "shifted week");
  std::vector<double> y;
  std::vector<base::Micros> time;
  for (int day = 0; day < 140; ++day) {
    y.push_back(random.Normal() + (day % 7 == 2 ? 2 : 0) + (day >= 80 ? 8 : 0));
    time.push_back(day * base::kMicrosPerDay);
  }
  Problem problem;
  problem.outcome = "y";
  problem.time = "t";
  const Gathered gathered = GatherColumns(problem, {Column::Numbers("y", y), Column::Times("t", time)});
  const Dependence dependence = DependenceOf(gathered.examples);
  const evidence::OutcomeOverTime series = OutcomeSeries(gathered.examples, dependence, {});
  ASSERT_EQ(series.period, "day");
  EXPECT_LE(series.season_p_value, 0.005) << series.seasonality;
  const std::vector<evidence::Season> seasons = FindSeasons(gathered.examples, dependence, series, {});
  EXPECT_EQ(seasons[0].p_value, series.season_p_value);
  EXPECT_EQ(seasons[0].highest, "Sat") << seasons[0].answer;
  // Without the series: the same test on the means of the days.
  EXPECT_LE(FindSeasons(gathered.examples, dependence, {}, {})[0].p_value, 0.005);
}

// What happened on the one Tuesday of the data is no habit of Tuesdays.
TEST(Understand, AFewDaysShowNoWeekdays) {
  for (const int days : {8, 20, 21}) {
    base::RandomStream random(4, "few days");
    std::vector<double> y;
    std::vector<base::Micros> time;
    std::vector<std::uint32_t> unit;
    for (int day = 0; day < days; ++day) {
      const double level = 0.6 * random.Normal();
      for (std::uint32_t u = 0; u < 60; ++u) {
        y.push_back(level + random.Normal());
        time.push_back(day * base::kMicrosPerDay);
        unit.push_back(u);
      }
    }
    std::vector<std::string> names;
    for (int u = 0; u < 60; ++u) names.push_back("unit " + std::to_string(u));
    Problem problem;
    problem.outcome = "y";
    problem.time = "t";
    problem.unit = "u";
    const Gathered gathered = GatherColumns(problem, {Column::Numbers("y", y), Column::Times("t", time), Column::Categories("u", unit, names)});
    const Dependence dependence = DependenceOf(gathered.examples);
    const evidence::Season weekday = FindSeasons(gathered.examples, dependence, OutcomeSeries(gathered.examples, dependence, {}), {})[0];
    EXPECT_EQ(weekday.name, "weekday");
    EXPECT_EQ(std::isnan(weekday.p_value), days < 21) << weekday.answer;
    EXPECT_EQ(weekday.answer.find("span " + std::to_string(days) + " days; a weekday cannot be told from its day") != std::string::npos, days < 21) << weekday.answer;
  }
}

// 200 days; the hours 8 and 12 with five rows a day, and 3 o'clock with one row on every tenth day, all of them positive.
TEST(Understand, FewRowsAreNoExtremeOfASeason) {
  base::RandomStream random(8, "hours");
  std::vector<double> y;
  std::vector<base::Micros> time;
  const auto add = [&](int day, int hour, double chance) {
    y.push_back(random.Uniform() < chance ? 1 : 0);
    time.push_back(day * base::kMicrosPerDay + hour * base::kMicrosPerHour);
  };
  for (int day = 0; day < 200; ++day) {
    for (int i = 0; i < 5; ++i) {
      add(day, 8, 0.2);
      add(day, 12, 0.6);
    }
    if (day % 10 == 0) add(day, 3, day % 20 == 0 ? 1 : 0.9);
  }
  std::vector<Column> columns;
  columns.push_back(Column::Numbers("y", y));
  columns.push_back(Column::Times("t", time));
  Problem problem;
  problem.outcome = "y = 1";
  problem.time = "t";
  const Gathered gathered = GatherColumns(problem, std::move(columns));
  const std::vector<evidence::Season> seasons = FindSeasons(gathered.examples, DependenceOf(gathered.examples), OutcomeSeries(gathered.examples, DependenceOf(gathered.examples), {}), {});
  ASSERT_EQ(seasons.size(), 3U);
  const evidence::Season& hour = seasons[2];
  EXPECT_TRUE(std::isfinite(hour.means[3].low));
  EXPECT_GT(hour.means[3].value, hour.means[12].value);
  EXPECT_EQ(hour.lowest, "08:00");
  EXPECT_EQ(hour.highest, "12:00");
  EXPECT_EQ(hour.compared, 2);
  EXPECT_NE(hour.answer.find("lowest at 08:00, 0."), std::string::npos) << hour.answer;
  EXPECT_NE(hour.answer.find("among the 2 with enough rows to compare"), std::string::npos) << hour.answer;
}

TEST(Understand, BigIdsAreToldApart) {
  std::vector<std::int64_t> ids;
  std::vector<double> y;
  for (int i = 0; i < 100; ++i) {
    ids.push_back((std::int64_t{1} << 53) + i);
    y.push_back(i % 2);
  }
  std::vector<Column> columns;
  columns.push_back(Column::Integers("id", ids));
  columns.push_back(Column::Numbers("y", y));
  Problem problem;
  problem.outcome = "y = 1";
  const Gathered gathered = GatherColumns(problem, std::move(columns));
  const std::vector<evidence::ColumnProfile> profiles = ProfileColumns(*gathered.source, {});
  EXPECT_EQ(profiles[0].distinct, 100);
  EXPECT_EQ(profiles[0].most, std::to_string((std::int64_t{1} << 53) + 99));
  for (const evidence::Alert& alert : FindAlerts(gathered, profiles)) EXPECT_NE(alert.kind, "duplicates") << alert.message;
}

// One absurd date would make every period a year.
TEST(Understand, TimesFarFromTheOthersAreLeftOutOfTheSeriesAndCounted) {
  const learn::Examples plain = Days(0.3, 1).examples;
  const evidence::OutcomeOverTime expected = OutcomeSeries(plain, DependenceOf(plain), {});
  EXPECT_EQ(expected.outside, "");
  struct Case {
    std::vector<base::Micros> slips;
    std::vector<std::string> says;
  };
  const base::Micros early = base::FromCivil({1869, 12, 31}), late = base::FromCivil({2046, 1, 2});
  for (const Case& c : {Case{{early}, {"1 row lies", "1869-12-31"}}, Case{{late}, {"1 row lies", "2046-01-02"}}, Case{{early, late}, {"2 rows lie", "1869-12-31 to 2046-01-02"}}}) {
    learn::Examples slipped = plain;
    for (std::size_t i = 0; i < c.slips.size(); ++i) slipped.time[100 * i] = c.slips[i];
    const evidence::OutcomeOverTime series = OutcomeSeries(slipped, DependenceOf(slipped), {});
    EXPECT_EQ(series.period, expected.period);
    ASSERT_EQ(series.points.size(), expected.points.size());
    EXPECT_EQ(series.changes.size(), expected.changes.size());
    const evidence::Season month = FindSeasons(slipped, DependenceOf(slipped), series, {})[1];
    EXPECT_EQ(month.name, "month");
    EXPECT_NE(month.reason.find("span 120 days"), std::string::npos) << month.answer;
    for (const std::string& words : c.says) EXPECT_NE(series.outside.find(words), std::string::npos) << series.outside;
  }
}

// Of 150 days the half percent at either end is less than one row.
TEST(Understand, AFarTimeAmongFewIsLeftOutOnEitherSide) {
  for (const base::Micros slip : {base::FromCivil({1869, 12, 31}), base::FromCivil({2146, 1, 2})}) {
    std::vector<base::Micros> times;
    for (int day = 0; day < 150; ++day) times.push_back(base::FromCivil({2001, 1, 1}) + day * base::kMicrosPerDay);
    times[70] = slip;
    std::string outside;
    const std::vector<base::Micros> near = WithoutFarTimes(times, &outside);
    EXPECT_EQ(std::count(near.begin(), near.end(), base::kMissingTime), 1);
    EXPECT_EQ(near[70], base::kMissingTime);
    EXPECT_NE(outside.find("1 row lies"), std::string::npos) << outside;
  }
}

// Means without a test, where chance cannot be seen on one side.
TEST(Understand, AHypothesisOfNumbersThatVaryOnOneSideOnlyShowsItsMeans) {
  base::RandomStream random(3, "one side");
  std::vector<double> y, claims, x;
  for (int i = 0; i < 400; ++i) {
    x.push_back(i % 4);
    claims.push_back(i % 4 == 0 ? 0 : static_cast<double>(random.Below(6)));
    y.push_back(static_cast<double>(random.Below(2)));
  }
  Problem problem;
  problem.outcome = "y = 1";
  const Gathered gathered = GatherColumns(problem, {Column::Numbers("y", y), Column::Numbers("claims", claims), Column::Numbers("x", x)});
  const evidence::HypothesisResult result = TestHypotheses(gathered, DependenceOf(gathered.examples), {{"no claims", "", "x = 0", "claims", "lower", "", ""}}, {})[0];
  EXPECT_EQ(result.answer.rfind("not tested: on one side nothing varies", 0), 0U) << result.answer;
  EXPECT_EQ(result.inside.value, 0);
  EXPECT_NEAR(result.effect.value, -result.outside.value, 1e-12);
  EXPECT_GT(result.outside.value, 2);
  EXPECT_EQ(result.rows_inside, 100);
  EXPECT_FALSE(result.effect.reason.empty());
}

TEST(Understand, OfSeveralClassesTheMostFrequentIsNamed) {
  const std::vector<std::uint32_t> classes = {1, 1, 1, 0, 2, 1};
  const auto table = std::make_shared<const table::Table>(*table::Table::Create({Column::Categories("y", classes, {"a", "b", "c"}), Column::Numbers("x", {1, 2, 3, 4, 5, 6})}));
  Problem problem;
  problem.outcome = "y";
  const Result<evidence::UnderstandReport> report = Understand(*GatherFromTable(problem, table, {}, {}), {}, {});
  ASSERT_TRUE(report);
  EXPECT_NE(report->summary.find("The outcome 'y' is most often 'b', in 67 %"), std::string::npos) << report->summary;
}

TEST(Understand, OfTwoClassesThePositiveOneIsNamed) {
  const Gathered texts = [] {
    Problem problem;
    problem.outcome = "y";
    return GatherColumns(problem, {Column::Categories("y", {1, 1, 1, 0, 0, 1}, {"churned", "stayed"}), Column::Numbers("x", {1, 2, 3, 4, 5, 6})});
  }();
  const Result<evidence::UnderstandReport> report = Understand(texts, {}, {});
  ASSERT_TRUE(report);
  EXPECT_NE(report->summary.find("The outcome 'y' is 'stayed' in 67 %"), std::string::npos) << report->summary;
}

// Two rows of one value do not say that a third would have it too.
TEST(Understand, LevelsOfAlikeRowsHaveNoInterval) {
  Problem problem;
  problem.outcome = "rating";
  const Gathered films = GatherColumns(problem, {Column::Numbers("rating", {7.4, 7.4, 6.1, 5.2, 7.3, 6.6}), Column::Categories("title", {0, 0, 1, 1, 1, 1}, {"Dawn", "Other"}), Column::Numbers("x", {1, 2, 3, 4, 5, 6})});
  const Result<evidence::UnderstandReport> report = Understand(films, {}, {});
  ASSERT_TRUE(report);
  const evidence::Association& title = *std::find_if(report->associations.begin(), report->associations.end(), [](const auto& a) { return a.feature == "title"; });
  ASSERT_EQ(title.level_labels, (std::vector<std::string>{"Other", "Dawn"}));
  EXPECT_LT(title.level_means[0].low, title.level_means[0].high);
  EXPECT_EQ(title.level_means[1].value, 7.4F);
  EXPECT_TRUE(std::isnan(title.level_means[1].low));
  EXPECT_NE(title.level_means[1].reason.find("every unit gave the same value"), std::string::npos) << title.level_means[1].reason;
}

TEST(Understand, SameBytesWithOneAndTwoThreads) {
  const Gathered gathered = Days(0.2, 3);
  base::ThreadPool one(1), two(2);
  RunContext with_one, with_two;
  with_one.pool = &one;
  with_two.pool = &two;
  EXPECT_EQ(base::WriteJson(evidence::ToJson(*Understand(gathered, {}, with_one))), base::WriteJson(evidence::ToJson(*Understand(gathered, {}, with_two))));
}

}  // namespace
}  // namespace assay::lifecycle
