// Decisions whose true worth is known, for simulations of coverage.
#pragma once

#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "objectives/profit_curve.h"
#include "stats/unit_variance.h"

namespace assay::objectives {

// A sample of `units` units and the expected money per decision of acting from any score on the population it comes from.
struct ValueDesign {
  std::string name;
  std::size_t units = 600;
  double rare = 0;           // 0: chances even between 0 and 1; else between 0 and this, their square roots even
  double true_positive = 1, false_positive = -1;
  bool heavy = false;        // amounts of a right alarm are lognormal with this mean, sigma 1.2
  bool clustered = false;    // 1 to 8 rows a unit, which share their score and a shift of +-.2 of the chance
  std::uint32_t days = 0;    // of clustered rows: each is of one of so many days, and unit and day shift it by +-.1 each
  bool calibrated = true;    // else the score is the chance to the third power
  bool informed = true;      // else every chance is 1/2, whatever the score
};

struct ValueSample {
  std::vector<double> scores;
  std::vector<std::uint8_t> positive;
  RowMoney money;
  std::vector<std::uint32_t> unit;
  std::uint32_t num_units = 0;
  stats::Crossing crossing;
  stats::Clusters Clusters() const { return {unit, num_units, crossing.unit_of.empty() ? nullptr : &crossing, 1}; }
};

inline ValueSample Draw(const ValueDesign& design, std::uint64_t seed) {
  base::RandomStream random(seed, design.name);
  ValueSample sample;
  std::vector<double> shift_of_day;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> cells;
  for (std::uint32_t d = 0; d < design.days; ++d) shift_of_day.push_back(random.Uniform() < 0.5 ? 0.1 : -0.1);
  for (std::uint32_t u = 0; u < design.units; ++u) {
    const double v = random.Uniform();
    const double place = design.clustered ? 0.2 + 0.6 * v : design.rare > 0 ? design.rare * v * v : v;
    const double of_unit = design.clustered ? (random.Uniform() < 0.5 ? 1 : -1) * (design.days > 0 ? 0.1 : 0.2) : 0;
    const std::uint64_t rows = design.clustered ? 1 + random.Below(8) : 1;
    for (std::uint64_t r = 0; r < rows; ++r) {
      const std::uint32_t day = design.days > 0 ? static_cast<std::uint32_t>(random.Below(design.days)) : 0;
      const double shift = of_unit + (design.days > 0 ? shift_of_day[day] : 0);
      const bool positive = random.Uniform() < (design.informed ? place + shift : 0.5);
      const double amount = design.heavy ? design.true_positive * std::exp(1.2 * random.Normal() - 0.72) : design.true_positive;
      sample.scores.push_back(design.calibrated ? place : place * place * place);
      sample.positive.push_back(positive ? 1 : 0);
      sample.money.gain.push_back(positive ? amount : design.false_positive);
      sample.money.silent.push_back(0);
      if (design.days > 0) {
        const auto [cell, added] = cells.emplace(std::pair(u, day), static_cast<std::uint32_t>(cells.size()));
        sample.unit.push_back(cell->second);
        if (added) {
          sample.crossing.unit_of.push_back(u);
          sample.crossing.period_of.push_back(day);
        }
      } else if (design.clustered) {
        sample.unit.push_back(u);
      }
    }
  }
  if (design.days > 0) {
    sample.num_units = static_cast<std::uint32_t>(cells.size());
    sample.crossing.num_units = static_cast<std::uint32_t>(design.units);
    sample.crossing.num_periods = design.days;
    return sample;
  }
  if (design.clustered) sample.num_units = static_cast<std::uint32_t>(design.units);
  return sample;
}

// Integral of chance x gain + (1 - chance) x loss over the places v that are acted on.
inline double TrueValue(const ValueDesign& design, double threshold) {
  if (std::isinf(threshold)) return 0;
  const double place = design.calibrated ? threshold : std::cbrt(threshold);
  const double gain = design.true_positive, loss = design.false_positive;
  const auto clip = [](double v) { return v < 0 ? 0.0 : v > 1 ? 1.0 : v; };
  if (!design.informed) return (1 - clip(place)) * (gain + loss) / 2;
  if (design.rare > 0) {
    const double v = clip(std::sqrt(std::max(0.0, place / design.rare)));
    return (1 - v) * loss + (gain - loss) * design.rare * (1 - v * v * v) / 3;
  }
  if (design.clustered) {
    const double v = clip((place - 0.2) / 0.6);
    return (1 - v) * loss + (gain - loss) * (0.2 * (1 - v) + 0.3 * (1 - v * v));
  }
  const double v = clip(place);
  return (1 - v) * loss + (gain - loss) * (1 - v * v) / 2;
}

// The break-even place as a score: where acting is worth most.
inline double BestScore(const ValueDesign& design) {
  const double chance = -design.false_positive / (design.true_positive - design.false_positive);
  return design.calibrated ? chance : chance * chance * chance;
}

inline std::vector<ValueDesign> ValueDesigns() {
  std::vector<ValueDesign> designs(9);
  designs[0].name = "balanced";
  designs[1].name = "rare positives";
  designs[1].units = 2000;
  designs[1].rare = 0.15;
  designs[1].true_positive = 20;
  designs[2].name = "amounts with a heavy tail";
  designs[2].units = 1000;
  designs[2].heavy = true;
  designs[2].true_positive = 3;
  designs[3].name = "clusters";
  designs[3].units = 150;
  designs[3].clustered = true;
  designs[4].name = "not calibrated";
  designs[4].calibrated = false;
  designs[4].true_positive = 4;
  designs[5].name = "clusters, not calibrated, heavy tail";
  designs[5].units = 200;
  designs[5].clustered = designs[5].heavy = true;
  designs[5].calibrated = false;
  designs[5].true_positive = 2;
  designs[6].name = "few rows";
  designs[6].units = 80;
  designs[6].true_positive = 2;
  // Every threshold is worth nothing: the choice never settles.
  designs[7].name = "scores that say nothing";
  designs[7].informed = false;
  designs[8].name = "units and days";
  designs[8].units = 150;
  designs[8].clustered = true;
  designs[8].days = 50;
  return designs;
}

}  // namespace assay::objectives
