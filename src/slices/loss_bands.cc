#include "slices/internal/loss_bands.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

#include "slices/internal/row_bits.h"
#include "stats/exact_sum.h"

namespace assay::slices {

namespace {

constexpr std::size_t kRowsPerGroup = 64 * kWordsPerGroup;

// Distinct losses, the largest first; empty when there are more than `most`.
std::vector<double> FewDistinct(std::span<const double> losses, std::size_t most) {
  std::vector<double> distinct;
  for (const double loss : losses) {
    if (std::find(distinct.begin(), distinct.end(), loss) != distinct.end()) continue;
    if (distinct.size() == most) return {};
    distinct.push_back(loss);
  }
  std::sort(distinct.begin(), distinct.end(), std::greater<>());
  return distinct;
}

// Rows by falling loss; equal ones in their order.
std::vector<std::uint32_t> Order(std::span<const double> losses, const std::vector<double>& few) {
  std::vector<std::uint32_t> order(losses.size());
  if (few.empty()) {
    std::iota(order.begin(), order.end(), 0U);
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return losses[a] != losses[b] ? losses[a] > losses[b] : a < b; });
    return order;
  }
  std::vector<std::size_t> next(few.size() + 1, 0);
  const auto band_of = [&](double loss) { return static_cast<std::size_t>(std::find(few.begin(), few.end(), loss) - few.begin()); };
  for (const double loss : losses) ++next[band_of(loss) + 1];
  std::partial_sum(next.begin(), next.end(), next.begin());
  for (std::uint32_t row = 0; row < losses.size(); ++row) order[next[band_of(losses[row])]++] = row;
  return order;
}

}  // namespace

LossBands::LossBands(std::span<const double> losses, double alpha, std::int64_t least_rows)
    : alpha_(alpha), least_rows_(least_rows), rows_(static_cast<std::int64_t>(losses.size())) {
  const std::vector<double> few = FewDistinct(losses, kMostBands);
  const std::vector<std::uint32_t> order = Order(losses, few);
  sorted_.reserve(order.size());
  if (!order.empty() && losses[order[0]] > 0) exponent_ = -std::ilogb(losses[order[0]]);
  for (const std::uint32_t row : order) sorted_.push_back(std::ldexp(losses[row], exponent_));
  stats::ExactSum total;
  if (few.empty()) prefix_.reserve(order.size() + 1);
  for (std::size_t rank = 0; rank < sorted_.size(); ++rank) {
    if (few.empty()) prefix_.push_back(total.Value());
    total.Add(sorted_[rank]);
  }
  total_ = total.Value();
  if (few.empty()) prefix_.push_back(total_);
  // Bands of one loss each; else each takes an equal part of what is left of the total, and the zeros are the last.
  begin_rank_ = {0};
  const auto goal = [&](std::size_t rank) { return prefix_[rank] + (total_ - prefix_[rank]) / static_cast<double>(kMostBands - begin_rank_.size()); };
  double ends_at = few.empty() ? goal(0) : 0;
  for (std::int64_t rank = 1; rank < rows_ && begin_rank_.size() < kMostBands; ++rank) {
    const auto at = static_cast<std::size_t>(rank);
    const bool zeros = sorted_[at] == 0 && sorted_[at - 1] > 0;
    const bool ends = few.empty() ? zeros || (prefix_[at] >= ends_at && begin_rank_.size() + 1 < kMostBands) : sorted_[at] != sorted_[at - 1];
    if (!ends) continue;
    begin_rank_.push_back(rank);
    if (few.empty() && begin_rank_.size() < kMostBands) ends_at = goal(at);
  }
  begin_rank_.push_back(rows_);
  begin_word_ = {0};
  position_.resize(order.size());
  for (std::size_t band = 0; band + 1 < begin_rank_.size(); ++band) {
    const auto first = static_cast<std::size_t>(begin_rank_[band]), end = static_cast<std::size_t>(begin_rank_[band + 1]);
    const std::size_t bit = begin_word_[band] * 64;
    for (std::size_t rank = first; rank < end; ++rank) position_[order[rank]] = static_cast<std::uint32_t>(bit + rank - first);
    begin_word_.push_back(begin_word_[band] + (end - first + kRowsPerGroup - 1) / kRowsPerGroup * kWordsPerGroup);
  }
}

double LossBands::ToGiven(double held) const { return std::ldexp(held, -exponent_); }

double LossBands::FromGiven(double given) const { return std::ldexp(given, exponent_); }

std::int64_t LossBands::size_bytes() const { return static_cast<std::int64_t>(position_.size() * sizeof(std::uint32_t) + (sorted_.size() + prefix_.size()) * sizeof(double)); }

