// Inventory: every column alone.
#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "base/thread_pool.h"
#include "lifecycle/understand.h"

namespace assay::lifecycle {

namespace {

using evidence::ColumnProfile;
using table::Column;
using table::ColumnType;

constexpr int kHistogramBins = 24;
constexpr std::size_t kTopValues = 12;

// Finite values, sorted.
std::vector<double> SortedValues(const Column& column) {
  std::vector<double> values(static_cast<std::size_t>(column.num_rows()));
  column.CopyNumbers(0, values);
  std::erase_if(values, [](double v) { return std::isnan(v); });
  std::sort(values.begin(), values.end());
  return values;
}

// Linear interpolation between order statistics (type 7 of Hyndman, Fan 1996).
double Quantile(const std::vector<double>& sorted, double p) {
  const double at = p * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

// Integers beyond 2^53 are told apart as integers; as reals neighbours would fall together.
void ProfileBigIntegers(const Column& column, ColumnProfile* profile) {
  const auto* values = std::get_if<std::vector<std::int64_t>>(&column.storage());
  if (values == nullptr || column.type() != ColumnType::kNumber) return;
  std::vector<std::int64_t> sorted = *values;
  std::erase(sorted, table::kMissingInteger);
  if (sorted.empty()) return;
  std::sort(sorted.begin(), sorted.end());
  profile->least = std::to_string(sorted.front());
  profile->most = std::to_string(sorted.back());
  profile->distinct = std::unique(sorted.begin(), sorted.end()) - sorted.begin();
}

void ProfileNumbers(const Column& column, ColumnProfile* profile) {
  const std::vector<double> sorted = SortedValues(column);
  profile->missing = column.num_rows() - static_cast<std::int64_t>(sorted.size());
  if (sorted.empty()) {
    profile->reason = "no row has a value";
    return;
  }
  profile->distinct = 1;
  for (std::size_t i = 1; i < sorted.size(); ++i) profile->distinct += sorted[i] != sorted[i - 1] ? 1 : 0;
  const bool time = column.type() == ColumnType::kTime;
  const auto text = [&](double v) { return time ? base::FormatTime(static_cast<base::Micros>(v)) : base::ShortestNumber(v); };
  profile->least = text(sorted.front());
  profile->most = text(sorted.back());
  ProfileBigIntegers(column, profile);
  if (!time) {
    double mean = 0, squares = 0;
    double count = 0;
    for (const double v : sorted) {  // Welford
      count += 1;
      const double step = v - mean;
      mean += step / count;
      squares += step * (v - mean);
    }
    profile->mean = mean;
    if (count > 1) profile->standard_deviation = std::sqrt(squares / (count - 1));
    profile->median = Quantile(sorted, 0.5);
    if (sorted.size() == 1) profile->reason = "one value has no standard deviation";
  } else {
    profile->reason = "the mean of times is not taken";
  }
  const double q1 = Quantile(sorted, 0.25), q3 = Quantile(sorted, 0.75);
  const double reach = 3 * (q3 - q1);
  if (reach > 0) {
    const auto low = std::lower_bound(sorted.begin(), sorted.end(), q1 - reach) - sorted.begin();
    const auto high = sorted.end() - std::upper_bound(sorted.begin(), sorted.end(), q3 + reach);
    profile->outliers = low + high;
  }
  // The histogram spans the middle 99.8 %, so that a few absurd values do not flatten it; its end bins take the rest.
  const double from = Quantile(sorted, 0.001), to = Quantile(sorted, 0.999);
  if (to <= from) return;
  for (int b = 0; b <= kHistogramBins; ++b) profile->bin_edges.push_back(from + (to - from) * b / kHistogramBins);
  // Sorted, so a bin is the stretch between two edges: [edge, next edge), the last one closed.
  std::size_t begin = 0;
  for (int b = 1; b <= kHistogramBins; ++b) {
    const auto end = b == kHistogramBins ? sorted.size() : static_cast<std::size_t>(std::lower_bound(sorted.begin(), sorted.end(), profile->bin_edges[static_cast<std::size_t>(b)]) - sorted.begin());
    profile->bin_counts.push_back(static_cast<std::int64_t>(end - begin));
    begin = end;
  }
}

void ProfileCodes(const Column& column, ColumnProfile* profile) {
  const bool boolean = column.type() == ColumnType::kBoolean;
  std::vector<std::int64_t> counts(boolean ? 2 : column.dictionary().size(), 0);
  std::vector<std::uint32_t> codes(std::size_t{1} << 16U);
  for (std::int64_t row = 0; row < column.num_rows(); row += static_cast<std::int64_t>(codes.size())) {
    const auto block = std::span(codes).first(static_cast<std::size_t>(std::min<std::int64_t>(column.num_rows() - row, static_cast<std::int64_t>(codes.size()))));
    column.CopyCodes(row, block);
    for (const std::uint32_t code : block) {
      if (code == table::kMissingCode) {
        ++profile->missing;
      } else {
        ++counts[code];
      }
    }
  }
  std::vector<std::uint32_t> order;
  for (std::uint32_t c = 0; c < counts.size(); ++c) {
    if (counts[c] > 0) order.push_back(c);
  }
  profile->distinct = static_cast<std::int64_t>(order.size());
  const auto name = [&](std::uint32_t c) -> std::string { return boolean ? (c == 1 ? "true" : "false") : column.dictionary()[c]; };
  const auto top = static_cast<std::ptrdiff_t>(std::min(order.size(), kTopValues));
  std::partial_sort(order.begin(), order.begin() + top, order.end(), [&](std::uint32_t a, std::uint32_t b) { return counts[a] != counts[b] ? counts[a] > counts[b] : name(a) < name(b); });
  for (std::ptrdiff_t k = 0; k < top; ++k) {
    const std::uint32_t code = order[static_cast<std::size_t>(k)];
    profile->top_values.push_back(name(code));
    profile->top_counts.push_back(counts[code]);
  }
  const std::int64_t known = column.num_rows() - profile->missing;
  profile->reason = known == 0 ? "no row has a value" : boolean ? "of yes and no only the share of yes is taken, as the mean" : "categories are no numbers";
  if (boolean && known > 0) profile->mean = static_cast<double>(counts[1]) / static_cast<double>(known);
}

}  // namespace

std::vector<ColumnProfile> ProfileColumns(const table::Table& table, const RunContext& context) {
  std::vector<ColumnProfile> profiles(table.num_columns());
  // A cancelled run is noticed by the caller's next step.
  const Result<void> done = base::ParallelFor(
      context, static_cast<std::int64_t>(table.num_columns()),
      [&](std::int64_t c) {
        const Column& column = table.column(static_cast<std::size_t>(c));
        ColumnProfile& profile = profiles[static_cast<std::size_t>(c)];
        profile.name = column.name();
        profile.type = table::ColumnTypeName(column.type());
        if (column.type() == ColumnType::kNumber || column.type() == ColumnType::kTime) {
          ProfileNumbers(column, &profile);
        } else {
          ProfileCodes(column, &profile);
        }
      },
      "profile columns");
  (void)done;
  return profiles;
}

}  // namespace assay::lifecycle
