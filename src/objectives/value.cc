#include "objectives/value.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace assay::objectives {

double DecisionMoney::BreakEvenChance() const {
  // Acting pays when p (TP - FN) + (1 - p) (FP - TN) >= 0.
  const double gain = true_positive - false_negative;
  const double loss = true_negative - false_positive;
  if (gain == 0 && loss == 0) return std::nan("");
  if (gain >= 0 && loss <= 0) return 0;
  if (gain <= 0 && loss >= 0) return std::numeric_limits<double>::infinity();
  if (gain < 0) return std::nan("");
  return loss / (gain + loss);
}

RowMoney RowMoneyOf(std::span<const std::uint8_t> positive, const AmountsPerRow& amounts) {
  RowMoney money{std::vector<double>(positive.size()), std::vector<double>(positive.size())};
  for (std::size_t i = 0; i < positive.size(); ++i) {
    const bool is_positive = positive[i] != 0;
    money.silent[i] = AmountsPerRow::At(is_positive ? amounts.false_negative : amounts.true_negative, i);
    money.gain[i] = AmountsPerRow::At(is_positive ? amounts.true_positive : amounts.false_positive, i) - money.silent[i];
  }
  return money;
}

std::vector<std::uint8_t> ActsAtBreakEven(std::span<const double> chances, const AmountsPerRow& amounts) {
  std::vector<std::uint8_t> acts(chances.size());
  for (std::size_t i = 0; i < chances.size(); ++i) {
    const double if_positive = AmountsPerRow::At(amounts.true_positive, i) - AmountsPerRow::At(amounts.false_negative, i);
    const double if_not = AmountsPerRow::At(amounts.false_positive, i) - AmountsPerRow::At(amounts.true_negative, i);
    acts[i] = chances[i] * if_positive + (1 - chances[i]) * if_not > 0 ? 1 : 0;
  }
  return acts;
}

Result<Threshold> BestThreshold(std::span<const double> scores, std::span<const std::uint8_t> positive, const DecisionMoney& money) {
  if (scores.empty() || scores.size() != positive.size()) return Error{ErrorCode::kInvalidInput, "a threshold needs one score and one outcome per row, and at least one row"};
  std::vector<std::uint32_t> order(scores.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return scores[a] > scores[b]; });
  const auto rows = static_cast<double>(scores.size());
  const auto positives = static_cast<double>(std::count(positive.begin(), positive.end(), std::uint8_t{1}));
  // Counts are exact, so the sums are the same in any order.
  const auto mean = [&](double acted_positive, double acted) {
    return (acted_positive * money.true_positive + (acted - acted_positive) * money.false_positive + (positives - acted_positive) * money.false_negative +
            (rows - positives - (acted - acted_positive)) * money.true_negative) / rows;
  };
  Threshold best{std::numeric_limits<double>::infinity(), mean(0, 0), 0};
  double acted_positive = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    acted_positive += positive[order[i]];
    const bool tie_follows = i + 1 < order.size() && scores[order[i + 1]] == scores[order[i]];
    if (tie_follows) continue;
    const auto acted = static_cast<double>(i + 1);
    const double value = mean(acted_positive, acted);
    if (value > best.money_per_decision) best = {scores[order[i]], value, acted / rows};
  }
  return best;
}

std::vector<double> MoneyPerRow(std::span<const double> scores, std::span<const std::uint8_t> positive, const DecisionMoney& money, double threshold) {
  std::vector<double> per_row(scores.size());
  for (std::size_t i = 0; i < scores.size(); ++i) per_row[i] = money.Of(scores[i] >= threshold, positive[i] == 1);
  return per_row;
}

}  // namespace assay::objectives
