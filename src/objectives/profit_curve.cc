#include "objectives/profit_curve.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "stats/thin_curve.h"

namespace assay::objectives {

namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();
// Longer curves are cut into so many blocks of which the ends and both extremes go on to be thinned.
constexpr std::size_t kBlocks = 20'000;

struct ScoredRow {
  double score;
  std::uint32_t row;
};

}  // namespace

Result<ProfitCurve> ProfitCurve::Create(std::span<const double> scores, const RowMoney& money) {
  if (scores.empty() || scores.size() != money.gain.size() || scores.size() != money.silent.size()) return Error{ErrorCode::kInvalidInput, "a profit curve needs one score and one amount per row, and at least one row"};
  ProfitCurve curve;
  {
    std::vector<ScoredRow> sorted(scores.size());
    for (std::uint32_t i = 0; i < scores.size(); ++i) sorted[i] = {scores[i], i};
    std::sort(sorted.begin(), sorted.end(), [](const ScoredRow& a, const ScoredRow& b) { return a.score != b.score ? a.score > b.score : a.row < b.row; });
    curve.rows_.reserve(sorted.size());
    curve.scores_.reserve(sorted.size());
    for (const ScoredRow& row : sorted) {
      curve.rows_.push_back(row.row);
      curve.scores_.push_back(row.score);
    }
  }
  for (const double amount : money.silent) curve.silent_.Add(amount);
  curve.gains_.reserve(scores.size());
  for (const std::uint32_t row : curve.rows_) curve.gains_.push_back(money.gain[row]);
  return curve;
}

template <class Takes, class Visit>
void ProfitCurve::SweepPart(const Takes& takes, stats::ExactSum sum, const Visit& visit) const {
  std::size_t taken = 0;
  for (const std::uint32_t row : rows_) taken += takes(row) ? 1 : 0;
  const auto n = static_cast<double>(taken);
  ProfitCurvePoint point{kNever, 0, sum.Value() / n};
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (!takes(rows_[i])) continue;
    // A threshold is whole once a lower score follows: equal scores fall on one side.
    if (scores_[i] != point.score) {
      point.money_per_decision = sum.Value() / n;
      visit(point);
      point.score = scores_[i];
    }
    sum.Add(gains_[i]);
    ++point.acted;
  }
  point.money_per_decision = sum.Value() / n;
  visit(point);
}

template <class Visit>
void ProfitCurve::Sweep(const Visit& visit) const {
  SweepPart([](std::uint32_t) { return true; }, silent_, visit);
}

template <class SweepOver>
Threshold ProfitCurve::BestOf(const SweepOver& sweep_over) {
  ProfitCurvePoint best{kNever, 0, -kNever};
  std::int64_t rows = 0;
  sweep_over([&](const ProfitCurvePoint& point) {
    if (point.money_per_decision > best.money_per_decision) best = point;
    rows = point.acted;
  });
  return {best.score, best.money_per_decision, static_cast<double>(best.acted) / static_cast<double>(rows)};
}

Threshold ProfitCurve::Best() const {
  return BestOf([&](const auto& visit) { Sweep(visit); });
}

Threshold ProfitCurve::BestOfPart(std::span<const std::uint8_t> part, std::uint8_t which, const RowMoney& money) const {
  stats::ExactSum silent;
  for (std::size_t i = 0; i < part.size(); ++i) {
    if (part[i] == which) silent.Add(money.silent[i]);
  }
  return BestOf([&](const auto& visit) { SweepPart([&](std::uint32_t row) { return part[row] == which; }, silent, visit); });
}

std::vector<ProfitCurvePoint> ProfitCurve::ActingOn(std::span<const std::int64_t> least_rows) const {
  std::vector<ProfitCurvePoint> found;
  Sweep([&](const ProfitCurvePoint& point) {
    while (found.size() < least_rows.size() && least_rows[found.size()] <= point.acted) found.push_back(point);
  });
  return found;
}

ThinnedProfit ProfitCurve::Thinned(std::size_t most) const {
  ThinnedProfit thinned;
  Sweep([&](const ProfitCurvePoint&) { ++thinned.num_thresholds; });
  const auto total = static_cast<std::size_t>(thinned.num_thresholds);
  const std::size_t block = (total + kBlocks - 1) / kBlocks;
  std::vector<ProfitCurvePoint> points;
  ProfitCurvePoint first, low, high, last;
  std::size_t at = 0;
  const auto flush = [&] {
    ProfitCurvePoint all[] = {first, low, high, last};
    std::sort(std::begin(all), std::end(all), [](const ProfitCurvePoint& a, const ProfitCurvePoint& b) { return a.acted < b.acted; });
    for (const ProfitCurvePoint& point : all) {
      if (points.empty() || points.back().acted < point.acted) points.push_back(point);
    }
  };
  Sweep([&](const ProfitCurvePoint& point) {
    if (at % block == 0) {
      if (at > 0) flush();
      first = low = high = point;
    }
    if (point.money_per_decision < low.money_per_decision) low = point;
    if (point.money_per_decision > high.money_per_decision) high = point;
    last = point;
    ++at;
  });
  flush();
  std::vector<double> share, money;
  std::vector<bool> anchors(points.size(), false);
  std::size_t best = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    share.push_back(static_cast<double>(points[i].acted));
    money.push_back(points[i].money_per_decision);
    if (money[i] > money[best]) best = i;
  }
  anchors[best] = true;
  const std::span<const double> series[] = {money};
  for (const std::size_t kept : stats::ThinCurveToFit(share, series, anchors, most).kept) thinned.points.push_back(points[kept]);
  // Measured against the whole curve, since blocks left points out before.
  std::size_t next = 0;
  Sweep([&](const ProfitCurvePoint& point) {
    while (next < thinned.points.size() && thinned.points[next].acted < point.acted) ++next;
    if (thinned.points[next].acted == point.acted) return;
    const ProfitCurvePoint &from = thinned.points[next - 1], &to = thinned.points[next];
    const double along = static_cast<double>(point.acted - from.acted) / static_cast<double>(to.acted - from.acted);
    const double line = from.money_per_decision + along * (to.money_per_decision - from.money_per_decision);
    thinned.largest_error = std::max(thinned.largest_error, std::abs(point.money_per_decision - line));
  });
  return thinned;
}

Result<Threshold> BestThreshold(std::span<const double> scores, std::span<const std::uint8_t> positive, const DecisionMoney& money) {
  if (scores.empty() || scores.size() != positive.size()) return Error{ErrorCode::kInvalidInput, "a threshold needs one score and one outcome per row, and at least one row"};
  const double amounts[] = {money.true_positive, money.false_positive, money.true_negative, money.false_negative};
  const std::span<const double> all(amounts);
  const ProfitCurve curve = ASSAY_TRY(ProfitCurve::Create(scores, RowMoneyOf(positive, {all.subspan(0, 1), all.subspan(1, 1), all.subspan(2, 1), all.subspan(3, 1)})));
  return curve.Best();
}

}  // namespace assay::objectives
