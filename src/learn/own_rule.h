// A rule that people wrote as an EXPR, calibrated on training rows: equal values (or twentieths of the values, or equal
// texts) get the mean outcome, or the shares of the classes, that they had there, so that a score of any scale can be
// compared with probabilities. For ranking the value itself is the score; missing values rank last.
#pragma once

#include <memory>
#include <string>

#include "learn/learner.h"

namespace assay::learn {

// kInvalidInput when the expression is wrong or is a time (for ranking: or a text).
Result<std::unique_ptr<Model>> FitOwnRule(const std::string& expression, const Examples& examples,
                                          std::span<const std::uint32_t> rows, const RunContext& context);

}  // namespace assay::learn
