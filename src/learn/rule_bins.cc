// Features in at most 128 bins.
//
// Categories stand in the order of their smoothed outcomes; of several classes, in that of their shares' scores on the first
// principal component (Coppersmith, Hong, Hosking 1999, doi:10.1023/A:1009869804967), which no order of the classes changes.
#include <Eigen/Core>
#include <Eigen/Eigenvalues>
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

// A row per category: its scores on the first principal component of these rows, each weighted by `count`.
std::vector<double> PrincipalScores(Eigen::MatrixXd shares, const Eigen::VectorXd& count) {
  const Eigen::RowVectorXd mean = count.transpose() * shares / count.sum();
  shares.rowwise() -= mean;
  const Eigen::MatrixXd weighted = count.cwiseSqrt().asDiagonal() * shares;
  // The smaller of the two products has the same first component.
  const bool by_category = shares.rows() < shares.cols();
  const Eigen::MatrixXd product = by_category ? Eigen::MatrixXd(weighted * weighted.transpose()) : Eigen::MatrixXd(weighted.transpose() * weighted);
  const Eigen::VectorXd last = Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(product).eigenvectors().rightCols(1);
  const Eigen::VectorXd scores = shares * (by_category ? Eigen::VectorXd(weighted.transpose() * last) : last);
  // A component has no sign of its own.
  Eigen::Index furthest = 0;
  scores.cwiseAbs().maxCoeff(&furthest);
  const double sign = scores[furthest] < 0 ? -1 : 1;
  std::vector<double> signed_scores;
  for (const double score : scores) signed_scores.push_back(sign * score);
  return signed_scores;
}

// By which categories are ordered. `sums`: k per category, of the targets.
std::vector<double> Scores(const std::vector<double>& count, const std::vector<double>& sums, const std::vector<double>& prior) {
  const std::size_t k = prior.size();
  const auto smoothed = [&](std::size_t c, std::size_t o) { return (sums[c * k + o] + 20 * prior[o]) / (count[c] + 20); };
  if (k > 1 && !count.empty()) {
    Eigen::MatrixXd shares(static_cast<Eigen::Index>(count.size()), static_cast<Eigen::Index>(k));
    for (std::size_t c = 0; c < count.size(); ++c) {
      for (std::size_t o = 0; o < k; ++o) shares(static_cast<Eigen::Index>(c), static_cast<Eigen::Index>(o)) = smoothed(c, o);
    }
    return PrincipalScores(std::move(shares), Eigen::Map<const Eigen::VectorXd>(count.data(), static_cast<Eigen::Index>(count.size())));
  }
  std::vector<double> scores;
  for (std::size_t c = 0; c < count.size(); ++c) scores.push_back(smoothed(c, 0));
  return scores;
}

BinnedFeature BinCategories(const table::Column& column, std::span<const std::uint32_t> rows, const std::vector<double>& target, std::size_t k, double least_category_rows) {
  BinnedFeature binned;
  const std::size_t size = column.dictionary().size();
  std::vector<double> count(size, 0), prior(k, 0);
  ForEachCode(column, rows, [&](std::size_t i, std::uint32_t code) {
    for (std::size_t o = 0; o < k; ++o) prior[o] += target[i * k + o];
    if (code != table::kMissingCode) count[code] += 1;
  });
  for (double& p : prior) p /= static_cast<double>(rows.size());
  std::vector<std::uint32_t> kept, place(size, table::kMissingCode);
  std::vector<double> kept_count;
  double known = 0;
  for (std::uint32_t c = 0; c < size; ++c) {
    if (count[c] < least_category_rows) continue;
    place[c] = static_cast<std::uint32_t>(kept.size());
    kept.push_back(c);
    kept_count.push_back(count[c]);
    known += count[c];
  }
  std::vector<double> sums(kept.size() * k, 0);
  ForEachCode(column, rows, [&](std::size_t i, std::uint32_t code) {
    if (code == table::kMissingCode || place[code] == table::kMissingCode) return;
    for (std::size_t o = 0; o < k; ++o) sums[place[code] * k + o] += target[i * k + o];
  });
  const std::vector<double> score = Scores(kept_count, sums, prior);
  std::vector<std::uint32_t> order = kept;
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return score[place[a]] < score[place[b]]; });
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
