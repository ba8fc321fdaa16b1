// A rule that people wrote as an EXPR, calibrated on training rows: equal values (or twentieths of the values) get the
// mean outcome they had there, so that a score of any scale can be compared with probabilities.
#pragma once

#include <memory>
#include <string>

#include "learn/learner.h"

namespace assay::learn {

// kInvalidInput when the expression is wrong or is a text or time. Not for multiclass (kUnsupported).
Result<std::unique_ptr<Model>> FitOwnRule(const std::string& expression, const Examples& examples,
                                          std::span<const std::uint32_t> rows, const RunContext& context);

}  // namespace assay::learn
