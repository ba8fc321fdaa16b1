// Parts of finding slices: what is measured of each on the rows set apart.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "lifecycle/slices.h"
#include "lifecycle/understand.h"

namespace assay::lifecycle {

// Bytes that the search may take for bitmaps: what is left of the cap, or of the machine's free memory.
std::int64_t BitmapBytes(const SliceRows& rows, const RunContext& context);

// The measured rows by period: the shortest of day, week, month and year of which there are at most 31. Empty without times.
struct PeriodsOfRows {
  std::vector<std::string> starts;
  std::vector<std::uint32_t> of_row;  // per measured row; starts.size() where its time is unknown
  std::string name;                   // "week"
};
PeriodsOfRows PeriodsOf(const SliceRows& rows, const learn::Rows& measured);
// Mean loss inside and outside by period.
std::vector<evidence::SlicePeriod> LossOverTime(const PeriodsOfRows& periods, std::span<const double> losses, std::span<const std::uint8_t> inside, const Dependence& dependence, std::span<const std::uint32_t> unit);

// Days that have rows among `which`, in order.
struct DaysOfRows {
  std::vector<std::uint32_t> of_row;  // as `which`; kNoDay: its time is not known
  std::int64_t count = 0;
  std::vector<base::Micros> starts;
};
inline constexpr std::uint32_t kNoDay = UINT32_MAX;
DaysOfRows DaysOf(const SliceRows& rows, std::span<const std::uint32_t> which);

// How measured rows depend where days of which neighbours resemble each other are joined to runs: by the autocorrelation of what days do to the mean loss, or
// to the slices' difference to the rest, see stats/series_runs.h. As given where none is seen. inside_of(slice): per measured row whether it lies inside; one at a time, as
// they are large.
struct JoinedDays {
  Dependence dependence;
  std::vector<std::uint32_t> unit;  // of the measured rows
  double widening = 1;
  std::string why_untested;         // "" or why too few independent days are left
};
JoinedDays JoinDays(const SliceRows& rows, const learn::Rows& measured, std::span<const double> losses, std::size_t num_slices, const std::function<std::vector<std::uint8_t>(std::size_t)>& inside_of, const Dependence& dependence);

class SliceMeasures {
 public:
  // `rows` outlives it; `measured` are those that count, ascending.
  SliceMeasures(const SliceRows& rows, const learn::Rows& measured);

  const Dependence& dependence() const { return joined_.dependence; }
  std::span<const double> losses() const { return losses_; }              // of the measured rows
  // Joins days for all that is measured but the loss over time; rows_of(slice): as to Measure. To be called before.
  void JoinDaysOf(std::size_t num_slices, const std::function<learn::Rows(std::size_t)>& rows_of);
  const std::string& why_untested() const { return joined_.why_untested; }  // of all slices; or ""
  evidence::Estimate MeanLoss() const;
  // Size, losses, difference to all other measured rows with its interval and p value, money, the largest losses. `of_slice`: rows of the table that have
  // its predicates, measured or not, ascending. Not `tested`: the search saw these rows, so there is no interval.
  void Measure(std::span<const std::uint32_t> of_slice, bool tested, evidence::Slice* slice) const;

 private:
  std::vector<std::uint8_t> InsideOf(std::span<const std::uint32_t> of_slice) const;
  stats::Clusters Clusters() const {
    stats::Clusters clusters = joined_.dependence.Clusters(joined_.unit);
    clusters.widening = joined_.widening;
    return clusters;
  }
  evidence::SliceExample Example(std::uint32_t row, const evidence::Slice& slice) const;
  void Compare(const std::vector<std::uint8_t>& inside, evidence::Slice* slice) const;
  evidence::Estimate Stake(const std::vector<std::uint8_t>& inside) const;

  const SliceRows& rows_;
  const learn::Rows& measured_;
  Dependence dependence_;
  JoinedDays joined_;
  std::vector<double> losses_;
  double loss_sum_ = 0;
  PeriodsOfRows periods_;
};

}  // namespace assay::lifecycle
