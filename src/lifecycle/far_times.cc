#include "lifecycle/internal/far_times.h"

#include <algorithm>

#include "base/text.h"

namespace assay::lifecycle {

std::vector<base::Micros> WithoutFarTimes(const std::vector<base::Micros>& all, std::string* outside) {
  std::vector<base::Micros> sorted;
  for (const base::Micros time : all) {
    if (time != base::kMissingTime) sorted.push_back(time);
  }
  if (sorted.empty()) return all;
  const auto at = [&](double share) {
    const auto place = sorted.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(sorted.size() - 1));
    std::nth_element(sorted.begin(), place, sorted.end());
    return *place;
  };
  const base::Micros low = at(0.005), high = at(0.995), span = high - low;
  if (span <= 0) return all;
  std::vector<base::Micros> near = all;
  std::int64_t far = 0;
  base::Micros least = INT64_MAX, most = INT64_MIN;
  for (base::Micros& time : near) {
    if (time == base::kMissingTime || (time >= low - span && time <= high + span)) continue;
    least = std::min(least, time);
    most = std::max(most, time);
    time = base::kMissingTime;
    ++far;
  }
  if (far > 0) *outside = base::ReadableCount(far) + (far == 1 ? " row lies" : " rows lie") + " far outside the middle 99 % of the times, " + base::FormatTime(low) + " to " + base::FormatTime(high) + ", and " + (far == 1 ? "is" : "are") + " left out of the series: " + base::FormatTime(least) + (far == 1 ? "" : " to " + base::FormatTime(most));
  return near;
}

}  // namespace assay::lifecycle
