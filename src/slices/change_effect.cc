#include "slices/change_effect.h"

#include <cmath>
#include <limits>

namespace assay::slices {

namespace {

Effect OfSum(const BothSums& part) {
  Effect effect{part, part[1].x - part[0].x, 0, 0};
  if (part[0].rows <= 0 || part[1].rows <= 0) {
    effect.mix = effect.contribution;
    return effect;
  }
  const double mean = (part[0].x / part[0].rows + part[1].x / part[1].rows) / 2;
  effect.mix = mean * (part[1].rows - part[0].rows);
  effect.rate = effect.contribution - effect.mix;
  return effect;
}

}  // namespace

Sums& Sums::operator+=(const Sums& other) {
  rows += other.rows;
  x += other.x;
  y += other.y;
  return *this;
}

Sums Sums::operator-(const Sums& other) const { return {rows - other.rows, x - other.x, y - other.y}; }

BothSums Add(const BothSums& a, const BothSums& b) {
  BothSums sum = a;
  for (std::size_t s = 0; s < 2; ++s) sum[s] += b[s];
  return sum;
}

BothSums Less(const BothSums& a, const BothSums& b) { return {a[0] - b[0], a[1] - b[1]}; }

double MetricOf(const Sums& sums, ChangeForm form) {
  if (form == ChangeForm::kSum) return sums.x;
  return sums.y == 0 ? std::numeric_limits<double>::quiet_NaN() : sums.x / sums.y;
}

Effect EffectOf(const BothSums& part, const BothSums& total, ChangeForm form) {
  if (form == ChangeForm::kSum) return OfSum(part);
  const double middle = (MetricOf(total[0], form) + MetricOf(total[1], form)) / 2;
  const auto share = [&](std::size_t s) { return (part[s].x - middle * part[s].y) / total[s].y; };
  Effect effect{part, share(1) - share(0), 0, 0};
  const bool both = part[0].rows > 0 && part[1].rows > 0 && part[0].y != 0 && part[1].y != 0;
  const double weight[2] = {part[0].y / total[0].y, part[1].y / total[1].y};
  if (both) effect.rate = (weight[0] + weight[1]) / 2 * (part[1].x / part[1].y - part[0].x / part[0].y);
  effect.mix = effect.contribution - effect.rate;
  return effect;
}

}  // namespace assay::slices
