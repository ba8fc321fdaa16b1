// Rows in order of falling loss, cut into bands: what a count of rows per band says about sums of losses.
//
// Rows are laid out by falling loss, so that the counts of a row set per band bound its loss sum, and that of every subset, from above:
// the losses of c rows of a band add up to no more than those of its c first rows. Of few distinct losses each has a band of its own, and
// the bound of the sum is the sum. For losses of 0 and 1 the bound of subsets is the one of the paper (Sagadeeva, Boehm 2021, equation 3);
// for other losses it is the tight one of Boley, Goldsmith, Ghiringhelli, Vreeken 2017, doi:10.1007/s10618-017-0520-3, up to the width of bands.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "slices/search.h"

namespace assay::slices {

inline constexpr std::size_t kMostBands = 16;
// Rows of a set in each band; the rest is 0.
using Profile = std::array<std::uint32_t, kMostBands>;

// Losses are held times a power of two, so that the largest lies in [1, 2) and sums neither overflow nor lose their digits; sums and totals here
// are in that unit, which scores do not depend on.
class LossBands {
 public:
  double ToGiven(double held) const;    // a loss or sum in the unit of the losses given
  double FromGiven(double given) const;

  // Losses finite and >= 0, at least one. `least_rows` >= 1, 0 < alpha <= 1.
  LossBands(std::span<const double> losses, double alpha, std::int64_t least_rows);

  std::size_t num_bands() const { return begin_word_.size() - 1; }
  std::size_t num_words() const { return begin_word_.back(); }
  std::size_t begin_word(std::size_t band) const { return begin_word_[band]; }  // also of num_bands(): the end
  // Bit of each row.
  std::span<const std::uint32_t> position() const { return position_; }
  double total() const { return total_; }
  std::int64_t rows() const { return rows_; }
  std::int64_t size_bytes() const;
  static std::int64_t BytesFor(std::int64_t rows) { return 20 * rows; }  // at most

  Profile ProfileOf(const std::uint64_t* rows) const;
  Profile ProfileOfBoth(const std::uint64_t* a, const std::uint64_t* b) const;
  // Counts of a AND b in the bands from `begin` to before `end`, into their places.
  void CountBands(const std::uint64_t* a, const std::uint64_t* b, std::size_t begin, std::size_t end, Profile* profile) const;
  std::int64_t SizeOf(const Profile& profile) const;

  double ScoreOf(double loss_sum, std::int64_t size) const { return SliceScore(alpha_, loss_sum, size, total_, rows_); }
  // No lower than the score of a set with this profile. Exact where every band has one loss.
  double ScoreBound(const Profile& profile) const;
  // No lower than the score of any subset with at least `least_rows` rows; minus infinity where there is none.
  double SubsetBound(const Profile& profile) const;
  // Of the rows of a set: sum rounded once (up to 1e-30 relative), and the largest.
  double LossSum(const std::uint64_t* rows) const;
  double LossMax(const std::uint64_t* rows) const;

 private:
  double BandSum(std::size_t band, std::int64_t count) const;  // of the `count` largest losses of a band

  double alpha_;
  int exponent_ = 0;
  std::int64_t least_rows_;
  std::int64_t rows_;
  double total_ = 0;
  std::vector<std::size_t> begin_word_;
  std::vector<std::int64_t> begin_rank_;   // rank by falling loss of each band's first row; one more for the end
  std::vector<std::uint32_t> position_;
  std::vector<double> sorted_;             // losses by rank
  std::vector<double> prefix_;             // sums of the first losses by rank; empty where each band has one loss
};

}  // namespace assay::slices
