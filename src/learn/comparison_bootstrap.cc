// Differences of metrics when whole units are drawn again: every metric as a function of sums per unit.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "learn/comparison.h"

namespace assay::learn {

namespace {

constexpr std::uint32_t kMostBundles = 500;

// AUC = w'Mw / (positives x negatives) for units there w times, with M_gh the share of pairs (positive of g, negative of h)
// in the right order, ties half. Adds sign x M.
void AddPairs(std::span<const double> scores, std::span<const std::uint8_t> positive, const stats::Bundles& bundles, double sign, std::vector<double>* pairs) {
  const std::size_t n = bundles.count;
  std::vector<std::uint32_t> order(scores.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return scores[a] < scores[b] || (scores[a] == scores[b] && a < b); });
  std::vector<double> below(n, 0.0);  // negatives of each unit with a lower score
  const auto add_negatives = [&](std::size_t begin, std::size_t end) {
    for (std::size_t k = begin; k < end; ++k) {
      if (positive[order[k]] == 0) below[bundles.of_row[order[k]]] += 0.5 * sign;
    }
  };
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    while (end < order.size() && scores[order[end]] == scores[order[begin]]) ++end;
    add_negatives(begin, end);
    for (std::size_t k = begin; k < end; ++k) {
      if (positive[order[k]] == 0) continue;
      double* row = pairs->data() + bundles.of_row[order[k]] * n;
      for (std::size_t h = 0; h < n; ++h) row[h] += below[h];
    }
    add_negatives(begin, end);
  }
}

double Dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

std::vector<double> SumsPerUnit(std::span<const double> values, const stats::Bundles& bundles) {
  std::vector<double> sums(bundles.count, 0.0);
  for (std::size_t i = 0; i < values.size(); ++i) sums[bundles.of_row[i]] += values[i];
  return sums;
}

}  // namespace

Result<stats::Interval> Judge::BootstrapImprovement(Metric metric, std::span<const double> a, std::span<const double> b, const stats::BootstrapOptions& options) const {
  stats::Interval improvement = ASSAY_TRY(Improvement(metric, a, b));
  if (!(improvement.standard_error > 0) && improvement.low == improvement.high) return improvement;  // identical predictions
  if (!(improvement.standard_error > 0)) return Error{ErrorCode::kNumeric, "the difference is the same in every unit, and drawing them again shows no other"};
  if (crossing_ != nullptr) return Error{ErrorCode::kNumeric, "rows depend by unit and by day; drawing whole units again would leave the days out"};
  const stats::Bundles bundles = stats::BundleUnits(Clusters(), num_items_, kMostBundles, options.seed);
  const auto interval = [&](double degrees, const std::function<double(std::span<const double>)>& statistic) {
    return stats::UnitBootstrap(improvement.value, bundles.count, degrees, statistic, options);
  };
  const std::vector<double> ones(num_items_, 1.0);
  if (metric == Metric::kAuc) {
    const std::size_t n = bundles.count;
    std::vector<double> pairs(n * n, 0.0), outcome(positive_.begin(), positive_.end());
    AddPairs(a, positive_, bundles, 1, &pairs);
    AddPairs(b, positive_, bundles, -1, &pairs);
    const std::vector<double> positives = SumsPerUnit(outcome, bundles);
    std::vector<double> negatives = SumsPerUnit(ones, bundles);
    for (std::size_t u = 0; u < n; ++u) negatives[u] -= positives[u];
    const auto with_rows = [](const std::vector<double>& counts) { return static_cast<double>(std::count_if(counts.begin(), counts.end(), [](double c) { return c > 0; })); };
    return interval(std::min(with_rows(positives), with_rows(negatives)) - 1, [&](std::span<const double> times) {
      double right = 0;
      for (std::size_t g = 0; g < n; ++g) {
        if (times[g] > 0) right += times[g] * Dot({pairs.data() + g * n, n}, times);
      }
      return right / (Dot(positives, times) * Dot(negatives, times));
    });
  }
  const std::vector<double> of_a = SumsPerUnit(ItemLosses(metric, a), bundles), of_b = SumsPerUnit(ItemLosses(metric, b), bundles), rows = SumsPerUnit(ones, bundles);
  const double degrees = static_cast<double>(bundles.count) - 1;
  if (metric == Metric::kRmse) {
    return interval(degrees, [&](std::span<const double> times) {
      const double n = Dot(rows, times);
      return std::sqrt(Dot(of_b, times) / n) - std::sqrt(Dot(of_a, times) / n);
    });
  }
  if (metric == Metric::kSkill) {
    const std::vector<double> reference = SumsPerUnit(ReferenceLosses(metric), bundles);
    return interval(degrees, [&](std::span<const double> times) { return (Dot(of_b, times) - Dot(of_a, times)) / Dot(reference, times); });
  }
  if (metric == Metric::kR2) {
    // The mean that r2 is measured against is drawn anew as well: sum of (y - m)^2 = sum of y^2 - (sum of y)^2 / n, y about its mean.
    std::vector<double> centred;
    for (const std::uint32_t row : rows_) centred.push_back(static_cast<double>(examples_.outcome[row]));
    const double mean = Dot(centred, ones) / static_cast<double>(num_items_);
    for (double& y : centred) y -= mean;
    const std::vector<double> sums = SumsPerUnit(centred, bundles), squares = SumsPerUnit(ReferenceLosses(metric), bundles);
    return interval(degrees, [&](std::span<const double> times) {
      const double sum = Dot(sums, times);
      return (Dot(of_b, times) - Dot(of_a, times)) / (Dot(squares, times) - sum * sum / Dot(rows, times));
    });
  }
  return interval(degrees, [&](std::span<const double> times) { return (Dot(of_b, times) - Dot(of_a, times)) / Dot(rows, times); });
}

}  // namespace assay::learn
