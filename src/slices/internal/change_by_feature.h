// A change by the values of one feature alone.
#pragma once

#include <vector>

#include "slices/change.h"

namespace assay::slices {

// `total`: the sums of all rows.
FeatureEffect EffectByFeature(const ChangeRows& rows, const Feature& feature, const BothSums& total);

// The values, the largest contribution first and at most `most`, of the feature by which contributions differ most from an even spread.
std::vector<std::vector<Predicate>> LargestValues(const ChangeRows& rows, const BothSums& total, std::int64_t most);

}  // namespace assay::slices
