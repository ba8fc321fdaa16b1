// What a set of rows contributed to the change of a metric between two sides, exactly.
//
// A rate R = X / Y (for a mean Y counts the rows) with sums X, Y per side, Rbar = (R0 + R1) / 2: rows c contribute
//   (x1 - Rbar y1) / Y1 - (x0 - Rbar y0) / Y0,
// which adds up over any partition to R1 - R0. With w = y / Y and r = x / y it is, after Kitagawa 1955, doi:10.1080/01621459.1955.10501299,
//   mix  = (rbar - Rbar) (w1 - w0): more or fewer of these rows,
//   rate = wbar (r1 - r0):          these rows at another level.
// A sum X: c contributes x1 - x0; with n rows of mean v the mix (volume) is vbar (n1 - n0), the rate nbar (v1 - v0).
// Rows that are there on one side only, or whose denominators sum to 0, have no level to compare: all of theirs is mix.
#pragma once

#include <array>

namespace assay::slices {

enum class ChangeForm { kSum, kRate };

// Sums over rows of one side.
struct Sums {
  double rows = 0, x = 0, y = 0;

  Sums& operator+=(const Sums& other);
  Sums operator-(const Sums& other) const;
};
// Before, after.
using BothSums = std::array<Sums, 2>;
BothSums Add(const BothSums& a, const BothSums& b);
BothSums Less(const BothSums& a, const BothSums& b);

struct Effect {
  BothSums sums;
  double contribution = 0, mix = 0, rate = 0;  // contribution = mix + rate
};

// X for a sum, X / Y for a rate; NaN where Y is 0.
double MetricOf(const Sums& sums, ChangeForm form);
// Of a rate: requires that Y of the total is not 0 on either side.
Effect EffectOf(const BothSums& part, const BothSums& total, ChangeForm form);

}  // namespace assay::slices
