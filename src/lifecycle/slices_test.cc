#include "lifecycle/slices.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>

#include "base/random.h"

namespace assay::lifecycle {
namespace {

using base::RandomStream;
using table::Column;

// Rows with features that say nothing of the loss, unless `planted` makes it so.
struct Design {
  const char* name;
  std::size_t rows, units;     // units 0: rows are independent
  bool days;                   // 40 days of rows, of which each has a shock of its own; without units they are what depends
  bool per_unit_features;      // features are constant within units
  std::function<double(RandomStream&, double effect)> loss;  // effect: of the unit and the day, standard normal
  int num_days = 40;
  double kept = 0;             // of the day before, by shocks of a day and a value of the first feature: AR(1); 0: days have one shock for all
  bool chances = false;        // what loss gives is the chance of a loss of 1
  double covers = 0.95;        // what intervals of a planted slice reach; fewer where shocks last longer than so few days tell
};

double Logistic(double x) { return 1 / (1 + std::exp(-x)); }

SliceRows MakeRows(const Design& design, std::uint64_t seed, double planted) {
  RandomStream random(seed, "slices of noise");
  SliceRows rows;
  std::vector<double> unit_effect(design.units, 0), day_effect(static_cast<std::size_t>(design.num_days), 0);
  for (double& effect : unit_effect) effect = random.Normal();
  for (double& effect : day_effect) effect = random.Normal();
  std::vector<std::vector<double>> lasting(4, day_effect);
  for (std::vector<double>& series : lasting) {
    double last = random.Normal();
    for (double& effect : series) effect = last = design.kept * last + std::sqrt(1 - design.kept * design.kept) * random.Normal();
  }
  constexpr std::size_t kFeatures = 6;
  std::vector<std::vector<std::uint32_t>> unit_codes(kFeatures, std::vector<std::uint32_t>(std::max<std::size_t>(1, design.units)));
  for (auto& codes : unit_codes) {
    for (std::uint32_t& code : codes) code = static_cast<std::uint32_t>(random.Below(4));
  }
  std::vector<std::vector<std::uint32_t>> codes(kFeatures);
  for (std::size_t i = 0; i < design.rows; ++i) {
    const std::size_t unit = design.units > 0 ? random.Below(design.units) : 0;
    const std::size_t day = random.Below(static_cast<std::uint64_t>(design.num_days));
    if (design.units > 0) rows.unit.push_back(static_cast<std::uint32_t>(unit));
    if (design.days) rows.time.push_back(static_cast<base::Micros>(day) * base::kMicrosPerDay + static_cast<base::Micros>(i));
    for (std::size_t f = 0; f < kFeatures; ++f) codes[f].push_back(design.per_unit_features ? unit_codes[f][unit] : static_cast<std::uint32_t>(random.Below(4)));
    const double effect = (design.units > 0 ? unit_effect[unit] : 0) + (!design.days ? 0 : design.kept > 0 ? lasting[codes[0][i]][day] : day_effect[day]);
    const double loss = design.loss(random, effect);
    const double raised = codes[0][i] == 1 && codes[1][i] == 2 ? loss + planted : loss;
    rows.losses.push_back(!design.chances ? raised : random.Uniform() < raised ? 1 : 0);
  }
  rows.num_units = static_cast<std::uint32_t>(design.units);
  std::vector<Column> columns;
  for (std::size_t f = 0; f < kFeatures; ++f) {
    rows.columns.push_back(f);
    columns.push_back(Column::Categories("f" + std::to_string(f), codes[f], {"a", "b", "c", "d"}));
  }
  rows.table = std::make_shared<const table::Table>(*table::Table::Create(columns));
  rows.unit_text = design.units > 0 ? "unit" : "";
  rows.time_text = design.days ? "time" : "";
  return rows;
}

const std::vector<Design>& Designs() {
  static const std::vector<Design> designs = {
      {"yes or no, independent rows", 2000, 0, false, false, [](RandomStream& r, double e) { return r.Uniform() < 0.2 * std::exp(0 * e) ? 1.0 : 0.0; }},
      {"skewed losses, independent rows", 2000, 0, false, false, [](RandomStream& r, double) { return std::exp(r.Normal()); }},
      {"units with levels of their own", 2000, 200, false, false, [](RandomStream& r, double e) { return r.Uniform() < Logistic(-1.5 + e) ? 1.0 : 0.0; }},
      {"units with levels and features of their own", 2000, 200, false, true, [](RandomStream& r, double e) { return std::abs(e + r.Normal()); }},
      {"days with shocks", 2000, 0, true, false, [](RandomStream& r, double e) { return std::exp(0.5 * e + 0.5 * r.Normal()); }},
      {"days with lasting shocks, .5", 2000, 0, true, false, [](RandomStream& r, double e) { return std::exp(0.5 * e + 0.5 * r.Normal()); }, 60, 0.5, false, 0.93},
      {"days with lasting shocks, .8", 2000, 0, true, false, [](RandomStream& r, double e) { return std::exp(0.5 * e + 0.5 * r.Normal()); }, 60, 0.8, false, 0.84},
      {"many days with lasting shocks, .8", 4000, 0, true, false, [](RandomStream& r, double e) { return std::exp(0.5 * e + 0.5 * r.Normal()); }, 180, 0.8, false, 0.90},
      {"18 days with lasting shocks, .9", 2000, 0, true, false, [](RandomStream& r, double e) { return std::exp(0.5 * e + 0.5 * r.Normal()); }, 18, 0.9, false, 0.84},
      // Of units that come again half of the rows are left, so that there are twice as many.
      {"units and days with lasting shocks, .8", 4000, 200, true, false, [](RandomStream& r, double e) { return r.Uniform() < Logistic(-1 + 0.7 * e) ? 1.0 : 0.0; }, 60, 0.8, false, 0.89},
      {"units and days", 4000, 200, true, false, [](RandomStream& r, double e) { return r.Uniform() < Logistic(-1 + 0.7 * e) ? 1.0 : 0.0; }},
  };
  return designs;
}

SliceOptions Honest() {
  SliceOptions options;
  options.honest = 0.5;
  options.alpha = 0.99;  // so that noise finds slices
  return options;
}

bool LongRun() { return std::getenv("ASSAY_LONG") != nullptr; }

// A search in noise finds slices; what is measured on the other half shows hardly ever a difference.
TEST(Slices, NoiseIsNotTakenForASlice) {
  const std::uint64_t runs = LongRun() ? 1000 : 150;
  // 97.5 % of what a share of .05 gives in as many runs: 64 of 1,000, 13 of 150.
  const int most = LongRun() ? 64 : 13;
  for (const Design& design : Designs()) {
    int rejected = 0;
    std::size_t found = 0;
    for (std::uint64_t run = 0; run < runs; ++run) {
      const Result<evidence::SlicesReport> report = FindSlices(MakeRows(design, run, 0), Honest(), {});
      ASSERT_TRUE(report) << report.error().message;
      found += report->slices.size();
      rejected += std::any_of(report->slices.begin(), report->slices.end(), [](const evidence::Slice& s) { return s.q_value < 0.05; }) ? 1 : 0;
    }
    EXPECT_LE(rejected, most) << design.name;
    EXPECT_GT(found, 5 * runs) << design.name << ": the search found too little for the test to mean anything";
    if (LongRun()) std::printf("%-45s any q < .05 in %d of %d runs, %.1f slices each\n", design.name, rejected, static_cast<int>(runs), static_cast<double>(found) / static_cast<double>(runs));
  }
}

// A planted slice is found, and its interval on the unseen half covers what was planted.
TEST(Slices, PlantedSlicesKeepTheirCoverage) {
  const std::uint64_t runs = LongRun() ? 1000 : 200;
  for (const Design& design : Designs()) {
    if (design.per_unit_features) continue;  // the rows of the slice are too few units to be told
    int covered = 0, first = 0, refused = 0;
    for (std::uint64_t run = 0; run < runs; ++run) {
      const double planted = 3;
      const Result<evidence::SlicesReport> report = FindSlices(MakeRows(design, run, planted), Honest(), {});
      ASSERT_TRUE(report) << report.error().message;
      if (report->slices.empty() || report->slices[0].text != "f0 = b and f1 = c") continue;
      if (std::isnan(report->slices[0].low)) {
        ++refused;
        continue;
      }
      ++first;
      covered += report->slices[0].low <= planted && planted <= report->slices[0].high ? 1 : 0;
    }
    EXPECT_GT(first + refused, static_cast<int>(runs * 95 / 100)) << design.name;
    EXPECT_LT(refused, static_cast<int>(runs * 6 / 10)) << design.name;
    const double share = static_cast<double>(covered) / first;
    // 2 % to either side, more what so many simulations scatter by (two standard errors).
    EXPECT_GE(share, design.covers - (LongRun() ? 0.036 : 0.06)) << design.name;
    EXPECT_LE(share, LongRun() ? 0.982 : 0.995) << design.name;
    if (LongRun()) std::printf("%-45s covered %.1f %% of %d, %d without interval\n", design.name, 100 * share, first, refused);
  }
}

// The same of losses of 0 and 1, whose rate is raised.
TEST(Slices, PlantedRatesKeepTheirCoverage) {
  const int runs = LongRun() ? 1000 : 200;
  const auto chance = [](RandomStream&, double effect) { return effect > 0 ? 0.3 : 0.1; };
  const Design designs[] = {
      {"chances, independent rows", 2000, 0, false, false, [](RandomStream&, double) { return 0.2; }, 40, 0, true},
      {"chances, units", 2000, 200, false, false, chance, 40, 0, true},
      {"chances, days", 2000, 0, true, false, chance, 40, 0, true},
  };
  for (const Design& design : designs) {
    int covered = 0, measured = 0, above = 0;
    for (int run = 0; run < runs; ++run) {
      const Result<evidence::SlicesReport> report = FindSlices(MakeRows(design, static_cast<std::uint64_t>(run), 0.4), Honest(), {});
      ASSERT_TRUE(report) << report.error().message;
      if (report->slices.empty() || report->slices[0].text != "f0 = b and f1 = c" || std::isnan(report->slices[0].low)) continue;
      ++measured;
      covered += report->slices[0].low <= 0.4 && 0.4 <= report->slices[0].high ? 1 : 0;
      above += report->slices[0].q_value < 0.05 ? 1 : 0;
    }
    if (LongRun()) std::printf("%-45s covered %.1f %% of %d, found beyond noise in %.1f %%\n", design.name, 100.0 * covered / measured, measured, 100.0 * above / measured);
    EXPECT_GT(measured, runs * 85 / 100) << design.name;
    EXPECT_GE(covered, measured * (0.95 - (LongRun() ? 0.036 : 0.06))) << design.name;
    EXPECT_GE(above, measured * 0.95) << design.name;
  }
}

TEST(Slices, TheSplitKeepsUnitsAndTimeApart) {
  const Design both{"", 400, 30, true, false, [](RandomStream&, double) { return 1.0; }};
  const SliceRows rows = MakeRows(both, 1, 0);
  const HonestSplit split = *SplitForSearch(rows, 0.5, 42);
  EXPECT_TRUE(std::is_sorted(split.search.begin(), split.search.end()));
  for (const std::uint32_t a : split.search) {
    for (const std::uint32_t b : split.measure) {
      ASSERT_NE(rows.unit[a], rows.unit[b]);
      ASSERT_LT(rows.time[a] / base::kMicrosPerDay, rows.time[b] / base::kMicrosPerDay);
    }
  }
  // Units that are there all the time leave half of the rows, in equal parts.
  EXPECT_GT(split.search.size() + split.measure.size(), 190U);
  EXPECT_NEAR(static_cast<double>(split.search.size()), static_cast<double>(split.measure.size()), 20);
  EXPECT_NE(split.words.find("rows of units with rows on both sides of it were left out"), std::string::npos) << split.words;
  // Rows without a time are on either side, never a day of their own.
  SliceRows timeless = MakeRows({"", 400, 0, true, false, [](RandomStream&, double) { return 1.0; }}, 1, 0);
  for (std::size_t i = 0; i < 200; ++i) timeless.time[i] = base::kMissingTime;
  const HonestSplit with_timeless = *SplitForSearch(timeless, 0.5, 42);
  EXPECT_NE(with_timeless.words.find("days and "), std::string::npos) << with_timeless.words;
  const auto without_time = std::count_if(with_timeless.search.begin(), with_timeless.search.end(), [](std::uint32_t row) { return row < 200; });
  EXPECT_GT(without_time, 60);
  EXPECT_LT(without_time, 140);
  SliceRows one_day = rows;
  for (std::size_t i = 0; i < one_day.time.size(); ++i) one_day.time[i] = static_cast<base::Micros>(one_day.unit[i]) * base::kMicrosPerDay;
  const HonestSplit without_loss = *SplitForSearch(one_day, 0.5, 42);
  EXPECT_EQ(without_loss.search.size() + without_loss.measure.size(), 400U);
  const Design days{"", 400, 0, true, false, [](RandomStream&, double) { return 1.0; }};
  const SliceRows timed = MakeRows(days, 1, 0);
  const HonestSplit by_day = *SplitForSearch(timed, 0.5, 42);
  base::Micros last = 0, first = INT64_MAX;
  for (const std::uint32_t row : by_day.search) last = std::max(last, timed.time[row]);
  for (const std::uint32_t row : by_day.measure) first = std::min(first, timed.time[row]);
  EXPECT_LT(last / base::kMicrosPerDay, first / base::kMicrosPerDay);
  const HonestSplit again = *SplitForSearch(timed, 0.5, 42);
  EXPECT_EQ(again.search, by_day.search);
  const Design plain{"", 400, 0, false, false, [](RandomStream&, double) { return 1.0; }};
  EXPECT_NEAR(static_cast<double>(SplitForSearch(MakeRows(plain, 1, 0), 0.25, 42)->measure.size()), 100, 1);
  EXPECT_NE(SplitForSearch(MakeRows(plain, 1, 0), 0.5, 42)->search, SplitForSearch(MakeRows(plain, 1, 0), 0.5, 43)->search);
}

TEST(Slices, FewUnitsAreRefusedWithWhatToDo) {
  const Design three{"", 100, 3, false, false, [](RandomStream&, double) { return 1.0; }};
  const Result<evidence::SlicesReport> report = FindSlices(MakeRows(three, 1, 0), Honest(), {});
  ASSERT_FALSE(report);
  EXPECT_NE(report.error().message.find("3 units"), std::string::npos) << report.error().message;
}

// A unit that is a day is joined to runs as days are.
TEST(Slices, UnitsThatAreDaysLastAsDaysDo) {
  const Design* lasting = nullptr;
  for (const Design& design : Designs()) {
    if (std::string(design.name) == "many days with lasting shocks, .8") lasting = &design;
  }
  ASSERT_NE(lasting, nullptr);
  const SliceRows by_day = MakeRows(*lasting, 3, 0);
  SliceRows by_unit = by_day;
  by_unit.unit_text = "date(time)";
  for (const base::Micros time : by_day.time) by_unit.unit.push_back(static_cast<std::uint32_t>(time / base::kMicrosPerDay));
  by_unit.num_units = static_cast<std::uint32_t>(lasting->num_days);
  const evidence::SlicesReport days = *FindSlices(by_day, Honest(), {}), units = *FindSlices(by_unit, Honest(), {});
  EXPECT_NE(days.dependence.find("days in runs of"), std::string::npos) << days.dependence;
  EXPECT_NE(units.dependence.find("days in runs of"), std::string::npos) << units.dependence;
  ASSERT_FALSE(days.slices.empty());
  ASSERT_EQ(units.slices.size(), days.slices.size());
  EXPECT_EQ(units.slices[0].low, days.slices[0].low);
}

// Without a part set apart nothing is tested, and it says why.
TEST(Slices, SearchedRowsAreNotTested) {
  SliceOptions options;
  options.alpha = 0.99;
  const evidence::SlicesReport report = *FindSlices(MakeRows(Designs()[0], 5, 0.5), options, {});
  ASSERT_FALSE(report.slices.empty());
  for (const evidence::Slice& slice : report.slices) {
    EXPECT_TRUE(std::isnan(slice.low) && std::isnan(slice.high) && std::isnan(slice.p_value) && std::isnan(slice.q_value));
    EXPECT_EQ(slice.reason, "searched and measured on the same rows");
    EXPECT_EQ(slice.size, slice.found.size);
    EXPECT_DOUBLE_EQ(slice.loss_mean, slice.found.loss_mean);
  }
}

// Figures of a slice, worked out by hand.
TEST(Slices, FiguresOfASlice) {
  SliceRows rows;
  rows.table = std::make_shared<const table::Table>(*table::Table::Create({Column::Categories("c", {0, 0, 1, 1, 1, 1, 1, 1}, {"x", "y"})}));
  rows.columns = {0};
  rows.losses = {4, 2, 0, 1, 0, 1, 0, 0};
  rows.stake = {10, 20, 0, 0, 0, 0, 0, 0};
  rows.decisions_per_day = 80;
  rows.currency = "USD";
  SliceOptions options;
  options.min_support = 2;
  options.alpha = 0.95;
  const evidence::SlicesReport report = *FindSlices(rows, options, {});
  ASSERT_EQ(report.slices.size(), 1U);
  const evidence::Slice& slice = report.slices[0];
  EXPECT_EQ(slice.text, "c = x");
  EXPECT_EQ(slice.expression, "c = 'x'");
  EXPECT_EQ(slice.size, 2);
  EXPECT_EQ(slice.share, 0.25);
  EXPECT_EQ(slice.loss_sum, 6);
  EXPECT_EQ(slice.loss_mean, 3);
  EXPECT_EQ(slice.loss_max, 4);
  EXPECT_EQ(slice.lift, 3);
  EXPECT_NEAR(slice.difference, 3 - 2.0 / 6, 1e-12);
  EXPECT_NEAR(slice.score, 0.95 * 2 - 0.05 * 3, 1e-12);
  EXPECT_NEAR(slice.value_at_stake.value, 30.0 / 8 * 80, 1e-9);
  ASSERT_EQ(slice.examples.size(), 2U);
  EXPECT_EQ(slice.examples[0].row, 1);
  EXPECT_EQ(slice.examples[1].loss, 2);
  EXPECT_EQ(slice.examples[1].values, (std::vector<std::string>{"x"}));
  EXPECT_EQ(report.mean_loss, 1);
}

}  // namespace
}  // namespace assay::lifecycle
