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
  // As many on either side, from 12 times on at least one: of few times a single far one must not be its own measure.
  const std::size_t n = sorted.size(), beyond = std::max<std::size_t>(n >= 12 ? 1 : 0, n / 200);
  const auto at = [&](std::size_t place) {
    std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(place), sorted.end());
    return sorted[place];
  };
  const base::Micros low = at(beyond), high = at(n - 1 - beyond), span = high - low;
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
