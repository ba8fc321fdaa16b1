// What goes with the outcome: one feature at a time, by units, with error control.
#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "base/thread_pool.h"
#include "lifecycle/understand.h"
#include "stats/group_means.h"
#include "stats/multiple_testing.h"

namespace assay::lifecycle {

namespace {

using evidence::Association;
using evidence::Estimate;
using table::Column;
using table::ColumnType;

constexpr std::size_t kMostLevels = 12;  // groups a feature is cut into
constexpr std::size_t kBlock = std::size_t{1} << 16U;

// A feature cut into groups: its most frequent values, or bins of equal count. Rows without a value form a group.
struct Groups {
  std::vector<std::uint8_t> of_row;
  std::vector<std::string> labels;
};

// Calls use(begin, codes) for blocks of rows.
template <class Use>
void ForBlocksOfCodes(const Column& column, const Use& use) {
  std::vector<std::uint32_t> codes(kBlock);
  const auto rows = static_cast<std::size_t>(column.num_rows());
  for (std::size_t begin = 0; begin < rows; begin += kBlock) {
    const auto block = std::span(codes).first(std::min(kBlock, rows - begin));
    column.CopyCodes(static_cast<std::int64_t>(begin), block);
    use(begin, block);
  }
}

Groups CutCategories(const Column& column) {
  Groups groups;
  const bool boolean = column.type() == ColumnType::kBoolean;
  const std::size_t size = boolean ? 2 : column.dictionary().size();
  std::vector<std::int64_t> counts(size, 0);
  std::int64_t missing = 0;
  ForBlocksOfCodes(column, [&](std::size_t, std::span<const std::uint32_t> codes) {
    for (const std::uint32_t code : codes) (code == table::kMissingCode ? missing : counts[code]) += 1;
  });
  std::vector<std::uint32_t> order(size);
  for (std::uint32_t c = 0; c < size; ++c) order[c] = c;
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return counts[a] > counts[b]; });
  std::vector<std::uint8_t> group_of(size, 0);
  const std::size_t own = size <= kMostLevels ? size : kMostLevels - 1;
  for (std::size_t k = 0; k < size; ++k) {
    const std::uint32_t c = order[k];
    group_of[c] = static_cast<std::uint8_t>(std::min(k, own));
    if (k < own) groups.labels.push_back(boolean ? (c == 1 ? "true" : "false") : column.dictionary()[c]);
  }
  if (own < size) groups.labels.push_back(base::ReadableCount(static_cast<std::int64_t>(size - own)) + " others");
  if (missing > 0) groups.labels.push_back("missing");
  const auto missing_group = static_cast<std::uint8_t>(groups.labels.size() - 1);
  groups.of_row.resize(static_cast<std::size_t>(column.num_rows()));
  ForBlocksOfCodes(column, [&](std::size_t begin, std::span<const std::uint32_t> codes) {
    for (std::size_t i = 0; i < codes.size(); ++i) groups.of_row[begin + i] = codes[i] == table::kMissingCode ? missing_group : group_of[codes[i]];
  });
  return groups;
}

