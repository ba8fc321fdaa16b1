#include "stats/auc.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "stats/distributions.h"

namespace assay::stats {

std::vector<double> Midranks(std::span<const double> values) {
  std::vector<std::uint32_t> order(values.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return values[a] < values[b] || (values[a] == values[b] && a < b); });
  std::vector<double> ranks(values.size());
  for (std::size_t i = 0; i < order.size();) {
    std::size_t end = i + 1;
    while (end < order.size() && values[order[end]] == values[order[i]]) ++end;
    const double rank = 0.5 * (static_cast<double>(i + 1) + static_cast<double>(end));
    for (; i < end; ++i) ranks[order[i]] = rank;
  }
  return ranks;
}

Result<AucParts> Auc(std::span<const double> scores, std::span<const std::uint8_t> positive) {
  AucParts parts;
  std::vector<double> class_scores[2];
  for (std::size_t i = 0; i < scores.size(); ++i) class_scores[positive[i]].push_back(scores[i]);
  parts.negatives = static_cast<std::int64_t>(class_scores[0].size());
  parts.positives = static_cast<std::int64_t>(class_scores[1].size());
  if (parts.negatives == 0 || parts.positives == 0) {
    return Error{ErrorCode::kNumeric, "AUC needs both classes, all rows are " + std::string(parts.positives == 0 ? "negative" : "positive")};
  }
  const std::vector<double> all = Midranks(scores);
  const std::vector<double> within[2] = {Midranks(class_scores[0]), Midranks(class_scores[1])};
  const auto n = static_cast<double>(scores.size());
  const auto n_neg = static_cast<double>(parts.negatives);
  const auto n_pos = static_cast<double>(parts.positives);
  std::vector<double> placement(scores.size());
  std::size_t next[2] = {0, 0};
  double sum = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const std::size_t c = positive[i];
    const double below = all[i] - within[c][next[c]++];  // rows of the other class below, ties half
    placement[i] = c == 1 ? below / n_neg : 1.0 - below / n_pos;
    if (c == 1) sum += placement[i];
  }
  parts.auc = sum / n_pos;
  parts.influence.resize(scores.size());
  for (std::size_t i = 0; i < scores.size(); ++i) {
    parts.influence[i] = (placement[i] - parts.auc) * n / (positive[i] == 1 ? n_pos : n_neg);
  }
  return parts;
}

namespace {
// DeLong's variance from influences: sample variance of the placements over the class size, summed over classes.
double DeLongVariance(std::span<const double> influence, std::span<const std::uint8_t> positive, double n_pos, double n_neg) {
  double squares[2] = {0, 0};
  for (std::size_t i = 0; i < influence.size(); ++i) squares[positive[i]] += influence[i] * influence[i];
  const auto n = static_cast<double>(influence.size());
  const auto part = [&](double sum, double m) { return m > 1 ? sum / (n * n) * m / (m - 1) : std::nan(""); };
  return part(squares[1], n_pos) + part(squares[0], n_neg);
}

Result<Interval> VarianceOf(double value, std::span<const double> influence, std::span<const std::uint8_t> positive, double n_pos, double n_neg,
                            const Clusters& clusters, double level) {
  if (!clusters.unit.empty()) return FromInfluence(value, influence, clusters, level);
  Interval interval;
  interval.value = value;
  const double variance = DeLongVariance(influence, positive, n_pos, n_neg);
  if (!std::isfinite(variance)) return Error{ErrorCode::kNumeric, "an interval for AUC needs at least two rows of each class"};
  interval.standard_error = std::sqrt(variance);
  interval.degrees = 1e9;
  const double margin = NormalQuantile(0.5 + level / 2) * interval.standard_error;
  interval.low = value - margin;
  interval.high = value + margin;
  interval.p_value = interval.standard_error > 0 ? TwoSidedNormalP(value / interval.standard_error) : (value == 0 ? 1.0 : 0.0);
  return interval;
}
}  // namespace

Result<Interval> AucInterval(const AucParts& parts, std::span<const std::uint8_t> positive, const Clusters& clusters, double level) {
  Interval interval = ASSAY_TRY(VarianceOf(parts.auc, parts.influence, positive, static_cast<double>(parts.positives), static_cast<double>(parts.negatives), clusters, level));
  const double spread = parts.auc * (1 - parts.auc);
  if (spread > 0 && interval.standard_error > 0) {
    const double quantile = clusters.unit.empty() ? NormalQuantile(0.5 + level / 2) : StudentQuantile(0.5 + level / 2, interval.degrees);
    const double logit = std::log(parts.auc / (1 - parts.auc));
    const double margin = quantile * interval.standard_error / spread;
    interval.low = 1 / (1 + std::exp(-(logit - margin)));
    interval.high = 1 / (1 + std::exp(-(logit + margin)));
    // Against 1/2, not against 0.
    const double z = (parts.auc - 0.5) / interval.standard_error;
    interval.p_value = clusters.unit.empty() ? TwoSidedNormalP(z) : TwoSidedStudentP(z, interval.degrees);
  }
  return interval;
}

Result<Interval> AucDifference(const AucParts& a, const AucParts& b, std::span<const std::uint8_t> positive, const Clusters& clusters, double level) {
  std::vector<double> influence(a.influence.size());
  for (std::size_t i = 0; i < influence.size(); ++i) influence[i] = a.influence[i] - b.influence[i];
  return VarianceOf(a.auc - b.auc, influence, positive, static_cast<double>(a.positives), static_cast<double>(a.negatives), clusters, level);
}

}  // namespace assay::stats
