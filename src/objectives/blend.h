// How people blend scores of several objectives, brought to one form: a weighted sum of terms, which is a line in the weights (frontier.h).
//
//   sum         sum over objectives of weight * score / scale
//   product     product of score^weight: as it ranks, the sum of weight * log(score)
//   multiplier  the sum, times a number of the item
#pragma once

#include <string_view>

namespace assay::objectives {

enum class Blend { kSum, kProduct, kMultiplier };
// Of "sum", "product" or "multiplier"; any other text counts as sum (charter and policy refuse it before).
Blend BlendNamed(std::string_view name);

// What is multiplied with the objective's weight and added up. scale > 0, of a product not looked at. Not finite for a product's score that is not above 0.
double BlendTerm(Blend blend, double score, double scale, double multiplier);

}  // namespace assay::objectives