Profile LossBands::ProfileOf(const std::uint64_t* rows) const { return ProfileOfBoth(rows, rows); }

Profile LossBands::ProfileOfBoth(const std::uint64_t* a, const std::uint64_t* b) const {
  Profile profile{};
  CountBands(a, b, 0, num_bands(), &profile);
  return profile;
}

void LossBands::CountBands(const std::uint64_t* a, const std::uint64_t* b, std::size_t begin, std::size_t end, Profile* profile) const {
  for (std::size_t band = begin; band < end; ++band) {
    const std::size_t word = begin_word_[band];
    (*profile)[band] = CountBoth(a + word, b + word, begin_word_[band + 1] - word);
  }
}

std::int64_t LossBands::SizeOf(const Profile& profile) const {
  std::int64_t size = 0;
  for (std::size_t band = 0; band < num_bands(); ++band) size += profile[band];
  return size;
}

double LossBands::BandSum(std::size_t band, std::int64_t count) const {
  const auto first = static_cast<std::size_t>(begin_rank_[band]);
  if (prefix_.empty()) return static_cast<double>(count) * sorted_[first];
  return prefix_[first + static_cast<std::size_t>(count)] - prefix_[first];
}

double LossBands::ScoreBound(const Profile& profile) const {
  double sum = 0;
  std::int64_t size = 0;
  for (std::size_t band = 0; band < num_bands(); ++band) {
    sum += BandSum(band, profile[band]);
    size += profile[band];
  }
  return ScoreOf(sum, size);
}

double LossBands::SubsetBound(const Profile& profile) const {
  // The best subset of a given size takes the largest losses. With U(s) their sum and l(s) the smallest of them,
  //     score(s) = alpha / e * U(s) / s - (1 - alpha) * n / s + constant
  // rises as long as l(s) * s - U(s) + K > 0 with K = (1 - alpha) / alpha * total. U is concave, so the sign changes once.
  const double k = (1 - alpha_) / alpha_ * total_;
  std::int64_t size = 0;
  double sum = 0;
  for (std::size_t band = 0; band < num_bands(); ++band) {
    const std::int64_t count = profile[band];
    if (count == 0) continue;
    const auto first = static_cast<std::size_t>(begin_rank_[band]);
    // With t rows of this band: does one more (the t-th, from 1) still help?
    const auto rises = [&](std::int64_t t) { return sorted_[first + static_cast<std::size_t>(t) - 1] * static_cast<double>(size + t) - (sum + BandSum(band, t)) + k > 0; };
    const std::int64_t needed = std::max<std::int64_t>(0, least_rows_ - size);
    if (needed == 0 && !rises(1)) return ScoreOf(sum, size);
    if (needed <= count && !rises(count)) {
      std::int64_t low = needed, high = count;  // the last t that rises lies in [low, high)
      while (high - low > 1) {
        const std::int64_t middle = low + (high - low) / 2;
        (rises(middle) ? low : high) = middle;
      }
      const auto at = [&](std::int64_t t) { return size + t > 0 ? ScoreOf(sum + BandSum(band, t), size + t) : -std::numeric_limits<double>::infinity(); };
      return std::max(at(low), at(high));
    }
    size += count;
    sum += BandSum(band, count);
  }
  return size < least_rows_ ? -std::numeric_limits<double>::infinity() : ScoreOf(sum, size);
}

double LossBands::LossSum(const std::uint64_t* rows) const {
  stats::ExactSum sum;
  for (std::size_t band = 0; band < num_bands(); ++band) {
    const auto first = static_cast<std::size_t>(begin_rank_[band]);
    if (prefix_.empty()) {
      sum.Add(static_cast<double>(CountBits(rows + begin_word_[band], begin_word_[band + 1] - begin_word_[band])), sorted_[first]);
      continue;
    }
    for (std::size_t w = begin_word_[band]; w < begin_word_[band + 1]; ++w) {
      for (std::uint64_t bits = rows[w]; bits != 0; bits &= bits - 1) sum.Add(sorted_[first + (w - begin_word_[band]) * 64 + static_cast<std::size_t>(std::countr_zero(bits))]);
    }
  }
  return sum.Value();
}

double LossBands::LossMax(const std::uint64_t* rows) const {
  for (std::size_t band = 0; band < num_bands(); ++band) {
    for (std::size_t w = begin_word_[band]; w < begin_word_[band + 1]; ++w) {
      if (rows[w] != 0) return sorted_[static_cast<std::size_t>(begin_rank_[band]) + (w - begin_word_[band]) * 64 + static_cast<std::size_t>(std::countr_zero(rows[w]))];
    }
  }
  return 0;
}

}  // namespace assay::slices
