#include "objectives/value.h"

#include <cmath>
#include <limits>

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
    const DecisionMoney money{AmountsPerRow::At(amounts.true_positive, i), AmountsPerRow::At(amounts.false_positive, i), AmountsPerRow::At(amounts.true_negative, i), AmountsPerRow::At(amounts.false_negative, i)};
    const double from = money.BreakEvenChance();
    if (!std::isnan(from)) {
      acts[i] = chances[i] >= from ? 1 : 0;
      continue;
    }
    // Acting gains where the outcome is not positive, so it pays up to a chance, not from one.
    const double gain = money.true_positive - money.false_negative, loss = money.true_negative - money.false_positive;
    acts[i] = gain < 0 && chances[i] <= loss / (gain + loss) ? 1 : 0;
  }
  return acts;
}

std::vector<double> MoneyPerRow(std::span<const double> scores, std::span<const std::uint8_t> positive, const DecisionMoney& money, double threshold) {
  std::vector<double> per_row(scores.size());
  for (std::size_t i = 0; i < scores.size(); ++i) per_row[i] = money.Of(scores[i] >= threshold, positive[i] == 1);
  return per_row;
}

}  // namespace assay::objectives
