// Groups of rows that share a trait, and how well other columns tell them apart.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "learn/split.h"
#include "lifecycle/understand.h"
#include "stats/interval.h"

namespace assay::lifecycle {

// The values of a category or of a number that has few, a number cut at its quartiles, and "missing".
struct Traits {
  std::vector<std::uint32_t> of_row;  // per entry of rows: index into labels
  std::vector<std::string> labels;    // "origin = ORD", "distance <= 300", "sex is missing"
  std::vector<std::int64_t> sizes;
  // How a value finds its label: by code (the last one: missing), or by the first of `uppers` that is not below it.
  std::vector<std::uint32_t> label_of_code;
  std::vector<double> uppers;
  bool exact = false;  // the number must be that upper itself
};
Traits TraitsOf(const table::Column& column, std::span<const std::uint32_t> rows);

inline constexpr std::uint32_t kNoLabel = UINT32_MAX;
// The same groups for other rows of the column: per row its label, kNoLabel for values that no row had which made them.
std::vector<std::uint32_t> LabelsOf(const Traits& traits, const table::Column& column, std::span<const std::uint32_t> rows);

inline constexpr std::int64_t kLeastGroupRows = 100;  // smaller groups are counted, not judged
// Labels of at most `most` groups that are large enough, the largest first.
std::vector<std::uint32_t> LargestGroups(const Traits& traits, std::size_t most);

// From this AUC on (lower limit) features are said to know a trait.
inline constexpr double kProxyAuc = 0.65;
// Out-of-fold AUC with which boosted trees tell the rows whose outcome is 1 from the others by these features.
Result<stats::Interval> TellApart(const learn::Examples& members, const std::vector<learn::Feature>& features, const std::vector<learn::Split>& folds, const Dependence& dependence, double level, const RunContext& context);

}  // namespace assay::lifecycle