Groups CutNumbers(const Column& column) {
  Groups groups;
  const auto rows = static_cast<std::size_t>(column.num_rows());
  std::vector<double> sorted(rows);
  column.CopyNumbers(0, sorted);
  std::erase_if(sorted, [](double v) { return std::isnan(v); });
  std::sort(sorted.begin(), sorted.end());
  const bool missing = sorted.size() < rows;
  // Upper ends of bins with about equal counts; few distinct values keep a bin each.
  std::vector<double> uppers;
  for (std::size_t at = 0; at < sorted.size() && uppers.size() <= kMostLevels;) {
    uppers.push_back(sorted[at]);
    at = static_cast<std::size_t>(std::upper_bound(sorted.begin() + static_cast<std::ptrdiff_t>(at), sorted.end(), sorted[at]) - sorted.begin());
  }
  const bool few = uppers.size() <= kMostLevels;
  if (!few) {
    uppers.clear();
    for (std::size_t b = 1; b <= 10; ++b) {
      const double upper = sorted[std::max<std::size_t>(1, sorted.size() * b / 10) - 1];
      if (uppers.empty() || upper > uppers.back()) uppers.push_back(upper);
    }
  }
  sorted = {};
  const bool years = base::IsAmong(base::WordsOfName(column.name()), "year");
  const auto readable = [&](double v) { return years ? base::PlainNumber(v) : base::ReadableNumber(v); };
  for (std::size_t b = 0; b < uppers.size(); ++b) {
    const std::string upper = readable(uppers[b]);
    groups.labels.push_back(few ? upper : b == 0 ? "up to " + upper : readable(uppers[b - 1]) + " to " + upper);
  }
  if (missing) groups.labels.push_back("missing");
  const auto missing_group = static_cast<std::uint8_t>(groups.labels.size() - 1);
  groups.of_row.resize(rows);
  std::vector<double> block(kBlock);
  for (std::size_t begin = 0; begin < rows; begin += kBlock) {
    const auto values = std::span(block).first(std::min(kBlock, rows - begin));
    column.CopyNumbers(static_cast<std::int64_t>(begin), values);
    for (std::size_t i = 0; i < values.size(); ++i) {
      groups.of_row[begin + i] = std::isnan(values[i]) ? missing_group : static_cast<std::uint8_t>(std::lower_bound(uppers.begin(), uppers.end(), values[i]) - uppers.begin());
    }
  }
  return groups;
}

// Share of the outcome's variance between the groups, and each group's mean.
Association Measure(const std::string& feature, const Groups& groups, const std::vector<double>& outcome, const Dependence& dependence) {
  Association result;
  result.feature = feature;
  result.measure = "variance_explained";
  result.level_labels = groups.labels;
  const Result<stats::GroupMeans> means = stats::CompareGroups(outcome, groups.of_row, groups.labels.size(), dependence.Clusters());
  if (!means) {
    result.strength.reason = means.error().message;
    return result;
  }
  result.strength.value = means->explained;
  result.strength.low = means->explained_low;
  result.strength.high = means->explained_high;
  result.p_value = means->p_value;
  if (std::isnan(means->p_value)) result.strength.reason = "fewer than five independent units, or one value only";
  for (const auto& mean : means->means) {
    const bool alike = mean && mean->high - mean->low <= 1e-12 * std::abs(mean->value);
    result.level_means.push_back(alike ? WithoutInterval(mean->value, kEveryUnitAlike) : ToEstimate(mean));
  }
  result.level_rows = means->rows;
  return result;
}

}  // namespace

std::vector<Association> Associations(const learn::Examples& examples, const Dependence& dependence, const RunContext& context) {
  const std::vector<double> outcome = OutcomeNumbers(examples);
  std::vector<Association> found(examples.features.size());
  const Result<void> done = base::ParallelFor(
      context, static_cast<std::int64_t>(found.size()),
      [&](std::int64_t f) {
        const learn::Feature& feature = examples.features[static_cast<std::size_t>(f)];
        const Column& column = examples.table->column(feature.column);
        const bool categories = column.type() == ColumnType::kCategory || column.type() == ColumnType::kBoolean;
        found[static_cast<std::size_t>(f)] = Measure(feature.name, categories ? CutCategories(column) : CutNumbers(column), outcome, dependence);
      },
      "associations");
  if (!done) return {};
  std::vector<double> p_values;
  for (const Association& a : found) p_values.push_back(a.p_value);
  const std::vector<double> q_values = stats::BenjaminiHochberg(p_values);
  for (std::size_t i = 0; i < found.size(); ++i) {
    found[i].q_value = q_values[i];
    if (std::isnan(found[i].p_value)) found[i].reason = found[i].strength.reason;
  }
  std::stable_sort(found.begin(), found.end(), [](const Association& a, const Association& b) { return a.strength.value > b.strength.value; });
  return found;
}

}  // namespace assay::lifecycle
