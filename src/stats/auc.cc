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

Result<Interval> AucInterval(const AucParts& parts, std::span<const std::uint8_t> positive, const Clusters& clusters, double level) {
  Interval interval = ASSAY_TRY(FromInfluence(parts.auc, parts.influence, clusters, level, positive));
  // Perfect order: as many disjoint pairs of a positive and a negative came out right (two units make one pair).
  if (parts.auc == 0 || parts.auc == 1) return AllAlike(parts.auc, clusters.unit.empty() ? interval.units : std::max<std::int64_t>(1, interval.units / 2), level);
  if (interval.standard_error > 0) interval.p_value = TwoSidedStudentP((parts.auc - 0.5) / interval.standard_error, interval.degrees);
  return OnLogitScale(interval, level);
}

Result<Interval> AucDifference(const AucParts& a, const AucParts& b, std::span<const std::uint8_t> positive, const Clusters& clusters, double level) {
  std::vector<double> influence(a.influence.size());
  for (std::size_t i = 0; i < influence.size(); ++i) influence[i] = a.influence[i] - b.influence[i];
  return FromInfluence(a.auc - b.auc, influence, clusters, level, positive);
}

}  // namespace assay::stats
