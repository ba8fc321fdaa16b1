// Features in at most 128 bins.
#include <algorithm>
#include <cmath>
#include <limits>

#include "learn/internal/column_values.h"
#include "learn/internal/rule_tree.h"

namespace assay::learn {

namespace {

constexpr std::size_t kMostBins = 128;

BinnedFeature BinNumbers(const table::Column& column, std::span<const std::uint32_t> rows) {
  BinnedFeature binned;
  // Bin edges from at most about 50,000 evenly taken rows.
  const std::size_t step = rows.size() / 50000 + 1;
  std::vector<double> sorted;
  for (std::size_t i = 0; i < rows.size(); i += step) {
    const double value = column.NumberAt(rows[i]);
    if (!std::isnan(value)) sorted.push_back(value);
  }
  std::sort(sorted.begin(), sorted.end());
  std::vector<double> distinct;
  std::unique_copy(sorted.begin(), sorted.end(), std::back_inserter(distinct));
  if (distinct.size() <= kMostBins) {
    // Thresholds half-way between neighbours generalise to values between them.
    for (std::size_t d = 0; d + 1 < distinct.size(); ++d) binned.uppers.push_back(distinct[d] + (distinct[d + 1] - distinct[d]) / 2);
  } else {
    for (std::size_t b = 1; b < kMostBins; ++b) {
      const double upper = sorted[sorted.size() * b / kMostBins];
      if (binned.uppers.empty() || upper > binned.uppers.back()) binned.uppers.push_back(upper);
    }
  }
  binned.uppers.push_back(std::numeric_limits<double>::infinity());
  binned.num_bins = binned.uppers.size() + 1;
  binned.bin.resize(rows.size());
  ForEachNumber(column, rows, [&](std::size_t i, double value) {
    binned.bin[i] = std::isnan(value) ? 0 : static_cast<std::uint8_t>(std::lower_bound(binned.uppers.begin(), binned.uppers.end(), value) - binned.uppers.begin() + 1);
  });
  return binned;
}

BinnedFeature BinCategories(const table::Column& column, std::span<const std::uint32_t> rows, const std::vector<double>& target, std::size_t k, double least_category_rows) {
  BinnedFeature binned;
  const std::size_t size = column.dictionary().size();
  std::vector<double> count(size, 0), sum(size, 0);
  double total = 0;
  // Categories are ordered by their mean of the first target.
  ForEachCode(column, rows, [&](std::size_t i, std::uint32_t code) {
    total += target[i * k];
    if (code == table::kMissingCode) return;
    count[code] += 1;
    sum[code] += target[i * k];
  });
  const double prior = total / static_cast<double>(rows.size());
  std::vector<std::uint32_t> order;
  double known = 0;
  for (std::uint32_t c = 0; c < size; ++c) {
    if (count[c] < least_category_rows) continue;
    order.push_back(c);
    known += count[c];
  }
  const auto share = [&](std::uint32_t c) { return (sum[c] + 20 * prior) / (count[c] + 20); };
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return share(a) < share(b); });
  // Neighbours share a bin so that bins hold about equal numbers of rows.
  std::vector<std::uint8_t> bin_of(size, 0);
  double filled = 0;
  std::size_t bin = 0;
  for (const std::uint32_t c : order) {
    const auto wanted = static_cast<std::size_t>(filled / std::max(1.0, known) * static_cast<double>(kMostBins - 1)) + 1;
    if (order.size() <= kMostBins - 1) ++bin;
    else bin = std::max(bin, wanted);
    if (binned.values.size() < bin) binned.values.resize(bin);
    binned.values[bin - 1].push_back(column.dictionary()[c]);
    bin_of[c] = static_cast<std::uint8_t>(bin);
    filled += count[c];
  }
  binned.num_bins = bin + 1;
  binned.bin.resize(rows.size());
  ForEachCode(column, rows, [&](std::size_t i, std::uint32_t code) { binned.bin[i] = code == table::kMissingCode ? 0 : bin_of[code]; });
  return binned;
}

}  // namespace

BinnedFeature BinFeature(const table::Column& column, std::span<const std::uint32_t> rows, const std::vector<double>& target, std::size_t k, double least_category_rows) {
  return column.type() == table::ColumnType::kCategory ? BinCategories(column, rows, target, k, least_category_rows) : BinNumbers(column, rows);
}

}  // namespace assay::learn
