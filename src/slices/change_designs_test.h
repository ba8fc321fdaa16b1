// Simulated rows of two sides, with noise of several kinds.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "base/random.h"
#include "slices/change.h"

namespace assay::slices {

inline Feature Cut(const std::string& name, const std::vector<std::uint32_t>& codes, std::uint32_t size) {
  std::vector<std::string> dictionary;
  for (std::uint32_t c = 0; c < size; ++c) dictionary.push_back(name + std::to_string(c));
  Result<Feature> feature = CutFeature(table::Column::Categories(name, codes, dictionary), {}, {});
  EXPECT_TRUE(feature.has_value());
  return std::move(*feature);
}

enum class Noise { kRows, kDayShocks, kSegmentDays, kOpposite, kSkewed };
enum class Figure { kMean, kSum, kRatio };

struct Design {
  const char* name;
  Noise noise;
  Figure metric;
  int days = 24;        // a side
  int rows_a_day = 40;
  bool by_day = true;
  int units = 0;        // each on both sides, with a level of their own
  double covers = 0.95; // what its intervals reach
  double kept = 0;      // of the day before, by the shocks of a segment: AR(1)
  bool days_known = false;  // of units
  double shock = 1;     // of a segment on a day
  double unit_level = 1;
  double uneven = 0;        // standard deviation of the log of a day's rows, which last from day to day (AR(1), .9)
  bool one_sided = false;   // units of a side have no rows on the other
  bool calendar = false;    // a fourth feature: tenths of a side's days, as a day of the month is cut
};

struct Made {
  ChangeRows rows;
  std::vector<std::vector<std::uint32_t>> codes;  // per feature
};

// Three features of 5, 4 and 3 values. `effect` changes x of a row of the side after.
inline Made Make(const Design& design, std::uint64_t seed, const std::function<double(const std::vector<std::uint32_t>&, double)>& effect) {
  base::RandomStream random(seed, "change test");
  constexpr std::uint32_t kSizes[] = {5, 4, 3};
  Made made;
  made.codes.resize(design.calendar ? 4 : 3);
  ChangeRows& rows = made.rows;
  rows.form = design.metric == Figure::kSum ? ChangeForm::kSum : ChangeForm::kRate;
  rows.kind = design.units > 0 ? BlockKind::kUnits : design.by_day ? BlockKind::kTimes : BlockKind::kRows;
  const auto num_units = static_cast<std::size_t>(std::max(design.units, 1));
  std::vector<double> unit_level(num_units), unit_segment(num_units);
  for (double& level : unit_level) level = random.Normal();
  for (double& segment : unit_segment) segment = random.Uniform();
  double segment_shock[5] = {0, 0, 0, 0, 0};
  double traffic = random.Normal();
  for (int day = 0; day < 2 * design.days; ++day) {
    traffic = 0.9 * traffic + std::sqrt(0.19) * random.Normal();
    const int rows_of_day = design.uneven > 0 ? std::max(1, static_cast<int>(design.rows_a_day * std::exp(design.uneven * traffic))) : design.rows_a_day;
    const double shock = random.Normal();
    for (double& s : segment_shock) s = design.kept * s + std::sqrt(1 - design.kept * design.kept) * random.Normal();
    for (int r = 0; r < rows_of_day; ++r) {
      const std::uint8_t side = day < design.days ? 0 : 1;
      std::vector<std::uint32_t> code;
      const std::size_t unit = design.one_sided ? 2 * random.Below(num_units / 2) + side : random.Below(num_units);
      // Of units the first feature goes with the unit.
      const double draw = design.units > 0 ? unit_segment[unit] : random.Uniform();
      code.push_back(draw < 0.4 ? 0 : draw < 0.6 ? 1 : draw < 0.75 ? 2 : draw < 0.9 ? 3 : 4);
      code.push_back(static_cast<std::uint32_t>(random.Below(kSizes[1])));
      code.push_back(static_cast<std::uint32_t>(random.Below(kSizes[2])));
      double x = 10 + code[0] + random.Normal();
      if (design.noise == Noise::kDayShocks) x += shock;
      if (design.noise == Noise::kSegmentDays) x += design.shock * segment_shock[code[0]];
      // A day's shock that moves two groups apart and leaves the mean of all rows alone.
      if (design.noise == Noise::kOpposite) x += design.shock * shock * (code[0] == 0 ? 1.5 : -1);
      if (design.noise == Noise::kSkewed) x = std::exp(1 + 1.2 * random.Normal());
      if (design.units > 0) x += design.unit_level * unit_level[unit];
      if (side == 1 && effect) x = effect(code, x);
      rows.x.push_back(x);
      if (design.metric == Figure::kRatio) rows.y.push_back(1 + std::exp(random.Normal()) + 0.1 * x);
      rows.side.push_back(side);
      if (rows.kind != BlockKind::kRows) rows.block.push_back(design.units > 0 ? static_cast<std::uint32_t>(unit) : static_cast<std::uint32_t>(day));
      if (design.days_known) rows.day.push_back(static_cast<std::uint32_t>(day));
      if (design.calendar) code.push_back(static_cast<std::uint32_t>(day % design.days * 10 / design.days));
      for (std::size_t f = 0; f < made.codes.size(); ++f) made.codes[f].push_back(code[f]);
    }
  }
  rows.num_blocks = rows.kind == BlockKind::kRows ? 0 : design.units > 0 ? static_cast<std::uint32_t>(num_units) : static_cast<std::uint32_t>(2 * design.days);
  rows.num_days = design.days_known ? static_cast<std::uint32_t>(2 * design.days) : 0;
  const char* names[] = {"a", "b", "c", "calendar"};
  for (std::size_t f = 0; f < made.codes.size(); ++f) rows.features.push_back(Cut(names[f], made.codes[f], f < 3 ? kSizes[f] : 10));
  return made;
}

inline ChangeFound Explain(const ChangeRows& rows, std::uint64_t seed = 42, base::ThreadPool* pool = nullptr) {
  RunContext context;
  context.seed = seed;
  context.pool = pool;
  Result<ChangeFound> found = ExplainChange(rows, {}, context);
  EXPECT_TRUE(found.has_value()) << (found ? "" : found.error().message);
  return std::move(*found);
}

}  // namespace assay::slices
