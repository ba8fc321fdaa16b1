#include "slices/internal/change_by_feature.h"

#include <algorithm>
#include <cmath>

namespace assay::slices {

namespace {

constexpr double kLeastShareOfSegment = 0.01;  // of the rows of either side, to count for a reversal
constexpr double kCovered = 0.9;               // of the rows, by segments that count

std::vector<BothSums> SumsOfAtoms(const ChangeRows& rows, const Feature& feature) {
  std::vector<BothSums> sums(feature.atoms.size());
  ForEachAtom(feature, [&](std::size_t i, std::uint32_t atom) { sums[atom][rows.side[i]] += {1, rows.x[i], rows.y_at(i)}; });
  return sums;
}

}  // namespace

FeatureEffect EffectByFeature(const ChangeRows& rows, const Feature& feature, const BothSums& total) {
  std::vector<BothSums> segments = SumsOfAtoms(rows, feature);
  BothSums with_atom;
  for (const BothSums& segment : segments) with_atom = Add(with_atom, segment);
  if (feature.rare_rows > 0) segments.push_back(Less(total, with_atom));
  FeatureEffect effect;
  double covered[2] = {0, 0};
  std::int64_t up = 0, down = 0, counted = 0;
  for (const BothSums& segment : segments) {
    if (segment[0].rows + segment[1].rows <= 0) continue;
    ++effect.segments;
    const Effect own = EffectOf(segment, total, rows.form);
    effect.mix += own.mix;
    effect.rate += own.rate;
    if (segment[0].rows < kLeastShareOfSegment * total[0].rows || segment[1].rows < kLeastShareOfSegment * total[1].rows) continue;
    ++counted;
    for (std::size_t s = 0; s < 2; ++s) covered[s] += segment[s].rows / total[s].rows;
    const double moved = rows.form == ChangeForm::kSum ? 0 : MetricOf(segment[1], rows.form) - MetricOf(segment[0], rows.form);
    up += moved > 0 ? 1 : 0;
    down += moved < 0 ? 1 : 0;
  }
  const double change = MetricOf(total[1], rows.form) - MetricOf(total[0], rows.form);
  if (counted >= 2 && covered[0] >= kCovered && covered[1] >= kCovered) effect.reversal = up == counted && change < 0 ? 1 : down == counted && change > 0 ? -1 : 0;
  return effect;
}

std::vector<std::vector<Predicate>> LargestValues(const ChangeRows& rows, const BothSums& total, std::int64_t most) {
  const double change = MetricOf(total[1], rows.form) - MetricOf(total[0], rows.form);
  double furthest = 0;
  std::vector<std::vector<Predicate>> best;
  for (std::uint32_t f = 0; f < rows.features.size(); ++f) {
    const std::vector<BothSums> segments = SumsOfAtoms(rows, rows.features[f]);
    std::vector<std::pair<double, std::uint32_t>> order;
    double apart = 0;
    for (std::uint32_t a = 0; a < segments.size(); ++a) {
      const double contribution = EffectOf(segments[a], total, rows.form).contribution;
      const double share = (segments[a][0].rows + segments[a][1].rows) / static_cast<double>(rows.x.size());
      apart += std::abs(contribution - share * change);
      order.emplace_back(-std::abs(contribution), a);
    }
    if (apart <= furthest) continue;
    furthest = apart;
    best.clear();
    std::sort(order.begin(), order.end());
    for (const auto& [size, a] : order) {
      if (size < 0 && std::ssize(best) < most) best.push_back({{f, a, a}});
    }
  }
  return best;
}

}  // namespace assay::slices
